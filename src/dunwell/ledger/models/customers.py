"""Who owes, whom to write to, and where the facts come from."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.db import models
from django.db.models.functions import Lower

from dunwell.organizations.keeping import kept
from dunwell.organizations.models import Organization
from dunwell.organizations.tenancy import TenantForeignKey
from dunwell.rules.channels import CHANNEL_NAMES, Channel

CHANNELS = [(channel.value, CHANNEL_NAMES[channel]) for channel in Channel]


class SourceKind(models.TextChoices):
    FILE = "file", "File import"
    CONNECTOR = "connector", "Connector"


class DataSource(models.Model):
    """Where customers' facts come from and how fresh they are.

    One row per source, not a time per customer: a file that is imported again
    refreshes a hundred thousand customers by one update.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=10, choices=SourceKind.choices)
    name = models.CharField(max_length=200)
    fresh_at = models.DateTimeField(help_text="The moment up to which this source is known to be complete.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("organization", "kind", "name"), name="data_source_once"),
            models.UniqueConstraint(fields=("organization", "id"), name="data_source_tenant_key"),
            models.CheckConstraint(condition=models.Q(kind__in=SourceKind.values), name="data_source_kind_known"),
        ]

    def __str__(self) -> str:
        return self.name


# Search by the beginning of any word; insights/search.py asks with the same expression
CUSTOMER_WORDS = SearchVector("name_key", config="simple")


@kept()
class Customer(models.Model):
    """Someone who owes, or has owed, this organization money."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+", db_index=False)
    number = models.CharField(
        max_length=100, blank=True, help_text="The customer's number in the source; empty where it has none."
    )
    name = models.CharField(max_length=300)
    name_key = models.CharField(
        max_length=300, help_text="Case-folded, accent-folded name: sorting, search and matching."
    )
    address_line_1 = models.CharField(max_length=200, blank=True, db_default="", help_text="Street and number.")
    address_line_2 = models.CharField(max_length=200, blank=True, db_default="")
    postal_code = models.CharField(max_length=20, blank=True, db_default="")
    city = models.CharField(max_length=100, blank=True, db_default="")
    region = models.CharField(max_length=100, blank=True, db_default="", help_text="State, where addresses name one.")
    country = models.CharField(max_length=2, blank=True)
    address_refused_at = models.DateTimeField(
        null=True, blank=True, help_text="A letter came back: no letter goes there until a person confirms it."
    )
    address_refused_reason = models.CharField(max_length=300, blank=True, db_default="")
    preferred_channel = models.CharField(
        max_length=20, choices=CHANNELS, blank=True, db_default="", help_text="Empty: whatever a step says."
    )
    language = models.CharField(max_length=16, blank=True, help_text="Empty: the organization's.")
    time_zone = models.CharField(max_length=64, blank=True, help_text="Empty: the organization's.")
    terms_days = models.PositiveSmallIntegerField(null=True, blank=True)
    tags = ArrayField(models.CharField(max_length=50), default=list, blank=True)
    owner = models.ForeignKey("organizations.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    source = TenantForeignKey(
        DataSource, null=True, blank=True, on_delete=models.PROTECT, related_name="+", help_text="Empty: kept by hand."
    )
    known_from = models.DateField(help_text="First day this customer is part of the book: replay starts here.")
    archived_at = models.DateTimeField(null=True, blank=True)
    merged_into = TenantForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
        help_text="The customer who took over all of this one's rows; imports that name this one mean that one.",
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("organization", "id"), name="customer_tenant_key"),
            models.UniqueConstraint(
                fields=("organization", "number"), condition=~models.Q(number=""), name="customer_number_once"
            ),
            # A customer without a number is known by name alone, so that name may stand only once.
            models.UniqueConstraint(
                fields=("organization", "name_key"),
                condition=models.Q(number=""),
                name="customer_name_once_without_number",
            ),
            models.CheckConstraint(condition=~models.Q(name=""), name="customer_has_a_name"),
            models.CheckConstraint(
                condition=models.Q(preferred_channel__in=["", *(value for value, _ in CHANNELS)]),
                name="customer_preferred_channel_known",
            ),
            models.CheckConstraint(
                condition=models.Q(merged_into__isnull=True)
                | models.Q(archived_at__isnull=False) & ~models.Q(merged_into=models.F("id")),
                name="customer_merged_is_archived",
            ),
        ]
        indexes = [
            # Lists sorted by name
            models.Index(fields=("organization", "name_key", "id"), name="customer_by_name"),
            GinIndex(CUSTOMER_WORDS, name="customer_by_word"),
            models.Index(
                fields=("organization", "merged_into"),
                condition=models.Q(merged_into__isnull=False),
                name="customer_merged",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class AddressWords(models.Func):
    """An address with each of its parts a word: billing@harbor.example is found by "harbor"."""

    template = "translate(%(expressions)s, '@.-_+', '     ')"
    output_field = models.TextField()


# Search by the beginning of any word; insights/search.py asks with the same expression
CONTACT_WORDS = SearchVector("name", AddressWords("email"), config="simple")


class ContactRole(models.TextChoices):
    BILLING = "billing", "Billing"
    DECISION_MAKER = "decision_maker", "Decision maker"
    OTHER = "other", "Other"


# What follows from the phone by itself is no change that somebody made
@kept(exclude=["sms_number"])
class Contact(models.Model):
    """A person at the customer, with channel addresses."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+", db_index=False)
    customer = TenantForeignKey(Customer, on_delete=models.CASCADE, related_name="contacts")
    name = models.CharField(max_length=200, blank=True)
    role = models.CharField(max_length=20, choices=ContactRole.choices, default=ContactRole.BILLING)
    email = models.CharField(max_length=320, blank=True)
    phone = models.CharField(max_length=50, blank=True)
    sms_number = models.CharField(  # noqa: DJ001 - not looked at yet is not the same as none
        max_length=20,
        null=True,
        blank=True,
        help_text="The phone in E.164 where it can take an SMS, empty where it cannot; null: not looked at yet.",
    )
    language = models.CharField(max_length=16, blank=True)
    is_primary = models.BooleanField(default=False, help_text="Reminders go to this person.")
    email_refused_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text="A server said this address does not exist; it is not used until a person confirms it.",
    )
    phone_refused_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text="Somebody else answered there; the number is not used until a person confirms it.",
    )
    email_refused_reason = models.CharField(max_length=300, blank=True, db_default="")
    sms_refused_at = models.DateTimeField(
        null=True, blank=True, help_text="The number takes no SMS; it is not used for them until a person confirms it."
    )
    sms_refused_reason = models.CharField(max_length=300, blank=True, db_default="")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("organization", "id"), name="contact_tenant_key"),
            models.UniqueConstraint(
                "customer", Lower("email"), condition=~models.Q(email=""), name="contact_email_once_per_customer"
            ),
            models.UniqueConstraint(
                fields=("customer",), condition=models.Q(is_primary=True), name="contact_one_primary"
            ),
            models.CheckConstraint(condition=models.Q(role__in=ContactRole.values), name="contact_role_known"),
        ]
        indexes = [
            GinIndex(CONTACT_WORDS, name="contact_by_word"),
            # What came in since the last look (ledger/services/phones.py)
            models.Index(
                fields=("organization",),
                condition=models.Q(sms_number__isnull=True) & ~models.Q(phone=""),
                name="contact_phone_not_looked_at",
            ),
            # Who answers STOP from this number
            models.Index(
                fields=("organization", "sms_number"),
                condition=models.Q(sms_number__gt=""),
                name="contact_by_sms_number",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email or self.phone
