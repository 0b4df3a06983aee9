"""A book for the page benchmark: what `bench.books` makes, and payments, notices and messages in proportion."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import connection, transaction

from bench.books import make_book
from dunwell.followup.models import PlanState
from dunwell.followup.services.history import write_history
from dunwell.followup.services.passes import begin
from dunwell.followup.services.prepare import prepare
from dunwell.organizations.models import Membership, Organization, Role, User

# Beside ten open invoices there are three paid ones, one payment for each, of the last two years
PAID = """
INSERT INTO ledger_invoice (organization_id, customer_id, number, issued_on, due_on, terms_days, currency, total,
                            is_draft, applied, written_off, due_is_assumed, currency_is_assumed, payment_url,
                            description, first_known_on, created_at, updated_at)
SELECT organization_id, customer_id, 'P' || number, issued_on - 90, due_on - 90, 30, currency, total, false, 0, 0,
       false, false, '', '', issued_on - 90, now(), now()
  FROM ledger_invoice WHERE organization_id = %(organization)s AND id %% 10 < 3
"""
PAYMENTS = """
INSERT INTO ledger_payment (organization_id, customer_id, reference, currency, amount, initiated_on, succeeded_on,
                            end_reason, is_opening, method, allocated, created_at, updated_at)
SELECT organization_id, customer_id, 'for ' || number, currency, total, least(due_on + (id %% 40)::int, %(today)s),
       least(due_on + (id %% 40)::int, %(today)s), '', false, '', 0, now(), now()
  FROM ledger_invoice WHERE organization_id = %(organization)s AND number LIKE 'PI%%'
"""
ALLOCATIONS = """
INSERT INTO ledger_allocation (organization_id, invoice_id, payment_id, amount, effective_on, created_at)
SELECT invoice.organization_id, invoice.id, payment.id, payment.amount, payment.succeeded_on, now()
  FROM ledger_invoice AS invoice
  JOIN ledger_payment AS payment
    ON payment.organization_id = invoice.organization_id AND payment.reference = 'for ' || invoice.number
 WHERE invoice.organization_id = %(organization)s AND invoice.number LIKE 'PI%%'
"""
# One notice for each step that was done for the customer's oldest invoice; each hundredth failed, each fiftieth of the
# last weeks waits for approval, and a twentieth is of this morning
NOTICES = """
INSERT INTO followup_notice (organization_id, customer_id, currency, channel, step_id, tone, as_of, state,
                             cancel_reason, recipient, recipient_name, subject, body_text, body_html, amount, credit,
                             fingerprint, opens_at, closes_at, needs_approval, contact_on, created_at, changed_at)
SELECT organization_id, customer_id, 'EUR', 'email', step_id, 'friendly', day, state, '',
       'c' || customer_id || '@customers.example', 'Accounts', 'Your invoice ' || number, repeat('A line. ', 200),
       repeat('<p>A line.</p>', 200), total, 0, '', day + time '09:00', day + time '17:00', false,
       CASE WHEN state = 'sent' THEN day END, now(), now()
  FROM (SELECT action.organization_id, action.customer_id, action.step_id, invoice.number, invoice.total,
               CASE WHEN action.id %% 20 = 0 THEN %(today)s ELSE done_on END AS day,
               CASE WHEN action.id %% 100 = 1 THEN 'failed' WHEN action.id %% 50 = 0 THEN 'awaiting_approval'
                    WHEN action.id %% 20 = 0 THEN 'queued' ELSE 'sent' END AS state
          FROM (SELECT DISTINCT ON (customer_id, lineage) * FROM followup_action
                 WHERE organization_id = %(organization)s AND state = 'done'
                 ORDER BY customer_id, lineage, invoice_id) AS action
          JOIN ledger_invoice AS invoice ON invoice.id = action.invoice_id) AS found
"""
# Nobody here has ever paid on time, which makes every debt worth nothing: values as they are spread in a real book
VALUES = """
UPDATE followup_customerprofile SET expected_value = (customer_id * 7919 %% 100003)::numeric / 7
 WHERE organization_id = %(organization)s AND overdue > 0
"""
LINKED = """
UPDATE followup_action AS action
   SET notice_id = notice.id, state = CASE WHEN notice.state IN ('sent', 'failed') THEN 'done' ELSE 'planned' END,
       done_on = CASE WHEN notice.state IN ('sent', 'failed') THEN action.done_on END
  FROM followup_notice AS notice
  JOIN (SELECT organization_id, customer_id, step_id, min(invoice_id) AS invoice_id FROM followup_action
         WHERE organization_id = %(organization)s AND state = 'done' GROUP BY 1, 2, 3) AS first
    ON first.customer_id = notice.customer_id AND first.step_id = notice.step_id
 WHERE notice.organization_id = %(organization)s AND action.invoice_id = first.invoice_id
   AND action.step_id = notice.step_id
"""
ITEMS = """
INSERT INTO followup_noticeitem (organization_id, notice_id, invoice_id, step_id, balance, netted, days_past_due)
SELECT organization_id, notice_id, invoice_id, step_id, 100, 0, offset_days
  FROM followup_action WHERE organization_id = %(organization)s AND notice_id IS NOT NULL
"""
MESSAGES = """
INSERT INTO messaging_message (organization_id, customer_id, channel, recipient, recipient_name, sender, sender_name,
                               reply_to, subject, body_text, body_html, rfc_message_id, state, attempts,
                               next_attempt_at, leased_by, finished_at, last_error, cancel_reason, created_at)
SELECT organization_id, customer_id, 'email', recipient, recipient_name, 'accounts@bench.example', '', '', subject,
       body_text, body_html, 'notice-' || id || '@bench.example', state, 1, opens_at, '',
       CASE WHEN state <> 'queued' THEN opens_at END, CASE WHEN state = 'failed' THEN '550 No such mailbox' ELSE '' END,
       '', opens_at
  FROM followup_notice WHERE organization_id = %(organization)s AND state IN ('sent', 'failed', 'queued')
"""
DELIVERIES = """
INSERT INTO followup_noticemessage (organization_id, notice_id, message_id)
SELECT notice.organization_id, notice.id, message.id
  FROM followup_notice AS notice
  JOIN messaging_message AS message
    ON message.organization_id = notice.organization_id
   AND message.rfc_message_id = 'notice-' || notice.id || '@bench.example'
 WHERE notice.organization_id = %(organization)s
"""
EVENTS = """
INSERT INTO messaging_messageevent (organization_id, message_id, kind, at, detail)
SELECT organization_id, id, state, finished_at, last_error
  FROM messaging_message WHERE organization_id = %(organization)s AND finished_at IS NOT NULL
"""
# Of the steps done one in eight ended without a notice, over the last months
ENDED = """
UPDATE followup_action
   SET state = 'final', reason = CASE WHEN id %% 16 = 0 THEN 'superseded' ELSE 'missed' END, done_on = NULL,
       changed_at = done_on + time '08:00'
 WHERE organization_id = %(organization)s AND state = 'done' AND notice_id IS NULL AND id %% 8 = 0
"""
# One step in twenty waits; what a pass over the book would have found
WAITS = """
UPDATE followup_action
   SET state = 'waiting', reason = CASE WHEN id %% 3 = 0 THEN 'old_debt' ELSE 'contact_interval' END, done_on = NULL
 WHERE organization_id = %(organization)s AND state = 'done' AND notice_id IS NULL AND id %% 20 = 1
"""
RUN = """
INSERT INTO followup_run (organization_id, as_of, started_at, finished_at, report)
SELECT %(organization)s, %(today)s - n, now() - make_interval(days => n), now() - make_interval(days => n), '{}'
  FROM generate_series(0, 30) AS n
"""


def make_pages_book(slug: str, *, invoices: int, today: dt.date) -> tuple[Organization, User]:
    """A book that has been chased for a year and was assessed today, and its owner."""
    organization = make_book(slug, invoices=invoices, due=invoices // 100, today=today)
    parameters: dict[str, Any] = {"organization": organization.pk, "today": today}
    _execute(parameters, PAID, PAYMENTS, ALLOCATIONS)
    PlanState.objects.create(organization=organization, planned_as_of=today)
    now = dt.datetime.combine(today, dt.time(8), tzinfo=dt.UTC)
    prepare(begin(organization, as_of=today, now=now, channels_set_up=("email",)))
    # What passes would have made of the steps; no pass looks at it again
    _execute(parameters, NOTICES, LINKED, ITEMS, MESSAGES, DELIVERIES, EVENTS, ENDED, WAITS, RUN, VALUES)
    write_history(organization)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    user = User.objects.create_user(f"{slug}@bench.example")
    Membership.objects.create(organization=organization, user=user, role=Role.OWNER)
    return organization, user


def _execute(parameters: dict[str, Any], *statements: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for sql in statements:
            cursor.execute(sql, parameters)
            if sql in {NOTICES, MESSAGES}:  # else the next joins them by nested loops
                cursor.execute("ANALYZE followup_notice, messaging_message")
