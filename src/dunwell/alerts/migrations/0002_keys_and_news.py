"""Keys within the organization, and the word that something new is there to be seen."""

from django.db import migrations

from dunwell.organizations.tenancy import tenant_key

# Heard when the transaction commits. The organization's id is all that is said: whoever listens reads what is theirs.
NEWS = """
CREATE FUNCTION alerts_tell() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('dunwell_alerts', organization_id::text) FROM (SELECT DISTINCT organization_id FROM added) AS told;
    RETURN NULL;
END
$$;
CREATE TRIGGER alerts_receipt_told AFTER INSERT ON alerts_alertreceipt
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION alerts_tell();
"""
NO_NEWS = "DROP TRIGGER alerts_receipt_told ON alerts_alertreceipt; DROP FUNCTION alerts_tell();"


class Migration(migrations.Migration):
    dependencies = [("alerts", "0001_initial"), ("ledger", "0005_customer_words")]

    operations = [
        tenant_key("alerts_alert", "customer_id", "ledger_customer"),
        tenant_key("alerts_alertreceipt", "alert_id", "alerts_alert"),
        tenant_key("alerts_alertsend", "alert_id", "alerts_alert"),
        tenant_key("alerts_alertsend", "destination_id", "alerts_alertdestination"),
        migrations.RunSQL(NEWS, NO_NEWS),
    ]
