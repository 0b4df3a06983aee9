-- What a notice may speak of, or be sent to, besides its invoices: only those it names are asked for, when it is written
-- and again in the turn that sends it. One function for both, so that they cannot differ.

-- Who looks after the customer in our team: nobody who has left.
CREATE FUNCTION followup_owner(organization bigint, customer bigint)
RETURNS TABLE (name varchar, email varchar) LANGUAGE sql STABLE AS $$
    SELECT coalesce(nullif(person.name, ''), person.email)::varchar, person.email
      FROM ledger_customer AS owned
      JOIN organizations_user AS person ON person.id = owned.owner_id AND person.is_active
      JOIN organizations_membership AS membership
        ON membership.organization_id = organization AND membership.user_id = person.id
       AND membership.deactivated_at IS NULL
     WHERE owned.organization_id = organization AND owned.id = customer
$$;

CREATE FUNCTION followup_decision_maker(organization bigint, customer bigint)
RETURNS TABLE (name varchar, email varchar) LANGUAGE sql STABLE AS $$
    SELECT contact.name, contact.email
      FROM ledger_contact AS contact
     WHERE contact.organization_id = organization AND contact.customer_id = customer AND contact.role = 'decision_maker'
       AND contact.email <> '' AND contact.email_refused_at IS NULL
     ORDER BY contact.id
     LIMIT 1
$$;

CREATE FUNCTION followup_balances(organization bigint, customer bigint, as_of date)
RETURNS TABLE (currency varchar, amount numeric) LANGUAGE sql STABLE AS $$
    SELECT item.currency, sum(item.balance)
      FROM ledger_open_items(organization, as_of) AS item
     WHERE item.customer_id = customer
     GROUP BY item.currency
$$;

-- The last promise about these invoices whose day has passed. One for the whole customer speaks of what was issued by then.
CREATE FUNCTION followup_promise(organization bigint, customer bigint, invoices bigint[], as_of date)
RETURNS TABLE (made_on date, pay_on date) LANGUAGE sql STABLE AS $$
    SELECT hold.starts_on, hold.ends_on
      FROM ledger_hold AS hold
     WHERE hold.organization_id = organization AND hold.customer_id = customer AND hold.reason = 'promise'
       AND hold.ends_on <= as_of AND (hold.released_on IS NULL OR hold.released_on >= hold.ends_on)
       AND (hold.invoice_id = ANY (invoices)
            OR hold.invoice_id IS NULL AND EXISTS (
                   SELECT FROM ledger_invoice AS invoice
                    WHERE invoice.id = ANY (invoices) AND invoice.issued_on <= hold.starts_on))
     ORDER BY hold.starts_on DESC, hold.id DESC
     LIMIT 1
$$;

CREATE FUNCTION followup_side_facts(organization bigint, customer bigint, invoices bigint[], as_of date, wanted varchar[])
RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT jsonb_strip_nulls(jsonb_build_object(
        'owner', CASE WHEN 'owner' = ANY (wanted) THEN (
            SELECT jsonb_build_object('name', owner.name, 'email', owner.email)
              FROM followup_owner(organization, customer) AS owner) END,
        'decision_maker', CASE WHEN 'decision_maker' = ANY (wanted) THEN (
            SELECT jsonb_build_object('name', person.name, 'email', person.email)
              FROM followup_decision_maker(organization, customer) AS person) END,
        'balances', CASE WHEN 'balances' = ANY (wanted) THEN (
            SELECT jsonb_object_agg(balance.currency, balance.amount::text)
              FROM followup_balances(organization, customer, as_of) AS balance) END,
        'promise', CASE WHEN 'promise' = ANY (wanted) THEN (
            SELECT jsonb_build_object('made_on', promise.made_on, 'pay_on', promise.pay_on)
              FROM followup_promise(organization, customer, invoices, as_of) AS promise) END))
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
CREATE FUNCTION followup_facts(notice bigint) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT followup_facts(written.organization_id, written.customer_id, written.currency,
                          ARRAY(SELECT item.invoice_id FROM followup_noticeitem AS item WHERE item.notice_id = written.id),
                          written.as_of, written.side_facts)
      FROM followup_notice AS written
     WHERE written.id = notice
$$;

-- The last check as before, with the facts besides the invoices.
CREATE OR REPLACE FUNCTION followup_guard(message bigint) RETURNS varchar LANGUAGE plpgsql AS $$
DECLARE
    carried record;
BEGIN
    SELECT notice.id, notice.organization_id, notice.customer_id, notice.currency, notice.as_of, notice.fingerprint,
           notice.window_overridden_by_id IS NOT NULL AS is_early,
           notice.state = 'queued' AS is_queued,
           settings.chasing_started_at IS NOT NULL AND settings.sending_stopped_at IS NULL AS sending_is_on,
           (going.sending_at AT TIME ZONE CASE WHEN notice.channel IN ('letter', 'task') THEN organization.time_zone
               ELSE coalesce(nullif(customer.time_zone, ''), organization.time_zone) END)::date AS today,
           source.fresh_at < going.sending_at - CASE source.kind
               WHEN 'file' THEN make_interval(days => settings.file_freshness_days)
               ELSE make_interval(hours => settings.connector_freshness_hours) END AS is_stale
      INTO carried
      FROM followup_noticemessage AS delivery
      JOIN followup_notice AS notice ON notice.id = delivery.notice_id
      JOIN messaging_message AS going ON going.id = delivery.message_id
      JOIN ledger_customer AS customer ON customer.id = notice.customer_id
      JOIN organizations_organization AS organization ON organization.id = notice.organization_id
      JOIN organizations_organizationsettings AS settings ON settings.organization_id = notice.organization_id
      LEFT JOIN ledger_datasource AS source ON source.id = customer.source_id
     WHERE delivery.message_id = message
       FOR UPDATE OF notice;
    IF NOT FOUND THEN
        RETURN NULL;
    ELSIF NOT carried.sending_is_on THEN
        RETURN 'stopped';
    ELSIF NOT carried.is_queued THEN
        RETURN 'not_queued';
    ELSIF carried.is_stale THEN
        RETURN 'stale';
    ELSIF carried.as_of < carried.today OR carried.as_of > carried.today AND NOT carried.is_early THEN
        RETURN 'changed';
    ELSIF carried.as_of > carried.today AND EXISTS (
            SELECT FROM ledger_standing_holds(carried.organization_id, carried.today) AS hold
             WHERE hold.customer_id = carried.customer_id
               AND (hold.invoice_id IS NULL OR hold.invoice_id IN (
                        SELECT item.invoice_id FROM followup_noticeitem AS item WHERE item.notice_id = carried.id))) THEN
        RETURN 'changed';
    END IF;
    IF carried.fingerprint IS DISTINCT FROM followup_facts(carried.id) THEN
        RETURN 'changed';
    END IF;
    UPDATE followup_notice AS notice
       SET state = 'sending', contact_on = carried.today, changed_at = clock_timestamp()
     WHERE notice.id = carried.id;
    RETURN NULL;
END $$;

-- A turn as before; what is transmitted has its copies.
DROP FUNCTION followup_turn(bigint, int, timestamptz, text, bigint, varchar, timestamptz, interval);
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
