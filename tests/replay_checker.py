"""Did a replay keep its word? A checker that shares no code with the engine.

It takes what was sent, the ledger as plain rows and the policy's terms, and lives through every
business day itself with plain loops: on each day, for each open invoice, it works out from what was
sent before whether a step had to go, and compares. Numbers in the messages are those of design
section 5. It knows dates of issue, due date, settlement and holds, and no partial payments or credit.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Sent:
    """One notice; `items` are invoice number, lineage and offset of the step."""

    day: dt.date
    customer: str
    contact_on: dt.date
    currency: str
    items: tuple[tuple[str, int, int], ...]


@dataclass(frozen=True)
class Owed:
    """One invoice, open from `issued` up to, not including, `settled`; a hold stands from its start up to its end."""

    number: str
    customer: str
    issued: dt.date
    due: dt.date
    settled: dt.date | None = None
    voided: dt.date | None = None
    holds: tuple[tuple[dt.date, dt.date | None], ...] = ()

    def is_open(self, day: dt.date) -> bool:
        ended = (self.settled is not None and self.settled <= day) or (self.voided is not None and self.voided <= day)
        return self.issued <= day and not ended

    def is_held(self, day: dt.date) -> bool:
        return any(start <= day and (end is None or day < end) for start, end in self.holds)


@dataclass(frozen=True)
class Terms:
    """The default policy (lineage, offset, whether its tone is final), limits and calendar."""

    steps: tuple[tuple[int, int, bool], ...] = (
        (1, -3, False),
        (2, 0, False),
        (3, 3, False),
        (4, 7, False),
        (5, 14, True),
    )
    interval: int = 3
    weekly: int = 3
    weekend: tuple[int, ...] = (6, 7)
    days_off: frozenset[dt.date] = frozenset()

    def works(self, day: dt.date) -> bool:
        return day.isoweekday() not in self.weekend and day not in self.days_off

    def day_of(self, due: dt.date, offset: int) -> dt.date:
        """The business day of a step: before the due date it moves back, else forward."""
        day = due + offset * DAY
        while not self.works(day):
            day += -DAY if offset < 0 else DAY
        return day


@dataclass(frozen=True)
class Violation:
    invariant: int
    what: str
    day: dt.date
    who: str

    def __str__(self) -> str:
        return f"{self.day}: {self.what}: {self.who} (invariant {self.invariant})"


def check(
    sent: Sequence[Sent], owed: Iterable[Owed], terms: Terms, *, first: dt.date, last: dt.date
) -> list[Violation]:
    """Everything that is wrong with a replay from `first` to `last`, both included."""
    book = {invoice.number: invoice for invoice in owed}
    return [
        *_repeated(sent),
        *_not_to_be_sent(sent, book, terms, first, last),
        *_too_often(sent, terms),
        *_left_out_or_out_of_turn(sent, book, terms, first, last),
    ]


def _repeated(sent: Sequence[Sent]) -> Iterator[Violation]:
    seen: set[tuple[str, int]] = set()
    for notice in sorted(sent, key=lambda notice: notice.day):
        for number, lineage, _ in notice.items:
            if (number, lineage) in seen:
                yield Violation(1, f"step {lineage} a second time", notice.day, number)
            seen.add((number, lineage))


def _not_to_be_sent(
    sent: Sequence[Sent], book: dict[str, Owed], terms: Terms, first: dt.date, last: dt.date
) -> Iterator[Violation]:
    for notice in sent:
        if not first <= notice.day <= last:
            yield Violation(5, "outside the replay", notice.day, notice.customer)
        for number, _, _ in notice.items:
            invoice = book.get(number)
            if invoice is None or invoice.customer != notice.customer:
                yield Violation(8, "an invoice of somebody else", notice.day, number)
            elif not invoice.is_open(notice.day):
                yield Violation(2, "settled, void or not issued", notice.day, number)
            elif invoice.is_held(notice.day):
                yield Violation(2, "held", notice.day, number)


def _too_often(sent: Sequence[Sent], terms: Terms) -> Iterator[Violation]:
    for customer, days in _contacts(sent).items():
        for index, day in enumerate(days):
            if not terms.works(day):
                yield Violation(5, "on a day off", day, customer)
            if index and (day - days[index - 1]).days < terms.interval:
                yield Violation(5, "too soon after the last contact", day, customer)
            if sum(day - 7 * DAY < other <= day for other in days) > terms.weekly:
                yield Violation(5, "too many contacts in seven days", day, customer)


def _contacts(sent: Iterable[Sent]) -> dict[str, list[dt.date]]:
    """Customer → days of contact in order; notices of one day are one contact."""
    days: dict[str, set[dt.date]] = defaultdict(set)
    for notice in sent:
        days[notice.customer].add(notice.contact_on)
    return {customer: sorted(found) for customer, found in days.items()}


def _left_out_or_out_of_turn(
    sent: Sequence[Sent], book: dict[str, Owed], terms: Terms, first: dt.date, last: dt.date
) -> Iterator[Violation]:
    """Each day of each invoice: the step that must go, and nothing else."""
    contacts = _contacts(sent)
    went: dict[str, dict[dt.date, set[int]]] = defaultdict(lambda: defaultdict(set))
    for notice in sent:
        for number, lineage, _ in notice.items:
            went[number][notice.day].add(lineage)
    for invoice in book.values():
        step_days = {lineage: terms.day_of(invoice.due, offset) for lineage, offset, _ in terms.steps}
        done: set[int] = set()
        day = max(first, min(step_days.values()), invoice.issued)
        while day <= last and invoice.is_open(day):
            expected = None
            if terms.works(day) and not invoice.is_held(day):
                expected = _step_that_goes(invoice, terms, step_days, done, day)
                if _must_rest(contacts.get(invoice.customer, []), terms, day):
                    expected = None
            found = went[invoice.number][day]
            if expected is not None and expected not in found:
                yield Violation(3, f"step {expected} left out", day, invoice.number)
            for lineage in found - {expected}:
                yield Violation(3, f"step {lineage} out of turn", day, invoice.number)
            done |= found
            day += DAY


def _step_that_goes(
    invoice: Owed, terms: Terms, step_days: dict[int, dt.date], done: set[int], day: dt.date
) -> int | None:
    """The furthest step that is due, is not behind one that went, and may be said: the others have ended or wait."""
    furthest = max((offset for lineage, offset, _ in terms.steps if lineage in done), default=None)
    live = [
        (offset, lineage)
        for lineage, offset, is_final in terms.steps
        if step_days[lineage] <= day
        and (furthest is None or offset > furthest)
        and not (offset < 0 and day >= invoice.due)
        and not (is_final and not done)
    ]
    return max(live)[1] if live else None


def _must_rest(contacts: Sequence[dt.date], terms: Terms, day: dt.date) -> bool:
    """Whether the limits forbid to contact this customer on a day, from the contacts before it."""
    before = [other for other in contacts if other < day]
    too_soon = bool(before) and (day - before[-1]).days < terms.interval
    return too_soon or sum(day - 7 * DAY < other for other in before) >= terms.weekly
