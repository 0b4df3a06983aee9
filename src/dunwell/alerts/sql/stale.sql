-- Sources whose last news is older than the organization allows; once for each time they are refreshed and go stale.
INSERT INTO alerts_alert (organization_id, kind, source_key, details, happened_at)
SELECT source.organization_id, 'data_stale', 'stale:' || source.id || ':' || extract(epoch FROM source.fresh_at),
       jsonb_build_object('source', source.name, 'fresh_at', source.fresh_at), %(now)s
  FROM ledger_datasource AS source
 WHERE source.organization_id = %(organization)s AND source.kind = 'file'
   AND source.fresh_at < %(file_fresh_since)s::timestamptz AND source.fresh_at > %(file_fresh_since)s::timestamptz - interval '3 days'
   AND 'data_stale' = ANY(%(kinds)s::text[])
    ON CONFLICT (organization_id, source_key) DO NOTHING
RETURNING id
