-- As before, and the provider's own name for the delivery is kept, by which its reports find the message.
DROP FUNCTION messaging_settle(bigint, varchar, varchar, int, timestamptz, timestamptz, text, varchar, timestamptz, text);

-- A transmission that outlived its lease was swept to `uncertain`: its late answer still tells the truth.
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
