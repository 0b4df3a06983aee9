-- rules.standing.standing for the oldest undisputed due date; thresholds come as the dates that separate the standings.
CREATE FUNCTION followup_standing(oldest_due_on date, defaulter_before date, late_before date, due_soon_by date)
RETURNS varchar LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN oldest_due_on < defaulter_before THEN 'defaulter'
                WHEN oldest_due_on < late_before THEN 'late'
                WHEN oldest_due_on <= due_soon_by THEN 'due_soon'
                ELSE 'current' END
$$;

CREATE OR REPLACE FUNCTION followup_facts(organization bigint, customer bigint, currency varchar, invoices bigint[], as_of date)
RETURNS text LANGUAGE sql STABLE AS $$
    SELECT md5(concat_ws('|',
        as_of,
        (SELECT string_agg(
                    concat_ws(':', invoice.id, invoice.due_on,
                        CASE WHEN invoice.voided_on <= as_of OR invoice.is_draft THEN 0
                             WHEN invoice.last_entry_on > as_of THEN invoice.total - ledger_applied_by(invoice.id, as_of)
                             ELSE invoice.total - invoice.applied - invoice.written_off END),
                    ',' ORDER BY invoice.id)
           FROM ledger_invoice AS invoice WHERE invoice.id = ANY (invoices)),
        (SELECT sum(credit.amount) FROM ledger_unapplied_credit(organization, as_of) AS credit
          WHERE credit.customer_id = customer AND credit.currency = followup_facts.currency),
        (SELECT string_agg(concat_ws(':', hold.hold_id, hold.amount), ',' ORDER BY hold.hold_id)
           FROM ledger_standing_holds(organization, as_of) AS hold
          WHERE hold.customer_id = customer AND (hold.invoice_id IS NULL OR hold.invoice_id = ANY (invoices))),
        (SELECT string_agg(pending.payment_id::text, ',' ORDER BY pending.payment_id)
           FROM ledger_pending_payments(organization, '-infinity', as_of) AS pending
          WHERE pending.customer_id = customer AND pending.invoice_id = ANY (invoices)),
        (SELECT contact.id || ':' || contact.email
           FROM ledger_contact AS contact
          WHERE contact.customer_id = customer AND contact.email <> '' AND contact.email_refused_at IS NULL
          ORDER BY contact.is_primary DESC, contact.role = 'billing' DESC, contact.id
          LIMIT 1)
    ))
$$;
