"""The web application, put together from its parts."""

from flask import Flask
from flask_compress import Compress
from flask_wtf import CSRFProtect
from htmx_flask import Htmx
from jinja2 import StrictUndefined

from aftersales import blueprints, config, db, i18n
from aftersales.config import Settings
from aftersales.domain import models as models
from aftersales.jobs import queue
from aftersales.web import (
    access,
    account_rows,
    addresses,
    assets,
    checkin_steps,
    errors,
    filters,
    health,
    job_screens,
    limits,
    navigation,
    parts_screens,
    presentation,
    report_charts,
    security,
    session,
    shared_tablet,
    tablets,
    task_links,
)


def create_app(settings: Settings | None = None) -> Flask:
    """The web application with all its parts. Without ``settings`` they come from the environment."""
    settings = settings or config.load()
    app = Flask("aftersales")
    config.attach(app, settings)
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.config["SECRET_KEY"] = settings.secret_key
    # Our pages send no referrer, so that links of customers never leave; the token is tied to a __Host- cookie instead.
    app.config["WTF_CSRF_SSL_STRICT"] = False
    app.config["COMPRESS_ALGORITHM"] = ["br", "gzip"]
    app.config["MAX_CONTENT_LENGTH"] = 32 * 1024 * 1024

    db.init_app(app, settings)
    queue.init_app(app, settings.redis_url)
    i18n.init_app(app)
    CSRFProtect(app)
    Compress(app)
    Htmx(app)
    security.init_app(app, settings)
    limits.init_app(app, settings)
    session.init_app(app, settings)
    access.init_app(app)
    shared_tablet.init_app(app)
    tablets.init_app(app)
    addresses.init_app(app)
    errors.init_app(app)
    filters.init_app(app)
    assets.init_app(app)
    presentation.init_app(app)
    account_rows.init_app(app)
    report_charts.init_app(app)
    navigation.init_app(app)
    task_links.init_app(app)
    job_screens.init_app(app)
    checkin_steps.init_app(app)
    parts_screens.init_app(app)
    health.init_app(app)
    blueprints.register(app)
    return app
