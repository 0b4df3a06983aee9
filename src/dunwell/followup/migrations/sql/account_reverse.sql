CREATE OR REPLACE FUNCTION followup_still_true(message bigint, today date) RETURNS varchar LANGUAGE plpgsql AS $$
DECLARE
    carried record;
BEGIN
    SELECT notice.id, notice.organization_id, notice.customer_id, notice.currency, notice.as_of, notice.fingerprint,
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
    ELSIF carried.fingerprint IS DISTINCT FROM followup_facts(carried.id) THEN
        RETURN 'changed';
    ELSIF followup_owed(carried.organization_id, carried.customer_id, carried.currency, carried.invoices, carried.as_of)
          IS DISTINCT FROM
          followup_owed(carried.organization_id, carried.customer_id, carried.currency, carried.invoices, today) THEN
        RETURN 'changed';
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION followup_side_facts(organization bigint, customer bigint, invoices bigint[], as_of date, wanted varchar[])
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
              FROM followup_promise(organization, customer, invoices, as_of) AS promise) END))
$$;

DROP FUNCTION followup_account(bigint, bigint, date);
