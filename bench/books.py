"""Large books for benchmarks, made by SQL in the database."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import connection, transaction

from dunwell.followup.models import PlanState
from dunwell.followup.queries.policies_in_force import policies_in_force
from dunwell.followup.services.passes import Pass, basis_of
from dunwell.organizations.models import Organization
from dunwell.workflows.organizations import set_up_organization

TODAY = dt.date(2026, 3, 18)
PER_CUSTOMER = 10

CUSTOMERS = """
INSERT INTO ledger_customer (organization_id, number, name, name_key, country, language, time_zone, tags, known_from,
                             created_at, updated_at)
SELECT %(organization)s, 'C' || n, 'Customer ' || n, 'customer ' || n, '', '', '', '{}', %(today)s - 500, now(), now()
  FROM generate_series(1, %(customers)s) AS n
"""
CONTACTS = """
INSERT INTO ledger_contact (organization_id, customer_id, name, role, email, phone, language, is_primary, created_at,
                            updated_at)
SELECT organization_id, id, 'Accounts', 'billing', 'c' || id || '@customers.example', '', '', true, now(), now()
  FROM ledger_customer WHERE organization_id = %(organization)s
"""
# Customers were made by one statement, so their ids have no gap.
# Of every ten invoices one is due today; of the rest half are not yet due and half long overdue
INVOICES = """
WITH customer AS (
    SELECT min(id) AS first, count(*) AS customers FROM ledger_customer WHERE organization_id = %(organization)s
), wanted AS (
    SELECT n, CASE WHEN n <= %(due)s THEN %(today)s
                   WHEN n %% 2 = 0 THEN %(today)s + 5 + (n / 2 %% 40)::int
                   ELSE %(today)s - 40 - (n / 2 %% 300)::int END AS due_on
      FROM generate_series(1, %(invoices)s) AS n
)
INSERT INTO ledger_invoice (organization_id, customer_id, number, issued_on, due_on, terms_days, currency, total,
                            is_draft, applied, written_off, due_is_assumed, currency_is_assumed, payment_url,
                            description, first_known_on, created_at, updated_at)
SELECT %(organization)s, customer.first + wanted.n %% customer.customers, 'I' || wanted.n, wanted.due_on - 30,
       wanted.due_on, 30, 'EUR', 50 + wanted.n %% 1000, false, 0, 0, false, false, '', '',
       wanted.due_on - 30, now(), now()
  FROM wanted CROSS JOIN customer
"""
# What the passes up to yesterday have left: every step that has come by then
HISTORY = """
INSERT INTO followup_action (organization_id, customer_id, invoice_id, anchor_kind, anchor_id, lineage, occurrence,
                             step_id, offset_days, channel, step_day, state, reason, done_on, needs_approval,
                             created_at, changed_at)
SELECT invoice.organization_id, invoice.customer_id, invoice.id, 'due', 0, step.lineage, 0, step.id, step.offset_days,
       step.channel, invoice.due_on + step.offset_days, 'done', '', invoice.due_on + step.offset_days, false, now(),
       now()
  FROM ledger_invoice AS invoice
  JOIN followup_policystep AS step ON step.organization_id = invoice.organization_id
 WHERE invoice.organization_id = %(organization)s AND invoice.due_on + step.offset_days < %(today)s
"""


def make_book(slug: str, *, invoices: int, due: int, history: bool = True, today: dt.date = TODAY) -> Organization:
    """A book of open invoices, `due` of them due today, and (with `history`) its actions up to yesterday."""
    with transaction.atomic():
        organization = set_up_organization(slug=slug, name="Bench", base_currency="EUR")
        settings = organization.settings
        settings.sender_address, settings.bank_details = "accounts@bench.example", "IBAN DE00 0000"
        settings.chasing_started_at = dt.datetime.combine(today, dt.time(), tzinfo=dt.UTC)
        settings.save()
        parameters: dict[str, Any] = {
            "organization": organization.pk,
            "today": today,
            "customers": max(1, due, invoices // PER_CUSTOMER),
            "invoices": invoices,
            "due": due,
        }
        with connection.cursor() as cursor:
            for sql in (CUSTOMERS, CONTACTS, INVOICES, *((HISTORY,) if history else ())):
                cursor.execute(sql, parameters)
            cursor.execute("DELETE FROM ledger_touchedcustomer WHERE organization_id = %s", [organization.pk])
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return organization


def planned_until_yesterday(this: Pass, *, assessed: bool) -> None:
    """The watermark that yesterday's pass would have left; `assessed`: today's assessment is done already."""
    basis = basis_of(this, policies_in_force(this.organization))
    yesterday = this.as_of - dt.timedelta(days=1)
    PlanState.objects.update_or_create(
        organization=this.organization,
        defaults={
            "planned_as_of": yesterday,
            "basis": basis,
            "assessed_as_of": this.as_of if assessed else yesterday,
            "assessed_basis": basis,
        },
    )
