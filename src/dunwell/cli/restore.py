"""`dunwell restore FILE`: an installation out of its archive, all of it or nothing."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from dunwell.cli.backup import DUMP, FILES, KIND, SECRET, VERSION, applied_migrations, data_folder, free_space
from dunwell.cli.migrate import bring_up_to_date
from dunwell.cli.postgres import Programs, find_programs, server_version
from dunwell.cli.refusals import RefusedError
from dunwell.cli.words import counted
from dunwell.followup.services.switches import stop_sending
from dunwell.organizations.models import Organization, User
from dunwell.organizations.queries import database_now
from dunwell.workflows.archives import CHUNK, Archive, ArchiveUnusableError

Say = Callable[[str], None]


class RestoreRefusedError(RefusedError):
    """Nothing has been changed; the text says why and what to do."""


def restore(
    file: Annotated[Path, typer.Argument(help="An archive that `dunwell backup` wrote.")],
    *,
    force: Annotated[bool, typer.Option("--force", help="Replace an installation that is not empty.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Only look whether the archive is whole and fits.")] = False,
    keep_sending: Annotated[
        bool,
        typer.Option("--keep-sending", help="Send as before: only where nothing was sent since the backup was made."),
    ] = False,
) -> None:
    """Bring an installation back from its archive. Stop `dunwell serve` and `dunwell worker` before."""
    with Archive(file, kind=KIND, version=VERSION) as archive:
        typer.echo(f"Reading {file}, made {archive.manifest['made_at']} by Dunwell {archive.manifest['dunwell']} …")
        for _ in archive.verify():
            pass
        _refuse_newer(archive)
        typer.echo("The archive is whole and fits this Dunwell.")
        if check:
            return
        _refuse_occupied(force=force)
        restore_archive(archive, say=typer.echo, keep_sending=keep_sending)


def restore_archive(archive: Archive, *, say: Say, keep_sending: bool = False) -> None:
    """Files are made ready first, then the database changes in one transaction, then the files are moved in."""
    programs = find_programs()
    folder = data_folder() / f"restore-{os.getpid()}"
    if free_space(data_folder()) < 2 * archive.size:
        raise RestoreRefusedError(f"{data_folder()} has too little room for the archive. Nothing has been changed.")
    folder.mkdir(mode=0o700, parents=True)
    try:
        say("Unpacking …")
        archive.extract(DUMP, folder / DUMP)
        files = [name for name in archive.names if name.startswith(FILES)]
        for name in files:
            archive.extract(name, folder / name)
        say("Restoring the database …")
        _load(programs, folder / DUMP)
        aside = _put_in_place(folder / FILES)
        say(f"{counted(len(files), 'stored file')} put back.")
        if aside:
            say(f"The files that were there before are in {aside}; delete them when you miss nothing.")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    _restore_secret(archive, say)
    if applied := bring_up_to_date():
        say(f"The archive is of an older Dunwell: {counted(applied, 'migration')} applied.")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    if not keep_sending:
        _stop_all(say)
    say(f"Restored: {_what_is_there()}.")


def _refuse_newer(archive: Archive) -> None:
    """A database from the future has tables this Dunwell does not understand."""
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    unknown = [name for name in archive.manifest.get("migrations", []) if name not in known]
    if unknown:
        raise ArchiveUnusableError(
            f"{archive.path.name} was made by a newer Dunwell, {archive.manifest['dunwell']} (this one does not know "
            f"{unknown[0]}). Install that version first. Nothing has been changed."
        )


def _refuse_occupied(*, force: bool) -> None:
    """Never over a book that somebody works with, nor without being told to over one that is there."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
        row = cursor.fetchone()
    if row and row[0]:
        raise RestoreRefusedError(
            f"{counted(row[0], 'other connection')} to this database. Stop `dunwell serve` and `dunwell worker` first. "
            "Nothing has been changed."
        )
    if force or not applied_migrations():
        return
    if Organization.objects.exists() or User.objects.exists():
        raise RestoreRefusedError(
            f"This installation is not empty: {_what_is_there()}. Restore into an empty one, or replace all of it "
            "with --force. Nothing has been changed."
        )


def _what_is_there() -> str:
    people = counted(User.objects.count(), "person", "people")
    return f"{counted(Organization.objects.count(), 'organization')}, {people}"


def _load(programs: Programs, dump: Path) -> None:
    """What is there goes and what the dump has comes, in one transaction: it is committed only when all came."""
    old_server = server_version() < 170_000
    connection.close()
    arguments = ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-o", os.devnull]
    with (
        programs.start("psql", arguments, stdin=subprocess.PIPE) as psql,
        programs.start("pg_restore", ["--no-owner", "--no-acl", "-f", "-", str(dump)], connects=False) as script,
    ):
        assert psql.stdin is not None
        assert script.stdout is not None
        psql.stdin.write(
            b"BEGIN;\nSET LOCAL lock_timeout = '20s';\nDROP SCHEMA public CASCADE;\nCREATE SCHEMA public;\n"
        )
        head = script.stdout.read(CHUNK)
        # Programs from 17 on set this even for a server that does not know it
        psql.stdin.write(head.replace(b"SET transaction_timeout = 0;\n", b"", 1) if old_server else head)
        shutil.copyfileobj(script.stdout, psql.stdin, CHUNK)
        if script.wait() == 0:
            psql.stdin.write(b"\nCOMMIT;\n")
        psql.stdin.close()
        psql.wait()


def _put_in_place(fresh: Path) -> Path | None:
    """Move the files in; where what was there under their names was set aside, it is not deleted."""
    if not fresh.is_dir():
        return None
    aside = data_folder() / f"replaced-{os.getpid()}"
    for entry in sorted(fresh.iterdir()):
        target = data_folder() / entry.name
        if target.exists():
            aside.mkdir(mode=0o700, exist_ok=True)
            target.rename(aside / entry.name)
        entry.rename(target)
    return aside if aside.exists() else None


def _restore_secret(archive: Archive, say: Say) -> None:
    """The archive's key becomes this installation's, unless its environment sets one."""
    if SECRET not in archive.names:
        say("The archive has no secret key: stored mail passwords are readable only under the key of that time.")
        return
    secret = archive.read(SECRET).decode()
    if secret == settings.SECRET_KEY:
        return
    if os.environ.get("DUNWELL_SECRET_KEY"):
        say(
            "DUNWELL_SECRET_KEY is not the key of the archive, so stored mail passwords cannot be read. Set it to the "
            f"archive's (unzip -p {archive.path} {SECRET}), or enter the passwords again."
        )
        return
    path = data_folder() / SECRET
    fresh = path.with_name(f"{SECRET}.new")
    fresh.unlink(missing_ok=True)
    fresh.touch(mode=0o600)
    fresh.write_text(secret)
    fresh.replace(path)
    settings.SECRET_KEY = secret
    say("The secret key of the archive is in place.")


def _stop_all(say: Say) -> None:
    """What went out after the backup was made, the archive cannot know: nothing may go before a person has looked."""
    now = database_now()
    sending = Organization.objects.filter(settings__chasing_started_at__isnull=False)
    for organization in sending.filter(settings__sending_stopped_at__isnull=True):
        stop_sending(organization=organization, by=None, now=now)
        say(
            f"{organization.name}: sending is stopped, since reminders may have gone out after the backup was made. "
            "Look at what is due, then resume it on its pages."
        )
