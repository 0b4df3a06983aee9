"""Whoever works here no more, or does not see a customer, has nothing of theirs on the worklist."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("followup", "0002_integrity"), ("organizations", "0002_integrity")]

    operations = [migrations.RunSQL((SQL / "who_is_at_work.sql").read_text())]
