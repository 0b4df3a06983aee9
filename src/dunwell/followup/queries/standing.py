"""What the book and its customers are as of any date, from dated facts (not from the rollups)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import connection

from dunwell.followup.sql import statement
from dunwell.organizations.models import Organization


@dataclass
class BookStanding:
    """Counts and sums as of a date; amounts by currency, customers by standing."""

    as_of: dt.date
    open_invoices: int = 0
    overdue_invoices: int = 0
    outstanding: dict[str, Decimal] = field(default_factory=dict)
    overdue: dict[str, Decimal] = field(default_factory=dict)
    customers: dict[str, int] = field(default_factory=dict)


def book_standing(organization: Organization, as_of: dt.date) -> BookStanding:
    settings = organization.settings
    grace = dt.timedelta(days=settings.grace_days)
    parameters: dict[str, Any] = {
        "organization": organization.pk,
        "as_of": as_of,
        "late_if_due_before": as_of - grace,
        "defaulter_if_due_before": as_of - grace - dt.timedelta(days=settings.defaulter_after_days),
        "due_soon_if_due_by": as_of + dt.timedelta(days=settings.due_soon_days),
    }
    result = BookStanding(as_of)
    with connection.cursor() as cursor:
        cursor.execute(statement("book_amounts"), parameters)
        for currency, invoices, overdue_invoices, outstanding, overdue in cursor.fetchall():
            result.open_invoices += invoices
            result.overdue_invoices += overdue_invoices
            result.outstanding[currency] = outstanding
            result.overdue[currency] = overdue
        cursor.execute(statement("book_customers"), parameters)
        result.customers = dict(cursor.fetchall())
    return result
