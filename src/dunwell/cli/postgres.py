"""PostgreSQL's own programs for dumping and restoring: those that came with Dunwell, else those of this host."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from django.conf import settings
from django.db import connection
from django.db.backends.postgresql.client import DatabaseClient

from dunwell.cli.refusals import RefusedError


class ProgramError(RefusedError):
    """A program of PostgreSQL is not there or failed; the text says what to do or what it said."""


@dataclass(frozen=True)
class Programs:
    """pg_dump, pg_restore and psql of one version."""

    folder: Path
    major: int

    @contextlib.contextmanager
    def start(
        self, name: str, parameters: Sequence[str], *, connects: bool = True, stdin: int | IO[bytes] | None = None
    ) -> Iterator[subprocess.Popen[bytes]]:
        """Run a program beside us; leaving the context waits for it and raises ProgramError where it failed."""
        arguments, secrets = [name, *parameters], None
        if connects:
            arguments, secrets = DatabaseClient.settings_to_cmd_args_env(connection.settings_dict, list(parameters))
        with tempfile.TemporaryFile() as complaints:
            process = subprocess.Popen(
                [str(self.folder / name), *arguments[1:]],
                stdin=subprocess.DEVNULL if stdin is None else stdin,
                stdout=subprocess.PIPE,
                stderr=complaints,
                env={**os.environ, "LC_ALL": "C", "PGAPPNAME": "dunwell", **(secrets or {})},
            )
            try:
                yield process
            except BaseException as error:
                # A pipe that broke was ours into it: it has ended early, and what it said follows
                if not (isinstance(error, BrokenPipeError) and process.stdin is not None):
                    process.kill()
                    process.wait()
                    raise
            finally:
                for pipe in (process.stdin, process.stdout):
                    if pipe is not None:
                        with contextlib.suppress(BrokenPipeError):
                            pipe.close()
            if process.wait():
                complaints.seek(0)
                said = complaints.read()[-2000:].decode(errors="replace").strip()
                raise ProgramError(f"PostgreSQL's {name} failed: {said or 'it said nothing'}")


def server_version() -> int:
    """The server's version as a number: 180004 is 18.4."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int")
        row = cursor.fetchone()
    assert row is not None
    return int(row[0])


def find_programs() -> Programs:
    """Programs that are not older than the server: older ones refuse to dump it."""
    needed = server_version() // 10_000
    found = [programs for folder in _folders() if (programs := _look_at(folder)) is not None]
    for programs in found:
        if programs.major >= needed:
            return programs
    there = f"this host has version {max(programs.major for programs in found)}" if found else "this host has none"
    raise ProgramError(
        f"The database is PostgreSQL {needed} and needs pg_dump, pg_restore and psql of version {needed} or newer; "
        f"{there}. Install them (Debian: postgresql-client-{needed}) and put them on PATH."
    )


def _folders() -> list[Path]:
    on_path = shutil.which("pg_dump")
    return [*settings.POSTGRES_PROGRAMS, *([Path(on_path).parent] if on_path else [])]


def _look_at(folder: Path) -> Programs | None:
    if not all((folder / name).exists() for name in ("pg_dump", "pg_restore", "psql")):
        return None
    try:
        said = subprocess.run(
            [str(folder / "pg_dump"), "--version"], capture_output=True, text=True, check=True, timeout=30
        ).stdout
        return Programs(folder, int(said.split()[2].partition(".")[0]))
    except (OSError, subprocess.SubprocessError, IndexError, ValueError):
        return None
