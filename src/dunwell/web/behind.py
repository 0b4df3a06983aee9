"""Where the rows behind a figure of past days are listed: every number of a chart's table is one of these links."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from urllib.parse import urlencode

from dunwell.web.access import Desk
from dunwell.web.charts import Link


@dataclass(frozen=True)
class Behind:
    """The lists of one currency. A number that counts invoices says so by `rows`; a test compares."""

    desk: Desk
    currency: str

    def open_on(self, day: dt.date, part: str = "") -> Link:
        """What was open at the end of a day, of one age or overdue."""
        return self._invoices("stood", _days(day, day, part))

    def paid_up(self, first: dt.date, last: dt.date, part: str = "", rows: int | None = None) -> Link:
        return self._invoices("paid", _days(first, last, part), rows)

    def invoiced(self, first: dt.date, last: dt.date) -> Link:
        return self._invoices("invoiced", _days(first, last))

    def noticed(self, first: dt.date, last: dt.date, within: int | None = None, rows: int | None = None) -> Link:
        return self._invoices("noticed", _days(first, last, "" if within is None else str(within)), rows)

    def received(self, first: dt.date, last: dt.date) -> Link:
        """Money that came in, and what of it went back."""
        query = {"currency": self.currency, "moved": _days(first, last)}
        return Link(f"{self.desk.url('web:payments')}?{urlencode(query, safe=':')}")

    def _invoices(self, name: str, value: str, rows: int | None = None) -> Link:
        query = {"state": "all", "currency": self.currency, name: value}
        return Link(f"{self.desk.url('web:invoices')}?{urlencode(query, safe=':')}", rows)


def paid_by(
    desk: Desk, customer_id: int, first: dt.date, last: dt.date, part: str = "", rows: int | None = None
) -> Link:
    """The invoices of one customer, in whatever currency, that were paid up in this time and still are."""
    query = {"state": "paid", "customer": customer_id, "paid": _days(first, last, part)}
    return Link(f"{desk.url('web:invoices')}?{urlencode(query, safe=':')}", rows)


def _days(first: dt.date, last: dt.date, part: str = "") -> str:
    written = f"{first}" if first == last else f"{first}..{last}"
    return f"{written}:{part}" if part else written
