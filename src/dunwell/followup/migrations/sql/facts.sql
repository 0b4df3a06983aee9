-- The facts a notice speaks of, as one digest: what its invoices have left, what credit stands against them, what holds
-- chasing, and the address on its own channel that it goes to. Stored when the notice is composed, asked again in the
-- transaction that marks its message `sending`: when it differs, the notice is called back.
-- A table of one row: joined to many notices its query becomes part of theirs, instead of one for each.

CREATE FUNCTION followup_facts(
    organization bigint, customer bigint, currency varchar, invoices bigint[], as_of date, channel varchar)
RETURNS TABLE (digest text) LANGUAGE sql STABLE AS $$
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
        (SELECT concat_ws(':', whom.contact_id, whom.address)
           FROM ledger_recipient(organization, customer, followup_facts.channel) AS whom)
    ))
$$;

-- The digest of a notice's facts, with those besides its invoices that it names.
CREATE FUNCTION followup_facts(
    organization bigint, customer bigint, currency varchar, invoices bigint[], as_of date, channel varchar, wanted varchar[])
RETURNS TABLE (digest text) LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN cardinality(wanted) = 0 THEN facts.digest
                ELSE md5(concat_ws('|', facts.digest,
                                   followup_side_facts(organization, customer, invoices, as_of, wanted))) END
      FROM followup_facts(organization, customer, currency, invoices, as_of, channel) AS facts
$$;

-- The same of notices that are written, as the facts are now.
CREATE FUNCTION followup_facts(notices bigint[]) RETURNS TABLE (notice_id bigint, digest text) LANGUAGE sql STABLE AS $$
    SELECT written.id, facts.digest
      FROM unnest(notices) AS asked (notice)
      JOIN followup_notice AS written ON written.id = asked.notice
     CROSS JOIN LATERAL (
            SELECT ARRAY(SELECT item.invoice_id FROM followup_noticeitem AS item WHERE item.notice_id = written.id)
            OFFSET 0
           ) AS about (invoices)
     CROSS JOIN LATERAL followup_facts(written.organization_id, written.customer_id, written.currency, about.invoices,
                                       written.as_of, written.channel, written.side_facts) AS facts
$$;
