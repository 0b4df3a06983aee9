-- Whose facts have changed since the last pass. The rows are deleted as this statement's snapshot sees
-- them: what is written meanwhile stays for the next pass.
WITH taken AS (
    DELETE FROM ledger_touchedcustomer WHERE organization_id = %(organization)s RETURNING customer_id
)
INSERT INTO pass_touched SELECT DISTINCT customer_id FROM taken
