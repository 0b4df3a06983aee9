-- What messages go through in their turn, for whoever joins them with his own in one statement: of as many messages as
-- have their turn at the same moment.

-- How transmissions ended. One that outlived its lease was swept to `uncertain`: its late answer still tells the truth.
-- The provider's own name for the delivery is kept, by which its reports find the message. Returns those that were kept.
CREATE FUNCTION messaging_settle(ended jsonb) RETURNS TABLE (message bigint, moment timestamptz) LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY
    WITH settled AS (
        UPDATE messaging_message AS settled
           SET state = outcome.state, attempts = outcome.attempts, finished_at = outcome.finished_at,
               next_attempt_at = coalesce(outcome.next_attempt_at, settled.next_attempt_at), last_error = outcome.error,
               provider_id = coalesce(nullif(outcome.provider_id, ''), settled.provider_id),
               leased_until = NULL, leased_by = ''
          FROM jsonb_to_recordset(ended) AS outcome (
                   message bigint, worker varchar, state varchar, attempts int, finished_at timestamptz,
                   next_attempt_at timestamptz, error text, event varchar, at timestamptz, detail text, provider_id varchar)
         WHERE settled.id = outcome.message AND settled.leased_by = outcome.worker
           AND settled.state IN ('sending', 'uncertain')
        RETURNING settled.organization_id, settled.id, outcome.event, outcome.at, outcome.detail
    )
    INSERT INTO messaging_messageevent AS told (organization_id, message_id, kind, at, detail)
    SELECT settled.organization_id, settled.id, settled.event, settled.at, settled.detail FROM settled
    RETURNING told.message_id, told.at;
END $$;

-- Which of the messages in `coming` may have their turn: held by their worker, not taken back, inside their window. They
-- are locked, in the order of their ids, and returned in the order in which they came.
CREATE FUNCTION messaging_hold(coming jsonb) RETURNS TABLE (message bigint, moment timestamptz) LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY
    SELECT held.id, held.moment
      FROM (SELECT waiting.id, next.moment, next.place
              FROM ROWS FROM (jsonb_to_recordset(coming) AS (message bigint, worker varchar, moment timestamptz))
                       WITH ORDINALITY AS next (message, worker, moment, place)
              JOIN messaging_message AS waiting ON waiting.id = next.message
             WHERE waiting.state = 'queued' AND waiting.leased_by = next.worker
               AND (waiting.not_after IS NULL OR waiting.not_after > next.moment)
             ORDER BY waiting.id
               FOR UPDATE OF waiting) AS held
     ORDER BY held.place;
END $$;

-- Those of `coming` that are held and `allowed` are `sending` from now on. Returns them.
CREATE FUNCTION messaging_begin(coming jsonb, allowed bigint[]) RETURNS SETOF bigint LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY
    UPDATE messaging_message AS begun
       SET state = 'sending', sending_at = next.moment, leased_until = clock_timestamp() + next.lease
      FROM jsonb_to_recordset(coming) AS next (message bigint, worker varchar, moment timestamptz, lease interval)
     WHERE next.message = ANY (allowed)
       AND begun.id = next.message AND begun.state = 'queued' AND begun.leased_by = next.worker
    RETURNING begun.id;
END $$;
