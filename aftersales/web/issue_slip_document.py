"""The issue slip: what was handed out, to whom, and how they signed (TEC-4)."""

from aftersales.domain.parts import slips
from aftersales.domain.parts.models import IssueSlip
from aftersales.domain.service_orders.models import ServiceOrder
from aftersales.domain.sites.models import Site
from aftersales.gateways import document_data as data
from aftersales.i18n import gettext, label
from aftersales.web import documents, filters


def issue_slip(order: ServiceOrder, site: Site, slip: IssueSlip) -> data.IssueSlip:
    return data.IssueSlip(
        **documents.common(order, site, number=slip.number, at=slip.issued_at),
        parts=tuple(
            data.CardPart(
                text=row.name,
                number=row.number,
                quantity=f"{filters.number(row.quantity)}\u00a0{label(row.unit)}",
                bin=row.bin or row.warehouse,
            )
            for row in slips.list_handed_out(slip.id)
        ),
        issued_by=slip.issued_by_name,
        receiver=slip.receiver_name,
        consent=gettext("I took these parts for this order."),
        signature=data.Signature(
            name=slip.receiver_name,
            signed_at=filters.datetime_(slip.issued_at),
            how=label(slip.signed_with),
            digest=slip.signed_digest,
        ),
    )
