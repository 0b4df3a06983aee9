"""Amounts as people write them: 1,234.56 and 1.234,56, (12.00), 12.00-, € 12, USD 12."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from dunwell.rules.columns.question import Question

DecimalMark = Literal[".", ","]

LABELS: dict[DecimalMark, str] = {".": "1,234.56", ",": "1.234,56"}
# What a person may type to answer the question
ANSWERS: dict[str, DecimalMark] = {
    "1,234.56": ".",
    "1 234.56": ".",
    "1'234.56": ".",
    "1234.56": ".",
    ".": ".",
    "1.234,56": ",",
    "1 234,56": ",",
    "1234,56": ",",
    ",": ",",
}
# Signs that name one currency. "$", "kr" and "¥" name several and so none.
CURRENCY_OF_MARK = {
    "€": "EUR", "£": "GBP", "₹": "INR", "₺": "TRY", "₽": "RUB", "₩": "KRW", "₪": "ILS", "₫": "VND", "₴": "UAH",
    "₦": "NGN", "zł": "PLN", "kč": "CZK", "r$": "BRL", "us$": "USD", "a$": "AUD", "c$": "CAD", "ca$": "CAD",
    "au$": "AUD", "nz$": "NZD", "hk$": "HKD", "s$": "SGD", "chf": "CHF", "fr.": "CHF", "ft": "HUF",
}  # fmt: skip
UNCLEAR_MARKS = frozenset({"$", "¥", "kr", "kr.", "rs", "rs."})
EXAMPLES_KEPT = 3
WHOLE_DIGITS = 15  # numeric(19,4) holds no more
DECIMALS = 4

_MARK = r"[A-Za-z]{0,3}\.?[$€£¥₹₺₽₩₪₫₴₦]|[A-Za-z]{2,3}\.?|zł|Zł|Kč|kč"
_SHAPE = re.compile(
    rf"(?:(?P<lead>{_MARK})\s*(?=\())?(?P<open>\()?\s*(?P<sign>[-+−–])?\s*(?P<mark>{_MARK})?\s*(?P<inner>[-+−–])?\s*"
    r"(?P<body>(?:[0-9]|[.,][0-9])[0-9.,'’\s]*?)\s*"
    rf"(?P<side>CR|DR|Cr|Dr|[-−–])?\s*(?P<mark2>{_MARK})?\s*(?P<side2>CR|DR|Cr|Dr|[-−–])?\s*(?P<close>\))?"
)
_BLANK_SHAPE = re.compile(r"\s*[-–—−]?\s*")
_PLAIN = re.compile(rf"-?[0-9]{{1,{WHOLE_DIGITS}}}(?:\.[0-9]{{1,{DECIMALS}}})?")
_SPACES = re.compile(r"[\s'’]")
_GROUPED = {mark: re.compile(rf"\d{{1,3}}(?:\{mark}\d{{2,3}})*\{mark}\d{{3}}") for mark in ".,"}


@dataclass(frozen=True, slots=True)
class Written:
    """An amount taken apart: its digits with separators, its sign, and the currency mark beside it."""

    body: str
    negative: bool
    mark: str


def take_apart(text: str) -> Written | None:
    """The parts of an amount, or None where the text is not one."""
    found = _SHAPE.fullmatch(text.strip())
    if found is None or bool(found["open"]) != bool(found["close"]):
        return None
    sides = [part for part in (found["side"], found["side2"]) if part]
    minus = sum(part in ("-", "−", "–") for part in (found["sign"], found["inner"], *sides) if part)
    credit = sum(part.upper() == "CR" for part in sides)
    if minus + credit + bool(found["open"]) > 1 or len(sides) > 1:
        return None
    marks = {mark.casefold(): mark for mark in (found["lead"], found["mark"], found["mark2"]) if mark}
    if len(marks) > 1:
        return None
    negative = bool(found["open"]) or minus + credit > 0
    return Written(_SPACES.sub("", found["body"]), negative, next(iter(marks.values()), ""))


def is_blank(text: str) -> bool:
    """Nothing, or the dash that stands for nothing."""
    return _BLANK_SHAPE.fullmatch(text) is not None


def canonical(text: str, decimal: DecimalMark) -> str | None:
    """`-1234.5` for an amount written with that decimal mark; None where it is not one.

    Amounts over 15 whole digits or with more than 4 decimals that count are not amounts.
    """
    if decimal == "." and _PLAIN.fullmatch(text):
        return text
    written = take_apart(text)
    if written is None:
        return None
    whole, mark, fraction = written.body.partition(decimal)
    group = "," if decimal == "." else "."
    if group in whole:
        if not _GROUPED[group].fullmatch(whole):
            return None
        whole = whole.replace(group, "")
    fraction = fraction.rstrip("0")
    if (mark and not fraction.isdecimal() and fraction) or len(fraction) > DECIMALS:
        return None
    whole = whole.lstrip("0") or "0"
    if not (whole.isdecimal() and whole.isascii()) or len(whole) > WHOLE_DIGITS or not fraction.isascii():
        return None
    value = f"{whole}.{fraction}" if fraction else whole
    return f"-{value}" if written.negative and value != "0" else value


def currency_of(mark: str) -> str | None:
    """The ISO code a mark beside an amount names, if it names one."""
    if len(mark) == 3 and mark.isascii() and mark.isalpha() and mark.isupper():
        return mark
    return CURRENCY_OF_MARK.get(mark.casefold())


def decimal_mark_of(body: str) -> DecimalMark | Literal["either", "none"] | None:
    """Which decimal mark a body of digits and separators proves; `either` where both readings are numbers."""
    dots, commas = body.count("."), body.count(",")
    if not dots and not commas:
        return "none"
    if dots and commas:
        decimal: DecimalMark = "." if body.rindex(".") > body.rindex(",") else ","
        return decimal if body.count(decimal) == 1 and canonical(body, decimal) is not None else None
    mark: DecimalMark = "." if dots else ","
    other: DecimalMark = "," if dots else "."
    if body.count(mark) > 1:
        return other if _GROUPED[mark].fullmatch(body) else None
    whole, _, fraction = body.partition(mark)
    if len(fraction) == 3 and 1 <= len(whole) <= 3 and not whole.startswith("0"):
        return "either"
    return mark


@dataclass(slots=True)
class NumberEvidence:
    """What one column's cells say about how its numbers are written; memory does not grow with the rows."""

    shapes: dict[str, str] = field(default_factory=dict)
    votes: dict[str, int] = field(default_factory=lambda: {".": 0, ",": 0, "either": 0, "none": 0})
    examples: dict[str, list[str]] = field(default_factory=dict)
    marks: dict[str, int] = field(default_factory=dict)
    bad: int = 0
    bad_examples: list[str] = field(default_factory=list)

    def add(self, text: str) -> None:
        """Take one cell into account; blank ones say nothing."""
        # Digits are alike as evidence, so that a million amounts are a few dozen shapes
        shape = text.translate(_DIGITS_ALIKE)
        known = self.shapes.get(shape)
        if known is None:
            known = self._judge(text)
            if len(self.shapes) < 10_000:
                self.shapes[shape] = known
        if known == "blank":
            return
        if known == "bad":
            self.bad += 1
        else:
            self.votes[known] += 1

    def _judge(self, text: str) -> str:
        if is_blank(text):
            return "blank"
        written = take_apart(text)
        verdict = decimal_mark_of(written.body) if written else None
        if written is None or verdict is None:
            if len(self.bad_examples) < EXAMPLES_KEPT:
                self.bad_examples.append(text)
            return "bad"
        if written.mark:
            self.marks[written.mark] = self.marks.get(written.mark, 0) + 1
        kept = self.examples.setdefault(verdict, [])
        if len(kept) < EXAMPLES_KEPT:
            kept.append(text.strip())
        return verdict

    @property
    def good(self) -> int:
        return sum(self.votes.values())


# 0 stays apart: "0,123" can only be a decimal, "1,123" may be a thousand
_DIGITS_ALIKE = str.maketrans("123456789", "9" * 9)


def settle_numbers(columns: Mapping[str, NumberEvidence]) -> DecimalMark | Question:
    """The decimal mark of a file's amount columns, or the question when they do not prove one.

    The columns of one file are written by one program: a column that proves the mark settles it
    for those that leave it open. Columns that contradict each other settle nothing.
    """
    proven = {mark: [name for name, column in columns.items() if column.votes[mark]] for mark in LABELS}
    if proven["."] and proven[","]:
        examples = [columns[proven[mark][0]].examples[mark][0] for mark in LABELS]
        return Question(
            "numbers",
            "Amounts are written in two ways, " + " and ".join(f"“{example}”" for example in examples) + ".",
            tuple(LABELS.values()),
            tuple(examples),
        )
    for mark in LABELS:
        if proven[mark]:
            return mark
    open_examples = [example for column in columns.values() for example in column.examples.get("either", [])]
    if open_examples:
        shown = open_examples[0]
        return Question(
            "numbers",
            f"“{shown}” can be {re.sub('[.,]', '', shown)} or a number with three decimals: "
            "are amounts written 1,234.56 or 1.234,56?",
            tuple(LABELS.values()),
            tuple(open_examples[:EXAMPLES_KEPT]),
        )
    return "."
