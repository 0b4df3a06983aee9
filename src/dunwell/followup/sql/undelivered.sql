-- What a server took came back after all: its steps did not reach the customer, who is looked at again. They go through
-- another channel where there is one; else they wait with their failed notice for a person.
WITH carried AS (
    SELECT delivery.notice_id, notice.organization_id, notice.customer_id
      FROM followup_noticemessage AS delivery JOIN followup_notice AS notice ON notice.id = delivery.notice_id
     WHERE delivery.message_id = %(message)s
), reopened AS (
    UPDATE followup_action AS action SET state = 'planned', done_on = NULL, changed_at = %(at)s
      FROM carried WHERE action.notice_id = carried.notice_id AND action.state = 'done'
)
INSERT INTO ledger_touchedcustomer (organization_id, customer_id) SELECT organization_id, customer_id FROM carried
