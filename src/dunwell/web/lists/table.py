"""What a list is: its rows, columns, filters and search. Each list of the site is one `Table` in `lists/tables/`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import QuerySet

from dunwell.rules.permissions import Permission
from dunwell.web.access import Desk

if TYPE_CHECKING:
    from dunwell.web.lists.shown import Shown

Rows = QuerySet[Any]
Choices = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Sort:
    """One order a list can have. `fields` follow an index where the list can be long."""

    fields: tuple[str, ...]
    starts_down: bool = False


@dataclass(frozen=True)
class Column:
    """One column. `cell` is the template that draws it (it sees the row as `row`); the first one heads its row.

    `files` is what it is in a file: a heading and what to write for each row. `shown` is whether it is there before
    somebody chooses columns, `permission` who sees it at all. A sort that `sort_needs` a filter (amounts need their
    currency) is offered under it only; a column that `needs` a filter is there under it only.
    """

    name: str
    head: str
    cell: str
    files: tuple[tuple[str, Callable[[Any], object]], ...] = ()
    sort: Sort | None = None
    sort_needs: str = ""
    needs: str = ""
    css: str = ""
    shown: bool = True
    permission: Permission | None = None


@dataclass(frozen=True)
class Filter:
    """One thing a list can be narrowed by, kept in the address as `?name=value`.

    With `choices` it is a field above the list; without, only links lead to it. `told` says a value in words, for the
    chip, and nothing for a value that means nothing here: that one is passed over. `default` is what an address
    without it means.
    """

    name: str
    label: str
    narrow: Callable[[Desk, Rows, str], Rows]
    choices: Callable[[Desk], Choices] | None = None
    told: Callable[[Desk, str], str] | None = None
    default: str = ""
    anything: str = ""

    def words_of(self, desk: Desk, value: str, choices: Choices) -> str:
        if self.told is not None:
            return self.told(desk, value)
        return dict(choices).get(value, "")


@dataclass(frozen=True)
class Effect:
    """One thing that would happen to some of the selected rows, in a sentence; `tone` as in web/words.py."""

    count: int
    sentence: str
    tone: str = ""


@dataclass(frozen=True)
class Outcome:
    """What was done: to how many rows, and why not to the others."""

    done: int
    refused: dict[str, int] = field(default_factory=dict)


class NoQuestions(forms.Form):
    """For a bulk action that needs to know nothing more."""


@dataclass(frozen=True)
class Bulk:
    """What can be done with many rows at once. `effects` says beforehand what `act` would do.

    `act` takes the selected ids and the form's answers.
    """

    name: str
    label: str
    icon: str
    permission: Permission
    title: str
    button: str
    effects: Callable[[Desk, Rows], Sequence[Effect]]
    act: Callable[[Desk, list[int], dict[str, Any]], Outcome]
    form: Callable[[Desk, Any], forms.Form] = lambda _desk, data: NoQuestions(data)
    stops: bool = False
    undo: bool = False  # what it did is in the history as one change, and can be taken back as one
    only_first: bool = False  # it acts on the rows of the first effect alone: where there are none, there is no button


@dataclass(frozen=True)
class Empty:
    """What stands where there are no rows: of all, and of those that fit the filters."""

    symbol: str
    title: str
    text: str
    fits_none: str
    hint: str
    url: str = ""
    label: str = ""


def no_context(desk: Desk, shown: Shown) -> dict[str, Any]:
    del desk, shown
    return {}


def nothing_more(desk: Desk, rows: Sequence[Any]) -> None:
    del desk, rows


def as_they_are(desk: Desk, rows: Iterable[Any]) -> Iterable[Any]:
    del desk
    return rows


@dataclass(frozen=True)
class Table:
    """A list. `name` is its address's name; `one` and `many` what its rows are called.

    `rows` is the only place where its rows come from: whatever a role may not see is left out there. `complete` adds
    what cells and files need; `add` what only the page at hand needs. `lines` turns rows into lines of a file.
    """

    name: str
    title: str
    one: str
    many: str
    rows: Callable[[Desk], Rows]
    columns: tuple[Column, ...]
    sort: str
    empty: Empty
    permission: Permission = Permission.VIEW_BOOK
    place: str = ""
    filters: tuple[Filter, ...] = ()
    search: Callable[[Desk, Rows, str], Rows] | None = None
    search_hint: str = ""
    complete: Callable[[Desk, Rows], Rows] = lambda _desk, rows: rows
    add: Callable[[Desk, Sequence[Any]], None] = nothing_more
    lines: Callable[[Desk, Iterable[Any]], Iterable[Any]] = as_they_are
    bulk: tuple[Bulk, ...] = ()
    top: str = "web/lists/head.html"
    tabs: str = ""
    below: str = ""
    lead: Callable[[Desk], str] = lambda _desk: ""
    context: Callable[[Desk, Shown], dict[str, Any]] = no_context
