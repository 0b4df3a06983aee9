"""Everything of an organization as one archive: a CSV for each table, its files, and what they are."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import psycopg
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from psycopg import sql

import dunwell
from dunwell.organizations.models import Organization
from dunwell.workflows.archives import CHUNK, ArchiveWriter
from dunwell.workflows.portable.tables import CONTEXTS, FILES, PEOPLE, SECRETS, Table, data_folder, tables

KIND, VERSION = "organization of Dunwell", 1


def export(organization: Organization, target: IO[bytes], *, now: str) -> Iterator[int]:
    """Write the archive; yields after each piece, so that a stream can pass it on. One snapshot, constant memory."""
    writer = ArchiveWriter(target, kind=KIND, version=VERSION)
    own = connection.copy()
    try:
        own.ensure_connection()
        with own.connection.transaction():
            cursor: psycopg.Cursor[Any] = own.connection.cursor()
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            rows = {}
            for name, query in queries(organization.pk).items():
                cursor.execute(sql.SQL("SELECT count(*) FROM ({}) AS rows").format(query))
                rows[name] = _first(cursor)
                copy = sql.SQL("COPY ({}) TO STDOUT (FORMAT csv, HEADER)").format(query)
                yield from writer.write(f"tables/{name}.csv", _copied(cursor, copy))
            for path in _files(cursor, organization.pk):
                yield from writer.write(f"files/{path.relative_to(data_folder()).as_posix()}", _read(path))
    finally:
        own.close()
    writer.finish(
        dunwell=dunwell.__version__,
        made_at=now,
        organization={"slug": organization.slug, "name": organization.name},
        migrations=own_migrations(),
        rows=rows,
    )
    yield 0


def export_to_file(organization: Organization, path: Path, *, now: str) -> int:
    """Write the archive as a file that only we may read; its size. An archive that is not complete does not stay."""
    path.touch(mode=0o600, exist_ok=False)
    try:
        with path.open("wb") as file:
            for _ in export(organization, file, now=now):
                pass
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return path.stat().st_size


def export_chunks(organization: Organization, *, now: str) -> Iterator[bytes]:
    """The archive as it is made, for a download."""
    buffer = _Passing()
    for _ in export(organization, buffer, now=now):
        if chunk := buffer.take():
            yield chunk
    if chunk := buffer.take():
        yield chunk


class _Passing(io.BytesIO):
    """A stream that cannot go back: what is written waits to be taken."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []

    def seekable(self) -> bool:
        return False

    def tell(self) -> int:
        raise OSError("This stream does not know where it is.")

    def write(self, data: Any) -> int:
        self._parts.append(bytes(data))
        return len(data)

    def take(self) -> bytes:
        taken = b"".join(self._parts)
        self._parts.clear()
        return taken


def own_migrations() -> list[str]:
    """What decides whether two installations have the same tables."""
    labels = {table.name.partition("_")[0] for table in tables()}
    applied = MigrationRecorder(connection).applied_migrations()
    return sorted(f"{app}.{name}" for app, name in applied if app in labels)


def queries(organization_id: int) -> dict[str, sql.Composed]:
    """What is read of each table, by its name; first the people and the contexts of changes, which belong to no one."""
    found = tables()
    people = [
        sql.SQL("SELECT {} AS id FROM {} WHERE {} = {}").format(
            sql.Identifier(column), sql.Identifier(table.name), sql.Identifier(table.owner), organization_id
        )
        for table in found
        for column, target in table.targets.items()
        if target == PEOPLE
    ]
    contexts = [
        sql.SQL("SELECT {} AS id FROM {} WHERE {} = {}").format(
            sql.Identifier(column), sql.Identifier(table.name), sql.Identifier(table.owner), organization_id
        )
        for table in found
        for column, target in table.targets.items()
        if target == CONTEXTS
    ]
    union = sql.SQL(" UNION ")
    return {
        PEOPLE: sql.SQL("SELECT id, email, name FROM organizations_user WHERE id IN ({}) ORDER BY id").format(
            union.join(people)
        ),
        CONTEXTS: sql.SQL(
            "SELECT id, created_at, updated_at, metadata FROM pghistory_context "
            "WHERE id IN ({}) ORDER BY created_at, id"
        ).format(union.join(contexts)),
        **{table.name: _rows(table, organization_id) for table in found},
    }


def _rows(table: Table, organization_id: int) -> sql.Composed:
    columns = [
        sql.SQL("''::text AS {}").format(sql.Identifier(column))
        if (table.name, column) in SECRETS
        else sql.Identifier(column)
        for column in table.columns
    ]
    return sql.SQL("SELECT {} FROM {} WHERE {} = {} ORDER BY {}").format(
        sql.SQL(", ").join(columns),
        sql.Identifier(table.name),
        sql.Identifier(table.owner),
        organization_id,
        sql.Identifier(table.key),
    )


def _first(cursor: psycopg.Cursor[Any]) -> int:
    row = cursor.fetchone()
    assert row is not None
    return int(row[0])


def _copied(cursor: psycopg.Cursor[Any], statement: sql.Composed) -> Iterator[bytes]:
    """The rows in pieces worth passing on."""
    parts: list[bytes] = []
    size = 0
    with cursor.copy(statement) as copy:
        for block in copy:
            parts.append(bytes(block))
            size += len(block)
            if size >= CHUNK:
                yield b"".join(parts)
                parts, size = [], 0
    yield b"".join(parts)


def _files(cursor: psycopg.Cursor[Any], organization_id: int) -> list[Path]:
    """The stored files that rows name and that are still there."""
    found: list[Path] = []
    for (table, column), folder in FILES.items():
        cursor.execute(
            sql.SQL("SELECT {0} FROM {1} WHERE organization_id = %s AND {0} <> '' ORDER BY id").format(
                sql.Identifier(column), sql.Identifier(table)
            ),
            [organization_id],
        )
        paths = [(data_folder() / folder / name).resolve() for (name,) in cursor]
        found += [path for path in paths if path.is_file() and path.is_relative_to(data_folder())]
    return found


def _read(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk
