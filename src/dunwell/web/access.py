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

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from dunwell.followup.models import Run
from dunwell.insights.activity import last_run
from dunwell.insights.book import Book, book
from dunwell.organizations.models import Membership, Organization, OrganizationSettings, User
from dunwell.organizations.scope import Scope
from dunwell.rules.permissions import Permission, may


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

    @property
    def allowed(self) -> dict[str, bool]:
        """For templates: `{% if desk.allowed.approve_notices %}`."""
        return {permission.value: self.may(permission) for permission in Permission}

    @property
    def other_organizations(self) -> list[Organization]:
        """The organizations this person can switch to, by name."""
        if self._others is None:
            memberships = Membership.objects.filter(user=self.user).exclude(pk=self.membership.pk)
            self._others = [entry.organization for entry in memberships.select_related("organization")[:50]]
            self._others.sort(key=lambda organization: organization.name.casefold())
        return self._others

    @cached_property
    def book(self) -> Book:
        """What the whole book added up to at the last assessment; read once."""
        return book(self.scope)

    @cached_property
    def last_run(self) -> Run | None:
        return last_run(self.organization)

    def url(self, name: str, *args: Any) -> str:
        return reverse(name, args=(self.organization.slug, *args))

    def render(self, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
        return render(self.request, template, {"desk": self, "org": self.organization, **context}, status=status)


def memberships_of(user: User) -> QuerySet[Membership]:
    return Membership.objects.filter(user=user).select_related("organization").order_by("organization__name")


def access(request: HttpRequest, slug: str, permission: Permission = Permission.VIEW_BOOK) -> Desk:
    """The desk of the signed-in person in the organization `slug`; one query."""
    if not isinstance(request.user, User):
        raise PermissionDenied("Sign in first.")
    membership = (
        Membership.objects.filter(user=request.user, organization__slug=slug)
        .select_related("organization__settings")
        .annotate(now=Now())
        .first()
    )
    if membership is None:
        raise Http404
    if not may(membership.role, permission):
        raise PermissionDenied(f"Your role here, {membership.get_role_display()}, does not allow this.")
    organization = membership.organization
    return Desk(
        request=request,
        user=request.user,
        membership=membership,
        organization=organization,
        now=membership.now,
        today=membership.now.astimezone(organization.zone).date(),
    )
