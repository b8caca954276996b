"""Reading deliveries."""

from sqlalchemy import select

from aftersales.db import db
from aftersales.domain.delivery.models import Delivery, DeliveryTick, PreparationItem


def find_delivery(service_order_id: int) -> Delivery | None:
    return db.session.scalar(select(Delivery).where(Delivery.service_order_id == service_order_id))


def list_preparation(service_order_id: int) -> list[PreparationItem]:
    """The car's preparation list in its fixed order."""
    return list(
        db.session.scalars(
            select(PreparationItem)
            .where(PreparationItem.service_order_id == service_order_id)
            .order_by(PreparationItem.id)
        )
    )


def ticks_of(delivery_id: int) -> dict[tuple[str, str], DeliveryTick]:
    """What was ticked, by stage and kind."""
    rows = db.session.scalars(select(DeliveryTick).where(DeliveryTick.delivery_id == delivery_id))
    return {(row.stage, row.kind): row for row in rows}
