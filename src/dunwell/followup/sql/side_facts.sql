SELECT followup_side_facts(%(organization)s, %(customer)s, %(invoices)s::bigint[], %(as_of)s, %(wanted)s::varchar[])::text
