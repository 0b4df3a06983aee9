"""Keys that cannot cross tenants; a history to which rows are only added; a message's turn, the hourly limit and its words."""

from pathlib import Path

from django.db import migrations

from dunwell.organizations.tenancy import tenant_key

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0001_initial"),
        ("ledger", "0002_integrity"),
    ]

    operations = [
        tenant_key("messaging_batchletter", "batch_id", "messaging_printbatch"),
        tenant_key("messaging_batchletter", "message_id", "messaging_message"),
        tenant_key("messaging_message", "customer_id", "ledger_customer"),
        tenant_key("messaging_messageevent", "message_id", "messaging_message"),
        tenant_key("messaging_messagefile", "file_id", "messaging_storedfile"),
        tenant_key("messaging_messagefile", "message_id", "messaging_message"),
        tenant_key("messaging_printbatch", "file_id", "messaging_storedfile"),
        tenant_key("messaging_reply", "customer_id", "ledger_customer"),
        *(migrations.RunSQL((SQL / f"{name}.sql").read_text()) for name in ("events", "files", "letting_go", "turns", "hourly_limit", "words")),
    ]
