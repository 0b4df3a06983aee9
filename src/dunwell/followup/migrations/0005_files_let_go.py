from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):

    dependencies = [
        ("followup", "0004_letter_unposted"),
        ("messaging", "0004_files_let_go"),
    ]

    operations = [
        migrations.RunSQL((SQL / "letting_go.sql").read_text()),
    ]
