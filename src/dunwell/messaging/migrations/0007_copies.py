"""Who gets a copy of a message."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messaging", "0006_fewer_checks")]

    operations = [
        migrations.AddField("message", "copies", models.JSONField(blank=True, db_default=[], default=list, help_text="Who gets a copy: address, name, who, and whether the others see it.")),
    ]
