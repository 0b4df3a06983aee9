-- What would go on this day goes: notices without text, their items, and the actions done.
WITH open_item AS MATERIALIZED (
    SELECT invoice_id, balance, due_on FROM ledger_open_items(%(organization)s, %(as_of)s)
), line AS MATERIALIZED (
    SELECT action.id AS action_id, action.customer_id, action.invoice_id, action.step_id, action.offset_days,
           invoice.currency, action.channel, step.tone, item.balance, item.due_on,
           first_value(action.step_id) OVER strongest AS leading_step, first_value(step.tone) OVER strongest AS leading_tone
      FROM followup_action AS action
      JOIN followup_policystep AS step ON step.id = action.step_id
      JOIN ledger_invoice AS invoice ON invoice.id = action.invoice_id
      JOIN open_item AS item ON item.invoice_id = action.invoice_id
     WHERE action.organization_id = %(organization)s AND action.state = 'planned' AND action.notice_id IS NULL
    WINDOW strongest AS (PARTITION BY action.customer_id, invoice.currency, action.channel
                         ORDER BY action.offset_days DESC, action.invoice_id)
), notice AS (
    INSERT INTO followup_notice (
        organization_id, customer_id, currency, channel, step_id, tone, as_of, state, cancel_reason, recipient,
        recipient_name, subject, body_text, body_html, amount, credit, fingerprint, opens_at, closes_at, needs_approval,
        contact_on, created_at, changed_at)
    SELECT %(organization)s, customer_id, currency, channel, leading_step, leading_tone, %(as_of)s, 'sent', '', '', '', '',
           '', '', sum(balance), 0, '', %(now)s, %(now)s, false, CASE WHEN channel <> 'task' THEN %(as_of)s::date END, %(now)s, %(now)s
      FROM line GROUP BY customer_id, currency, channel, leading_step, leading_tone
    RETURNING id, customer_id, currency, channel
), item AS (
    INSERT INTO followup_noticeitem (organization_id, notice_id, invoice_id, step_id, balance, netted, days_past_due)
    SELECT %(organization)s, notice.id, line.invoice_id, line.step_id, line.balance, 0, %(as_of)s - line.due_on
      FROM line JOIN notice USING (customer_id, currency, channel)
)
UPDATE followup_action AS action
   SET state = 'done', reason = '', recheck_on = NULL, done_on = %(as_of)s, notice_id = notice.id, changed_at = %(now)s
  FROM line JOIN notice USING (customer_id, currency, channel)
 WHERE action.id = line.action_id
