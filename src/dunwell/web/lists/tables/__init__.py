"""Every list of the site, one file each; `BY_NAME` finds one by the name in an address."""

from __future__ import annotations

from dunwell.web.lists.table import Table
from dunwell.web.lists.tables.actions import ENDED, WAITING
from dunwell.web.lists.tables.credit_notes import CREDIT_NOTES
from dunwell.web.lists.tables.customers import CUSTOMERS
from dunwell.web.lists.tables.defaulters import DEFAULTERS
from dunwell.web.lists.tables.do_not_contact import DO_NOT_CONTACT
from dunwell.web.lists.tables.invoices import INVOICES
from dunwell.web.lists.tables.messages import MESSAGES
from dunwell.web.lists.tables.notices import NOTICES
from dunwell.web.lists.tables.payments import PAYMENTS
from dunwell.web.lists.tables.replies import REPLIES
from dunwell.web.lists.tables.worklist import WORKLIST

TABLES = (
    CUSTOMERS,
    DEFAULTERS,
    DO_NOT_CONTACT,
    INVOICES,
    PAYMENTS,
    CREDIT_NOTES,
    NOTICES,
    WORKLIST,
    WAITING,
    ENDED,
    MESSAGES,
    REPLIES,
)
BY_NAME: dict[str, Table] = {table.name: table for table in TABLES}

__all__ = [
    "BY_NAME",
    "CREDIT_NOTES",
    "CUSTOMERS",
    "DEFAULTERS",
    "DO_NOT_CONTACT",
    "ENDED",
    "INVOICES",
    "MESSAGES",
    "NOTICES",
    "PAYMENTS",
    "REPLIES",
    "TABLES",
    "WAITING",
    "WORKLIST",
]
