"""Clocks that run on after the shift: noticed, asked about, corrected with a reason and a trace. Kraków is open from eight
to six; START is ten o'clock."""

from datetime import UTC, datetime, time, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from aftersales.db import db, transaction
from aftersales.domain import audit
from aftersales.domain.accounts import administration
from aftersales.domain.accounts.permissions import Role
from aftersales.domain.audit import AuditEntry
from aftersales.domain.errors import Invalid, NotFound, NotPermitted, Refused
from aftersales.domain.service_orders import operations as service_orders
from aftersales.domain.service_orders import work
from aftersales.domain.service_orders.models import OrderEvent, ServiceOrder
from aftersales.domain.sites import operations as sites
from aftersales.domain.staffing import operations as staffing
from aftersales.domain.staffing import queries as people
from aftersales.domain.staffing import times
from aftersales.domain.staffing.models import Attendance
from aftersales.domain.tasks.models import Task, TaskType
from aftersales.domain.workshop import clocking, clocks, corrections, forgotten
from aftersales.domain.workshop.models import Clocking, EndReason
from aftersales.domain.workshop.time_models import ClockCorrection, ForgottenClock
from aftersales.jobs import floor
from tests.cast import Cast, Person
from tests.factories import NOW, fresh

START = NOW + timedelta(hours=1)
CLOSING = NOW + timedelta(hours=9)
EVENING = CLOSING + timedelta(minutes=31)
MORNING = NOW + timedelta(days=1)


@pytest.fixture(autouse=True)
def _context(app_context: Flask) -> None:
    """Operations alone, in one context."""


@pytest.fixture
def running(cast: Cast, accepted_order: ServiceOrder) -> int:
    """The technician's clock, begun at ten."""
    with transaction():
        return clocking.clock_on(
            fresh(accepted_order).jobs[0].id, site_id=cast.site.id, actor=cast.technician.actor(), now=START
        ).id


def get(clocking_id: int) -> Clocking:
    return db.session.get_one(Clocking, clocking_id, populate_existing=True)


def open_tasks(*types: TaskType) -> list[tuple[TaskType, int | None, str | None]]:
    query = select(Task).where(Task.type.in_(types), Task.closed_at.is_(None)).order_by(Task.id)
    return [(task.type, task.person_id, task.role) for task in db.session.scalars(query)]


def correct(
    cast: Cast,
    clocking_id: int,
    who: Person,
    *,
    start: datetime = START,
    end: datetime = CLOSING,
    reason: str = "Forgot to clock off",
    now: datetime = MORNING,
    ends_day: bool = True,
) -> ClockCorrection:
    with transaction():
        return corrections.correct_clocking(
            clocking_id, started_at=start, ended_at=end, reason=reason, ends_day=ends_day, site_id=cast.site.id,
            actor=who.actor(), now=now,
        )  # fmt: skip


def decide(
    cast: Cast, correction_id: int, who: Person, *, yes: bool = True, answer: str = ""
) -> ClockCorrection:
    with transaction():
        return corrections.decide(
            correction_id,
            is_accepted=yes,
            answer=answer,
            site_id=cast.site.id,
            actor=who.actor(),
            now=MORNING,
        )


def test_a_clock_after_the_shift_is_noticed_once(cast: Cast, running: int) -> None:
    """DSP-4: the person and the team leader are asked; the clock itself is not touched."""
    floor.sweep(CLOSING + timedelta(minutes=29))
    assert open_tasks(TaskType.FORGOTTEN_CLOCK) == []
    for minutes in (0, 1):  # fired twice, or on two machines
        floor.sweep(EVENING + timedelta(minutes=minutes))
    assert open_tasks(TaskType.FORGOTTEN_CLOCK) == [
        (TaskType.FORGOTTEN_CLOCK, cast.technician.id, None),
        (TaskType.FORGOTTEN_CLOCK, None, "leader"),
    ]
    (known,) = db.session.scalars(select(ForgottenClock))
    assert (known.clocking_id, known.shift_ended_at) == (running, CLOSING)
    assert get(running).ended_at is None


def test_the_leader_of_the_team_is_told(cast: Cast, running: int) -> None:
    with transaction():
        team = staffing.add_team(
            cast.site.id, name="A", leader_id=cast.technical_director.id, actor=cast.manager.actor(), now=NOW
        )
        technician = people.find_technician(cast.technician.id, cast.site.id)
        assert technician
        technician.team_id = team.id
    floor.sweep(EVENING)
    assert open_tasks(TaskType.FORGOTTEN_CLOCK)[1] == (
        TaskType.FORGOTTEN_CLOCK, cast.technical_director.id, None,
    )  # fmt: skip


def test_whoever_still_works_is_asked_again_later(cast: Cast, running: int) -> None:
    floor.sweep(EVENING)
    with transaction():
        forgotten.still_at_work(running, site_id=cast.site.id, actor=cast.technician.actor(), now=EVENING)
    assert open_tasks(TaskType.FORGOTTEN_CLOCK) == []
    floor.sweep(EVENING + timedelta(minutes=119))
    assert open_tasks(TaskType.FORGOTTEN_CLOCK) == []
    floor.sweep(EVENING + timedelta(minutes=121))
    assert len(open_tasks(TaskType.FORGOTTEN_CLOCK)) == 2


def test_nobody_says_for_a_colleague_that_they_still_work(cast: Cast, running: int) -> None:
    floor.sweep(EVENING)
    with pytest.raises(NotPermitted), transaction():
        forgotten.still_at_work(running, site_id=cast.site.id, actor=cast.leader.actor(), now=EVENING)


def test_overtime_ends_as_usual_on_the_evening_itself(cast: Cast, running: int) -> None:
    floor.sweep(EVENING)
    with transaction():
        ended = clocking.clock_off(reason=EndReason.END_OF_DAY, actor=cast.technician.actor(), now=EVENING)
    assert ended is not None and ended.ended_at == EVENING
    assert open_tasks(TaskType.FORGOTTEN_CLOCK) == []


def test_the_next_morning_the_end_has_to_be_said_first(
    cast: Cast, accepted_order: ServiceOrder, running: int
) -> None:
    """DSP-4: a forgotten clock is corrected, never ended by what the clock says next morning."""
    actor, job_id = cast.technician.actor(), get(running).job_id
    acts = [
        lambda: clocking.clock_off(reason=EndReason.BREAK, actor=actor, now=MORNING),
        lambda: clocking.clock_on(job_id, site_id=cast.site.id, actor=actor, now=MORNING, switch=True),
        lambda: clocking.begin_day(site_id=cast.site.id, actor=actor, now=MORNING),
        lambda: clocking.end_day(actor=actor, now=MORNING),
        lambda: clocking.stop_for(
            running, site_id=cast.site.id, reason="ill", actor=cast.leader.actor(), now=MORNING
        ),
        lambda: forgotten.still_at_work(running, site_id=cast.site.id, actor=actor, now=MORNING),
    ]
    floor.sweep(EVENING)
    for act in acts:
        with pytest.raises(Refused, match="Say first when you stopped"), transaction():
            act()
    assert get(running).ended_at is None


def test_a_correction_waits_for_the_leaders_yes_and_both_times_are_kept(
    cast: Cast, accepted_order: ServiceOrder, running: int
) -> None:
    """DSP-4: old and new time, who, when, why; the clock stops at once, its time changes with the yes."""
    floor.sweep(EVENING)
    asked = correct(cast, running, cast.technician)
    assert asked.decided_at is None
    assert (get(running).ended_at, get(running).end_reason) == (MORNING, EndReason.FORGOTTEN)
    assert open_tasks(TaskType.FORGOTTEN_CLOCK, TaskType.FORGOTTEN_DAY) == []
    assert (TaskType.DECIDE_CORRECTION, None, "leader") in open_tasks(TaskType.DECIDE_CORRECTION)
    with transaction():  # the new day begins meanwhile
        clocking.begin_day(site_id=cast.site.id, actor=cast.technician.actor(), now=MORNING)
    decided = decide(cast, asked.id, cast.leader)
    assert (get(running).started_at, get(running).ended_at) == (START, CLOSING)
    assert fresh(accepted_order).worked_minutes == 8 * 60
    assert (decided.old_started_at, decided.old_ended_at) == (START, None)
    assert (decided.new_ended_at, decided.reason) == (CLOSING, "Forgot to clock off")
    assert (decided.asked_by_name, decided.decided_by_name) == (cast.technician.name, cast.leader.name)
    texts = [event.text for event in db.session.scalars(select(OrderEvent))]
    assert "Time corrected: %(title)s, now %(new_started_at)s to %(new_ended_at)s" in texts
    actions = set(db.session.scalars(select(AuditEntry.action)))
    assert {"clocks.correct", "clocks.decide_correction"} <= actions
    assert audit.find_break() is None


def test_the_forgotten_day_ends_with_the_clock(cast: Cast, running: int) -> None:
    correct(cast, running, cast.technician)
    for waiting in list(db.session.scalars(select(ClockCorrection).order_by(ClockCorrection.id))):
        decide(cast, waiting.id, cast.leader)
    (day,) = db.session.scalars(select(Attendance).execution_options(populate_existing=True))
    assert (day.started_at, day.ended_at) == (START, CLOSING)


def test_without_the_setting_ones_own_correction_holds_at_once(cast: Cast, running: int) -> None:
    with transaction():
        sites.set_settings(
            cast.site.id, values={"clock.correction_needs_yes": False}, actor=cast.admin.actor(), now=NOW
        )
    correct(cast, running, cast.technician)
    assert get(running).ended_at == CLOSING
    assert open_tasks(TaskType.DECIDE_CORRECTION) == []


def test_the_leaders_correction_of_a_colleague_holds_at_once(cast: Cast, running: int) -> None:
    made = correct(cast, running, cast.leader)
    assert (made.is_accepted, get(running).ended_at) == (True, CLOSING)


def test_nobody_decides_on_their_own_times(cast: Cast, accepted_order: ServiceOrder) -> None:
    with transaction():
        clocked = clocking.clock_on(
            fresh(accepted_order).jobs[0].id, site_id=cast.site.id, actor=cast.manager.actor(), now=START
        )
    asked = correct(cast, clocked.id, cast.manager)
    assert asked.decided_at is None
    with pytest.raises(NotPermitted, match="Somebody else"):
        decide(cast, asked.id, cast.manager)
    decide(cast, asked.id, cast.service_manager)


def test_a_no_needs_words_and_leaves_the_clock_as_it_was(cast: Cast, running: int) -> None:
    asked = correct(cast, running, cast.technician, ends_day=False)
    with pytest.raises(Invalid, match="Say why not"):
        decide(cast, asked.id, cast.leader, yes=False)
    refused = decide(cast, asked.id, cast.leader, yes=False, answer="You left at four")
    assert (refused.is_accepted, refused.answer, get(running).ended_at) == (
        False,
        "You left at four",
        MORNING,
    )
    decide(cast, asked.id, cast.leader, yes=False, answer="again")  # the same twice is harmless
    with pytest.raises(Refused, match="has decided"):
        decide(cast, asked.id, cast.manager)
    correct(cast, running, cast.technician, end=CLOSING - timedelta(hours=2), ends_day=False)  # and once more


def test_a_second_correction_waits_for_the_first(cast: Cast, running: int) -> None:
    correct(cast, running, cast.technician)
    with pytest.raises(Refused, match="waits for the team leader already"):
        correct(cast, running, cast.technician)


@pytest.mark.parametrize(
    ("start", "end", "reason", "words"),
    [
        (START, MORNING + timedelta(minutes=1), "x", "future"),
        (CLOSING, START, "x", "after the begin"),
        (START, START, "x", "after the begin"),
        (START, START + timedelta(hours=16, minutes=1), "x", "16 hours"),
        (START, CLOSING, "  ", "Say why"),
    ],
)
def test_times_that_cannot_be_are_refused(
    cast: Cast, running: int, start: datetime, end: datetime, reason: str, words: str
) -> None:
    with pytest.raises(Invalid, match=words):
        correct(cast, running, cast.technician, start=start, end=end, reason=reason)
    assert get(running).ended_at is None


def test_corrected_times_never_overlap_another_clock(cast: Cast, running: int) -> None:
    """DSP-4: one running job each, afterwards too."""
    job_id, actor = get(running).job_id, cast.technician.actor()
    with transaction():
        clocking.clock_off(reason=EndReason.BREAK, actor=actor, now=START + timedelta(hours=1))
    with transaction():
        second = clocking.clock_on(
            job_id, site_id=cast.site.id, actor=actor, now=START + timedelta(hours=2)
        ).id
    with pytest.raises(Invalid, match="ran on another job"):
        correct(cast, second, cast.technician, start=START + timedelta(minutes=30))
    correct(cast, second, cast.technician, start=START + timedelta(hours=1))  # right after the first


def test_strangers_do_not_touch_the_times(cast: Cast, running: int) -> None:
    with pytest.raises(NotPermitted):
        correct(cast, running, cast.second_technician)
    with pytest.raises(NotFound), transaction():
        corrections.correct_clocking(
            running, started_at=START, ended_at=CLOSING, reason="x", site_id=cast.other_site.id,
            actor=cast.other_manager.actor(), now=MORNING,
        )  # fmt: skip


def test_a_forgotten_day_without_a_job_is_noticed_and_corrected(cast: Cast) -> None:
    """Also of people who work on no job: the advisor who went home."""
    with transaction():
        day = clocking.begin_day(site_id=cast.site.id, actor=cast.advisor.actor(), now=NOW)
    floor.sweep(EVENING)
    assert open_tasks(TaskType.FORGOTTEN_DAY) == [
        (TaskType.FORGOTTEN_DAY, cast.advisor.id, None),
        (TaskType.FORGOTTEN_DAY, None, "leader"),
    ]
    with transaction():
        made = corrections.correct_day(
            day.id, started_at=NOW, ended_at=CLOSING, reason="Went home", site_id=cast.site.id,
            actor=cast.advisor.actor(), now=MORNING,
        )  # fmt: skip
    assert open_tasks(TaskType.FORGOTTEN_DAY) == []
    decide(cast, made.id, cast.manager)
    assert fresh(day).ended_at == CLOSING


def test_a_clock_of_overtime_is_looked_at_after_four_hours(cast: Cast, accepted_order: ServiceOrder) -> None:
    begun = CLOSING + timedelta(hours=1)
    with transaction():
        clocking.clock_on(
            fresh(accepted_order).jobs[0].id, site_id=cast.site.id, actor=cast.technician.actor(), now=begun
        )
    floor.sweep(begun + timedelta(hours=4, minutes=29))
    assert open_tasks(TaskType.FORGOTTEN_CLOCK) == []
    floor.sweep(begun + timedelta(hours=4, minutes=30))
    assert len(open_tasks(TaskType.FORGOTTEN_CLOCK)) == 2


def test_a_colleague_who_left_is_clocked_off_with_a_reason(
    cast: Cast, accepted_order: ServiceOrder, running: int
) -> None:
    """A technician leaves in the middle of a job: the leader stops the clock, and somebody else goes on."""
    stop = {"site_id": cast.site.id, "now": START + timedelta(hours=1)}
    with pytest.raises(Invalid, match="Your colleague reads it"), transaction():
        clocking.stop_for(running, reason=" ", actor=cast.leader.actor(), **stop)
    with pytest.raises(NotPermitted), transaction():
        clocking.stop_for(running, reason="ill", actor=cast.second_technician.actor(), **stop)
    for _ in range(2):  # twice is harmless
        with transaction():
            clocking.stop_for(running, reason="Went home ill", actor=cast.leader.actor(), **stop)
    stopped = get(running)
    assert (stopped.end_reason, stopped.note) == (EndReason.STOPPED, "Went home ill")
    assert stopped.stopped_by_name == cast.leader.name
    assert (fresh(accepted_order).open_clockings, fresh(accepted_order).worked_minutes) == (0, 60)


def test_the_clock_of_whoever_was_locked_out_is_noticed_at_once(cast: Cast, running: int) -> None:
    """DSP-4: an account ends in the middle of a job. Nobody but the leaders can end its clock, so they are told by the next
    sweep, and the end that is proposed is the moment of the lock-out."""
    left = START + timedelta(minutes=20)
    with transaction():
        administration.disable(cast.technician.id, actor=cast.admin.actor(), now=left)
    for _ in range(2):  # twice is harmless
        floor.sweep(left + timedelta(minutes=1))
    assert open_tasks(TaskType.FORGOTTEN_CLOCK) == [(TaskType.FORGOTTEN_CLOCK, None, "leader")]
    (row,) = clocks.list_running(cast.site.id)
    assert (row.id, row.shift_ended_at, row.ended_at) == (running, left, None)
    with transaction():
        administration.disable(cast.leader.id, actor=cast.admin.actor(), now=left)
    assert forgotten.leader_of(cast.technician.id, cast.site.id) == (None, Role.MANAGER)
    correct(cast, running, cast.manager, end=left, reason="Left", now=left + timedelta(hours=1))
    assert open_tasks(TaskType.FORGOTTEN_CLOCK) == []


def test_an_order_ends_once_its_clocks_are_stopped(
    cast: Cast, accepted_order: ServiceOrder, running: int
) -> None:
    """An order that is closed while somebody is clocked on: refused, until whoever leads stops the clock."""

    def close() -> None:
        with transaction():
            service_orders.move(
                service_orders.lock_order(accepted_order.id), "close_without_repair", reason="Sold",
                actor=cast.advisor.actor(), now=START,
            )  # fmt: skip

    with pytest.raises(Refused, match="clocked on"):
        close()
    with transaction():
        clocking.stop_for(
            running, site_id=cast.site.id, reason="The car goes back", actor=cast.manager.actor(), now=START
        )
    close()
    assert fresh(accepted_order).open_clockings == 0


def test_clocking_leaves_the_orders_version_alone(cast: Cast, accepted_order: ServiceOrder) -> None:
    """ORD-6: a form that stands open at the desk is not out of date because somebody clocked on or off."""
    version = fresh(accepted_order).version
    with transaction():
        running = clocking.clock_on(
            fresh(accepted_order).jobs[0].id, site_id=cast.site.id, actor=cast.technician.actor(), now=START
        ).id
    with transaction():
        clocking.clock_off(
            reason=EndReason.BREAK, actor=cast.technician.actor(), now=START + timedelta(hours=1)
        )
    correct(cast, running, cast.leader, end=START + timedelta(minutes=30), ends_day=False)
    assert fresh(accepted_order).version == version
    assert fresh(accepted_order).worked_minutes == 30
    with transaction():
        service_orders.promise(
            accepted_order.id, promised_at=NOW + timedelta(days=2), reason="later", version=version,
            actor=cast.advisor.actor(), now=MORNING,
        )  # fmt: skip


def test_a_second_tablet_that_shows_another_job_is_asked_again(
    cast: Cast, accepted_order: ServiceOrder, running: int
) -> None:
    """Two tablets of one person: the one that still shows an earlier job does not pause another one unseen."""
    actor = cast.technician.actor()
    first = get(running).job_id
    with transaction():
        second, third = (
            work.add_job(accepted_order.id, title=title, actor=cast.advisor.actor(), now=NOW).id
            for title in ("Air filter", "Wipers")
        )
    with transaction():
        clocking.clock_on(second, site_id=cast.site.id, actor=actor, now=START, switch=True, instead_of=first)
    with pytest.raises(Refused, match="still clocked on to “Air filter”"), transaction():
        clocking.clock_on(third, site_id=cast.site.id, actor=actor, now=START, switch=True, instead_of=first)
    assert [
        clock.job_id for clock in db.session.scalars(select(Clocking).where(Clocking.ended_at.is_(None)))
    ] == [second]


def test_a_correction_in_the_night_of_the_clock_change_counts_what_passed(
    cast: Cast, accepted_order: ServiceOrder
) -> None:
    """On 25 October 2026 an hour comes twice: from 22:00 to 06:00 by the wall nine hours passed."""
    begin, end = datetime(2026, 10, 24, 20, 0, tzinfo=UTC), datetime(2026, 10, 25, 5, 0, tzinfo=UTC)
    with transaction():
        clocked = clocking.clock_on(
            fresh(accepted_order).jobs[0].id, site_id=cast.site.id, actor=cast.technician.actor(), now=begin
        )
    correct(cast, clocked.id, cast.leader, start=begin, end=end, now=end + timedelta(hours=3))
    assert fresh(accepted_order).worked_minutes == 9 * 60


def test_ones_own_shift_counts_before_the_opening_hours(cast: Cast, running: int) -> None:
    """DSP-6: whoever works until two is asked at half past two, not in the evening; a night shift is asked in the
    morning."""
    technician = people.find_technician(cast.technician.id, cast.site.id)
    assert technician
    with transaction():
        times.set_week(
            technician.id, {1: times.WorkingDay(time(8), time(14))}, site_id=cast.site.id,
            actor=cast.manager.actor(), now=NOW,
        )  # fmt: skip
    floor.sweep(NOW + timedelta(hours=5, minutes=29))
    assert open_tasks(TaskType.FORGOTTEN_CLOCK) == []
    floor.sweep(NOW + timedelta(hours=5, minutes=30))
    (known,) = db.session.scalars(select(ForgottenClock))
    assert known.shift_ended_at == NOW + timedelta(hours=5)


def test_a_night_shift_ends_on_the_next_day_without_a_question(
    cast: Cast, accepted_order: ServiceOrder
) -> None:
    technician = people.find_technician(cast.technician.id, cast.site.id)
    assert technician
    with transaction():
        times.set_week(
            technician.id, {1: times.WorkingDay(time(22), time(6))}, site_id=cast.site.id,
            actor=cast.manager.actor(), now=NOW,
        )  # fmt: skip
    late, early = NOW + timedelta(hours=14), NOW + timedelta(hours=20, minutes=45)
    with transaction():
        clocking.clock_on(
            fresh(accepted_order).jobs[0].id, site_id=cast.site.id, actor=cast.technician.actor(), now=late
        )
    floor.sweep(early)
    assert open_tasks(TaskType.FORGOTTEN_CLOCK) == []
    with transaction():
        clocking.clock_off(reason=EndReason.END_OF_DAY, actor=cast.technician.actor(), now=early)
    assert fresh(accepted_order).worked_minutes == 405
