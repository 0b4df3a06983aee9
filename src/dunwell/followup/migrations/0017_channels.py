"""An action knows the channel it takes for its customer; facts and turns know channels and providers."""

from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).parent / "sql"
OF_ITS_STEP = """
UPDATE followup_action AS action SET channel = step.channel
  FROM followup_policystep AS step
 WHERE step.id = action.step_id AND action.channel <> step.channel
"""


class Migration(migrations.Migration):
    dependencies = [("followup", "0016_files"), ("ledger", "0013_addresses"), ("messaging", "0009_channels")]

    operations = [
        migrations.AddField(
            model_name="action",
            name="channel",
            field=models.CharField(
                default="email",
                help_text="How it reaches this customer: the step's channel, or one that stands in for it.",
                max_length=20,
            ),
            preserve_default=False,
        ),
        migrations.RunSQL(OF_ITS_STEP, migrations.RunSQL.noop),
        migrations.RunSQL(
            (SQL / "0017_channels.sql").read_text(), (SQL / "0017_channels_reverse.sql").read_text()
        ),
        migrations.RemoveConstraint(
            model_name='action',
            name='action_state_has_its_reason',
        ),
        migrations.AddConstraint(
            model_name='action',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('reason', ''), ('state__in', ('planned', 'done'))), models.Q(('reason__in', ['held', 'old_debt', 'netted', 'below_minimum', 'channel_not_set_up', 'no_address', 'earlier_step', 'earlier_notice', 'no_earlier_step', 'contact_interval', 'weekly_limit', 'stale_data', 'text_incomplete']), ('state', 'waiting')), models.Q(('reason__in', ['superseded', 'paid', 'void', 'written_off', 'missed', 'dropped', 'already_past', 'not_reached']), ('state', 'final')), _connector='OR'), name='action_state_has_its_reason'),
        ),
    ]
