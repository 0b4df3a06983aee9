"""The invoices and payments behind the figures of past days.

Each says for a list what `followup/sql/history_*.sql` adds up for `BookDay`; a test walks every number of Insights and
compares it with the rows found here.
"""

from __future__ import annotations

import datetime as dt

from django.db.models import DecimalField, F, Func, Q, QuerySet, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Greatest, Least

from dunwell.ledger.models import Invoice, Payment
from dunwell.organizations.models import Organization
from dunwell.rules.aging import BUCKETS
from dunwell.rules.kpis import DAYS_TO_PAY

ON_TIME, LATE, OVERDUE = "on_time", "late", "overdue"
_AMOUNT = DecimalField(max_digits=19, decimal_places=4)
_MOST_DAYS = 1_000_000

_OPEN = """
SELECT invoice_id FROM ledger_open_items(%(organization)s, %(day)s)
 WHERE (%(due_by)s::date IS NULL OR due_on <= %(due_by)s) AND (%(due_from)s::date IS NULL OR due_on >= %(due_from)s)
"""

# Paid up on a day: nothing was open after it and something before, by money or credit that is neither void, written
# off nor from before this book. What is settled no more is found by the entry that was reversed since.
_PAID_UP = """
SELECT paid.id
  FROM (SELECT DISTINCT invoice.id, invoice.total, invoice.issued_on, invoice.due_on, invoice.voided_on,
               greatest(allocation.effective_on, invoice.issued_on) AS day
          FROM ledger_invoice AS invoice JOIN ledger_allocation AS allocation ON allocation.invoice_id = invoice.id
         WHERE invoice.organization_id = %(organization)s AND NOT invoice.is_draft AND invoice.total > 0
           AND (invoice.settled_on >= %(first)s
                OR invoice.id IN (SELECT invoice_id FROM ledger_allocation
                                   WHERE organization_id = %(organization)s AND reversed_on >= %(first)s))
       ) AS paid
 CROSS JOIN LATERAL (
       SELECT coalesce((SELECT extension.old_due_on FROM ledger_duedateextension AS extension
                         WHERE extension.organization_id = %(organization)s AND extension.invoice_id = paid.id
                           AND extension.extended_on > paid.day
                         ORDER BY extension.id LIMIT 1), paid.due_on) AS due_on) AS dated
 WHERE paid.day BETWEEN %(first)s AND %(last)s
   AND (paid.voided_on IS NULL OR greatest(paid.voided_on, paid.issued_on) > paid.day)
   AND ledger_applied_by(paid.id, paid.day) >= paid.total
   AND (paid.day = paid.issued_on OR ledger_applied_by(paid.id, paid.day - 1) < paid.total)
   AND NOT EXISTS (SELECT FROM ledger_writeoff AS write_off
                    WHERE write_off.invoice_id = paid.id AND write_off.written_off_on <= paid.day
                      AND (write_off.reversed_on IS NULL OR write_off.reversed_on > paid.day))
   AND NOT EXISTS (SELECT FROM ledger_allocation AS entry
                     JOIN ledger_payment AS payment ON payment.id = entry.payment_id
                    WHERE entry.invoice_id = paid.id AND payment.is_opening
                      AND paid.day IN (greatest(entry.effective_on, paid.issued_on), entry.reversed_on))
   AND (%(punctual)s::boolean IS NULL OR (paid.day <= dated.due_on) = %(punctual)s)
   AND paid.day - paid.issued_on BETWEEN %(shortest)s AND %(longest)s
"""

_FIRST_NOTICED = """
SELECT item.invoice_id
  FROM followup_notice AS notice JOIN followup_noticeitem AS item ON item.notice_id = notice.id
  JOIN ledger_invoice AS invoice ON invoice.id = item.invoice_id
 WHERE notice.organization_id = %(organization)s AND notice.contact_on BETWEEN %(first)s AND %(last)s
   AND notice.state IN ('sent', 'uncertain')
   AND NOT EXISTS (SELECT FROM followup_noticeitem AS other
                     JOIN followup_notice AS earlier ON earlier.id = other.notice_id
                    WHERE other.invoice_id = item.invoice_id AND earlier.contact_on < notice.contact_on
                      AND earlier.state IN ('sent', 'uncertain'))
   AND (%(within)s::int IS NULL
        OR invoice.status = 'paid'
           AND invoice.settled_on BETWEEN notice.contact_on
                                      AND least(notice.contact_on + %(within)s::int, %(as_of)s::date))
"""


def open_on(organization: Organization, invoices: QuerySet[Invoice], day: dt.date, part: str = "") -> QuerySet[Invoice]:
    """Those with something open at the end of a day, each with `balance_then`; `part`: an age bucket, or "overdue"."""
    due_by = day - dt.timedelta(days=1) if part == OVERDUE else None
    due_from = None
    for bucket in BUCKETS:
        if bucket.name == part:
            due_by = None if bucket.first_day is None else day - dt.timedelta(days=bucket.first_day)
            due_from = None if bucket.last_day is None else day - dt.timedelta(days=bucket.last_day)
    found = _raw(_OPEN, {"organization": organization.pk, "day": day, "due_by": due_by, "due_from": due_from})
    applied = Func(F("pk"), Value(day), function="ledger_applied_by", output_field=_AMOUNT)
    return invoices.filter(pk__in=found).annotate(balance_then=F("total") - applied)


def paid_up(
    organization: Organization, invoices: QuerySet[Invoice], first: dt.date, last: dt.date, part: str = ""
) -> QuerySet[Invoice]:
    """Those paid up from `first` to `last`; `part`: "on_time", "late", or a band of days from issue to payment."""
    band = next((one for one in DAYS_TO_PAY if one.name == part), None)
    parameters = {
        "organization": organization.pk,
        "first": first,
        "last": last,
        "punctual": {ON_TIME: True, LATE: False}.get(part),
        "shortest": band.first if band else 0,
        "longest": _MOST_DAYS if band is None or band.last is None else band.last,
    }
    return invoices.filter(pk__in=_raw(_PAID_UP, parameters))


def first_noticed(
    organization: Organization,
    invoices: QuerySet[Invoice],
    first: dt.date,
    last: dt.date,
    *,
    paid_within: int | None,
    as_of: dt.date,
) -> QuerySet[Invoice]:
    """Those whose first notice went from `first` to `last`; of these, the ones paid within so many days of it."""
    parameters = {
        "organization": organization.pk,
        "first": first,
        "last": last,
        "within": paid_within,
        "as_of": as_of,
    }
    return invoices.filter(pk__in=_raw(_FIRST_NOTICED, parameters))


def invoiced(invoices: QuerySet[Invoice], first: dt.date, last: dt.date) -> QuerySet[Invoice]:
    """Those issued in this time, and those voided in it, which are taken off again."""
    voided = Q(voided_on__isnull=False, settled_on__range=(first, last))
    return invoices.filter(Q(issued_on__range=(first, last)) | voided, is_draft=False)


def moved_money(payments: QuerySet[Payment], first: dt.date, last: dt.date) -> QuerySet[Payment]:
    """Those that came in during this time, and those that bounced or went back in it; none from before this book."""
    days = (first, last)
    went_back = Q(failed_on__range=days) | Q(refunded_on__range=days)
    return payments.alias(back_on=Greatest(Least("failed_on", "refunded_on"), "succeeded_on")).filter(
        Q(succeeded_on__range=days) | went_back & Q(back_on__range=days),
        is_opening=False,
        succeeded_on__isnull=False,
    )


def _raw(statement: str, parameters: dict[str, object]) -> RawSQL:
    """A statement with named parameters as part of a query, which knows them by their place only."""
    names: list[str] = []

    class Placed(dict[str, object]):
        def __missing__(self, name: str) -> str:
            names.append(name)
            return "%s"

    text = statement % Placed()
    return RawSQL(text, [parameters[name] for name in names])  # noqa: S611 - the statements are above
