-- A case for whoever owes something overdue and has none. It is due at once where somebody has to look at it.
INSERT INTO followup_case (
    organization_id, customer_id, opened_on, priority_by_rules, priority_since, owner_by_rules_id, role_by_rules, rules,
    steps, days_past_due, overdue, defaulted_again, broken_promise_on, refused_on, last_step_done, due_on, by_hand_note, changed_at)
SELECT %(organization)s, customer_id, %(as_of)s, priority, %(as_of)s, owner, role, rules, steps, days_past_due, overdue,
       defaulted_again, broken_on, refused_on, last_step_done,
       CASE WHEN newly_broken OR newly_refused OR newly_last OR owner IS NOT NULL OR role <> '' OR priority <= %(urgent)s THEN %(as_of)s::date END,
       '', %(now)s
  FROM found_case WHERE case_id IS NULL
