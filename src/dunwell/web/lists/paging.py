"""Pages of a list: order, page and page size, all from the address, so that a list can be sent as a link."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import F, Model, QuerySet
from django.db.models.expressions import OrderBy
from django.http import QueryDict

from dunwell.organizations.counts import MOST_COUNTED, count
from dunwell.web.lists.table import Sort

PER_PAGE = 50
PAGE_SIZES = (25, 50, 100, 250)

Row = TypeVar("Row")


@dataclass(frozen=True)
class Listing(Generic[Row]):
    """One page of a list. `count` stops one above 10,000, and nothing is paged beyond that."""

    rows: Sequence[Row]
    count: int
    page: int
    per_page: int
    sort: str
    descending: bool
    sorts: Mapping[str, Sort]

    @property
    def pages(self) -> int:
        return pages_of(self.count, self.per_page)

    @property
    def first(self) -> int:
        return (self.page - 1) * self.per_page + 1

    @property
    def last(self) -> int:
        return self.first + len(self.rows) - 1

    @property
    def previous(self) -> int | None:
        return self.page - 1 if self.page > 1 else None

    @property
    def next(self) -> int | None:
        return self.page + 1 if self.page < self.pages else None

    @property
    def sizes(self) -> Sequence[int]:
        """The page sizes worth offering: none where everything fits on the smallest page."""
        return PAGE_SIZES if self.count > PAGE_SIZES[0] else ()

    def direction(self, key: str) -> str:
        """How aria-sort names the present order of a column; empty when the list is not sorted by it."""
        if key != self.sort:
            return ""
        return "descending" if self.descending else "ascending"

    def starts_down(self, key: str) -> bool:
        return self.sorts[key].starts_down


def pages_of(count: int, per_page: int) -> int:
    return max(1, -(-min(count, MOST_COUNTED) // per_page))


def ordered(rows: QuerySet[Any], query: QueryDict, sorts: Mapping[str, Sort], default: str) -> QuerySet[Any]:
    key, descending = _chosen(query, sorts, default)
    order = [_ordered_by(rows.model, field, descending) for field in sorts[key].fields]
    return rows.order_by(*order, "-pk" if descending else "pk")


def _ordered_by(model: type[Model], field: str, descending: bool) -> OrderBy:
    """What is empty comes last both ways; a column that is never empty is asked for as an index has it."""
    if not descending:
        return F(field).asc()
    own = field == "pk" or field in {one.name for one in model._meta.concrete_fields}  # noqa: SLF001 - Django's documented Meta API
    always_there = own and (field == "pk" or not model._meta.get_field(field).null)  # noqa: SLF001
    return F(field).desc() if always_there else F(field).desc(nulls_last=True)


def _chosen(query: QueryDict, sorts: Mapping[str, Sort], default: str) -> tuple[str, bool]:
    wanted = query.get("sort", "")
    if wanted.removeprefix("-") not in sorts:
        wanted = default
    return wanted.removeprefix("-"), wanted.startswith("-")


def listing(rows: QuerySet[Any], query: QueryDict, sorts: Mapping[str, Sort], default: str) -> Listing[Any]:
    """The page of `rows` that the address asks for; an impossible page is the nearest possible one."""
    key, descending = _chosen(query, sorts, default)
    size = query.get("per", "")
    per_page = int(size) if size in {str(one) for one in PAGE_SIZES} else PER_PAGE
    found = count(rows)
    asked = query.get("page", "1")
    wanted = max(int(asked), 1) if asked.isascii() and asked.isdigit() and len(asked) < 7 else 1
    page = min(wanted, pages_of(found, per_page))
    start = (page - 1) * per_page
    shown = list(ordered(rows, query, sorts, default)[start : start + per_page]) if found else []
    return Listing(shown, found, page, per_page, key, descending, sorts)
