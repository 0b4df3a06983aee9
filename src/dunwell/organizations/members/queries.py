"""Reads of members and invitations."""

from __future__ import annotations

import datetime as dt

from django.core import signing
from django.db.models import F, QuerySet
from django.db.models.functions import Lower

from dunwell.organizations.models import Invitation, Membership, Organization, Role, User

SALT = "dunwell.organizations.invitation"


class InvitationOverError(Exception):
    """The link leads nowhere any more; the text says why and what to do."""


def members(organization: Organization) -> QuerySet[Membership]:
    """Everyone who works or worked here: the active ones first, by name."""
    found = Membership.objects.filter(organization=organization).select_related("user")
    return found.order_by(F("deactivated_at").asc(nulls_first=True), Lower("user__name"), "user__email")


def memberships_of(user: User) -> QuerySet[Membership]:
    """The organizations somebody works in now, by name."""
    found = Membership.objects.filter(user=user, deactivated_at=None)
    return found.select_related("organization").order_by("organization__name", "pk")


def open_invitations(organization: Organization) -> QuerySet[Invitation]:
    """Those not yet accepted or withdrawn, expired ones included, newest first."""
    found = Invitation.objects.filter(organization=organization, accepted_at=None, withdrawn_at=None)
    return found.select_related("invited_by").order_by("-invited_at", "-pk")


def owners(organization: Organization) -> QuerySet[Membership]:
    return Membership.objects.filter(organization=organization, role=Role.OWNER, deactivated_at=None)


def is_invited(email: str, now: dt.datetime) -> bool:
    """Whether some organization waits for this address."""
    waiting = Invitation.objects.filter(accepted_at=None, withdrawn_at=None, expires_at__gt=now)
    return waiting.filter(email__iexact=email.strip()).exists()


def token_of(invitation: Invitation) -> str:
    """What its link ends with: signed, so that a copy of the database is not enough to make one."""
    return signing.dumps([invitation.pk, invitation.nonce], salt=SALT)


def invitation_of(token: str, now: dt.datetime, *, lock: bool = False) -> Invitation:
    """The invitation a link stands for, as long as it can be accepted. Raises InvitationOverError."""
    try:
        invitation_id, nonce = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise InvitationOverError("This link is not complete. Copy all of it from the mail.") from error
    rows = Invitation.objects.filter(pk=invitation_id)
    rows = rows.select_for_update() if lock else rows.select_related("organization", "invited_by")
    found = rows.first()
    if found is None or found.withdrawn_at:
        raise InvitationOverError("This invitation was withdrawn. Ask whoever invited you for a new one.")
    if found.accepted_at:
        raise InvitationOverError("This invitation was used already. Sign in with the account that was made with it.")
    if found.nonce != nonce:
        raise InvitationOverError("There is a newer mail with another link: use that one.")
    if found.expires_at <= now:
        raise InvitationOverError("This invitation has expired. Ask whoever invited you to send it again.")
    return found
