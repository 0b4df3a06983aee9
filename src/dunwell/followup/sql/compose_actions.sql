-- Everything the texts of planned notices need, one row for each invoice, in the order of the notices.
-- A held part of an invoice is not asked for. `%(sending_on)s` is the day the text speaks of; customers come in batches, in the order of their ids.
WITH asked AS MATERIALIZED (
    SELECT DISTINCT action.customer_id
      FROM followup_action AS action
      JOIN followup_policystep AS written ON written.id = action.step_id AND written.channel NOT IN ('call', 'task')
     WHERE action.organization_id = %(organization)s AND action.state = 'planned' AND action.notice_id IS NULL
       AND action.customer_id > %(after)s
       AND (%(zones)s::text[] IS NULL OR EXISTS (
                SELECT FROM ledger_customer AS customer,
                            unnest(%(zones)s::text[], %(channels)s::text[]) AS place (time_zone, channel)
                 WHERE customer.id = action.customer_id
                   AND place.time_zone = customer.time_zone AND place.channel = action.channel))
     ORDER BY action.customer_id LIMIT %(customers)s
), netting AS (
    SELECT netted.invoice_id, netted.amount AS netted
      FROM asked
      JOIN ledger_unapplied_credit(%(organization)s, %(sending_on)s) AS credit ON credit.customer_id = asked.customer_id
     CROSS JOIN LATERAL ledger_netted(
               %(organization)s, credit.customer_id, credit.currency, credit.amount, %(sending_on)s) AS netted
)
SELECT action.id AS action_id, action.customer_id, invoice.currency, action.channel, action.offset_days, action.step_id,
       action.needs_approval OR step.approval_required AS needs_approval, step.tone, step.template_id,
       step.copy_to_decision_maker, step.copy_to_owner,
       invoice.id AS invoice_id, invoice.number, invoice.issued_on, invoice.due_on, invoice.total,
       item.balance - coalesce(held.part, 0) AS balance,
       least(coalesce(netting.netted, 0), item.balance - coalesce(held.part, 0)) AS netted, invoice.payment_url, invoice.description,
       customer.number AS customer_number, customer.name AS customer_name, customer.time_zone,
       whom.contact_id, coalesce(whom.name, '') AS contact_name, coalesce(whom.address, '') AS address,
       coalesce(nullif(whom.language, ''), customer.language) AS language,
       coalesce(sent.notices, 0) AS earlier_notices, sent.last_on AS last_notice_on,
       CASE WHEN item.invoice_id IS NULL THEN 'settled'
            WHEN held.whole OR held.part >= item.balance OR EXISTS (
                     SELECT FROM ledger_pending_payments(%(organization)s, %(pending_since)s, %(sending_on)s) AS pending
                      WHERE pending.invoice_id = invoice.id) THEN 'held'
            WHEN netting.netted > 0 AND netting.netted >= item.balance - coalesce(held.part, 0) THEN 'netted'
       END AS obstacle
  FROM asked
  JOIN followup_action AS action
    ON action.organization_id = %(organization)s AND action.customer_id = asked.customer_id
   AND action.state = 'planned' AND action.notice_id IS NULL
  JOIN followup_policystep AS step ON step.id = action.step_id AND step.channel NOT IN ('call', 'task')
  JOIN ledger_invoice AS invoice ON invoice.id = action.invoice_id
  LEFT JOIN LATERAL (
        -- One invoice at a time: a batch is small, the book is not
        SELECT open.invoice_id, open.balance FROM ledger_open_items(%(organization)s, %(sending_on)s) AS open
         WHERE open.invoice_id = action.invoice_id OFFSET 0
       ) AS item ON true
  JOIN ledger_customer AS customer ON customer.id = action.customer_id
   AND (%(zones)s::text[] IS NULL OR EXISTS (
            SELECT FROM unnest(%(zones)s::text[], %(channels)s::text[]) AS place (time_zone, channel)
             WHERE place.time_zone = customer.time_zone AND place.channel = action.channel))
  LEFT JOIN netting ON netting.invoice_id = action.invoice_id
  LEFT JOIN LATERAL (
        SELECT bool_or(hold.amount IS NULL) AS whole, sum(hold.amount) AS part
          FROM ledger_standing_holds(%(organization)s, %(sending_on)s) AS hold
         WHERE hold.customer_id = customer.id AND (hold.invoice_id IS NULL OR hold.invoice_id = invoice.id)
       ) AS held ON true
  LEFT JOIN LATERAL ledger_recipient(%(organization)s, customer.id, action.channel) AS whom ON true
  LEFT JOIN LATERAL (
        -- Not as a condition: while notices are being written their index is longer than the planner knows
        SELECT count(earlier.notice_id) AS notices, max(done_on) FILTER (WHERE earlier.notice_id IS NOT NULL) AS last_on
          FROM followup_action AS earlier
         WHERE earlier.invoice_id = invoice.id AND earlier.state = 'done'
       ) AS sent ON true
 ORDER BY action.customer_id, invoice.currency, action.channel, invoice.due_on, invoice.id
