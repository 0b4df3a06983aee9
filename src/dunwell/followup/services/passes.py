"""The frame of a pass: one organization at a time, in one transaction, on what has changed."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import psycopg
from django.db import connection
from django.db.models import Q
from django.forms.models import model_to_dict

from dunwell.followup.models import EscalationRule, PolicyStep
from dunwell.followup.queries.at_work import at_work
from dunwell.followup.queries.policies_in_force import PoliciesInForce
from dunwell.followup.sql import statement
from dunwell.ledger.models import DataSource, SourceKind
from dunwell.messaging.queries.senders import all_senders
from dunwell.organizations.calendars import calendar_of
from dunwell.organizations.models import ClosingDay, Organization, OrganizationSettings
from dunwell.rules.calendars import Calendar
from dunwell.rules.escalation import BY_PEOPLE

PASS_LOCK = 0x44756E77  # "Dunw": one pass at a time per organization; a second one waits and then finds nothing left

# From this many new rows on the database's planner is told: autovacuum comes too late for the next phase
MANY = 300

PLANNING_SETTINGS = (
    "due_soon_days",
    "grace_days",
    "defaulter_after_days",
    "segment_window_days",
    "segment_known_from_invoices",
    "segment_late_after_days",
    "segment_frequent_percent",
    "catch_up",
    "approval_required",
    "contact_interval_days",
    "weekly_contact_limit",
    "run_limit",
    "minimum_amount",
    "window_weekdays",
    "window_opens",
    "window_closes",
    "payment_url_pattern",
    "bank_details",
    "sender_name",
    "sender_address",
    "reply_to",
    "sender_signature",
    "postal_address",
    "smtp_host",
    "twilio_sender",
    "sms_consent_required",
    "letters_by",
    "paper",
    "attach_invoices",
    "attach_statement",
)


@dataclass(frozen=True)
class Pass:
    """What one pass is about: the organization, the date it takes as today, and the moment it runs at.

    `assume_reachable` (replay) takes every customer for reachable and every book for fresh. `is_scratch`: it lives in a
    copy, so it takes no turn, and leaves alone what people have to do and the numbers of phones.
    """

    organization: Organization
    as_of: dt.date
    now: dt.datetime
    calendar: Calendar
    channels_set_up: tuple[str, ...] = ()
    assume_reachable: bool = False
    is_scratch: bool = False

    @property
    def settings(self) -> OrganizationSettings:
        return self.organization.settings


def begin(
    organization: Organization,
    *,
    as_of: dt.date,
    now: dt.datetime,
    channels_set_up: tuple[str, ...],
    assume_reachable: bool = False,
    is_scratch: bool = False,
) -> Pass:
    """`channels_set_up`: those that can send. What a person does, a call or an internal task, can always be done."""
    channels = tuple(sorted({*channels_set_up, *BY_PEOPLE}))
    return Pass(organization, as_of, now, calendar_of(organization), channels, assume_reachable, is_scratch)


def basis_of(this: Pass, policies: PoliciesInForce) -> str:
    """A digest of all that decides besides the book: when it changes, everything is looked at again."""
    settings = {name: str(getattr(this.settings, name)) for name in PLANNING_SETTINGS}
    closing_days = ClosingDay.objects.filter(organization=this.organization).values_list("date", flat=True)
    organization = this.organization
    parts = {
        "settings": settings,
        "default": policies.default,
        "steps": [step.pk for step in policies.steps],
        "rules": [model_to_dict(rule) for rule in policies.rules],
        "escalation": [model_to_dict(rule) for rule in EscalationRule.objects.filter(organization=organization)],
        "at_work": sorted(_named_at_work(organization)),
        "closing_days": [day.isoformat() for day in closing_days],
        "where": [organization.country, organization.region, organization.time_zone, organization.base_currency],
        "channels": sorted(this.channels_set_up),
        "senders": [[row.pk, row.name, row.address, row.reply_to, row.signature] for row in all_senders(organization)],
        "texts": sorted((key, sorted(channels)) for key, channels in policies.texts.items()),
        "stale": list(_stale_sources(this)),
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()


def _named_at_work(organization: Organization) -> Iterable[tuple[int, str]]:
    """Of those to whom a rule or a step gives cases who can take them: a new colleague alone changes nothing."""
    rules = EscalationRule.objects.filter(organization=organization).exclude(owner=None).values("owner")
    steps = PolicyStep.objects.filter(organization=organization).exclude(give_to_person=None).values("give_to_person")
    named = Q(user__in=rules) | Q(user__in=steps)
    return at_work(organization).filter(named).values_list("user", "role")


def _stale_sources(this: Pass) -> Iterable[int]:
    """Sources older than the settings allow: an import that changes nothing but this frees what waited for it."""
    file_limit = this.now - dt.timedelta(days=this.settings.file_freshness_days)
    connector_limit = this.now - dt.timedelta(hours=this.settings.connector_freshness_hours)
    sources = DataSource.objects.filter(organization=this.organization).filter(
        Q(kind=SourceKind.FILE, fresh_at__lt=file_limit) | Q(kind=SourceKind.CONNECTOR, fresh_at__lt=connector_limit)
    )
    return sources.order_by("pk").values_list("pk", flat=True)


SCRATCH_TABLE = re.compile(r"CREATE TEMPORARY TABLE (\w+) ON COMMIT DROP AS\s")
SMALL_BYTES = 256 * 1024  # below it, deleting rows is cheaper than a new file for the table


def execute(name: str, parameters: dict[str, Any]) -> int:
    """Run one of the statements; the number of rows it touched.

    A scratch table that an earlier pass of the same transaction has made is emptied and filled again: replay
    lives hundreds of days in one transaction, and each new table would hold a lock until its end.
    """
    sql = statement(name)
    with connection.cursor() as cursor:
        if scratch := SCRATCH_TABLE.search(sql):
            table = f"pg_temp.{scratch[1]}"
            cursor.execute("SELECT pg_relation_size(to_regclass(%s))", [table])
            (size,) = cursor.fetchone()
            if size is None:
                # PostgreSQL takes no parameters for a table's definition
                cursor.execute(psycopg.ClientCursor(connection.connection).mogrify(sql, parameters))
                return int(cursor.rowcount)
            if size:
                emptied = "DELETE FROM" if size <= SMALL_BYTES else "TRUNCATE"
                cursor.execute(f"{emptied} {table}")
            sql = SCRATCH_TABLE.sub(f"INSERT INTO {table} ", sql)
        cursor.execute(sql, parameters)
        return int(cursor.rowcount)


def lock(organization: Organization, *, is_scratch: bool = False) -> None:
    """Wait for the pass that is under way, until the end of this transaction, which may sort in memory.

    A scratch copy has no turn to wait for, nor to take from the live book.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '64MB'")
        if not is_scratch:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [PASS_LOCK, organization.pk % 2**31])


# Of temporary tables, or of all, those that are new, or have grown since
WITHOUT_STATISTICS = """
SELECT named.name
  FROM unnest(%s::text[]) WITH ORDINALITY AS named (name)
  JOIN pg_class AS relation ON relation.oid = split_part(named.name, ' (', 1)::regclass
 WHERE relation.relpersistence <> 't' AND NOT %s
    OR relation.relpersistence = 't' AND relation.reltuples < 0
    OR pg_relation_size(relation.oid) > greatest(2 * relation.relpages, 8) * 8192
 ORDER BY named.ordinality
"""


def analyze(*tables: str, only_grown: bool = False) -> None:
    """Statistics, without which the planner guesses a thousand rows, or none. Those of an earlier pass stay while they
    fit: of scratch tables always, of lasting ones with `only_grown`.

    Each is a table, or a table with the columns that are looked at: "followup_notice (state, contact_on)".
    """
    with connection.cursor() as cursor:
        cursor.execute(WITHOUT_STATISTICS, [list(tables), only_grown])
        for (table,) in cursor.fetchall():
            cursor.execute(f"ANALYZE {table}")
