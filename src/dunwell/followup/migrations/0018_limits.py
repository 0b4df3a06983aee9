"""A step can wait for the day's limit of notices, and a sender's turn keeps to the hourly limit."""

from pathlib import Path

from django.conf import settings
from django.db import migrations, models


SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):

    dependencies = [
        ('messaging', '0011_hourly_limit'),
        ('followup', '0017_channels'),
        ('ledger', '0013_addresses'),
        ('organizations', '0013_limits'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='action',
            name='action_state_has_its_reason',
        ),
        migrations.AddConstraint(
            model_name='action',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('reason', ''), ('state__in', ('planned', 'done'))), models.Q(('reason__in', ['held', 'old_debt', 'netted', 'below_minimum', 'channel_not_set_up', 'no_address', 'earlier_step', 'earlier_notice', 'no_earlier_step', 'contact_interval', 'weekly_limit', 'stale_data', 'run_limit', 'text_incomplete']), ('state', 'waiting')), models.Q(('reason__in', ['superseded', 'paid', 'void', 'written_off', 'missed', 'dropped', 'already_past', 'not_reached']), ('state', 'final')), _connector='OR'), name='action_state_has_its_reason'),
        ),
        migrations.RunSQL((SQL / '0018_limits.sql').read_text(), (SQL / '0018_limits_reverse.sql').read_text()),
    ]
