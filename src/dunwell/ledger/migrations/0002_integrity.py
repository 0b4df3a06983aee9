"""Keys that cannot cross tenants; what keeps balances true; the book as of a day; whom a customer is reached at."""

from pathlib import Path

from django.db import migrations

from dunwell.organizations.tenancy import tenant_key

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0001_initial"),
        ("organizations", "0002_integrity"),
    ]

    operations = [
        tenant_key("ledger_allocation", "credit_note_id", "ledger_creditnote"),
        tenant_key("ledger_allocation", "invoice_id", "ledger_invoice"),
        tenant_key("ledger_allocation", "payment_id", "ledger_payment"),
        tenant_key("ledger_channelchoice", "contact_id", "ledger_contact"),
        tenant_key("ledger_contact", "customer_id", "ledger_customer"),
        tenant_key("ledger_creditnote", "customer_id", "ledger_customer"),
        tenant_key("ledger_customer", "merged_into_id", "ledger_customer"),
        tenant_key("ledger_customer", "source_id", "ledger_datasource"),
        tenant_key("ledger_document", "customer_id", "ledger_customer"),
        tenant_key("ledger_document", "invoice_id", "ledger_invoice"),
        tenant_key("ledger_duedateextension", "invoice_id", "ledger_invoice"),
        tenant_key("ledger_hold", "customer_id", "ledger_customer"),
        tenant_key("ledger_hold", "invoice_id", "ledger_invoice"),
        tenant_key("ledger_invoice", "customer_id", "ledger_customer"),
        tenant_key("ledger_mergedcontact", "contact_id", "ledger_contact"),
        tenant_key("ledger_note", "customer_id", "ledger_customer"),
        tenant_key("ledger_note", "invoice_id", "ledger_invoice"),
        tenant_key("ledger_payment", "customer_id", "ledger_customer"),
        tenant_key("ledger_payment", "intended_invoice_id", "ledger_invoice"),
        tenant_key("ledger_writeoff", "invoice_id", "ledger_invoice"),
        *(migrations.RunSQL((SQL / f"{name}.sql").read_text()) for name in ("entries", "touched", "book", "addresses")),
    ]
