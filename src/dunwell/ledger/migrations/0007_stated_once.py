"""Standing holds, disputes, pending payments, netting: each written once; due dates as of a past day."""

from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("ledger", "0006_extensions")]

    operations = [
        migrations.AddIndex(
            model_name="allocation",
            index=models.Index(
                fields=["organization", "reversed_on"],
                condition=models.Q(("reversed_on__isnull", False)),
                name="allocation_reversed",
            ),
        ),
        migrations.AddIndex(
            model_name="writeoff",
            index=models.Index(
                fields=["organization", "reversed_on"],
                condition=models.Q(("reversed_on__isnull", False)),
                name="write_off_reversed",
            ),
        ),
        migrations.RunSQL(
            (SQL / "0007_stated_once.sql").read_text(), (SQL / "0007_stated_once_reverse.sql").read_text()
        ),
    ]
