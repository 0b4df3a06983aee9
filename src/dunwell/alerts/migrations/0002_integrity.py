"""Keys that cannot cross tenants, and the word that something new is there to be seen."""

from pathlib import Path

from django.db import migrations

from dunwell.organizations.tenancy import tenant_key

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("alerts", "0001_initial"),
        ("ledger", "0002_integrity"),
    ]

    operations = [
        tenant_key("alerts_alert", "customer_id", "ledger_customer"),
        tenant_key("alerts_alertreceipt", "alert_id", "alerts_alert"),
        tenant_key("alerts_alertsend", "alert_id", "alerts_alert"),
        tenant_key("alerts_alertsend", "destination_id", "alerts_alertdestination"),
        *(migrations.RunSQL((SQL / f"{name}.sql").read_text()) for name in ("news",)),
    ]
