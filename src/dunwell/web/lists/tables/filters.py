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


def on_day(name: str, label: str, field: str) -> Filter:
    """Rows of one day, for links from figures of that day."""

    def told(desk: Desk, value: str) -> str:
        day = day_of(value)
        return write_day(day, desk.organization.locale) if day else ""

    return Filter(name, label, lambda _desk, rows, value: rows.filter(**{field: day_of(value)}), told=told)


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
