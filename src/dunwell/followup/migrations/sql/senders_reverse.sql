DROP FUNCTION followup_turn(bigint, int, timestamptz, text, varchar, bigint, varchar, timestamptz, interval);
-- One turn of a sender, as before; but a message over the organization's hourly limit does not begin.
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
        -- Asked before the guard, which marks the notice as on its way
        refusal := CASE WHEN messaging_has_room(next, moment) THEN followup_guard(next) ELSE 'hourly_limit' END;
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
