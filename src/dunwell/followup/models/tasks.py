"""What a person does because a step says so, a call or an internal task, and the calls that were made."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from dunwell.followup.models.policies import PolicyStep
from dunwell.ledger.models import Contact, Customer
from dunwell.organizations.models import Organization
from dunwell.organizations.tenancy import TenantForeignKey
from dunwell.rules.calls import Outcome


class TaskKind(models.TextChoices):
    CALL = "call", "Call"
    TASK = "task", "Internal task"


class TaskState(models.TextChoices):
    OPEN = "open", "To do"
    RESTING = "resting", "Rests"
    DONE = "done", "Done"
    CLOSED = "closed", "Closed by itself"


STANDING = (TaskState.OPEN.value, TaskState.RESTING.value)


class Task(models.Model):
    """An entry on the worklist: planned actions of one customer that a person carries out at once.

    A customer is called about everything in one call; an internal task is one for each step. It follows its actions:
    it rests while none of them may go, and closes by itself when none of them is left.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+", db_index=False)
    customer = TenantForeignKey(Customer, on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=10, choices=TaskKind.choices)
    lineage = models.PositiveIntegerField(default=0, help_text="The step of an internal task; 0 for a call.")
    step = TenantForeignKey(PolicyStep, on_delete=models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(max_length=10, choices=TaskState.choices, default=TaskState.OPEN)
    reason = models.CharField(max_length=20, blank=True, help_text="Why it rests, or closed by itself.")
    due_on = models.DateField(help_text="The day it came up, or is to be tried again.")
    given_to = models.ForeignKey(
        "organizations.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    attempts = models.PositiveSmallIntegerField(default=0, help_text="Calls that nobody answered.")
    note = models.TextField(blank=True)
    is_needed = models.BooleanField(default=True, help_text="False: a person found that it was not needed.")
    closed_by = models.ForeignKey(
        "organizations.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    closed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("organization", "id"), name="task_tenant_key"),
            models.UniqueConstraint(
                fields=("organization", "customer", "kind", "lineage"),
                condition=Q(state__in=STANDING),
                name="task_one_standing",
            ),
            models.CheckConstraint(condition=Q(kind__in=TaskKind.values), name="task_kind_known"),
            models.CheckConstraint(condition=Q(state__in=TaskState.values), name="task_state_known"),
            models.CheckConstraint(
                condition=Q(state__in=STANDING, closed_at__isnull=True)
                | Q(state__in=("done", "closed"), closed_at__isnull=False),
                name="task_closed_has_a_time",
            ),
        ]
        indexes = [
            models.Index(fields=("organization", "customer", "-closed_at"), name="task_by_customer"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} for customer {self.customer_id}: {self.state} {self.reason}".strip()


class CallOutcome(models.TextChoices):
    REACHED = Outcome.REACHED.value, "Reached"
    NO_ANSWER = Outcome.NO_ANSWER.value, "No answer"
    PROMISED = Outcome.PROMISED.value, "Promised to pay"
    DISPUTED = Outcome.DISPUTED.value, "Disputes it"
    WRONG_NUMBER = Outcome.WRONG_NUMBER.value, "Wrong number"
    REFUSED = Outcome.REFUSED.value, "Refuses to pay"


class Call(models.Model):
    """A call that was made, because a step said so or by somebody's own idea; what was said and what follows from it.

    One that was taken back keeps its row and counts for nothing.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+", db_index=False)
    customer = TenantForeignKey(Customer, on_delete=models.CASCADE, related_name="+", db_index=False)
    task = TenantForeignKey(
        Task, null=True, blank=True, on_delete=models.SET_NULL, related_name="calls", db_index=False
    )
    contact = TenantForeignKey(
        Contact, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    phone = models.CharField(max_length=50, blank=True)
    outcome = models.CharField(max_length=20, choices=CallOutcome.choices)
    note = models.TextField(blank=True)
    promised_on = models.DateField(null=True, blank=True)
    promised_amount = models.DecimalField(max_digits=19, decimal_places=4, null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    called_at = models.DateTimeField()
    called_by = models.ForeignKey(
        "organizations.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    contact_on = models.DateField(null=True, blank=True, help_text="The day this counted as a contact.")
    due_before = models.DateField(null=True, blank=True, help_text="When its task was due before this call.")
    history_context = models.UUIDField(null=True, blank=True, help_text="What of the book was changed with it.")
    taken_back_at = models.DateTimeField(null=True, blank=True)
    taken_back_by = models.ForeignKey(
        "organizations.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(outcome__in=CallOutcome.values), name="call_outcome_known"),
            models.CheckConstraint(
                condition=Q(outcome="promised", promised_on__isnull=False)
                | (~Q(outcome="promised") & Q(promised_on__isnull=True, promised_amount__isnull=True)),
                name="call_promise_has_a_day",
            ),
            models.CheckConstraint(
                condition=Q(taken_back_at__isnull=True) | Q(contact_on__isnull=True), name="call_taken_back_counts_not"
            ),
        ]
        indexes = [
            models.Index(fields=("organization", "customer", "-called_at"), name="call_by_customer"),
            # Contact interval and weekly limit look only a few days back
            models.Index(
                fields=("organization", "contact_on"),
                include=("customer",),
                condition=Q(contact_on__isnull=False),
                name="call_contacts",
            ),
        ]

    def __str__(self) -> str:
        return f"call to customer {self.customer_id}: {self.outcome}"
