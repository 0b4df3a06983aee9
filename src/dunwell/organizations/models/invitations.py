"""Asking somebody to work here."""

from __future__ import annotations

import secrets

from django.db import models
from django.db.models.functions import Lower

from dunwell.organizations.keeping import kept
from dunwell.organizations.models.organization import Organization
from dunwell.organizations.models.people import Role, User


def fresh_nonce() -> str:
    return secrets.token_urlsafe(16)


@kept(exclude=["nonce"])
class Invitation(models.Model):
    """A place offered to an e-mail address. Its link is signed, works once, and only until it expires."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+", db_index=False)
    email = models.EmailField()
    role = models.CharField(max_length=20, choices=Role.choices)
    nonce = models.CharField(
        max_length=32, default=fresh_nonce, help_text="Part of the link: a new one makes earlier links worthless."
    )
    invited_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    invited_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "organization",
                Lower("email"),
                condition=models.Q(accepted_at=None, withdrawn_at=None),
                name="invitation_open_once",
            ),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="invitation_role_known"),
            models.CheckConstraint(
                condition=models.Q(accepted_at=None) | models.Q(withdrawn_at=None), name="invitation_ends_one_way"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email} as {self.get_role_display()}"
