"""Amounts as people write them, and what a column of them proves."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunwell.rules.columns.numbers import (
    NumberEvidence,
    canonical,
    currency_of,
    decimal_mark_of,
    is_blank,
    settle_numbers,
    take_apart,
)
from dunwell.rules.columns.question import Question


@pytest.mark.parametrize(
    ("text", "mark", "expected"),
    [
        ("1,234.56", ".", "1234.56"),
        ("1.234,56", ",", "1234.56"),
        ("1 234,56", ",", "1234.56"),
        ("1\u202f234,56", ",", "1234.56"),
        ("1'234.50", ".", "1234.5"),
        ("1’234’567.00", ".", "1234567"),
        ("12,34,567.89", ".", "1234567.89"),
        ("(12.00)", ".", "-12"),
        ("12.00-", ".", "-12"),
        ("-12,5", ",", "-12.5"),
        ("−3.00", ".", "-3"),
        ("€ 1.234,56", ",", "1234.56"),
        ("1.234,56 €", ",", "1234.56"),
        ("-$12.00", ".", "-12"),
        ("$(12.00)", ".", "-12"),
        ("($12.00)", ".", "-12"),
        ("USD 1,234", ".", "1234"),
        ("12.00 CR", ".", "-12"),
        ("12.00 DR", ".", "12"),
        ("R$ 10,00", ",", "10"),
        ("0", ".", "0"),
        ("-0.00", ".", "0"),
        (".5", ".", "0.5"),
        ("007.10", ".", "7.1"),
        ("1234567.8901", ".", "1234567.8901"),
    ],
)
def test_an_amount_is_read(text: str, mark: str, expected: str) -> None:
    assert canonical(text, mark) is not None  # type: ignore[arg-type]
    assert Decimal(canonical(text, mark)) == Decimal(expected)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("abc", "."),
        ("1.2.3", "."),
        ("1,23", "."),
        ("1.234,56", "."),
        ("1,234.56", ","),
        ("12.34567", "."),
        ("1234567890123456", "."),
        ("--5", "."),
        ("(5", "."),
        ("(5-)", "."),
        ("€ 5 $", "."),
        ("1,2345.00", "."),
        ("٣", "."),
        ("1e5", "."),
        ("", "."),
        ("12 of 30", "."),
        ("2024-01-05", "."),
    ],
)
def test_what_is_no_amount_is_not_read(text: str, mark: str) -> None:
    assert canonical(text, mark) is None  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "blank"), [("", True), ("  ", True), ("-", True), ("–", True), ("0", False), ("x", False)]
)
def test_a_dash_stands_for_nothing(text: str, *, blank: bool) -> None:
    assert is_blank(text) is blank


@pytest.mark.parametrize(
    ("body", "proves"),
    [
        ("1234", "none"),
        ("1,234", "either"),
        ("1.234", "either"),
        ("0,123", ","),
        ("1234,567", ","),
        ("12.5", "."),
        ("12,50", ","),
        ("1.234.567", ","),
        ("1,234,567", "."),
        ("1.234,5", ","),
        ("1,234.5", "."),
        ("1.2.3", None),
        ("1.234,56,7", None),
    ],
)
def test_what_separators_prove(body: str, proves: str | None) -> None:
    assert decimal_mark_of(body) == proves


def _evidence(*cells: str) -> NumberEvidence:
    evidence = NumberEvidence()
    for cell in cells:
        evidence.add(cell)
    return evidence


def test_one_cell_settles_a_column_of_thousands() -> None:
    evidence = _evidence("1.234", "5.000", "12,50")
    assert settle_numbers({"Betrag": evidence}) == ","


def test_a_column_of_thousands_alone_is_asked_about() -> None:
    question = settle_numbers({"Amount": _evidence("1,234", "5,000", "100")})
    assert isinstance(question, Question)
    assert question.topic == "numbers"
    assert question.options == ("1,234.56", "1.234,56")
    assert "1,234" in question.examples


def test_another_column_of_the_file_settles_it() -> None:
    assert settle_numbers({"Total": _evidence("1,234"), "Paid": _evidence("0.50")}) == "."


def test_contradicting_columns_settle_nothing() -> None:
    question = settle_numbers({"Total": _evidence("1.50"), "Paid": _evidence("2,50")})
    assert isinstance(question, Question)
    assert "1.50" in question.text
    assert "2,50" in question.text


def test_plain_whole_numbers_leave_nothing_to_ask() -> None:
    assert settle_numbers({"Total": _evidence("1", "20", "", "-")}) == "."


def test_currency_marks_are_noticed() -> None:
    assert _evidence("€ 5,00", "€ 6,00").marks.keys() == {"€"}
    assert currency_of("€") == "EUR"
    assert currency_of("CHF") == "CHF"
    assert currency_of("$") is None


def test_memory_does_not_grow_with_the_amounts() -> None:
    evidence = NumberEvidence()
    for cents in range(100_000, 300_000, 7):
        evidence.add(f"{cents / 100:.2f}")
    assert len(evidence.shapes) < 500
    assert evidence.good == len(range(100_000, 300_000, 7))


amounts = st.decimals(min_value=-(10**9), max_value=10**9, places=2)


def _grouped(amount: Decimal, group: str, decimal: str) -> str:
    return f"{amount:,.2f}".replace(",", "\0").replace(".", decimal).replace("\0", group)


@given(amounts, st.sampled_from([(",", "."), (".", ","), (" ", ","), ("'", "."), ("", "."), ("", ",")]))
def test_writing_and_reading_an_amount_gives_it_back(amount: Decimal, style: tuple[str, str]) -> None:
    group, decimal = style
    written = _grouped(amount, group, decimal)
    read = canonical(written, decimal)  # type: ignore[arg-type]
    assert read is not None
    assert Decimal(read) == amount


@given(st.lists(amounts, min_size=1, max_size=30), st.sampled_from([(",", "."), (".", ",")]))
def test_cents_always_settle_the_mark(column: list[Decimal], style: tuple[str, str]) -> None:
    group, decimal = style
    evidence = _evidence(*(_grouped(amount, group, decimal) for amount in column))
    assert settle_numbers({"x": evidence}) == decimal


@given(st.text(max_size=20))
def test_any_text_is_an_amount_or_not_and_never_an_error(text: str) -> None:
    take_apart(text)
    for mark in (".", ","):
        read = canonical(text, mark)
        assert read is None or re.fullmatch(r"-?\d{1,15}(\.\d{1,4})?", read)
    NumberEvidence().add(text)
