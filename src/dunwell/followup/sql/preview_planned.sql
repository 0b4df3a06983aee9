SELECT count(*) FROM followup_action WHERE organization_id = %(organization)s AND state = 'planned'
