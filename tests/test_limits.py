"""Rate limits: shared over Redis, and still there while Redis is away."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests import servers

GUESSES = """
import json, sys
from aftersales import create_app
from tests import schema
app = create_app()
if sys.argv[2] == "new":
    schema.migrate(app)
client = app.test_client()
print(json.dumps([client.get(f"/c/{number:043d}").status_code for number in range(int(sys.argv[1]))]))
"""


def guess(count: int, data: Path, redis_url: str) -> list[int]:
    """The answers to so many guesses in a web process of its own."""
    environment = {**os.environ, "AFTERSALES_DATA_DIR": str(data), "AFTERSALES_REDIS_URL": redis_url}
    told = subprocess.run(
        [sys.executable, "-c", GUESSES, str(count), "old" if (data / "aftersales.db").exists() else "new"],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    statuses: list[int] = json.loads(told.stdout.splitlines()[-1])
    return statuses


def test_guesses_are_counted_for_all_processes_on_redis(tmp_path: Path) -> None:
    """PLT-1: not guessable, however many web processes there are."""
    with servers.valkey() as valkey:
        assert guess(20, tmp_path, valkey.url) == [404] * 20
        assert guess(15, tmp_path, valkey.url) == [404] * 10 + [429] * 5


def test_while_redis_is_away_they_are_counted_here_and_no_page_fails(tmp_path: Path) -> None:
    """QUALITY: Redis down, 0 pages failing."""
    with servers.short_folder() as folder:
        assert guess(33, tmp_path, f"unix://{folder / 'nobody.sock'}") == [404] * 30 + [429] * 3
