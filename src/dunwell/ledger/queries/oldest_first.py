"""How the money of many payments or credit notes settles what their customers owe: the oldest due date first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Literal, NamedTuple

from django.db import connection

from dunwell.organizations.models import Organization

Money = Literal["payments", "arriving", "arrived", "credit notes"]

# What there is to use, and the invoice it was meant for. Of a payment on its way all of it will be there.
_SOURCES: dict[Money, str] = {
    "payments": """
        SELECT id, customer_id, currency, unapplied AS amount, succeeded_on AS began_on, NULL::bigint AS meant_id
          FROM ledger_payment
         WHERE organization_id = %(organization)s AND id = ANY(%(ids)s)
           AND unapplied > 0 AND succeeded_on <= %(on)s""",
    "arriving": """
        SELECT id, customer_id, currency, amount, initiated_on AS began_on, intended_invoice_id AS meant_id
          FROM ledger_payment
         WHERE organization_id = %(organization)s AND id = ANY(%(ids)s)
           AND status = 'pending' AND initiated_on <= %(on)s""",
    "arrived": """
        SELECT id, customer_id, currency, unapplied AS amount, initiated_on AS began_on, intended_invoice_id AS meant_id
          FROM ledger_payment
         WHERE organization_id = %(organization)s AND id = ANY(%(ids)s)
           AND unapplied > 0 AND succeeded_on <= %(on)s""",
    "credit notes": """
        SELECT id, customer_id, currency, unapplied AS amount, issued_on AS began_on, NULL::bigint AS meant_id
          FROM ledger_creditnote
         WHERE organization_id = %(organization)s AND id = ANY(%(ids)s)
           AND unapplied > 0 AND issued_on <= %(on)s""",
}

# Money and debts of one customer and currency lie one after another on two lines of the same scale. Wherever one of
# either ends, a piece ends: it belongs to the money and to the debt whose turn it is. Each row is read once, so a
# customer with thousands of both costs no more than thousands of customers with one of each.
_PARTS = """
WITH source AS ({source}),
debt AS (
    SELECT invoice.id, invoice.customer_id, invoice.currency, invoice.due_on, invoice.issued_on, invoice.balance
      FROM ledger_invoice AS invoice
     WHERE invoice.organization_id = %(organization)s AND invoice.customer_id IN (SELECT customer_id FROM source)
       AND invoice.settled_on IS NULL AND NOT invoice.is_draft AND invoice.balance > 0
),
meant AS (
    SELECT source.id AS source_id, debt.id AS invoice_id,
           least(source.amount, debt.balance - coalesce(sum(source.amount) OVER (
               PARTITION BY debt.id ORDER BY source.began_on, source.id
               ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)) AS amount
      FROM source JOIN debt ON debt.id = source.meant_id AND debt.customer_id = source.customer_id
       AND debt.currency = source.currency
),
money_left AS (
    SELECT source.id, source.customer_id, source.currency, source.began_on,
           source.amount - greatest(coalesce(meant.amount, 0), 0) AS amount
      FROM source LEFT JOIN meant ON meant.source_id = source.id
),
debt_left AS (
    SELECT debt.id, debt.customer_id, debt.currency, debt.due_on, debt.balance - coalesce(taken.amount, 0) AS amount
      FROM debt
      LEFT JOIN (SELECT invoice_id, sum(amount) AS amount FROM meant WHERE amount > 0 GROUP BY invoice_id) AS taken
        ON taken.invoice_id = debt.id
),
money AS (
    SELECT id, customer_id, currency, row_number() OVER turn AS place, sum(amount) OVER turn AS ends
      FROM money_left WHERE amount > 0
    WINDOW turn AS (PARTITION BY customer_id, currency ORDER BY began_on, id)
),
owed AS (
    SELECT id, customer_id, currency, row_number() OVER turn AS place, sum(amount) OVER turn AS ends
      FROM debt_left WHERE amount > 0
    WINDOW turn AS (PARTITION BY customer_id, currency ORDER BY due_on, id)
),
piece AS (
    SELECT customer_id, currency, ends - coalesce(lag(ends) OVER scale, 0) AS amount,
           1 + sum(of_money) OVER scale - of_money AS money_place, 1 + sum(of_debt) OVER scale - of_debt AS debt_place
      FROM (
            SELECT customer_id, currency, ends, 1 AS of_money, 0 AS of_debt FROM money
            UNION ALL
            SELECT customer_id, currency, ends, 0, 1 FROM owed
           ) AS border
    WINDOW scale AS (PARTITION BY customer_id, currency ORDER BY ends, of_debt ROWS UNBOUNDED PRECEDING)
),
part AS (
    SELECT source_id, invoice_id, amount FROM meant WHERE amount > 0
    UNION ALL
    SELECT money.id, owed.id, piece.amount
      FROM piece
      JOIN money ON (money.customer_id, money.currency, money.place)
                  = (piece.customer_id, piece.currency, piece.money_place)
      JOIN owed ON (owed.customer_id, owed.currency, owed.place) = (piece.customer_id, piece.currency, piece.debt_place)
     WHERE piece.amount > 0
)
SELECT part.source_id, part.invoice_id, sum(part.amount), debt.issued_on, debt.currency,
       sum(sum(part.amount)) OVER (PARTITION BY part.invoice_id) = debt.balance,
       source.amount - sum(sum(part.amount)) OVER (PARTITION BY part.source_id)
  FROM part JOIN debt ON debt.id = part.invoice_id JOIN source ON source.id = part.source_id
 GROUP BY part.source_id, part.invoice_id, debt.issued_on, debt.currency, debt.balance, source.amount
 ORDER BY part.source_id, part.invoice_id
"""


class Part(NamedTuple):
    """So much of one payment or credit note for one invoice.

    `settles` is whether the invoice is paid up by all parts together, `left` what stays of the source after all of its.
    """

    source_id: int
    invoice_id: int
    amount: Decimal
    issued_on: dt.date
    currency: str
    settles: bool
    left: Decimal


def oldest_first(organization: Organization, money: Money, ids: Sequence[int], on: dt.date) -> list[Part]:
    """What these would settle if they were used on a day: who came first pays first, what is due first is paid first.

    A payment that was on its way pays the invoice it was meant for before any other. What came in after `on`, and what
    meets no open invoice of its customer and currency, has no part. Nothing is written.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _PARTS.format(source=_SOURCES[money]), {"organization": organization.pk, "ids": list(ids), "on": on}
        )
        return [Part(*row) for row in cursor.fetchall()]
