from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("followup", "0019_simulations"), ("messaging", "0013_letters")]

    operations = [
        migrations.RunSQL((SQL / "letters.sql").read_text(), (SQL / "letters_reverse.sql").read_text()),
    ]
