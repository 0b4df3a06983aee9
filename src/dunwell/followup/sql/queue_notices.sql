UPDATE followup_notice SET state = 'queued'
 WHERE id = ANY (%(notices)s) AND state IN ('composed', 'awaiting_approval', 'queued')
RETURNING id
