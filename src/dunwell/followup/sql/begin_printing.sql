-- The turn of each letter that is about to be printed: begun, or refused with the guard's word.
SELECT turned.next, turned.refusal, turned.id IS NOT NULL
  FROM followup_turns('[]', (
           SELECT jsonb_agg(jsonb_build_object(
                      'message', claimed.id, 'worker', %(worker)s::text, 'moment', %(now)s::timestamptz,
                      'lease', %(lease)s::interval) ORDER BY claimed.place)
             FROM unnest(%(messages)s::bigint[]) WITH ORDINALITY AS claimed (id, place))) AS turned
