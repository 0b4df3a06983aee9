"""Customers: everybody in the book, with what they owe."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from dunwell.followup.models import CustomerBalance
from dunwell.followup.queries.pending import LAST_STEP_DONE
from dunwell.insights import customers as insights
from dunwell.insights.search import customers_matching
from dunwell.ledger.models import Customer
from dunwell.rules.standing import Standing
from dunwell.rules.waiting import EXPLANATIONS
from dunwell.web import words
from dunwell.web.access import Desk
from dunwell.web.lists.table import Choices, Column, Empty, Filter, Rows, Sort, Table
from dunwell.web.lists.tables import filters
from dunwell.web.lists.tables.customer_bulk import CUSTOMER_BULK, NOBODY, people
from dunwell.web.templatetags.figures import write_day

STANDINGS: Choices = (
    *((name, look.word) for name, look in words.STANDINGS.items()),
    (LAST_STEP_DONE, words.reason_name(LAST_STEP_DONE)),
)
CHANGES = {
    "became_defaulter": "Became a defaulter",
    "defaulted_again": "Defaulted again",
    "became_late": "Became late",
    "improved_to_late": "Now only late",
    "cleared": "Cleared what was overdue",
}


@dataclass(frozen=True)
class Line:
    """A customer and one of its balances: a line of a file. Who owes nothing has one without amounts."""

    customer: Any
    balance: CustomerBalance | None

    @property
    def standing(self) -> Any:
        return getattr(self.customer, "standing", None)


def rows(desk: Desk) -> Rows:
    """The customers this person may see: every list of customers, and search, begins here."""
    return insights.customers(desk.scope)


def lines(desk: Desk, customers: Iterable[Customer]) -> Iterator[Line]:
    del desk
    for customer in customers:
        owed: list[CustomerBalance] = customer.owed  # type: ignore[attr-defined]
        yield from (Line(customer, balance) for balance in owed or (None,))


def amount(name: str) -> tuple[tuple[str, Any], ...]:
    """An amount of a balance in a file, with its currency before it."""
    return (
        ("currency", lambda line: line.balance and line.balance.currency),
        (name, lambda line: line.balance and getattr(line.balance, name)),
    )


def search(desk: Desk, rows: Rows, text: str) -> Rows:
    return customers_matching(desk.scope, text, rows)


def of_standing(desk: Desk, rows: Rows, value: str) -> Rows:
    return insights.of_standing(desk.scope, rows, value)


def _people(desk: Desk) -> Choices:
    found = people(desk)
    return [*found, (NOBODY, "Nobody")] if len(found) > 1 else []


def _owned(_desk: Desk, rows: Rows, value: str) -> Rows:
    return rows.filter(owner=None) if value == NOBODY else rows.filter(owner=int(value))


def _changed_words(desk: Desk, value: str) -> str:
    name, _, day = value.partition(":")
    on = filters.day_of(day)
    return f"{CHANGES[name]}, {write_day(on, desk.organization.locale)}" if name in CHANGES and on else ""


def _changed(desk: Desk, rows: Rows, value: str) -> Rows:
    name, _, day = value.partition(":")
    on = filters.day_of(day)
    assert on is not None  # `_changed_words` has read it
    return insights.whose_standing_changed(desk.scope, rows, name, on)


CURRENCY = filters.currency(lambda _desk, rows, value: insights.owing_in(rows, value))
OWNER = Filter("owner", "Owner", _owned, _people, anything="Any owner")
TAG = Filter(
    "tag", "Tag", lambda _desk, rows, value: rows.filter(tags__contains=[value]), told=lambda _desk, value: value
)

NAME = Column(
    "name",
    "Customer",
    "web/cells/customer_name.html",
    files=(("customer", lambda line: line.customer.name), ("number", lambda line: line.customer.number)),
    sort=Sort(("name_key",)),
)
STANDING = Column(
    "standing",
    "Standing",
    "web/cells/customer_standing.html",
    files=(
        ("standing", lambda line: line.standing.standing if line.standing else ""),
        ("on_hold", lambda line: "yes" if line.standing and line.standing.on_hold else "no"),
    ),
)
OWNER_COLUMN = Column(
    "owner",
    "Owner",
    "web/cells/customer_owner.html",
    files=(("owner", lambda line: str(line.customer.owner or "")),),
    css="span quiet",
    shown=False,
)
TAGS_COLUMN = Column(
    "tags",
    "Tags",
    "web/cells/customer_tags.html",
    files=(("tags", lambda line: ", ".join(line.customer.tags)),),
    css="span",
    shown=False,
)


def amounts(name: str, head: str, *, shown: bool = True) -> Column:
    return Column(
        name,
        head,
        f"web/cells/customer_{name}.html",
        files=amount(name),
        sort=Sort((f"balances__{name}",), starts_down=True),
        sort_needs="currency",
        css="num end",
        shown=shown,
    )


CUSTOMERS = Table(
    name="customers",
    title="Customers",
    one="customer",
    many="customers",
    rows=rows,
    complete=lambda desk, found: insights.with_balances(desk.scope, found),
    lines=lines,
    search=search,
    search_hint="Name or number",
    sort="name",
    bulk=CUSTOMER_BULK,
    columns=(
        NAME,
        STANDING,
        amounts("outstanding", "Outstanding"),
        amounts("overdue", "Overdue"),
        amounts("unapplied_credit", "Unapplied credit", shown=False),
        Column(
            "days",
            "Oldest due",
            "web/cells/customer_oldest.html",
            files=(("oldest_due_on", lambda line: line.standing.oldest_due_on if line.standing else None),),
            sort=Sort(("standing__oldest_due_on",)),
            css="span",
        ),
        OWNER_COLUMN,
        TAGS_COLUMN,
        Column(
            "country",
            "Country",
            "web/cells/customer_country.html",
            files=(("country", lambda line: line.customer.country),),
            css="quiet wide-only",
            shown=False,
        ),
    ),
    filters=(
        filters.of_choices("standing", "Standing", STANDINGS, of_standing, anything="Any standing"),
        CURRENCY,
        OWNER,
        TAG,
        filters.BROUGHT_BY,
        Filter("changed", "Standing", _changed, told=_changed_words),
        Filter(
            "waits",
            "Waits",
            lambda desk, found, value: insights.waiting_for(desk.scope, found, value),
            told=lambda _desk, value: words.reason_name(value) if value in EXPLANATIONS else "",
        ),
    ),
    empty=Empty(
        symbol="users",
        title="No customers yet",
        text="They come with the first import of your invoices.",
        url="imports",
        label="Import a file",
        fits_none="No customer fits",
        hint="Search finds exact numbers and the beginnings of words in names.",
    ),
)

# What a list of those who are late begins with
LATE: Choices = tuple((name, words.STANDINGS[name].word) for name in ("defaulter", "late", "on_hold"))
DEFAULTER = Standing.DEFAULTER.value
