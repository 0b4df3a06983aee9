"""The standing rule and the facts of a notice by the ledger's functions; a step that no earlier notice can precede."""

from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("followup", "0004_dropped_by"), ("ledger", "0007_stated_once")]

    operations = [
        migrations.RunSQL(
            (SQL / "0005_stated_once.sql").read_text(), (SQL / "0005_stated_once_reverse.sql").read_text()
        ),
        migrations.RemoveConstraint(
            model_name='action',
            name='action_state_has_its_reason',
        ),
        migrations.AddConstraint(
            model_name='action',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('reason', ''), ('state__in', ('planned', 'done'))), models.Q(('reason__in', ['held', 'old_debt', 'netted', 'below_minimum', 'no_address', 'channel_not_set_up', 'earlier_notice', 'no_earlier_step', 'contact_interval', 'weekly_limit', 'stale_data', 'text_incomplete']), ('state', 'waiting')), models.Q(('reason__in', ['superseded', 'paid', 'void', 'written_off', 'missed', 'dropped', 'already_past']), ('state', 'final')), _connector='OR'), name='action_state_has_its_reason'),
        ),
    ]
