"""Cases: customers with overdue debt, how urgent each is and whose, by which rules; and every change of that."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from dunwell.ledger.models import Customer
from dunwell.organizations.keeping import kept
from dunwell.organizations.models import Organization, Role
from dunwell.organizations.tenancy import TenantForeignKey
from dunwell.rules.cases import LEAST_URGENT, MOST_URGENT, PRIORITY_NAMES

PRIORITIES = [(number, f"{number}: {name.lower()}") for number, name in PRIORITY_NAMES.items()]
ROLES = [(role.value, role.label) for role in Role if role is not Role.VIEWER]


@kept()
class EscalationRule(models.Model):
    """An ordered rule that makes a case more urgent (`rules.cases`). All that it asks for must hold."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+", db_index=False)
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=100)
    priority = models.PositiveSmallIntegerField(choices=PRIORITIES)
    minimum_days = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="The oldest open invoice is at least so many days overdue."
    )
    minimum_overdue = models.DecimalField(
        max_digits=19,
        decimal_places=4,
        null=True,
        blank=True,
        help_text="At least so much is overdue, in the base currency.",
    )
    defaulted_again = models.BooleanField(default=False, help_text="A defaulter who had paid up in between.")
    broken_promise = models.BooleanField(default=False, help_text="The day of a promise passed unpaid.")
    refused = models.BooleanField(default=False, help_text="They said on the phone that they will not pay.")
    last_step_done = models.BooleanField(default=False, help_text="The last step is done, nothing chases any more.")
    role = models.CharField(
        max_length=20, choices=ROLES, blank=True, help_text="Everybody with this role takes care of it."
    )
    owner = models.ForeignKey(
        "organizations.User",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
        help_text="This person takes care of it; who does not work here any more leaves it to the role.",
    )

    class Meta:
        ordering = ("position",)
        constraints = [
            models.UniqueConstraint(fields=("organization", "id"), name="escalation_rule_tenant_key"),
            models.UniqueConstraint(
                fields=("organization", "position"),
                name="escalation_rule_position_once",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(
                condition=Q(priority__range=(MOST_URGENT, LEAST_URGENT)), name="escalation_rule_priority_in_range"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Case(models.Model):
    """A customer with overdue debt. What the rules say and what a person set stand side by side; the person's counts.

    The facts are those of the last assessment. `due_on` is the day a person should look at it; empty: steps take care.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+", db_index=False)
    customer = TenantForeignKey(Customer, on_delete=models.CASCADE, related_name="+", db_index=False)
    opened_on = models.DateField()
    closed_on = models.DateField(null=True, blank=True)
    priority_by_rules = models.PositiveSmallIntegerField(default=LEAST_URGENT, choices=PRIORITIES)
    priority_since = models.DateField(help_text="Since when the rules give this priority.")
    owner_by_rules = models.ForeignKey(
        "organizations.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    role_by_rules = models.CharField(max_length=20, choices=ROLES, blank=True)
    rules = ArrayField(models.BigIntegerField(), default=list, help_text="The escalation rules that fit, in order.")
    steps = ArrayField(models.BigIntegerField(), default=list, help_text="The policy steps that raised it.")
    days_past_due = models.IntegerField()
    overdue = models.DecimalField(max_digits=19, decimal_places=4, help_text="In the base currency.")
    defaulted_again = models.BooleanField(default=False)
    broken_promise_on = models.DateField(null=True, blank=True, help_text="When a promise was broken.")
    refused_on = models.DateField(null=True, blank=True)
    last_step_done = models.BooleanField(default=False)
    due_on = models.DateField(null=True, blank=True)
    priority_by_hand = models.PositiveSmallIntegerField(null=True, blank=True, choices=PRIORITIES)
    owner_by_hand = models.ForeignKey(
        "organizations.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    by_hand_note = models.TextField(blank=True)
    by_hand_until = models.DateField(
        null=True, blank=True, help_text="From this day on the rules decide again; empty: until released."
    )
    by_hand_by = models.ForeignKey(
        "organizations.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    priority = models.GeneratedField(
        expression=Coalesce(F("priority_by_hand"), F("priority_by_rules")),
        output_field=models.PositiveSmallIntegerField(choices=PRIORITIES),
        db_persist=True,
    )
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("organization", "id"), name="case_tenant_key"),
            models.UniqueConstraint(
                fields=("organization", "customer"), condition=Q(closed_on__isnull=True), name="case_one_open"
            ),
            models.CheckConstraint(
                condition=Q(priority_by_rules__range=(MOST_URGENT, LEAST_URGENT))
                & (Q(priority_by_hand__isnull=True) | Q(priority_by_hand__range=(MOST_URGENT, LEAST_URGENT))),
                name="case_priority_in_range",
            ),
        ]
        indexes = [
            models.Index(
                fields=("organization", "priority", "due_on"),
                condition=Q(closed_on__isnull=True),
                name="case_by_priority",
            ),
            models.Index(fields=("organization", "customer", "-opened_on"), name="case_by_customer"),
        ]

    def __str__(self) -> str:
        return f"case of customer {self.customer_id}: priority {self.priority}"

    @property
    def is_set_by_hand(self) -> bool:
        return self.priority_by_hand is not None or self.owner_by_hand_id is not None


class CaseEvent(models.TextChoices):
    OPENED = "opened", "Opened"
    RAISED = "raised", "Raised"
    LOWERED = "lowered", "Lowered"
    PROMISE_BROKEN = "promise_broken", "A promise was broken"
    REFUSED = "refused", "Refuses to pay"
    LAST_STEP = "last_step", "Every step is done"
    GIVEN = "given", "Given to"
    SET_BY_HAND = "set_by_hand", "Set by hand"
    RELEASED = "released", "The rules decide again"
    LOOKED_AT = "looked_at", "Looked at"
    CLOSED = "closed", "Closed"


class CaseChange(models.Model):
    """A change of a case: the row that history, alerts and the timeline read. Added, never changed."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+", db_index=False)
    customer = TenantForeignKey(Customer, on_delete=models.CASCADE, related_name="+", db_index=False)
    case = TenantForeignKey(Case, on_delete=models.CASCADE, related_name="changes", db_index=False)
    name = models.CharField(max_length=20, choices=CaseEvent.choices)
    before = models.PositiveSmallIntegerField(null=True, blank=True, choices=PRIORITIES)
    after = models.PositiveSmallIntegerField(null=True, blank=True, choices=PRIORITIES)
    owner = models.ForeignKey(
        "organizations.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    role = models.CharField(max_length=20, choices=ROLES, blank=True)
    note = models.TextField(blank=True)
    by = models.ForeignKey(
        "organizations.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    changed_on = models.DateField()
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(name__in=CaseEvent.values), name="case_change_name_known"),
        ]
        indexes = [
            models.Index(fields=("organization", "id"), name="case_change_cursor"),
            models.Index(fields=("organization", "customer", "changed_on"), name="case_change_by_customer"),
        ]

    def __str__(self) -> str:
        return f"{self.name} on {self.changed_on}"
