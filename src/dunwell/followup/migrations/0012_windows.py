"""The last check knows whose clock counts for a channel."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("followup", "0011_ended_lately")]

    operations = [
        migrations.RunSQL((SQL / "0012_windows.sql").read_text(), (SQL / "0012_windows_reverse.sql").read_text())
    ]
