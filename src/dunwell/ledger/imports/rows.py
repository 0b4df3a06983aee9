"""The second pass: each row checked by itself and handed on typed, or refused with the reason."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from dunwell.ledger.imports.cells import BadCellError, Direct, Remembered, parser_of
from dunwell.ledger.imports.errors_file import ErrorsFile
from dunwell.ledger.imports.inspection import position_of
from dunwell.ledger.imports.mapping import Mapping
from dunwell.ledger.imports.table import Broken, Row, Table, as_text
from dunwell.rules.columns.targets import TARGET_NAMES, TARGETS, Target
from dunwell.rules.columns.words import is_total, plain
from dunwell.rules.names import name_key

# What staging holds after line, state of the row, and the customer's keys: one column per target
STAGED: tuple[Target, ...] = TARGETS
_AT = {target: position for position, target in enumerate(STAGED)}
# Lines with one filled cell that wait to be known as a footer; more of them are no footer
FOOTER_LINES = 20

_NUMBER, _NAME, _CUSTOMER = _AT["invoice_number"], _AT["customer_name"], _AT["customer_number"]
_ISSUED, _DUE, _SETTLED = _AT["issued_on"], _AT["due_on"], _AT["settled_on"]
_TOTAL, _BALANCE = _AT["total"], _AT["balance"]

Staged = tuple[Any, ...]


def _is_whole(values: list[str | None]) -> bool:
    """Whether a row has what an invoice cannot do without, in an order of days that can be."""
    issued, due = values[_ISSUED], values[_DUE]
    return (
        issued is not None
        and values[_NUMBER] is not None
        and (values[_TOTAL] is not None or values[_BALANCE] is not None)
        and (values[_NAME] is not None or values[_CUSTOMER] is not None)
        and (due is None or due >= issued)
    )


@dataclass(slots=True)
class Counts:
    """What became of the rows."""

    read: int = 0
    staged: int = 0
    refused: int = 0
    skipped: int = 0
    not_yet: int = 0
    # Refused rows whose invoice cannot be told: then nobody knows which invoices are absent
    nameless: int = 0


@dataclass(slots=True)
class RowReader:
    """Turns the rows of one table into rows for staging.

    Rows of the future (`issued_on` after `as_of`) are left out; totals, repeated headers, blank
    lines and a footer are skipped; bad rows are written to the errors file and staged as
    `refused`, so that their invoices do not count as absent.
    """

    table: Table
    mapping: Mapping
    as_of: dt.date
    errors: ErrorsFile
    progress: Callable[[int], None] | None = None
    counts: Counts = field(default_factory=Counts)
    _plan: list[tuple[int, Remembered | Direct, int]] = field(default_factory=list)
    _footer: list[tuple[int, Row]] = field(default_factory=list)

    def __post_init__(self) -> None:
        for target, header in self.mapping.columns.items():
            column = position_of(header, self.table.headers)
            assert column is not None, "inspection has checked the columns"
            self._plan.append((_AT[target], parser_of(target, self.mapping), column))

    def staged(self) -> Iterator[Staged]:
        """Rows as (line, refused, customer_key, name_key, *STAGED) for COPY."""
        counts, as_of, plan = self.counts, self.as_of.isoformat(), self._plan
        names = Remembered(name_key)
        keep = self._filter()
        blank: list[str | None] = [None] * len(STAGED)
        for line, row in self._fitted():
            values = blank.copy()
            try:
                for at, parse, column in plan:
                    values[at] = parse[row[column]]
            except BadCellError:
                yield from self._explain(line, row)
                continue
            if keep is not None and not keep(row):
                counts.skipped += 1
                continue
            if not _is_whole(values):
                yield from self._explain(line, row)
                continue
            if self._footer:
                yield from self._footer_was_none()
            if values[_ISSUED] > as_of:  # type: ignore[operator]  # a whole row has its issue date
                counts.not_yet += 1
                continue
            if (settled := values[_SETTLED]) is not None and settled > as_of:
                # Not known yet, which is not the same as “not settled”
                values[_SETTLED] = "infinity"
            number = values[_CUSTOMER]
            key = names[values[_NAME] or number]
            counts.staged += 1
            yield (line, "f", f"#{number}" if number else f"={key}", key, *values)
        counts.skipped += len(self._footer)

    def _fitted(self) -> Iterator[tuple[int, Row]]:
        """The table's rows, each exactly as wide as the header."""
        counts, width = self.counts, len(self.table.headers)
        for line, row in self.table.rows():
            counts.read += 1
            if self.progress and counts.read % 10_000 == 0:
                self.progress(counts.read)
            if not isinstance(row, Broken) and len(row) == width:
                yield line, row
            elif (fitted := self._fit(line, row, width)) is not None:
                yield line, fitted

    def _fit(self, line: int, row: Row | Broken, width: int) -> Row | None:
        """A row of exactly the table's width; None where it cannot be one, which has been dealt with."""
        if isinstance(row, Broken):
            self.counts.refused += 1
            self.counts.nameless += 1
            self.errors.add(line, "", "", row.reason)
            return None
        if len(row) > width and any(as_text(cell).strip() for cell in row[width:]):
            self.counts.refused += 1
            self.counts.nameless += 1
            self.errors.add(line, "", as_text(row[width]), f"The row has {len(row)} cells, but the header has {width}.")
            return None
        return row[:width] + [""] * (width - len(row))

    def _filter(self) -> Callable[[Row], bool] | None:
        if not self.mapping.filters:
            return None
        tests: list[tuple[int, frozenset[str], bool]] = []
        for one in self.mapping.filters:
            column = position_of(one.column, self.table.headers)
            assert column is not None, "inspection has checked the columns"
            tests.append((column, frozenset(plain(word) for word in one.keep or one.drop), bool(one.keep)))
        return lambda row: all((plain(as_text(row[column])) in words) is wanted for column, words, wanted in tests)

    def _explain(self, line: int, row: Row, *, footer: bool = True) -> Iterator[Staged]:
        """A row that is not one: skipped where it is no row of the book at all, else refused with every reason."""
        cells = [as_text(cell).strip() for cell in row]
        filled = [cell for cell in cells if cell]
        if not filled or tuple(cells) == self.table.headers or self._is_totals_line(cells):
            self.counts.skipped += 1
            return
        keep = self._filter()
        if keep is not None and not keep(row):
            self.counts.skipped += 1
            return
        if footer and len(filled) == 1 and len(self._footer) < FOOTER_LINES:
            self._footer.append((line, row))
            return
        number = self._problems(line, row)
        self.counts.refused += 1
        if number is None:
            self.counts.nameless += 1
        else:
            values: list[str | None] = [None] * len(STAGED)
            values[_AT["invoice_number"]] = number
            yield (line, "t", "", "", *values)

    def _footer_was_none(self) -> Iterator[Staged]:
        waiting, self._footer = self._footer, []
        for line, row in waiting:
            yield from self._explain(line, row, footer=False)

    def _is_totals_line(self, cells: list[str]) -> bool:
        """A sum of the lines above: says so, and lacks a customer or a date."""
        if not any(is_total(cell) for cell in cells):
            return False
        needed = [column for at, _, column in self._plan if STAGED[at] in ("invoice_number", "issued_on")]
        return any(not cells[column] or is_total(cells[column]) for column in needed)

    def _problems(self, line: int, row: Row) -> str | None:
        """Write every reason to the errors file; returns the invoice's number where it can be read."""
        headers = self.table.headers
        values: dict[Target, str | None] = {}
        for at, parse, column in self._plan:
            target = STAGED[at]
            try:
                values[target] = parse[row[column]]
            except BadCellError as error:
                values[target] = "?"
                self.errors.add(
                    line, headers[column], as_text(row[column]), f"“{as_text(row[column]).strip()}” {error}."
                )
        needed: tuple[Target, ...] = ("invoice_number", "issued_on")
        for target in needed:
            if values.get(target) is None:
                self._missing(line, target)
        if values.get("total") is None and values.get("balance") is None:
            self._missing(line, "total" if "total" in values else "balance")
        if values.get("customer_name") is None and values.get("customer_number") is None:
            self._missing(line, "customer_name" if "customer_name" in values else "customer_number")
        issued, due = values.get("issued_on"), values.get("due_on")
        if issued not in (None, "?") and due not in (None, "?") and str(due) < str(issued):
            self.errors.add(
                line, self._header("due_on"), str(due), f"The due date {due} lies before the issue date {issued}."
            )
        number = values.get("invoice_number")
        return None if number in (None, "?") else number

    def _missing(self, line: int, target: Target) -> None:
        self.errors.add(line, self._header(target), "", f"The {TARGET_NAMES[target]} is missing.")

    def _header(self, target: Target) -> str:
        return next((self.table.headers[column] for at, _, column in self._plan if STAGED[at] == target), "")
