"""Asking somebody to join, and joining."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from dunwell.organizations.members import queries
from dunwell.organizations.models import Invitation, Membership, Organization, Role, User
from dunwell.organizations.models.invitations import fresh_nonce
from dunwell.organizations.recording import recorded
from dunwell.organizations.services import create_user

VALID_FOR = dt.timedelta(days=7)


class OtherAccountError(Exception):
    """The invitation is for another address than the one that is signed in."""


def invite(*, organization: Organization, email: str, role: str, by: User, now: dt.datetime) -> Invitation:
    """Offer a place to an address. Raises ValidationError by field."""
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError as error:
        raise ValidationError({"email": "Enter an address such as name@example.com."}) from error
    if role not in Role.values:
        raise ValidationError({"role": "Choose a role."})
    if Membership.objects.filter(organization=organization, user__email__iexact=email, deactivated_at=None).exists():
        raise ValidationError({"email": f"{email} works here already."})
    try:
        with transaction.atomic(), recorded(user=by.pk, action="invite"):
            return Invitation.objects.create(
                organization=organization,
                email=email,
                role=role,
                invited_by=by,
                invited_at=now,
                expires_at=now + VALID_FOR,
            )
    except IntegrityError as error:
        sentence = f"{email} is invited already: send that invitation again, or withdraw it."
        raise ValidationError({"email": sentence}) from error


@transaction.atomic
def renew(*, organization: Organization, invitation_id: int, by: User, now: dt.datetime) -> Invitation:
    """A new link for an invitation that is still open; the old one leads nowhere. Raises Invitation.DoesNotExist."""
    invitation = queries.open_invitations(organization).select_for_update(of=("self",)).get(pk=invitation_id)
    with recorded(user=by.pk, action="renew invitation"):
        invitation.nonce = fresh_nonce()
        invitation.expires_at = now + VALID_FOR
        invitation.save(update_fields=["nonce", "expires_at"])
    return invitation


@transaction.atomic
def withdraw(*, organization: Organization, invitation_id: int, by: User, now: dt.datetime) -> Invitation:
    """Its link leads nowhere from now on. Raises Invitation.DoesNotExist."""
    invitation = queries.open_invitations(organization).select_for_update(of=("self",)).get(pk=invitation_id)
    with recorded(user=by.pk, action="withdraw invitation"):
        invitation.withdrawn_at = now
        invitation.save(update_fields=["withdrawn_at"])
    return invitation


@transaction.atomic
def accept(*, token: str, user: User, now: dt.datetime) -> Membership:
    """Join with the account of the invited address. Who works here already keeps the role they have.

    Raises InvitationOverError, OtherAccountError.
    """
    invitation = queries.invitation_of(token, now, lock=True)
    if invitation.email.lower() != user.email.lower():
        raise OtherAccountError(f"This invitation is for {invitation.email}; you are signed in as {user.email}.")
    with recorded(user=user.pk, action="accept invitation"):
        membership, made = Membership.objects.get_or_create(
            organization_id=invitation.organization_id, user=user, defaults={"role": invitation.role}
        )
        if not made and not membership.is_active:
            membership.role, membership.deactivated_at = invitation.role, None
            membership.save(update_fields=["role", "deactivated_at"])
        invitation.accepted_at, invitation.accepted_by = now, user
        invitation.save(update_fields=["accepted_at", "accepted_by"])
    return membership


@transaction.atomic
def accept_with_new_account(*, token: str, name: str, password: str, now: dt.datetime) -> Membership:
    """Make an account for the invited address and join. Raises InvitationOverError, ValidationError by field."""
    invitation = queries.invitation_of(token, now, lock=True)
    user = create_user(email=invitation.email, name=name, password=password)
    return accept(token=token, user=user, now=now)
