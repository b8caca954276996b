"""Video and sound with a concern: sent, played in parts, shared with the customer, refused with reason (CHK-8)."""

from io import BytesIO

import pytest
from flask import Flask

from aftersales import clock
from aftersales.db import db, transaction
from aftersales.domain.links import operations as links
from aftersales.domain.service_orders import clips as domain_clips
from aftersales.domain.service_orders.job_models import JobClip
from aftersales.domain.service_orders.models import OrderEvent, ServiceOrder
from aftersales.domain.sites.models import Site
from tests import factories
from tests.cast import Cast
from tests.conftest import CountQueries, SignIn
from tests.gateways.recordings import recording
from tests.html import CheckingClient


@pytest.fixture
def job_id(app: Flask, order: ServiceOrder) -> int:
    with app.app_context():
        return factories.fresh(order).jobs[0].id


def send(who: CheckingClient, job_id: int, data: bytes, **values: str):  # type: ignore[no-untyped-def]
    return who.post(
        f"/jobs/{job_id}/clips",
        data={"clip": (BytesIO(data), "clip"), **values},
        content_type="multipart/form-data",
    )


def kept(app: Flask) -> list[JobClip]:
    with app.app_context():
        return db.session.query(JobClip).all()


def test_a_recording_is_played_beside_its_concern(
    app: Flask, desk: CheckingClient, order: ServiceOrder, job_id: int
) -> None:
    """CHK-8: at check-in and on the order, with the policy that lets the page play it."""
    assert send(desk, job_id, recording()).status_code == 303
    assert send(desk, job_id, recording("ogg", "", "libopus")).status_code == 303
    video, sound = kept(app)
    for page in (
        f"/orders/{order.id}/check-in/jobs",
        f"/orders/{order.id}/jobs/{job_id}",
        f"/jobs/{job_id}/clips",
    ):
        shown = desk.get(page)
        assert f'<video src="/clips/{video.id}"' in shown.text
        assert f'<audio src="/clips/{sound.id}"' in shown.text
        assert "media-src 'self' blob:" in shown.headers["Content-Security-Policy"]
    played = desk.get(f"/clips/{video.id}")
    assert (played.status_code, played.mimetype) == (200, "video/mp4")
    assert played.headers["Accept-Ranges"] == "bytes"
    with app.app_context():
        assert db.session.query(OrderEvent).filter(OrderEvent.text.startswith("Recording added")).count() == 2


def test_players_get_the_part_they_ask_for(app: Flask, desk: CheckingClient, job_id: int) -> None:
    send(desk, job_id, recording())
    address = f"/clips/{kept(app)[0].id}"
    whole = desk.get(address).data
    part = desk.get(address, headers={"Range": "bytes=100-199"})
    assert (part.status_code, part.data) == (206, whole[100:200])
    assert part.headers["Content-Range"] == f"bytes 100-199/{len(whole)}"
    assert desk.get(address, headers={"Range": "bytes=9999999-"}).status_code == 416


def test_sent_twice_it_is_there_once(app: Flask, desk: CheckingClient, job_id: int) -> None:
    """CHK-11: the answer was lost, the tablet sends it again."""
    for _ in range(2):
        answer = send(desk, job_id, recording(), submission_id="made-on-the-tablet")
        assert answer.status_code == 303
    assert len(kept(app)) == 1


def test_refusals_name_the_reason_and_keep_nothing(
    app: Flask, cast: Cast, desk: CheckingClient, job_id: int
) -> None:
    """CHK-8"""
    with app.app_context(), transaction():
        db.session.get_one(Site, cast.site.id).settings = {"clips.seconds": 1, "clips.sound_megabytes": 0}
    for data, sentence in (
        (b"<html>", "no video or sound"),
        (recording(seconds=4), "longer than 1 seconds"),
        (recording("ogg", "", "libopus"), "larger than 0 MB"),
    ):
        refused = send(desk, job_id, data)
        assert refused.status_code == 422
        assert sentence in refused.text
    assert desk.post(f"/jobs/{job_id}/clips", data={}).status_code == 422
    assert kept(app) == []


def test_a_video_may_be_larger_than_other_uploads(app: Flask, desk: CheckingClient, job_id: int) -> None:
    answer = send(desk, job_id, b"\0" * 40_000_000)
    assert answer.status_code == 422
    assert "no video or sound" in answer.text


def test_the_customer_plays_what_is_shared_and_nothing_else(
    app: Flask, desk: CheckingClient, client: CheckingClient, order: ServiceOrder, job_id: int
) -> None:
    """CHK-8, PLT-4"""
    send(desk, job_id, recording())
    clip = kept(app)[0]
    with app.app_context(), transaction():
        link = links.order_link(site_id=order.site_id, service_order_id=order.id, now=clock.now())
        token = links.token_for(link)
    assert client.get(f"/c/{token}/clips/{clip.id}").status_code == 404
    assert "<video" not in client.get(f"/c/{token}").text
    assert desk.post(f"/clips/{clip.id}/sharing", data={"is_shared": "1"}).status_code == 303
    assert f"/c/{token}/clips/{clip.id}" in client.get(f"/c/{token}").text
    assert client.get(f"/c/{token}/clips/{clip.id}").mimetype == "video/mp4"
    assert "<img" not in client.get(f"/c/{token}/photos").text
    desk.post(f"/clips/{clip.id}/sharing", data={})
    assert client.get(f"/c/{token}/clips/{clip.id}").status_code == 404


def test_who_may_record_and_hear(
    app: Flask, cast: Cast, sign_in: SignIn, desk: CheckingClient, job_id: int
) -> None:
    send(desk, job_id, recording())
    clip = kept(app)[0]
    stranger, cashier = sign_in(cast.stranger.id), sign_in(cast.cashier.id)
    assert stranger.get(f"/clips/{clip.id}").status_code == 404
    assert send(stranger, job_id, recording()).status_code == 404
    assert send(cashier, job_id, recording()).status_code == 403
    assert send(sign_in(cast.technician.id), job_id, recording()).status_code == 303
    assert desk.get(f"/photos/{clip.attachment_id}").status_code == 404
    assert desk.get(f"/photos/{clip.attachment_id}/thumb").status_code == 404


def test_a_job_holds_ten(app: Flask, desk: CheckingClient, job_id: int) -> None:
    for _ in range(domain_clips.MOST):
        send(desk, job_id, recording("ogg", "", "libopus", seconds=1))
    assert send(desk, job_id, recording("ogg", "", "libopus")).status_code == 409


def test_the_jobs_step_asks_no_more_with_more_recordings(
    desk: CheckingClient, order: ServiceOrder, job_id: int, count_queries: CountQueries
) -> None:
    send(desk, job_id, recording("ogg", "", "libopus"))
    with count_queries() as before:
        desk.get(f"/orders/{order.id}/check-in/jobs")
    send(desk, job_id, recording("ogg", "", "libopus"))
    with count_queries() as after:
        desk.get(f"/orders/{order.id}/check-in/jobs")
    assert len(after) == len(before)
