"""/orders/<id>/problems: what technicians report and what the advisor makes of it; photos of the work."""

from io import BytesIO

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select

from aftersales.db import db
from aftersales.domain.attachments.models import Attachment
from aftersales.domain.service_orders import queries as orders
from aftersales.domain.service_orders.models import Job, ServiceOrder
from aftersales.domain.tasks import queries as tasks
from aftersales.domain.tasks.models import TaskType
from aftersales.domain.workshop.at_work import list_photos
from aftersales.domain.workshop.models import JobPhoto, PhotoPhase, ProblemReport
from tests.cast import Cast
from tests.conftest import SignIn
from tests.factories import fresh
from tests.html import parse, text_of

FOUND = {
    "text": "Inner brake hose cracked",
    "is_unsafe": "y",
    "extra_minutes": "45",
    "submission_id": "tablet-0001",
}


def picture() -> BytesIO:
    made = BytesIO()
    Image.new("RGB", (640, 480), "grey").save(made, "JPEG")
    made.seek(0)
    return made


def reports(app: Flask) -> list[ProblemReport]:
    with app.app_context():
        return list(db.session.scalars(select(ProblemReport)))


@pytest.fixture
def reported(app: Flask, cast: Cast, sign_in: SignIn, accepted_order: ServiceOrder) -> ProblemReport:
    sign_in(cast.technician.id).post(f"/orders/{accepted_order.id}/problems", data=FOUND)
    (report,) = reports(app)
    return report


def test_a_problem_becomes_a_task_of_the_advisor(
    app: Flask, cast: Cast, sign_in: SignIn, accepted_order: ServiceOrder, reported: ProblemReport
) -> None:
    """ORD-4: the technician reports additional work; the advisor has a task that opens the report."""
    with app.app_context():
        (task,) = [
            each
            for each in tasks.list_open(cast.site.id, cast.advisor.id, cast.advisor.roles)
            if each.type is TaskType.REPORT_ADDITIONAL
        ]
        assert task.subject_id == reported.id
        assert orders.list_events(accepted_order.id)[0].tone == "urgent"
    page = sign_in(cast.advisor.id).get("/tasks").get_data(as_text=True)
    assert f"/orders/{accepted_order.id}/problems/{reported.id}" in page


def test_the_advisor_reads_delay_and_safety(
    cast: Cast, sign_in: SignIn, accepted_order: ServiceOrder, reported: ProblemReport
) -> None:
    """ORD-4: delay and safety weight stand beside what was found."""
    page = sign_in(cast.advisor.id).get(f"/orders/{accepted_order.id}/problems/{reported.id}")
    text = text_of(parse(page.get_data(as_text=True)).root)
    assert "Inner brake hose cracked" in text
    assert "Not safe to drive" in text
    assert "45 min longer" in text


def test_sending_twice_reports_once(
    app: Flask, cast: Cast, sign_in: SignIn, accepted_order: ServiceOrder
) -> None:
    client = sign_in(cast.technician.id)
    answers = [client.post(f"/orders/{accepted_order.id}/problems", data=FOUND) for _ in range(2)]
    assert answers[0].location == answers[1].location
    assert len(reports(app)) == 1


def test_a_problem_without_words_keeps_the_rest(
    app: Flask, cast: Cast, sign_in: SignIn, accepted_order: ServiceOrder
) -> None:
    answer = sign_in(cast.technician.id).post(
        f"/orders/{accepted_order.id}/problems", data={"text": " ", "extra_minutes": "45"}
    )
    assert answer.status_code == 422
    assert 'value="45"' in answer.get_data(as_text=True)
    assert reports(app) == []


def test_taking_it_up_makes_additional_work_and_closes_the_task(
    app: Flask, cast: Cast, sign_in: SignIn, accepted_order: ServiceOrder, reported: ProblemReport
) -> None:
    """ORD-4: a new issue is a job of its own that is not authorised yet."""
    answer = sign_in(cast.advisor.id).post(
        f"/orders/{accepted_order.id}/problems/{reported.id}/job",
        data={"title": "Replace brake hose", "explanation": "The hose can burst."},
    )
    with app.app_context():
        job = db.session.scalars(select(Job).where(Job.title == "Replace brake hose")).one()
        assert (job.is_additional, job.severity) == (True, "urgent")
        assert answer.location == f"/orders/{accepted_order.id}/jobs/{job.id}"
        open_types = [
            each.type for each in tasks.list_open(cast.site.id, cast.advisor.id, cast.advisor.roles)
        ]
    assert TaskType.REPORT_ADDITIONAL not in open_types
    again = sign_in(cast.advisor.id).post(
        f"/orders/{accepted_order.id}/problems/{reported.id}/job", data={"title": "Replace brake hose"}
    )
    assert (again.status_code, "has answered this report already" in again.get_data(as_text=True)) == (
        409,
        True,
    )


def test_setting_it_aside_needs_a_reason_that_the_technician_reads(
    app: Flask, cast: Cast, sign_in: SignIn, accepted_order: ServiceOrder, reported: ProblemReport
) -> None:
    client, base = sign_in(cast.advisor.id), f"/orders/{accepted_order.id}/problems/{reported.id}"
    assert client.post(f"{base}/setting-aside", data={"reason": ""}).status_code == 422
    assert client.post(f"{base}/setting-aside", data={"reason": "Done last week"}).status_code == 303
    seen = sign_in(cast.technician.id).get(base).get_data(as_text=True)
    assert "Done last week" in seen


def test_only_the_own_order_is_reported_on(
    app: Flask, cast: Cast, sign_in: SignIn, accepted_order: ServiceOrder
) -> None:
    path = f"/orders/{accepted_order.id}/problems"
    assert sign_in(cast.second_technician.id).post(path, data=FOUND).status_code == 403
    assert sign_in(cast.qc.id).get(f"{path}/new").status_code == 403
    assert sign_in(cast.other_manager.id).get(f"{path}/new").status_code == 404
    assert reports(app) == []


def test_the_technician_cannot_answer_for_the_advisor(
    cast: Cast, sign_in: SignIn, accepted_order: ServiceOrder, reported: ProblemReport
) -> None:
    answer = sign_in(cast.technician.id).post(
        f"/orders/{accepted_order.id}/problems/{reported.id}/job", data={"title": "Hose"}
    )
    assert answer.status_code == 403


def test_photos_show_what_was_found(
    app: Flask, cast: Cast, sign_in: SignIn, accepted_order: ServiceOrder, reported: ProblemReport
) -> None:
    """ORD-4: the report has its photos."""
    client, base = sign_in(cast.technician.id), f"/orders/{accepted_order.id}/problems/{reported.id}"
    for _ in range(2):  # a photo that is sent again is one photo
        client.post(f"{base}/photos", data={"photo": (picture(), "a.jpg"), "photo_id": "tablet-photo-1"})
    with app.app_context():
        (photo,) = list_photos(accepted_order.id, report_id=reported.id)
    assert f"/photos/{photo.attachment_id}/thumb" in client.get(base).get_data(as_text=True)


def test_a_photo_of_a_job_is_shared_by_a_tick(
    app: Flask, cast: Cast, sign_in: SignIn, accepted_order: ServiceOrder
) -> None:
    """TEC-9: photos on any job during repair, shared to the link."""
    with app.app_context():
        job = fresh(accepted_order).jobs[0].id
    client = sign_in(cast.technician.id)
    client.post(
        f"/jobs/{job}/photos",
        data={"photo": (picture(), "a.jpg"), "photo_id": "tablet-photo-2", "phase": "after"},
    )
    with app.app_context():
        (photo,) = list_photos(accepted_order.id, job_id=job)
        assert (photo.phase, photo.is_shared) == (PhotoPhase.AFTER, False)
        assert list_photos(accepted_order.id, only_shared=True) == []
    client.post(f"/job-photos/{photo.id}/sharing", data={"is_shared": "1"})
    with app.app_context():
        assert [each.id for each in list_photos(accepted_order.id, only_shared=True)] == [photo.id]
    client.post(f"/job-photos/{photo.id}/sharing", data={})
    with app.app_context():
        assert not db.session.scalars(select(Attachment)).one().is_shared


def test_a_photo_needs_its_phase_and_must_be_a_photo(
    app: Flask, cast: Cast, sign_in: SignIn, accepted_order: ServiceOrder
) -> None:
    with app.app_context():
        job = fresh(accepted_order).jobs[0].id
    client = sign_in(cast.technician.id)
    assert client.post(f"/jobs/{job}/photos", data={"photo": (picture(), "a.jpg")}).status_code == 422
    hostile = {"photo": (BytesIO(b"<svg onload=alert(1)>"), "a.jpg"), "phase": "before"}
    assert client.post(f"/jobs/{job}/photos", data=hostile).status_code == 422
    assert sign_in(cast.second_technician.id).post(
        f"/jobs/{job}/photos", data={"photo": (picture(), "a.jpg"), "phase": "before"}
    ).status_code == 403  # fmt: skip
    with app.app_context():
        assert db.session.scalars(select(JobPhoto)).all() == []
