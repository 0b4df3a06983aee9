"""What a change would do, found by doing it: a pass lives through it in a copy of what it writes.

Nothing of the live book is locked or kept: senders and passes go on meanwhile.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from django.db import connection, transaction

from dunwell.followup.models import Notice, PolicyVersion
from dunwell.followup.queries.assignments import RuleDraft
from dunwell.followup.queries.policies import draft_of
from dunwell.followup.services.assignments import save_rules
from dunwell.followup.services.passes import Pass
from dunwell.followup.services.plan import Planned
from dunwell.followup.services.policies import save_policy
from dunwell.followup.services.prepare import prepare
from dunwell.followup.services.run_limit import choose_most_urgent
from dunwell.followup.services.scratch import copy_of_today, send_on_paper
from dunwell.followup.sql import statement
from dunwell.ledger.models import Invoice
from dunwell.organizations.models import Organization, OrganizationSettings
from dunwell.rules.calendars import ONE_DAY
from dunwell.rules.escalation import CatchUp
from dunwell.rules.policies import PolicyDraft
from dunwell.rules.policy_changes import mail_changes

MOST_LISTED = 50
DAYS_AHEAD = 7  # today is the first
MOST_TRIED = 20_000  # open invoices


class BookTooLargeError(Exception):
    """It would take too long to try this on the whole book; the message says so in words."""


@dataclass(frozen=True)
class ChangedInvoice:
    """What stands for an open invoice before and after; empty: nothing does. `planned`: it would go today."""

    invoice_id: int
    number: str
    customer_id: int
    customer: str
    before: str
    after: str


@dataclass
class PolicyChange:
    """`changed` counts invoices whose live steps differ; `listed` has the first of them. Steps that would go today.

    `mails` has a sentence for each step whose e-mails come from somebody else, or with other attachments.
    """

    changed: int = 0
    goes_before: int = 0
    goes_after: int = 0
    listed: list[ChangedInvoice] = field(default_factory=list)
    mails: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class CatchUpEffect:
    """What one way to catch up would do today: steps that would go, by reason what waits and what ends.

    `contacts`: customers who would hear from us today and on the next days, were nothing paid or entered meanwhile.
    """

    mode: CatchUp
    planned: int
    waiting: dict[str, int]
    final: dict[str, int]
    contacts: tuple[tuple[dt.date, int], ...] = ()


def preview_policy(this: Pass, draft: PolicyDraft, *, policy_id: int | None = None) -> PolicyChange:
    """What saving a policy changes for open invoices, today. Raises PolicyRefusedError. Nothing is kept."""
    version = PolicyVersion.objects.filter(organization=this.organization, policy_id=policy_id, is_current=True).first()
    before = draft_of(version) if version else None
    result = difference(
        this, lambda: save_policy(organization=this.organization, draft=draft, policy_id=policy_id, by=None)
    )
    result.mails = mail_changes(before, draft) if before else []
    return result


def preview_rules(this: Pass, rules: list[RuleDraft]) -> PolicyChange:
    """What saving these assignment rules changes for open invoices, today. Raises AssignmentRefusedError."""
    return difference(this, lambda: save_rules(organization=this.organization, rules=rules, by=None))


def difference(this: Pass, change: Callable[[], object]) -> PolicyChange:
    """What stands for open invoices before and after a change, today. Nothing of it is kept."""
    result = PolicyChange()
    parameters = {"organization": this.organization.pk, "most": MOST_LISTED}
    with transaction.atomic():
        this = _in_copy(this)
        result.goes_before = _planned(this)
        with connection.cursor() as cursor:
            cursor.execute(statement("preview_before"), parameters)
        change()
        result.goes_after = _planned(this)
        with connection.cursor() as cursor:
            cursor.execute(statement("preview_difference"), parameters)
            for changed, *row in cursor.fetchall():
                result.changed = changed
                result.listed.append(ChangedInvoice(*row))
        transaction.set_rollback(True)
    return result


def _in_copy(this: Pass) -> Pass:
    """The same pass in a copy of today, until the end of this transaction."""
    return replace(this, organization=copy_of_today(this.organization, now=this.now), is_scratch=True)


def _planned(this: Pass) -> int:
    """Bring the plan up to date; how many steps would go."""
    prepare(_as_set(this))
    with connection.cursor() as cursor:
        cursor.execute(statement("preview_planned"), {"organization": this.organization.pk})
        (planned,) = cursor.fetchone()
    return int(planned)


def _as_set(this: Pass) -> Pass:
    """The same pass with the settings as they stand in the copy now."""
    organization = Organization.objects.select_related("settings").get(pk=this.organization.pk)
    return replace(this, organization=organization)


def preview_catch_up(this: Pass) -> list[CatchUpEffect]:
    """What each way to catch up would do to today's book. What is final already stays so. Nothing is kept.

    It lives a week three times while somebody waits for the answer: BookTooLargeError where that would take long.
    """
    if Invoice.objects.of(this.organization).open()[: MOST_TRIED + 1].count() > MOST_TRIED:
        raise BookTooLargeError(
            f"This book has more than {MOST_TRIED:,} open invoices: to live a week three times on all of them takes "
            "long. Nothing was tried, nothing is changed."
        )
    with transaction.atomic():
        copied = _in_copy(this)
        effects = [_catch_up(copied, mode) for mode in CatchUp]
        transaction.set_rollback(True)
    return effects


def _catch_up(this: Pass, mode: CatchUp) -> CatchUpEffect:
    with transaction.atomic():
        OrganizationSettings.objects.filter(organization=this.organization).update(catch_up=mode.value)
        # Everything is looked at afresh, also where the way is the one that is set
        with connection.cursor() as cursor:
            cursor.execute(statement("preview_afresh"), {"organization": this.organization.pk})
        this = _as_set(this)
        planned: Planned = prepare(this).plan
        contacts = tuple(_contacts(this))
        transaction.set_rollback(True)
    return CatchUpEffect(mode, planned.planned, planned.waiting, planned.final, contacts)


def _contacts(this: Pass) -> Iterator[tuple[dt.date, int]]:
    """How many customers would be contacted on each of the days; the book is taken to be as fresh as it is today."""
    for number in range(DAYS_AHEAD):
        day = replace(this, as_of=this.as_of + number * ONE_DAY)
        if number:
            prepare(day, standings=False)
        if this.calendar.is_business_day(day.as_of):
            choose_most_urgent(day)
            send_on_paper(day)
        on_paper = Notice.objects.filter(organization=this.organization, contact_on=day.as_of, fingerprint="")
        yield day.as_of, on_paper.values("customer_id").distinct().count()
