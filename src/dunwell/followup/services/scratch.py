"""A scratch copy of an organization's book, for living through days without touching anything."""

from __future__ import annotations

import datetime as dt
import secrets

from django.db import connection

from dunwell.followup.models import DunningPolicy, PolicyStep, PolicyVersion
from dunwell.followup.services.passes import Pass, execute
from dunwell.followup.sql import statement
from dunwell.organizations.models import ClosingDay, Organization, OrganizationSettings


def scratch_copy(source: Organization, *, now: dt.datetime) -> Organization:
    """A second organization with the same book, settings, calendar and policy, and no history of follow-up.

    Only for a transaction that is rolled back: the caller must see to that.
    """
    closing_days = list(ClosingDay.objects.filter(organization=source))
    scratch = Organization.objects.get(pk=source.pk)
    scratch.pk, scratch.slug = None, f"replay-{secrets.token_hex(8)}"
    scratch.save(force_insert=True)
    settings = OrganizationSettings.objects.get(organization=source)
    settings.organization, settings.chasing_started_at, settings.sending_stopped_at = scratch, now, None
    settings.save(force_insert=True)
    ClosingDay.objects.bulk_create(
        ClosingDay(organization=scratch, date=day.date, name=day.name) for day in closing_days
    )
    policies = _copy_policies(source, scratch)
    with connection.cursor() as cursor:
        cursor.execute(statement("replay_copy"), {"source": source.pk, "scratch": scratch.pk})
        cursor.execute(
            statement("replay_policies"),
            {"source": source.pk, "scratch": scratch.pk, "old": list(policies), "new": list(policies.values())},
        )
    return Organization.objects.select_related("settings").get(pk=scratch.pk)


def _copy_policies(source: Organization, scratch: Organization) -> dict[int, int]:
    """The policies in force with their steps; the old keys and the new ones."""
    copies: dict[int, int] = {}
    for policy in DunningPolicy.objects.filter(organization=source):
        old, policy.pk, policy.organization = policy.pk, None, scratch
        policy.save(force_insert=True)
        copies[old] = policy.pk
        version = PolicyVersion.objects.create(organization=scratch, policy=policy, number=1)
        steps = list(PolicyStep.objects.filter(version__policy_id=old, version__is_current=True))
        for step in steps:
            step.pk, step.organization, step.version = None, scratch, version
        PolicyStep.objects.bulk_create(steps)
    return copies


def send_on_paper(this: Pass) -> None:
    """All that is planned counts as sent on the pass's date; no text is written and no message queued."""
    execute("replay_send", {"organization": this.organization.pk, "as_of": this.as_of, "now": this.now})
