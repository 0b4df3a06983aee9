-- rules.waiting.waiting_reason, set-based: the order of the CASE is the order of the rule's checks.
CREATE TEMPORARY TABLE plan_decided ON COMMIT DROP AS
WITH held AS (
    SELECT candidate.invoice_id,
           bool_or(hold.amount IS NULL) OR sum(hold.amount) >= max(candidate.balance) AS held,
           sum(hold.amount) AS held_part,
           min(hold.ends_on) AS ends_on
      FROM (SELECT DISTINCT invoice_id, customer_id, balance FROM plan_candidate) AS candidate
      JOIN ledger_standing_holds(%(organization)s, %(as_of)s) AS hold
        ON hold.customer_id = candidate.customer_id
       AND (hold.invoice_id IS NULL OR hold.invoice_id = candidate.invoice_id)
     GROUP BY candidate.invoice_id
), pending AS (
    SELECT DISTINCT invoice_id FROM ledger_pending_payments(%(organization)s, %(pending_since)s, %(as_of)s)
), unposted AS (
    -- Letters that people have printed, and nobody has marked as posted or taken out of the pile
    SELECT action.invoice_id, max(notice.as_of) AS letter_of
      FROM messaging_printbatch AS batch
      JOIN messaging_batchletter AS letter ON letter.batch_id = batch.id AND letter.called_back_at IS NULL
      JOIN followup_noticemessage AS delivery ON delivery.message_id = letter.message_id
      JOIN followup_notice AS notice ON notice.id = delivery.notice_id AND notice.state = 'sending'
      JOIN followup_action AS action ON action.notice_id = notice.id
     WHERE batch.organization_id = %(organization)s AND batch.posted_at IS NULL
     GROUP BY action.invoice_id
), contacted AS (
    SELECT customer_id, max(contact_on) AS last_on,
           count(DISTINCT contact_on) FILTER (WHERE contact_on > %(week_ago)s) AS in_week
      FROM (SELECT organization_id, customer_id, contact_on FROM followup_notice
             UNION ALL SELECT organization_id, customer_id, contact_on FROM followup_call) AS contact
     WHERE organization_id = %(organization)s AND contact_on > %(contacts_since)s AND contact_on <= %(as_of)s
     GROUP BY customer_id
), stale AS (
    SELECT customer.id AS customer_id
      FROM ledger_datasource AS source
      JOIN ledger_customer AS customer ON customer.source_id = source.id AND customer.organization_id = source.organization_id
     WHERE source.organization_id = %(organization)s AND %(check_freshness)s
       AND source.fresh_at < CASE source.kind WHEN 'file' THEN %(file_fresh_after)s::timestamptz ELSE %(connector_fresh_after)s::timestamptz END
), weighed AS (
    SELECT candidate.*,
           coalesce(held.held, false) OR pending.invoice_id IS NOT NULL AS held,
           CASE WHEN candidate.channel <> 'task' THEN unposted.letter_of END AS letter_of,
           CASE WHEN pending.invoice_id IS NOT NULL THEN %(tomorrow)s ELSE held.ends_on END AS held_until,
           invoice.first_known_on - invoice.due_on > %(old_debt_days)s AND NOT candidate.had_notice
               AND released.id IS NULL AS old_debt,
           -- what a hold takes out of it is not asked for, so credit need not cover that
           netting.netted > 0 AND netting.netted >= candidate.balance - coalesce(held.held_part, 0) AS covered,
           candidate.balance - coalesce(netting.netted, 0) - coalesce(held.held_part, 0) AS asked,
           contacted.last_on, coalesce(contacted.in_week, 0) AS contacts_in_week,
           stale.customer_id IS NOT NULL AS stale
      FROM plan_candidate AS candidate
      JOIN ledger_invoice AS invoice ON invoice.id = candidate.invoice_id
      LEFT JOIN held ON held.invoice_id = candidate.invoice_id
      LEFT JOIN pending ON pending.invoice_id = candidate.invoice_id
      LEFT JOIN unposted ON unposted.invoice_id = candidate.invoice_id
      LEFT JOIN followup_olddebtrelease AS released
        ON released.organization_id = %(organization)s AND released.invoice_id = candidate.invoice_id
      LEFT JOIN plan_netting AS netting ON netting.invoice_id = candidate.invoice_id
      LEFT JOIN contacted ON contacted.customer_id = candidate.customer_id
      LEFT JOIN stale ON stale.customer_id = candidate.customer_id
), summed AS (
    SELECT weighed.*,
           sum(asked) FILTER (WHERE decision = 'target' AND NOT (is_failed OR held OR letter_of IS NOT NULL OR old_debt OR coalesce(covered, false)))
               OVER (PARTITION BY customer_id, currency, channel) AS notice_amount
      FROM weighed
), reasoned AS (
    SELECT summed.*,
           CASE WHEN held THEN 'held'
                WHEN letter_of IS NOT NULL THEN 'letter_unposted'
                WHEN old_debt THEN 'old_debt'
                WHEN covered THEN 'netted'
                WHEN notice_amount * (%(rates)s::jsonb ->> currency)::numeric < %(minimum_amount)s THEN 'below_minimum'
                WHEN NOT (channel = ANY (%(channels_set_up)s::text[])) THEN 'channel_not_set_up'
                WHEN NOT has_address THEN 'no_address'
                WHEN decision IN ('earlier_step', 'earlier_notice', 'no_earlier_step') THEN decision
                WHEN last_on > %(interval_since)s AND NOT overridden AND channel <> 'task' THEN 'contact_interval'
                WHEN contacts_in_week >= %(weekly_limit)s AND NOT overridden AND channel <> 'task' THEN 'weekly_limit'
                WHEN stale THEN 'stale_data' END AS waits_for
      FROM summed
)
SELECT invoice_id, customer_id, step_id, lineage, occurrence, anchor_kind, anchor_id, anchor_on, offset_days, channel, action_id,
       CASE WHEN decision NOT IN ('target', 'earlier_step', 'earlier_notice', 'no_earlier_step') THEN 'final'
            WHEN waits_for IS NULL THEN 'planned' ELSE 'waiting' END AS state,
       CASE WHEN decision NOT IN ('target', 'earlier_step', 'earlier_notice', 'no_earlier_step') THEN decision ELSE coalesce(waits_for, '') END AS reason,
       CASE WHEN decision NOT IN ('target', 'earlier_step', 'earlier_notice', 'no_earlier_step') THEN NULL
            WHEN waits_for IS NULL THEN %(tomorrow)s
            WHEN waits_for = 'held' THEN held_until
            WHEN waits_for = 'contact_interval' THEN last_on + %(interval_days)s
            WHEN waits_for IN ('old_debt', 'no_address', 'channel_not_set_up', 'no_earlier_step') THEN NULL
            ELSE %(tomorrow)s END AS recheck_on,
       CASE WHEN waits_for = 'letter_unposted' AND decision IN ('target', 'earlier_step', 'earlier_notice', 'no_earlier_step')
            THEN 'The letter of ' || to_char(letter_of, 'FMDD FMMonth YYYY') || ' is printed but not marked as posted.' ELSE '' END AS detail
  FROM reasoned
 WHERE NOT (is_failed AND decision = 'target')
