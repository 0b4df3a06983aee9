-- Whether somebody with this role can take care of a customer: `followup.queries.at_work` by the table of permissions.
CREATE FUNCTION followup_may_take(role varchar, person bigint, customers_owner bigint) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT role IN ('owner', 'finance_head', 'collector') OR (role = 'account_manager' AND person = customers_owner)
$$;

-- All that a person may have to do, one row each, the answers of customers among it, with those who take care of an entry only
-- where they can: else it is the next one's, else nobody's. A function behind the view, so that its tables can change; it is
-- taken apart by the planner like the query itself. Ids tell the kinds apart by their last digit.
CREATE FUNCTION followup_work_items() RETURNS TABLE (
    id bigint, organization_id bigint, customer_id bigint, kind text, reason text, task_id bigint, case_id bigint,
    notice_id bigint, reply_id bigint, owner_id bigint, role text, priority smallint, expected_value numeric, due_on date
) LANGUAGE sql STABLE AS $$
SELECT item.id, item.organization_id, item.customer_id, item.kind, item.reason, item.task_id, kept.id,
       item.notice_id, item.reply_id,
       coalesce(given.user_id, by_hand.user_id, by_rules.user_id, CASE WHEN named.role = '' THEN owning.user_id END),
       CASE WHEN coalesce(given.user_id, by_hand.user_id, by_rules.user_id) IS NULL THEN named.role ELSE '' END,
       coalesce(kept.priority, 4)::smallint, coalesce(profile.expected_value, 0), item.due_on
  FROM (
        SELECT task.id * 10 + 1 AS id, task.organization_id, task.customer_id, task.kind::text AS kind, ''::text AS reason,
               task.id AS task_id, NULL::bigint AS notice_id, NULL::bigint AS reply_id, task.given_to_id, task.due_on
          FROM followup_task AS task WHERE task.state = 'open'
        UNION ALL
        SELECT found.id * 10 + 2, found.organization_id, found.customer_id, 'case',
               CASE WHEN found.refused_on IS NOT NULL THEN 'refused'
                    WHEN found.last_step_done THEN 'last_step_done'
                    WHEN found.broken_promise_on IS NOT NULL THEN 'promise_broken'
                    WHEN found.owner_by_hand_id IS NOT NULL THEN 'given' ELSE 'raised' END,
               NULL, NULL, NULL, NULL, found.due_on
          FROM followup_case AS found WHERE found.closed_on IS NULL AND found.due_on IS NOT NULL
        UNION ALL
        SELECT notice.id * 10 + 3, notice.organization_id, notice.customer_id, 'notice', notice.state::text, NULL, notice.id,
               NULL, NULL, notice.as_of
          FROM followup_notice AS notice
         WHERE notice.state = 'uncertain' OR (notice.state = 'failed' AND EXISTS (
                   SELECT FROM followup_action AS action WHERE action.notice_id = notice.id AND action.state = 'planned'))
        UNION ALL
        SELECT min(action.id) * 10 + 4, action.organization_id, action.customer_id, 'step', action.reason::text, NULL, NULL,
               NULL, NULL, min(action.step_day)
          FROM followup_action AS action
         WHERE action.state = 'waiting'
           AND action.reason IN ('old_debt', 'no_earlier_step', 'no_address', 'channel_not_set_up', 'text_incomplete')
         GROUP BY action.organization_id, action.customer_id, action.reason
        UNION ALL
        SELECT reply.id * 10 + 5, reply.organization_id, reply.customer_id, 'reply', reply.channel::text, NULL, NULL,
               reply.id, NULL, coalesce(reply.look_again_on, (reply.received_at AT TIME ZONE organization.time_zone)::date)
          FROM messaging_reply AS reply
          JOIN organizations_organization AS organization ON organization.id = reply.organization_id
         WHERE reply.dealt_with_at IS NULL
       ) AS item
  JOIN ledger_customer AS customer ON customer.id = item.customer_id
  LEFT JOIN followup_case AS kept
    ON kept.organization_id = item.organization_id AND kept.customer_id = item.customer_id AND kept.closed_on IS NULL
  LEFT JOIN followup_customerprofile AS profile ON profile.customer_id = item.customer_id
  LEFT JOIN organizations_membership AS given
    ON given.organization_id = item.organization_id AND given.user_id = item.given_to_id AND given.deactivated_at IS NULL
   AND followup_may_take(given.role, given.user_id, customer.owner_id)
  LEFT JOIN organizations_membership AS by_hand
    ON by_hand.organization_id = item.organization_id AND by_hand.user_id = kept.owner_by_hand_id AND by_hand.deactivated_at IS NULL
   AND followup_may_take(by_hand.role, by_hand.user_id, customer.owner_id)
  LEFT JOIN organizations_membership AS by_rules
    ON by_rules.organization_id = item.organization_id AND by_rules.user_id = kept.owner_by_rules_id AND by_rules.deactivated_at IS NULL
   AND followup_may_take(by_rules.role, by_rules.user_id, customer.owner_id)
  LEFT JOIN organizations_membership AS owning
    ON owning.organization_id = item.organization_id AND owning.user_id = customer.owner_id AND owning.deactivated_at IS NULL
   AND followup_may_take(owning.role, owning.user_id, customer.owner_id)
 CROSS JOIN LATERAL (
        SELECT CASE WHEN EXISTS (
                   SELECT FROM organizations_membership AS member
                    WHERE member.organization_id = kept.organization_id AND member.role = kept.role_by_rules
                      AND member.deactivated_at IS NULL AND followup_may_take(member.role, member.user_id, customer.owner_id))
                    THEN kept.role_by_rules::text ELSE '' END AS role) AS named
$$;

CREATE VIEW followup_workitem AS SELECT * FROM followup_work_items();

-- How many entries of the worklist would be this person's, if they worked here and saw the customer, and are nobody's now.
CREATE FUNCTION followup_work_left(organization bigint, person bigint) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT count(*)
      FROM followup_workitem AS item
      JOIN ledger_customer AS customer ON customer.id = item.customer_id
      LEFT JOIN followup_task AS task ON task.id = item.task_id
      LEFT JOIN followup_case AS kept ON kept.id = item.case_id
     WHERE item.organization_id = organization AND item.owner_id IS NULL AND item.role = ''
       AND person IN (task.given_to_id, kept.owner_by_hand_id, kept.owner_by_rules_id, customer.owner_id)
$$;
