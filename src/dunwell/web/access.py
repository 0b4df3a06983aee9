"""The first line of every view: who is asking, in which organization, and may they?

Who is not signed in never comes here: `LoginRequiredMiddleware` sends them to the sign-in. A member of
another organization gets 404, as if the page did not exist; a member whose role does not allow it gets
403 with a sentence.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from django.core.exceptions import PermissionDenied
from django.db.models.functions import Now
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from dunwell.followup.models import Run
from dunwell.insights.activity import last_run
from dunwell.insights.book import Book, book
from dunwell.organizations import throttles
from dunwell.organizations.members.queries import memberships_of
from dunwell.organizations.models import Membership, Organization, OrganizationSettings, User
from dunwell.organizations.scope import Scope
from dunwell.rules.permissions import Permission, may
from dunwell.web.refusals import SecondFactorMissingError, TooManyRequestsError, has_second_factor

ASKED = "dunwell.permission"


@dataclass
class Desk:
    """One person at work in one organization, at one moment.

    `now` is the database server's clock, `today` the date it has in the organization's time zone.
    """

    request: HttpRequest
    user: User
    membership: Membership
    organization: Organization
    now: dt.datetime
    today: dt.date
    _others: list[Organization] | None = field(default=None, repr=False)

    @property
    def settings(self) -> OrganizationSettings:
        return self.organization.settings

    @property
    def scope(self) -> Scope:
        """What this person may see of the book; every read that is about customers takes it."""
        everything = self.may(Permission.SEE_EVERY_CUSTOMER)
        return Scope(self.organization, only_owner_id=None if everything else self.user.pk)

    @property
    def actor(self) -> str:
        """The name services record a change under."""
        return str(self.user.pk)

    def may(self, permission: Permission) -> bool:
        return may(self.membership.role, permission)

    def demand(self, permission: Permission) -> None:
        """What a part of the page needs beyond the page itself; 403 for a role without it."""
        _demand(self.request, self.membership, permission)

    @property
    def allowed(self) -> dict[str, bool]:
        """For templates: `{% if desk.allowed.approve_notices %}`."""
        return {permission.value: self.may(permission) for permission in Permission}

    @property
    def other_organizations(self) -> list[Organization]:
        """The organizations this person can switch to, by name."""
        if self._others is None:
            memberships = memberships_of(self.user).exclude(pk=self.membership.pk)
            self._others = [entry.organization for entry in memberships[:50]]
            self._others.sort(key=lambda organization: organization.name.casefold())
        return self._others

    @cached_property
    def book(self) -> Book:
        """What the whole book added up to at the last assessment; read once."""
        return book(self.scope)

    @cached_property
    def last_run(self) -> Run | None:
        return last_run(self.organization)

    def confirm_identity(self) -> None:
        """Before a sensitive change: who has not shown within a quarter of an hour who they are is asked to."""
        raise_if_reauthentication_required(self.request, app="")

    def limit(self, action: str, most: int, window: dt.timedelta, what: str) -> None:
        """Refuse with 429 what this person asks for more often than `most` times within the window."""
        name = f"{action}:{self.organization.pk}:{self.user.pk}"
        wait = throttles.too_many(name=name, most=most, window=window, now=self.now)
        if wait is not None:
            raise TooManyRequestsError(what, wait)

    def url(self, name: str, *args: Any) -> str:
        return reverse(name, args=(self.organization.slug, *args))

    def render(self, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
        return render(self.request, template, {"desk": self, "org": self.organization, **context}, status=status)


def access(request: HttpRequest, slug: str, permission: Permission = Permission.VIEW_BOOK) -> Desk:
    """The desk of the signed-in person in the organization `slug`; one query."""
    if not isinstance(request.user, User):
        raise PermissionDenied("Sign in first.")
    membership = (
        Membership.objects.filter(user=request.user, organization__slug=slug, deactivated_at=None)
        .select_related("organization__settings")
        .annotate(now=Now())
        .first()
    )
    if membership is None:
        raise Http404
    _demand(request, membership, permission)
    organization = membership.organization
    if organization.settings.second_factor_required and not has_second_factor(request.user):
        raise SecondFactorMissingError(organization.name)
    return Desk(
        request=request,
        user=request.user,
        membership=membership,
        organization=organization,
        now=membership.now,
        today=membership.now.astimezone(organization.zone).date(),
    )


def _demand(request: HttpRequest, membership: Membership, permission: Permission) -> None:
    request.META[ASKED] = permission  # what the walk through all pages compares with the table
    if not may(membership.role, permission):
        raise PermissionDenied(
            f"Your role here, {membership.get_role_display()}, does not allow this. An owner gives roles, under People."
        )
