-- rules.cases.escalate, set-based: each customer of `case_owing` with the facts of the day, and what the rules make of them;
-- beside it the case that stands.
CREATE TEMPORARY TABLE found_case ON COMMIT DROP AS
WITH rule AS (
    SELECT * FROM unnest(%(rule_keys)s::bigint[], %(priorities)s::int[], %(minimum_days)s::int[], %(minimum_overdue)s::numeric[],
                         %(defaulted_again)s::boolean[], %(broken_promise)s::boolean[], %(refused)s::boolean[],
                         %(last_step)s::boolean[], %(roles)s::text[], %(owners)s::bigint[]) WITH ORDINALITY
        AS rule (key, priority, minimum_days, minimum_overdue, asks_again, asks_promise, asks_refused, asks_last, role, owner, place)
), promised AS MATERIALIZED (
    SELECT hold.customer_id, hold.invoice_id, hold.starts_on, hold.ends_on
      FROM case_owing AS owing
      JOIN ledger_hold AS hold ON hold.organization_id = %(organization)s AND hold.customer_id = owing.customer_id
     WHERE hold.reason = 'promise' AND hold.ends_on <= %(as_of)s AND (hold.released_on IS NULL OR hold.released_on >= hold.ends_on)
       AND (hold.amount IS NULL OR hold.amount > (
               SELECT coalesce(sum(paid.amount), 0) FROM ledger_allocation AS paid
                WHERE paid.invoice_id = hold.invoice_id AND paid.effective_on BETWEEN hold.starts_on AND %(as_of)s
                  AND (paid.reversed_on IS NULL OR paid.reversed_on > %(as_of)s)))
), broken AS MATERIALIZED (
    -- The day came and the invoice is open, or of a part less was paid than they said. Asked for each promise by itself:
    -- the limit keeps the planner from going through all that is open once for each customer
    SELECT promised.customer_id, max(promised.ends_on) AS broken_on
      FROM promised
     CROSS JOIN LATERAL (
               SELECT FROM ledger_open_items(%(organization)s, %(as_of)s) AS item
                WHERE item.customer_id = promised.customer_id AND item.issued_on <= promised.starts_on
                  AND item.due_on < promised.ends_on
                  AND (promised.invoice_id IS NULL OR promised.invoice_id = item.invoice_id)
                LIMIT 1) AS still_open
     GROUP BY promised.customer_id
), refused AS MATERIALIZED (
    SELECT call.customer_id, max(call.contact_on) AS refused_on
      FROM case_owing AS owing
      JOIN followup_call AS call ON call.organization_id = %(organization)s AND call.customer_id = owing.customer_id
     WHERE call.outcome = 'refused' AND call.contact_on BETWEEN owing.oldest_due_on AND %(as_of)s
     GROUP BY call.customer_id
), facts AS (
    SELECT owing.customer_id, customer.owner_id AS customers_owner, %(as_of)s - owing.oldest_due_on AS days_past_due, coalesce(profile.overdue, 0) AS overdue,
           standing.standing = 'defaulter' AND EXISTS (
               SELECT FROM followup_standingchange AS change
                WHERE change.organization_id = %(organization)s AND change.customer_id = owing.customer_id
                  AND change.name = 'defaulted_again') AS defaulted_again,
           broken.broken_on, refused.refused_on, standing.chased_in_vain AS last_step_done
      FROM case_owing AS owing
      JOIN ledger_customer AS customer ON customer.id = owing.customer_id
      JOIN followup_customerstanding AS standing ON standing.customer_id = owing.customer_id
      LEFT JOIN followup_customerprofile AS profile ON profile.customer_id = owing.customer_id
      LEFT JOIN broken ON broken.customer_id = owing.customer_id
      LEFT JOIN refused ON refused.customer_id = owing.customer_id
), fitting AS MATERIALIZED (
    SELECT facts.customer_id, min(rule.priority) AS priority, array_agg(rule.key ORDER BY rule.place) AS rules,
           (array_agg(named.owner ORDER BY rule.place) FILTER (WHERE named.owner IS NOT NULL OR rule.role <> ''))[1] AS owner,
           (array_agg(rule.role ORDER BY rule.place) FILTER (WHERE named.owner IS NOT NULL OR rule.role <> ''))[1] AS role
      FROM facts
      JOIN rule ON (rule.minimum_days IS NULL OR facts.days_past_due >= rule.minimum_days)
               AND (rule.minimum_overdue IS NULL OR facts.overdue >= rule.minimum_overdue)
               AND (NOT rule.asks_again OR facts.defaulted_again)
               AND (NOT rule.asks_promise OR facts.broken_on IS NOT NULL)
               AND (NOT rule.asks_refused OR facts.refused_on IS NOT NULL)
               AND (NOT rule.asks_last OR facts.last_step_done)
     -- whoever works here no more, or does not see the customer, leaves it to the role
     CROSS JOIN LATERAL (
               SELECT CASE WHEN rule.owner = ANY (%(at_work)s::bigint[])
                             OR rule.owner = ANY (%(own_only)s::bigint[]) AND rule.owner = facts.customers_owner
                           THEN rule.owner END AS owner) AS named
     GROUP BY facts.customer_id
), reached AS (
    SELECT action.customer_id, step.id AS step, max(action.offset_days) AS offset_days, step.raise_priority_to AS priority,
           step.give_to_role AS role,
           CASE WHEN step.give_to_person_id = ANY (%(at_work)s::bigint[])
                  OR step.give_to_person_id = ANY (%(own_only)s::bigint[])
                     AND step.give_to_person_id = (SELECT customer.owner_id FROM ledger_customer AS customer
                                                    WHERE customer.id = action.customer_id)
                THEN step.give_to_person_id END AS owner
      FROM case_owing AS owing
      JOIN ledger_open_items(%(organization)s, %(as_of)s) AS item ON %(steps_raise)s AND item.customer_id = owing.customer_id
      JOIN followup_action AS action ON action.invoice_id = item.invoice_id
                                    AND (action.state IN ('planned', 'done') OR action.reason = 'not_reached')
      JOIN followup_policystep AS step ON step.id = action.step_id
     WHERE step.raise_priority_to IS NOT NULL OR step.give_to_role <> '' OR step.give_to_person_id IS NOT NULL
     GROUP BY action.customer_id, step.id
), stepped AS MATERIALIZED (
    SELECT customer_id, min(priority) AS priority, array_agg(step ORDER BY offset_days DESC, step) AS steps,
           (array_agg(owner ORDER BY offset_days DESC, step) FILTER (WHERE owner IS NOT NULL OR role <> ''))[1] AS owner,
           (array_agg(role ORDER BY offset_days DESC, step) FILTER (WHERE owner IS NOT NULL OR role <> ''))[1] AS role
      FROM reached GROUP BY customer_id
), escalated AS (
    SELECT facts.*, coalesce(least(fitting.priority, stepped.priority), %(least_urgent)s) AS priority,
           coalesce(fitting.rules, '{}') AS rules, coalesce(stepped.steps, '{}') AS steps,
           CASE WHEN fitting.role IS NULL THEN stepped.owner ELSE fitting.owner END AS owner,
           coalesce(fitting.role, stepped.role, '') AS named_role
      FROM facts
      LEFT JOIN fitting ON fitting.customer_id = facts.customer_id
      LEFT JOIN stepped ON stepped.customer_id = facts.customer_id
)
SELECT escalated.*, CASE WHEN owner IS NULL THEN named_role ELSE '' END AS role,
       kept.id AS case_id, kept.priority_by_rules AS priority_before, kept.owner_by_rules_id AS owner_before,
       kept.role_by_rules AS role_before,
       escalated.broken_on > coalesce(kept.broken_promise_on, '-infinity') AS newly_broken,
       escalated.refused_on > coalesce(kept.refused_on, '-infinity') AS newly_refused,
       escalated.last_step_done AND NOT coalesce(kept.last_step_done, false) AS newly_last
  FROM escalated
  LEFT JOIN followup_case AS kept
    ON kept.organization_id = %(organization)s AND kept.customer_id = escalated.customer_id AND kept.closed_on IS NULL
