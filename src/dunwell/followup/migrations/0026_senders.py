"""Policies, steps and notices name a sender; steps choose attachments; a turn brings the page of its recipient along."""

from pathlib import Path

import django.db.models.deletion
import dunwell.organizations.tenancy
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

from dunwell.organizations.tenancy import tenant_key

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):

    dependencies = [
        ('followup', '0025_people_of_cases'),
        ('messaging', '0015_senders'),
        ('organizations', '0015_deletions_in_history'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='policystep',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='policystep',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='policystep',
            name='delete_delete',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='policyversion',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='policyversion',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='policyversion',
            name='delete_delete',
        ),
        migrations.AddField(
            model_name='notice',
            name='sender',
            field=dunwell.organizations.tenancy.TenantForeignKey(blank=True, db_constraint=False, db_index=False, help_text="Whose e-mail it is, as policy or step chose; empty: the organization's own.", null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='messaging.mailsender'),
        ),
        migrations.AddField(
            model_name='policystep',
            name='attachments',
            field=models.CharField(blank=True, choices=[('none', 'Nothing'), ('invoices', 'The invoices'), ('statement', 'A statement of account'), ('both', 'The invoices and a statement of account')], db_default='', help_text='Empty: what the organization has chosen.', max_length=10),
        ),
        migrations.AddField(
            model_name='policystep',
            name='sender',
            field=dunwell.organizations.tenancy.TenantForeignKey(blank=True, db_constraint=False, db_index=False, help_text="Whose e-mail it is; empty: the policy's.", null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='messaging.mailsender'),
        ),
        migrations.AddField(
            model_name='policystepevent',
            name='attachments',
            field=models.CharField(blank=True, choices=[('none', 'Nothing'), ('invoices', 'The invoices'), ('statement', 'A statement of account'), ('both', 'The invoices and a statement of account')], db_default='', help_text='Empty: what the organization has chosen.', max_length=10),
        ),
        migrations.AddField(
            model_name='policystepevent',
            name='sender',
            field=dunwell.organizations.tenancy.TenantForeignKey(blank=True, db_constraint=False, help_text="Whose e-mail it is; empty: the policy's.", null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='messaging.mailsender'),
        ),
        migrations.AddField(
            model_name='policyversion',
            name='sender',
            field=dunwell.organizations.tenancy.TenantForeignKey(blank=True, db_constraint=False, db_index=False, help_text="Whose e-mails its steps are; empty: the organization's own sender.", null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='messaging.mailsender'),
        ),
        migrations.AddField(
            model_name='policyversionevent',
            name='sender',
            field=dunwell.organizations.tenancy.TenantForeignKey(blank=True, db_constraint=False, help_text="Whose e-mails its steps are; empty: the organization's own sender.", null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='messaging.mailsender'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='policystep',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "followup_policystepevent" ("anchor", "approval_required", "attachments", "channel", "copy_to_decision_maker", "copy_to_owner", "give_to_person_id", "give_to_role", "id", "instructions", "lineage", "maximum_balance", "minimum_balance", "minimum_risk", "name", "offset_days", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "raise_priority_to", "repeat_every_days", "segments", "sender_id", "template_id", "times", "tone", "version_id") SELECT new_values."anchor", new_values."approval_required", new_values."attachments", new_values."channel", new_values."copy_to_decision_maker", new_values."copy_to_owner", new_values."give_to_person_id", new_values."give_to_role", new_values."id", new_values."instructions", new_values."lineage", new_values."maximum_balance", new_values."minimum_balance", new_values."minimum_risk", new_values."name", new_values."offset_days", new_values."organization_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."raise_priority_to", new_values."repeat_every_days", new_values."segments", new_values."sender_id", new_values."template_id", new_values."times", new_values."tone", new_values."version_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='52404b84ae0201d01299e93147653165c82846a5', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_2dd90', referencing='REFERENCING NEW TABLE AS new_values ', table='followup_policystep', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='policystep',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "followup_policystepevent" ("anchor", "approval_required", "attachments", "channel", "copy_to_decision_maker", "copy_to_owner", "give_to_person_id", "give_to_role", "id", "instructions", "lineage", "maximum_balance", "minimum_balance", "minimum_risk", "name", "offset_days", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "raise_priority_to", "repeat_every_days", "segments", "sender_id", "template_id", "times", "tone", "version_id") SELECT new_values."anchor", new_values."approval_required", new_values."attachments", new_values."channel", new_values."copy_to_decision_maker", new_values."copy_to_owner", new_values."give_to_person_id", new_values."give_to_role", new_values."id", new_values."instructions", new_values."lineage", new_values."maximum_balance", new_values."minimum_balance", new_values."minimum_risk", new_values."name", new_values."offset_days", new_values."organization_id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."raise_priority_to", new_values."repeat_every_days", new_values."segments", new_values."sender_id", new_values."template_id", new_values."times", new_values."tone", new_values."version_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='b391fc00e03b5bf2f93c7253b90f70b1db0cbc8a', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_adde0', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='followup_policystep', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='policystep',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "followup_policystepevent" ("anchor", "approval_required", "attachments", "channel", "copy_to_decision_maker", "copy_to_owner", "give_to_person_id", "give_to_role", "id", "instructions", "lineage", "maximum_balance", "minimum_balance", "minimum_risk", "name", "offset_days", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "raise_priority_to", "repeat_every_days", "segments", "sender_id", "template_id", "times", "tone", "version_id") SELECT old_values."anchor", old_values."approval_required", old_values."attachments", old_values."channel", old_values."copy_to_decision_maker", old_values."copy_to_owner", old_values."give_to_person_id", old_values."give_to_role", old_values."id", old_values."instructions", old_values."lineage", old_values."maximum_balance", old_values."minimum_balance", old_values."minimum_risk", old_values."name", old_values."offset_days", old_values."organization_id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."raise_priority_to", old_values."repeat_every_days", old_values."segments", old_values."sender_id", old_values."template_id", old_values."times", old_values."tone", old_values."version_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='6d611c500d4ff32001ab84af839757d4a84c0355', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_f7bcc', referencing='REFERENCING OLD TABLE AS old_values ', table='followup_policystep', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='policyversion',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "followup_policyversionevent" ("created_at", "created_by_id", "id", "is_current", "number", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "policy_id", "sender_id") SELECT new_values."created_at", new_values."created_by_id", new_values."id", new_values."is_current", new_values."number", new_values."organization_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."policy_id", new_values."sender_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='6d93ae2a05fb31a035d274a779309cb0eac646cf', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_0fab9', referencing='REFERENCING NEW TABLE AS new_values ', table='followup_policyversion', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='policyversion',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "followup_policyversionevent" ("created_at", "created_by_id", "id", "is_current", "number", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "policy_id", "sender_id") SELECT new_values."created_at", new_values."created_by_id", new_values."id", new_values."is_current", new_values."number", new_values."organization_id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."policy_id", new_values."sender_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='fbb64cffe579484c18b6a7e595b908fa363b1ea2', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_6f5db', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='followup_policyversion', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='policyversion',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "followup_policyversionevent" ("created_at", "created_by_id", "id", "is_current", "number", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "policy_id", "sender_id") SELECT old_values."created_at", old_values."created_by_id", old_values."id", old_values."is_current", old_values."number", old_values."organization_id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."policy_id", old_values."sender_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='9316732b28642f774c25dfc282497360cebb0f9c', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_bbf6c', referencing='REFERENCING OLD TABLE AS old_values ', table='followup_policyversion', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='policystep',
            constraint=models.CheckConstraint(condition=models.Q(('attachments', ''), ('attachments__in', ['none', 'invoices', 'statement', 'both']), _connector='OR'), name='policy_step_attachments_known'),
        ),
        migrations.AddConstraint(
            model_name='policystep',
            constraint=models.CheckConstraint(condition=models.Q(('channel', 'email'), models.Q(('attachments', ''), ('sender__isnull', True)), _connector='OR'), name='policy_step_sender_and_attachments_by_mail'),
        ),
        tenant_key("followup_policyversion", "sender_id", "messaging_mailsender"),
        tenant_key("followup_policystep", "sender_id", "messaging_mailsender"),
        tenant_key("followup_notice", "sender_id", "messaging_mailsender"),
        migrations.RunSQL(
            (SQL / "senders.sql").read_text(), (SQL / "senders_reverse.sql").read_text()
        ),
    ]
