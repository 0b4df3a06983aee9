"""Saved views: whose a person sees, and keeping, changing and deleting them; the history names who did."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q

from dunwell.organizations.models import Organization, SavedView, User
from dunwell.organizations.recording import recorded
from dunwell.rules.permissions import Permission, may

LONGEST_NAME = 60
LONGEST_QUERY = 2000
MOST_VIEWS = 30  # of one person for one list


def views_of(organization: Organization, user: User, list_name: str) -> list[SavedView]:
    """A person's own views of a list and those that others share, by name."""
    seen = Q(user=user) | Q(is_shared=True)
    return list(SavedView.objects.filter(seen, organization=organization, list_name=list_name).select_related("user"))


def may_change(view: SavedView, user: User, role: str) -> bool:
    """A view is its owner's to change; what is shared may also be tidied by those who manage shared views."""
    return view.user_id == user.pk or (view.is_shared and may(role, Permission.MANAGE_SHARED_VIEWS))


@transaction.atomic
def save_view(
    *, organization: Organization, user: User, list_name: str, name: str, query: str, is_shared: bool
) -> SavedView:
    """Keep a list under a name; what this person kept under that name before is replaced."""
    name = _checked(name)
    if len(query) > LONGEST_QUERY:
        raise ValidationError("There are too many filters to keep them as a view.")
    own = SavedView.objects.filter(organization=organization, user=user, list_name=list_name)
    if own.exclude(name=name).count() >= MOST_VIEWS:
        raise ValidationError(f"{MOST_VIEWS} views of one list are the most. Delete one first.")
    with recorded(user=user.pk, action="save view"):
        view, _ = SavedView.objects.update_or_create(
            organization=organization,
            user=user,
            list_name=list_name,
            name=name,
            defaults={"query": query, "is_shared": is_shared},
        )
    return view


def change_view(*, view: SavedView, by: User, name: str, is_shared: bool) -> SavedView:
    """Another name, or shared from now on, or not any more."""
    view.name, view.is_shared = _checked(name), is_shared
    try:
        with transaction.atomic(), recorded(user=by.pk, action="change view"):
            view.save(update_fields=["name", "is_shared", "updated_at"])
    except IntegrityError as error:
        raise ValidationError("There is a view of this name already.") from error
    return view


def delete_view(*, view: SavedView, by: User) -> None:
    with recorded(user=by.pk, action="delete view"):
        view.delete()


def _checked(name: str) -> str:
    name = " ".join(name.split())[:LONGEST_NAME]
    if not name:
        raise ValidationError("Give the view a name.")
    return name
