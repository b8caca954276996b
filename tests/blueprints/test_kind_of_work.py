"""The kind of work of labour that somebody types by hand decides its guarantee and what the job asks for (ORD-9)."""

import pytest
from flask import Flask
from sqlalchemy import select

from aftersales.db import db
from aftersales.domain.catalogue.kinds import Skill
from aftersales.domain.guarantees import rules
from aftersales.domain.guarantees.models import GuaranteeKind
from aftersales.domain.service_orders.models import Authorisation, Job, Line, LineKind, ServiceOrder
from tests import factories
from tests.cast import Cast
from tests.conftest import SignIn

PAINT = {"kind": "labour", "description": "Respray the bumper", "quantity": "2", "unit_price": "300", "skill": "paint",
         "supplied_by": "workshop", "part_grade": "original", "discount_percent": "0"}  # fmt: skip


def job_of(app: Flask, order: ServiceOrder) -> Job:
    with app.app_context():
        return db.session.scalars(select(Job).where(Job.service_order_id == order.id)).first()  # type: ignore[return-value]


def line_called(app: Flask, description: str) -> Line:
    with app.app_context():
        return db.session.scalars(select(Line).where(Line.description == description)).one()


def test_labour_typed_by_hand_says_what_kind_of_work_it_is(
    app: Flask, cast: Cast, sign_in: SignIn, accepted_order: ServiceOrder
) -> None:
    """ORD-9: paint has the terms of paint, whoever wrote the line; the job asks for a painter from now on."""
    job, client = job_of(app, accepted_order), sign_in(cast.advisor.id)
    assert job.skill is None
    form = client.get(f"/orders/{accepted_order.id}/jobs/{job.id}/lines/new").text
    assert 'name="skill"' in form and "Paint and body have guarantee terms" in form
    assert client.post(f"/orders/{accepted_order.id}/jobs/{job.id}/lines", data=PAINT).status_code == 303
    line = line_called(app, "Respray the bumper")
    assert (line.skill, rules.kind_of(line)) == (Skill.PAINT, GuaranteeKind.PAINT)
    assert job_of(app, accepted_order).skill is Skill.PAINT
    assert "Labour · Paint" in client.get(f"/orders/{accepted_order.id}/jobs/{job.id}").text


def test_a_part_is_no_kind_of_work(
    app: Flask, cast: Cast, sign_in: SignIn, accepted_order: ServiceOrder
) -> None:
    job = job_of(app, accepted_order)
    sign_in(cast.advisor.id).post(
        f"/orders/{accepted_order.id}/jobs/{job.id}/lines",
        data={**PAINT, "kind": "part", "description": "Bumper"},
    )
    line = line_called(app, "Bumper")
    assert (line.skill, rules.kind_of(line)) == (None, GuaranteeKind.PART)
    assert job_of(app, accepted_order).skill is None


@pytest.mark.parametrize(
    ("skill", "stands", "kind"),
    [("mechanical", Authorisation.AUTHORISED, GuaranteeKind.LABOUR), ("body", Authorisation.PROPOSED, GuaranteeKind.PAINT)],
)  # fmt: skip
def test_it_can_be_corrected_and_what_stays_asks_for_nothing(
    app: Flask,
    cast: Cast,
    sign_in: SignIn,
    accepted_order: ServiceOrder,
    skill: str,
    stands: Authorisation,
    kind: GuaranteeKind,
) -> None:
    """A line that nobody gave a kind is ordinary work; saving it as that changes nothing."""
    with app.app_context():
        labour = next(
            line
            for line in db.session.scalars(select(Line).where(Line.service_order_id == accepted_order.id))
            if line.kind is LineKind.LABOUR
        )
    assert (labour.skill, labour.authorisation) == (None, Authorisation.AUTHORISED)
    answer = sign_in(cast.advisor.id).post(
        f"/orders/{accepted_order.id}/lines/{labour.id}",
        data={
            "version": labour.version, "kind": "labour", "description": labour.description,
            "quantity": str(labour.quantity), "unit_price": str(labour.unit_price), "discount_percent": "0",
            "skill": skill, "supplied_by": "workshop", "part_grade": "original",
        },
    )  # fmt: skip
    assert answer.status_code == 303
    with app.app_context():
        after = factories.fresh(labour)
        assert (after.authorisation, rules.kind_of(after)) == (stands, kind)


def test_at_check_in_too(app: Flask, cast: Cast, sign_in: SignIn, arrived_order: ServiceOrder) -> None:
    job, client = job_of(app, arrived_order), sign_in(cast.advisor.id)
    address = f"/orders/{arrived_order.id}/check-in/jobs"
    assert f'id="skill-{job.id}"' in client.get(address).text
    assert client.post(f"{address}/{job.id}/lines", data=PAINT).status_code == 303
    assert line_called(app, "Respray the bumper").skill is Skill.PAINT
    assert "Labour (Paint)" in client.get(address).text
