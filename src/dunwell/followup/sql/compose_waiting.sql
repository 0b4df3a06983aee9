UPDATE followup_action SET state = 'waiting', reason = %(reason)s, detail = %(detail)s, recheck_on = %(tomorrow)s, changed_at = %(now)s
 WHERE id = ANY (%(actions)s) AND state = 'planned'
