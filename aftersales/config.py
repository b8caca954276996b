"""Settings, read once from ``AFTERSALES_*`` variables; a value that makes no sense stops the start."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask, current_app

_OUTBOX = "outbox:"
_EXTENSION = "aftersales.settings"


class SettingsError(Exception):
    """A setting is missing or wrong; the text says which one and what to do."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the product takes from its surroundings. The defaults are the embedded set-up.

    ``smtp_url`` and ``sms_url`` may be ``outbox:``: messages then stay on the outbox page.
    ``media_url`` is ``file:///folder`` or ``s3://bucket?endpoint=…&region=…``.
    """

    data_dir: Path
    database_url: str
    redis_url: str
    media_url: str
    smtp_url: str
    sms_url: str
    secret_key: str
    base_url: str
    mail_from: str
    trusted_proxies: int
    sample_months: int = 13
    tls_certificate: str = ""
    tls_key: str = ""
    guide_url: str = ""
    """Where ``bin/run --lan`` shows new tablets by plain http what to trust; empty without it."""

    @property
    def is_secure(self) -> bool:
        """Whether people reach us by https; without it cookies cannot be ``Secure``."""
        return self.base_url.startswith("https://")

    @property
    def is_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")


def attach(app: Flask, settings: Settings) -> None:
    """From here on these are the settings that the app runs with."""
    app.extensions[_EXTENSION] = settings


def of(app: Flask) -> Settings:
    """The settings that this app runs with."""
    settings: Settings = app.extensions[_EXTENSION]
    return settings


def current() -> Settings:
    """The settings of the app whose request, job or command runs."""
    return of(current_app)


def own_redis_file(data_dir: Path) -> Path:
    """Where ``bin/run`` writes, while it runs, how its own Valkey is reached."""
    return data_dir / "valkey" / "address"


def given(env: Mapping[str, str], name: str, default: str = "") -> str:
    """The variable itself, else the content of the file that ``<name>_FILE`` points to."""
    if value := env.get(f"AFTERSALES_{name}", "").strip():
        return value
    if path := env.get(f"AFTERSALES_{name}_FILE", "").strip():
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise SettingsError(
                f"AFTERSALES_{name}_FILE: {path} cannot be read ({error.strerror})."
            ) from error
    return default


def _secret_key(env: Mapping[str, str], data_dir: Path) -> str:
    """The key given, else one made at the first start and kept in the data folder."""
    if key := given(env, "SECRET_KEY", ""):
        if len(key) < 32:
            raise SettingsError("AFTERSALES_SECRET_KEY needs at least 32 characters.")
        return key
    path = data_dir / "secret_key"
    if path.exists():
        return path.read_text(encoding="ascii").strip()
    key = secrets.token_urlsafe(48)
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        with open(path, "x", encoding="ascii", opener=lambda p, f: os.open(p, f, 0o600)) as file:
            file.write(key)
    except FileExistsError:  # the other process of the first start was quicker
        return path.read_text(encoding="ascii").strip()
    except OSError as error:
        raise SettingsError(
            f"The data folder {data_dir} cannot be written ({error.strerror}). Set AFTERSALES_DATA_DIR to one that can."
        ) from error
    return key


def load(env: Mapping[str, str] | None = None) -> Settings:
    """Read and check all settings. Raises :class:`SettingsError` with a sentence that names the variable."""
    env = os.environ if env is None else env
    data_dir = Path(given(env, "DATA_DIR", "var")).resolve()
    settings = Settings(
        data_dir=data_dir,
        database_url=given(env, "DATABASE_URL", f"sqlite:///{data_dir / 'aftersales.db'}"),
        redis_url=given(env, "REDIS_URL", ""),
        media_url=given(env, "MEDIA_URL", f"file://{data_dir / 'media'}"),
        smtp_url=given(env, "SMTP_URL", _OUTBOX),
        sms_url=given(env, "SMS_URL", _OUTBOX),
        secret_key=_secret_key(env, data_dir),
        base_url=given(env, "BASE_URL", "http://127.0.0.1:8000").rstrip("/"),
        mail_from=given(env, "MAIL_FROM", "workshop@localhost"),
        trusted_proxies=_count(env, "TRUSTED_PROXIES"),
        sample_months=_count(env, "SAMPLE_MONTHS", "13"),
        tls_certificate=env.get("AFTERSALES_TLS_CERTIFICATE", "").strip(),
        tls_key=env.get("AFTERSALES_TLS_KEY", "").strip(),
        guide_url=given(env, "GUIDE_URL"),
    )
    _expect(settings.database_url, "DATABASE_URL", ("sqlite", "postgresql"))
    _expect(settings.media_url, "MEDIA_URL", ("file", "s3"))
    _expect(settings.smtp_url, "SMTP_URL", ("outbox", "smtp", "smtps"))
    _expect(settings.sms_url, "SMS_URL", ("outbox", "http", "https"))
    _expect(settings.base_url, "BASE_URL", ("http", "https"))
    if bool(settings.tls_certificate) != bool(settings.tls_key):
        raise SettingsError(
            "AFTERSALES_TLS_CERTIFICATE and AFTERSALES_TLS_KEY belong together; set both or neither."
        )
    if settings.redis_url:
        _expect(settings.redis_url, "REDIS_URL", ("redis", "rediss", "unix"))
    return settings


def _expect(url: str, name: str, schemes: tuple[str, ...]) -> None:
    if urlsplit(url).scheme.split("+")[0] not in schemes:
        allowed = ", ".join(f"{scheme}:" for scheme in schemes)
        raise SettingsError(
            f"AFTERSALES_{name} must begin with one of {allowed} It is {url.split('@')[-1]!r}."
        )


def _count(env: Mapping[str, str], name: str, default: str = "0") -> int:
    text = given(env, name, default)
    if not text.isdecimal():
        raise SettingsError(f"AFTERSALES_{name} must be a whole number, 0 or more. It is {text!r}.")
    return int(text)
