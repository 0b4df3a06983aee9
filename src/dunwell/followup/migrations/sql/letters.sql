-- What a letter asks for, as of a day, without the day itself.
CREATE FUNCTION followup_owed(organization bigint, customer bigint, currency varchar, invoices bigint[], as_of date)
RETURNS text LANGUAGE sql STABLE AS $$
    SELECT md5(concat_ws('|',
        (SELECT string_agg(concat_ws(':', item.invoice_id, item.due_on, item.balance), ',' ORDER BY item.invoice_id)
           FROM ledger_open_items(organization, as_of) AS item WHERE item.invoice_id = ANY (invoices)),
        (SELECT sum(credit.amount) FROM ledger_unapplied_credit(organization, as_of) AS credit
          WHERE credit.customer_id = customer AND credit.currency = followup_owed.currency),
        (SELECT string_agg(concat_ws(':', hold.hold_id, hold.amount), ',' ORDER BY hold.hold_id)
           FROM ledger_standing_holds(organization, as_of) AS hold
          WHERE hold.customer_id = customer AND (hold.invoice_id IS NULL OR hold.invoice_id = ANY (invoices))),
        (SELECT string_agg(pending.payment_id::text, ',' ORDER BY pending.payment_id)
           FROM ledger_pending_payments(organization, '-infinity', as_of) AS pending
          WHERE pending.customer_id = customer AND pending.invoice_id = ANY (invoices))
    ))
$$;

-- Whether a printed letter may still be posted as it is: NULL, or why not. What it says is of the day it was written
-- for; whatever has changed since then, dated then or later, calls it back. What speaks of the whole account must still
-- be true of the whole account.
CREATE FUNCTION followup_still_true(message bigint, today date) RETURNS varchar LANGUAGE plpgsql AS $$
DECLARE
    carried record;
BEGIN
    SELECT notice.id, notice.organization_id, notice.customer_id, notice.currency, notice.as_of, notice.fingerprint,
           notice.side_facts,
           notice.state = 'sending' AS is_printed,
           ARRAY(SELECT item.invoice_id FROM followup_noticeitem AS item WHERE item.notice_id = notice.id) AS invoices,
           settings.chasing_started_at IS NOT NULL AND settings.sending_stopped_at IS NULL AS sending_is_on
      INTO carried
      FROM followup_noticemessage AS delivery
      JOIN followup_notice AS notice ON notice.id = delivery.notice_id
      JOIN organizations_organizationsettings AS settings ON settings.organization_id = notice.organization_id
     WHERE delivery.message_id = message;
    IF NOT FOUND THEN
        RETURN NULL;
    ELSIF NOT carried.is_printed THEN
        RETURN 'not_queued';
    ELSIF NOT carried.sending_is_on THEN
        RETURN 'stopped';
    ELSIF carried.fingerprint IS DISTINCT FROM (SELECT facts.digest FROM followup_facts(ARRAY[carried.id]) AS facts) THEN
        RETURN 'changed';
    ELSIF followup_owed(carried.organization_id, carried.customer_id, carried.currency, carried.invoices, carried.as_of)
          IS DISTINCT FROM
          followup_owed(carried.organization_id, carried.customer_id, carried.currency, carried.invoices, today) THEN
        RETURN 'changed';
    ELSIF 'account' = ANY (carried.side_facts)
          AND followup_account(carried.organization_id, carried.customer_id, carried.as_of)
              IS DISTINCT FROM followup_account(carried.organization_id, carried.customer_id, today) THEN
        RETURN 'changed';
    END IF;
    RETURN NULL;
END $$;
