"""Enrolling, listing and revoking shared tablets."""

from flask import Flask
from sqlalchemy import select

from aftersales.db import db
from aftersales.domain.accounts.models import Tablet
from aftersales.domain.audit import AuditEntry
from tests.cast import Cast
from tests.conftest import SignIn
from tests.html import CheckingClient, parse, text_of

# --- enrolling ---


def test_who_may_enrols_lists_and_revokes(app: Flask, cast: Cast, sign_in: SignIn) -> None:
    """TEC-7: name, by whom, last used; twice revoked is once."""
    browser = sign_in(cast.manager.id)
    browser.post("/shared-tablets", data={"name": "Bay 3", "theme": ""})
    text = text_of(parse(browser.get("/shared-tablets").text).root)
    assert "Bay 3" in text and f"Enrolled by {cast.manager.name}" in text and "This tablet" in text
    with app.app_context():
        tablet_id = db.session.scalars(select(Tablet.id)).one()
    other = sign_in(cast.leader.id)
    for _ in range(2):
        assert other.post(f"/shared-tablets/{tablet_id}/revocation").status_code == 303
    assert f"Revoked by {cast.leader.name}" in text_of(parse(other.get("/shared-tablets").text).root)
    with app.app_context():
        acts = db.session.scalars(select(AuditEntry.action).where(AuditEntry.action.startswith("tablets.")))
        assert list(acts) == ["tablets.enrol", "tablets.revoke"]


def test_enrolled_again_the_old_enrolment_is_revoked(app: Flask, cast: Cast, sign_in: SignIn) -> None:
    browser = sign_in(cast.manager.id)
    for name in ("Bay 3", "Bay 4"):
        browser.post("/shared-tablets", data={"name": name, "theme": ""})
    with app.app_context():
        rows = db.session.execute(select(Tablet.name, Tablet.revoked_at).order_by(Tablet.id)).all()
    assert [(row.name, row.revoked_at is None) for row in rows] == [("Bay 3", False), ("Bay 4", True)]


def test_a_tablet_needs_a_name(cast: Cast, sign_in: SignIn) -> None:
    answer = sign_in(cast.manager.id).post("/shared-tablets", data={"name": " ", "theme": ""})
    assert answer.status_code == 422 and "for example Bay 3" in answer.text


def test_who_may_not_does_not_enrol(cast: Cast, sign_in: SignIn) -> None:
    for person in (cast.technician, cast.advisor, cast.parts):
        assert sign_in(person.id).post("/shared-tablets", data={"name": "Bay 3"}).status_code == 403


def test_another_sites_tablet_is_not_there(
    app: Flask, cast: Cast, tablet: CheckingClient, sign_in: SignIn
) -> None:
    """PLT-3."""
    with app.app_context():
        tablet_id = db.session.scalars(select(Tablet.id)).one()
    other = sign_in(cast.other_manager.id)
    assert other.post(f"/shared-tablets/{tablet_id}/revocation").status_code == 404
    assert "No tablet is enrolled yet" in other.get("/shared-tablets").text


def test_the_database_does_not_know_the_tablets_token(app: Flask, tablet: CheckingClient) -> None:
    cookie = tablet.get_cookie("aftersales-tablet")
    assert cookie is not None and cookie.http_only and cookie.same_site == "Lax"
    with app.app_context():
        assert db.session.scalars(select(Tablet.token_hash)).one() != cookie.value
