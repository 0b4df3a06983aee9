"""An owner that cannot be lost, the shared cache, and history that cannot be emptied (see `sql/0006_owners.sql`)."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("organizations", "0005_people")]

    operations = [
        migrations.RunSQL((SQL / "0006_owners.sql").read_text(), (SQL / "0006_owners_reverse.sql").read_text()),
    ]
