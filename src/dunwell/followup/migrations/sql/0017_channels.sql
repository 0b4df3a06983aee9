-- rules.channels.channel_for, set-based: which channel a step takes for one customer. `usable` are the channels that are set
-- up and have the step's text, `reachable` those on which the customer has an address that may be used.
CREATE FUNCTION followup_channel(own varchar, preferred varchar, reachable text[], usable text[])
RETURNS varchar LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN own NOT IN ('email', 'sms', 'letter') OR NOT own = ANY (usable) THEN own
                WHEN preferred = ANY (usable) AND preferred = ANY (reachable) THEN preferred
                WHEN own = ANY (reachable) THEN own
                WHEN 'email' = ANY (usable) AND 'email' = ANY (reachable) THEN 'email'
                WHEN 'sms' = ANY (usable) AND 'sms' = ANY (reachable) THEN 'sms'
                WHEN 'letter' = ANY (usable) AND 'letter' = ANY (reachable) THEN 'letter'
                ELSE own END
$$;

-- The digest speaks of the address on the notice's own channel.
DROP FUNCTION followup_facts(bigint, bigint, varchar, bigint[], date, varchar[]);
DROP FUNCTION followup_facts(bigint, bigint, varchar, bigint[], date);
CREATE FUNCTION followup_facts(
    organization bigint, customer bigint, currency varchar, invoices bigint[], as_of date, channel varchar)
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
        (SELECT concat_ws(':', whom.contact_id, whom.address)
           FROM ledger_recipient(organization, customer, followup_facts.channel) AS whom)
    ))
$$;

-- The digest of a notice's facts, with those besides its invoices that it names.
CREATE FUNCTION followup_facts(
    organization bigint, customer bigint, currency varchar, invoices bigint[], as_of date, channel varchar, wanted varchar[])
RETURNS text LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN cardinality(wanted) = 0 THEN followup_facts(organization, customer, currency, invoices, as_of, channel)
                ELSE md5(concat_ws('|', followup_facts(organization, customer, currency, invoices, as_of, channel),
                                   followup_side_facts(organization, customer, invoices, as_of, wanted))) END
$$;

CREATE OR REPLACE FUNCTION followup_facts(notice bigint) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT followup_facts(written.organization_id, written.customer_id, written.currency,
                          ARRAY(SELECT item.invoice_id FROM followup_noticeitem AS item WHERE item.notice_id = written.id),
                          written.as_of, written.channel, written.side_facts)
      FROM followup_notice AS written
     WHERE written.id = notice
$$;

-- Who may get a copy: an address that may be used.
CREATE OR REPLACE FUNCTION followup_decision_maker(organization bigint, customer bigint)
RETURNS TABLE (name varchar, email varchar) LANGUAGE sql STABLE AS $$
    SELECT usable.name, usable.address::varchar
      FROM ledger_addresses(organization) AS usable
      JOIN ledger_contact AS contact ON contact.id = usable.contact_id
     WHERE usable.customer_id = customer AND usable.channel = 'email' AND contact.role = 'decision_maker'
     ORDER BY usable.contact_id
     LIMIT 1
$$;

-- A turn as before; the provider's own name for the delivery is kept.
DROP FUNCTION followup_turn(bigint, int, timestamptz, text, bigint, varchar, timestamptz, interval);
CREATE FUNCTION followup_turn(
    sent bigint, tried int, sent_at timestamptz, server_words text, provider varchar,
    next bigint, worker varchar, moment timestamptz, lease interval)
RETURNS TABLE (stored boolean, refusal varchar, id bigint, organization_id bigint, customer_id bigint, recipient varchar,
               recipient_name varchar, sender varchar, sender_name varchar, reply_to varchar, subject varchar,
               body_text text, body_html text, rfc_message_id varchar, attempts smallint, copies jsonb)
LANGUAGE plpgsql AS $$
DECLARE
    begun messaging_message;
BEGIN
    IF sent IS NOT NULL THEN
        stored := messaging_settle(sent, worker, 'sent', tried, sent_at, NULL, '', 'sent', sent_at, server_words,
                                   provider);
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
