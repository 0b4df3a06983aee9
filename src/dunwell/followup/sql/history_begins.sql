-- The first day the book can speak of: the first invoice that came in, or the first payment whose day is known.
SELECT least((SELECT min(first_known_on) FROM ledger_invoice
               WHERE organization_id = %(organization)s AND NOT is_draft),
             (SELECT min(succeeded_on) FROM ledger_payment
               WHERE organization_id = %(organization)s AND NOT is_opening))
