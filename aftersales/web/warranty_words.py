"""What the customer is told of the warranty: for the documents, the quotation's rows and the link (DIA-4)."""

from dataclasses import dataclass

from aftersales.domain.warranty import line_decisions
from aftersales.domain.warranty.models import LineState, LineWarranty
from aftersales.gateways import document_data as data
from aftersales.i18n import gettext


@dataclass(frozen=True, slots=True)
class Told:
    """Where a line stands with the warranty, as the customer reads it. ``job_id`` is the line's job."""

    line_id: int
    job_id: int
    line: str
    state: LineState
    words: str
    reason: str


def told(order_id: int) -> list[Told]:
    """What the customer is told of each line of which the warranty was asked."""
    return [_told(found) for found in line_decisions.list_of_order(order_id)]


def of_order(order_id: int) -> tuple[data.Fact, ...]:
    """The same for a document: the line, and the words with the reason."""
    return tuple(data.Fact(label=one.line, value=f"{one.words} {one.reason}") for one in told(order_id))


def by_job(order_id: int) -> dict[int, str]:
    """The words with the reasons by the job's id: for jobs that somebody else pays, which show no lines."""
    found: dict[int, list[str]] = {}
    for one in told(order_id):
        found.setdefault(one.job_id, []).append(f"{one.words} {one.reason}")
    return {job_id: " ".join(dict.fromkeys(words)) for job_id, words in found.items()}


def _told(found: LineWarranty) -> Told:
    words = {
        LineState.PENDING: gettext("Warranty: being looked at."),
        LineState.MANUFACTURER: gettext("Warranty: the manufacturer decides."),
        LineState.YES: gettext("Warranty pays this."),
        LineState.NO: gettext("Not under warranty."),
    }
    return Told(
        line_id=found.line_id,
        job_id=found.line.job_id,
        line=found.line.description,
        state=found.standing,
        words=words[found.standing],
        reason=found.reason,
    )
