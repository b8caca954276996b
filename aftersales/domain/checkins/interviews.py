"""The interview about one concern: restated in the customer's words, symptom questions, road test together (CHK-8)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select

from aftersales.db import add, db
from aftersales.domain import submissions
from aftersales.domain.actors import Actor
from aftersales.domain.checkins import questions
from aftersales.domain.checkins.models import CheckIn, Interview
from aftersales.domain.checkins.operations import begin, find_locked
from aftersales.domain.errors import Invalid, NotFound, Refused, Stale
from aftersales.domain.service_orders import operations as service_orders
from aftersales.domain.service_orders import timeline
from aftersales.domain.service_orders.models import EventKind, Job
from aftersales.domain.service_orders.states import OrderState
from aftersales.i18n import N_, gettext

_LONGEST_ROAD_TEST = 500


def keep(
    order_id: int,
    job_id: int,
    *,
    restated: str,
    answers: Mapping[str, Any],
    is_road_tested: bool,
    road_test_km: int | None,
    road_test_by: str,
    road_test_found: str,
    actor: Actor,
    now: datetime,
    version: int | None = None,
    client_id: str = "",
    site_id: int | None = None,
) -> Interview:
    """Keep what was asked about a concern. The same ``client_id`` again is the first one's answer.

    ``version`` is that of the page, 0 where there was none yet: an older one is refused with what stands now (ORD-6).
    Refuses what the customer has signed, and a road test without the person who drove.
    """
    actor.need("checkins.write")
    order = service_orders.lock_order(order_id, site_id=site_id)
    job = db.session.get(Job, job_id)
    if job is None or job.service_order_id != order.id or job.voided_at:
        raise NotFound(gettext("There is no such job."))
    checkin = find_locked(order)
    if checkin is None and order.state is OrderState.ARRIVED:
        checkin = begin(order, now)
    if checkin is None or order.is_closed:
        raise Refused(gettext("The customer is asked while the car is here."))
    interview = db.session.scalar(
        select(Interview).where(Interview.job_id == job_id).execution_options(populate_existing=True)
    )
    if (known := submissions.earlier(client_id, now=now)) and interview is not None and interview.id == known:
        return interview
    _expect_open(interview, checkin, version)
    if is_road_tested and not road_test_by.strip():
        raise Invalid(gettext("Say who drove."), field="road_test_by")
    if road_test_km is not None and not 0 <= road_test_km <= _LONGEST_ROAD_TEST:
        raise Invalid(gettext("Enter the kilometres of the road test, 0 to 500."), field="road_test_km")
    if interview is None:
        interview = Interview(checkin_id=checkin.id, job_id=job_id)
        timeline.note(
            order,
            EventKind.EDIT,
            N_("Customer asked about: %(title)s"),
            actor=actor,
            now=now,
            title=job.title,
        )
    interview.restated = restated.strip()[:2000]
    interview.answers = questions.tidied(answers)
    interview.catalogue_version = questions.VERSION
    interview.is_road_tested = is_road_tested
    interview.road_test_km = road_test_km if is_road_tested else None
    interview.road_test_by = road_test_by.strip()[:120] if is_road_tested else ""
    interview.road_test_found = road_test_found.strip()[:1000] if is_road_tested else ""
    interview.edited_at, interview.edited_by_name = now, actor.name
    add(interview)
    submissions.keep(client_id, interview)
    return interview


def is_signed(interview: Interview | None, checkin: CheckIn | None) -> bool:
    """Whether the customer signed an order that shows this interview: it does not change any more."""
    return bool(interview and checkin and checkin.signed_at and interview.edited_at <= checkin.signed_at)


def of_order(order_id: int) -> dict[int, Interview]:
    """The interviews of an order's live jobs, by job."""
    found = db.session.scalars(
        select(Interview)
        .join(Job, Job.id == Interview.job_id)
        .where(Job.service_order_id == order_id, Job.voided_at.is_(None))
    )
    return {interview.job_id: interview for interview in found}


def told(interview: Interview) -> list[tuple[str, str]]:
    """Everything that was asked and answered, as label and words in the reader's language."""
    rows = questions.answered(interview.answers)
    if interview.restated:
        rows.insert(0, (gettext("In the customer's words"), interview.restated))
    if interview.is_road_tested:
        parts = [interview.road_test_by]
        if interview.road_test_km is not None:
            parts.append(gettext("%(n)s km", n=interview.road_test_km))
        parts.append(interview.road_test_found)
        rows.append((gettext("Road test together"), ", ".join(part for part in parts if part)))
    return rows


def _expect_open(interview: Interview | None, checkin: CheckIn, version: int | None) -> None:
    if is_signed(interview, checkin):
        raise Refused(gettext("The customer has signed this. What was signed does not change any more."))
    if version is not None and interview is not None and interview.version != version:
        raise Stale(gettext("Somebody else asked meanwhile. Compare, then save again."), current=interview)
