"""Filters that several lists share."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from dunwell.insights.brought import brought_by, file_import
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

    def told(desk: Desk, value: str) -> str:
        days = days_of(value)
        if days is None:
            return ""
        written = [write_day(day, desk.organization.locale) for day in days]
        return written[0] if days[0] == days[1] else f"{written[0]} to {written[1]}"

    def of_days(desk: Desk, rows: Rows, value: str) -> Rows:
        days = days_of(value)
        assert days is not None  # `told` has read it
        return narrow(desk, rows, *days)

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


def _import_name(desk: Desk, value: str) -> str:
    number = number_of(value)
    found = file_import(desk.organization, number) if number else None
    return found.file_name if found else ""


# Links from an import's page: what was new with it
BROUGHT_BY = Filter(
    "import",
    "Came with",
    narrow=lambda desk, rows, value: brought_by(desk.organization, rows, int(value)),
    told=_import_name,
)
