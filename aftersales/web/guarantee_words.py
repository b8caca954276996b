"""The guarantee on our work in words, the same on estimate, order, invoice and certificate (ORD-9)."""

from collections.abc import Mapping

from aftersales.domain.guarantees import queries
from aftersales.domain.guarantees.models import GuaranteeKind
from aftersales.domain.guarantees.rules import Terms
from aftersales.domain.service_orders.models import ServiceOrder
from aftersales.domain.sites.models import Site
from aftersales.gateways import document_data as data
from aftersales.i18n import gettext, label
from aftersales.web.filters import number


def sentence(of_each: Mapping[GuaranteeKind, Terms]) -> str:
    """The terms of every kind of work, those that are alike together: "Labour, materials: 365 days or 20,000 km." """
    kinds: dict[Terms, list[GuaranteeKind]] = {}
    for kind, terms in of_each.items():
        kinds.setdefault(terms, []).append(kind)
    parts = [
        gettext("%(kinds)s: %(terms)s", kinds=", ".join(label(kind) for kind in some), terms=words(terms))
        for terms, some in kinds.items()
    ]
    return "; ".join(parts) + "."


def words(terms: Terms) -> str:
    """One term: "365 days or 20,000 km"."""
    if not terms.days:
        return gettext("no guarantee")
    if not terms.distance:
        return gettext("%(days)s days", days=number(terms.days))
    return gettext("%(days)s days or %(km)s km", days=number(terms.days), km=number(terms.distance))


def clause(order: ServiceOrder, site: Site) -> data.Clause:
    """The clause that stands on estimate and order: the order's own terms, which later settings do not lower."""
    return data.Clause(
        title=gettext("Guarantee on our work"),
        text=gettext(
            "%(terms)s Whichever comes first, from the hand-over. Parts that you bring yourself are excluded.",
            terms=sentence(queries.terms_of_order(order, site)),
        ),
    )


def remark(order: ServiceOrder, site: Site) -> str:
    """The same in one paragraph, for the invoice and the delivery note."""
    found = clause(order, site)
    return f"{found.title}. {found.text}"
