"""The checks on screens: /orders/<id>/self-check, /leader-check, /quality-check, /rework."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from aftersales.db import db, transaction
from aftersales.domain.documents.models import Document, DocumentKind, Signature
from aftersales.domain.quality import queries, work_checks
from aftersales.domain.quality.models import QualityCheck, Rework, Tick
from aftersales.domain.service_orders import operations as service_orders
from aftersales.domain.service_orders.models import ServiceOrder
from tests import factories
from tests.cast import Cast
from tests.conftest import CountQueries, SignIn
from tests.html import CheckingClient

NOW = factories.NOW + timedelta(hours=3)


@pytest.fixture
def repairing(app: Flask, cast: Cast, accepted_order: ServiceOrder) -> ServiceOrder:
    with app.app_context(), transaction():
        order = service_orders.lock_order(accepted_order.id)
        service_orders.move(order, "start_repair", actor=cast.advisor.actor(), now=NOW)
    return accepted_order


@pytest.fixture
def in_quality_check(app: Flask, cast: Cast, repairing: ServiceOrder) -> ServiceOrder:
    with app.app_context(), transaction():
        by, site_id = cast.technician.actor(), cast.site.id
        work_checks.self_check(repairing.id, site_id=site_id, line_ids=lines_of(repairing), actor=by, now=NOW)
        work_checks.finish_work(repairing.id, site_id=site_id, actor=by, now=NOW)
    return repairing


def lines_of(order: ServiceOrder) -> list[int]:
    return [line.id for job in queries.list_authorised_jobs(order.id) for line in job.lines]


def state(app: Flask, order: ServiceOrder) -> str:
    with app.app_context():
        return str(factories.fresh(order).state)


def check_of(app: Flask, order: ServiceOrder) -> QualityCheck:
    with app.app_context():
        return queries.get_final_check(order.id)


DRIVE = {
    "drive": "1",
    "road_test_start": "118,420",
    "road_test_end": "118 431",
    "tick": [tick.value for tick in Tick],
    "torque": "Wheel bolts 120 Nm",
}


def all_ok(app: Flask, order: ServiceOrder) -> dict[str, Any]:
    items = check_of(app, order).items
    return {
        **DRIVE,
        **{f"result-{item.id}": "ok" for item in items},
        **{f"version-{item.id}": str(item.version) for item in items},
    }


def test_the_technician_ticks_every_line_and_the_car_goes_to_quality_check(
    app: Flask, cast: Cast, sign_in: SignIn, repairing: ServiceOrder
) -> None:
    """TEC-5: one screen, one button at the end."""
    client = sign_in(cast.technician.id)
    page = client.get(f"/orders/{repairing.id}/self-check").get_data(as_text=True)
    assert "Replace brake pads" in page and "Brake pads · 5N0698151" in page
    with app.app_context():
        ids = lines_of(repairing)
    answer = client.post(f"/orders/{repairing.id}/self-check", data={"line": ids, "note": "Drove it"})
    assert answer.status_code == 303
    assert state(app, repairing) == "quality_check"


def test_an_unticked_line_keeps_the_other_ticks_and_the_note(
    app: Flask, cast: Cast, sign_in: SignIn, repairing: ServiceOrder
) -> None:
    client = sign_in(cast.technician.id)
    with app.app_context():
        first = lines_of(repairing)[0]
    answer = client.post(f"/orders/{repairing.id}/self-check", data={"line": [first], "note": "Drove it"})
    assert answer.status_code == 422
    text = answer.get_data(as_text=True)
    assert "Missing: Brake pads." in text
    assert f'value="{first}" checked' in text
    assert "Drove it" in text
    assert state(app, repairing) == "repairing"


def test_somebody_elses_order_is_not_self_checked(
    app: Flask, cast: Cast, sign_in: SignIn, repairing: ServiceOrder
) -> None:
    with app.app_context():
        ids = lines_of(repairing)
    client = sign_in(cast.second_technician.id)
    assert client.post(f"/orders/{repairing.id}/self-check", data={"line": ids}).status_code == 403
    assert state(app, repairing) == "repairing"


def test_with_teams_the_leader_passes_the_car_on(
    app: Flask, cast: Cast, sign_in: SignIn, repairing: ServiceOrder
) -> None:
    """TEC-5: self-check, team leader's check with advice, then quality control."""
    with app.app_context(), transaction():
        service_orders.lock_order(repairing.id).needs_leader_check = True
        ids = lines_of(repairing)
    sign_in(cast.technician.id).post(f"/orders/{repairing.id}/self-check", data={"line": ids})
    assert state(app, repairing) == "repairing"
    leader = sign_in(cast.leader.id)
    tasks = leader.get("/tasks").get_data(as_text=True)
    assert f"/orders/{repairing.id}/leader-check" in tasks
    url = f"/orders/{repairing.id}/leader-check"
    refused = leader.post(url, data={"result": "not_ok", "note": ""})
    assert refused.status_code == 422 and "Say what the technician" in refused.get_data(as_text=True)
    assert leader.post(url, data={"result": "ok", "note": "Well done"}).status_code == 303
    assert state(app, repairing) == "quality_check"


def test_the_supervisor_sees_every_line_and_who_worked_on_the_car(
    cast: Cast, sign_in: SignIn, in_quality_check: ServiceOrder
) -> None:
    """QCS-1"""
    page = sign_in(cast.qc.id).get(f"/orders/{in_quality_check.id}/quality-check").get_data(as_text=True)
    assert "Replace brake pads" in page
    assert "Work by Tomasz Lis" in page
    assert "0 of 2 checked" in page


def test_the_page_costs_few_queries(
    cast: Cast, sign_in: SignIn, in_quality_check: ServiceOrder, count_queries: CountQueries
) -> None:
    client = sign_in(cast.qc.id)
    with count_queries() as seen:
        client.get(f"/orders/{in_quality_check.id}/quality-check")
    assert len(seen) <= 6


def test_a_verdict_answers_its_row_the_count_and_the_bar(
    app: Flask, cast: Cast, sign_in: SignIn, in_quality_check: ServiceOrder
) -> None:
    item = check_of(app, in_quality_check).items[0]
    answer = sign_in(cast.qc.id).hx_post(
        f"/quality-items/{item.id}", data={f"result-{item.id}": "not_ok", f"version-{item.id}": item.version}
    )
    text = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert text.count("hx-swap-oob") == 2
    assert "1 of 2 checked" in text
    assert "Send 1 to rework" in text
    assert "What is wrong?" in text


def test_one_tap_says_that_a_whole_job_is_ok(
    app: Flask, cast: Cast, sign_in: SignIn, in_quality_check: ServiceOrder
) -> None:
    answer = sign_in(cast.qc.id).hx_post(f"/orders/{in_quality_check.id}/quality-check/groups/0/rest")
    assert "Every point is OK" in answer.get_data(as_text=True)
    assert {item.result for item in check_of(app, in_quality_check).items} == {"ok"}


def test_release_signs_the_record_that_was_seen_and_keeps_it_with_the_signature(
    app: Flask, cast: Cast, sign_in: SignIn, in_quality_check: ServiceOrder
) -> None:
    """STEP-13, QCS-4: verified, signed, on the order as a PDF; the car is prepared next."""
    client = sign_in(cast.qc.id)
    answer = client.post(
        f"/orders/{in_quality_check.id}/quality-check/release",
        data={**all_ok(app, in_quality_check), "signature_name": "Quentin Sowa"},
    )
    assert answer.status_code == 303
    assert state(app, in_quality_check) == "preparing"
    with app.app_context():
        signature = db.session.query(Signature).filter_by(purpose="quality").one()
        drawn, signed = (
            db.session.query(Document).filter_by(kind=DocumentKind.QC_RECORD).order_by(Document.id).all()
        )
        assert signature.document_digest == drawn.sha256
        assert (drawn.is_shared, signed.is_shared) == (False, True)
    assert client.get(f"/documents/{signed.id}.pdf").data.startswith(b"%PDF")
    check = check_of(app, in_quality_check)
    assert (check.road_test_start, check.road_test_end) == (118_420, 118_431)


def test_release_without_a_name_keeps_everything_that_was_entered(
    app: Flask, cast: Cast, sign_in: SignIn, in_quality_check: ServiceOrder
) -> None:
    answer = sign_in(cast.qc.id).post(
        f"/orders/{in_quality_check.id}/quality-check/release",
        data={**all_ok(app, in_quality_check), "signature_name": ""},
    )
    assert answer.status_code == 422
    text = answer.get_data(as_text=True)
    assert "Enter the full name" in text
    assert 'value="118431"' in text and "Wheel bolts 120 Nm" in text
    assert state(app, in_quality_check) == "quality_check"


def test_release_names_what_is_left(
    app: Flask, cast: Cast, sign_in: SignIn, in_quality_check: ServiceOrder
) -> None:
    """QCS-1"""
    answer = sign_in(cast.qc.id).post(
        f"/orders/{in_quality_check.id}/quality-check/release",
        data={"drive": "1", "tick": [], "signature_name": "Quentin Sowa"},
    )
    assert answer.status_code == 409
    assert "Not checked yet: Replace brake pads, Brake pads." in answer.get_data(as_text=True)


@pytest.mark.parametrize("reading", ["a lot", "-5", "123456789012", "1e5"])
def test_nonsense_as_odometer_is_refused(
    app: Flask, cast: Cast, sign_in: SignIn, in_quality_check: ServiceOrder, reading: str
) -> None:
    answer = sign_in(cast.qc.id).post(
        f"/orders/{in_quality_check.id}/quality-check", data={"drive": "1", "road_test_end": reading}
    )
    assert answer.status_code == 422


def refuse(client: CheckingClient, app: Flask, order: ServiceOrder, cast: Cast, **more: str) -> Any:
    item = check_of(app, order).items[1]
    return client.post(
        f"/orders/{order.id}/quality-check/refusal",
        data={
            f"result-{item.id}": "not_ok",
            f"version-{item.id}": item.version,
            f"reason-{item.id}": ["noise", "dirty"],
            f"instruction-{item.id}": more.get("instruction", "Check the shield plate"),
            f"who-{item.id}": cast.technician.id,
        },
    )


def test_what_is_not_ok_goes_back_with_reasons_and_comes_again(
    app: Flask, cast: Cast, sign_in: SignIn, in_quality_check: ServiceOrder
) -> None:
    """QCS-2: back to repair; the technician reads why, marks it as done, checks, and the inspection begins anew."""
    order = in_quality_check
    assert refuse(sign_in(cast.qc.id), app, order, cast).status_code == 303
    assert state(app, order) == "repairing"
    technician = sign_in(cast.technician.id)
    assert f"/orders/{order.id}/rework" in technician.get("/tasks").get_data(as_text=True)
    page = technician.get(f"/orders/{order.id}/rework").get_data(as_text=True)
    assert "Check the shield plate" in page and "Noise or vibration" in page and "Dirty" in page
    with app.app_context():
        rework_id = db.session.query(Rework).one().id
        ids = lines_of(order)
    done = technician.post(f"/reworks/{rework_id}/completion", data={"note": "Bent back"})
    assert done.location.endswith("/self-check")
    technician.post(f"/orders/{order.id}/self-check", data={"line": ids})
    assert state(app, order) == "quality_check"
    again = sign_in(cast.qc.id).get(f"/orders/{order.id}/quality-check").get_data(as_text=True)
    assert "Round 2" in again and "0 of 2 checked" in again


def test_a_refusal_without_a_word_on_what_to_do_keeps_the_reasons(
    app: Flask, cast: Cast, sign_in: SignIn, in_quality_check: ServiceOrder
) -> None:
    """QCS-2"""
    answer = refuse(sign_in(cast.qc.id), app, in_quality_check, cast, instruction="")
    assert answer.status_code == 422
    text = answer.get_data(as_text=True)
    assert "say what is wrong and what to do" in text
    assert 'value="noise" checked' in text
    assert state(app, in_quality_check) == "quality_check"


def test_who_worked_on_the_car_reads_but_does_not_inspect(
    app: Flask, cast: Cast, sign_in: SignIn, in_quality_check: ServiceOrder
) -> None:
    """QCS-3"""
    with app.app_context(), transaction():
        service_orders.lock_order(in_quality_check.id).repairer_ids = [cast.qc.id]
    client = sign_in(cast.qc.id)
    page = client.get(f"/orders/{in_quality_check.id}/quality-check").get_data(as_text=True)
    assert "You worked on this car." in page
    assert 'type="radio"' not in page
    answer = client.post(
        f"/orders/{in_quality_check.id}/quality-check/release",
        data={**all_ok(app, in_quality_check), "signature_name": "Quentin Sowa"},
    )
    assert answer.status_code == 403
    assert state(app, in_quality_check) == "quality_check"


def test_the_quality_supervisor_sees_no_money(
    cast: Cast, sign_in: SignIn, in_quality_check: ServiceOrder
) -> None:
    page = sign_in(cast.qc.id).get(f"/orders/{in_quality_check.id}/quality-check").get_data(as_text=True)
    assert "189.00" not in page and "120.00" not in page


def test_others_read_the_inspection_and_do_not_verify(
    app: Flask, cast: Cast, sign_in: SignIn, in_quality_check: ServiceOrder
) -> None:
    advisor = sign_in(cast.advisor.id)
    assert advisor.get(f"/orders/{in_quality_check.id}/quality-check").status_code == 200
    item = check_of(app, in_quality_check).items[0]
    assert advisor.post(f"/quality-items/{item.id}", data={}).status_code == 403


def test_another_site_finds_nothing(
    app: Flask, cast: Cast, sign_in: SignIn, in_quality_check: ServiceOrder
) -> None:
    stranger = sign_in(cast.other_manager.id)
    for path in ("quality-check", "self-check", "rework"):
        assert stranger.get(f"/orders/{in_quality_check.id}/{path}").status_code == 404
