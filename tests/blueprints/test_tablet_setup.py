"""/tablets: how a tablet is set up; and the notice where the address is not secure."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image

from aftersales import lan
from aftersales.lan import Authority
from tests.cast import Cast
from tests.conftest import SignIn
from tests.guards import source
from tests.html import CheckingClient

NOTICE = "This address is not secure"
STATIC = source.PACKAGE / "static"


@pytest.fixture
def admin(sign_in: SignIn, cast: Cast) -> CheckingClient:
    return sign_in(cast.admin.id)


@pytest.fixture
def authority(app: Flask, tmp_path: Path) -> Iterator[Authority]:
    """As started by ``bin/run --lan``."""
    plain = app.extensions["aftersales.settings"]
    app.extensions["aftersales.settings"] = replace(
        plain, data_dir=tmp_path, base_url="https://192.168.1.20:8000", guide_url="http://192.168.1.20:8001"
    )
    yield Authority(tmp_path / "tls", host_name="workshop", now=datetime(2026, 11, 22, tzinfo=UTC))
    app.extensions["aftersales.settings"] = plain


def test_the_administrator_finds_the_page_and_it_leads_through_trusting(
    admin: CheckingClient, authority: Authority
) -> None:
    assert 'href="/tablets"' in admin.get("/account").text
    page = admin.get("/tablets").text
    for words in (
        "https://192.168.1.20:8000",
        "http://192.168.1.20:8001",
        "Add to Home Screen",
        "Windows",
        "Android",
    ):
        assert words in page, words
    assert page.count('class="qr"') == 2
    assert lan.fingerprint(authority.certificate) in page
    assert admin.get("/tablets/certificate").data == authority.der
    profile = admin.get("/tablets/profile")
    assert profile.content_type == "application/x-apple-aspen-config"
    assert b"PRIVATE KEY" not in profile.data


def test_without_an_authority_of_our_own_there_is_nothing_to_download(admin: CheckingClient) -> None:
    """Behind a proxy or with a certificate of its own the workshop needs no trust of ours."""
    assert admin.get("/tablets/certificate").status_code == 404
    assert admin.get("/tablets/profile").status_code == 404
    assert "./bin/run --lan" in admin.get("/tablets").text  # the tests' address is plain http


def test_everyone_who_works_here_may_open_it_and_nobody_else(
    sign_in: SignIn, cast: Cast, client: CheckingClient
) -> None:
    assert sign_in(cast.technician.id).get("/tablets").status_code == 200
    assert client.get("/tablets").headers["Location"].startswith("/sign-in")


def test_an_address_that_is_not_secure_says_what_is_missing_but_not_on_this_machine(
    admin: CheckingClient,
) -> None:
    elsewhere = admin.get("/account", base_url="http://192.168.1.20:8000")
    assert elsewhere.status_code == 303 or NOTICE in elsewhere.text
    assert NOTICE not in admin.get("/account").text  # localhost
    assert NOTICE not in admin.get("/account", base_url="http://127.0.0.1:8000").text


def test_the_page_can_be_put_on_the_home_screen(admin: CheckingClient) -> None:
    """Manifest and icons: of the right type, whole, and on the server."""
    page = admin.get("/tablets").text
    manifest_url = page.split('rel="manifest" href="')[1].split('"')[0]
    manifest = admin.get(manifest_url)
    assert manifest.content_type == "application/manifest+json"
    told = manifest.get_json(force=True)
    assert (told["start_url"], told["scope"], told["display"]) == ("/", "/", "standalone")
    sizes = {
        (icon["sizes"], icon.get("purpose", "any")) for icon in told["icons"] if icon["type"] == "image/png"
    }
    assert sizes == {("192x192", "any"), ("512x512", "any"), ("512x512", "maskable")}
    for icon in told["icons"]:
        answer = admin.get(f"/static/{icon['src']}")
        assert answer.status_code == 200 and answer.content_type.startswith(icon["type"])
        if icon["type"] == "image/png":
            assert "x".join(map(str, Image.open(STATIC / icon["src"]).size)) == icon["sizes"]
    touch = page.split('rel="apple-touch-icon" href="')[1].split('"')[0]
    assert admin.get(touch).content_type == "image/png"
    corner = Image.open(STATIC / "apple-touch-icon.png").convert("RGBA").getpixel((0, 0))
    assert isinstance(corner, tuple) and corner[3] == 255  # Apple rounds it; a clear corner would be black


def test_the_manifest_is_asked_for_only_where_it_is_needed(admin: CheckingClient) -> None:
    """The first load of an ordinary page stays at six requests."""
    assert 'rel="manifest"' not in admin.get("/account").text
