-- What stands follows the facts. It becomes due when there is something new for a person; what a person set stays.
UPDATE followup_case AS kept
   SET priority_by_rules = found.priority,
       priority_since = CASE WHEN found.priority = kept.priority_by_rules THEN kept.priority_since ELSE %(as_of)s END,
       owner_by_rules_id = found.owner, role_by_rules = found.role, rules = found.rules, steps = found.steps,
       days_past_due = found.days_past_due, overdue = found.overdue, defaulted_again = found.defaulted_again,
       broken_promise_on = found.broken_on, refused_on = found.refused_on, last_step_done = found.last_step_done,
       due_on = CASE WHEN found.newly_broken OR found.newly_refused OR found.newly_last
                       OR (found.priority < kept.priority_by_rules AND found.priority <= %(urgent)s)
                       OR ((found.owner IS NOT NULL OR found.role <> '')
                           AND (found.owner, found.role) IS DISTINCT FROM (kept.owner_by_rules_id, kept.role_by_rules::text))
                     THEN least(kept.due_on, %(as_of)s) ELSE kept.due_on END,
       changed_at = %(now)s
  FROM found_case AS found
 WHERE kept.id = found.case_id
   AND (kept.priority_by_rules, kept.owner_by_rules_id, kept.role_by_rules::text, kept.rules, kept.steps, kept.days_past_due,
        kept.overdue, kept.defaulted_again, kept.broken_promise_on, kept.refused_on, kept.last_step_done)
       IS DISTINCT FROM
       (found.priority, found.owner, found.role, found.rules, found.steps, found.days_past_due, found.overdue,
        found.defaulted_again, found.broken_on, found.refused_on, found.last_step_done)
