-- Addresses that a server said do not exist (e-mail, SMS, letters), and phone numbers at which somebody else answered.
INSERT INTO alerts_alert (organization_id, kind, source_key, customer_id, details, happened_at)
SELECT contact.organization_id, 'address_refused', refused.name || ':' || contact.id || ':' || extract(epoch FROM refused.at),
       contact.customer_id, jsonb_build_object(refused.name, refused.address), refused.at
  FROM ledger_contact AS contact
 CROSS JOIN LATERAL (
           VALUES ('address', contact.email, contact.email_refused_at), ('phone', contact.phone, contact.phone_refused_at)
       ) AS refused (name, address, at)
 WHERE contact.organization_id = %(organization)s AND refused.at > %(since)s::timestamptz
   AND 'address_refused' = ANY(%(kinds)s::text[])
UNION ALL
SELECT contact.organization_id, 'address_refused', 'number:' || contact.id || ':' || extract(epoch FROM contact.sms_refused_at),
       contact.customer_id, jsonb_build_object('address', contact.sms_number), contact.sms_refused_at
  FROM ledger_contact AS contact
 WHERE contact.organization_id = %(organization)s AND contact.sms_refused_at > %(since)s::timestamptz
   AND 'address_refused' = ANY(%(kinds)s::text[])
UNION ALL
SELECT customer.organization_id, 'address_refused',
       'letters:' || customer.id || ':' || extract(epoch FROM customer.address_refused_at), customer.id,
       jsonb_build_object('address', concat_ws(', ', customer.address_line_1, customer.city)), customer.address_refused_at
  FROM ledger_customer AS customer
 WHERE customer.organization_id = %(organization)s AND customer.address_refused_at > %(since)s::timestamptz
   AND 'address_refused' = ANY(%(kinds)s::text[])
    ON CONFLICT (organization_id, source_key) DO NOTHING
RETURNING id
