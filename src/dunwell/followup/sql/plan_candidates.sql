-- rules.escalation.decide, set-based: one row for each due step of each invoice in scope that is not
-- closed, with its decision. An action whose notice is being sent, is uncertain or failed is in
-- other hands: the first two count as done, a failed one waits for a person or the next step, unless another channel
-- stands in by now.
CREATE TEMPORARY TABLE plan_candidate ON COMMIT DROP AS
WITH done AS MATERIALIZED (
    SELECT item.invoice_id, action.channel,
           -- what was done before an extension does not keep the steps from running afresh
           max(CASE WHEN action.anchor_kind = 'due' AND action.anchor_id = item.anchor_id THEN action.offset_days
                    WHEN action.anchor_kind = 'issue' THEN action.offset_days + (item.issued_on - item.due_on) END) AS place
      FROM plan_item AS item
      JOIN followup_action AS action ON action.invoice_id = item.invoice_id
      LEFT JOIN followup_notice AS notice ON notice.id = action.notice_id
     WHERE action.state = 'done' OR notice.state IN ('sending', 'uncertain')
     GROUP BY item.invoice_id, action.channel
), history AS MATERIALIZED (
    SELECT invoice_id, channel = 'task' AS is_internal, max(place) AS furthest FROM done GROUP BY invoice_id, channel = 'task'
), open_step AS (
    SELECT due.*, due.channel = 'task' AS is_internal, due.channel = ANY (%(channels_set_up)s::text[]) AS is_set_up,
           heard.invoice_id IS NOT NULL AS had_notice,
           heard.invoice_id IS NOT NULL OR NOT is_final_tone OR due.channel = 'task' AS is_allowed,
           CASE WHEN due.place < history.furthest OR due.place <= done.place THEN 'already_past'
                WHEN due.anchor_kind = 'due' AND due.offset_days < 0 AND due.due_on <= %(as_of)s THEN 'missed'
                WHEN %(catch_up)s = 'skip' AND due.action_id IS NULL AND due.day_has_passed THEN 'missed' END AS ended
      FROM plan_due AS due
      LEFT JOIN history ON history.invoice_id = due.invoice_id AND history.is_internal = (due.channel = 'task')
      LEFT JOIN history AS heard ON heard.invoice_id = due.invoice_id AND NOT heard.is_internal
      LEFT JOIN done ON done.invoice_id = due.invoice_id AND done.channel = due.channel
     WHERE due.is_open
), aimed AS (
    SELECT open_step.*,
           max(place) FILTER (WHERE ended IS NULL AND is_allowed AND is_set_up) OVER invoice AS last_going,
           max(place) FILTER (WHERE ended IS NULL AND is_allowed AND NOT is_set_up) OVER invoice AS last_blocked,
           min(place) FILTER (WHERE ended IS NULL AND is_allowed AND is_set_up AND NOT is_failed) OVER invoice AS first_going,
           min(place) FILTER (WHERE ended IS NULL AND is_allowed AND is_set_up) OVER invoice AS first_failed,
           min(place) FILTER (WHERE ended IS NULL AND is_allowed AND NOT is_set_up AND NOT is_failed) OVER invoice AS first_blocked,
           min(place) FILTER (WHERE ended IS NULL AND is_allowed AND NOT is_set_up) OVER invoice AS first_failed_blocked,
           -- of one day and channel the newer lineage stands for all: lineage and occurrence as one number
           max(lineage * 100 + occurrence) FILTER (WHERE ended IS NULL AND is_allowed) OVER same_notice AS newest
      FROM open_step
    -- Both in one order, so that it is sorted once; a channel is internal or not
    WINDOW invoice AS (PARTITION BY invoice_id, is_internal), same_notice AS (PARTITION BY invoice_id, is_internal, place, channel)
), targeted AS (
    SELECT aimed.*,
           CASE WHEN %(catch_up)s = 'next' THEN coalesce(first_going, first_failed) ELSE last_going END AS going,
           CASE WHEN %(catch_up)s = 'next' THEN coalesce(first_blocked, first_failed_blocked) ELSE last_blocked END AS blocked
      FROM aimed
)
SELECT invoice_id, customer_id, currency, due_on, balance, step_id, lineage, occurrence, anchor_kind, anchor_id, anchor_on,
       offset_days, channel, has_address, action_id, overridden, had_notice, is_failed,
       CASE WHEN ended IS NOT NULL THEN ended
            WHEN NOT is_set_up AND place < going AND %(catch_up)s <> 'next' THEN 'superseded'
            WHEN target IS NULL AND going IS NULL THEN 'no_earlier_step'
            WHEN target IS NULL THEN 'earlier_notice'
            WHEN place < target THEN
                 CASE WHEN %(catch_up)s = 'next' AND NOT is_allowed THEN 'earlier_notice' ELSE 'superseded' END
            WHEN NOT is_allowed THEN 'earlier_notice'
            WHEN place > target THEN 'earlier_step'
            WHEN lineage * 100 + occurrence = newest THEN 'target'
            ELSE 'superseded' END AS decision
  FROM targeted
 CROSS JOIN LATERAL (SELECT CASE WHEN is_set_up THEN going ELSE blocked END AS target) AS aim
