"""Keys that cannot cross tenants, and a history of messages to which rows are only added."""

from django.db import migrations

from dunwell.organizations.tenancy import tenant_key

APPEND_ONLY = """
CREATE FUNCTION messaging_event_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the history of messages is not changed' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER messaging_event_is_final BEFORE UPDATE ON messaging_messageevent
    FOR EACH ROW EXECUTE FUNCTION messaging_event_is_final();
"""
APPEND_ONLY_REVERSE = """
DROP TRIGGER messaging_event_is_final ON messaging_messageevent;
DROP FUNCTION messaging_event_is_final();
"""


class Migration(migrations.Migration):
    dependencies = [("messaging", "0001_initial")]

    operations = [
        tenant_key("messaging_message", "customer_id", "ledger_customer"),
        tenant_key("messaging_messageevent", "message_id", "messaging_message"),
        migrations.RunSQL(APPEND_ONLY, APPEND_ONLY_REVERSE),
    ]
