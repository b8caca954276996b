"""The list of what is looked for every minute."""

from datetime import datetime

import pytest
from flask import Flask

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
