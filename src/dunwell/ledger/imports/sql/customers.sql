-- name: gather
-- One row per customer of the file, from the first line that names it. The *_line columns say where
-- an attribute that line leaves empty is first given.
CREATE TEMP TABLE import_customer ON COMMIT DROP AS
SELECT grouped.*, row.customer_number AS number, row.customer_name AS name, row.name_key,
       row.customer_email AS email, row.contact_name, row.customer_phone AS phone,
       row.customer_street AS address_line_1, row.customer_street_2 AS address_line_2,
       row.customer_postal_code AS postal_code, row.customer_city AS city, row.customer_region AS region,
       row.customer_country AS country,
       row.customer_language AS language, row.customer_terms AS terms, row.customer_tags AS tags,
       NULL::bigint AS customer_id, false AS is_new, false AS is_ambiguous, false AS is_merged, true AS is_used
  FROM (
        SELECT customer_key, min(line) AS first_line, min(issued_on) AS first_issued_on,
               min(line) FILTER (WHERE customer_name IS NOT NULL) AS name_line,
               min(line) FILTER (WHERE customer_email IS NOT NULL) AS email_line,
               min(line) FILTER (WHERE contact_name IS NOT NULL) AS contact_name_line,
               min(line) FILTER (WHERE customer_phone IS NOT NULL) AS phone_line,
               min(line) FILTER (WHERE customer_street IS NOT NULL) AS address_line_1_line,
               min(line) FILTER (WHERE customer_street_2 IS NOT NULL) AS address_line_2_line,
               min(line) FILTER (WHERE customer_postal_code IS NOT NULL) AS postal_code_line,
               min(line) FILTER (WHERE customer_city IS NOT NULL) AS city_line,
               min(line) FILTER (WHERE customer_region IS NOT NULL) AS region_line,
               min(line) FILTER (WHERE customer_country IS NOT NULL) AS country_line,
               min(line) FILTER (WHERE customer_language IS NOT NULL) AS language_line,
               min(line) FILTER (WHERE customer_terms IS NOT NULL) AS terms_line,
               min(line) FILTER (WHERE customer_tags IS NOT NULL) AS tags_line
          FROM import_row WHERE NOT refused GROUP BY customer_key
       ) AS grouped
  JOIN import_row AS row ON row.line = grouped.first_line AND NOT row.refused;

-- name: complete
UPDATE import_customer AS customer SET {attribute} = row.{target}
  FROM import_row AS row
 WHERE customer.{attribute} IS NULL AND row.line = customer.{attribute}_line AND NOT row.refused;

-- name: complete_name
UPDATE import_customer AS customer SET name = row.customer_name, name_key = row.name_key
  FROM import_row AS row
 WHERE customer.name IS NULL AND row.line = customer.name_line AND NOT row.refused;

-- name: match_numbers
-- Whoever names a customer that was merged means the one it was merged into, and says nothing about that one itself.
UPDATE import_customer AS customer
   SET customer_id = coalesce(known.merged_into_id, known.id), is_merged = known.merged_into_id IS NOT NULL
  FROM ledger_customer AS known
 WHERE known.organization_id = %(organization)s AND known.number = customer.number;

-- name: match_names
UPDATE import_customer AS customer
   SET customer_id = coalesce(known.merged_into_id, known.id), is_merged = known.merged_into_id IS NOT NULL
  FROM ledger_customer AS known
 WHERE known.organization_id = %(organization)s AND known.number = '' AND customer.number IS NULL
   AND known.name_key = customer.name_key;

-- name: match_numbered_by_name
-- A line without a number means the numbered customer of that name, if there is exactly one.
UPDATE import_customer AS customer
   SET customer_id = known.id, is_ambiguous = known.times > 1, is_merged = known.is_merged
  FROM (
        SELECT known.name_key, min(coalesce(known.merged_into_id, known.id)) AS id,
               count(DISTINCT coalesce(known.merged_into_id, known.id)) AS times,
               bool_and(known.merged_into_id IS NOT NULL) AS is_merged
          FROM ledger_customer AS known
         WHERE known.organization_id = %(organization)s AND known.number <> ''
           AND known.name_key IN (SELECT name_key FROM import_customer WHERE customer_id IS NULL AND number IS NULL)
         GROUP BY known.name_key
       ) AS known
 WHERE customer.customer_id IS NULL AND customer.number IS NULL AND customer.name_key = known.name_key;

-- name: adopt_numbers
-- A customer so far known by name alone gets its number, if the file gives that name one number only.
UPDATE import_customer AS customer
   SET customer_id = coalesce(known.merged_into_id, known.id), is_merged = known.merged_into_id IS NOT NULL
  FROM ledger_customer AS known,
       (SELECT name_key FROM import_customer WHERE number IS NOT NULL GROUP BY name_key HAVING count(*) = 1) AS sole
 WHERE customer.customer_id IS NULL AND customer.number IS NOT NULL AND customer.name IS NOT NULL
   AND sole.name_key = customer.name_key
   AND known.organization_id = %(organization)s AND known.number = '' AND known.name_key = customer.name_key;

-- name: number_new
UPDATE import_customer
   SET customer_id = nextval(pg_get_serial_sequence('ledger_customer', 'id')), is_new = true
 WHERE customer_id IS NULL;

-- name: analyze
ANALYZE import_customer;

-- name: mark_unused
-- Customers all of whose lines were refused do not come in.
UPDATE import_customer AS customer SET is_used = false
 WHERE NOT EXISTS (SELECT FROM import_item AS item WHERE item.customer_key = customer.customer_key AND item.refusal IS NULL);

-- name: insert
INSERT INTO ledger_customer (id, organization_id, number, name, name_key, address_line_1, address_line_2, postal_code, city,
                             region, country, language, time_zone, terms_days, tags, source_id, known_from, created_at, updated_at)
SELECT customer_id, %(organization)s, coalesce(number, ''), coalesce(name, number), name_key,
       coalesce(address_line_1, ''), coalesce(address_line_2, ''), coalesce(postal_code, ''), coalesce(city, ''),
       coalesce(region, ''), coalesce(country, ''), coalesce(language, ''), '', terms, coalesce(tags, '{}'), %(source)s, least(first_issued_on, %(as_of)s),
       %(now)s, %(now)s
  FROM import_customer WHERE is_new AND is_used;

-- name: update
-- An empty cell says nothing, so it erases nothing. A connector's customers stay the connector's.
WITH wanted AS (
    SELECT known.id,
           coalesce(file.number, known.number) AS number,
           coalesce(file.name, known.name) AS name,
           CASE WHEN file.name IS NULL THEN known.name_key ELSE file.name_key END AS name_key,
           coalesce(file.address_line_1, known.address_line_1) AS address_line_1,
           -- The second line belongs to the first: with another street it is another line, or none
           coalesce(file.address_line_2, CASE WHEN coalesce(file.address_line_1, known.address_line_1) = known.address_line_1
                                              THEN known.address_line_2 ELSE '' END) AS address_line_2,
           coalesce(file.postal_code, known.postal_code) AS postal_code,
           coalesce(file.city, known.city) AS city,
           coalesce(file.region, known.region) AS region,
           coalesce(file.country, known.country) AS country,
           coalesce(file.language, known.language) AS language,
           coalesce(file.terms, known.terms_days) AS terms_days,
           coalesce(file.tags, known.tags) AS tags,
           CASE WHEN source.kind = 'connector' THEN known.source_id ELSE %(source)s END AS source_id,
           least(known.known_from, file.first_issued_on) AS known_from
      FROM (
            SELECT DISTINCT ON (customer_id) * FROM import_customer
             WHERE NOT is_new AND is_used AND NOT is_ambiguous AND NOT is_merged ORDER BY customer_id, number, first_line
           ) AS file
      JOIN ledger_customer AS known ON known.organization_id = %(organization)s AND known.id = file.customer_id
      LEFT JOIN ledger_datasource AS source ON source.id = known.source_id
)
UPDATE ledger_customer AS known
   SET number = wanted.number, name = wanted.name, name_key = wanted.name_key,
       address_line_1 = wanted.address_line_1, address_line_2 = wanted.address_line_2, postal_code = wanted.postal_code,
       city = wanted.city, region = wanted.region, country = wanted.country,
       language = wanted.language, terms_days = wanted.terms_days, tags = wanted.tags::varchar(50)[],
       source_id = wanted.source_id, known_from = wanted.known_from, updated_at = %(now)s
  FROM wanted
 WHERE known.id = wanted.id
   AND (known.number, known.name, known.name_key, known.address_line_1, known.address_line_2, known.postal_code,
        known.city, known.region, known.country, known.language, known.terms_days, known.tags::text[],
        known.source_id, known.known_from)
       IS DISTINCT FROM
       (wanted.number, wanted.name, wanted.name_key, wanted.address_line_1, wanted.address_line_2, wanted.postal_code,
        wanted.city, wanted.region, wanted.country, wanted.language, wanted.terms_days, wanted.tags::text[],
        wanted.source_id, wanted.known_from);

-- name: count
SELECT count(DISTINCT customer_id) FILTER (WHERE is_new), count(DISTINCT customer_id) FILTER (WHERE NOT is_new)
  FROM import_customer WHERE is_used AND NOT is_ambiguous;

-- name: wake
-- An archived customer who owes something again is back in the lists.
UPDATE ledger_customer AS known SET archived_at = NULL, updated_at = %(now)s
 WHERE known.organization_id = %(organization)s AND known.archived_at IS NOT NULL AND known.merged_into_id IS NULL
   AND EXISTS (SELECT FROM ledger_invoice AS invoice
                WHERE invoice.organization_id = known.organization_id AND invoice.customer_id = known.id
                  AND invoice.settled_on IS NULL AND NOT invoice.is_draft);
