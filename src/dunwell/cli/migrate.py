"""`dunwell migrate`"""

from __future__ import annotations

import json
from typing import Annotated

import typer
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from dunwell.cli.refusals import RefusedError
from dunwell.cli.words import counted
from dunwell.workflows.checkup.database import missing_migrations, unknown_migrations
from dunwell.workflows.organizations import refresh_shipped_texts

_MIGRATION_LOCK = 0x44756E6D  # "Dunm": any number that nothing else in this database locks


class MigrationRefusedError(RefusedError):
    """The tables are not touched; the text says why and what to do."""


def migrate(*, as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object only.")] = False) -> None:
    """Bring the database's tables to what this Dunwell needs. Safe to run again, and by several hosts at once."""
    done = bring_up_to_date()
    if as_json:
        typer.echo(json.dumps({"migrations": done}))
    else:
        typer.echo(f"{counted(done, 'migration')} applied." if done else "Nothing to do: the tables are up to date.")


def is_empty() -> bool:
    """Whether this database has never been prepared: then there is nothing an update could harm."""
    return "django_migrations" not in connection.introspection.table_names()


def bring_up_to_date() -> int:
    """Apply what is missing, and bring the texts that came with Dunwell up to date; how many migrations that were.

    Raises:
        MigrationRefusedError: another Dunwell prepared the database, in a way that this one does not know.
    """
    # Two hosts that start at once: the second waits, then finds nothing left to do
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_MIGRATION_LOCK])
    try:
        executor = MigrationExecutor(connection)
        if unknown := unknown_migrations(executor):
            raise MigrationRefusedError(
                "The database was prepared by another Dunwell, likely a newer one "
                f"(this one does not know {unknown[-1]}). Nothing has been changed. "
                "Start that version, restore a backup, or name another database."
            )
        missing = len(missing_migrations(executor))
        if missing:
            call_command("migrate", interactive=False, verbosity=0)
        refresh_shipped_texts()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_MIGRATION_LOCK])
    return missing
