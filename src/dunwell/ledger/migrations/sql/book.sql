-- The book as of a day, from dated facts alone. Where no entry is later than the day, the maintained figures are the
-- answer; only the others are added up, so the present costs nothing extra. What several statements ask for is written
-- once: every function is one SELECT without a SET, so the planner opens it in place and uses the indexes below it.

CREATE FUNCTION ledger_applied_by(invoice bigint, as_of date) RETURNS numeric LANGUAGE sql STABLE AS $$
    SELECT coalesce((SELECT sum(amount) FROM ledger_allocation
                      WHERE invoice_id = invoice AND effective_on <= as_of
                        AND (reversed_on IS NULL OR reversed_on > as_of)), 0)
         + coalesce((SELECT sum(amount) FROM ledger_writeoff
                      WHERE invoice_id = invoice AND written_off_on <= as_of
                        AND (reversed_on IS NULL OR reversed_on > as_of)), 0)
$$;

-- What is open, with the due dates that counted then: an extension counts from its own day on. Invoices whose due date has
-- not moved since come by an index (what is open now, what was settled since), the few others by their extension.
CREATE FUNCTION ledger_open_items(organization bigint, as_of date)
RETURNS TABLE (invoice_id bigint, customer_id bigint, currency varchar, issued_on date, due_on date, total numeric, balance numeric)
LANGUAGE sql STABLE AS $$
    SELECT invoice.id, invoice.customer_id, invoice.currency, invoice.issued_on, invoice.due_on, invoice.total,
           invoice.total - CASE WHEN invoice.last_entry_on > as_of THEN ledger_applied_by(invoice.id, as_of)
                                ELSE invoice.applied + invoice.written_off END
      FROM ledger_invoice AS invoice
     WHERE invoice.organization_id = organization AND NOT invoice.is_draft AND invoice.issued_on <= as_of
       AND invoice.settled_on IS NULL
       AND (invoice.last_entry_on IS NULL OR invoice.last_entry_on <= as_of
            OR invoice.total > ledger_applied_by(invoice.id, as_of))
       AND NOT EXISTS (SELECT FROM ledger_duedateextension AS later
                        WHERE later.organization_id = organization AND later.invoice_id = invoice.id
                          AND later.extended_on > as_of)
    UNION ALL
    SELECT invoice.id, invoice.customer_id, invoice.currency, invoice.issued_on, invoice.due_on, invoice.total,
           invoice.total - ledger_applied_by(invoice.id, as_of)
      FROM ledger_invoice AS invoice
     WHERE invoice.organization_id = organization AND NOT invoice.is_draft AND invoice.issued_on <= as_of
       AND invoice.settled_on > as_of
       AND invoice.total > ledger_applied_by(invoice.id, as_of)
       AND NOT EXISTS (SELECT FROM ledger_duedateextension AS later
                        WHERE later.organization_id = organization AND later.invoice_id = invoice.id
                          AND later.extended_on > as_of)
    UNION ALL
    SELECT invoice.id, invoice.customer_id, invoice.currency, invoice.issued_on, moved.due_on, invoice.total,
           invoice.total - ledger_applied_by(invoice.id, as_of)
      FROM (SELECT DISTINCT ON (later.invoice_id) later.invoice_id, later.old_due_on AS due_on
              FROM ledger_duedateextension AS later
             WHERE later.organization_id = organization AND later.extended_on > as_of
             ORDER BY later.invoice_id, later.id) AS moved
      JOIN ledger_invoice AS invoice ON invoice.organization_id = organization AND invoice.id = moved.invoice_id
     WHERE NOT invoice.is_draft AND invoice.issued_on <= as_of
       AND (invoice.settled_on IS NULL OR invoice.settled_on > as_of)
       AND invoice.total > ledger_applied_by(invoice.id, as_of)
$$;

CREATE FUNCTION ledger_unapplied_credit(organization bigint, as_of date)
RETURNS TABLE (customer_id bigint, currency varchar, amount numeric)
LANGUAGE sql STABLE AS $$
    SELECT credit.customer_id, credit.currency, sum(credit.amount)
      FROM (
            SELECT payment.customer_id, payment.currency,
                   payment.amount - coalesce((SELECT sum(allocation.amount) FROM ledger_allocation AS allocation
                                               WHERE allocation.payment_id = payment.id AND effective_on <= as_of
                                                 AND (reversed_on IS NULL OR reversed_on > as_of)), 0) AS amount
              FROM ledger_payment AS payment
             WHERE payment.organization_id = organization AND payment.succeeded_on <= as_of
               AND (payment.failed_on IS NULL OR payment.failed_on > as_of)
               AND (payment.refunded_on IS NULL OR payment.refunded_on > as_of)
               AND (payment.unapplied > 0 OR payment.last_entry_on > as_of
                    OR payment.refunded_on > as_of OR payment.failed_on > as_of)
            UNION ALL
            SELECT note.customer_id, note.currency,
                   note.total - coalesce((SELECT sum(allocation.amount) FROM ledger_allocation AS allocation
                                           WHERE allocation.credit_note_id = note.id AND effective_on <= as_of
                                             AND (reversed_on IS NULL OR reversed_on > as_of)), 0)
              FROM ledger_creditnote AS note
             WHERE note.organization_id = organization AND note.issued_on <= as_of
               AND (note.voided_on IS NULL OR note.voided_on > as_of)
               AND (note.unapplied > 0 OR note.last_entry_on > as_of OR note.voided_on > as_of)
           ) AS credit
     WHERE credit.amount > 0
     GROUP BY credit.customer_id, credit.currency
$$;

-- rules.netting.net, set-based: how much of a customer's unapplied credit falls on each overdue invoice.
CREATE FUNCTION ledger_netted(organization bigint, customer bigint, currency varchar, credit numeric, as_of date)
RETURNS TABLE (invoice_id bigint, amount numeric)
LANGUAGE sql STABLE AS $$
    SELECT item.invoice_id,
           greatest(0, least(item.balance, credit - coalesce(sum(item.balance) OVER (
               ORDER BY item.due_on, item.invoice_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)))
      FROM ledger_open_items(organization, as_of) AS item
     WHERE item.customer_id = customer AND item.currency = ledger_netted.currency AND item.due_on < as_of
$$;

-- The holds that stand on a day. An invoice that moved to another customer takes its holds along.
CREATE FUNCTION ledger_standing_holds(organization bigint, as_of date)
RETURNS TABLE (hold_id bigint, customer_id bigint, invoice_id bigint, reason varchar, amount numeric, ends_on date)
LANGUAGE sql STABLE AS $$
    SELECT hold.id, hold.customer_id, hold.invoice_id, hold.reason, hold.amount, least(hold.ends_on, hold.released_on)
      FROM ledger_hold AS hold
     WHERE hold.organization_id = organization AND hold.invoice_id IS NULL AND hold.starts_on <= as_of
       AND (hold.ends_on IS NULL OR hold.ends_on > as_of) AND (hold.released_on IS NULL OR hold.released_on > as_of)
    UNION ALL
    SELECT hold.id, invoice.customer_id, hold.invoice_id, hold.reason, hold.amount, least(hold.ends_on, hold.released_on)
      FROM ledger_hold AS hold
      JOIN ledger_invoice AS invoice ON invoice.organization_id = organization AND invoice.id = hold.invoice_id
     WHERE hold.organization_id = organization AND hold.starts_on <= as_of
       AND (hold.ends_on IS NULL OR hold.ends_on > as_of) AND (hold.released_on IS NULL OR hold.released_on > as_of)
$$;

-- How much of each invoice is in dispute; may be more than is open of it.
CREATE FUNCTION ledger_disputes(organization bigint, as_of date) RETURNS TABLE (invoice_id bigint, amount numeric)
LANGUAGE sql STABLE AS $$
    SELECT invoice.id, sum(coalesce(hold.amount, invoice.total))
      FROM ledger_standing_holds(organization, as_of) AS hold
      JOIN ledger_invoice AS invoice
        ON invoice.organization_id = organization
       AND (invoice.id = hold.invoice_id OR (hold.invoice_id IS NULL AND invoice.customer_id = hold.customer_id))
     WHERE hold.reason = 'dispute'
     GROUP BY invoice.id
$$;

-- Payments on their way to an invoice, begun after `pending_since`.
CREATE FUNCTION ledger_pending_payments(organization bigint, pending_since date, as_of date)
RETURNS TABLE (payment_id bigint, customer_id bigint, invoice_id bigint)
LANGUAGE sql STABLE AS $$
    SELECT payment.id, payment.customer_id, payment.intended_invoice_id
      FROM ledger_payment AS payment
     WHERE payment.organization_id = organization AND payment.intended_invoice_id IS NOT NULL
       AND payment.initiated_on > pending_since AND payment.initiated_on <= as_of
       AND (payment.succeeded_on IS NULL OR payment.succeeded_on > as_of)
       AND (payment.failed_on IS NULL OR payment.failed_on > as_of)
$$;

-- Who is part of the book on a day: known by then, or with something open or in credit that is dated before.
-- The second half is looked up only where a customer's first day lies ahead.
CREATE FUNCTION ledger_customers_known(organization bigint, as_of date) RETURNS TABLE (customer_id bigint)
LANGUAGE sql STABLE AS $$
    SELECT customer.id
      FROM ledger_customer AS customer
     WHERE customer.organization_id = organization
       AND (customer.known_from <= as_of
            OR customer.id IN (SELECT item.customer_id FROM ledger_open_items(organization, as_of) AS item)
            OR customer.id IN (SELECT credit.customer_id FROM ledger_unapplied_credit(organization, as_of) AS credit))
$$;
