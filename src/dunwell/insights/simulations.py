"""What was simulated lately, and the days there is something to simulate."""

from __future__ import annotations

import datetime as dt

from django.db.models import Min, QuerySet

from dunwell.followup.models import Simulation
from dunwell.ledger.models import Invoice
from dunwell.organizations.models import Organization

MOST_LISTED = 30


def simulations(organization: Organization) -> QuerySet[Simulation]:
    """The latest, without what came of them."""
    found = Simulation.objects.filter(organization=organization).defer("result", "policies")
    return found.select_related("created_by").order_by("-pk")[:MOST_LISTED]


def days_with_invoices(organization: Organization, *, until: dt.date) -> tuple[dt.date, dt.date]:
    """From the first issue date to `until`; that day alone where there is no invoice before it."""
    first = Invoice.objects.filter(organization=organization, is_draft=False).aggregate(first=Min("issued_on"))["first"]
    return (first if first is not None and first <= until else until), until
