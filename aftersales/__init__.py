"""Aftersales: a vehicle workshop's aftersales service, from the appointment to the paid invoice."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from aftersales.config import Settings


def create_app(settings: "Settings | None" = None) -> "Flask":
    """The web application with all its parts. Without ``settings`` they come from the environment.

    It is loaded when it is asked for, so that a command that refuses what it was given does so at once.
    """
    from aftersales import app

    return app.create_app(settings)
