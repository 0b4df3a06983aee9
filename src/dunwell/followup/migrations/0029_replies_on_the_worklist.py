from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"
AWAY = "DROP VIEW followup_workitem; DROP FUNCTION followup_work_items();"


class Migration(migrations.Migration):

    dependencies = [
        ('followup', '0028_whole_accounts'),
        ('messaging', '0018_replies_dealt_with'),
    ]

    operations = [
        migrations.RunSQL(
            AWAY + (SQL / "0029_worklist.sql").read_text(),
            AWAY + (SQL / "0022_worklist.sql").read_text(),
        ),
    ]
