"""The first pass over a file: which columns it has, how they are written, and what has to be asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from dunwell.ledger.imports.errors import ImportRefusedError, NeedsAnswerError
from dunwell.ledger.imports.files import FileFacts
from dunwell.ledger.imports.mapping import Mapping
from dunwell.ledger.imports.table import Broken, Row, Table, as_text, open_table
from dunwell.rules.columns.dates import DateEvidence, readings, settle_dates
from dunwell.rules.columns.headers import AMOUNTS, DATES, Content, Guess, assign, header_words, recognize
from dunwell.rules.columns.numbers import (
    UNCLEAR_MARKS,
    NumberEvidence,
    currency_of,
    decimal_mark_of,
    settle_numbers,
    take_apart,
)
from dunwell.rules.columns.question import Question
from dunwell.rules.columns.targets import TARGET_NAMES, Target

SAMPLE = 500
PREVIEW = 8


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a file is found to be. `mapping` is complete where there are no questions left."""

    table: Table
    mapping: Mapping
    guesses: tuple[Guess, ...]
    questions: tuple[Question, ...]
    preview: tuple[tuple[int, tuple[str, ...]], ...]

    def settled(self) -> Mapping:
        """The mapping, or `NeedsAnswerError` with what a person has to say first."""
        if self.questions:
            raise NeedsAnswerError(self.questions)
        return self.mapping

    def column_of(self, target: Target) -> int | None:
        header = self.mapping.columns.get(target)
        return None if header is None else position_of(header, self.table.headers)


def position_of(header: str, headers: Sequence[str]) -> int | None:
    """Which column a mapping's header names: by its words, or by position as `#3`."""
    if header.startswith("#") and header[1:].isdecimal():
        position = int(header[1:]) - 1
        return position if 0 <= position < len(headers) else None
    if header in headers:
        return headers.index(header)
    words = header_words(header)
    return next((index for index, one in enumerate(headers) if words and header_words(one) == words), None)


def inspect(
    facts: FileFacts,
    *,
    mapping: Mapping | None = None,
    recognize_rest: bool | None = None,
    base_currency: str = "",
    progress: Callable[[int], None] | None = None,
    evidence: bool = True,
) -> Inspection:
    """Look at a whole file and settle how it is read.

    A mapping's columns and formats stand as given; what it leaves open is decided by evidence.
    `recognize_rest` looks for targets the mapping does not name, as is done where it names none.
    Without `evidence` only the first rows are read and formats stay open: enough to show the columns.
    """
    given = mapping or Mapping()
    table = open_table(facts, sheet=given.sheet, header_line=given.header_line, expected=tuple(given.columns.values()))
    sample = list(islice((row for _, row in table.rows() if not isinstance(row, Broken) and any(row)), SAMPLE))
    if not sample:
        raise ImportRefusedError(f"“{facts.name}” has column names but no rows below them.")
    columns = _given_columns(given, table)
    guesses = recognize(table.headers, [_content(column) for column in _columns(sample, len(table.headers))])
    questions: list[Question] = []
    if recognize_rest if recognize_rest is not None else not given.columns:
        open_guesses = [g for g in guesses if g.target not in columns and g.column not in columns.values()]
        found, questions = assign(open_guesses, table.headers)
        columns |= found
    questions += _missing(columns, questions)
    settled = replace(
        given,
        columns={target: table.headers[column] for target, column in columns.items()},
        sheet=table.sheet if facts.kind == "workbook" else "",
    )
    format_questions: list[Question] = []
    if evidence:
        settled, format_questions = _settle_formats(table, settled, columns, base_currency, progress)
    return Inspection(
        table=table,
        mapping=settled,
        guesses=tuple(guesses),
        questions=(*questions, *format_questions),
        preview=tuple(
            (line, tuple(as_text(cell) for cell in row))
            for line, row in islice(((line, row) for line, row in table.rows() if not isinstance(row, Broken)), PREVIEW)
        ),
    )


def _given_columns(mapping: Mapping, table: Table) -> dict[Target, int]:
    columns: dict[Target, int] = {}
    for target, header in mapping.columns.items():
        position = position_of(header, table.headers)
        if position is None:
            shown = ", ".join(f"“{one}”" for one in table.headers[:30])
            raise ImportRefusedError(
                f"“{table.facts.name}” has no column “{header}” for the {TARGET_NAMES[target]}; "
                f"its columns are {shown}."
            )
        columns[target] = position
    for one in mapping.filters:
        if position_of(one.column, table.headers) is None:
            raise ImportRefusedError(f"“{table.facts.name}” has no column “{one.column}”, by which rows are chosen.")
    return columns


def _missing(columns: dict[Target, int], questions: Sequence[Question]) -> list[Question]:
    asked = {question.topic for question in questions}
    missing: list[Question] = []
    needed: list[tuple[Target, tuple[Target, ...]]] = [
        ("invoice_number", ("invoice_number",)),
        ("customer_name", ("customer_name", "customer_number")),
        ("issued_on", ("issued_on",)),
        ("total", ("total", "balance")),
    ]
    for target, any_of in needed:
        if not any(one in columns or one in asked for one in any_of):
            missing.append(Question(target, f"Which column is the {TARGET_NAMES[target]}?"))
    return missing


def _columns(rows: Sequence[Row], width: int) -> Iterator[list[str]]:
    for column in range(width):
        yield [text for row in rows if column < len(row) and (text := as_text(row[column]).strip())]


def _content(cells: Sequence[str]) -> Content:
    if not cells:
        return Content(filled=0)
    count = len(cells)

    def part(test: Callable[[str], object]) -> float:
        return sum(1 for cell in cells if test(cell)) / count

    return Content(
        filled=count,
        dates=part(readings),
        numbers=part(lambda cell: (found := take_apart(cell)) is not None and decimal_mark_of(found.body) is not None),
        emails=part(lambda cell: "@" in cell and "." in cell.rpartition("@")[2]),
        currencies=part(
            lambda cell: currency_of(cell) is not None or cell in UNCLEAR_MARKS or (len(cell) == 3 and cell.isalpha())
        ),
        urls=part(lambda cell: cell.startswith(("http://", "https://", "www."))),
        words=part(lambda cell: any(letter.isalpha() for letter in cell)),
        distinct=len(set(cells)) / count,
    )


def _settle_formats(
    table: Table,
    mapping: Mapping,
    columns: dict[Target, int],
    base_currency: str,
    progress: Callable[[int], None] | None,
) -> tuple[Mapping, list[Question]]:
    """Decide what the mapping leaves open about dates, numbers and currency by reading every row once."""
    needs_currency = not mapping.currency and "currency" not in columns
    dates = {} if mapping.dates else {columns[t]: DateEvidence() for t in columns if t in DATES}
    numbers = {
        columns[t]: NumberEvidence() for t in columns if t in AMOUNTS and (needs_currency or not mapping.numbers)
    }
    if dates or numbers:
        _gather(table, dates, numbers, progress)
    questions: list[Question] = []
    headers = table.headers
    if not mapping.dates:
        order = settle_dates({headers[column]: evidence for column, evidence in dates.items()})
        if isinstance(order, Question):
            questions.append(order)
        else:
            mapping = replace(mapping, dates=order)
    if not mapping.numbers:
        mark = settle_numbers({headers[column]: evidence for column, evidence in numbers.items()})
        if isinstance(mark, Question):
            questions.append(mark)
        else:
            mapping = replace(mapping, numbers=mark)
    if needs_currency:
        currency = _currency_of_marks(numbers.values(), base_currency)
        if isinstance(currency, Question):
            questions.append(currency)
        else:
            mapping = replace(mapping, currency=currency)
    return mapping, questions


def _gather(
    table: Table,
    dates: dict[int, DateEvidence],
    numbers: dict[int, NumberEvidence],
    progress: Callable[[int], None] | None,
) -> None:
    adders: list[tuple[int, Callable[[str], None]]] = [(column, evidence.add) for column, evidence in dates.items()]
    adders += [(column, evidence.add) for column, evidence in numbers.items()]
    width = len(table.headers)
    for count, (_, row) in enumerate(table.rows()):
        if progress and count % 20_000 == 0:
            progress(count)
        if isinstance(row, Broken) or len(row) < width:
            # Such a row is refused or completed later; a totals line must not vote
            continue
        for column, add in adders:
            cell = row[column]
            # Typed cells of a workbook are dates and numbers already
            if isinstance(cell, str):
                add(cell)


def _currency_of_marks(columns: Iterable[NumberEvidence], base_currency: str) -> str | Question:
    """The one currency the signs beside the amounts name; empty where there are none."""
    marks: dict[str, int] = {}
    for evidence in columns:
        for mark, count in evidence.marks.items():
            marks[mark] = marks.get(mark, 0) + count
    if not marks:
        return ""
    named = {currency_of(mark) or "" for mark in marks}
    # "$" beside the amounts of an organization that keeps its book in dollars is not a question
    if named == {""} and base_currency and all(_is_sign_of(mark, base_currency) for mark in marks):
        return base_currency
    if len(named) == 1 and "" not in named:
        return named.pop()
    shown = ", ".join(f"“{mark}”" for mark in sorted(marks))
    return Question(
        "currency",
        f"Amounts carry {shown}, which does not name one currency, and no column does: which is it?",
        tuple(sorted(filter(None, named))),
        tuple(sorted(marks)),
    )


_SIGNS_OF = {
    "$": ("USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN"),
    "¥": ("JPY", "CNY"),
    "kr": ("SEK", "NOK", "DKK", "ISK"),
}


def _is_sign_of(mark: str, currency: str) -> bool:
    return currency in _SIGNS_OF.get(mark.casefold().rstrip("."), ())
