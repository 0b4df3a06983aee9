-- What a notice may speak of, or be sent to, besides its invoices: only those it names are asked for, when it is written
-- and again in the turn that sends it. One function for both, so that they cannot differ.

-- Who looks after the customer in our team: nobody who has left.
CREATE FUNCTION followup_owner(organization bigint, customer bigint)
RETURNS TABLE (name varchar, email varchar) LANGUAGE sql STABLE AS $$
    SELECT coalesce(nullif(person.name, ''), person.email)::varchar, person.email
      FROM ledger_customer AS owned
      JOIN organizations_user AS person ON person.id = owned.owner_id AND person.is_active
      JOIN organizations_membership AS membership
        ON membership.organization_id = organization AND membership.user_id = person.id
       AND membership.deactivated_at IS NULL
     WHERE owned.organization_id = organization AND owned.id = customer
$$;

-- Who may get a copy: an address that may be used.
CREATE FUNCTION followup_decision_maker(organization bigint, customer bigint)
RETURNS TABLE (name varchar, email varchar) LANGUAGE sql STABLE AS $$
    SELECT usable.name, usable.address::varchar
      FROM ledger_addresses(organization) AS usable
      JOIN ledger_contact AS contact ON contact.id = usable.contact_id
     WHERE usable.customer_id = customer AND usable.channel = 'email' AND contact.role = 'decision_maker'
     ORDER BY usable.contact_id
     LIMIT 1
$$;

CREATE FUNCTION followup_balances(organization bigint, customer bigint, as_of date)
RETURNS TABLE (currency varchar, amount numeric) LANGUAGE sql STABLE AS $$
    SELECT item.currency, sum(item.balance)
      FROM ledger_open_items(organization, as_of) AS item
     WHERE item.customer_id = customer
     GROUP BY item.currency
$$;

-- The last promise about these invoices whose day has passed. One for the whole customer speaks of what was issued by then.
CREATE FUNCTION followup_promise(organization bigint, customer bigint, invoices bigint[], as_of date)
RETURNS TABLE (made_on date, pay_on date) LANGUAGE sql STABLE AS $$
    SELECT hold.starts_on, hold.ends_on
      FROM ledger_hold AS hold
     WHERE hold.organization_id = organization AND hold.customer_id = customer AND hold.reason = 'promise'
       AND hold.ends_on <= as_of AND (hold.released_on IS NULL OR hold.released_on >= hold.ends_on)
       AND (hold.invoice_id = ANY (invoices)
            OR hold.invoice_id IS NULL AND EXISTS (
                   SELECT FROM ledger_invoice AS invoice
                    WHERE invoice.id = ANY (invoices) AND invoice.issued_on <= hold.starts_on))
     ORDER BY hold.starts_on DESC, hold.id DESC
     LIMIT 1
$$;

-- What is open in all of a customer's account, and what holds any of it, as one digest: a notice rests on it that brings a
-- statement along or says what is owed by currency. A payment of an invoice that it is not about calls it back too.
CREATE FUNCTION followup_account(organization bigint, customer bigint, as_of date)
RETURNS text LANGUAGE sql STABLE AS $$
    SELECT md5(concat_ws('|',
        (SELECT string_agg(concat_ws(':', item.invoice_id, item.due_on, item.balance), ',' ORDER BY item.invoice_id)
           FROM ledger_open_items(organization, as_of) AS item WHERE item.customer_id = customer),
        (SELECT string_agg(concat_ws(':', hold.hold_id, hold.amount), ',' ORDER BY hold.hold_id)
           FROM ledger_standing_holds(organization, as_of) AS hold WHERE hold.customer_id = customer)
    ))
$$;

CREATE FUNCTION followup_side_facts(organization bigint, customer bigint, invoices bigint[], as_of date, wanted varchar[])
RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT jsonb_strip_nulls(jsonb_build_object(
        'owner', CASE WHEN 'owner' = ANY (wanted) THEN (
            SELECT jsonb_build_object('name', owner.name, 'email', owner.email)
              FROM followup_owner(organization, customer) AS owner) END,
        'decision_maker', CASE WHEN 'decision_maker' = ANY (wanted) THEN (
            SELECT jsonb_build_object('name', person.name, 'email', person.email)
              FROM followup_decision_maker(organization, customer) AS person) END,
        'balances', CASE WHEN 'balances' = ANY (wanted) THEN (
            SELECT jsonb_object_agg(balance.currency, balance.amount::text)
              FROM followup_balances(organization, customer, as_of) AS balance) END,
        'promise', CASE WHEN 'promise' = ANY (wanted) THEN (
            SELECT jsonb_build_object('made_on', promise.made_on, 'pay_on', promise.pay_on)
              FROM followup_promise(organization, customer, invoices, as_of) AS promise) END,
        'account', CASE WHEN 'account' = ANY (wanted) THEN followup_account(organization, customer, as_of) END))
$$;
