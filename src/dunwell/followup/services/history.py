"""The book day by day: written anew from dated facts when something has changed, so that pages only read rows."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import connection, transaction

from dunwell.followup.models import BookDay, PlanState, RiskDay, StandingDay
from dunwell.followup.services.passes import analyze, execute, lock
from dunwell.followup.sql import statement
from dunwell.organizations.models import Organization
from dunwell.rules.aging import BUCKETS
from dunwell.rules.kpis import a_month_before

# Thirteen months: a year of months, and the day a year ago to compare with
DAYS_KEPT = 400
WEEK = dt.timedelta(days=7)


@transaction.atomic
def write_history(organization: Organization, *, days_kept: int = DAYS_KEPT) -> bool:
    """Bring the rows of each day up to the last assessment; says whether there was anything to do.

    All days pages look back to are written, from effective dates alone: a back-dated entry of today changes its own
    past, and nothing else does. One pass over the invoices, however many days.
    """
    lock(organization)
    state = PlanState.objects.filter(organization=organization).first()
    if state is None or state.assessed_as_of is None or not state.history_stale:
        return False
    as_of = state.assessed_as_of
    parameters: dict[str, Any] = {
        "organization": organization.pk,
        "as_of": as_of,
        "first": as_of - dt.timedelta(days=days_kept),
        "bucket_names": [bucket.name for bucket in BUCKETS],
        "first_days": [bucket.first_day for bucket in BUCKETS],
        "last_days": [bucket.last_day for bucket in BUCKETS],
    }
    for table in (BookDay, StandingDay, RiskDay):
        table.objects.filter(organization=organization).delete()
    for name, scratch in (
        ("history_changes", "history_change"),
        ("history_moves", "history_move"),
        ("history_flows", "history_flow"),
    ):
        execute(name, parameters)
        analyze(scratch)
    execute("history_days", parameters)
    _write_standings(organization, as_of)
    state.history_stale, state.history_from = False, _begins(organization)
    state.save(update_fields=["history_stale", "history_from"])
    return True


def days_compared(as_of: dt.date) -> list[dt.date]:
    """The days whose standings pages show: the present one, a week and a month before."""
    return [as_of, as_of - WEEK, a_month_before(as_of)]


def _write_standings(organization: Organization, as_of: dt.date) -> None:
    settings = organization.settings
    days = days_compared(as_of)
    grace = dt.timedelta(days=settings.grace_days)
    beyond = grace + dt.timedelta(days=settings.defaulter_after_days)
    parameters = {
        "organization": organization.pk,
        "days": days,
        "late_if_due_before": [day - grace for day in days],
        "defaulter_if_due_before": [day - beyond for day in days],
        "due_soon_if_due_by": [day + dt.timedelta(days=settings.due_soon_days) for day in days],
    }
    execute("history_standings", parameters)
    execute("history_standing_days", parameters)
    execute("history_risk_days", parameters)


def _begins(organization: Organization) -> dt.date | None:
    with connection.cursor() as cursor:
        cursor.execute(statement("history_begins"), {"organization": organization.pk})
        (day,) = cursor.fetchone()
    return day if isinstance(day, dt.date) else None
