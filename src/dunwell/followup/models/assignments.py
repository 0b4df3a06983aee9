"""Which policy chases whom: a customer's own setting, ordered rules, and what came of them."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from dunwell.followup.models.policies import DunningPolicy, risk, segments
from dunwell.ledger.models import Customer
from dunwell.organizations.keeping import kept
from dunwell.organizations.models import Organization
from dunwell.organizations.tenancy import TenantForeignKey


@kept()
class CustomerPolicy(models.Model):
    """A customer's own setting: it wins over every rule."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+", db_index=False)
    customer = TenantForeignKey(Customer, on_delete=models.CASCADE, related_name="+", db_index=False)
    policy = TenantForeignKey(DunningPolicy, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("organization", "customer"), name="customer_policy_once")]

    def __str__(self) -> str:
        return f"customer {self.customer_id} by policy {self.policy_id}"


@kept()
class AssignmentRule(models.Model):
    """An ordered rule: the first of an organization's that fits gives the policy (`rules.assignment`)."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+", db_index=False)
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=100)
    policy = TenantForeignKey(DunningPolicy, on_delete=models.PROTECT, related_name="+", db_index=False)
    segments = segments()
    balance_above = models.DecimalField(
        max_digits=19,
        decimal_places=4,
        null=True,
        blank=True,
        help_text="All that the customer owes is more than this, in the base currency.",
    )
    currencies = ArrayField(models.CharField(max_length=3), default=list, blank=True)
    countries = ArrayField(models.CharField(max_length=2), default=list, blank=True)
    tags = ArrayField(models.CharField(max_length=50), default=list, blank=True, help_text="Any of them.")
    minimum_risk = risk()
    customer = TenantForeignKey(
        Customer, null=True, blank=True, on_delete=models.CASCADE, related_name="+", db_index=False
    )

    class Meta:
        ordering = ("position",)
        constraints = [
            models.UniqueConstraint(fields=("organization", "id"), name="assignment_rule_tenant_key"),
            models.UniqueConstraint(
                fields=("organization", "position"),
                name="assignment_rule_position_once",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(
                condition=Q(minimum_risk__isnull=True) | Q(minimum_risk__lte=100), name="assignment_rule_risk_in_range"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PolicyAssignment(models.Model):
    """The policy that chases a customer's debts of one currency; where none stands here, it is the default.

    Kept by the pass (`sql/assigned_policies.sql`). Without a rule it is the customer's own setting.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+", db_index=False)
    customer = TenantForeignKey(Customer, on_delete=models.CASCADE, related_name="+", db_index=False)
    currency = models.CharField(max_length=3)
    policy = TenantForeignKey(DunningPolicy, on_delete=models.CASCADE, related_name="+", db_index=False)
    rule = TenantForeignKey(
        AssignmentRule, null=True, blank=True, on_delete=models.CASCADE, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("organization", "customer", "currency"), name="policy_assignment_once")
        ]

    def __str__(self) -> str:
        return f"customer {self.customer_id} in {self.currency} by policy {self.policy_id}"
