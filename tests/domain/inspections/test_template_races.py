"""Two managers on one template at the same moment. Each race is also run against a twin that looks and then writes:
there it must show the damage, or else it would prove nothing."""

import threading

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from aftersales.db import add, db, transaction
from aftersales.domain.actors import SYSTEM
from aftersales.domain.errors import Refused, Stale, expect_version
from aftersales.domain.inspections import beginning, starter, starter_drives, template_queries, templates
from aftersales.domain.inspections.models import InspectionTemplate
from tests.cast import Cast
from tests.effort import rounds
from tests.factories import NOW
from tests.races import Act, at_once, in_transaction

EV = starter_drives.TEMPLATES[-1].code


def draft(cast: Cast) -> tuple[int, int]:
    """The draft of the common inspection and its version."""
    with transaction():
        templates.stock(actor=SYSTEM, now=NOW)
        made = templates.open_draft(starter.CODE, actor=cast.manager.actor(), now=NOW)
        found = made.id, made.version
    db.session.remove()
    return found


def named(cast: Cast, draft_id: int, name: str, version: int | None) -> Act:
    return in_transaction(
        lambda: templates.change(
            draft_id, name=name, words={}, model_filter="", job_codes=(), pay_types=(), fuels=(), version=version,
            actor=cast.manager.actor(), now=NOW,
        )
    )  # fmt: skip


def drafts() -> int:
    query = select(func.count()).where(
        InspectionTemplate.code == starter.CODE, InspectionTemplate.published_at.is_(None)
    )
    return db.session.scalar(query) or 0


def test_two_edits_of_one_draft_are_one_and_a_refusal(app: Flask, cast: Cast) -> None:
    """ORD-6, TEC-2: both pages show the same version; one is saved, the other is told."""
    for round_ in range(rounds(20, 500)):
        draft_id, version = draft(cast)
        answers = at_once(app, *[named(cast, draft_id, f"{who} {round_}", version) for who in ("A", "B")])
        assert [isinstance(answer, Stale) for answer in answers].count(True) == 1, answers
        winner = next(answer for answer in answers if not isinstance(answer, Stale))
        assert isinstance(winner, InspectionTemplate)
        assert template_queries.get(draft_id).version == version + 1
        db.session.remove()


def test_the_race_of_edits_sees_an_editor_who_looks_and_then_saves(app: Flask, cast: Cast) -> None:
    """The broken twin: both find the version unchanged, both save; what the first one wrote is gone without a word."""
    draft_id, version = draft(cast)
    both_looked = threading.Barrier(2)

    def look_then_save(name: str) -> Act:
        def act() -> object:
            expect_version(template_queries.get(draft_id), version)
            db.session.rollback()
            both_looked.wait(timeout=20)
            return named(cast, draft_id, name, None)()

        return act

    answers = at_once(app, look_then_save("A"), look_then_save("B"))
    assert not [answer for answer in answers if isinstance(answer, Stale)]
    assert template_queries.get(draft_id).version == version + 2


def test_two_who_begin_a_draft_share_one(app: Flask, cast: Cast) -> None:
    """TEC-2: at most one draft of a template, and nobody sees an error."""
    begin = in_transaction(lambda: templates.open_draft(starter.CODE, actor=cast.manager.actor(), now=NOW))
    for _round in range(rounds(20, 500)):
        draft_id, _ = draft(cast)
        with transaction():
            templates.discard(draft_id, version=None, actor=cast.manager.actor(), now=NOW)
        db.session.remove()
        answers = at_once(app, begin, begin)
        assert len({answer.id for answer in answers}) == 1, answers  # type: ignore[attr-defined]
        assert drafts() == 1
        db.session.remove()


def test_the_race_for_a_draft_sees_a_manager_who_looks_and_then_begins(app: Flask, cast: Cast) -> None:
    """The broken twin: both see none, both add one; only the database's own fence stops the second."""
    draft_id, _ = draft(cast)
    with transaction():
        templates.discard(draft_id, version=None, actor=cast.manager.actor(), now=NOW)
    db.session.remove()
    both_looked = threading.Barrier(2)
    stopped = []

    def look_then_begin() -> None:
        assert drafts() == 0
        db.session.rollback()
        both_looked.wait(timeout=20)
        try:
            with transaction():
                add(
                    InspectionTemplate(
                        code=starter.CODE, version_no=2, name="Two", created_at=NOW, changed_at=NOW
                    )
                )
        except IntegrityError as error:
            stopped.append(error)

    at_once(app, look_then_begin, look_then_begin)
    assert len(stopped) == 1


def test_an_edit_and_a_publication_at_once_lose_nothing(app: Flask, cast: Cast) -> None:
    """TEC-2: either the edit is in the version that is in use, or its editor is told that it came too late."""
    for round_ in range(rounds(20, 500)):
        draft_id, version = draft(cast)
        publish = in_transaction(
            lambda draft_id=draft_id, version=version: templates.publish(  # type: ignore[misc]
                draft_id, version=version, actor=cast.manager.actor(), now=NOW
            )
        )
        edited, published = at_once(app, named(cast, draft_id, f"Edit {round_}", version), publish)
        now = template_queries.get(draft_id)
        if isinstance(edited, Refused):
            assert not isinstance(published, Refused)
            assert now.published_at is not None
            assert now.name != f"Edit {round_}"
        else:
            assert isinstance(published, Stale)
            assert (now.name, now.published_at) == (f"Edit {round_}", None)
        db.session.remove()


def test_the_last_two_in_use_are_not_both_retired(app: Flask, cast: Cast) -> None:
    """TEC-2: a car would get no inspection."""
    with transaction():
        templates.stock_all(actor=SYSTEM, now=NOW)
        for other in starter_drives.TEMPLATES[:-1]:
            templates.retire(other.code, actor=SYSTEM, now=NOW)
    db.session.remove()

    def retired(code: str) -> Act:
        return in_transaction(lambda: templates.retire(code, actor=cast.manager.actor(), now=NOW))

    for _round in range(rounds(20, 500)):
        answers = at_once(app, retired(starter.CODE), retired(EV))
        assert [isinstance(answer, Refused) for answer in answers].count(True) == 1, answers
        assert len(beginning.list_in_use()) == 1
        db.session.remove()
        with transaction():
            for code in (starter.CODE, EV):
                templates.bring_back(code, actor=SYSTEM, now=NOW)
        db.session.remove()
