"""An organization that goes away, with its book, its follow-up and its files."""

from __future__ import annotations

import datetime as dt
from functools import partial
from pathlib import Path
from typing import Any

import pgtrigger
from django.db import connection, transaction
from psycopg import sql

from dunwell.followup.models import Notice
from dunwell.followup.services.passes import PASS_LOCK
from dunwell.ledger.imports.pipeline import LOCK_CLASS as IMPORT_LOCK
from dunwell.ledger.models import Customer, Document, FileImport, Invoice, Payment
from dunwell.messaging.models import Message
from dunwell.organizations.models import Membership, Organization, User
from dunwell.organizations.recording import recorded
from dunwell.workflows.portable.tables import FILES, ORGANIZATION, data_folder, tables

# Who worked here, what was decided, and who took it away: the rest of history is about customers, and goes with them
KEPT = frozenset({f"{ORGANIZATION}event", "organizations_organizationsettingsevent", "organizations_membershipevent"})
PASSING = ("ledger_touchedcustomer", "ledger_mergedcontact", "messaging_channelpause")


class OtherNameError(Exception):
    """What was typed is not the organization's name."""


def what_goes(organization: Organization) -> list[tuple[str, int]]:
    """What would be deleted, in numbers."""
    counted = {
        "Customers": Customer,
        "Invoices": Invoice,
        "Payments": Payment,
        "Notices": Notice,
        "Messages": Message,
        "Imports": FileImport,
        "Documents": Document,
        "People who lose their access": Membership,
    }
    return [
        (name, model._default_manager.filter(organization=organization).count())  # noqa: SLF001 - Django's documented API
        for name, model in counted.items()
    ]


@transaction.atomic
def erase(*, organization: Organization, typed_name: str, by: User | None, now: dt.datetime) -> None:
    """Delete all of it for good. Who did it and when stays in the organization's own history."""
    if " ".join(typed_name.split()) != " ".join(organization.name.split()):
        raise OtherNameError("This is not the organization's name. Nothing has been deleted.")
    key = organization.pk
    with connection.cursor() as cursor:
        # A pass or an import at work is waited for; the next one finds nothing
        for lock in (PASS_LOCK, IMPORT_LOCK):
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [lock, key % 2**31])
    with recorded(user=by.pk if by else None, action="delete organization", at=now.isoformat()):
        # The last line that its history has of it
        Organization.objects.filter(pk=key).update(name=f"{organization.name[:180]} (deleted)")
    files = _files(key)
    with connection.cursor() as cursor, pgtrigger.ignore():
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        for table in reversed(tables()):
            if table.name not in KEPT and table.name != ORGANIZATION:
                _delete(cursor, table.name, table.owner, key)
        for name in PASSING:
            _delete(cursor, name, "organization_id", key)
        _delete(cursor, ORGANIZATION, "id", key)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    for path in files:
        transaction.on_commit(partial(path.unlink, missing_ok=True))


def _delete(cursor: Any, table: str, column: str, key: int) -> None:
    statement = sql.SQL("DELETE FROM {} WHERE {} = {}").format(
        sql.Identifier(table), sql.Identifier(column), sql.Literal(key)
    )
    # As text: what adds the context of a change reads it
    cursor.execute(statement.as_string())


def _files(key: int) -> list[Path]:
    found: list[Path] = []
    with connection.cursor() as cursor:
        for (table, column), folder in FILES.items():
            statement = sql.SQL("SELECT {0} FROM {1} WHERE organization_id = {2} AND {0} <> ''").format(
                sql.Identifier(column), sql.Identifier(table), sql.Literal(key)
            )
            cursor.execute(statement.as_string())
            found += [(data_folder() / folder / name).resolve() for (name,) in cursor]
    return [path for path in found if path.is_relative_to(data_folder())]
