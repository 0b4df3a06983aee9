"""Tenant keys, and the triggers and functions that keep balances true (see `sql/0003_entries.sql`)."""

from pathlib import Path

from django.db import migrations

from dunwell.organizations.tenancy import tenant_key

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_initial")]

    operations = [
        tenant_key("ledger_customer", "source_id", "ledger_datasource"),
        tenant_key("ledger_contact", "customer_id", "ledger_customer"),
        tenant_key("ledger_invoice", "customer_id", "ledger_customer"),
        tenant_key("ledger_payment", "customer_id", "ledger_customer"),
        tenant_key("ledger_payment", "intended_invoice_id", "ledger_invoice"),
        tenant_key("ledger_creditnote", "customer_id", "ledger_customer"),
        tenant_key("ledger_allocation", "invoice_id", "ledger_invoice"),
        tenant_key("ledger_allocation", "payment_id", "ledger_payment"),
        tenant_key("ledger_allocation", "credit_note_id", "ledger_creditnote"),
        tenant_key("ledger_writeoff", "invoice_id", "ledger_invoice"),
        tenant_key("ledger_hold", "customer_id", "ledger_customer"),
        tenant_key("ledger_hold", "invoice_id", "ledger_invoice"),
        migrations.RunSQL((SQL / "0003_entries.sql").read_text(), (SQL / "0003_entries_reverse.sql").read_text()),
    ]
