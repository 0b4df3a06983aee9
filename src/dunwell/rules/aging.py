"""Aging buckets: how old what is owed is. Their sum is what is outstanding, always."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Bucket:
    """Open amounts from `first_day` to `last_day` days past due, both included; None: without bound."""

    name: str
    label: str
    first_day: int | None
    last_day: int | None

    def holds(self, days_past_due: int) -> bool:
        return (self.first_day is None or days_past_due >= self.first_day) and (
            self.last_day is None or days_past_due <= self.last_day
        )


BUCKETS = (
    Bucket("not_due", "Not yet due", None, 0),
    Bucket("days_1_30", "1 to 30 days", 1, 30),
    Bucket("days_31_60", "31 to 60 days", 31, 60),
    Bucket("days_61_90", "61 to 90 days", 61, 90),
    Bucket("days_91", "Over 90 days", 91, None),
)


def bucket(days_past_due: int) -> Bucket:
    """The one bucket that holds an invoice this many days past due (negative: not yet due)."""
    return next(candidate for candidate in BUCKETS if candidate.holds(days_past_due))
