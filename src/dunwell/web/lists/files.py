"""Lists as files: all rows that fit, with the chosen columns, as CSV or as a workbook.

Neither is held in memory: CSV goes as it is read, a workbook is written to a temporary file first.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import tempfile
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import IO, Any

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, StreamingHttpResponse

from dunwell.rules.spreadsheets import no_formula
from dunwell.web.access import Desk
from dunwell.web.lists.shown import Shown

CHUNK = 32_000
READ_AT_ONCE = 500
# A workbook costs half a second per ten thousand rows and opens slowly beyond this; CSV has no limit
MOST_IN_A_WORKBOOK = 100_000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Control characters that the format cannot hold
UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def harmless(cell: object) -> object:
    """A cell that no spreadsheet executes; nothing is an empty one."""
    return no_formula(cell) if isinstance(cell, str) else "" if cell is None else cell


def lines_of(shown: Shown) -> tuple[list[str], Iterator[list[object]]]:
    """The headings of the chosen columns, and a line for each row that fits."""
    files = dict(pair for column in shown.columns for pair in column.files)
    rows = shown.ordered.iterator(chunk_size=READ_AT_ONCE)
    return list(files), ([value(line) for value in files.values()] for line in shown.table.lines(shown.desk, rows))


def csv_response(desk: Desk, shown: Shown) -> StreamingHttpResponse:
    return csv_of_lines(desk, f"{shown.table.name}-{desk.today}", *lines_of(shown))


def csv_of_lines(
    desk: Desk, name: str, head: Sequence[str], lines: Iterable[Sequence[object]]
) -> StreamingHttpResponse:
    return _attachment(desk, f"{name}.csv", "text/csv; charset=utf-8", _csv(head, lines))


def _csv(head: Sequence[str], lines: Iterable[Sequence[object]]) -> Iterator[bytes]:
    yield "\N{ZERO WIDTH NO-BREAK SPACE}".encode()  # Excel takes a file for UTF-8 only with this mark
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(head)
    for line in lines:
        writer.writerow([f"{cell:f}" if isinstance(cell, Decimal) else harmless(cell) for cell in line])
        if buffer.tell() > CHUNK:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def workbook_response(desk: Desk, shown: Shown) -> StreamingHttpResponse:
    return _attachment(desk, f"{shown.table.name}-{desk.today}.xlsx", XLSX, _workbook(desk, shown))


def _workbook(desk: Desk, shown: Shown) -> Iterator[bytes]:
    head, lines = lines_of(shown)
    with tempfile.TemporaryFile() as file:
        _write_workbook(file, shown.table.title, head, lines, desk)
        while chunk := file.read(CHUNK):
            yield chunk


def _write_workbook(
    file: IO[bytes], title: str, head: Sequence[str], lines: Iterable[Sequence[object]], desk: Desk
) -> None:
    """Numbers are written as numbers and days as days; a moment is the organization's local one."""
    # Here: it takes a fifth of a second, and most processes never write a workbook
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    sheet.freeze_panes = "A2"
    for number in range(len(head)):
        sheet.column_dimensions[chr(ord("A") + number)].width = 18
    heading = [WriteOnlyCell(sheet, value=name) for name in head]
    for cell in heading:
        cell.font = Font(bold=True)
    sheet.append(heading)
    for line in lines:
        sheet.append([_for_workbook(cell, desk) for cell in line])
    book.save(file)
    file.seek(0)


def _for_workbook(cell: object, desk: Desk) -> Any:
    if isinstance(cell, dt.datetime):
        return cell.astimezone(desk.organization.zone).replace(tzinfo=None)
    if isinstance(cell, str):
        return no_formula(UNWRITABLE.sub("", cell))
    return cell


def _attachment(desk: Desk, name: str, kind: str, chunks: Iterator[bytes]) -> StreamingHttpResponse:
    response = StreamingHttpResponse(_served(desk.request, chunks), content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _served(request: HttpRequest, chunks: Iterator[bytes]) -> Any:
    # Django streams without collecting everything first only when the iterator is of the server's kind.
    return _asynchronously(chunks) if isinstance(request, ASGIRequest) else chunks


async def _asynchronously(chunks: Iterator[bytes]) -> AsyncIterator[bytes]:
    def following() -> bytes:
        return next(chunks, b"")

    while chunk := await sync_to_async(following)():
        yield chunk
