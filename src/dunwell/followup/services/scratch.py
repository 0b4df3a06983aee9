"""A scratch copy of an organization's book, for living through days without touching anything.

The copy lies in temporary tables of the same names, which PostgreSQL finds before the real ones: every statement of a
pass works on it as it is, and nobody else's rows are read again, written or locked.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.db.backends.postgresql.base import ServerBindingCursor
from django.db.models import Model

from dunwell.followup.models import (
    Action,
    AssignmentRule,
    BookTotal,
    Call,
    CustomerBalance,
    CustomerPolicy,
    CustomerProfile,
    CustomerStanding,
    DunningPolicy,
    Notice,
    NoticeItem,
    NoticeMessage,
    OldDebtRelease,
    PlanState,
    PolicyAssignment,
    PolicyStep,
    PolicyVersion,
    SegmentChange,
    StandingChange,
    StandingCount,
    Task,
)
from dunwell.followup.services.passes import Pass, analyze, execute
from dunwell.ledger.models import (
    Allocation,
    Contact,
    CreditNote,
    Customer,
    DataSource,
    DueDateExtension,
    Hold,
    Invoice,
    Payment,
    TouchedCustomer,
    WriteOff,
)
from dunwell.organizations.models import ClosingDay, Organization, OrganizationSettings

# What passes read, with the columns that are not taken as they stand
COPIED: dict[type[Model], dict[str, str]] = {
    Organization: {},
    OrganizationSettings: {"chasing_started_at": "%(now)s", "sending_stopped_at": "NULL"},
    ClosingDay: {},
    Customer: {},
    # Each invoice is known from the day it was issued, so no debt is old at its first import
    Invoice: {"first_known_on": "issued_on"},
    Payment: {},
    CreditNote: {},
    Allocation: {},
    WriteOff: {},
    Hold: {},
    DueDateExtension: {},
    DunningPolicy: {},
    PolicyVersion: {},
    PolicyStep: {},
    CustomerPolicy: {},
    AssignmentRule: {},
}
# What passes write, and what a copy does without: none of it has happened yet
EMPTY: tuple[type[Model], ...] = (
    Contact,
    DataSource,
    TouchedCustomer,
    PlanState,
    Action,
    Notice,
    NoticeItem,
    NoticeMessage,
    Call,
    Task,
    OldDebtRelease,
    BookTotal,
    CustomerBalance,
    CustomerStanding,
    StandingChange,
    StandingCount,
    CustomerProfile,
    SegmentChange,
    PolicyAssignment,
)
# To which rows of a change can be added: their keys count on from those that were copied
CHANGED: tuple[type[Model], ...] = (DunningPolicy, PolicyVersion, PolicyStep, CustomerPolicy, AssignmentRule)
# Where rows change every day: their indexes keep what is over until they are built again
CHURNED = ("followup_action", "followup_notice", "followup_noticeitem")


def scratch_copy(source: Organization, *, now: dt.datetime) -> Organization:
    """The same organization as a pass finds it in its scratch copy: book, settings, calendar and policies as they are,
    and no history of follow-up.

    Only for a transaction that is rolled back: its end is what takes the copy away. The caller must see to that.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT relnamespace::regnamespace::text FROM pg_class WHERE oid = 'ledger_invoice'::regclass")
        (schema,) = cursor.fetchone()
        for model in (*COPIED, *EMPTY):
            table = model._meta.db_table  # noqa: SLF001 - Django's documented Meta API
            # Without triggers and foreign keys; what is generated is copied
            cursor.execute(
                f"CREATE TEMPORARY TABLE {table} (LIKE {schema}.{table} "
                "INCLUDING DEFAULTS INCLUDING IDENTITY INCLUDING INDEXES) ON COMMIT DROP"
            )
        for model, changed in COPIED.items():
            cursor.execute(_copy(model, changed, schema), {"organization": source.pk, "now": now})
        for model in CHANGED:
            table = model._meta.db_table  # noqa: SLF001
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('pg_temp.{table}', 'id'), max(id)) FROM pg_temp.{table}"  # noqa: S608
            )
    analyze(*(model._meta.db_table for model in COPIED))  # noqa: SLF001
    return Organization.objects.select_related("settings").get(pk=source.pk)


def _copy(model: type[Model], changed: dict[str, str], schema: str) -> str:
    meta = model._meta  # noqa: SLF001
    columns = [str(field.column) for field in meta.concrete_fields]
    owner = "id" if model is Organization else "organization_id"
    return (  # of names from the models alone
        f"INSERT INTO pg_temp.{meta.db_table} ({', '.join(columns)}) OVERRIDING SYSTEM VALUE "  # noqa: S608
        f"SELECT {', '.join(changed.get(column, column) for column in columns)} FROM {schema}.{meta.db_table} "
        f"WHERE {owner} = %(organization)s ORDER BY {meta.pk.column}"
    )


@contextmanager
def planned_once() -> Iterator[None]:
    """The statements inside are planned by the database once, not on each of hundreds of days.

    For a scratch copy: its tables are small, and where they grow `freshen` has them planned anew.
    """
    wrapped: Any = connection.connection
    before = wrapped.cursor_factory, wrapped.prepare_threshold
    wrapped.cursor_factory, wrapped.prepare_threshold = ServerBindingCursor, 2
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL plan_cache_mode = force_generic_plan")
            yield
            cursor.execute("SET LOCAL plan_cache_mode = auto")
            cursor.execute("DEALLOCATE ALL")
    finally:
        wrapped.cursor_factory, wrapped.prepare_threshold = before


def send_on_paper(this: Pass) -> None:
    """All that is planned counts as sent on the pass's date; no text is written and no message queued."""
    execute("replay_send", {"organization": this.organization.pk, "as_of": this.as_of, "now": this.now})


def freshen() -> None:
    """Statistics and indexes of what has been written so far: autovacuum cannot see into a transaction."""
    with connection.cursor() as cursor:
        for table in CHURNED:
            cursor.execute(f"REINDEX TABLE pg_temp.{table}")
            cursor.execute(f"ANALYZE pg_temp.{table}")
