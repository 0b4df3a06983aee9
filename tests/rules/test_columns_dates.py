"""Dates as people write them, and what a column of them proves about their order."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunwell.rules.columns.dates import (
    DISTINCT_KEPT,
    ORDERS,
    DateEvidence,
    DateOrder,
    parse_date,
    readings,
    settle_dates,
)
from dunwell.rules.columns.question import Question

FIFTH = dt.date(2024, 3, 5)


@pytest.mark.parametrize(
    "text",
    [
        "2024-03-05",
        "2024/3/5",
        "2024.03.05",
        "20240305",
        "2024-03-05T10:00:00Z",
        "2024-03-05T23:30:00.123+02:00",
        "2024-03-05 00:00",
        "5 March 2024",
        "5 Mar 2024",
        "05-Mar-24",
        "05-MAR-2024",
        "March 5, 2024",
        "Mar 5th, 2024",
        "Tue, 5 March 2024",
        "5. März 2024",
        "5. Maerz 2024",
        "5 mars 2024",
        "mar. 5 mars 2024",
        "5 de marzo de 2024",
        "5 marzo 2024",
        "5 de março de 2024",
        "5 maart 2024",
        "dinsdag 5 maart 2024",
        "2024 Mar 5",
        "45356",
        "45356.5",
    ],
)
def test_a_text_that_names_its_parts_means_one_day_under_every_order(text: str) -> None:
    assert readings(text) == dict.fromkeys(ORDERS, FIFTH)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("1er janvier 2024", dt.date(2024, 1, 1)),
        ("15 août 2023", dt.date(2023, 8, 15)),
        ("1. Dezember 2023", dt.date(2023, 12, 1)),
        ("31 dic 2023", dt.date(2023, 12, 31)),
        ("2 agosto 2023", dt.date(2023, 8, 2)),
        ("3 Mai 2023", dt.date(2023, 5, 3)),
        ("3 Okt. 2023", dt.date(2023, 10, 3)),
        ("3 mei 2023", dt.date(2023, 5, 3)),
        ("3 Set 2023", dt.date(2023, 9, 3)),
        ("3 févr. 2023", dt.date(2023, 2, 3)),
    ],
)
def test_months_are_known_in_seven_languages(text: str, day: dt.date) -> None:
    assert parse_date(text, "M/D/Y") == day


@pytest.mark.parametrize(
    ("text", "order", "day"),
    [
        ("5/3/2024", "D/M/Y", FIFTH),
        ("3/5/2024", "M/D/Y", FIFTH),
        ("05.03.2024", "D/M/Y", FIFTH),
        ("05.03.24", "D/M/Y", FIFTH),
        ("03/05/24 12:30 PM", "M/D/Y", FIFTH),
        ("5-3-24", "D/M/Y", FIFTH),
        ("24-03-05", "Y/M/D", FIFTH),
        ("24/03/05", "Y/M/D", FIFTH),
        ("05.03.2024", "M/D/Y", dt.date(2024, 5, 3)),
        ("1/2/69", "D/M/Y", dt.date(2069, 2, 1)),
        ("1/2/70", "D/M/Y", dt.date(1970, 2, 1)),
        ("29/2/2024", "D/M/Y", dt.date(2024, 2, 29)),
        ("5. 3. 2024", "D/M/Y", FIFTH),
    ],
)
def test_an_order_reads_a_date(text: str, order: DateOrder, day: dt.date) -> None:
    assert parse_date(text, order) == day


@pytest.mark.parametrize(
    "text",
    ["", "n/a", "13/13/2024", "30/2/2024", "2024-13-01", "5/3/204", "1/2/3/4", "5 Smarch 2024", "March 2024", "99999",
     "1/1/1901", "5/3/2024 late", "12.50", "2024", "20241305", "٥/٣/٢٠٢٤x"],
)  # fmt: skip
def test_what_is_no_date_is_not_read(text: str) -> None:
    for order in ORDERS:
        assert parse_date(text, order) is None


def _evidence(*cells: str) -> DateEvidence:
    evidence = DateEvidence()
    for cell in cells:
        evidence.add(cell)
    return evidence


def test_one_day_above_twelve_settles_the_column() -> None:
    assert settle_dates({"Date": _evidence("1/2/2024", "3/4/2024", "13/4/2024")}) == "D/M/Y"
    assert settle_dates({"Date": _evidence("1/2/2024", "3/4/2024", "4/13/2024")}) == "M/D/Y"


def test_a_column_that_fits_both_orders_is_asked_about() -> None:
    question = settle_dates({"Date": _evidence("1/2/2024", "3/4/2024", "5/5/2024")})
    assert isinstance(question, Question)
    assert question.topic == "dates"
    assert question.options == ("D/M/Y", "M/D/Y")
    assert question.examples == ("1/2/2024", "3/4/2024")
    assert "ambiguous: D/M/Y or M/D/Y" in question.text


def test_no_question_where_both_orders_mean_the_same_days() -> None:
    assert settle_dates({"Date": _evidence("1/1/2024", "2/2/2024")}) in ORDERS


def test_another_column_of_the_file_settles_it() -> None:
    assert settle_dates({"Date": _evidence("1/2/2024"), "Due": _evidence("31/1/2024")}) == "D/M/Y"


def test_cells_that_contradict_each_other_are_asked_about() -> None:
    question = settle_dates({"Date": _evidence("13/2/2024", "2/14/2024")})
    assert isinstance(question, Question)
    assert set(question.options) == {"D/M/Y", "M/D/Y"}
    assert "13/2/2024" in question.text
    assert "2/14/2024" in question.text


def test_dots_are_day_first_until_a_cell_says_otherwise() -> None:
    assert settle_dates({"Datum": _evidence("01.02.2024", "03.04.2024")}) == "D/M/Y"
    assert isinstance(settle_dates({"Datum": _evidence("01.02.2024", "01.15.2024")}), Question)


def test_iso_and_named_months_leave_nothing_to_ask() -> None:
    evidence = _evidence("2024-01-02", "5 Jan 2024", "", "-", "45231")
    assert evidence.good == 3
    assert settle_dates({"Date": evidence}) in ORDERS


def test_two_digit_years_in_front_are_told_by_how_the_years_lie() -> None:
    year_first = [f"24-{month:02}-{day:02}" for month in (1, 2, 3) for day in (3, 11, 28)]
    assert settle_dates({"Date": _evidence(*year_first)}) == "Y/M/D"
    day_first = [f"{day:02}-{month:02}-24" for month in (1, 2, 3) for day in (3, 11, 28)]
    assert settle_dates({"Date": _evidence(*day_first)}) == "D/M/Y"


def test_two_digit_years_are_asked_about_where_few_days_leave_it_open() -> None:
    assert isinstance(settle_dates({"Date": _evidence("24-01-23")}), Question)


def test_cells_that_are_no_dates_are_counted_apart() -> None:
    evidence = _evidence("1/2/2024", "soon", "later")
    assert (evidence.good, evidence.bad) == (1, 2)
    assert evidence.bad_examples == ["soon", "later"]


def test_memory_is_bounded_by_the_distinct_cells_kept() -> None:
    evidence = DateEvidence()
    for number in range(DISTINCT_KEPT + 100):
        evidence.add(f"text {number}")
    assert len(evidence.seen) <= DISTINCT_KEPT


days = st.dates(dt.date(1990, 1, 1), dt.date(2060, 12, 31))
FORMS: dict[DateOrder, str] = {"D/M/Y": "{0.day}/{0.month}/{0.year}", "M/D/Y": "{0.month}/{0.day}/{0.year}"}


@given(days, st.sampled_from(list(FORMS)))
def test_writing_and_reading_a_date_gives_it_back(day: dt.date, order: DateOrder) -> None:
    assert parse_date(FORMS[order].format(day), order) == day


@given(st.lists(days, min_size=1, max_size=40), st.sampled_from(list(FORMS)))
def test_a_column_is_settled_rightly_or_asked_about_never_wrongly(column: list[dt.date], order: DateOrder) -> None:
    written = [FORMS[order].format(day) for day in column]
    settled = settle_dates({"x": _evidence(*written)})
    if isinstance(settled, Question):
        assert all(day.day <= 12 for day in column)
    else:
        assert [parse_date(text, settled) for text in written] == column


@given(st.text(max_size=30))
def test_any_text_is_a_date_or_not_and_never_an_error(text: str) -> None:
    DateEvidence().add(text)
    for order in ORDERS:
        parse_date(text, order)
