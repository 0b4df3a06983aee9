-- The check just before `sending`, on the sender's connection, with the message's row locked: NULL when it may go,
-- else why not. It speaks of today, sending is on, the customer's data is fresh, and the facts it was written from are
-- the facts now. Messages without a notice pass. For what goes by the organization's business day
-- (rules.windows.BY_BUSINESS_DAY) its own clock says what today is.
-- A person may have confirmed that it goes before its window, hence before its day: never past a hold.
CREATE FUNCTION followup_guard(message bigint) RETURNS varchar LANGUAGE plpgsql AS $$
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

-- The usual outcome: a server has the mail, so the notice is sent and its steps are done.
CREATE FUNCTION followup_sent(message bigint, at timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    carried record;
BEGIN
    UPDATE followup_notice AS notice
       SET state = 'sent', changed_at = at, contact_on = coalesce(notice.contact_on, notice.as_of)
     WHERE notice.id = (SELECT delivery.notice_id FROM followup_noticemessage AS delivery
                         WHERE delivery.message_id = message)
    RETURNING notice.id, notice.contact_on INTO carried;
    UPDATE followup_action AS action
       SET state = 'done', reason = '', recheck_on = NULL, done_on = carried.contact_on, changed_at = at
     WHERE action.notice_id = carried.id AND action.state = 'planned';
END $$;

-- One turn of a sender in one statement: how the previous message ended, and whether the next may go. Of the next, what
-- is transmitted, or why it does not go: then it stays queued and leased by its worker. Neither when there is no next
-- one, or somebody else took it back.
CREATE FUNCTION followup_turn(
    sent bigint, tried int, sent_at timestamptz, server_words text, provider varchar,
    next bigint, worker varchar, moment timestamptz, lease interval)
RETURNS TABLE (stored boolean, refusal varchar, id bigint, organization_id bigint, customer_id bigint, recipient varchar,
               recipient_name varchar, sender varchar, sender_name varchar, reply_to varchar, subject varchar,
               body_text text, body_html text, rfc_message_id varchar, attempts smallint, copies jsonb,
               preferences_url varchar)
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
        -- Asked before the guard, which marks the notice as on its way
        refusal := CASE WHEN messaging_has_room(next, moment) THEN followup_guard(next) ELSE 'hourly_limit' END;
        IF refusal IS NULL THEN
            id := begun.id; organization_id := begun.organization_id; customer_id := begun.customer_id;
            recipient := begun.recipient; recipient_name := begun.recipient_name; sender := begun.sender;
            sender_name := begun.sender_name; reply_to := begun.reply_to; subject := begun.subject;
            body_text := begun.body_text; body_html := begun.body_html; rfc_message_id := begun.rfc_message_id;
            attempts := begun.attempts; copies := begun.copies; preferences_url := begun.preferences_url;
        ELSE
            UPDATE messaging_message AS message SET state = 'queued', sending_at = NULL WHERE message.id = next;
        END IF;
    END IF;
    RETURN NEXT;
END $$;
