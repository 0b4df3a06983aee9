"""A list as a person asks for it: the filters, search, columns and order that stand in the address."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.http import QueryDict

from dunwell.web.access import Desk
from dunwell.web.lists import paging
from dunwell.web.lists.table import Bulk, Choices, Column, Filter, Rows, Sort, Table

LONGEST_SEARCH = 200
# What says how a list is shown, and not which rows
FORM = ("sort", "per", "col")


@dataclass(frozen=True)
class Field:
    """A filter with choices, as it stands above the list."""

    filter: Filter
    value: str
    choices: Choices


@dataclass(frozen=True)
class Chip:
    """A filter that is on, in words; `without` names what to take from the address to end it."""

    label: str
    word: str
    without: str


class Shown:
    """One table, narrowed and ordered by one query string."""

    def __init__(self, table: Table, desk: Desk, query: QueryDict) -> None:
        self.table = table
        self.desk = desk
        self.query = query
        self.search = query.get("q", "").strip()[:LONGEST_SEARCH] if table.search else ""

    @cached_property
    def choices(self) -> dict[str, Choices]:
        return {one.name: one.choices(self.desk) for one in self.table.filters if one.choices is not None}

    @cached_property
    def words(self) -> dict[str, str]:
        """What each filter that is on is called; only values that mean something here are in it."""
        found = {}
        for one in self.table.filters:
            value = self.query.get(one.name, "")[:LONGEST_SEARCH]
            if value and value != one.default:
                word = one.words_of(self.desk, value, self.choices.get(one.name, ()))
                if word:
                    found[one.name] = word
        return found

    def value(self, name: str) -> str:
        """The value of a filter: what the address says where that means something, else its default."""
        if name in self.words:
            return self.query.get(name, "")[:LONGEST_SEARCH]
        return next(one.default for one in self.table.filters if one.name == name)

    @cached_property
    def rows(self) -> Rows:
        """The rows that fit, in no order."""
        rows = self.table.rows(self.desk)
        for one in self.table.filters:
            if value := self.value(one.name):
                rows = one.narrow(self.desk, rows, value)
        if self.search and self.table.search is not None:
            rows = self.table.search(self.desk, rows, self.search)
        return rows

    @property
    def sorts(self) -> dict[str, Sort]:
        return {
            column.name: column.sort
            for column in self.table.columns
            if column.sort is not None and (not column.sort_needs or self.value(column.sort_needs))
        }

    @cached_property
    def listing(self) -> paging.Listing[object]:
        complete = self.table.complete(self.desk, self.rows)
        found = paging.listing(complete, self.query, self.sorts, self.table.sort)
        self.table.add(self.desk, found.rows)
        return found

    @property
    def ordered(self) -> Rows:
        """All rows that fit, for a file."""
        return paging.ordered(self.table.complete(self.desk, self.rows), self.query, self.sorts, self.table.sort)

    @cached_property
    def allowed_columns(self) -> list[Column]:
        return [
            one
            for one in self.table.columns
            if (one.permission is None or self.desk.may(one.permission)) and (not one.needs or one.needs in self.words)
        ]

    @cached_property
    def columns(self) -> Sequence[Column]:
        """The chosen columns in the list's own order; the first is always among them."""
        chosen = set(self.query.getlist("col"))
        first, *others = self.allowed_columns
        wanted = [one for one in others if one.name in chosen]
        return [first, *(wanted or (one for one in others if one.shown))]

    @property
    def column_choices(self) -> list[tuple[Column, bool]]:
        present = {column.name for column in self.columns}
        return [(column, column.name in present) for column in self.allowed_columns[1:]]

    @property
    def fields(self) -> Iterator[Field]:
        for one in self.table.filters:
            choices = self.choices.get(one.name, ())
            if choices:
                yield Field(one, self.value(one.name), choices)

    @cached_property
    def chips(self) -> list[Chip]:
        labels = {one.name: one.label for one in self.table.filters}
        chips = [Chip("Search", f"“{self.search}”", "q")] if self.search else []
        return chips + [Chip(labels[name], word, name) for name, word in self.words.items()]

    @property
    def carried(self) -> list[tuple[str, str]]:
        """What the form of filters keeps in the address besides its own fields."""
        shown = {one.filter.name for one in self.fields}
        kept = [name for name in self.words if name not in shown]
        return [(name, value) for name in (*kept, *FORM) for value in self.query.getlist(name)]

    @property
    def filters_carried(self) -> list[tuple[str, str]]:
        """The whole address but the columns and the page, for the form that chooses columns."""
        return [(name, value) for name, values in self.query.lists() for value in values if name not in {"col", "page"}]

    @property
    def cleared(self) -> str:
        """The address's query without filters: columns, order and page size stay."""
        kept = QueryDict(mutable=True)
        for name in FORM:
            kept.setlist(name, self.query.getlist(name))
        return kept.urlencode()

    @property
    def kept(self) -> str:
        """What a saved view keeps of the address: everything that means something, but not the page."""
        kept = QueryDict(mutable=True)
        for name in ("q", *(one.name for one in self.table.filters), *FORM):
            values = [value for value in self.query.getlist(name) if value]
            if values and (name in {"q", *FORM} or name in self.words):
                kept.setlist(name, values)
        return kept.urlencode()

    @property
    def bulk(self) -> list[Bulk]:
        """What this person may do with many rows at once."""
        return [one for one in self.table.bulk if self.desk.may(one.permission)]
