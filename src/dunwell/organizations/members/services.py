"""Changing who works here and as what. An organization always keeps an owner: the database refuses to lose the last."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import transaction

from dunwell.organizations.members import queries
from dunwell.organizations.models import Membership, Organization, OrganizationSettings, Role, User
from dunwell.organizations.recording import recorded


class LastOwnerError(Exception):
    """It would leave the organization without an owner; the text says what to do first."""

    def __init__(self, organization: Organization) -> None:
        super().__init__(f"{organization.name} needs an owner. Make somebody else an owner first.")


def change_role(*, organization: Organization, membership_id: int, role: str, by: User) -> Membership:
    """Give a member another role. Raises LastOwnerError, Membership.DoesNotExist."""
    if role not in Role.values:
        raise ValidationError({"role": [f"{role!r} is no role. There are: {', '.join(Role.values)}."]})
    with _changing(organization, membership_id, by, "change role") as membership:
        if membership.role == Role.OWNER and role != Role.OWNER and membership.is_active:
            _keep_an_owner(membership)
        membership.role = role
        membership.save(update_fields=["role"])
    return membership


def deactivate(
    *, organization: Organization, membership_id: int, by: User, now: dt.datetime, action: str = "deactivate member"
) -> Membership:
    """From now on this person finds nothing here; who works nowhere else is signed out everywhere at once."""
    with _changing(organization, membership_id, by, action) as membership:
        if membership.is_active:
            if membership.role == Role.OWNER:
                _keep_an_owner(membership)
            membership.deactivated_at = now
            membership.save(update_fields=["deactivated_at"])
        if not queries.memberships_of(membership.user).exists():
            end_sessions(user=membership.user)
    return membership


def reactivate(*, organization: Organization, membership_id: int, by: User) -> Membership:
    """Let a person back in, in the role they had."""
    with _changing(organization, membership_id, by, "reactivate member") as membership:
        membership.deactivated_at = None
        membership.save(update_fields=["deactivated_at"])
    return membership


def leave(*, organization: Organization, by: User, now: dt.datetime) -> None:
    """Stop working here. Raises LastOwnerError."""
    own = Membership.objects.get(organization=organization, user=by)
    deactivate(organization=organization, membership_id=own.pk, by=by, now=now, action="leave")


@transaction.atomic
def transfer_ownership(*, organization: Organization, membership_id: int, by: User) -> Membership:
    """Make another active member an owner and step back to finance head, in one step."""
    with _changing(organization, membership_id, by, "transfer ownership") as heir:
        if not heir.is_active or heir.user_id == by.pk:
            raise ValidationError("Ownership goes to another active member.")
        heir.role = Role.OWNER
        heir.save(update_fields=["role"])
        own = Membership.objects.get(organization=organization, user=by)
        own.role = Role.FINANCE_HEAD
        own.save(update_fields=["role"])
    return heir


def demand_second_factor(*, organization: Organization, required: bool, by: User) -> None:
    """Whether members need a second factor before they see anything of this organization."""
    with transaction.atomic(), recorded(user=by.pk, action="second factor"):
        settings = OrganizationSettings.objects.select_for_update().get(organization=organization)
        settings.second_factor_required = required
        settings.save(update_fields=["second_factor_required"])


def end_sessions(*, user: User) -> None:
    """Sign this person out everywhere."""
    sessions = UserSession.objects.filter(user=user)
    Session.objects.filter(session_key__in=sessions.values("session_key")).delete()
    sessions.delete()


@contextmanager
def _changing(organization: Organization, membership_id: int, by: User, action: str) -> Iterator[Membership]:
    """One member, while nobody else changes who works here."""
    with transaction.atomic(), recorded(user=by.pk, action=action):
        Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
        yield Membership.objects.select_related("user", "organization").get(organization=organization, pk=membership_id)


def _keep_an_owner(leaving: Membership) -> None:
    if not queries.owners(leaving.organization).exclude(pk=leaving.pk).exists():
        raise LastOwnerError(leaving.organization)
