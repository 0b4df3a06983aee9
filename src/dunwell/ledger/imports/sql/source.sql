-- name: refresh
-- Fresh up to the end of the day the files describe; an older file does not make it staler.
INSERT INTO ledger_datasource (organization_id, kind, name, fresh_at)
VALUES (%(organization)s, 'file', %(name)s, %(fresh_at)s)
ON CONFLICT (organization_id, kind, name) DO UPDATE SET fresh_at = greatest(ledger_datasource.fresh_at, excluded.fresh_at)
RETURNING id;
