COPY followup_noticeitem (organization_id, notice_id, invoice_id, step_id, balance, netted, days_past_due) FROM STDIN
