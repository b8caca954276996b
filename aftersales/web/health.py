"""``/healthz``: 200 once the product serves and its database answers."""

from flask import Flask, Response
from sqlalchemy import text

from aftersales.db import db
from aftersales.web.access import public


@public
def _healthz() -> Response:
    db.session.execute(text("SELECT 1"))
    return Response("ok", mimetype="text/plain")


def init_app(app: Flask) -> None:
    app.add_url_rule("/healthz", "healthz", _healthz)
