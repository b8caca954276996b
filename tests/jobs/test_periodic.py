"""The list of what is looked for every minute."""

import os
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask

from aftersales import clock
from aftersales.jobs import periodic


def test_one_failing_sweep_does_not_keep_the_others_from_running(
    app: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    swept: list[datetime] = []

    def broken(now: datetime) -> None:
        raise RuntimeError("the provider's table is gone")

    monkeypatch.setattr(periodic, "SWEEPS", (broken, swept.append))
    failed = periodic.sweep(app)
    assert [name.rsplit(".", 1)[-1] for name in failed] == ["broken"]
    assert len(swept) == 1
    assert "the provider's table is gone" in caplog.text


def test_every_sweep_of_the_product_runs_on_an_empty_database(app: Flask) -> None:
    assert periodic.sweep(app) == []


def test_what_a_killed_upload_left_is_removed_and_one_that_runs_is_not(app: Flask, media: Path) -> None:
    left, running = media / ".unfinished" / "left", media / ".unfinished" / "running"
    left.parent.mkdir(parents=True, exist_ok=True)
    for path in (left, running):
        path.write_bytes(b"half a photo")
    old = (clock.now() - timedelta(hours=2)).timestamp()
    os.utime(left, (old, old))
    assert periodic.sweep(app) == []
    assert (left.exists(), running.exists()) == (False, True)
