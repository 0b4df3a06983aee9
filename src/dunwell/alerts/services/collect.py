"""Looking for what happened, and laying it out for those who are told: one transaction, any number of times."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import connection, transaction

from dunwell.alerts.models import AlertWatch
from dunwell.alerts.queries.choices import Told, told
from dunwell.alerts.sql import statement
from dunwell.organizations.calendars import calendar_of
from dunwell.organizations.models import Organization
from dunwell.organizations.queries import local_date
from dunwell.rules.alerts import UNPOSTED_AFTER, AlertKind, ByMail
from dunwell.rules.windows import local_moment

# A fact carries the moment it was written; its transaction may commit later than another's that was looked at.
# What is found twice is kept once, by its key.
OVERLAP = dt.timedelta(hours=1)
DIGEST_AT = dt.time(8)
_WAYS = {ByMail.NONE: "", ByMail.AT_ONCE: "mail", ByMail.DAILY: "digest"}
_SOURCES = (
    "standings",
    "messages",
    "addresses",
    "stale",
    "due_soon",
    "escalations",
    "replies",
    "unposted",
    "work_left",
)


@transaction.atomic
def collect(organization: Organization, *, now: dt.datetime) -> int:
    """Tell what has happened since the last look; how many facts that were.

    The first look only notes the moment: nobody is told about what was before. A kind that nobody is told of is
    not kept.
    """
    watch, new = AlertWatch.objects.get_or_create(organization=organization, defaults={"collected_to": now})
    if new:
        return 0
    people = told(organization)
    kinds = {entry.kind.value for entry in people} | _kinds_of_destinations(organization)
    found = _found(organization, kinds, since=watch.collected_to - OVERLAP, now=now)
    if found:
        _lay_out(organization, found, people, now)
    AlertWatch.objects.filter(pk=organization.pk, collected_to__lt=now).update(collected_to=now)
    return len(found)


def next_digest(organization: Organization, now: dt.datetime) -> dt.datetime:
    """The next eight o'clock of the organization's day."""
    today = local_date(organization, now)
    due = local_moment(today, DIGEST_AT, organization.zone)
    return due if due > now else local_moment(today + dt.timedelta(days=1), DIGEST_AT, organization.zone)


def _kinds_of_destinations(organization: Organization) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT unnest(kinds) FROM alerts_alertdestination WHERE organization_id = %s", [organization.pk]
        )
        return {kind for (kind,) in cursor.fetchall()}


def _found(organization: Organization, kinds: set[str], *, since: dt.datetime, now: dt.datetime) -> list[int]:
    today = local_date(organization, now)
    parameters: dict[str, Any] = {
        "organization": organization.pk,
        "kinds": sorted(kinds),
        "since": since,
        "now": now,
        "as_of": today,
        "unposted_since": _unposted_since(organization, today),
        "file_fresh_since": now - dt.timedelta(days=organization.settings.file_freshness_days),
    }
    found: list[int] = []
    with connection.cursor() as cursor:
        for source in _SOURCES:
            cursor.execute(statement(source), parameters)
            found += [alert_id for (alert_id,) in cursor.fetchall()]
        if AlertKind.LAST_STEP_DONE in kinds:
            cursor.execute(statement("last_steps"), parameters)
            found += [alert_id for (alert_id,) in cursor.fetchall()]
    return found


def _unposted_since(organization: Organization, today: dt.date) -> dt.datetime:
    """A pile made before this moment should have been posted: whole business days have gone by since its day."""
    day = calendar_of(organization).subtract_business_days(today, UNPOSTED_AFTER)
    return local_moment(day, dt.time(), organization.zone)


def _lay_out(organization: Organization, alerts: list[int], people: list[Told], now: dt.datetime) -> None:
    parameters: dict[str, Any] = {
        "organization": organization.pk,
        "alerts": alerts,
        "kinds": [entry.kind.value for entry in people],
        "users": [entry.user_id for entry in people],
        "own_only": [entry.own_only for entry in people],
        "roles": [entry.role for entry in people],
        "in_app": [entry.choice.in_app for entry in people],
        "ways": [_WAYS[entry.choice.mail] for entry in people],
        "now": now,
        "next_digest": next_digest(organization, now),
    }
    with connection.cursor() as cursor:
        for each in ("receipts", "mails", "chats"):
            cursor.execute(statement(each), parameters)
