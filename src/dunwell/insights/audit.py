"""Who changed what, when, before and after: one list over the history of every table, newest first.

Each history table gives its newest rows under the filters, and the union of those is cut once more: a page costs the
same however long the history is (index `…_by_time`, organizations/history.py).
"""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, models

from dunwell.organizations.history import history_models, organization_column, table_of
from dunwell.organizations.models import Organization

# Kept by the machine beside what a person changed: no news to anybody
UNTOLD = frozenset({"id", "organization_id", "created_at", "updated_at", "name_key"})


@dataclass(frozen=True)
class Cursor:
    """The last change of a page: the next page begins below it."""

    at: dt.datetime
    table: str
    id: int


@dataclass(frozen=True)
class Asked:
    """What the list is narrowed by; `person` is a user's id or the name of a program, `kinds` are history tables."""

    kinds: Sequence[str] = ()
    person: str = ""
    since: dt.datetime | None = None
    until: dt.datetime | None = None
    customer_id: int | None = None
    invoice_id: int | None = None
    context_id: uuid.UUID | None = None  # what was done in one go, as an import is
    after_id: uuid.UUID | None = None  # what became afterwards of the rows that were touched in one go
    label: str = ""  # of rows that came (insert), changed (update) or went (delete)


@dataclass(frozen=True)
class Change:
    """One row written. `before` and `after` hold the columns that differ, as texts; a new row has no `before`.

    A row that went has everything it said in `before`, and nothing in `after`.
    """

    at: dt.datetime
    table: str
    id: int
    label: str
    object_id: int
    context: dict[str, Any]
    before: dict[str, str | None]
    after: dict[str, str | None]
    row: dict[str, str | None]

    @property
    def cursor(self) -> Cursor:
        return Cursor(self.at, self.table, self.id)


_BRANCH = """
(SELECT event.pgh_created_at AS at, '{table}' AS kind, event.pgh_id AS id, event.pgh_label AS label,
        event.pgh_obj_id AS object_id, event.pgh_context_id AS context_id,
        (SELECT jsonb_object_agg(key, value) FROM jsonb_each_text(to_jsonb(event))) AS now_is,
        (SELECT (SELECT jsonb_object_agg(key, value) FROM jsonb_each_text(to_jsonb(past)))
           FROM {table} AS past
          WHERE past.pgh_obj_id = event.pgh_obj_id AND past.pgh_id < event.pgh_id
          ORDER BY past.pgh_id DESC LIMIT 1) AS was
   FROM {table} AS event LEFT JOIN pghistory_context AS context ON context.id = event.pgh_context_id
  WHERE event.{organization} = %(organization)s
    AND (%(since)s::timestamptz IS NULL OR event.pgh_created_at >= %(since)s)
    AND (%(until)s::timestamptz IS NULL OR event.pgh_created_at < %(until)s)
    AND (%(context)s::uuid IS NULL OR event.pgh_context_id = %(context)s)
    AND (%(after)s::uuid IS NULL
         OR (event.pgh_context_id IS DISTINCT FROM %(after)s
             AND EXISTS (SELECT FROM {table} AS own
                          WHERE own.pgh_obj_id = event.pgh_obj_id AND own.pgh_id < event.pgh_id
                            AND own.pgh_context_id = %(after)s)))
    AND (%(label)s::text = '' OR event.pgh_label = %(label)s)
    AND (%(person)s::text = '' OR context.metadata ->> 'user' = %(person)s)
    AND (%(at)s::timestamptz IS NULL
         OR (event.pgh_created_at <= %(at)s
             AND (event.pgh_created_at, '{table}', event.pgh_id) < (%(at)s, %(kind)s, %(id)s)))
    {about}
  ORDER BY event.pgh_created_at DESC, event.pgh_id DESC LIMIT %(most)s)
"""

_INVOICES = "SELECT id FROM ledger_invoice WHERE organization_id = %(organization)s AND customer_id = %(customer)s"
_UNION = """
SELECT found.at, kind, found.id, label, object_id, context.metadata, now_is, was
  FROM ({branches}) AS found LEFT JOIN pghistory_context AS context ON context.id = found.context_id
 ORDER BY found.at DESC, kind DESC, found.id DESC LIMIT %(most)s
"""


def changes(organization: Organization, asked: Asked, *, most: int, below: Cursor | None = None) -> list[Change]:
    """The newest changes under the filters, at most `most`, below a cursor."""
    branches = [branch for model in history_models() if (branch := _branch(model, asked))]
    if not branches:
        return []
    statement = _UNION.format(branches=" UNION ALL ".join(branches))
    parameters = {
        "organization": organization.pk,
        "since": asked.since,
        "until": asked.until,
        "person": asked.person,
        "customer": asked.customer_id,
        "invoice": asked.invoice_id,
        "context": asked.context_id,
        "after": asked.after_id,
        "label": asked.label,
        "at": below.at if below else None,
        "kind": below.table if below else "",
        "id": below.id if below else 0,
        "most": most,
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return [_change(*row) for row in cursor.fetchall()]


def kinds() -> list[tuple[str, type[models.Model]]]:
    """The history tables by name, each with the table whose changes it tells."""
    return [(table_of(model), model.pgh_tracked_model) for model in history_models()]  # type: ignore[attr-defined]


def _branch(model: type[models.Model], asked: Asked) -> str:
    """The part of one table; nothing for a table that the filters leave out."""
    table = table_of(model)
    if asked.kinds and table not in asked.kinds:
        return ""
    about = _about(model, asked)
    if about is None:
        return ""
    return _BRANCH.format(table=table, organization=organization_column(model), about=about)


def _about(model: type[models.Model], asked: Asked) -> str | None:
    """The condition that keeps one customer's or invoice's changes; None where the table knows of no such thing."""
    columns = {field.column for field in model._meta.concrete_fields}  # noqa: SLF001 - Django's documented Meta API
    tracked = model.pgh_tracked_model.__name__  # type: ignore[attr-defined]
    if asked.invoice_id is not None:
        if tracked == "Invoice":
            return "AND event.pgh_obj_id = %(invoice)s"
        return "AND event.invoice_id = %(invoice)s" if "invoice_id" in columns else None
    if asked.customer_id is not None:
        if tracked == "Customer":
            return "AND event.pgh_obj_id = %(customer)s"
        if "customer_id" in columns:
            return "AND event.customer_id = %(customer)s"
        if "invoice_id" in columns:
            own = (
                "SELECT id FROM ledger_invoice WHERE organization_id = %(organization)s AND customer_id = %(customer)s"
            )
            return f"AND event.invoice_id IN ({own})"
        return None
    return ""


def _change(at: dt.datetime, table: str, id_: int, label: str, object_id: int, *rest: Any) -> Change:
    context, now_is, was = (_parsed(value) for value in rest)
    names = [name for name in now_is if not name.startswith("pgh_") and name not in UNTOLD]
    if label == "delete":
        was, nothing = now_is, dict.fromkeys(names)
        return Change(at, table, id_, label, object_id, context, {name: was[name] for name in names}, nothing, was)
    differ = [name for name in names if not was or now_is[name] != was.get(name)]
    return Change(
        at=at,
        table=table,
        id=id_,
        label=label,
        object_id=object_id,
        context=context,
        before={name: was.get(name) for name in differ} if was else {},
        after={name: now_is[name] for name in differ},
        row=now_is,
    )


def _parsed(value: Any) -> dict[str, Any]:
    if isinstance(value, str):  # Django leaves jsonb of raw SQL as text
        value = json.loads(value)
    return value or {}
