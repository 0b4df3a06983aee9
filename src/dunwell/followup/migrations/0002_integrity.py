"""Keys that cannot cross tenants; what SQL says of standing, channel and facts; a sender's turn; the worklist."""

from pathlib import Path

from django.db import migrations

from dunwell.organizations.tenancy import tenant_key

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("followup", "0001_initial"),
        ("messaging", "0002_integrity"),
    ]

    operations = [
        tenant_key("followup_action", "customer_id", "ledger_customer"),
        tenant_key("followup_action", "invoice_id", "ledger_invoice"),
        tenant_key("followup_action", "step_id", "followup_policystep"),
        tenant_key("followup_action", "task_id", "followup_task"),
        tenant_key("followup_assignmentrule", "customer_id", "ledger_customer"),
        tenant_key("followup_assignmentrule", "policy_id", "followup_dunningpolicy"),
        tenant_key("followup_call", "contact_id", "ledger_contact"),
        tenant_key("followup_call", "customer_id", "ledger_customer"),
        tenant_key("followup_call", "task_id", "followup_task"),
        tenant_key("followup_case", "customer_id", "ledger_customer"),
        tenant_key("followup_casechange", "case_id", "followup_case"),
        tenant_key("followup_casechange", "customer_id", "ledger_customer"),
        tenant_key("followup_customerbalance", "customer_id", "ledger_customer"),
        tenant_key("followup_customerpolicy", "customer_id", "ledger_customer"),
        tenant_key("followup_customerpolicy", "policy_id", "followup_dunningpolicy"),
        tenant_key("followup_notice", "contact_id", "ledger_contact"),
        tenant_key("followup_notice", "customer_id", "ledger_customer"),
        tenant_key("followup_notice", "sender_id", "messaging_mailsender"),
        tenant_key("followup_notice", "step_id", "followup_policystep"),
        tenant_key("followup_noticefile", "file_id", "messaging_storedfile"),
        tenant_key("followup_noticefile", "notice_id", "followup_notice"),
        tenant_key("followup_noticeitem", "invoice_id", "ledger_invoice"),
        tenant_key("followup_noticeitem", "notice_id", "followup_notice"),
        tenant_key("followup_noticeitem", "step_id", "followup_policystep"),
        tenant_key("followup_noticemessage", "notice_id", "followup_notice"),
        tenant_key("followup_olddebtrelease", "invoice_id", "ledger_invoice"),
        tenant_key("followup_policyassignment", "customer_id", "ledger_customer"),
        tenant_key("followup_policyassignment", "policy_id", "followup_dunningpolicy"),
        tenant_key("followup_policyassignment", "rule_id", "followup_assignmentrule"),
        tenant_key("followup_policystep", "sender_id", "messaging_mailsender"),
        tenant_key("followup_policystep", "version_id", "followup_policyversion"),
        tenant_key("followup_policyversion", "policy_id", "followup_dunningpolicy"),
        tenant_key("followup_policyversion", "sender_id", "messaging_mailsender"),
        tenant_key("followup_segmentchange", "customer_id", "ledger_customer"),
        tenant_key("followup_simulation", "policy_id", "followup_dunningpolicy"),
        tenant_key("followup_standingchange", "customer_id", "ledger_customer"),
        tenant_key("followup_task", "customer_id", "ledger_customer"),
        tenant_key("followup_task", "step_id", "followup_policystep"),
        *(migrations.RunSQL((SQL / f"{name}.sql").read_text()) for name in ("standing", "channel", "side_facts", "facts", "turns", "letters", "letting_go", "worklist")),
    ]
