"""The web process: ``gunicorn wsgi:app``."""

from aftersales import create_app

app = create_app()
