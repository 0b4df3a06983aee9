"""Which contact stayed of two that were one."""

from django.db import migrations, models

import dunwell.organizations.tenancy
from dunwell.organizations.tenancy import tenant_key


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0002_integrity"),
        ("organizations", "0002_integrity"),
    ]

    operations = [
        migrations.CreateModel(
            name="MergedContact",
            fields=[
                (
                    "was",
                    models.BigIntegerField(
                        help_text="The number of the contact that is gone.", primary_key=True, serialize=False
                    ),
                ),
                (
                    "contact",
                    dunwell.organizations.tenancy.TenantForeignKey(
                        db_constraint=False,
                        on_delete=models.deletion.CASCADE,
                        related_name="+",
                        to="ledger.contact",
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=models.deletion.CASCADE,
                        related_name="+",
                        to="organizations.organization",
                    ),
                ),
            ],
        ),
        tenant_key("ledger_mergedcontact", "contact_id", "ledger_contact"),
    ]
