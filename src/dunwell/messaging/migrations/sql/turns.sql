-- The two changes of a message in its turn, for whoever joins them with his own in one statement.

-- How a transmission ended. One that outlived its lease was swept to `uncertain`: its late answer still tells the truth.
-- The provider's own name for the delivery is kept, by which its reports find the message.
CREATE FUNCTION messaging_settle(
    message bigint, worker varchar, outcome varchar, tried int, ended timestamptz, next_try timestamptz, error text,
    event varchar, event_at timestamptz, event_detail text, provider varchar)
RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    tenant bigint;
BEGIN
    UPDATE messaging_message AS settled
       SET state = outcome, attempts = tried, finished_at = ended,
           next_attempt_at = coalesce(next_try, settled.next_attempt_at), last_error = error,
           provider_id = coalesce(nullif(provider, ''), settled.provider_id),
           leased_until = NULL, leased_by = ''
     WHERE settled.id = message AND settled.leased_by = worker AND settled.state IN ('sending', 'uncertain')
    RETURNING settled.organization_id INTO tenant;
    IF tenant IS NULL THEN
        RETURN false;
    END IF;
    INSERT INTO messaging_messageevent (organization_id, message_id, kind, at, detail)
    VALUES (tenant, message, event, event_at, event_detail);
    RETURN true;
END $$;

-- Only the worker that holds the row begins, only if nobody cancelled it, and only inside its window.
CREATE FUNCTION messaging_begin(message bigint, worker varchar, moment timestamptz, lease interval)
RETURNS SETOF messaging_message LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY
    UPDATE messaging_message AS begun
       SET state = 'sending', sending_at = moment, leased_until = statement_timestamp() + lease
     WHERE begun.id = message AND begun.state = 'queued' AND begun.leased_by = worker
       AND (begun.not_after IS NULL OR begun.not_after > moment)
    RETURNING begun.*;
END $$;
