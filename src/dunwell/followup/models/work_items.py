"""What stands on the worklist, whatever kind it is: read from the tables that know it, kept nowhere itself."""

from __future__ import annotations

from django.db import models

from dunwell.followup.models.cases import PRIORITIES, Case
from dunwell.followup.models.notices import Notice
from dunwell.followup.models.tasks import Task
from dunwell.ledger.models import Customer
from dunwell.messaging.models import Reply
from dunwell.organizations.models import Organization


class WorkKind(models.TextChoices):
    CALL = "call", "Call"
    TASK = "task", "Internal task"
    CASE = "case", "Case"
    NOTICE = "notice", "Notice"
    STEP = "step", "Waiting step"
    REPLY = "reply", "Answer"


class WorkItem(models.Model):
    """A row of the view `followup_workitem`. `owner` takes care of it: a person, else everybody with `role`, else the
    team. `reason` says what it is about within its kind.
    """

    id = models.BigIntegerField(primary_key=True)
    organization = models.ForeignKey(Organization, on_delete=models.DO_NOTHING, related_name="+", db_index=False)
    customer = models.ForeignKey(Customer, on_delete=models.DO_NOTHING, related_name="+", db_index=False)
    kind = models.CharField(max_length=10, choices=WorkKind.choices)
    reason = models.CharField(max_length=20)
    task = models.ForeignKey(Task, null=True, on_delete=models.DO_NOTHING, related_name="+", db_index=False)
    case = models.ForeignKey(Case, null=True, on_delete=models.DO_NOTHING, related_name="+", db_index=False)
    notice = models.ForeignKey(Notice, null=True, on_delete=models.DO_NOTHING, related_name="+", db_index=False)
    reply = models.ForeignKey(Reply, null=True, on_delete=models.DO_NOTHING, related_name="+", db_index=False)
    owner = models.ForeignKey(
        "organizations.User", null=True, on_delete=models.DO_NOTHING, related_name="+", db_index=False
    )
    role = models.CharField(max_length=20)
    priority = models.PositiveSmallIntegerField(choices=PRIORITIES)
    expected_value = models.DecimalField(max_digits=19, decimal_places=4, help_text="In the base currency.")
    due_on = models.DateField()

    class Meta:
        managed = False
        db_table = "followup_workitem"

    def __str__(self) -> str:
        return f"{self.kind} {self.reason} for customer {self.customer_id}"
