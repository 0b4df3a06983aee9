"""Who is told what, as it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dunwell.alerts.models import AlertDestination, AlertRule
from dunwell.organizations.models import Membership, Organization
from dunwell.rules import alerts as rules
from dunwell.rules.alerts import AlertKind, ByMail, Choice
from dunwell.rules.permissions import Permission, may


@dataclass(frozen=True)
class Told:
    """One member and one kind: by which ways, and whether only about the customers they own."""

    kind: AlertKind
    user_id: int
    own_only: bool
    choice: Choice
    role: str = ""


def told(organization: Organization) -> list[Told]:
    """Everybody who is told anything, for every kind of it."""
    by_role, by_user = _chosen(organization)
    members = Membership.objects.filter(organization=organization, user__is_active=True).values_list("user_id", "role")
    found = []
    for user_id, role in members:
        own_only = not may(role, Permission.SEE_EVERY_CUSTOMER)
        for kind in AlertKind:
            choice = rules.choice(kind, role=role, user_id=user_id, by_role=by_role, by_user=by_user)
            if choice.wanted:
                found.append(Told(kind, user_id, own_only, choice, role))
    return found


def choices_of_roles(organization: Organization, roles: Sequence[str]) -> dict[tuple[AlertKind, str], Choice]:
    """How each kind is told to each role: as chosen, else by default."""
    by_role, _ = _chosen(organization)
    return {
        (kind, role): rules.choice(kind, role=role, user_id=0, by_role=by_role, by_user={})
        for kind in AlertKind
        for role in roles
    }


def choices_of_person(membership: Membership) -> dict[AlertKind, Choice]:
    """How each kind is told to one member."""
    by_role, by_user = _chosen(membership.organization)
    return {
        kind: rules.choice(kind, role=membership.role, user_id=membership.user_id, by_role=by_role, by_user=by_user)
        for kind in AlertKind
    }


def destinations(organization: Organization) -> list[AlertDestination]:
    return list(AlertDestination.objects.filter(organization=organization).order_by("name"))


def _chosen(
    organization: Organization,
) -> tuple[dict[tuple[str, str], Choice], dict[tuple[str, int], Choice]]:
    by_role: dict[tuple[str, str], Choice] = {}
    by_user: dict[tuple[str, int], Choice] = {}
    for rule in AlertRule.objects.filter(organization=organization):
        choice = Choice(rule.in_app, ByMail(rule.mail))
        if rule.user_id is None:
            by_role[rule.kind, rule.role] = choice
        else:
            by_user[rule.kind, rule.user_id] = choice
    return by_role, by_user
