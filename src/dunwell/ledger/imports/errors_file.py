"""What was refused and why, as a CSV a person opens in a spreadsheet."""

from __future__ import annotations

import csv
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TextIO

from dunwell.rules.spreadsheets import no_formula

LONGEST_VALUE = 500


def _cell(text: str) -> str:
    """The text on one line, not too long, so that no spreadsheet runs it."""
    return no_formula(" ".join(text.split())[:LONGEST_VALUE])


class ErrorsFile:
    """Opened with the first refusal; `path` is None where there was none. An import that fails leaves none."""

    def __init__(self, target: Path, *, delimiter: str = "") -> None:
        self._target = target
        self._delimiter = delimiter or ","  # as the source has it: the same program opens both
        self._file: TextIO | None = None
        self._writer: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()
            if kind is not None:
                self._target.unlink(missing_ok=True)

    @property
    def path(self) -> Path | None:
        return self._target if self._file is not None else None

    def add(self, line: int, column: str, value: str, reason: str) -> None:
        if self._file is None:
            self._target.parent.mkdir(parents=True, exist_ok=True)
            # The mark in front makes spreadsheets read UTF-8
            self._file = self._target.open("w", encoding="utf-8-sig", newline="")
            self._writer = csv.writer(self._file, delimiter=self._delimiter)
            self._writer.writerow(("line", "column", "value", "reason"))
        self._writer.writerow((line, _cell(column), _cell(value), _cell(reason)))
