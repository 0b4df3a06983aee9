-- name: gather
CREATE TEMP TABLE import_contact ON COMMIT DROP AS
SELECT DISTINCT ON (customer_id) customer_id, email, contact_name AS name, phone, language
  FROM import_customer
 WHERE is_used AND NOT is_ambiguous AND NOT is_merged AND coalesce(email, contact_name, phone) IS NOT NULL
 ORDER BY customer_id, email IS NULL, first_line;

-- name: step_down
-- The address belongs to another person of the customer already: that one becomes the primary contact.
UPDATE ledger_contact AS contact SET is_primary = false, updated_at = %(now)s
  FROM import_contact AS file
  JOIN ledger_contact AS other ON other.organization_id = %(organization)s AND other.customer_id = file.customer_id
       AND other.email <> '' AND lower(other.email) = lower(file.email) AND NOT other.is_primary
 WHERE contact.organization_id = %(organization)s AND contact.customer_id = file.customer_id AND contact.is_primary;

-- name: step_up
UPDATE ledger_contact AS contact SET is_primary = true, updated_at = %(now)s
  FROM import_contact AS file
 WHERE contact.organization_id = %(organization)s AND contact.customer_id = file.customer_id AND NOT contact.is_primary
   AND contact.email <> '' AND lower(contact.email) = lower(file.email);

-- name: update
UPDATE ledger_contact AS contact
   SET email = coalesce(file.email, contact.email), name = coalesce(file.name, contact.name),
       phone = coalesce(file.phone, contact.phone), updated_at = %(now)s,
       -- A server refused the old address, not the new one
       email_refused_at = CASE WHEN lower(coalesce(file.email, contact.email)) = lower(contact.email)
                               THEN contact.email_refused_at END,
       email_refused_reason = CASE WHEN lower(coalesce(file.email, contact.email)) = lower(contact.email)
                                   THEN contact.email_refused_reason ELSE '' END
  FROM import_contact AS file
 WHERE contact.organization_id = %(organization)s AND contact.customer_id = file.customer_id AND contact.is_primary
   AND (contact.email, contact.name, contact.phone)
       IS DISTINCT FROM
       (coalesce(file.email, contact.email), coalesce(file.name, contact.name), coalesce(file.phone, contact.phone));

-- name: insert
INSERT INTO ledger_contact (organization_id, customer_id, name, role, email, phone, language, is_primary, created_at, updated_at)
SELECT %(organization)s, file.customer_id, coalesce(file.name, ''), 'billing', coalesce(file.email, ''),
       coalesce(file.phone, ''), coalesce(file.language, ''), true, %(now)s, %(now)s
  FROM import_contact AS file
 WHERE NOT EXISTS (SELECT FROM ledger_contact AS contact WHERE contact.organization_id = %(organization)s
                      AND contact.customer_id = file.customer_id AND contact.is_primary);
