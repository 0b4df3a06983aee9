-- The check just before `sending`, on the sender's connection, of as many messages as have their turn at the same moment:
-- NULL for one that may go, else why not. It speaks of today, sending is on, the customer's data is fresh, and the facts
-- it was written from are the facts now. For what goes by the organization's business day (rules.windows.BY_BUSINESS_DAY)
-- its own clock says what today is. A person may have confirmed that it goes before its window, hence before its day:
-- never past a hold. A message without a notice is not among what it returns: there is nothing against it.
--
-- The messages are locked already, and then the notices, in the order of their ids. Everything is asked by a statement of
-- its own once they are: what was committed while one waited is seen.
CREATE FUNCTION followup_guard(messages bigint[], moments timestamptz[])
RETURNS TABLE (message bigint, notice bigint, today date, refusal varchar) LANGUAGE plpgsql AS $$
DECLARE
    notices bigint[];
BEGIN
    SELECT array_agg(locked.id) INTO notices
      FROM (SELECT carried.id
              FROM followup_noticemessage AS delivery
              JOIN followup_notice AS carried ON carried.id = delivery.notice_id
             WHERE delivery.message_id = ANY (messages)
             ORDER BY carried.id
               FOR UPDATE OF carried) AS locked;
    RETURN QUERY
    SELECT going.message, carried.id, here.day,
           CASE WHEN settings.chasing_started_at IS NULL OR settings.sending_stopped_at IS NOT NULL THEN 'stopped'
                WHEN carried.state <> 'queued' THEN 'not_queued'
                WHEN source.fresh_at < going.moment - CASE source.kind
                         WHEN 'file' THEN make_interval(days => settings.file_freshness_days)
                         ELSE make_interval(hours => settings.connector_freshness_hours) END THEN 'stale'
                WHEN carried.as_of < here.day OR carried.as_of > here.day AND carried.window_overridden_by_id IS NULL
                    THEN 'changed'
                WHEN carried.as_of > here.day AND EXISTS (
                         SELECT FROM ledger_standing_holds(carried.organization_id, here.day) AS hold
                          WHERE hold.customer_id = carried.customer_id
                            AND (hold.invoice_id IS NULL OR hold.invoice_id IN (
                                     SELECT item.invoice_id FROM followup_noticeitem AS item
                                      WHERE item.notice_id = carried.id)))
                    THEN 'changed'
                WHEN carried.fingerprint IS DISTINCT FROM facts.digest THEN 'changed' END::varchar
      FROM unnest(messages, moments) AS going (message, moment)
      JOIN followup_noticemessage AS delivery ON delivery.message_id = going.message
      JOIN followup_notice AS carried ON carried.id = delivery.notice_id
      JOIN ledger_customer AS customer ON customer.id = carried.customer_id
      JOIN organizations_organization AS organization ON organization.id = carried.organization_id
      JOIN organizations_organizationsettings AS settings ON settings.organization_id = carried.organization_id
      LEFT JOIN ledger_datasource AS source ON source.id = customer.source_id
     CROSS JOIN LATERAL (
            SELECT (going.moment AT TIME ZONE CASE WHEN carried.channel IN ('letter', 'task') THEN organization.time_zone
                        ELSE coalesce(nullif(customer.time_zone, ''), organization.time_zone) END)::date
           ) AS here (day)
      LEFT JOIN followup_facts(notices) AS facts ON facts.notice_id = carried.id;
END $$;

-- The usual outcome: a server has the mails, so their notices are sent and their steps are done.
CREATE FUNCTION followup_sent(messages bigint[], moments timestamptz[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    WITH sent AS (
        UPDATE followup_notice AS notice
           SET state = 'sent', changed_at = gone.moment, contact_on = coalesce(notice.contact_on, notice.as_of)
          FROM unnest(messages, moments) AS gone (message, moment)
          JOIN followup_noticemessage AS delivery ON delivery.message_id = gone.message
         WHERE notice.id = delivery.notice_id
        RETURNING notice.id, notice.contact_on, gone.moment
    )
    UPDATE followup_action AS action
       SET state = 'done', reason = '', recheck_on = NULL, done_on = sent.contact_on, changed_at = sent.moment
      FROM sent
     WHERE action.notice_id = sent.id AND action.state = 'planned';
END $$;

-- The turns of several connections of a sender in one statement: how their previous messages ended (`sent`), and whether
-- those that are `coming` may go. A row for each outcome that was kept (`settled`), and one for each that was coming
-- (`next`): with what is transmitted of it, or with why it does not go. Then it stays queued and leased by its worker.
-- With neither somebody has taken it back.
--
-- Its settings are in force in the functions that it calls as well. Their plans are kept and look rows up by their keys,
-- whatever the planner believes of tables that grow meanwhile; planned anew for each handful of messages, the facts alone
-- would take four times as long as all the rest.
CREATE FUNCTION followup_turns(sent jsonb, coming jsonb)
RETURNS TABLE (settled bigint, next bigint, refusal varchar, id bigint, organization_id bigint, customer_id bigint,
               recipient varchar, recipient_name varchar, sender varchar, sender_name varchar, reply_to varchar,
               subject varchar, body_text text, body_html text, rfc_message_id varchar, attempts smallint, copies jsonb,
               preferences_url varchar)
LANGUAGE plpgsql SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off
SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
    kept bigint[];
    ended timestamptz[];
    asked bigint[];
    moments timestamptz[];
    guarded bigint[];
    notices bigint[];
    days date[];
    words varchar[];
    allowed bigint[];
    begun bigint[];
BEGIN
    IF jsonb_array_length(sent) > 0 THEN
        SELECT array_agg(done.message), array_agg(done.moment) INTO kept, ended FROM messaging_settle(sent) AS done;
        IF kept IS NOT NULL THEN
            PERFORM followup_sent(kept, ended);
            FOREACH settled IN ARRAY kept LOOP
                RETURN NEXT;
            END LOOP;
        END IF;
    END IF;
    -- In this order: the messages, the room under the hourly limit, the notices. Only then is asked whether they may go
    SELECT array_agg(held.message), array_agg(held.moment) INTO asked, moments FROM messaging_hold(coming) AS held;
    PERFORM messaging_hold_room(asked);
    SELECT array_agg(guard.message), array_agg(guard.notice), array_agg(guard.today), array_agg(guard.refusal)
      INTO guarded, notices, days, words
      FROM followup_guard(asked, moments) AS guard;
    SELECT array_agg(new.message ORDER BY new.place) INTO allowed
      FROM unnest(asked) WITH ORDINALITY AS new (message, place)
     WHERE NOT EXISTS (SELECT FROM unnest(guarded, words) AS guard (message, word)
                        WHERE guard.message = new.message AND guard.word IS NOT NULL);
    IF allowed IS NOT NULL THEN
        allowed := messaging_room_for(allowed, moments[1]);
        begun := ARRAY(SELECT messaging_begin(coming, allowed));
        UPDATE followup_notice AS notice
           SET state = 'sending', contact_on = going.day, changed_at = clock_timestamp()
          FROM unnest(guarded, notices, days) AS going (message, notice, day)
         WHERE going.message = ANY (begun) AND notice.id = going.notice;
    END IF;
    RETURN QUERY
    SELECT NULL::bigint, new.message,
           CASE WHEN guard.word IS NOT NULL THEN guard.word
                WHEN new.message = ANY (asked) AND NOT new.message = ANY (allowed) THEN 'hourly_limit' END::varchar,
           message.id, message.organization_id, message.customer_id, message.recipient, message.recipient_name,
           message.sender, message.sender_name, message.reply_to, message.subject, message.body_text, message.body_html,
           message.rfc_message_id, message.attempts, message.copies, message.preferences_url
      FROM jsonb_to_recordset(coming) AS new (message bigint)
      LEFT JOIN unnest(guarded, words) AS guard (message, word) ON guard.message = new.message
      LEFT JOIN messaging_message AS message ON message.id = new.message AND new.message = ANY (begun);
END $$;
