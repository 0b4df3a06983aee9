"""Which notices go first when a pass may not write all of them.

The oldest debt first: the customer whose earliest due date among what is due to be asked for lies furthest back, with
all of that customer's notices together, so that they stay one contact. Reminders before the due date come last by
the same measure. Of equal dates the customer who was in the book first; among one customer's notices the oldest
debt, then currency and channel by name. The order is total, so that every worker finds the same.

`followup/sql/compose_run_limit.sql` is the same order over actions.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Wanted:
    """A notice that could be written: `oldest_due_on` is the earliest due date of the invoices it is about.

    `is_first_word`: it is about invoices without an earlier notice, which do not go under a final text.
    """

    customer: int
    oldest_due_on: dt.date
    currency: str
    channel: str
    is_first_word: bool = False


def by_urgency(wanted: Iterable[Wanted]) -> list[Wanted]:
    """The most urgent first."""
    wanted = list(wanted)
    oldest: dict[int, dt.date] = {}
    for notice in wanted:
        oldest[notice.customer] = min(oldest.get(notice.customer, dt.date.max), notice.oldest_due_on)
    return sorted(
        wanted,
        key=lambda notice: (
            oldest[notice.customer],
            notice.customer,
            notice.oldest_due_on,
            notice.currency,
            notice.channel,
            notice.is_first_word,
        ),
    )


def most_urgent(wanted: Iterable[Wanted], most: int) -> list[Wanted]:
    """Those that may be written when `most` may (none when it is below 1), the most urgent first."""
    return by_urgency(wanted)[: max(0, most)]
