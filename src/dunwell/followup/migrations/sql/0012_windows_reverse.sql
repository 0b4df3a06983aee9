CREATE OR REPLACE FUNCTION followup_guard(message bigint) RETURNS varchar LANGUAGE plpgsql AS $$
DECLARE
    carried record;
BEGIN
    SELECT notice.id, notice.organization_id, notice.customer_id, notice.currency, notice.as_of, notice.fingerprint,
           notice.window_overridden_by_id IS NOT NULL AS is_early,
           notice.state = 'queued' AS is_queued,
           settings.chasing_started_at IS NOT NULL AND settings.sending_stopped_at IS NULL AS sending_is_on,
           (going.sending_at AT TIME ZONE
               coalesce(nullif(customer.time_zone, ''), organization.time_zone))::date AS today,
           source.fresh_at < going.sending_at - CASE source.kind
               WHEN 'file' THEN make_interval(days => settings.file_freshness_days)
               ELSE make_interval(hours => settings.connector_freshness_hours) END AS is_stale
      INTO carried
      FROM followup_noticemessage AS delivery
      JOIN followup_notice AS notice ON notice.id = delivery.notice_id
      JOIN messaging_message AS going ON going.id = delivery.message_id
      JOIN ledger_customer AS customer ON customer.id = notice.customer_id
      JOIN organizations_organization AS organization ON organization.id = notice.organization_id
      JOIN organizations_organizationsettings AS settings ON settings.organization_id = notice.organization_id
      LEFT JOIN ledger_datasource AS source ON source.id = customer.source_id
     WHERE delivery.message_id = message
       FOR UPDATE OF notice;
    IF NOT FOUND THEN
        RETURN NULL;
    ELSIF NOT carried.sending_is_on THEN
        RETURN 'stopped';
    ELSIF NOT carried.is_queued THEN
        RETURN 'not_queued';
    ELSIF carried.is_stale THEN
        RETURN 'stale';
    ELSIF carried.as_of < carried.today OR carried.as_of > carried.today AND NOT carried.is_early THEN
        RETURN 'changed';
    ELSIF carried.as_of > carried.today AND EXISTS (
            SELECT FROM ledger_standing_holds(carried.organization_id, carried.today) AS hold
             WHERE hold.customer_id = carried.customer_id
               AND (hold.invoice_id IS NULL OR hold.invoice_id IN (
                        SELECT item.invoice_id FROM followup_noticeitem AS item WHERE item.notice_id = carried.id))) THEN
        RETURN 'changed';
    END IF;
    IF carried.fingerprint IS DISTINCT FROM followup_facts(
            carried.organization_id, carried.customer_id, carried.currency,
            ARRAY(SELECT item.invoice_id FROM followup_noticeitem AS item WHERE item.notice_id = carried.id),
            carried.as_of) THEN
        RETURN 'changed';
    END IF;
    UPDATE followup_notice AS notice
       SET state = 'sending', contact_on = carried.today, changed_at = clock_timestamp()
     WHERE notice.id = carried.id;
    RETURN NULL;
END $$;
