"""What a policy would have done over a past period, counted: notices, contacts, calls, and what was paid before it.

Pure sums over what a replay sent and what was due. Nobody's behavior changes in a replay: the payments are those that
happened. So nothing here says what a policy would have brought in, only what it would have sent, and to whom.
"""

from __future__ import annotations

import datetime as dt
import math
import statistics
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from operator import attrgetter
from typing import Any

WEEK_DAYS = 7
# Contacts of one customer in the whole period, as bands whose last number is included
CONTACT_BANDS = ((0, 0), (1, 1), (2, 2), (3, 5), (6, 10), (11, 20), (21, None))
NOT_A_CONTACT = "task"  # an internal task reaches no customer
CALL = "call"


@dataclass(frozen=True)
class StepReached:
    """One invoice in a notice, and the step it was at."""

    invoice: int
    step: str
    place: int  # the step's days from its anchor, for the order of steps


@dataclass(frozen=True)
class SentNotice:
    """What one customer would have received over one channel on a day; `step` is the one that sets its tone."""

    day: dt.date
    customer: int
    channel: str
    step: str
    needs_approval: bool
    reached: tuple[StepReached, ...]


@dataclass(frozen=True)
class DueInvoice:
    """An invoice that fell due in the period; `paid_on` is None where it was not paid up by the period's end."""

    invoice: int
    customer: int
    due_on: dt.date
    paid_on: dt.date | None


@dataclass(frozen=True)
class Spread:
    """Median and 90th percentile (nearest rank: the value that nine of ten do not exceed) of `n` values."""

    median: float | None
    p90: int | None
    n: int


@dataclass(frozen=True)
class StepFigures:
    """One step by its name: notices it set the tone of, invoices it reached, and invoices paid before it reached them.

    `due` are the invoices that fell due in the period; those neither reached nor paid are still open, held, or were
    reached by a later step instead.
    """

    name: str
    notices: int
    reached: int
    paid_before: int
    due: int


@dataclass(frozen=True)
class Figures:
    """What one set of policies would have done in a period. Days are ISO dates, so that it is kept as JSON."""

    notices: int
    approvals: int
    contacts: int  # customers times days on which they were contacted
    customers: int  # with an invoice due in the period, or contacted in it
    customers_contacted: int
    contact_bands: list[tuple[str, int]]
    most_contacts: int
    worst_week: int  # most contacts of one customer within seven days
    customers_at_weekly_limit: int
    waited_for_interval: int  # steps times days on which only the limit kept them back
    waited_for_weekly_limit: int
    by_channel: dict[str, int]
    by_step: list[StepFigures]
    by_day: dict[str, int]
    calls_by_day: dict[str, int]
    calls: int
    busiest_calls: int
    calls_per_business_day: float | None
    due: int
    paid: int
    paid_before_any_notice: int
    days_due_to_first_notice: Spread
    days_first_notice_to_payment: Spread

    def as_json(self) -> dict[str, Any]:
        """As it is kept and printed."""
        return asdict(self)

    @property
    def share_paid_before(self) -> float | None:
        """Percent of the invoices paid that were paid before any notice named them."""
        return percent(self.paid_before_any_notice, self.paid)

    @property
    def contacts_each(self) -> float | None:
        return round(self.contacts / self.customers_contacted, 1) if self.customers_contacted else None


def from_json(kept: Mapping[str, Any]) -> Figures:
    """What `as_json` has made, also where it went through a database as JSON."""
    spreads = ("days_due_to_first_notice", "days_first_notice_to_payment")
    return Figures(
        **{
            **kept,
            **{name: Spread(**kept[name]) for name in spreads},
            "by_step": [StepFigures(**step) for step in kept["by_step"]],
            "contact_bands": [(label, count) for label, count in kept["contact_bands"]],
        }
    )


@dataclass(frozen=True)
class Line:
    """One figure of both sides. `unit` is empty for a count, else percent or days."""

    key: str
    label: str
    present: float | None
    other: float | None
    unit: str = ""

    @property
    def difference(self) -> float | None:
        if self.present is None or self.other is None:
            return None
        return round(self.other - self.present, 2)


def compare(present: Figures, other: Figures) -> list[Line]:
    """Side by side, in the order in which they are read."""

    def line(key: str, label: str, unit: str = "") -> Line:
        read = attrgetter(key)
        return Line(key, label, read(present), read(other), unit)

    return [
        line("notices", "Notices"),
        line("contacts", "Contacts: days on which a customer hears from you"),
        line("customers_contacted", "Customers contacted"),
        line("contacts_each", "Contacts of each customer contacted, on average"),
        line("most_contacts", "Most contacts of one customer"),
        line("worst_week", "Most contacts of one customer within 7 days"),
        line("customers_at_weekly_limit", "Customers who reached the weekly limit"),
        line("waited_for_interval", "Waits for the contact interval, counted by step and business day"),
        line("waited_for_weekly_limit", "Waits for the weekly limit, counted by step and business day"),
        line("approvals", "Notices for a person to approve"),
        line("calls", "Calls"),
        line("busiest_calls", "Calls on the busiest day"),
        line("calls_per_business_day", "Calls per business day"),
        line("due", "Invoices that fell due"),
        line("paid", "Of these paid by the end"),
        line("share_paid_before", "Share of these paid before any notice", "percent"),
        line("days_due_to_first_notice.median", "Days from due date to first notice, median", "days"),
        line("days_due_to_first_notice.p90", "Days from due date to first notice, nine of ten", "days"),
        line("days_first_notice_to_payment.median", "Days from first notice to payment, median", "days"),
    ]


def percent(part: int, whole: int) -> float | None:
    """To one decimal; None of nothing."""
    return round(100 * part / whole, 1) if whole else None


@dataclass(frozen=True)
class Lived:
    """What a replay found. `waits` counts, by reason, steps that waited on a business day, once for each such day."""

    first: dt.date
    last: dt.date
    business_days: int
    notices: Sequence[SentNotice]
    due: Sequence[DueInvoice]
    waits: Mapping[str, int] = field(default_factory=dict)


def figures(lived: Lived, *, weekly_limit: int) -> Figures:
    """Everything that is compared. An empty period gives zeros, and None where nothing can be divided."""
    contact_days = _contact_days(lived.notices)
    contacts = {customer: len(days) for customer, days in contact_days.items()}
    for invoice in lived.due:
        contacts.setdefault(invoice.customer, 0)
    weeks = {customer: most_in_a_week(days) for customer, days in contact_days.items()}
    first_notice = _first_notices(lived.notices)
    calls = _by_day(notice for notice in lived.notices if notice.channel == CALL)
    paid = [invoice for invoice in lived.due if invoice.paid_on is not None]
    unasked = [invoice for invoice in paid if not _asked_before(invoice, first_notice)]
    return Figures(
        notices=len(lived.notices),
        approvals=sum(notice.needs_approval for notice in lived.notices),
        contacts=sum(contacts.values()),
        customers=len(contacts),
        customers_contacted=len(contact_days),
        contact_bands=_bands(contacts.values()),
        most_contacts=max(contacts.values(), default=0),
        worst_week=max(weeks.values(), default=0),
        customers_at_weekly_limit=sum(most >= weekly_limit for most in weeks.values()),
        waited_for_interval=lived.waits.get("contact_interval", 0),
        waited_for_weekly_limit=lived.waits.get("weekly_limit", 0),
        by_channel=dict(sorted(Counter(notice.channel for notice in lived.notices).items())),
        by_step=_by_step(lived),
        by_day=_by_day(lived.notices),
        calls_by_day=calls,
        calls=sum(calls.values()),
        busiest_calls=max(calls.values(), default=0),
        calls_per_business_day=round(sum(calls.values()) / lived.business_days, 2) if lived.business_days else None,
        due=len(lived.due),
        paid=len(paid),
        paid_before_any_notice=len(unasked),
        days_due_to_first_notice=spread(
            (first_notice[invoice.invoice] - invoice.due_on).days
            for invoice in lived.due
            if invoice.invoice in first_notice
        ),
        days_first_notice_to_payment=spread(
            (invoice.paid_on - first_notice[invoice.invoice]).days
            for invoice in paid
            if invoice.paid_on is not None and _asked_before(invoice, first_notice)
        ),
    )


def spread(values: Iterable[int]) -> Spread:
    ordered = sorted(values)
    if not ordered:
        return Spread(None, None, 0)
    return Spread(statistics.median(ordered), ordered[math.ceil(0.9 * len(ordered)) - 1], len(ordered))


def most_in_a_week(days: Iterable[dt.date]) -> int:
    """The most of these days that lie within seven days one after another."""
    ordered = sorted(days)
    most, start = 0, 0
    for end, day in enumerate(ordered):
        while (day - ordered[start]).days >= WEEK_DAYS:
            start += 1
        most = max(most, end - start + 1)
    return most


def _contact_days(notices: Iterable[SentNotice]) -> dict[int, set[dt.date]]:
    found: dict[int, set[dt.date]] = {}
    for notice in notices:
        if notice.channel != NOT_A_CONTACT:
            found.setdefault(notice.customer, set()).add(notice.day)
    return found


def _first_notices(notices: Iterable[SentNotice]) -> dict[int, dt.date]:
    """Invoice → the day of the first notice to the customer that named it."""
    found: dict[int, dt.date] = {}
    for notice in notices:
        if notice.channel != NOT_A_CONTACT:
            for reached in notice.reached:
                found[reached.invoice] = min(notice.day, found.get(reached.invoice, notice.day))
    return found


def _asked_before(invoice: DueInvoice, first_notice: Mapping[int, dt.date]) -> bool:
    """Whether a notice named it before it was paid; one of the very day of the payment came first."""
    asked = first_notice.get(invoice.invoice)
    return asked is not None and invoice.paid_on is not None and asked <= invoice.paid_on


def _bands(counts: Iterable[int]) -> list[tuple[str, int]]:
    counts = list(counts)
    return [
        (_band(low, high), sum(low <= count and (high is None or count <= high) for count in counts))
        for low, high in CONTACT_BANDS
    ]


def _band(low: int, high: int | None) -> str:
    if high is None:
        return f"{low} or more"
    return str(low) if low == high else f"{low} to {high}"


def _by_day(notices: Iterable[SentNotice]) -> dict[str, int]:
    counts = Counter(notice.day for notice in notices)
    return {day.isoformat(): counts[day] for day in sorted(counts)}


def _by_step(lived: Lived) -> list[StepFigures]:
    """Steps in the order of their days. Two of one name (of two policies) count as one."""
    places: dict[str, int] = {}
    reached: dict[str, set[int]] = {}
    leading = Counter(notice.step for notice in lived.notices)
    for notice in lived.notices:
        for each in notice.reached:
            places[each.step] = min(each.place, places.get(each.step, each.place))
            reached.setdefault(each.step, set()).add(each.invoice)
    paid = {invoice.invoice for invoice in lived.due if invoice.paid_on is not None}
    return [
        StepFigures(
            name=name,
            notices=leading[name],
            reached=len(reached[name]),
            paid_before=len(paid - reached[name]),
            due=len(lived.due),
        )
        for name in sorted(places, key=lambda name: (places[name], name))
    ]
