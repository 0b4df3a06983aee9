"""Filters that several lists share."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from dunwell.insights import brought as insights
from dunwell.ledger.models import Customer
from dunwell.web.access import Desk
from dunwell.web.lists.table import Choices, Filter, Rows
from dunwell.web.templatetags.figures import write_day

LARGEST = 2**63


def number_of(value: str) -> int | None:
    """A row's number in an address; nothing for what cannot be one."""
    known = value.isascii() and value.isdigit() and int(value) < LARGEST if len(value) < 20 else False
    return int(value) if known else None


def day_of(value: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(value)
    except ValueError:
        return None


def _customer_name(desk: Desk, value: str) -> str:
    number = number_of(value)
    found = desk.scope.rows(Customer).filter(pk=number).first() if number else None
    return found.name if found else ""


# Links from a customer's page
OF_CUSTOMER = Filter(
    "customer",
    "Customer",
    narrow=lambda _desk, rows, value: rows.filter(customer=int(value)),
    told=_customer_name,
)


def _currencies(desk: Desk) -> Choices:
    codes = [total.currency for total in desk.book.totals]
    return [(code, code) for code in codes] if len(codes) > 1 else []


def currency(narrow: Callable[[Desk, Rows, str], Rows]) -> Filter:
    """Offered where the organization is owed in more than one; any other code is still told and filtered by."""

    def told(desk: Desk, value: str) -> str:
        del desk
        return value if len(value) == 3 and value.isascii() and value.isalpha() and value.isupper() else ""

    return Filter("currency", "Currency", narrow, _currencies, told, anything="All currencies")


def days_of(value: str) -> tuple[dt.date, dt.date] | None:
    """The first and last day of `2026-03-18` or `2026-03-16..2026-03-18`; nothing for what is neither."""
    first, dots, last = value.partition("..")
    start, end = day_of(first), day_of(last if dots else first)
    return (start, end) if start and end else None


def on_days(name: str, label: str, narrow: Callable[[Desk, Rows, dt.date, dt.date], Rows]) -> Filter:
    """Rows of one day or of several, for links from figures of that time."""
    return in_time(name, label, {}, lambda desk, rows, first, last, _part: narrow(desk, rows, first, last))


def in_time(
    name: str, label: str, parts: dict[str, str], narrow: Callable[[Desk, Rows, dt.date, dt.date, str], Rows]
) -> Filter:
    """Rows of days, or of these one part: `2026-03-01..2026-03-31:on_time`; `parts` in words, as the chip says them."""

    def told(desk: Desk, value: str) -> str:
        written, colon, part = value.partition(":")
        days = days_of(written)
        if days is None or (colon and part not in parts):
            return ""
        first, last = (write_day(day, desk.organization.locale) for day in days)
        said = first if days[0] == days[1] else f"{first} to {last}"
        return f"{said}, {parts[part]}" if part else said

    def of_days(desk: Desk, rows: Rows, value: str) -> Rows:
        written, _, part = value.partition(":")
        days = days_of(written)
        assert days is not None  # `told` has read it
        return narrow(desk, rows, *days, part)

    return Filter(name, label, of_days, told=told)


def by_date(field: str) -> Callable[[Desk, Rows, dt.date, dt.date], Rows]:
    return lambda _desk, rows, first, last: rows.filter(**{f"{field}__range": (first, last)})


def by_moment(field: str) -> Callable[[Desk, Rows, dt.date, dt.date], Rows]:
    """Days are the organization's."""

    def narrow(desk: Desk, rows: Rows, first: dt.date, last: dt.date) -> Rows:
        start = dt.datetime.combine(first, dt.time.min, desk.organization.zone)
        end = dt.datetime.combine(last + dt.timedelta(days=1), dt.time.min, desk.organization.zone)
        return rows.filter(**{f"{field}__gte": start, f"{field}__lt": end})

    return narrow


def of_choices(
    name: str,
    label: str,
    choices: Choices,
    narrow: Callable[[Desk, Rows, str], Rows],
    *,
    anything: str = "",
    default: str = "",
) -> Filter:
    return Filter(name, label, narrow, lambda _desk: choices, anything=anything, default=default)


IMPORT_PARTS = {
    "": "new",
    insights.CHANGED: "changed",
    insights.NAMED: "changed",
    insights.USED: "used since",
    insights.ABSENT: "settled, not in the file",
    insights.UNCHANGED: "unchanged",
    insights.DUE_ASSUMED: "due date from terms",
    insights.CURRENCY_ASSUMED: "currency assumed",
}


def _import_name(desk: Desk, value: str) -> str:
    written, colon, part = value.partition(":")
    number = number_of(written)
    found = insights.file_import(desk.organization, number) if number else None
    if found is None or part not in IMPORT_PARTS or (colon and not part):
        return ""
    return f"{found.file_name}, {IMPORT_PARTS[part]}"


def _of_import(desk: Desk, rows: Rows, value: str) -> Rows:
    number, _, part = value.partition(":")
    return insights.brought_by(desk.organization, rows, int(number), part)


# Links from an import's page: what was new with it, or changed by it
BROUGHT_BY = Filter("import", "Import", narrow=_of_import, told=_import_name)
