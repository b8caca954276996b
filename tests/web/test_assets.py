"""Style sheets, scripts and icons: what browsers get, and that nothing in the folders is left out or missing."""

import re
from pathlib import Path

import pytest
from flask import Flask

from aftersales.domain.service_orders.states import OrderState
from aftersales.web import assets, navigation, presentation
from tests.cast import Cast
from tests.guards import source
from tests.html import CheckingClient

STATIC = source.PACKAGE / "static"
FIRST_LOAD = ("app.css", "first.js", "app.js", "icons.svg", "favicon.svg")


@pytest.fixture
def all_assets() -> assets.Assets:
    return assets.Assets(STATIC)


def test_a_hashed_file_is_kept_for_ever_and_a_plain_name_is_asked_for_again(client: CheckingClient) -> None:
    url = assets.load(STATIC).url("app.css")
    hashed, plain = client.get(url), client.get("/static/app.css")
    assert re.fullmatch(r"/static/app\.[0-9a-f]{10}\.css", url)
    assert hashed.data == plain.data
    assert "immutable" in hashed.headers["Cache-Control"]
    assert plain.headers["Cache-Control"] == "no-cache"
    again = client.get("/static/app.css", headers={"If-None-Match": plain.headers["ETag"]})
    assert again.status_code == 304


def test_files_travel_compressed_as_the_browser_likes_it(client: CheckingClient) -> None:
    for accepts, encoding in (("br, gzip", "br"), ("gzip", "gzip"), ("", None)):
        answer = client.get("/static/app.css", headers={"Accept-Encoding": accepts})
        assert answer.headers.get("Content-Encoding") == encoding
        assert "Accept-Encoding" in answer.headers["Vary"]


@pytest.mark.parametrize("name", ["nothing.css", "../config.py", "css/tokens.css", "app.0000000000.css"])
def test_what_is_no_asset_is_not_found(client: CheckingClient, name: str) -> None:
    assert client.get(f"/static/{name}").status_code == 404


def test_every_style_sheet_is_joined() -> None:
    assert sorted(assets.CSS_FILES) == sorted(path.stem for path in (STATIC / "css").glob("*.css"))


def test_joined_styles_keep_the_order_of_the_layers(all_assets: assets.Assets) -> None:
    css = _text(all_assets, "app.css")
    assert css.startswith("@layer tokens, base, layout, components, states;")
    assert css.count("{") == css.count("}")
    assert "/*" not in css


def test_every_import_of_a_module_leads_to_a_file_that_is_served(all_assets: assets.Assets) -> None:
    for path in (STATIC / "js").glob("*.js"):
        if path.stem in ("early", *assets.JS_FILES, assets.SERVICE_WORKER):
            continue
        for url in re.findall(r'from "([^"]+)"', _text(all_assets, f"js/{path.name}")):
            assert all_assets.find(url.removeprefix("/static/")), f"{path.name} imports {url}"


def test_the_service_worker_keeps_every_file_that_a_page_asks_for(
    client: CheckingClient, all_assets: assets.Assets
) -> None:
    """CHK-11: a page that opens without Wi-Fi has its style and all scripts."""
    answer = client.get("/sw.js")
    assert answer.content_type.startswith("text/javascript")
    assert answer.headers["Cache-Control"] == "no-cache"
    for name in (
        "app.css",
        "app.js",
        "first.js",
        "vendor/idb.js",
        "js/queue.js",
        "js/photo.js",
        "icons.svg",
    ):
        assert all_assets.url(name) in answer.text, name


def test_what_a_module_takes_from_another_is_exported_there() -> None:
    for path in (STATIC / "js").glob("*.js"):
        for names, source_name in re.findall(
            r'import \{([^}]+)\} from "\./([\w-]+)\.js"', path.read_text("utf-8")
        ):
            text = (STATIC / f"js/{source_name}.js").read_text("utf-8")
            exported = set(re.findall(r"^export (?:async )?(?:function|const) (\w+)", text, re.M))
            exported |= {
                name
                for listed in re.findall(r"^export \{([^}]+)\}", text, re.M)
                for name in re.findall(r"\w+", listed)
            }
            assert {name.strip() for name in names.split(",")} <= exported, (
                f"{path.name} takes from {source_name}.js"
            )


def test_every_module_that_a_page_names_can_be_started() -> None:
    named = {
        name
        for path in source.templates()
        for loaded in re.findall(r'data-load="([^"]*)"', path.read_text("utf-8"))
        for name in re.findall(r"js/([\w-]+)\.js", loaded)
    }
    assert len(named) > 10
    for name in sorted(named):
        assert re.search(
            r"^export (async )?function start\(", (STATIC / f"js/{name}.js").read_text("utf-8"), re.M
        ), name


def test_the_first_load_without_the_page_weighs_less_than_45_kilobytes(all_assets: assets.Assets) -> None:
    """Page and files together may weigh 60 kB compressed; 15 of them are left for the page itself."""
    weights = {name: len(_found(all_assets, name).brotli_body) for name in FIRST_LOAD}
    assert sum(weights.values()) < 45_000, weights


def test_every_icon_that_is_named_is_in_the_sprite() -> None:
    drawn = set(re.findall(r'id="i-([\w-]+)"', (STATIC / "icons.svg").read_text("utf-8")))
    named: dict[str, str] = {}
    for path in source.templates():
        text = path.read_text("utf-8")
        for name in re.findall(r"""(?:(?:\b(?:icon|svg)\(|\bicon=)["']|#i-)([a-z][a-z0-9-]+)["']""", text):
            named.setdefault(name, source.relative(path))
    for path in (STATIC / "js").glob("*.js"):
        for name in re.findall(r'icon: "([\w-]+)"', path.read_text("utf-8")):
            named.setdefault(name, path.name)
    for place in navigation.PLACES:
        named.setdefault(place.icon, "the rail")
    assert {name: where for name, where in named.items() if name not in drawn} == {}


def test_every_order_state_has_a_look_of_its_own_label(app: Flask) -> None:
    drawn = set(re.findall(r'id="i-([\w-]+)"', (STATIC / "icons.svg").read_text("utf-8")))
    with app.test_request_context():
        for state in OrderState:
            look = presentation.state_look(state)
            assert look.label and look.icon in drawn


@pytest.mark.parametrize(
    ("plate", "style"),
    [("KR 7P421", ""), ("沪A·12345", "cn"), ("沪AD12345", "cn-ev"), ("粤B 12345", "cn"), ("", "")],
)
def test_chinese_plates_are_seen_by_themselves(plate: str, style: str) -> None:
    assert presentation.plate_style(plate) == style


@pytest.mark.parametrize("path", sorted((STATIC / "js").glob("*.js")), ids=lambda path: path.name)
def test_a_script_is_short_enough_to_be_read_at_once(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= 120


def _found(all_assets: assets.Assets, name: str) -> assets.Asset:
    found = all_assets.find(name)
    assert found is not None, f"{name} is missing; bin/setup copies what is served"
    return found


def _text(all_assets: assets.Assets, name: str) -> str:
    return _found(all_assets, name).body.decode()


def test_pages_travel_compressed(cast: Cast, client: CheckingClient) -> None:
    page = client.get("/sign-in", headers={"Accept-Encoding": "br, gzip"})
    assert page.headers["Content-Encoding"] == "br"
    assert int(page.headers["Content-Length"]) < 10_000
