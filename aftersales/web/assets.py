"""Style sheets, scripts and icons: joined, named by their content and served so that browsers keep them.

A page needs one style sheet (``app.css``), what has to be there before its content (``first.js``: ``early.js`` and
htmx) and one module (``app.js``); they are joined here from small files, so that each component and each behaviour
keeps a file of its own and no bundler is needed. A behaviour that few pages need stays a module of its own, which
``app.js`` loads when an element names it in ``data-load``.
"""

import gzip
import hashlib
import json
import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import brotli
from flask import Flask, abort, request
from markupsafe import Markup, escape
from werkzeug.wrappers import Response

# The order is that of the cascade layers; within the layer `components` it only matters where two files meet.
CSS_FILES = (
    "tokens base layout btn card tag plate steps instruments field hits choice probe banner shot car table log board "
    "offer sign pinpad numpad figure empty dialog camera marks spec plan states"
).split()

# Joined and run before the page's content is there.
FIRST_FILES = ("js/early.js", "vendor/htmx.min.js")

# Behaviours of every page. The first one is what the others, and the modules loaded later, import from.
JS_FILES = "core requests notices forms dialog theme clock waiting".split()

_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml; charset=utf-8",
    ".png": "image/png",
    ".webmanifest": "application/manifest+json",
    ".txt": "text/plain; charset=utf-8",
}
_IMPORT = re.compile(r'(from "|import\(")(\./[\w-]+\.js|\.\./vendor/[\w.-]+)(?=")')
SERVICE_WORKER = "sw"
"""Served from the root, since a service worker answers only for what lies below its own address."""

_NOT_KEPT = frozenset(
    {
        "icons.LICENSE.txt",
        "app.webmanifest",
        "apple-touch-icon.png",
        "icon-192.png",
        "icon-512.png",
        "icon-maskable-512.png",
        "icon-maskable.svg",
    }
)
"""Files that no page on a tablet asks for; those of the home screen are asked for once, while it is online."""

_YEAR = 365 * 24 * 3600


@dataclass(frozen=True)
class Asset:
    """One file as it is sent. Its name carries a part of its digest, so it may be kept for ever."""

    name: str
    hashed_name: str
    body: bytes

    @property
    def content_type(self) -> str:
        return _TYPES[Path(self.name).suffix]

    @cached_property
    def brotli_body(self) -> bytes:
        return brotli.compress(self.body)

    @cached_property
    def gzip_body(self) -> bytes:
        return gzip.compress(self.body, mtime=0)

    def encoded(self, accepts: str) -> tuple[bytes, str | None]:
        """The body in the best encoding that the browser accepts, and that encoding's name."""
        if self.name.endswith(".png"):  # compressed already
            return self.body, None
        if "br" in accepts:
            return self.brotli_body, "br"
        if "gzip" in accepts:
            return self.gzip_body, "gzip"
        return self.body, None


class Assets:
    """All files of the static folder that browsers may ask for, found by plain and by hashed name."""

    def __init__(self, folder: Path) -> None:
        self._by_name: dict[str, Asset] = {}
        self._by_hashed_name: dict[str, Asset] = {}
        self._add("app.css", _join_css(folder / "css"))
        first = [folder / name for name in FIRST_FILES]
        for path in [*sorted(folder.glob("*.*")), *sorted((folder / "vendor").glob("*.js"))]:
            if path.suffix in _TYPES and path not in first:
                self._add(path.relative_to(folder).as_posix(), path.read_bytes())
        # a library that set-up has not copied yet is left out
        self._add("first.js", b"\n".join(path.read_bytes() for path in first if path.exists()))
        self._add("app.js", _join_js(folder / "js"))
        for path in sorted((folder / "js").glob("*.js")):
            if path not in first and path.stem not in (*JS_FILES, SERVICE_WORKER):
                self._add_module(path)
        self.service_worker = self._service_worker(folder / "js" / f"{SERVICE_WORKER}.js")

    def _add(self, name: str, body: bytes) -> None:
        stem, _, suffix = name.rpartition(".")
        asset = Asset(name, f"{stem}.{hashlib.sha256(body).hexdigest()[:10]}.{suffix}", body)
        self._by_name[name] = self._by_hashed_name[asset.hashed_name] = asset

    def _add_module(self, path: Path) -> str:
        """A module with the names it imports replaced by hashed ones: there is no import map to do it later. What it
        imports comes first, since a module's name follows from its text."""
        name = f"js/{path.name}"
        if name not in self._by_name:
            text = path.read_text("utf-8")
            self._add(
                name, _IMPORT.sub(lambda found: found[1] + self._imported(path, found[2]), text).encode()
            )
        return self.url(name)

    def _imported(self, path: Path, name: str) -> str:
        if name == "./core.js":
            return self.url("app.js")
        if name.startswith("../"):
            return self.url(name.removeprefix("../"))
        return self._add_module(path.parent / name)

    def _service_worker(self, path: Path) -> bytes:
        """The service worker with the list of files that it keeps; another file makes it another worker."""
        kept = sorted(asset.hashed_name for asset in self._by_name.values() if asset.name not in _NOT_KEPT)
        files = json.dumps([f"/static/{name}" for name in kept])
        version = hashlib.sha256(files.encode()).hexdigest()[:10]
        head = f'const FILES = {files};\nconst VERSION = "{version}";\n'
        return (head + path.read_text("utf-8")).encode()

    def url(self, name: str) -> str:
        """Where a file is; a library that set-up has not copied yet keeps its plain name, and is not found there."""
        asset = self._by_name.get(name)
        if asset is None and not name.startswith("vendor/"):
            raise LookupError(f"There is no asset {name!r}.")
        return f"/static/{asset.hashed_name if asset else name}"

    def find(self, name: str) -> Asset | None:
        return self._by_hashed_name.get(name) or self._by_name.get(name)


def _join_css(folder: Path) -> bytes:
    text = "\n".join((folder / f"{name}.css").read_text("utf-8") for name in CSS_FILES)
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    return re.sub(r"\s+", " ", text).strip().encode()


def _join_js(folder: Path) -> bytes:
    """One module: the first file as it is, each other in a block of its own, so that no names can meet."""
    first, *others = ((folder / f"{name}.js").read_text("utf-8") for name in JS_FILES)
    parts = [first]
    for text in others:
        body = re.sub(r"^import .*$", "", text, flags=re.MULTILINE)
        parts.append("{\n" + re.sub(r"^export ", "", body, flags=re.MULTILINE) + "}\n")
    code = re.sub(r"^\s*(//.*|/\*\*.*?\*/)\n", "", "".join(parts), flags=re.MULTILINE)
    return re.sub(r"^\s+", "", code, flags=re.MULTILINE).encode()


@lru_cache
def load(folder: Path) -> Assets:
    """The assets of a folder, read once in a process however many applications it makes."""
    return Assets(folder)


def of(app: Flask) -> Assets:
    """The assets that this application serves."""
    return load(Path(app.root_path) / "static")


def init_app(app: Flask) -> None:
    """Serve the assets under ``/static/`` and give templates ``asset_url(name)`` and ``icon(name)``."""
    assets = of(app)
    sprite = assets.url("icons.svg")

    def icon(name: str, label: str = "") -> Markup:
        """An icon of the sprite; without a label it is decoration and hidden from screen readers."""
        voice = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
        return Markup('<svg class="icon" {}><use href="{}#i-{}"/></svg>').format(voice, sprite, escape(name))

    def static(filename: str) -> Response:
        asset = assets.find(filename)
        if asset is None:
            abort(404)
        body, encoding = asset.encoded(request.headers.get("Accept-Encoding", ""))
        response = Response(body, content_type=asset.content_type)
        response.vary.add("Accept-Encoding")
        if encoding:
            response.headers["Content-Encoding"] = encoding
        if filename == asset.hashed_name:
            response.headers["Cache-Control"] = f"public, max-age={_YEAR}, immutable"
        else:
            response.headers["Cache-Control"] = "no-cache"
        response.set_etag(asset.hashed_name, weak=True)
        return response.make_conditional(request)

    # The endpoint of Flask's own static files keeps its name and URL; only what answers it is ours.
    if "static" not in app.view_functions:
        app.add_url_rule("/static/<path:filename>", endpoint="static")
    app.view_functions["static"] = static
    app.jinja_env.globals.update(asset_url=assets.url, icon=icon)
