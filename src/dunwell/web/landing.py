"""The first page after signing in: the organization to work in."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from dunwell.organizations.beginnings import no_organization_yet
from dunwell.organizations.members.queries import memberships_of
from dunwell.organizations.models import User

LAST = "organization"


def landing(request: HttpRequest) -> HttpResponse:
    """Go to the organization last worked in, else the first; who has none is told what to do."""
    assert isinstance(request.user, User)
    slugs = [membership.organization.slug for membership in memberships_of(request.user)[:100]]
    if not slugs and no_organization_yet():
        return redirect("web:setup_organization")
    if not slugs:
        return render(request, "web/no_organization.html", status=200)
    last = request.session.get(LAST)
    return redirect("web:home", last if last in slugs else slugs[0])
