"""An organization out of its archive, under new numbers, beside those that are there."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pgtrigger
from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.db import connection, transaction
from psycopg import sql

from dunwell.organizations.models import Organization
from dunwell.workflows.archives import Archive, ArchiveUnusableError
from dunwell.workflows.portable.tables import (
    CONTEXTS,
    FILES,
    ORGANIZATION,
    PEOPLE,
    Table,
    data_folder,
    tables,
)
from dunwell.workflows.portable.taking_out import own_migrations

_SAFE_PATH = re.compile(r"[\w.\-][\w.\- ]*(/[\w.\-][\w.\- ]*)*")


@dataclass(frozen=True)
class BroughtIn:
    """The organization, and how many people had to be made for it."""

    organization: Organization
    new_people: int


def bring_in(archive: Archive, *, slug: str = "") -> BroughtIn:
    """Make the archive's organization here, with all its history; all or nothing.

    It sends nothing: where it came from may still send. Its people are found by e-mail address or made without
    a password. Raises ArchiveUnusableError, and ValidationError for the slug.
    """
    slug = slug or str(archive.manifest["organization"]["slug"])
    validate_slug(slug)
    if Organization.objects.filter(slug=slug).exists():
        raise ValidationError({"slug": [f"There is an organization {slug!r} already. Choose another with --slug."]})
    _refuse_other_version(archive)
    for _ in archive.verify():
        pass
    folder = f"{slug}-{secrets.token_hex(4)}"
    placed: list[Path] = []
    try:
        with transaction.atomic(), pgtrigger.ignore():
            loading = _Loading(archive, slug=slug, folder=folder)
            organization, new_people = loading.run()
            placed = _place_files(archive, folder)
    except BaseException:
        for path in placed:
            path.unlink(missing_ok=True)
        raise
    return BroughtIn(Organization.objects.select_related("settings").get(pk=organization), new_people)


def _refuse_other_version(archive: Archive) -> None:
    theirs, ours = set(archive.manifest["migrations"]), set(own_migrations())
    if theirs == ours:
        return
    which = "newer" if theirs - ours else "older"
    raise ArchiveUnusableError(
        f"{archive.path.name} was written by a {which} Dunwell ({archive.manifest['dunwell']}), whose tables are not "
        "these. Bring both installations to one version and export again. Nothing has been changed."
    )


class _Loading:
    """Every table into a temporary one, new numbers for all rows, then each row in its place."""

    def __init__(self, archive: Archive, *, slug: str, folder: str) -> None:
        self._archive = archive
        self._slug = slug
        self._folder = folder
        self._tables = tables()
        self._cursor: Any = None

    def run(self) -> tuple[int, int]:
        with connection.cursor() as cursor:
            self._cursor = cursor
            self._stage_all()
            people = self._map_people()
            self._map_contexts()
            self._map_keys()
            organization = self._new_organization()
            self._insert_contexts()
            for table in self._tables:
                self._insert(table)
            # A report names invoices by the numbers that they had
            cursor.execute(
                "UPDATE ledger_fileimport SET report = report - 'named' - 'due_assumed' WHERE organization_id = %s",
                [organization],
            )
            cursor.execute(
                "UPDATE organizations_organizationsettings SET sending_stopped_at = "
                "coalesce(sending_stopped_at, clock_timestamp()) WHERE organization_id = %s",
                [organization],
            )
        return organization, people

    def _do(self, statement: str, *parameters: Any, **names: Any) -> int:
        composed = sql.SQL(statement).format(**names).as_string()
        self._cursor.execute(composed, parameters or None)
        return int(self._cursor.rowcount)

    def _stage_all(self) -> None:
        self._do("CREATE TEMP TABLE import_people (id bigint, email text, name text) ON COMMIT DROP")
        self._copy(PEOPLE, "import_people")
        self._do("CREATE TEMP TABLE import_contexts (LIKE pghistory_context) ON COMMIT DROP")
        self._copy(CONTEXTS, "import_contexts")
        for table in self._tables:
            staged = _staged(table.name)
            columns = sql.SQL(", ").join(map(sql.Identifier, table.columns))
            self._do(
                "CREATE TEMP TABLE {staged} ON COMMIT DROP AS SELECT {columns} FROM {table} WITH NO DATA",
                staged=staged,
                columns=columns,
                table=sql.Identifier(table.name),
            )
            self._copy(table.name, staged.as_string(), columns)

    def _copy(self, name: str, staged: str, columns: Any = None) -> None:
        """One CSV into its temporary table; its header must name the columns that are meant."""
        entry = f"tables/{name}.csv"
        if entry not in self._archive.names:
            raise ArchiveUnusableError(f"{self._archive.path.name} lacks {entry}. Nothing has been changed.")
        listed = sql.SQL("({})").format(columns) if columns else sql.SQL("")
        statement = sql.SQL("COPY {} {} FROM STDIN (FORMAT csv, HEADER match)").format(
            sql.SQL(staged) if staged.startswith('"') else sql.Identifier(staged), listed
        )
        with self._cursor.copy(statement) as copy:
            for chunk in self._archive.chunks(entry):
                copy.write(chunk)

    # New numbers

    def _map_people(self) -> int:
        """By address; who is not known here is made, and can sign in after asking for a password."""
        made = self._do(
            "INSERT INTO organizations_user (email, name, password, is_active, is_staff, is_superuser, created_at) "
            "SELECT lower(email), name, '!' || md5(random()::text), true, false, false, now() FROM import_people "
            "WHERE lower(email) NOT IN (SELECT lower(email) FROM organizations_user)"
        )
        self._do(
            "CREATE TEMP TABLE map_organizations_user ON COMMIT DROP AS SELECT staged.id AS old, known.id AS new "
            "FROM import_people AS staged JOIN organizations_user AS known ON lower(known.email) = lower(staged.email)"
        )
        return made

    def _map_contexts(self) -> None:
        self._do(
            "CREATE TEMP TABLE map_pghistory_context ON COMMIT DROP AS "
            "SELECT id AS old, gen_random_uuid() AS new FROM import_contexts"
        )

    def _map_keys(self) -> None:
        """A new number for each old one that a row has, or that history still remembers."""
        for table in self._tables:
            if not table.has_own_key:
                continue
            mentions = [
                sql.SQL("SELECT {} AS old FROM {}").format(sql.Identifier(column), _staged(other.name))
                for other in self._tables
                for column in (
                    *([other.key] if other.name == table.name else []),
                    *(column for column, target in other.targets.items() if target == table.name),
                )
            ]
            self._do(
                "CREATE TEMP TABLE {map} ON COMMIT DROP AS SELECT old, nextval(pg_get_serial_sequence({name}, {key})) "
                "AS new FROM (SELECT DISTINCT old FROM ({mentions}) AS every WHERE old <> 0 ORDER BY old) AS wanted",
                map=_map(table.name),
                name=sql.Literal(table.name),
                key=sql.Literal(table.key),
                mentions=sql.SQL(" UNION ALL ").join(mentions),
            )
            self._do("CREATE INDEX ON {map} (old)", map=_map(table.name))
            self._do("ANALYZE {map}", map=_map(table.name))

    def _new_organization(self) -> int:
        """Its number; every row must be of the one organization."""
        self._cursor.execute("SELECT old, new FROM map_organizations_organization")
        rows = self._cursor.fetchall()
        if len(rows) != 1:
            raise ArchiveUnusableError(
                f"{self._archive.path.name} does not hold exactly one organization. Nothing has been changed."
            )
        self._do("UPDATE {staged} SET slug = %s", self._slug, staged=_staged(ORGANIZATION))
        return int(rows[0][1])

    # Rows

    def _insert_contexts(self) -> None:
        """Who did it is named by number in the context."""
        self._do(
            "INSERT INTO pghistory_context (id, created_at, updated_at, metadata) "
            "SELECT map.new, created_at, updated_at, CASE WHEN person.new IS NULL THEN metadata "
            "ELSE jsonb_set(metadata, '{{user}}', to_jsonb(person.new)) END "
            "FROM import_contexts JOIN map_pghistory_context AS map ON map.old = import_contexts.id "
            "LEFT JOIN map_organizations_user AS person ON person.old::text = metadata ->> 'user'"
        )

    def _insert(self, table: Table) -> None:
        values: list[sql.Composable] = []
        joins: list[sql.Composable] = []
        for number, column in enumerate(table.columns):
            target = table.name if column == table.key and table.has_own_key else table.targets.get(column, "")
            own = sql.SQL("row.{}").format(sql.Identifier(column))
            if target:
                alias = sql.Identifier(f"m{number}")
                joins.append(
                    sql.SQL("LEFT JOIN {} AS {} ON {}.old = {}").format(_map(self._key_of(target)), alias, alias, own)
                )
                # A pointer that may be nothing is 0 for nothing; a key that should be there and is not, is refused
                value: sql.Composable = sql.SQL("CASE WHEN {} IS NOT NULL THEN coalesce({}.new, {}) END").format(
                    own, alias, self._nothing(table, column)
                )
            elif (table.name, column) in FILES:
                value = sql.SQL("regexp_replace({}, '^([^/]+)/', {})").format(own, sql.Literal(rf"\1/{self._folder}/"))
            else:
                value = own
            values.append(value)
        self._do(
            "INSERT INTO {table} ({columns}) SELECT {values} FROM {staged} AS row {joins} ORDER BY row.{key}",
            table=sql.Identifier(table.name),
            columns=sql.SQL(", ").join(map(sql.Identifier, table.columns)),
            values=sql.SQL(", ").join(values),
            staged=_staged(table.name),
            joins=sql.SQL(" ").join(joins),
            key=sql.Identifier(table.key),
        )

    def _key_of(self, name: str) -> str:
        """The table whose numbers a key of `name` is made of: a customer's standing has the customer's."""
        found = next((table for table in self._tables if table.name == name), None)
        if found is None or found.has_own_key:
            return name
        return self._key_of(found.targets[found.key])

    def _nothing(self, table: Table, column: str) -> sql.Composable:
        is_pointer = table.name == "followup_action" and column == "anchor_id"
        return sql.SQL("0") if is_pointer else sql.SQL("NULL")


def _staged(name: str) -> sql.Identifier:
    return sql.Identifier(f"import_{name}"[:63])


def _map(name: str) -> sql.Identifier:
    return sql.Identifier(f"map_{name}"[:63])


def _place_files(archive: Archive, folder: str) -> list[Path]:
    """Each file under its new name; rows name nothing that leads elsewhere."""
    for table, column in FILES:
        with connection.cursor() as cursor:
            cursor.execute(
                sql.SQL("SELECT {0} FROM {1} WHERE {0} <> ''")
                .format(sql.Identifier(column), _staged(table))
                .as_string()
            )
            wrong = [name for (name,) in cursor if not _SAFE_PATH.fullmatch(name) or ".." in name]
        if wrong:
            raise ArchiveUnusableError(
                f"{archive.path.name} names a file outside, {wrong[0]!r}. Nothing has been changed."
            )
    placed: list[Path] = []
    try:
        for name in archive.names:
            if name.startswith("files/"):
                target = data_folder() / _renamed(name.removeprefix("files/"), folder)
                archive.extract(name, target)
                placed.append(target)
    except BaseException:
        for path in placed:
            path.unlink(missing_ok=True)
        raise
    return placed


def _renamed(name: str, folder: str) -> str:
    """Where a file goes: as the rows are rewritten, `imports/a/b` becomes `imports/<folder>/a/b`."""
    base = next((base for base in sorted(FILES.values(), reverse=True) if base and name.startswith(f"{base}/")), "")
    first, _, rest = name.removeprefix(base).lstrip("/").partition("/")
    return "/".join(part for part in (base, first, folder, rest) if part)
