"""The database's schema: made by the migrations, compared with the models, written anew from them.

``python -m tests.schema`` rewrites the one initial migration from the models. From the first release on a
change is a migration of its own, and this command goes.
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from flask import Flask
from flask_migrate import upgrade

VERSIONS = Path(__file__).resolve().parents[1] / "aftersales" / "migrations" / "versions"
INITIAL = VERSIONS / "0001_initial.py"


def migrate(app: Flask) -> None:
    """Bring the app's database to the newest version, as ``bin/run`` does."""
    with app.app_context():
        upgrade(directory=str(VERSIONS.parent))


def rewrite() -> None:
    """Write the initial migration from the models, against an empty database in a folder of its own."""
    from alembic import command
    from flask_migrate import Migrate

    from aftersales import create_app

    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(AFTERSALES_DATA_DIR=folder, AFTERSALES_DATABASE_URL=f"sqlite:///{folder}/empty.db")
        app = create_app()
        VERSIONS.mkdir(parents=True, exist_ok=True)
        kept = INITIAL.read_text(encoding="utf-8") if INITIAL.exists() else None
        INITIAL.unlink(missing_ok=True)
        try:
            with app.app_context():
                migrate_extension: Migrate = app.extensions["migrate"].migrate
                config = migrate_extension.get_config(str(VERSIONS.parent))
                command.revision(config, "initial", autogenerate=True, rev_id="0001")
        except BaseException:
            if kept is not None:
                INITIAL.write_text(kept, encoding="utf-8")
            raise
    written = _with_search(INITIAL.read_text(encoding="utf-8"))
    INITIAL.write_text(re.sub(r"^ *# ### .*\n?", "", written, flags=re.MULTILINE), encoding="utf-8")
    subprocess.run(
        [sys.executable, "-m", "ruff", "format", "-q", "--no-force-exclude", str(INITIAL)], check=False
    )


def _with_search(written: str) -> str:
    """The statements of full text search, which no model describes, at the end of ``upgrade``."""
    from aftersales.domain.knowledge import indexing

    upgrade, _, downgrade = written.partition("\n\ndef downgrade")
    lines = ["", "    search = {"]
    for name, statements in (("sqlite", indexing.SQLITE), ("postgresql", indexing.POSTGRESQL)):
        lines.append(f'        "{name}": [')
        lines += [f"            {statement!r}," for statement in statements]
        lines.append("        ],")
    lines += [
        "    }",
        "    for statement in search[op.get_bind().dialect.name]:",
        "        op.execute(statement)",
        "",
    ]
    return upgrade.rstrip() + "\n" + "\n".join(lines) + "\n\ndef downgrade" + downgrade


if __name__ == "__main__":
    rewrite()
    print(f"{INITIAL.name} is written.")
