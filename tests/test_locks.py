"""Locking: a record that was read before the lock is read again under it."""

from flask import Flask
from sqlalchemy.orm.attributes import set_committed_value

from aftersales.db import db, locked, transaction
from aftersales.domain.service_orders.models import ServiceOrder
from tests.races import at_once


def test_a_record_that_changed_between_reading_and_locking_is_read_again(
    app: Flask, arrived_order: ServiceOrder
) -> None:
    """ORD-6: what was read before the lock counts no longer, and is no reason to fail."""
    order_id = arrived_order.id

    def change() -> None:
        with transaction():
            db.session.get_one(ServiceOrder, order_id).hold_note = "changed meanwhile"

    with app.app_context():
        version = db.session.get_one(ServiceOrder, order_id).version
        db.session.rollback()
        at_once(app, change)
        with transaction():
            # As on PostgreSQL, where somebody may commit between our reading and our lock: the record in hand is old.
            read = db.session.get_one(ServiceOrder, order_id)
            set_committed_value(read, "version", version)
            set_committed_value(read, "hold_note", "")
            fresh = locked(ServiceOrder, order_id)
            assert fresh is read
            assert (fresh.hold_note, fresh.version) == ("changed meanwhile", version + 1)
