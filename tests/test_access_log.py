"""No token of a customer's link gets into the access log, whatever its format."""

import datetime
import logging
import subprocess
import sys
from types import SimpleNamespace

import pytest
from gunicorn.config import Config

from aftersales.access_log import RedactingLogger, without_tokens

TOKEN = "b3Rvb1q7Zy0Zk5jYFJ2d1h2c3R1dnd4eXphYmNkZWY"


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (f"GET /c/{TOKEN} HTTP/1.1", "GET /c/… HTTP/1.1"),
        (f"/c/{TOKEN}/answer?x=1", "/c/…/answer?x=1"),
        (f"https://host/c/{TOKEN}#items", "https://host/c/…#items"),
        ("/orders/7", "/orders/7"),
    ],
)
def test_the_token_is_left_out_and_the_rest_stays(written: str, kept: str) -> None:
    assert without_tokens(written) == kept


def test_no_field_that_a_format_may_use_holds_the_token() -> None:
    """PLT-1: tokens stand in no log, access log included."""
    environ = {
        "REMOTE_ADDR": "127.0.0.1", "REQUEST_METHOD": "GET", "RAW_URI": f"/c/{TOKEN}?a=1", "PATH_INFO": f"/c/{TOKEN}",
        "QUERY_STRING": "a=1", "SERVER_PROTOCOL": "HTTP/1.1", "HTTP_REFERER": f"http://host/c/{TOKEN}", "HTTP_USER_AGENT": "x",
    }  # fmt: skip
    request = SimpleNamespace(headers=[("Referer", f"http://host/c/{TOKEN}")])
    response = SimpleNamespace(status="200 OK", sent=1, headers=[("Location", f"/c/{TOKEN}")])
    atoms = RedactingLogger(Config()).atoms(response, request, environ, datetime.timedelta(seconds=1))

    assert TOKEN not in str(dict(atoms))
    assert "/c/…" in atoms["r"]
    logging.getLogger("gunicorn.access").handlers.clear()


def test_the_product_is_started_with_it() -> None:
    code = "import aftersales.serve, inspect; print(inspect.getsource(aftersales.serve.web))"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "aftersales.access_log.RedactingLogger" in told
