"""Who can take care of work: people who work here, and see the customer it is about."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from dunwell.ledger.models import Customer
from dunwell.organizations.models import Membership, Organization, Role
from dunwell.rules.permissions import PERMISSIONS, Permission

_WORKING = [role for role, granted in PERMISSIONS.items() if Permission.DO_TASKS in granted]
_SEEING_ALL = [role for role, granted in PERMISSIONS.items() if Permission.SEE_EVERY_CUSTOMER in granted]


def at_work(organization: Organization) -> QuerySet[Membership]:
    """Those to whom work can be given: of some customers at least."""
    return Membership.objects.filter(organization=organization, deactivated_at=None, role__in=_WORKING)


@dataclass(frozen=True)
class AtWork:
    """`everywhere`: who can take care of every customer; `own_only`: who can of the customers they own. `roles` are
    those that somebody has who can take care of every customer.

    The view `followup_workitem` asks the same (`followup_may_take`).
    """

    everywhere: frozenset[int]
    own_only: frozenset[int]
    roles: frozenset[str]

    def may_take(self, user_id: int, owner_id: int | None) -> bool:
        """Whether this person can take care of a customer whom `owner_id` owns."""
        return user_id in self.everywhere or (user_id in self.own_only and user_id == owner_id)

    def has(self, role: str, owner_id: int | None) -> bool:
        """Whether somebody with this role can take care of a customer whom `owner_id` owns."""
        return role in self.roles or (bool(role) and role not in _SEEING_ALL and owner_id in self.own_only)


def who_is_at_work(organization: Organization) -> AtWork:
    found: dict[int, str] = dict(at_work(organization).values_list("user", "role"))
    everywhere = frozenset(user for user, role in found.items() if role in _SEEING_ALL)
    roles = frozenset(role for role in found.values() if role in _SEEING_ALL)
    return AtWork(everywhere, frozenset(found) - everywhere, roles)


def who_may_take(organization: Organization, customer_ids: Iterable[int]) -> QuerySet[Membership]:
    """Those who can take care of every one of these customers, for a choice of people."""
    customers = Customer.objects.filter(organization=organization, pk__in=list(customer_ids))
    owners = set(customers.order_by().values_list("owner", flat=True).distinct())
    people = who_is_at_work(organization)
    theirs = people.own_only & owners if len(owners) == 1 else frozenset()
    return at_work(organization).filter(user__in=people.everywhere | theirs)


def check_may_take(organization: Organization, user_id: int, customer_ids: Collection[int]) -> None:
    """Raises ValidationError for `owner`, with the reason why this person cannot take care of these customers."""
    people = who_is_at_work(organization)
    if user_id in people.everywhere:
        return
    member = Membership.objects.filter(organization=organization, user=user_id).select_related("user").first()
    if member is None or not member.is_active:
        raise ValidationError({"owner": "This person does not work here any more: choose somebody else."})
    if user_id not in people.own_only:
        role = Role(member.role).label.lower()
        text = f"{member.user} is a {role}, who reads and does no work: choose somebody else, or change the role."
        raise ValidationError({"owner": text})
    hidden = Customer.objects.filter(organization=organization, pk__in=customer_ids).exclude(owner=user_id)
    if names := list(hidden.order_by("name_key", "pk").values_list("name", flat=True)):
        which = names[0] + (f" and {len(names) - 1} more" if len(names) > 1 else "")
        text = f"{member.user} sees only the customers they own, and not {which}: make them the owner first."
        raise ValidationError({"owner": text})
