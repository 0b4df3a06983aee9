"""A file as rows of cells with their line numbers, its header found below any preamble."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from dunwell.ledger.imports.errors import ImportRefusedError
from dunwell.ledger.imports.files import FileFacts, bounded_lines
from dunwell.ledger.imports.workbook import Cell, sheet_names, sheet_rows
from dunwell.rules.columns.headers import by_header, header_words

# A header further down than this is not looked for
HEADER_WITHIN = 50
WIDEST = 500


@dataclass(frozen=True, slots=True)
class Broken:
    """A line that cannot be taken apart into cells."""

    reason: str


Row = list[Cell]
NumberedRow = tuple[int, Row | Broken]


@dataclass(frozen=True, slots=True)
class Table:
    """A file, which sheet of it, and where its header stands; `rows()` can be read again and again."""

    facts: FileFacts
    sheet: str
    header_line: int
    headers: tuple[str, ...]
    preamble: int

    def rows(self) -> Iterator[NumberedRow]:
        """The rows below the header."""
        for line, row in all_rows(self.facts, self.sheet):
            if line > self.header_line:
                yield line, row


def all_rows(facts: FileFacts, sheet: str = "") -> Iterator[NumberedRow]:
    """Every row of the file with the number of its first line, from 1."""
    if facts.kind == "workbook":
        yield from sheet_rows(facts.path, facts.name, sheet)
        return
    with facts.open_text() as file:
        # strict: a quote in the middle of a cell is a broken row, not a guess
        reader = csv.reader(bounded_lines(file, facts.name), delimiter=facts.delimiter, strict=True)
        before = 0
        while True:
            try:
                for row in reader:
                    yield before + 1, row  # type: ignore[misc]  # str cells are Cells
                    before = reader.line_num
            except csv.Error as error:
                _check_quote(facts, before + 1, str(error))
                yield before + 1, Broken("A quote stands in the middle of a cell, so the row cannot be divided.")
                before = reader.line_num
            else:
                return


def _check_quote(facts: FileFacts, line: int, problem: str) -> None:
    """A quote that is never closed swallows all that follows: no row after it can be trusted."""
    if "unexpected end" in problem or "field larger" in problem:
        raise ImportRefusedError(
            f"“{facts.name}”: a quote that opens on line {line} or below is never closed; correct it and try again."
        )


def as_text(cell: Cell) -> str:
    """A cell as it is shown: typed cells of a workbook in one unmistakable form."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat(" ", "seconds")
    if isinstance(cell, dt.date):
        return cell.isoformat()
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(round(cell, 6))
    return str(cell)


def open_table(facts: FileFacts, *, sheet: str = "", header_line: int = 0, expected: Sequence[str] = ()) -> Table:
    """The table in a file.

    `header_line` is where a person says the header is; `expected` are headers a mapping needs,
    which find the line by themselves. A workbook's first sheet with a table in it is taken.
    """
    if facts.kind == "text":
        return _table_of(facts, "", header_line, expected)
    names = [sheet] if sheet else sheet_names(facts.path, facts.name)
    problem = ImportRefusedError(f"“{facts.name}” has no sheet with a table in it.")
    for name in names:
        try:
            return _table_of(facts, name, header_line, expected)
        except ImportRefusedError as error:
            if sheet:
                raise
            problem = error
    raise problem


def _table_of(facts: FileFacts, sheet: str, header_line: int, expected: Sequence[str]) -> Table:
    top = [
        (line, [as_text(cell).strip() for cell in row])
        for line, row in islice(all_rows(facts, sheet), max(HEADER_WITHIN, header_line))
        if not isinstance(row, Broken)
    ]
    filled = [(line, row) for line, row in top if any(row)]
    if not filled:
        raise ImportRefusedError(f"“{facts.name}” is empty: it has no row with anything in it.")
    if header_line:
        found = next(((line, row) for line, row in filled if line == header_line), None)
        if found is None:
            raise ImportRefusedError(f"“{facts.name}” has no header on line {header_line}.")
    else:
        found = _header(filled, expected)
    if found is None:
        raise ImportRefusedError(
            f"“{facts.name}” is not a table that can be read: none of its first {HEADER_WITHIN} lines names columns. "
            "Add such a line, or say where it is."
        )
    line, row = found
    while row and not row[-1]:
        row = row[:-1]
    if len(row) > WIDEST:
        raise ImportRefusedError(f"“{facts.name}” has {len(row):,} columns; at most {WIDEST} are read.")
    return Table(facts, sheet, line, unique_headers(row), sum(one < line for one, _ in filled))


def unique_headers(row: Sequence[str]) -> tuple[str, ...]:
    """Headers that each name one column: empty ones and repeated ones get their position."""
    seen: dict[str, int] = {}
    names: list[str] = []
    for position, header in enumerate(row, 1):
        text = " ".join(header.split())
        key = header_words(text) or text.casefold()
        names.append(f"#{position}" if not text else f"{text} (#{position})" if key in seen else text)
        seen[key] = position
    return tuple(names)


def _header(rows: Sequence[tuple[int, list[str]]], expected: Sequence[str]) -> tuple[int, list[str]] | None:
    """The line that reads most like column names."""
    if expected:
        wanted = {header_words(header) for header in expected}
        best = max(rows, key=lambda row: len(wanted & {header_words(cell) for cell in row[1]}))
        if wanted & {header_words(cell) for cell in best[1]}:
            return best
    scored = [
        (len({target for cell in row for target in by_header(cell)}), row_number)
        for row_number, (_, row) in enumerate(rows)
    ]
    score, first = max(scored, key=lambda item: (item[0], -item[1]))
    if score >= 2:
        return rows[first]
    # No known word: the first line that is as wide as the table and has no digit in it may be a header
    usual = max((len([cell for cell in row if cell]) for _, row in rows), default=0)
    for line, row in rows:
        cells = [cell for cell in row if cell]
        if (
            len(cells) >= max(2, usual - 1)
            and not any(letter.isdigit() for cell in cells for letter in cell)
            and len(set(cells)) == len(cells)
        ):
            return line, row
    return None
