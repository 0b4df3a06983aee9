"""An owner that cannot be lost, the shared cache, and history that cannot be emptied."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("organizations", "0001_initial"),
    ]

    operations = [
        *(migrations.RunSQL((SQL / f"{name}.sql").read_text()) for name in ("owners", "cache", "history")),
    ]
