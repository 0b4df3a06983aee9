"""How many of the selected rows a bulk action reaches through their unsent notices."""

from __future__ import annotations

from dunwell.followup.models import Notice, NoticeItem
from dunwell.insights.notices import UNSENT
from dunwell.web.access import Desk
from dunwell.web.lists.table import Rows


def unsent_of(desk: Desk, customers: Rows) -> int:
    """Customers with a notice that has not begun to go."""
    unsent = desk.scope.rows(Notice).filter(state__in=UNSENT)
    return customers.filter(pk__in=unsent.values("customer")).count()


def unsent_with(desk: Desk, invoices: Rows) -> int:
    """Invoices in a notice that has not begun to go."""
    unsent = desk.scope.rows(NoticeItem).filter(notice__state__in=UNSENT)
    return invoices.filter(pk__in=unsent.values("invoice")).count()
