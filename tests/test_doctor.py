"""``aftersales doctor`` finds what is wrong and says what to do about it."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from aftersales import clock, config, doctor
from aftersales.config import Settings
from aftersales.db import db, transaction
from aftersales.domain import audit
from aftersales.domain.actors import SYSTEM
from aftersales.domain.sites.models import Site
from tests import cast, servers


def troubles(app: Flask) -> dict[str, str]:
    return {finding.what: finding.trouble for finding in doctor.examine(app) if finding.trouble}


@pytest.fixture
def with_settings(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Any:
    def change(**values: object) -> Flask:
        settings: Settings = app.extensions["aftersales.settings"]
        monkeypatch.setitem(app.extensions, "aftersales.settings", replace(settings, **values))  # type: ignore[arg-type]
        return app

    return change


def test_a_sound_workshop_has_no_trouble(with_settings: Any) -> None:
    with servers.valkey() as valkey:
        assert troubles(with_settings(redis_url=valkey.url)) == {}


def test_the_redis_that_bin_run_brings_is_found_and_missed(with_settings: Any, tmp_path: Path) -> None:
    app = with_settings(redis_url="", data_dir=tmp_path)
    assert "bin/run" in troubles(app)["Redis"]
    with servers.valkey() as valkey:
        (tmp_path / "valkey").mkdir()
        config.own_redis_file(tmp_path).write_text(valkey.url)
        assert troubles(app) == {}


def test_a_redis_that_is_away_is_named(with_settings: Any) -> None:
    found = troubles(with_settings(redis_url="unix:///tmp/aftersales-nobody-listens-here.sock"))
    assert "AFTERSALES_REDIS_URL" in found["Redis"]


def test_a_media_folder_that_cannot_be_written_is_named(with_settings: Any, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert (
        "AFTERSALES_MEDIA_URL" in troubles(with_settings(media_url=f"file://{tmp_path}/file/media"))["media"]
    )


def test_a_schema_of_another_version_is_named(app: Flask) -> None:
    with app.app_context(), transaction():
        db.session.execute(db.text("UPDATE alembic_version SET version_num = '0000'"))
    try:
        assert "aftersales migrate" in troubles(app)["migrations"]
    finally:
        with app.app_context(), transaction():
            db.session.execute(db.text("UPDATE alembic_version SET version_num = '0001'"))


def test_a_changed_audit_entry_is_found(app: Flask) -> None:
    with app.app_context():
        with transaction():
            people = cast.hire()
            site = db.session.get_one(Site, people.site.id)
            audit.record("sites.change", site, actor=SYSTEM, now=clock.now())
        with transaction():
            db.session.execute(db.text("UPDATE audit_entries SET actor_name = 'Somebody else'"))
    assert "broken at entry" in troubles(app)["audit chain is whole"]
