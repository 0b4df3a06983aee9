"""Dates as people write them, and what a whole column proves about the order of day, month and year."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from typing import Literal

from dunwell.rules.columns.months import FILLERS, MONTHS, fold
from dunwell.rules.columns.question import Question

DateOrder = Literal["D/M/Y", "M/D/Y", "Y/M/D"]

ORDERS: tuple[DateOrder, ...] = ("D/M/Y", "M/D/Y", "Y/M/D")
# What a person may type to answer the question
_FORMS: dict[DateOrder, tuple[str, ...]] = {
    "D/M/Y": ("D/M/Y", "DD/MM/YYYY", "D/M/YY", "DD/MM/YY", "DMY"),
    "M/D/Y": ("M/D/Y", "MM/DD/YYYY", "M/D/YY", "MM/DD/YY", "MDY"),
    "Y/M/D": ("Y/M/D", "YYYY/MM/DD", "YY/MM/DD", "YMD", "ISO"),
}
ANSWERS: dict[str, DateOrder] = {
    form.replace("/", mark): order for order, forms in _FORMS.items() for form in forms for mark in "/.-"
}
FIRST_YEAR, LAST_YEAR = 1950, 2100
# "24" is 2024 and "70" is 1970: invoices of 1969 are not chased
PIVOT = 70
EXCEL_DAY_ZERO = dt.date(1899, 12, 30)
EXCEL_FIRST, EXCEL_LAST = 18_264, 73_050  # 1950-01-01 and 2099-12-31
EXAMPLES_KEPT = 3
DISTINCT_KEPT = 20_000
# Where only two-digit years leave an order open: one that scatters the column over this many years
# is not the right one when another keeps it within a few.
SCATTERED_YEARS, CLOSE_YEARS = 15, 5

_TIME = re.compile(
    r"(?:T|,?\s+)\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?\s*(?:[AaPp]\.?[Mm]\.?)?\s*(?:Z|UTC|GMT|[+-]\d{2}:?\d{2})?$"
)
_PARTS = re.compile(r"(\d{1,4})([./-]|\s)\s?(\d{1,2})\2\s?(\d{1,4})\.?")
_COMPACT = re.compile(r"(19[5-9]\d|20\d\d)(0[1-9]|1[0-2])([0-3]\d)")
_SERIAL = re.compile(r"(\d{5})(?:[.,]\d+)?")
_TOKENS = re.compile(r"[^\W\d_]+|\d+")


def _date(year: int, month: int, day: int) -> dt.date | None:
    try:
        made = dt.date(year, month, day)
    except ValueError:
        return None
    return made if FIRST_YEAR <= year <= LAST_YEAR else None


def _year(digits: str) -> int | None:
    if len(digits) == 4:
        return int(digits)
    if len(digits) == 2:
        return int(digits) + (2000 if int(digits) < PIVOT else 1900)
    return None


def readings(text: str) -> dict[DateOrder, dt.date]:
    """The date a text means under each order; empty where it is no date under any.

    A text that names its parts (ISO, a named month, an Excel serial day) means the same under all three.
    A time of day after the date is left out: the date counts as written.
    """
    text = _TIME.sub("", text.strip())
    parts = _PARTS.fullmatch(text)
    if parts is None:
        certain = _certain(text)
        return dict.fromkeys(ORDERS, certain) if certain else {}
    first, mark, second, third = parts.groups()
    if len(first) == 4 and len(third) <= 2:
        made = _date(int(first), int(second), int(third))
        return dict.fromkeys(ORDERS, made) if made else {}
    found: dict[DateOrder, dt.date] = {}
    year = _year(third)
    if year is not None and len(first) <= 2:
        if day_first := _date(year, int(second), int(first)):
            found["D/M/Y"] = day_first
        # Dots are written day first; month first is only believed where nothing else fits
        if (month_first := _date(year, int(first), int(second))) and not (mark == "." and found):
            found["M/D/Y"] = month_first
    # Two-digit years in front are written with dashes (24-01-31); elsewhere a person has to say so
    year = _year(first) if mark == "-" and len(first) == 2 and len(third) <= 2 else None
    if year is not None and (year_first := _date(year, int(second), int(third))):
        found["Y/M/D"] = year_first
    return found


def _certain(text: str) -> dt.date | None:
    if compact := _COMPACT.fullmatch(text):
        return _date(*(int(part) for part in compact.groups()))
    if serial := _SERIAL.fullmatch(text):
        days = int(serial[1])
        return EXCEL_DAY_ZERO + dt.timedelta(days) if EXCEL_FIRST <= days <= EXCEL_LAST else None
    tokens = _TOKENS.findall(fold(text))
    if not 3 <= len(tokens) <= 7:
        return None
    months = [token for token in tokens if token in MONTHS]
    numbers = [token for token in tokens if token.isdecimal()]
    others = [token for token in tokens if not token.isdecimal() and token not in MONTHS and token not in FILLERS]
    if len(numbers) != 2 or others:
        return None
    if len(months) > 1:  # "mar" is a weekday in French, Spanish and Italian, and stands first then
        months = months[1:]
    if len(months) != 1:
        return None
    day, year_digits = numbers
    if len(day) == 4:
        day, year_digits = year_digits, day
    year = _year(year_digits)
    return _date(year, MONTHS[months[0]], int(day)) if year is not None and len(day) <= 2 else None


def parse_date(text: str, order: DateOrder) -> dt.date | None:
    """The date a text means under this order, or None."""
    found = readings(text)
    if order in found:
        return found[order]
    return _said(text, order)


def _said(text: str, order: DateOrder) -> dt.date | None:
    """Readings that are too rare to be considered as evidence, but count when a person has said so."""
    parts = _PARTS.fullmatch(_TIME.sub("", text.strip()))
    if parts is None:
        return None
    first, _, second, third = parts.groups()
    if order == "M/D/Y" and len(first) <= 2 and (year := _year(third)) is not None:
        return _date(year, int(first), int(second))
    if order == "Y/M/D" and len(third) <= 2 and (year := _year(first)) is not None:
        return _date(year, int(second), int(third))
    return None


@dataclass(slots=True)
class DateEvidence:
    """What one column's cells say about the order of its dates; memory is bounded by distinct cells kept."""

    seen: set[str] = field(default_factory=set)
    good: int = 0
    bad: int = 0
    bad_examples: list[str] = field(default_factory=list)
    # How many distinct cells fit exactly these orders, and some of them
    fits: dict[frozenset[DateOrder], int] = field(default_factory=dict)
    examples: dict[frozenset[DateOrder], list[str]] = field(default_factory=dict)
    # Pairs of orders that give different dates for some cell
    differ: dict[frozenset[DateOrder], list[str]] = field(default_factory=dict)
    years: dict[DateOrder, set[int]] = field(default_factory=dict)

    def add(self, text: str) -> None:
        """Take one cell into account; blank ones say nothing."""
        if text in self.seen:
            return
        if len(self.seen) >= DISTINCT_KEPT:
            self.seen.clear()
        self.seen.add(text)
        if not text.strip(" -–—"):
            return
        found = readings(text)
        if not found:
            self.bad += 1
            if len(self.bad_examples) < EXAMPLES_KEPT:
                self.bad_examples.append(text)
            return
        self.good += 1
        if len(found) == len(ORDERS) and len(set(found.values())) == 1:
            return
        orders = frozenset(found)
        self.fits[orders] = self.fits.get(orders, 0) + 1
        if len(kept := self.examples.setdefault(orders, [])) < EXAMPLES_KEPT:
            kept.append(text)
        for order, made in found.items():
            self.years.setdefault(order, set()).add(made.year)
        for one, other in combinations(found, 2):
            if (
                found[one] != found[other]
                and len(kept := self.differ.setdefault(frozenset((one, other)), [])) < EXAMPLES_KEPT
            ):
                kept.append(text)

    def possible(self) -> set[DateOrder]:
        """Orders under which every cell that is a date is one; empty where the cells contradict each other."""
        left: set[DateOrder] = set(ORDERS)
        for orders in self.fits:
            left &= orders
        if len(left) > 1:
            spans = {order: max(self.years[order]) - min(self.years[order]) for order in left if order in self.years}
            if "Y/M/D" in spans and min(spans.values()) <= CLOSE_YEARS:
                left = {order for order in left if spans.get(order, 0) < SCATTERED_YEARS}
        return left


def settle_dates(columns: Mapping[str, DateEvidence]) -> DateOrder | Question:
    """The order of a file's date columns, or the question when they do not prove one.

    The columns of one file are written by one program: what one column rules out is ruled out for all.
    """
    left: set[DateOrder] = set(ORDERS)
    for evidence in columns.values():
        left &= evidence.possible()
    if not left:
        return _contradiction(columns)
    if len(left) == 1:
        return left.pop()
    undecided = [
        example
        for pair in combinations(sorted(left), 2)
        for evidence in columns.values()
        for example in evidence.differ.get(frozenset(pair), [])
    ]
    if not undecided:
        # No cell means different days under the orders that are left: nothing to ask
        return next(order for order in ORDERS if order in left)
    names = [order for order in ORDERS if order in left]
    return Question(
        "dates",
        f"Dates such as “{undecided[0]}” are ambiguous: {' or '.join(names)}?",
        tuple(names),
        tuple(dict.fromkeys(undecided))[:EXAMPLES_KEPT],
    )


def _contradiction(columns: Mapping[str, DateEvidence]) -> Question:
    only: dict[DateOrder, list[str]] = {order: _examples_only(columns.values(), order) for order in ORDERS}
    shown = [f"“{examples[0]}” only as {order}" for order, examples in only.items() if examples]
    return Question(
        "dates",
        "Dates are written in two ways: " + ", ".join(shown) + ".",
        tuple(order for order in ORDERS if only[order]) or ORDERS,
        tuple(examples[0] for examples in only.values() if examples),
    )


def _examples_only(columns: Iterable[DateEvidence], order: DateOrder) -> list[str]:
    return [example for evidence in columns for example in evidence.examples.get(frozenset({order}), [])]
