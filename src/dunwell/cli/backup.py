"""`dunwell backup FILE`: the whole installation in one archive, while it runs."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Annotated, Any

import typer
from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.template.defaultfilters import filesizeformat

import dunwell
from dunwell.cli.postgres import find_programs, server_version
from dunwell.cli.words import counted
from dunwell.organizations.models import Organization, User
from dunwell.organizations.queries import database_now
from dunwell.workflows.archives import CHUNK, ArchiveWriter

KIND, VERSION = "backup of Dunwell", 1
DUMP, FILES, SECRET = "database.dump", "files/", "secret-key"
# In the data folder, but of this host: the embedded server, its address and locks, logs, what a restore set aside
_NOT_OURS = ("postgres", "database-url", "supervisor.", "shares.lock", "logs", "restore-", "replaced-", SECRET)


def backup(
    file: Annotated[Path, typer.Argument(help="The archive to write, such as dunwell-2026-03-18.zip.")],
    *,
    force: Annotated[bool, typer.Option("--force", help="Replace a file of that name.")] = False,
    without_secret_key: Annotated[
        bool, typer.Option("--without-secret-key", help="Leave out the key that reads stored passwords.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object only.")] = False,
) -> None:
    """Write the whole installation into one archive: database, stored files, secret key. Dunwell may run meanwhile."""

    def say(text: str) -> None:
        typer.echo(text, err=as_json)

    if file.exists() and not force:
        raise FileExistsError(f"{file} is there already. Choose another name, or replace it with --force.")
    facts = write_backup(file, with_secret=not without_secret_key, say=say)
    if as_json:
        typer.echo(json.dumps(facts))
        return
    say(f"{file} holds everything: {counted(facts['organizations'], 'organization')}, {_size(facts['bytes'])}.")
    if without_secret_key:
        say(
            "The secret key is not in it. Keep DUNWELL_SECRET_KEY (or the data folder's `secret-key`) elsewhere: "
            "without it the stored passwords of mail servers have to be entered again after a restore."
        )
    else:
        say(
            "It contains the secret key, which reads the stored passwords and signs sessions: keep the file as safe "
            "as the server itself."
        )


def write_backup(file: Path, *, with_secret: bool, say: Any) -> dict[str, Any]:
    """Write the archive beside its place and move it there when complete; what was there stays until then."""
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_name(f"{file.name}.partial-{os.getpid()}")
    partial.touch(mode=0o600, exist_ok=False)
    try:
        with partial.open("wb") as target:
            facts = _write(target, with_secret=with_secret, say=say)
            target.flush()
            os.fsync(target.fileno())
        partial.replace(file)
    finally:
        partial.unlink(missing_ok=True)
    return {**facts, "file": str(file), "bytes": file.stat().st_size}


def _write(target: IO[bytes], *, with_secret: bool, say: Any) -> dict[str, Any]:
    programs = find_programs()
    facts = _describe()
    writer = ArchiveWriter(target, kind=KIND, version=VERSION)
    say(f"Dumping the database ({_size(facts['database_bytes'])} on disk) …")
    # The dump is one snapshot: whatever is written meanwhile is wholly in it or wholly not
    parameters = ["--format=custom", "--no-owner", "--no-acl", "--lock-wait-timeout=60s"]
    with programs.start("pg_dump", parameters) as process:
        output = process.stdout
        assert output is not None
        dumped = writer.add(DUMP, iter(lambda: output.read(CHUNK), b""), packed=True)
    # After the database: a file that a row names is there, unless it was tidied away since
    files = list(stored_files())
    say(f"{_size(dumped)} dumped. Adding {counted(len(files), 'stored file')} …")
    for path in files:
        with contextlib.suppress(FileNotFoundError):
            _add_file(writer, path)
    if with_secret:
        writer.add(SECRET, [settings.SECRET_KEY.encode()])
    writer.finish(**facts, secret_key=with_secret)
    return facts


def _add_file(writer: ArchiveWriter, path: Path) -> None:
    with path.open("rb") as file:
        name = FILES + path.relative_to(data_folder()).as_posix()
        writer.add(name, iter(lambda: file.read(CHUNK), b""))


def data_folder() -> Path:
    return Path(settings.DATA_DIR).resolve()


def stored_files() -> Iterator[Path]:
    """What lies in the data folder and belongs to the installation, not to this host."""
    for entry in sorted(data_folder().iterdir()):
        if entry.name.startswith(_NOT_OURS) or ".log" in entry.name or ".zip" in entry.name or entry.is_symlink():
            continue
        inside = [entry] if entry.is_file() else sorted(entry.rglob("*"))
        yield from (path for path in inside if path.is_file() and not path.is_symlink())


def applied_migrations() -> list[str]:
    """Names of the migrations that this database has, like `ledger.0001_initial`."""
    recorder = MigrationRecorder(connection)
    return sorted(f"{app}.{name}" for app, name in recorder.applied_migrations())


def _describe() -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        row = cursor.fetchone()
    assert row is not None
    return {
        "dunwell": dunwell.__version__,
        "made_at": database_now().isoformat(timespec="seconds"),
        "postgresql": server_version(),
        "migrations": applied_migrations(),
        "database_bytes": int(row[0]),
        "organizations": Organization.objects.count(),
        "people": User.objects.count(),
    }


def _size(number: int) -> str:
    return filesizeformat(number).replace("\xa0", " ")


def free_space(folder: Path) -> int:
    """Bytes that are free where the folder is."""
    return shutil.disk_usage(folder).free
