"""One step due for one invoice: one row, updated in place, whatever becomes of it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from dunwell.followup.models.notices import Notice
from dunwell.followup.models.policies import PolicyStep
from dunwell.followup.models.tasks import Task
from dunwell.ledger.models import Customer, Invoice
from dunwell.organizations.models import Organization
from dunwell.organizations.tenancy import TenantForeignKey
from dunwell.rules.waiting import Final, Waiting


class ActionState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    PLANNED = "planned", "Planned"
    DONE = "done", "Done"
    FINAL = "final", "Ended without sending"


class AnchorKind(models.TextChoices):
    """What a step counts its days from. `anchor_id` tells instances of one kind apart.

    For the due date it is the extension that stands, 0 before the first: steps may run afresh for each. An issue date
    has only one instance: 0.
    """

    DUE = "due", "Due date"
    ISSUE = "issue", "Issue date"


class Action(models.Model):
    """The unique key is the promise that no customer gets the same reminder twice."""

    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    customer = TenantForeignKey(Customer, on_delete=models.CASCADE, related_name="+", db_index=False)
    invoice = TenantForeignKey(Invoice, on_delete=models.CASCADE, related_name="+", db_index=False)
    anchor_kind = models.CharField(max_length=12, choices=AnchorKind.choices, default=AnchorKind.DUE)
    anchor_id = models.BigIntegerField(default=0)
    lineage = models.PositiveIntegerField()
    occurrence = models.PositiveSmallIntegerField(default=0)
    step = TenantForeignKey(PolicyStep, on_delete=models.PROTECT, related_name="+", db_index=False)
    offset_days = models.SmallIntegerField()
    channel = models.CharField(
        max_length=20, help_text="How it reaches this customer: the step's channel, or one that stands in for it."
    )
    step_day = models.DateField(help_text="The business day on which the step fell due.")
    state = models.CharField(max_length=10, choices=ActionState.choices)
    reason = models.CharField(max_length=20, blank=True)
    detail = models.CharField(
        max_length=300,
        blank=True,
        db_default="",
        help_text="What exactly is missing, where the reason does not say it.",
    )
    recheck_on = models.DateField(null=True, blank=True, help_text="The first day on which the reason may have ended.")
    notice = models.ForeignKey(Notice, null=True, blank=True, on_delete=models.SET_NULL, related_name="actions")
    task = TenantForeignKey(
        Task,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="actions",
        db_index=False,
        help_text="For a call or an internal task: the entry on the worklist it is in.",
    )
    needs_approval = models.BooleanField(
        default=False, help_text="A person had touched the notice that was called back."
    )
    limits_overridden_by = models.ForeignKey(
        "organizations.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    dropped_by = models.ForeignKey(
        "organizations.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    done_on = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("invoice", "anchor_kind", "anchor_id", "lineage", "occurrence"), name="action_once"
            ),
            models.CheckConstraint(
                name="action_state_has_its_reason",
                condition=Q(state__in=("planned", "done"), reason="")
                | Q(state="waiting", reason__in=[reason.value for reason in Waiting])
                | Q(state="final", reason__in=[reason.value for reason in Final]),
            ),
            models.CheckConstraint(
                name="action_done_has_a_day",
                condition=Q(state="done", done_on__isnull=False) | (~Q(state="done") & Q(done_on__isnull=True)),
            ),
        ]
        indexes = [
            # The plan looks again at what has not ended; lists ask for it by reason
            models.Index(
                fields=("organization", "customer"),
                condition=Q(state__in=("waiting", "planned")),
                name="action_active_by_customer",
            ),
            # Counted by reason, by customer
            models.Index(
                fields=("organization", "reason", "customer"),
                condition=Q(state="waiting"),
                name="action_waiting_by_reason",
            ),
            # What ended lately, for the list and the count on its tab
            models.Index(fields=("organization", "changed_at"), condition=Q(state="final"), name="action_ended"),
            models.Index(fields=("notice",), condition=Q(notice__isnull=False), name="action_by_notice"),
            models.Index(fields=("task",), condition=Q(task__isnull=False), name="action_by_task"),
        ]

    def __str__(self) -> str:
        return f"step {self.lineage} for invoice {self.invoice_id}: {self.state} {self.reason}".strip()


class OldDebtRelease(models.Model):
    """A person decided that a debt from before this book's time may be chased."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+", db_index=False)
    invoice = TenantForeignKey(Invoice, on_delete=models.CASCADE, related_name="+", db_index=False)
    released_by = models.ForeignKey(
        "organizations.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    released_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=("organization", "invoice"), name="old_debt_release_once")]

    def __str__(self) -> str:
        return f"invoice {self.invoice_id} released"
