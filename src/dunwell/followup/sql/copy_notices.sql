COPY followup_notice (
    id, organization_id, customer_id, currency, channel, run_id, step_id, tone, as_of, state, cancel_reason, contact_id,
    recipient, recipient_name, sender_id, copies, subject, body_text, body_html, amount, credit, fingerprint, side_facts, opens_at, closes_at,
    needs_approval, created_at, changed_at) FROM STDIN
