-- name: create
-- The rows of the file as they read, typed; empty cells are null. A settlement that lies after the
-- day the file describes is 'infinity': it is not known yet, which is not "never".
CREATE TEMP TABLE import_row (
    line int, refused boolean, customer_key text, name_key text,
    customer_number text, customer_name text, customer_email text, contact_name text, customer_phone text,
    customer_street text, customer_street_2 text, customer_postal_code text, customer_city text, customer_region text,
    customer_country text, customer_language text, customer_terms int, customer_tags text[],
    invoice_number text, issued_on date, due_on date, terms int, currency text,
    total numeric(19,4), balance numeric(19,4), paid numeric(19,4), status text,
    payment_url text, description text, settled_on date, disputed boolean, kind text
) ON COMMIT DROP;

-- name: analyze
ANALYZE import_row;
