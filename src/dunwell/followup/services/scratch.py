"""Scratch copies of an organization, for living through days without touching anything.

A copy lies in temporary tables of the same names, which PostgreSQL finds before the real ones: every statement of a
pass works on it as it is, and nobody else's rows are written or locked. A past is lived in a copy of the whole book,
without what happened (`scratch_copy`); today in one of what a pass writes, as it stands (`copy_of_today`).
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
    NoticeFile,
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
from dunwell.rules.calendars import ONE_DAY
from dunwell.rules.waiting import WEEK

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
    NoticeFile,
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
# What a pass of today writes, and what a change may, without texts. The book itself is read where it is
WRITTEN: dict[type[Model], dict[str, str]] = {
    Organization: {},
    OrganizationSettings: {},
    DunningPolicy: {},
    PolicyVersion: {},
    PolicyStep: {},
    CustomerPolicy: {},
    AssignmentRule: {},
    TouchedCustomer: {},
    PlanState: {},
    Action: {},
    Notice: {"subject": "''", "body_text": "''", "body_html": "''"},
    NoticeItem: {},
    NoticeMessage: {},
    BookTotal: {},
    CustomerBalance: {},
    CustomerStanding: {},
    StandingCount: {},
    CustomerProfile: {},
    PolicyAssignment: {},
}
# Of these what a plan of today may still ask for: what is over is much, and nobody reads it
STILL_ASKED: dict[type[Model], str] = {
    Action: (
        "state IN ('waiting', 'planned') OR invoice_id IN (SELECT id FROM ledger_invoice WHERE "
        "organization_id = %(organization)s AND (balance > 0 OR settled_on > %(contacts_since)s))"
    ),
    Notice: "state NOT IN ('sent', 'cancelled') OR contact_on > %(contacts_since)s",
    NoticeItem: "notice_id IN (SELECT id FROM pg_temp.followup_notice)",
    # A notice that can be called back has no message here, which would be called back with it
    NoticeMessage: "notice_id IN (SELECT id FROM pg_temp.followup_notice WHERE state = 'sending')",
}
# Written too, and nothing of it matters to the plan
WRITTEN_ONLY: tuple[type[Model], ...] = (NoticeFile, StandingChange, SegmentChange)
# Where rows change every day: their indexes keep what is over until they are built again
CHURNED = ("followup_action", "followup_notice", "followup_noticeitem")


def scratch_copy(source: Organization, *, now: dt.datetime) -> Organization:
    """The same organization as a pass finds it in its scratch copy: book, settings, calendar and policies as they are,
    and no history of follow-up.

    Only for a transaction that is rolled back: its end is what takes the copy away. The caller must see to that.
    """
    return _copied(source, COPIED, EMPTY, {"now": now})


def copy_of_today(source: Organization, *, now: dt.datetime) -> Organization:
    """The same organization with what a pass writes in a copy of its own: standings, actions and notices as they stand.

    Only for a transaction that is rolled back, as `scratch_copy`, and for passes that are told so (`Pass.is_scratch`).
    """
    far = max(WEEK, source.settings.contact_interval_days) + 1
    since = now.date() - far * ONE_DAY
    return _copied(source, WRITTEN, WRITTEN_ONLY, {"now": now, "contacts_since": since}, STILL_ASKED)


def _copied(
    source: Organization,
    filled: dict[type[Model], dict[str, str]],
    empty: tuple[type[Model], ...],
    parameters: dict[str, Any],
    only: dict[type[Model], str] | None = None,
) -> Organization:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relnamespace::regnamespace::text FROM pg_class WHERE oid = 'ledger_invoice'::regclass")
        (schema,) = cursor.fetchone()
        for model in (*filled, *empty):
            table = model._meta.db_table  # noqa: SLF001 - Django's documented Meta API
            # Without triggers and foreign keys; what is generated is copied
            cursor.execute(
                f"CREATE TEMPORARY TABLE {table} (LIKE {schema}.{table} "
                "INCLUDING DEFAULTS INCLUDING IDENTITY INCLUDING INDEXES) ON COMMIT DROP"
            )
        for model, changed in filled.items():
            wanted = (only or {}).get(model, "true")
            cursor.execute(_copy(model, changed, schema, wanted), {**parameters, "organization": source.pk})
            # New rows count on from those that were copied; where nothing is counted, this does nothing
            table, key = f"pg_temp.{model._meta.db_table}", model._meta.pk.column  # noqa: SLF001
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', '{key}'), max({key})) FROM {table}"  # noqa: S608
            )
    analyze(*(model._meta.db_table for model in filled))  # noqa: SLF001
    return Organization.objects.select_related("settings").get(pk=source.pk)


def _copy(model: type[Model], changed: dict[str, str], schema: str, wanted: str) -> str:
    meta = model._meta  # noqa: SLF001
    columns = [str(field.column) for field in meta.concrete_fields]
    owner = "id" if model is Organization else "organization_id"
    return (  # of names from the models alone
        f"INSERT INTO pg_temp.{meta.db_table} ({', '.join(columns)}) OVERRIDING SYSTEM VALUE "  # noqa: S608
        f"SELECT {', '.join(changed.get(column, column) for column in columns)} FROM {schema}.{meta.db_table} "
        f"WHERE {owner} = %(organization)s AND ({wanted}) ORDER BY {meta.pk.column}"
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
