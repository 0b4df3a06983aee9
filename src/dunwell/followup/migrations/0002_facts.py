"""Tenant keys of follow-up, and the digest of a notice's facts."""

from pathlib import Path

from django.db import migrations

from dunwell.organizations.tenancy import tenant_key

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("followup", "0001_initial"), ("ledger", "0003_entries")]

    operations = [
        tenant_key("followup_policyversion", "policy_id", "followup_dunningpolicy"),
        tenant_key("followup_policystep", "version_id", "followup_policyversion"),
        tenant_key("followup_action", "customer_id", "ledger_customer"),
        tenant_key("followup_action", "invoice_id", "ledger_invoice"),
        tenant_key("followup_action", "step_id", "followup_policystep"),
        tenant_key("followup_olddebtrelease", "invoice_id", "ledger_invoice"),
        tenant_key("followup_notice", "customer_id", "ledger_customer"),
        tenant_key("followup_notice", "contact_id", "ledger_contact"),
        tenant_key("followup_notice", "step_id", "followup_policystep"),
        tenant_key("followup_noticeitem", "notice_id", "followup_notice"),
        tenant_key("followup_noticeitem", "invoice_id", "ledger_invoice"),
        tenant_key("followup_noticeitem", "step_id", "followup_policystep"),
        tenant_key("followup_noticemessage", "notice_id", "followup_notice"),
        tenant_key("followup_customerbalance", "customer_id", "ledger_customer"),
        tenant_key("followup_standingchange", "customer_id", "ledger_customer"),
        migrations.RunSQL(
            (SQL / "0002_facts.sql").read_text(),
            "DROP FUNCTION followup_facts(bigint, bigint, varchar, bigint[], date)",
        ),
    ]
