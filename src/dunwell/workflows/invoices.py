"""An invoice edited by hand: whether the customer has had a reminder of it decides what may change."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction

from dunwell.followup.models import NoticeItem, NoticeState
from dunwell.ledger.models import Invoice
from dunwell.ledger.services import invoices as ledger
from dunwell.ledger.services.versions import locked
from dunwell.organizations.models import Organization, User

# From the moment a worker has begun, the customer may have it
REACHED_THE_CUSTOMER = (NoticeState.SENDING, NoticeState.SENT, NoticeState.UNCERTAIN)


def was_sent(organization: Organization, invoice_id: int) -> bool:
    """Whether a notice about the invoice has reached its customer, as far as anybody knows."""
    return NoticeItem.objects.filter(
        organization=organization, invoice_id=invoice_id, notice__state__in=REACHED_THE_CUSTOMER
    ).exists()


@transaction.atomic
def edit_invoice(
    *,
    organization: Organization,
    invoice_id: int,
    by: User,
    as_of: dt.date,
    version: int | None,
    **values: Any,
) -> Invoice:
    """Change an invoice, as far as it may still be changed. Raises ValidationError by field."""
    locked(Invoice, organization, invoice_id)
    return ledger.edit_invoice(
        organization=organization,
        invoice_id=invoice_id,
        by=by,
        as_of=as_of,
        was_sent=was_sent(organization, invoice_id),
        version=version,
        **values,
    )
