"""The blueprints: one per area. Each translates between HTTP and one verb of the domain."""

from flask import Flask

from aftersales.blueprints import (
    account,
    board,
    canned_jobs,
    catalogue,
    delivery,
    dispatch,
    files,
    first_run,
    followups,
    inspections,
    invoices,
    job_photos,
    jobs,
    order_parts,
    orders,
    outbox,
    parts,
    portal,
    problems,
    quality,
    quotations,
    staffing,
    tasks,
    today,
)


def register(app: Flask) -> None:
    """Put every blueprint into the app."""
    for blueprint in (
        account.blueprint,
        board.blueprint,
        canned_jobs.blueprint,
        catalogue.blueprint,
        delivery.blueprint,
        dispatch.blueprint,
        files.blueprint,
        first_run.blueprint,
        followups.blueprint,
        inspections.blueprint,
        invoices.blueprint,
        job_photos.blueprint,
        jobs.blueprint,
        order_parts.blueprint,
        orders.blueprint,
        outbox.blueprint,
        parts.blueprint,
        portal.blueprint,
        problems.blueprint,
        quality.blueprint,
        quotations.blueprint,
        staffing.blueprint,
        tasks.blueprint,
        today.blueprint,
    ):
        app.register_blueprint(blueprint)
