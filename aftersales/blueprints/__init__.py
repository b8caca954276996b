"""The blueprints: one per area. Each translates between HTTP and one verb of the domain."""

from flask import Flask

from aftersales.blueprints import (
    account,
    board,
    delivery,
    files,
    invoices,
    orders,
    tasks,
    today,
)


def register(app: Flask) -> None:
    """Put every blueprint into the app."""
    for blueprint in (
        account.blueprint,
        board.blueprint,
        delivery.blueprint,
        files.blueprint,
        invoices.blueprint,
        orders.blueprint,
        tasks.blueprint,
        today.blueprint,
    ):
        app.register_blueprint(blueprint)
