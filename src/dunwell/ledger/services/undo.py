# ruff: noqa: S608, SLF001 - names of tables and columns come from the models, never from a request
"""Taking back what was done in one go: the history knows each row as it was before.

Whatever one request or one import changed shares one context of the history. Undoing it deletes the rows that came
with it, brings back those that went, and gives the changed ones their earlier values, set-based, in one transaction;
the history keeps both. It is refused as soon as anybody has changed one of the rows since.
"""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, models, transaction

from dunwell.ledger.models import (
    Allocation,
    ChannelChoice,
    Contact,
    CreditNote,
    Customer,
    Document,
    DoNotContact,
    DueDateExtension,
    Hold,
    Invoice,
    Note,
    Payment,
    WriteOff,
)
from dunwell.ledger.services.do_not_contact import restoring
from dunwell.organizations.models import Organization, User
from dunwell.organizations.recording import recorded

# Rows that others point to come first
_MODELS: tuple[type[models.Model], ...] = (
    Customer,
    Contact,
    ChannelChoice,
    DoNotContact,
    Invoice,
    CreditNote,
    Payment,
    Document,
    Note,
    Hold,
    DueDateExtension,
    WriteOff,
    Allocation,
)
# Kept by triggers from the entries
_MAINTAINED = {"applied", "written_off", "allocated", "last_entry_on"}

# The rows that a context touched: their first and last entry in it, and whether they came or went with it
_TOUCHED = """
    SELECT pgh_obj_id AS id, min(pgh_id) AS first, max(pgh_id) AS last,
           bool_or(pgh_label = 'insert') AS came, bool_or(pgh_label = 'delete') AS went
      FROM {events} WHERE pgh_context_id = %(context)s AND organization_id = %(organization)s GROUP BY pgh_obj_id
"""


class UsedSinceError(ValidationError):
    """Something that would be undone has been used or changed since; the text says what."""


@dataclass(frozen=True)
class Extent:
    """How many rows of a kind would go, come back, or be as they were before."""

    name: str
    plural: str
    events: str  # the table of their history
    created: int
    changed: int
    removed: int
    used_since: int


@dataclass(frozen=True)
class _Table:
    model: type[models.Model]

    @property
    def rows(self) -> str:
        return self.model._meta.db_table

    @property
    def events(self) -> str:
        event_model: Any = self.model.pgh_event_model  # type: ignore[attr-defined]
        return str(event_model._meta.db_table)

    @property
    def columns(self) -> list[str]:
        """What the history keeps of a row."""
        event_model: Any = self.model.pgh_event_model  # type: ignore[attr-defined]
        return [field.column for field in event_model._meta.concrete_fields if not field.name.startswith("pgh_")]

    @property
    def has_updated_at(self) -> bool:
        return any(field.name == "updated_at" for field in self.model._meta.fields)

    def touched(self) -> str:
        return _TOUCHED.format(events=self.events)


def extent(*, organization: Organization, context_id: uuid.UUID) -> list[Extent]:
    """What undoing would do, by kind of row; `used_since` counts rows that somebody has changed afterwards."""
    found = []
    for model in _MODELS:
        table = _Table(model)
        sql = (
            f"WITH touched AS ({table.touched()}) "
            "SELECT count(*) FILTER (WHERE came AND NOT went), count(*) FILTER (WHERE NOT came AND NOT went), "
            "count(*) FILTER (WHERE went AND NOT came), "
            f"count(*) FILTER (WHERE EXISTS (SELECT FROM {table.events} AS later "
            "WHERE later.pgh_obj_id = touched.id AND later.pgh_id > touched.last)) FROM touched"
        )
        with connection.cursor() as cursor:
            cursor.execute(sql, {"context": context_id, "organization": organization.pk})
            row = cursor.fetchone()
        assert row is not None
        if any(row[:3]):
            names = model._meta
            found.append(Extent(str(names.verbose_name), str(names.verbose_name_plural), table.events, *row))
    return found


def created_by_context(model: type[models.Model], *, organization: Organization, context_id: uuid.UUID) -> Any:
    """A queryset of the ids of rows that came with a context."""
    events: Any = model.pgh_event_model  # type: ignore[attr-defined]
    return events.objects.filter(organization_id=organization.pk, pgh_context_id=context_id, pgh_label="insert").values(
        "pgh_obj_id"
    )


def touched_by_context(model: type[models.Model], *, organization: Organization, context_id: uuid.UUID) -> Any:
    """A queryset of the ids of rows that a context brought or changed."""
    events: Any = model.pgh_event_model  # type: ignore[attr-defined]
    return events.objects.filter(organization_id=organization.pk, pgh_context_id=context_id).values("pgh_obj_id")


@transaction.atomic
def undo_context(*, organization: Organization, context_id: uuid.UUID, by: User, now: dt.datetime) -> list[Extent]:
    """Take back everything of one context of the history. Raises UsedSinceError; nothing is changed then."""
    parameters: dict[str, Any] = {"context": context_id, "organization": organization.pk, "now": now}
    found = extent(organization=organization, context_id=context_id)
    if not found:
        raise UsedSinceError("There is nothing to undo any more.")
    used = [entry for entry in found if entry.used_since]
    if used:
        what = ", ".join(
            f"{entry.used_since} {entry.name if entry.used_since == 1 else entry.plural}" for entry in used
        )
        raise UsedSinceError(f"It cannot be undone any more: {what} changed since. Nothing was changed.")
    try:
        with transaction.atomic(), recorded(user=by.pk, action="undo"), restoring():
            for model in reversed(_MODELS):
                _delete_what_came(_Table(model), parameters)
            _step_down(_Table(Contact), parameters)
            for model in _MODELS:
                _bring_back_what_went(_Table(model), parameters)
                _restore_what_changed(_Table(model), parameters)
    except IntegrityError as error:
        raise UsedSinceError(
            "It cannot be undone any more: something else has come to rest on it since. Nothing was changed."
        ) from error
    return found


def _execute(sql: str, parameters: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, dict(parameters))


def _delete_what_came(table: _Table, parameters: dict[str, Any]) -> None:
    _execute(
        f"WITH touched AS ({table.touched()}) DELETE FROM {table.rows} AS kept USING touched "
        "WHERE kept.id = touched.id AND touched.came AND NOT touched.went",
        parameters,
    )


def _before(table: _Table, condition: str) -> str:
    """The rows of the history that show a touched row as it was before."""
    return (
        f"SELECT DISTINCT ON (entry.pgh_obj_id) entry.* FROM ({table.touched()}) AS touched "
        f"JOIN {table.events} AS entry ON entry.pgh_obj_id = touched.id "
        f"AND (entry.pgh_id < touched.first OR entry.pgh_id = touched.first AND entry.pgh_label = 'delete') "
        f"WHERE {condition} ORDER BY entry.pgh_obj_id, entry.pgh_id DESC"
    )


def _step_down(table: _Table, parameters: dict[str, Any]) -> None:
    """One contact is the primary one at every moment: who was not so before gives way first."""
    _execute(
        f"UPDATE {table.rows} AS kept SET is_primary = false "
        f"FROM ({_before(table, 'NOT touched.came AND NOT touched.went')}) AS before "
        "WHERE kept.id = before.id AND kept.is_primary AND NOT before.is_primary",
        parameters,
    )


def _bring_back_what_went(table: _Table, parameters: dict[str, Any]) -> None:
    columns = ", ".join(table.columns)
    extra, value = (
        (", updated_at", ", %(now)s") if table.has_updated_at and "updated_at" not in table.columns else ("", "")
    )
    _execute(
        f"INSERT INTO {table.rows} ({columns}{extra}) SELECT {columns}{value} "
        f"FROM ({_before(table, 'touched.went AND NOT touched.came')}) AS before",
        parameters,
    )


def _restore_what_changed(table: _Table, parameters: dict[str, Any]) -> None:
    columns = [name for name in table.columns if name not in _MAINTAINED | {"id", "organization_id", "updated_at"}]
    settings = ", ".join(f"{name} = before.{name}" for name in columns)
    if table.has_updated_at:
        settings += ", updated_at = %(now)s"
    before = _before(table, "NOT touched.came AND NOT touched.went")
    now_is, was = (", ".join(f"{alias}.{name}" for name in columns) for alias in ("kept", "before"))
    _execute(
        f"UPDATE {table.rows} AS kept SET {settings} FROM ({before}) AS before "
        f"WHERE kept.id = before.id AND ({now_is}) IS DISTINCT FROM ({was})",
        parameters,
    )
