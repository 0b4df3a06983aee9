"""What a customer is over time: how they have paid, how risky their debt is, and what chasing it may bring.

Documented formulas on dated facts, in whole numbers, so that SQL gives the same: `followup/sql/assessed_profiles.sql`.
An invoice is *judged* when it was settled, or when it is open and past its time (due date + `late_after_days`);
it is *late* when it was settled after its time, or written off, or is still open then. Void ones and drafts do not
count.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum


class Segment(StrEnum):
    NEW = "new"
    ALWAYS_ON_TIME = "always_on_time"
    OCCASIONALLY_LATE = "occasionally_late"
    FREQUENT_DEFAULTER = "frequent_defaulter"


SEGMENT_NAMES = {
    Segment.NEW: "New",
    Segment.ALWAYS_ON_TIME: "Always on time",
    Segment.OCCASIONALLY_LATE: "Occasionally late",
    Segment.FREQUENT_DEFAULTER: "Frequent defaulter",
}

# Points of the risk score; they add up to 100
HISTORY_POINTS = 50
UNKNOWN_POINTS = 20
LATENESS_POINTS = 40
LATENESS_DAYS = 90
DEFAULTER_POINTS = 10


@dataclass(frozen=True)
class SegmentLimits:
    """Thresholds per organization: how far back is looked, and from when on a customer has a habit."""

    window_days: int = 365
    known_from_invoices: int = 3
    late_after_days: int = 3
    frequent_percent: int = 50


@dataclass(frozen=True)
class PaymentFacts:
    """How a customer has paid, as of a day: `judged` and `late` count invoices due within the window.

    `oldest_overdue_days`: of what is open, disputed or held too; 0 when nothing is overdue.
    """

    judged: int = 0
    late: int = 0
    oldest_overdue_days: int = 0
    was_defaulter: bool = False


def is_late(
    due_on: dt.date, settled_on: dt.date | None, written_off: bool, as_of: dt.date, late_after_days: int
) -> bool | None:
    """Whether an invoice of the window was late; None: it is not judged yet. `settled_on` is None while it is open."""
    time_ends = due_on + dt.timedelta(days=late_after_days)
    if settled_on is None or settled_on > as_of:
        return True if as_of > time_ends else None
    return written_off or settled_on > time_ends


def segment(facts: PaymentFacts, limits: SegmentLimits) -> Segment:
    """The segment. Too few judged invoices: new, until they are always late."""
    if facts.judged < limits.known_from_invoices:
        return Segment.NEW
    if facts.late == 0:
        return Segment.ALWAYS_ON_TIME
    if facts.late * 100 >= limits.frequent_percent * facts.judged:
        return Segment.FREQUENT_DEFAULTER
    return Segment.OCCASIONALLY_LATE


def risk(facts: PaymentFacts) -> int:
    """How likely it is that money is lost, 0 to 100.

    Up to 50 points for the share of judged invoices that were late (20 when none is judged), up to 40 for how long
    the oldest open debt is overdue (all of them from 90 days on), 10 for having been a defaulter before.
    """
    history = HISTORY_POINTS * facts.late // facts.judged if facts.judged else UNKNOWN_POINTS
    lateness = LATENESS_POINTS * min(max(facts.oldest_overdue_days, 0), LATENESS_DAYS) // LATENESS_DAYS
    return history + lateness + (DEFAULTER_POINTS if facts.was_defaulter else 0)


def expected_value(overdue: Decimal, risk_score: int) -> Decimal:
    """What of an overdue amount can be expected to come in when it is chased; worklists are ordered by it."""
    return (overdue * (100 - risk_score) * Decimal("0.01")).quantize(Decimal("0.0001"), rounding=ROUND_HALF_UP)
