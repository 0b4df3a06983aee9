"""The digest of a notice that shows a customer's whole account covers the whole account."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):

    dependencies = [
        ('followup', '0027_addresses_of_letters'),
    ]

    operations = [
        migrations.RunSQL((SQL / "account.sql").read_text(), (SQL / "account_reverse.sql").read_text()),
    ]
