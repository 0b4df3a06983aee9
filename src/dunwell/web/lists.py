"""Lists: sorting, paging and CSV, all from the address, so that a list can be sent as a link."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.db.models import F, QuerySet
from django.http import HttpRequest, QueryDict, StreamingHttpResponse

from dunwell.rules.spreadsheets import no_formula
from dunwell.web.templatetags.figures import MOST_COUNTED

PER_PAGE = 50
CHUNK = 32_000

Row = TypeVar("Row")


@dataclass(frozen=True)
class Sort:
    """One order a list can have. `fields` follow an index where the list can be long."""

    fields: tuple[str, ...]
    starts_down: bool = False


@dataclass(frozen=True)
class Listing(Generic[Row]):
    """One page of a list. `count` stops one above 10,000, and nothing is paged beyond that."""

    rows: Sequence[Row]
    count: int
    page: int
    sort: str
    descending: bool
    sorts: Mapping[str, Sort]

    @property
    def pages(self) -> int:
        return max(1, -(-min(self.count, MOST_COUNTED) // PER_PAGE))

    @property
    def first(self) -> int:
        return (self.page - 1) * PER_PAGE + 1

    @property
    def last(self) -> int:
        return self.first + len(self.rows) - 1

    @property
    def previous(self) -> int | None:
        return self.page - 1 if self.page > 1 else None

    @property
    def next(self) -> int | None:
        return self.page + 1 if self.page < self.pages else None

    def direction(self, key: str) -> str:
        """How aria-sort names the present order of a column; empty when the list is not sorted by it."""
        if key != self.sort:
            return ""
        return "descending" if self.descending else "ascending"

    def starts_down(self, key: str) -> bool:
        return self.sorts[key].starts_down


def ordered(rows: QuerySet[Any], query: QueryDict, sorts: Mapping[str, Sort], default: str) -> QuerySet[Any]:
    key, descending = _chosen(query, sorts, default)
    order = [F(field).desc(nulls_last=True) if descending else F(field).asc() for field in sorts[key].fields]
    return rows.order_by(*order, "-pk" if descending else "pk")


def _chosen(query: QueryDict, sorts: Mapping[str, Sort], default: str) -> tuple[str, bool]:
    wanted = query.get("sort", "")
    if wanted.lstrip("-") not in sorts:
        wanted = default
    return wanted.lstrip("-"), wanted.startswith("-")


def listing(rows: QuerySet[Any], query: QueryDict, sorts: Mapping[str, Sort], default: str) -> Listing[Any]:
    """The page of `rows` that the address asks for; an impossible page is the nearest possible one."""
    key, descending = _chosen(query, sorts, default)
    count = rows.order_by()[: MOST_COUNTED + 1].count()
    pages = max(1, -(-min(count, MOST_COUNTED) // PER_PAGE))
    asked = query.get("page", "1")
    page = min(max(int(asked), 1), pages) if asked.isascii() and asked.isdigit() and len(asked) < 7 else 1
    start = (page - 1) * PER_PAGE
    shown = list(ordered(rows, query, sorts, default)[start : start + PER_PAGE]) if count else []
    return Listing(shown, count, page, key, descending, sorts)


# What a spreadsheet would take for a formula (OWASP, "CSV injection")
def harmless(cell: object) -> object:
    """A cell that no spreadsheet executes; nothing is an empty one."""
    return no_formula(cell) if isinstance(cell, str) else "" if cell is None else cell


def csv_response(
    request: HttpRequest, name: str, head: Sequence[str], rows: Iterable[Sequence[object]]
) -> StreamingHttpResponse:
    """A CSV file of all rows of a list, sent as it is read: its size is not held in memory."""
    chunks = _chunks(head, rows)
    # Django streams without collecting everything first only when the iterator is of the server's kind.
    content = _asynchronously(chunks) if isinstance(request, ASGIRequest) else chunks
    response = StreamingHttpResponse(content, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _chunks(head: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[bytes]:
    yield "\N{ZERO WIDTH NO-BREAK SPACE}".encode()  # Excel takes a file for UTF-8 only with this mark
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(head)
    for row in rows:
        writer.writerow([harmless(cell) for cell in row])
        if buffer.tell() > CHUNK:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


async def _asynchronously(chunks: Iterator[bytes]) -> AsyncIterator[bytes]:
    def following() -> bytes:
        return next(chunks, b"")

    while chunk := await sync_to_async(following)():
        yield chunk
