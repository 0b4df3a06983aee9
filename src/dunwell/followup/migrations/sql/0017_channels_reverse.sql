DROP FUNCTION followup_turn(bigint, int, timestamptz, text, varchar, bigint, varchar, timestamptz, interval);
CREATE FUNCTION followup_turn(
    sent bigint, tried int, sent_at timestamptz, server_words text,
    next bigint, worker varchar, moment timestamptz, lease interval)
RETURNS TABLE (stored boolean, refusal varchar, id bigint, organization_id bigint, customer_id bigint, recipient varchar,
               recipient_name varchar, sender varchar, sender_name varchar, reply_to varchar, subject varchar,
               body_text text, body_html text, rfc_message_id varchar, attempts smallint, copies jsonb)
LANGUAGE plpgsql AS $$
DECLARE
    begun messaging_message;
BEGIN
    IF sent IS NOT NULL THEN
        stored := messaging_settle(sent, worker, 'sent', tried, sent_at, NULL, '', 'sent', sent_at, server_words);
        IF stored THEN
            PERFORM followup_sent(sent, sent_at);
        END IF;
    END IF;
    SELECT * INTO begun FROM messaging_begin(next, worker, moment, lease);
    IF FOUND THEN
        refusal := followup_guard(next);
        IF refusal IS NULL THEN
            id := begun.id; organization_id := begun.organization_id; customer_id := begun.customer_id;
            recipient := begun.recipient; recipient_name := begun.recipient_name; sender := begun.sender;
            sender_name := begun.sender_name; reply_to := begun.reply_to; subject := begun.subject;
            body_text := begun.body_text; body_html := begun.body_html; rfc_message_id := begun.rfc_message_id;
            attempts := begun.attempts; copies := begun.copies;
        ELSE
            UPDATE messaging_message AS message SET state = 'queued', sending_at = NULL WHERE message.id = next;
        END IF;
    END IF;
    RETURN NEXT;
END $$;

CREATE OR REPLACE FUNCTION followup_decision_maker(organization bigint, customer bigint)
RETURNS TABLE (name varchar, email varchar) LANGUAGE sql STABLE AS $$
    SELECT contact.name, contact.email
      FROM ledger_contact AS contact
     WHERE contact.organization_id = organization AND contact.customer_id = customer AND contact.role = 'decision_maker'
       AND contact.email <> '' AND contact.email_refused_at IS NULL
     ORDER BY contact.id
     LIMIT 1
$$;

DROP FUNCTION followup_facts(bigint, bigint, varchar, bigint[], date, varchar, varchar[]);
DROP FUNCTION followup_facts(bigint, bigint, varchar, bigint[], date, varchar);
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

-- The digest of a notice's facts, with those besides its invoices that it names.
CREATE FUNCTION followup_facts(
    organization bigint, customer bigint, currency varchar, invoices bigint[], as_of date, wanted varchar[])
RETURNS text LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN cardinality(wanted) = 0 THEN followup_facts(organization, customer, currency, invoices, as_of)
                ELSE md5(concat_ws('|', followup_facts(organization, customer, currency, invoices, as_of),
                                   followup_side_facts(organization, customer, invoices, as_of, wanted))) END
$$;

-- The same of a notice that is written, as the facts are now.
CREATE OR REPLACE FUNCTION followup_facts(notice bigint) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT followup_facts(written.organization_id, written.customer_id, written.currency,
                          ARRAY(SELECT item.invoice_id FROM followup_noticeitem AS item WHERE item.notice_id = written.id),
                          written.as_of, written.side_facts)
      FROM followup_notice AS written
     WHERE written.id = notice
$$;

DROP FUNCTION followup_channel(varchar, varchar, text[], text[]);
