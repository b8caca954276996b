"""The ``aftersales`` command, as an administrator uses it."""

from pathlib import Path

import pytest
from flask import Flask

from aftersales import cli
from aftersales.db import db
from aftersales.domain.accounts import queries
from aftersales.domain.accounts.models import User
from aftersales.domain.accounts.permissions import Role
from tests.cast import Cast
from tests.conftest import SignIn
from tests.databases import Ground


@pytest.fixture(autouse=True)
def settings(app: Flask, database: Ground, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AFTERSALES_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("AFTERSALES_DATABASE_URL", database.url)


def refusal(*arguments: str) -> str:
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    return str(ended.value.code)


def test_a_person_is_added_with_a_role_at_the_named_site(app: Flask, cast: Cast) -> None:
    cli.main(
        [
            "user",
            "new@example.org",
            "--name",
            "Nina Nowa",
            "--role",
            "cashier",
            "--site",
            "KRK",
            "--password",
            "a good long one",
        ]
    )
    with app.app_context():
        user = queries.find_user_by_email("new@example.org")
        assert user is not None
        assert [(each.site_id, each.role) for each in user.memberships] == [(cast.site.id, Role.CASHIER)]


def test_a_new_password_ends_all_sessions(app: Flask, cast: Cast, sign_in: SignIn) -> None:
    browser = sign_in(cast.advisor.id)
    assert browser.get("/account").status_code == 200
    cli.main(["user", cast.advisor.email, "--password", "another good one"])
    assert browser.get("/account").status_code == 303


def test_a_new_password_leaves_roles_as_they_are(app: Flask, cast: Cast) -> None:
    cli.main(["user", cast.advisor.email, "--password", "another good one"])
    with app.app_context():
        user = queries.find_user_by_email(cast.advisor.email)
        assert user is not None
        assert {each.role for each in user.memberships} == {Role.ADVISOR}


def test_a_short_password_is_refused_and_changes_nothing(app: Flask, cast: Cast) -> None:
    assert "at least 10 characters" in refusal(
        "user", "new@example.org", "--role", "admin", "--site", "KRK", "--password", "short"
    )
    with app.app_context():
        assert queries.find_user_by_email("new@example.org") is None


def test_with_several_sites_the_site_must_be_named(cast: Cast) -> None:
    assert (
        refusal("user", "new@example.org", "--role", "admin", "--password", "a good long one")
        == "Name the site: --site KRK or SHA"
    )


def test_a_new_person_needs_a_role(cast: Cast) -> None:
    assert "needs a role" in refusal("user", "new@example.org", "--password", "a good long one")


def test_sample_data_are_refused_where_there_is_a_workshop(cast: Cast) -> None:
    assert "There is a workshop already" in refusal("sample-data")


def test_a_database_that_does_not_answer_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AFTERSALES_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")
    assert refusal("user", "new@example.org", "--password", "a good long one").startswith(
        "The database does not answer"
    )


def test_the_sweep_says_what_it_did(capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(["sweep"])
    assert '"failed": 0' in capsys.readouterr().out


def test_migrating_what_is_up_to_date_changes_nothing(app: Flask, cast: Cast) -> None:
    with app.app_context():
        assert cli.migrate() is False
        assert db.session.get(User, cast.advisor.id) is not None


def test_without_the_samples_people_no_password_is_shown(app: Flask, cast: Cast) -> None:
    with app.app_context():
        assert cli.sign_in_lines() == []


def test_without_anybody_it_says_what_to_do(app: Flask) -> None:
    with app.app_context():
        assert "first administrator" in cli.sign_in_lines()[0]
