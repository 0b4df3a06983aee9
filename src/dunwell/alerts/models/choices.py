"""Who wants to be told what."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from dunwell.organizations.keeping import kept
from dunwell.organizations.models import Organization
from dunwell.organizations.models.people import Role
from dunwell.rules.alerts import MEANINGS, AlertKind, ByMail

KINDS = [(kind.value, MEANINGS[kind][0]) for kind in AlertKind]


@kept()
class AlertRule(models.Model):
    """A choice other than the default of `rules.alerts`: for everybody with a role, or for one person."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=30, choices=KINDS)
    role = models.CharField(max_length=20, choices=Role.choices, blank=True)
    user = models.ForeignKey("organizations.User", null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    in_app = models.BooleanField(default=True)
    mail = models.CharField(max_length=10, choices=[(way.value, way.name) for way in ByMail], default=ByMail.NONE)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=[kind.value for kind in AlertKind]), name="alert_rule_kind"),
            models.CheckConstraint(condition=Q(mail__in=[way.value for way in ByMail]), name="alert_rule_mail"),
            models.CheckConstraint(
                condition=Q(role="", user__isnull=False) | (~Q(role="") & Q(user__isnull=True)),
                name="alert_rule_for_role_or_person",
            ),
            models.UniqueConstraint(
                fields=("organization", "kind", "role"), condition=~Q(role=""), name="alert_rule_role_once"
            ),
            models.UniqueConstraint(
                fields=("organization", "kind", "user"), condition=Q(user__isnull=False), name="alert_rule_user_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} for {self.role or self.user}"


@kept(exclude=["address"])
class AlertDestination(models.Model):
    """A place outside, for example a Slack channel, that is told as things happen."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+", db_index=False)
    name = models.CharField(max_length=100)
    address = models.TextField(help_text="Apprise's address with its tokens, encrypted.")
    service = models.CharField(max_length=100, help_text="What apprise calls the service, without its tokens.")
    kinds = ArrayField(models.CharField(max_length=30, choices=KINDS))
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("organization", "id"), name="alert_destination_tenant_key"),
            models.UniqueConstraint(fields=("organization", "name"), name="alert_destination_name_once"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.service})"
