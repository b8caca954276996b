"""The ``aftersales`` command: what an administrator does at a terminal."""

import argparse
import getpass
import importlib.util
import json
import logging
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic.runtime.migration import MigrationContext
from flask import Flask
from flask_migrate import upgrade

from aftersales import backup, clock, config, create_app, doctor
from aftersales.config import SettingsError
from aftersales.db import db, transaction
from aftersales.domain.accounts import operations as accounts
from aftersales.domain.accounts import queries
from aftersales.domain.accounts.models import User
from aftersales.domain.accounts.permissions import Role
from aftersales.domain.actors import SYSTEM
from aftersales.domain.errors import DomainError
from aftersales.domain.sites.models import Site
from aftersales.jobs import periodic

_SAMPLE = "aftersales.sample.workshop"


class CommandError(Exception):
    """The command cannot be carried out; the text says why and what to do."""


# What bin/run uses too ----------------------------------------------------------------------------------


def migrate() -> bool:
    """Bring the database to this version's schema. Returns whether it was empty before."""
    with db.engine.connect() as connection:
        was_empty = MigrationContext.configure(connection).get_current_revision() is None
    logging.getLogger("alembic").setLevel(logging.WARNING)
    upgrade()
    return was_empty


def _sample() -> Any:
    return importlib.import_module(_SAMPLE) if importlib.util.find_spec(_SAMPLE) else None


def load_sample_data() -> None:
    """Fill an empty workshop with the sample. Refuses one that has a site already."""
    if db.session.scalar(sa.select(sa.func.count()).select_from(Site)):
        raise CommandError("There is a workshop already; sample data are made in an empty database only.")
    db.session.rollback()
    if sample := _sample():
        sample.load(now=clock.now(), months=config.current().sample_months)


def sign_in_lines() -> list[str]:
    """Who may sign in: one line per role of the sample, or what to do in a workshop without people."""
    if not db.session.scalar(sa.select(sa.func.count()).select_from(User)):
        return [
            "Nobody can sign in yet: open the address to set up the workshop and its first administrator.",
            "To look around in a sample workshop, start on another folder: ./bin/run --data var/sample",
        ]
    people = set(db.session.scalars(sa.select(User.email)))
    sample = _sample()
    rows = [row for row in sample.sign_ins() if row[1] in people] if sample else []
    width = max((len(role) for role, _, _ in rows), default=0)
    lines = [f"  {role:<{width}}  {email}  {password}" for role, email, password in rows]
    if not lines:
        return []
    digits = ", ".join(f"{name} {pin}" for name, pin in sample.pins())
    return [
        "Sign in as (role, e-mail, password):",
        *lines,
        "PINs for a shared tablet (enrol one as manager: Your account > Shared tablets):",
        f"  {digits}",
    ]


# The commands -------------------------------------------------------------------------------------------


def _migrate(app: Flask, options: argparse.Namespace) -> None:
    with app.app_context():
        migrate()
    print("The database has this version's schema.")


def _sample_data(app: Flask, options: argparse.Namespace) -> None:
    with app.app_context():
        migrate()
        load_sample_data()
        print(*sign_in_lines(), sep="\n")


def _user(app: Flask, options: argparse.Namespace) -> None:
    """Add a person, or give one who exists a new password and roles."""
    password = options.password or _asked_password()
    with app.app_context(), transaction():
        now = clock.now()
        user = queries.find_user_by_email(options.email)
        roles = _roles(options)
        if user is None:
            if not roles:
                raise CommandError("A new person needs a role: --role admin --site CODE")
            user = accounts.add_user(
                email=options.email, name=options.name or options.email.split("@")[0], password=password,
                roles=roles, actor=SYSTEM, now=now,
            )  # fmt: skip
            said = "is added"
        else:
            accounts.set_password(user, password, actor=SYSTEM, now=now)
            if roles:
                kept = {(each.site_id, each.role) for each in user.memberships if each.site_id not in roles}
                for site_id, role in kept:
                    roles.setdefault(site_id, set()).add(role)
                accounts.set_roles(user, roles, actor=SYSTEM, now=now)
            user.disabled_at = None
            said = "has a new password; all other sessions are ended"
    print(f"{options.email} {said}.")


def _asked_password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    password = getpass.getpass("Password: ")
    if getpass.getpass("Once more: ") != password:
        raise CommandError("The two passwords differ; nothing was changed.")
    return password


def _roles(options: argparse.Namespace) -> dict[int, set[Role]]:
    """The roles that the options name, at the site that they name or at the only one."""
    if not options.role:
        return {}
    sites = db.session.scalars(sa.select(Site).order_by(Site.code)).all()
    if options.site:
        sites = [site for site in sites if site.code == options.site]
    if not sites:
        raise CommandError(f"There is no site {options.site!r}." if options.site else "There is no site yet.")
    if len(sites) > 1:
        raise CommandError(f"Name the site: --site {' or '.join(site.code for site in sites)}")
    return {sites[0].id: {Role(role) for role in options.role}}


def _backup(app: Flask, options: argparse.Namespace) -> None:
    now = clock.now()
    target = options.file or Path(f"aftersales-{now:%Y%m%d-%H%M%S}.tar")
    if target.is_dir():
        target = target / f"aftersales-{now:%Y%m%d-%H%M%S}.tar"
    count = backup.write(config.of(app), target, now=now)
    print(f"{target} holds {count} files. Keep it in a safe place: it opens every customer link.")


def _restore(app: Flask, options: argparse.Namespace) -> None:
    manifest = backup.restore(config.of(app), options.file)
    made_at = datetime.fromisoformat(manifest["made_at"])
    # the key that came with the backup is read by the next start; this process still has its own
    restored = create_app(config.load())
    with restored.app_context():
        migrate()
        trouble = doctor.database_trouble() or " ".join(sum((each() for each in doctor.INVARIANTS), []))
    if trouble:
        raise CommandError(
            f"The backup was restored as it was written, but something does not hold: {trouble}"
        )
    print(
        f"The workshop of {made_at:%d %b %Y, %H:%M} UTC is back: {len(manifest['files'])} files, all as written."
    )


def _doctor(app: Flask, options: argparse.Namespace) -> None:
    troubles = 0
    for finding in doctor.examine(app):
        troubles += bool(finding.trouble)
        print(
            f"{'TROUBLE' if finding.trouble else 'well   '}  {finding.what}{': ' * bool(finding.trouble)}{finding.trouble}"
        )
    if troubles:
        raise CommandError(f"{troubles} of these need you.")


def _sweep(app: Flask, options: argparse.Namespace) -> None:
    failed = periodic.sweep(app)
    if failed:
        raise CommandError(f"These sweeps failed: {', '.join(failed)}")
    print(json.dumps({"sweeps": len(periodic.SWEEPS), "failed": 0}))


def parser() -> argparse.ArgumentParser:
    """All commands; each names the function that carries it out."""
    made = argparse.ArgumentParser(prog="aftersales", description=__doc__)
    commands = made.add_subparsers(required=True, metavar="command")

    def add(name: str, act: Any, text: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=text, description=text)
        command.set_defaults(act=act)
        return command

    add("migrate", _migrate, "Bring the database to this version's schema.")
    add("sample-data", _sample_data, "Fill an empty database with the sample workshop.")
    user = add("user", _user, "Add a person, or give one a new password and roles.")
    user.add_argument("email")
    user.add_argument("--name", help="for somebody new: as it stands on papers and signatures")
    roles = [role.value for role in Role]
    user.add_argument("--role", action="append", choices=roles, help="may be given more than once")
    user.add_argument("--site", metavar="CODE", help="where they work; needed where there is more than one")
    user.add_argument("--password", help="asked for, or read from standard input, when not given")
    copy = add("backup", _backup, "Write database, photos, documents and key into one file; work may go on.")
    copy.add_argument("file", type=Path, nargs="?", help="a file, or a folder to name one in")
    back = add("restore", _restore, "Put a backup into an empty place, after comparing every digest.")
    back.add_argument("file", type=Path, help="the file that a backup wrote")
    add("doctor", _doctor, "Look whether settings, stores, schema and the figures are well.")
    add("sweep", _sweep, "Do once what the worker does every minute.")
    return made


def main(arguments: Sequence[str] | None = None) -> None:
    options = parser().parse_args(arguments)
    try:
        options.act(create_app(), options)
    except (CommandError, backup.BackupError, DomainError, SettingsError) as error:
        sys.exit(str(error))
    except sa.exc.OperationalError as error:
        sys.exit(
            f"The database does not answer ({error.orig}). Check AFTERSALES_DATABASE_URL; try: aftersales doctor"
        )


if __name__ == "__main__":
    main()
