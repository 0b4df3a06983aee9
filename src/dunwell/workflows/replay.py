"""Replay: live through a stretch of history day by day, on what was known each day, sending nothing."""

from __future__ import annotations

import datetime as dt
import math
import statistics
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from django.db import transaction

from dunwell.followup.models import Notice, NoticeItem
from dunwell.followup.services.passes import begin
from dunwell.followup.services.prepare import grounds_of, prepare
from dunwell.followup.services.run_limit import choose_most_urgent
from dunwell.followup.services.scratch import freshen, planned_once, scratch_copy, send_on_paper
from dunwell.ledger.models import Invoice, InvoiceStatus
from dunwell.organizations.models import Organization
from dunwell.rules.calendars import ONE_DAY
from dunwell.rules.windows import local_moment

ASSUMPTIONS = (
    "Facts count from their effective dates; when they were entered is not considered.",
    "Every customer is taken to have an address that works, and the book to be fresh.",
    "Nobody's behavior is changed by a notice: payments are those that happened.",
    "The most notices of a day count as they are set now; the most messages of an hour are not considered.",
)

Found = TypeVar("Found")

FIRST_STATISTICS = frozenset({1, 2, 4, 8, 16})
DAYS_BETWEEN_STATISTICS = 30


@dataclass(frozen=True)
class ReplayedNotice:
    """One notice that would have gone: the invoices in it by number, each with its own step."""

    day: dt.date
    customer: str
    currency: str
    step: str
    items: tuple[tuple[str, int, int], ...]  # invoice number, lineage, offset in days


@dataclass
class Replay:
    days: int = 0
    notices: list[ReplayedNotice] = field(default_factory=list)
    days_to_payment: list[int] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """The report of `dunwell replay --json`."""
        by_step: dict[str, int] = {}
        contact_days: dict[str, set[dt.date]] = {}
        for notice in self.notices:
            by_step[notice.step] = by_step.get(notice.step, 0) + 1
            contact_days.setdefault(notice.customer, set()).add(notice.day)
        return {
            "days": self.days,
            "notices": by_step,
            "contacts": {customer: len(days) for customer, days in sorted(contact_days.items())},
            "days_first_notice_to_payment": summary(self.days_to_payment),
            "assumptions": list(ASSUMPTIONS),
        }


def summary(values: list[int]) -> dict[str, float | int | None]:
    """Median and 90th percentile (nearest rank: the value that nine of ten do not exceed)."""
    if not values:
        return {"median": None, "p90": None, "n": 0}
    ordered = sorted(values)
    return {
        "median": statistics.median(ordered),
        "p90": ordered[math.ceil(0.9 * len(ordered)) - 1],
        "n": len(ordered),
    }


def replay(
    organization: Organization,
    *,
    first: dt.date,
    last: dt.date,
    progress: Callable[[dt.date], None] | None = None,
) -> Replay:
    """Live from `first` to `last`, both included, in a scratch copy that is rolled back with all it did."""
    return live_through(organization, first=first, last=last, collect=_collect, progress=progress)


@dataclass
class Days:
    """The days that were lived: `waits` counts by reason the steps that waited, once for each business day."""

    first: dt.date
    last: dt.date
    days: int = 0
    business_days: int = 0
    waits: Counter[str] = field(default_factory=Counter)


def live_through(
    organization: Organization,
    *,
    first: dt.date,
    last: dt.date,
    collect: Callable[[Organization, Days], Found],
    change: Callable[[Organization], None] | None = None,
    channels: tuple[str, ...] = ("email",),
    progress: Callable[[dt.date], None] | None = None,
) -> Found:
    """Live from `first` to `last` in a scratch copy, after a change of it; what `collect` finds there at the end.

    All is rolled back. What `progress` raises ends it.
    """
    if last < first:
        raise ValueError("The last day lies before the first.")
    with transaction.atomic():
        scratch = scratch_copy(organization, now=_opening(organization, first))
        if change is not None:
            change(scratch)
        found = collect(scratch, _live(scratch, first, last, channels, progress))
        transaction.set_rollback(True)
    return found


def _live(
    scratch: Organization,
    first: dt.date,
    last: dt.date,
    channels: tuple[str, ...],
    progress: Callable[[dt.date], None] | None,
) -> Days:
    lived = Days(first, last)
    opening = _opening(scratch, first)
    start = begin(scratch, as_of=first, now=opening, channels_set_up=channels, assume_reachable=True, is_scratch=True)
    grounds = grounds_of(start)
    with planned_once():
        for lived.days, day in enumerate(_days(first, last), start=1):
            this = replace(start, as_of=day, now=_opening(scratch, day))
            is_business_day = start.calendar.is_business_day(day)
            if is_business_day:
                lived.waits.update(prepare(this, standings=False, grounds=grounds).plan.waiting)
                lived.business_days += 1
                choose_most_urgent(this)
                send_on_paper(this)
            elif grounds.policies.ask_for_facts_of_the_day:
                prepare(this, standings=False, grounds=grounds)
            # All days share one transaction, which autovacuum cannot see into; at first it grows fast
            if lived.days in FIRST_STATISTICS or lived.days % DAYS_BETWEEN_STATISTICS == 0:
                freshen()
            if progress is not None:
                progress(day)
    return lived


def _opening(organization: Organization, day: dt.date) -> dt.datetime:
    return local_moment(day, organization.settings.window_opens, organization.zone)


def _days(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    return (first + n * ONE_DAY for n in range((last - first).days + 1))


def _collect(scratch: Organization, lived: Days) -> Replay:
    result = Replay(lived.days)
    items: dict[int, list[tuple[str, int, int]]] = {}
    first_notice: dict[int, dt.date] = {}
    rows = NoticeItem.objects.filter(organization=scratch).order_by("notice__as_of", "id")
    for notice, day, invoice, number, lineage, offset in rows.values_list(
        "notice_id", "notice__as_of", "invoice_id", "invoice__number", "step__lineage", "step__offset_days"
    ):
        items.setdefault(notice, []).append((number, lineage, offset))
        first_notice.setdefault(invoice, day)
    notices = Notice.objects.filter(organization=scratch).order_by("as_of", "id")
    for pk, day, name, number, currency, step in notices.values_list(
        "pk", "as_of", "customer__name", "customer__number", "currency", "step__name"
    ):
        result.notices.append(ReplayedNotice(day, number or name, currency, step, tuple(items[pk])))
    # What is void or written off is settled too, but nobody paid it
    paid = Invoice.objects.filter(
        organization=scratch, pk__in=first_notice, status=InvoiceStatus.PAID, settled_on__lte=lived.last
    )
    result.days_to_payment = [
        (settled_on - first_notice[pk]).days for pk, settled_on in paid.values_list("pk", "settled_on")
    ]
    return result
