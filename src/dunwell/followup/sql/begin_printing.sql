-- The turn of each letter that is about to be printed: begun, or refused with the guard's word.
SELECT claimed.id, turned.refusal, turned.id IS NOT NULL
  FROM unnest(%(messages)s::bigint[]) AS claimed (id)
 CROSS JOIN LATERAL followup_turn(NULL, NULL, NULL, NULL, NULL, claimed.id, %(worker)s, %(now)s, %(lease)s) AS turned
