"""What a customer is as of a date."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Standing(StrEnum):
    CURRENT = "current"
    DUE_SOON = "due_soon"
    LATE = "late"
    DEFAULTER = "defaulter"


# Every name `change_name` gives
CHANGE_NAMES = (
    "became_defaulter",
    "defaulted_again",
    "became_late",
    "improved_to_late",
    "cleared",
    "became_due_soon",
    "became_current",
)


@dataclass(frozen=True)
class Thresholds:
    """Days that separate the standings, set per organization."""

    due_soon_days: int = 7
    grace_days: int = 0
    defaulter_after_days: int = 5


def days_past_due(due_on: dt.date, as_of: dt.date) -> int:
    """Days since the due date; 0 on the day itself, negative before it."""
    return (as_of - due_on).days


def standing(undisputed_due_dates: Iterable[dt.date], as_of: dt.date, thresholds: Thresholds) -> Standing:
    """The standing that open invoices with these due dates give (design section 1).

    Held debt counts; disputed invoices do not and are left out by the caller. Late is more than `grace_days`
    past due, a defaulter more than `defaulter_after_days` beyond the grace. Without open invoices: current.
    """
    oldest = min(undisputed_due_dates, default=None)
    if oldest is None:
        return Standing.CURRENT
    late_by = days_past_due(oldest, as_of) - thresholds.grace_days
    if late_by > thresholds.defaulter_after_days:
        return Standing.DEFAULTER
    if late_by > 0:
        return Standing.LATE
    if days_past_due(oldest, as_of) >= -thresholds.due_soon_days:
        return Standing.DUE_SOON
    return Standing.CURRENT


def change_name(before: Standing | None, after: Standing, was_defaulter: bool) -> str:
    """The name of a change of standing, as history and alerts read it.

    `was_defaulter`: the customer has been a defaulter at any time before. A first assessment has no `before`.
    """
    if after is Standing.DEFAULTER:
        return "defaulted_again" if was_defaulter else "became_defaulter"
    if after is Standing.LATE:
        return "improved_to_late" if before is Standing.DEFAULTER else "became_late"
    if before in (Standing.LATE, Standing.DEFAULTER):
        return "cleared"
    return f"became_{after.value}"
