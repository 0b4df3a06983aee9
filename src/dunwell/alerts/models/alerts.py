"""What happened, who is shown it, and what is sent about it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from dunwell.alerts.models.choices import KINDS, AlertDestination
from dunwell.ledger.models import Customer
from dunwell.organizations.models import Organization
from dunwell.organizations.tenancy import TenantForeignKey
from dunwell.rules.alerts import AlertKind


class Alert(models.Model):
    """One fact the team is told. `source_key` names the fact, so that it is told once."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=30, choices=KINDS)
    source_key = models.CharField(max_length=200)
    customer = TenantForeignKey(
        Customer, null=True, blank=True, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    notice_id = models.BigIntegerField(null=True, blank=True, help_text="The notice it is about, if any.")
    for_user = models.ForeignKey(
        "organizations.User", null=True, blank=True, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    for_role = models.CharField(max_length=20, blank=True, db_default="", help_text="Only for members with this role.")
    details = models.JSONField(default=dict)
    happened_at = models.DateTimeField()
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("organization", "source_key"), name="alert_once"),
            models.UniqueConstraint(fields=("organization", "id"), name="alert_tenant_key"),
            models.CheckConstraint(condition=Q(kind__in=[kind.value for kind in AlertKind]), name="alert_kind_known"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.source_key}"


class AlertReceipt(models.Model):
    """An alert as one person sees it in the app."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+", db_index=False)
    alert = TenantForeignKey(Alert, on_delete=models.CASCADE, related_name="receipts", db_index=False)
    user = models.ForeignKey("organizations.User", on_delete=models.CASCADE, related_name="+")
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("organization", "alert", "user"), name="alert_receipt_once")]
        indexes = [
            models.Index(fields=("organization", "user", "-id"), name="alert_receipt_list"),
            models.Index(
                fields=("organization", "user"), condition=Q(read_at__isnull=True), name="alert_receipt_unread"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.alert_id} for {self.user_id}"


class SendWay(models.TextChoices):
    MAIL = "mail", "E-mail"
    DIGEST = "digest", "Daily e-mail"
    CHAT = "chat", "Chat"


class SendState(models.TextChoices):
    QUEUED = "queued", "Queued"
    SENDING = "sending", "Sending"
    SENT = "sent", "Sent"
    FAILED = "failed", "Failed"
    UNCERTAIN = "uncertain", "Uncertain"


class AlertSend(models.Model):
    """An alert on its way out: to a person by e-mail, or to a destination.

    As with reminders: `sending` is committed before anything leaves, and a row whose lease is over becomes
    `uncertain` and is not sent again.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+", db_index=False)
    alert = TenantForeignKey(Alert, on_delete=models.CASCADE, related_name="sends", db_index=False)
    way = models.CharField(max_length=10, choices=SendWay.choices)
    user = models.ForeignKey("organizations.User", null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    destination = TenantForeignKey(
        AlertDestination, null=True, blank=True, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    state = models.CharField(max_length=10, choices=SendState.choices, default=SendState.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("organization", "alert", "user"), condition=Q(user__isnull=False), name="alert_send_person_once"
            ),
            models.UniqueConstraint(
                fields=("organization", "alert", "destination"),
                condition=Q(destination__isnull=False),
                name="alert_send_destination_once",
            ),
            models.CheckConstraint(
                condition=Q(way="chat", destination__isnull=False, user__isnull=True)
                | Q(way__in=("mail", "digest"), user__isnull=False, destination__isnull=True),
                name="alert_send_goes_somewhere",
            ),
            models.CheckConstraint(condition=Q(state__in=SendState.values), name="alert_send_state_known"),
            models.CheckConstraint(
                condition=~Q(state="sending") | Q(leased_until__isnull=False), name="alert_sending_is_leased"
            ),
        ]
        indexes = [
            models.Index(fields=("organization", "next_attempt_at"), condition=Q(state="queued"), name="alert_claim"),
            models.Index(fields=("organization", "leased_until"), condition=Q(state="sending"), name="alert_sweep"),
        ]

    def __str__(self) -> str:
        return f"{self.alert_id} by {self.way}"


class AlertWatch(models.Model):
    """Up to when an organization's facts have been looked at. Begins with the organization: no alerts about before."""

    organization = models.OneToOneField(Organization, on_delete=models.CASCADE, primary_key=True, related_name="+")
    collected_to = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.organization_id} up to {self.collected_to}"
