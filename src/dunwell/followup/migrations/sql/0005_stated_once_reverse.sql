DROP FUNCTION followup_standing(date, date, date, date);
-- The facts a notice speaks of, as one digest: what its invoices have left, what credit stands against
-- them, what holds chasing, and where it goes. Stored when the notice is composed, asked again in the
-- transaction that marks its message `sending`: when it differs, the notice is called back.

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
        (SELECT string_agg(concat_ws(':', hold.id, hold.amount), ',' ORDER BY hold.id)
           FROM ledger_hold AS hold
          WHERE hold.organization_id = organization AND hold.customer_id = customer
            AND (hold.invoice_id IS NULL OR hold.invoice_id = ANY (invoices))
            AND hold.starts_on <= as_of AND (hold.ends_on IS NULL OR hold.ends_on > as_of)
            AND (hold.released_on IS NULL OR hold.released_on > as_of)),
        (SELECT string_agg(payment.id::text, ',' ORDER BY payment.id)
           FROM ledger_payment AS payment
          WHERE payment.organization_id = organization AND payment.customer_id = customer
            AND payment.intended_invoice_id = ANY (invoices) AND payment.initiated_on <= as_of
            AND (payment.succeeded_on IS NULL OR payment.succeeded_on > as_of)
            AND (payment.failed_on IS NULL OR payment.failed_on > as_of)),
        (SELECT contact.id || ':' || contact.email
           FROM ledger_contact AS contact
          WHERE contact.customer_id = customer AND contact.email <> '' AND contact.email_refused_at IS NULL
          ORDER BY contact.is_primary DESC, contact.role = 'billing' DESC, contact.id
          LIMIT 1)
    ))
$$;
