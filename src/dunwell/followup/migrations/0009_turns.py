"""The last check and the usual outcome as functions, and both of one turn of a sender in one statement."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"
REVERSE = """
DROP FUNCTION followup_turn(bigint, int, timestamptz, text, bigint, varchar, timestamptz, interval);
DROP FUNCTION followup_sent(bigint, timestamptz);
DROP FUNCTION followup_guard(bigint);
"""


class Migration(migrations.Migration):
    dependencies = [("followup", "0008_earlier_step"), ("messaging", "0005_turns")]

    operations = [migrations.RunSQL((SQL / "0009_turns.sql").read_text(), REVERSE)]
