-- Addresses that a server said do not exist.
INSERT INTO alerts_alert (organization_id, kind, source_key, customer_id, details, happened_at)
SELECT contact.organization_id, 'address_refused',
       'address:' || contact.id || ':' || extract(epoch FROM contact.email_refused_at), contact.customer_id,
       jsonb_build_object('address', contact.email), contact.email_refused_at
  FROM ledger_contact AS contact
 WHERE contact.organization_id = %(organization)s AND contact.email_refused_at > %(since)s::timestamptz
   AND 'address_refused' = ANY(%(kinds)s::text[])
    ON CONFLICT (organization_id, source_key) DO NOTHING
RETURNING id
