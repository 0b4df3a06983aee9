"""Policies: by which steps customers are chased."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from dunwell.insights import policies as insights
from dunwell.web.access import access


def policies(request: HttpRequest, slug: str) -> HttpResponse:
    """The list; where there is only one, that one is opened."""
    desk = access(request, slug)
    rows = insights.policies(desk.organization)
    if len(rows) == 1:
        return redirect(desk.url("web:policy", rows[0].pk))
    return desk.render("web/policies.html", {"place": "policies", "policies": rows})


def policy(request: HttpRequest, slug: str, policy_id: int) -> HttpResponse:
    desk = access(request, slug)
    found = insights.policy(desk.organization, policy_id)
    if found is None:
        raise Http404
    return desk.render(
        "web/policy.html",
        {"place": "policies", "policy": found.policy, "version": found.version, "steps": found.steps},
    )
