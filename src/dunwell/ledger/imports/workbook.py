"""Excel workbooks: checked before a parser sees them, then read sheet by sheet.

A workbook is a ZIP of XML. What its directory says about sizes is the writer's claim, so every
part is unpacked once through a counter before the parser may load it: a bomb is refused after
500 MB at the latest, at constant memory.
"""

from __future__ import annotations

import datetime as dt
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import python_calamine

from dunwell.ledger.imports.errors import ImportRefusedError

MOST_ROWS = 100_000
MOST_CELLS = 6_000_000
LARGEST_UNPACKED = 500 * 1024**2
MOST_PARTS = 5_000
# Above the header there may be a preamble
ROWS_ALLOWANCE = 100
CHUNK = 1 << 18

_ROW = re.compile(rb"<(?:\w+:)?row(?=[\s>/])")
_CELL = re.compile(rb"<(?:\w+:)?c(?=[\s>/])")
_ROW_NUMBER = re.compile(rb'^[^>]*?\sr="(\d{1,9})"')
_FAR_COLUMN = re.compile(rb'\sr="([A-Z]{2,3})\d')
# Long enough to hold the start of any tag that a chunk's end may cut
_TAIL = 200

Cell = str | int | float | bool | dt.date | dt.datetime | dt.time | dt.timedelta


def _ask_for_csv(name: str, why: str) -> ImportRefusedError:
    return ImportRefusedError(f"“{name}” {why}; save the sheet as CSV and import that.")


def check_workbook(path: Path, name: str) -> None:
    """Refuse what is not a workbook, and what would be too large in memory."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, OSError, NotImplementedError, struct.error) as error:
        raise ImportRefusedError(f"“{name}” is not an Excel workbook, or is damaged.") from error
    names = {part.filename for part in parts}
    if not any(part.startswith("xl/workbook") for part in names):
        raise ImportRefusedError(f"“{name}” is a ZIP archive, not an Excel workbook.")
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST_UNPACKED:
        raise _ask_for_csv(name, f"is larger than {LARGEST_UNPACKED // 1024**2} MB when unpacked")
    left = LARGEST_UNPACKED
    with path.open("rb") as file:
        for part in parts:
            left = _unpack_counting(file, part, name, left)


class _SheetMeter:
    """Measures the rectangle of a sheet's XML as it streams by.

    The parser lays a sheet out as a full rectangle, so the rectangle is what has to be bounded:
    one stray cell in the last column of the last row would make it 17 billion cells.
    """

    def __init__(self) -> None:
        self.rows = self.last_row = self.width = 0
        self._in_row = 0
        self._tail = b""

    def feed(self, piece: bytes) -> None:
        text = self._tail + piece
        # Cut before a tag, so that none is counted twice or missed
        edge = text.rfind(b"<", 0, max(len(text) - _TAIL, 0))
        edge = max(edge, 0) if len(text) < 1 << 20 else len(text)
        self._tail = text[edge:]
        self._count(text[:edge])

    def finish(self) -> None:
        self._count(self._tail)

    def _count(self, text: bytes) -> None:
        for column in set(_FAR_COLUMN.findall(text)):
            number = 0
            for letter in column:
                number = number * 26 + letter - 64
            self.width = max(self.width, number)
        first, *rows = _ROW.split(text)
        self._row_cells(self._in_row + len(_CELL.findall(first)))
        for row in rows:
            self.rows += 1
            if number_found := _ROW_NUMBER.match(row):
                self.last_row = max(self.last_row, int(number_found[1]))
            self._row_cells(len(_CELL.findall(row)))

    def _row_cells(self, cells: int) -> None:
        self._in_row = cells
        self.width = max(self.width, cells)

    @property
    def too_many_rows(self) -> bool:
        return max(self.rows, self.last_row) > MOST_ROWS + ROWS_ALLOWANCE

    @property
    def too_wide(self) -> bool:
        return max(self.rows, self.last_row) * self.width > MOST_CELLS


def _unpack_counting(file: BinaryIO, part: zipfile.ZipInfo, name: str, left: int) -> int:
    """Unpack one part into nothing, counting bytes and cells; returns how many bytes may still come."""
    meter = _SheetMeter() if part.filename.startswith("xl/worksheets/") else None
    for piece in _pieces(file, part, name):
        left -= len(piece)
        if left < 0:
            raise _ask_for_csv(name, f"is larger than {LARGEST_UNPACKED // 1024**2} MB when unpacked")
        if meter is not None:
            meter.feed(piece)
            _check_meter(meter, name)
    if meter is not None:
        meter.finish()
        _check_meter(meter, name)
    return left


def _check_meter(meter: _SheetMeter, name: str) -> None:
    if meter.too_many_rows:
        raise _ask_for_csv(name, f"has more than {MOST_ROWS:,} rows")
    if meter.too_wide:
        raise _ask_for_csv(name, f"has more than {MOST_CELLS:,} cells")


def _pieces(file: BinaryIO, part: zipfile.ZipInfo, name: str) -> Iterator[bytes]:
    """The unpacked bytes of a part, whatever the directory says about their number."""
    damaged = ImportRefusedError(f"“{name}” is not an Excel workbook, or is damaged.")
    if part.flag_bits & 1:
        raise ImportRefusedError(f"“{name}” is protected by a password; save it without one.")
    file.seek(part.header_offset)
    header = file.read(30)
    if len(header) < 30 or part.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise damaged
    file.seek(part.header_offset + 30 + sum(struct.unpack("<HH", header[26:30])))
    unpacker = zlib.decompressobj(-15) if part.compress_type == zipfile.ZIP_DEFLATED else None
    packed_left = part.compress_size
    while packed_left > 0:
        packed = file.read(min(CHUNK, packed_left))
        if not packed:
            raise damaged
        packed_left -= len(packed)
        while packed:
            try:
                yield unpacker.decompress(packed, CHUNK) if unpacker else packed
            except zlib.error as error:
                raise damaged from error
            packed = unpacker.unconsumed_tail if unpacker else b""


def sheet_names(path: Path, name: str) -> list[str]:
    """The workbook's visible sheets, first to last."""
    with _opened(path, name) as book:
        return [
            sheet.name
            for sheet in book.sheets_metadata
            if sheet.visible == python_calamine.SheetVisibleEnum.Visible
            and sheet.typ == python_calamine.SheetTypeEnum.WorkSheet
        ]


def sheet_rows(path: Path, name: str, sheet: str) -> Iterator[tuple[int, list[Cell]]]:
    """Each row with its line number in the sheet, from 1."""
    with _opened(path, name) as book:
        try:
            found = book.get_sheet_by_name(sheet)
        except (python_calamine.WorksheetNotFound, python_calamine.CalamineError) as error:
            raise ImportRefusedError(f"“{name}” has no sheet “{sheet}”.") from error
        # iter_rows starts at the sheet's first line, whatever line its content starts on
        for line, row in enumerate(found.iter_rows(), 1):
            yield line, list(row)


def _opened(path: Path, name: str) -> python_calamine.CalamineWorkbook:
    try:
        return python_calamine.CalamineWorkbook.from_path(str(path))
    except python_calamine.PasswordError as error:
        raise ImportRefusedError(f"“{name}” is protected by a password; save it without one.") from error
    except (python_calamine.CalamineError, OSError) as error:
        raise ImportRefusedError(f"“{name}” is not an Excel workbook, or is damaged.") from error
