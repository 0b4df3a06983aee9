"""How a customer has paid."""

from __future__ import annotations

import datetime as dt

from django.db.models import Exists, F, OuterRef
from django.db.models.functions import Greatest

from dunwell.ledger.models import Allocation, Invoice, InvoiceStatus
from dunwell.organizations.scope import Scope
from dunwell.rules.kpis_customer import PaidInvoice

MOST_READ = 1000


def paid_invoices(scope: Scope, customer_id: int, since: dt.date, as_of: dt.date) -> list[PaidInvoice]:
    """The latest invoices fully paid or credited in this time; those paid before this book began are left out."""
    # As in `insights.past.paid_up`: what only a payment from before the book has settled says nothing of its day
    opening = (
        Allocation.objects.filter(
            organization=scope.organization, invoice=OuterRef("pk"), payment__is_opening=True, reversed_on=None
        )
        .alias(counts_from=Greatest("effective_on", "invoice__issued_on"))
        .filter(counts_from=F("invoice__settled_on"))
    )
    paid = (
        scope.rows(Invoice)
        .filter(customer_id=customer_id, status=InvoiceStatus.PAID, settled_on__range=(since, as_of), total__gt=0)
        .exclude(Exists(opening))
        .order_by("-settled_on", "-pk")
        .values_list("issued_on", "due_on", "settled_on")[:MOST_READ]
    )
    return [PaidInvoice(issued_on, due_on, paid_on) for issued_on, due_on, paid_on in paid if paid_on]
