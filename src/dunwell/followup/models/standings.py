"""What each customer is and owes as of the last assessment: rollups, reconciled by a test."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from dunwell.ledger.models import Customer
from dunwell.organizations.models import Organization
from dunwell.organizations.tenancy import TenantForeignKey
from dunwell.rules.standing import Standing


def amount() -> models.DecimalField:  # type: ignore[type-arg]
    return models.DecimalField(max_digits=19, decimal_places=4, default=0)


STANDINGS = [
    (Standing.CURRENT.value, "Current"),
    (Standing.DUE_SOON.value, "Due soon"),
    (Standing.LATE.value, "Late"),
    (Standing.DEFAULTER.value, "Defaulter"),
]


class Amounts(models.Model):
    """Open amounts of one currency by age; the five buckets add up to what is outstanding."""

    outstanding = amount()
    overdue = amount()
    disputed = amount()
    not_due = amount()
    days_1_30 = amount()
    days_31_60 = amount()
    days_61_90 = amount()
    days_91 = amount()
    unapplied_credit = amount()
    open_invoices = models.IntegerField(default=0)
    overdue_invoices = models.IntegerField(default=0)

    class Meta:
        abstract = True


class CustomerBalance(Amounts):
    """What a customer owes in one currency."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+", db_index=False)
    customer = TenantForeignKey(Customer, on_delete=models.CASCADE, related_name="balances", db_index=False)
    currency = models.CharField(max_length=3)
    oldest_due_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("customer", "currency"), name="customer_balance_once")]
        indexes = [
            models.Index(fields=("organization", "currency", "-overdue"), name="customer_balance_by_overdue"),
        ]

    def __str__(self) -> str:
        return f"{self.outstanding} {self.currency}"


class CustomerStanding(models.Model):
    """What a customer is as of the last assessment."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+", db_index=False)
    customer = models.OneToOneField(Customer, on_delete=models.CASCADE, primary_key=True, related_name="standing")
    standing = models.CharField(max_length=10, choices=STANDINGS)
    since = models.DateField()
    on_hold = models.BooleanField(default=False)
    oldest_due_on = models.DateField(null=True, blank=True, help_text="Oldest undisputed due date of what is open.")
    was_defaulter = models.BooleanField(default=False)
    chased_in_vain = models.BooleanField(
        default=False,
        db_default=False,
        help_text="Late, and the last step of its policy had gone for an invoice still open: a person decides.",
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(standing__in=[value for value, _ in STANDINGS]), name="customer_standing_known"
            )
        ]
        indexes = [
            models.Index(
                fields=("organization", "standing", "oldest_due_on", "customer"), name="customer_standing_list"
            ),
            # What needs a person: listed the longest overdue first, and counted
            models.Index(
                fields=("organization", "oldest_due_on", "customer"),
                condition=Q(chased_in_vain=True),
                name="customer_chased_in_vain",
            ),
        ]

    def __str__(self) -> str:
        return self.standing


class StandingChange(models.Model):
    """A change of standing: the named row that alerts, history and reports read. Added, never changed."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+", db_index=False)
    customer = TenantForeignKey(Customer, on_delete=models.CASCADE, related_name="+", db_index=False)
    name = models.CharField(max_length=30)
    before = models.CharField(max_length=10, blank=True)
    after = models.CharField(max_length=10)
    changed_on = models.DateField(help_text="The date of the assessment that saw it.")
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [
            models.Index(fields=("organization", "id"), name="standing_change_cursor"),
            models.Index(fields=("organization", "customer", "changed_on"), name="standing_change_by_customer"),
            # What Home counts of a day
            models.Index(fields=("organization", "changed_on", "name"), name="standing_change_by_day"),
        ]

    def __str__(self) -> str:
        return self.name


class BookTotal(Amounts):
    """What an organization is owed in one currency."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+", db_index=False)
    currency = models.CharField(max_length=3)
    as_of = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=("organization", "currency"), name="book_total_once")]

    def __str__(self) -> str:
        return f"{self.outstanding} {self.currency}"


class StandingCount(models.Model):
    """How many customers of an organization have a standing."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+", db_index=False)
    standing = models.CharField(max_length=10, choices=STANDINGS)
    customers = models.IntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=("organization", "standing"), name="standing_count_once")]

    def __str__(self) -> str:
        return f"{self.customers} {self.standing}"
