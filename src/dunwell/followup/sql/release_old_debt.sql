INSERT INTO followup_olddebtrelease (organization_id, invoice_id, released_by_id, released_at)
VALUES (%(organization)s, %(invoice)s, %(user)s, %(now)s) ON CONFLICT DO NOTHING
