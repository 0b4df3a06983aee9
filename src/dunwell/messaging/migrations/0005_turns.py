"""A message's turn as functions, so that what belongs to one turn can go in one statement."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"
REVERSE = """
DROP FUNCTION messaging_begin(bigint, varchar, timestamptz, interval);
DROP FUNCTION messaging_settle(bigint, varchar, varchar, int, timestamptz, timestamptz, text, varchar, timestamptz, text);
"""


class Migration(migrations.Migration):
    dependencies = [("messaging", "0004_message_words")]

    operations = [migrations.RunSQL((SQL / "0005_turns.sql").read_text(), REVERSE)]
