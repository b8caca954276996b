"""Torques and fluids, photos of what failed, and the rework clock on screens."""

from io import BytesIO
from typing import Any

from flask import Flask

from aftersales.db import db, transaction
from aftersales.domain.catalogue.kinds import SpecKind
from aftersales.domain.quality.models import QualityPhoto, Rework
from aftersales.domain.service_orders.job_models import JobSpec
from aftersales.domain.service_orders.models import ServiceOrder
from aftersales.domain.workshop.models import Clocking
from tests import factories
from tests.blueprints.test_quality import all_ok, check_of, lines_of, refuse, state
from tests.blueprints.test_quality import in_quality_check as in_quality_check
from tests.blueprints.test_quality import repairing as repairing
from tests.cast import Cast
from tests.conftest import SignIn
from tests.gateways.photographs import own


def add_torque(app: Flask, order: ServiceOrder) -> int:
    """Wheel bolts, 110 to 130 Nm, on the order's first job."""
    with app.app_context(), transaction():
        job = factories.fresh(order).jobs[0]
        spec = JobSpec(
            service_order_id=order.id, job_id=job.id, position=1, kind=SpecKind.TORQUE, name="Wheel bolts",
            unit="Nm", nominal=120, low=110, high=130,
        )  # fmt: skip
        db.session.add(spec)
        db.session.flush()
        return spec.id


def check_myself(client: Any, app: Flask, order: ServiceOrder, **values: Any) -> Any:
    with app.app_context():
        ids = lines_of(order)
    return client.post(f"/orders/{order.id}/self-check", data={"line": ids, **values})


def test_a_missing_torque_is_named_at_its_field_and_keeps_the_ticks(
    app: Flask, cast: Cast, sign_in: SignIn, repairing: ServiceOrder
) -> None:
    """QCS-1"""
    spec = add_torque(app, repairing)
    client = sign_in(cast.technician.id)
    answer = check_myself(client, app, repairing, **{f"spec-{spec}": ""})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "enter what you measured" in page and f'id="spec-{spec}-error"' in page
    assert page.count(" checked") >= 2
    answer = check_myself(client, app, repairing, **{f"spec-{spec}": "150,5"})
    assert answer.status_code == 422
    assert "Why does it stay outside?" in answer.get_data(as_text=True)
    answer = check_myself(client, app, repairing, **{f"spec-{spec}": "118,5"})
    assert answer.status_code == 303 and state(app, repairing) == "quality_check"


def test_a_word_is_no_torque(app: Flask, cast: Cast, sign_in: SignIn, repairing: ServiceOrder) -> None:
    spec = add_torque(app, repairing)
    client = sign_in(cast.technician.id)
    for nonsense in ("tight", "NaN", "inf"):
        answer = client.post(f"/orders/{repairing.id}/measured", data={f"spec-{spec}": nonsense})
        assert answer.status_code == 422 and "Enter a number" in answer.get_data(as_text=True)


def test_values_are_kept_while_the_work_goes_on(
    app: Flask, cast: Cast, sign_in: SignIn, repairing: ServiceOrder
) -> None:
    spec = add_torque(app, repairing)
    client = sign_in(cast.technician.id)
    assert client.post(f"/orders/{repairing.id}/measured", data={f"spec-{spec}": "120"}).status_code == 303
    page = client.get(f"/orders/{repairing.id}/self-check").get_data(as_text=True)
    assert 'value="120"' in page and "110 to 130 Nm" in page and "Tomasz Lis" in page


def test_two_taps_on_the_self_check_are_one(
    app: Flask, cast: Cast, sign_in: SignIn, repairing: ServiceOrder
) -> None:
    client = sign_in(cast.technician.id)
    first = check_myself(client, app, repairing, submission_id="self-check-twice")
    second = check_myself(client, app, repairing, submission_id="self-check-twice")
    assert (
        (first.status_code, first.location) == (second.status_code, second.location) == (303, first.location)
    )


def test_the_inspector_sees_the_measured_value_and_its_limits(
    app: Flask, cast: Cast, sign_in: SignIn, repairing: ServiceOrder
) -> None:
    """QCS-1, QCS-4: the value is a point of the inspection and stands in the record."""
    spec = add_torque(app, repairing)
    values = {f"spec-{spec}": "135", f"remark-{spec}": "Steel wheels"}
    check_myself(sign_in(cast.technician.id), app, repairing, **values)
    client = sign_in(cast.qc.id)
    page = client.get(f"/orders/{repairing.id}/quality-check").get_data(as_text=True)
    assert "135 Nm" in page and "110 to 130 Nm" in page
    assert "Outside its limits" in page and "Steel wheels" in page
    answer = client.post(
        f"/orders/{repairing.id}/quality-check/release",
        data={**all_ok(app, repairing), "signature_name": "Quentin Sowa"},
    )
    assert answer.status_code == 303


def test_two_taps_on_release_are_one_with_one_answer(
    app: Flask, cast: Cast, sign_in: SignIn, in_quality_check: ServiceOrder
) -> None:
    client = sign_in(cast.qc.id)
    form = {
        **all_ok(app, in_quality_check),
        "signature_name": "Quentin Sowa",
        "submission_id": "release-twice",
    }
    answers = [client.post(f"/orders/{in_quality_check.id}/quality-check/release", data=form) for _ in "12"]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert answers[0].location == answers[1].location
    assert state(app, in_quality_check) == "preparing"


def test_a_photo_of_what_is_not_ok_stands_beside_the_reason(
    app: Flask, cast: Cast, sign_in: SignIn, in_quality_check: ServiceOrder
) -> None:
    """QCS-2: taken in the row; the technician sees it with the rework. Sent twice it is one."""
    client = sign_in(cast.qc.id)
    item = check_of(app, in_quality_check).items[1]
    for _ in range(2):
        answer = client.post(
            f"/quality-items/{item.id}/photos",
            data={"photo": (BytesIO(own()), "failed.jpg"), "photo_id": "failed-photo-1"},
        )
        assert answer.status_code == 303
    with app.app_context():
        photo = db.session.query(QualityPhoto).one().attachment_id
    assert refuse(client, app, in_quality_check, cast).status_code == 303
    page = sign_in(cast.technician.id).get(f"/orders/{in_quality_check.id}/rework").get_data(as_text=True)
    assert f"/files/{photo}" in page or f"photos/{photo}" in page
    assert "Check the shield plate, photo 1" in page or "photo 1" in page


def test_the_technician_clocks_on_to_rework_and_ends_it_by_done(
    app: Flask, cast: Cast, sign_in: SignIn, in_quality_check: ServiceOrder
) -> None:
    """QCS-2: a clock of its own, from the page that says what is wrong."""
    refuse(sign_in(cast.qc.id), app, in_quality_check, cast)
    with app.app_context():
        rework = db.session.query(Rework).one().id
    client = sign_in(cast.technician.id)
    url = f"/orders/{in_quality_check.id}/rework"
    assert "Clock on to the rework" in client.get(url).get_data(as_text=True)
    assert client.post(f"/reworks/{rework}/clocking").location.endswith(url)
    page = client.get(url).get_data(as_text=True)
    assert "works on it since" in page and 'aria-label="Clock on to the rework' not in page
    assert client.post(f"/reworks/{rework}/completion", data={"note": "Bent back"}).status_code == 303
    with app.app_context():
        clocking = db.session.query(Clocking).one()
        assert clocking.is_rework and clocking.ended_at


def test_another_site_finds_no_rework(
    app: Flask, cast: Cast, sign_in: SignIn, in_quality_check: ServiceOrder
) -> None:
    refuse(sign_in(cast.qc.id), app, in_quality_check, cast)
    with app.app_context():
        rework = db.session.query(Rework).one().id
    assert sign_in(cast.other_manager.id).post(f"/reworks/{rework}/clocking").status_code == 404
