"""What a notice names besides its invoices, who gets a copy, and what a text could not be filled with."""

from pathlib import Path

import django.contrib.postgres.fields
from django.db import migrations, models

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("followup", "0012_windows"), ("messaging", "0007_copies"), ("ledger", "0010_contact_words")]

    operations = [
        migrations.AddField("action", "detail", models.CharField(max_length=300, blank=True, db_default="", help_text="What exactly is missing, where the reason does not say it.")),
        migrations.AddField("notice", "side_facts", django.contrib.postgres.fields.ArrayField(models.CharField(max_length=20), blank=True, db_default=[], default=list, help_text="Facts besides its invoices that it speaks of or is sent by: they are in its fingerprint.")),
        migrations.AddField("notice", "copies", models.JSONField(blank=True, db_default=[], default=list, help_text="Who gets a copy, as the message has it.")),
        migrations.RunSQL((SQL / "0013_side_facts.sql").read_text(), (SQL / "0013_side_facts_reverse.sql").read_text()),
    ]
