"""What customers' accounts were as of a day: open invoices, unused credit and payments, in each currency."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import connection

_ITEMS = """
SELECT item.customer_id, item.currency, invoice.number, item.issued_on, item.due_on, item.total, item.balance,
       invoice.payment_url, dispute.invoice_id IS NOT NULL AND dispute.amount >= item.balance,
       EXISTS (SELECT FROM ledger_standing_holds(%(organization)s, %(as_of)s) AS hold
                WHERE hold.customer_id = item.customer_id
                  AND (hold.invoice_id IS NULL OR hold.invoice_id = item.invoice_id))
  FROM ledger_open_items(%(organization)s, %(as_of)s) AS item
  JOIN ledger_invoice AS invoice ON invoice.id = item.invoice_id
  LEFT JOIN ledger_disputes(%(organization)s, %(as_of)s) AS dispute ON dispute.invoice_id = item.invoice_id
 WHERE item.customer_id = ANY (%(customers)s::bigint[])
 ORDER BY item.customer_id, item.currency, item.due_on, item.invoice_id
"""
# Every credit by itself; their sum is ledger_unapplied_credit's, which a test compares
_CREDITS = """
SELECT * FROM (
    SELECT payment.customer_id, payment.currency, payment.succeeded_on AS day, payment.reference, payment.amount,
           payment.amount - coalesce((SELECT sum(amount) FROM ledger_allocation
                                       WHERE payment_id = payment.id AND effective_on <= %(as_of)s
                                         AND (reversed_on IS NULL OR reversed_on > %(as_of)s)), 0) AS unused
      FROM ledger_payment AS payment
     WHERE payment.organization_id = %(organization)s AND payment.customer_id = ANY (%(customers)s::bigint[])
       AND payment.succeeded_on <= %(as_of)s
       AND (payment.failed_on IS NULL OR payment.failed_on > %(as_of)s)
       AND (payment.refunded_on IS NULL OR payment.refunded_on > %(as_of)s)
    UNION ALL
    SELECT note.customer_id, note.currency, note.issued_on, note.number, note.total,
           note.total - coalesce((SELECT sum(amount) FROM ledger_allocation
                                   WHERE credit_note_id = note.id AND effective_on <= %(as_of)s
                                     AND (reversed_on IS NULL OR reversed_on > %(as_of)s)), 0)
      FROM ledger_creditnote AS note
     WHERE note.organization_id = %(organization)s AND note.customer_id = ANY (%(customers)s::bigint[])
       AND note.issued_on <= %(as_of)s AND (note.voided_on IS NULL OR note.voided_on > %(as_of)s)
) AS credit WHERE unused > 0 ORDER BY customer_id, currency, day, reference
"""
_PAYMENTS = """
SELECT customer_id, currency, succeeded_on, reference, amount
  FROM ledger_payment
 WHERE organization_id = %(organization)s AND customer_id = ANY (%(customers)s::bigint[])
   AND succeeded_on BETWEEN %(since)s AND %(as_of)s AND NOT is_opening
   AND (failed_on IS NULL OR failed_on > %(as_of)s) AND (refunded_on IS NULL OR refunded_on > %(as_of)s)
 ORDER BY customer_id, currency, succeeded_on, id
"""


@dataclass(frozen=True)
class AccountItem:
    """An invoice with something open. `disputed`: all that is open of it. `held`: a hold stands on some of it."""

    number: str
    issued_on: dt.date
    due_on: dt.date
    total: Decimal
    balance: Decimal
    payment_url: str
    disputed: bool
    held: bool


@dataclass(frozen=True)
class AccountMovement:
    """A payment or credit note; `unused` is what no invoice has had of it."""

    on: dt.date
    reference: str
    amount: Decimal
    unused: Decimal


@dataclass
class Account:
    """One customer's account in one currency as of a day."""

    invoices: list[AccountItem] = field(default_factory=list)
    credits: list[AccountMovement] = field(default_factory=list)
    payments: list[AccountMovement] = field(default_factory=list)


def accounts(
    organization_id: int, customer_ids: Sequence[int], *, as_of: dt.date, since: dt.date
) -> dict[tuple[int, str], Account]:
    """The accounts of these customers by customer and currency; payments from `since` on, both days included."""
    parameters: dict[str, Any] = {
        "organization": organization_id,
        "customers": list(customer_ids),
        "as_of": as_of,
        "since": since,
    }
    found: dict[tuple[int, str], Account] = {}
    with connection.cursor() as cursor:
        cursor.execute(_ITEMS, parameters)
        for customer, currency, *item in cursor.fetchall():
            found.setdefault((customer, currency), Account()).invoices.append(AccountItem(*item))
        cursor.execute(_CREDITS, parameters)
        for customer, currency, *credit in cursor.fetchall():
            found.setdefault((customer, currency), Account()).credits.append(AccountMovement(*credit))
        cursor.execute(_PAYMENTS, parameters)
        for customer, currency, day, reference, amount in cursor.fetchall():
            account = found.setdefault((customer, currency), Account())
            account.payments.append(AccountMovement(day, reference, amount, Decimal(0)))
    return found
