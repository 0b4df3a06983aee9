"""Reading policies: the list, one with its steps and versions; and what a button does with one."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from dunwell.followup.models import PolicyVersion
from dunwell.followup.services.policies import (
    PolicyInUseError,
    archive_policy,
    make_default,
    remove_policy,
    restore_policy,
)
from dunwell.insights import policies as insights
from dunwell.rules.permissions import Permission
from dunwell.web.access import Desk, access


def policies(request: HttpRequest, slug: str) -> HttpResponse:
    desk = access(request, slug)
    found = insights.policies_in_use(desk.organization)
    return desk.render(
        "web/policies/list.html",
        {
            "place": "policies",
            "policies": [row for row in found if row.policy.archived_at is None],
            "archived": [row for row in found if row.policy.archived_at is not None],
        },
    )


def policy(request: HttpRequest, slug: str, policy_id: int) -> HttpResponse:
    desk = access(request, slug)
    found = insights.policy(desk.organization, policy_id)
    if found is None:
        raise Http404
    return desk.render(
        "web/policies/policy.html",
        {
            "place": "policies",
            "policy": found.policy,
            "version": found.version,
            "steps": found.steps,
            "versions": insights.versions(desk.organization, policy_id),
        },
    )


def version_or_404(desk: Desk, policy_id: int) -> PolicyVersion:
    """The current version of a policy of this organization."""
    found = insights.current_version(desk.organization, policy_id)
    if found is None:
        raise Http404
    return found


@require_POST
def archive(request: HttpRequest, slug: str, policy_id: int) -> HttpResponse:
    """Put away, or with `to=restore` back."""
    desk = access(request, slug, Permission.EDIT_POLICIES)
    found = version_or_404(desk, policy_id)
    if request.POST.get("to") == "restore":
        restore_policy(organization=desk.organization, policy_id=policy_id, by=desk.user)
        messages.success(
            request, f"“{found.policy.name}” is back. It chases nobody until it is the default, or assigned."
        )
        return redirect(desk.url("web:policy", policy_id))
    try:
        archive_policy(organization=desk.organization, policy_id=policy_id, by=desk.user, now=desk.now)
    except PolicyInUseError as error:
        messages.error(request, f"“{found.policy.name}” is not archived. {error}")
        return redirect(desk.url("web:policy", policy_id))
    messages.success(request, f"“{found.policy.name}” is archived.")
    return redirect(desk.url("web:policies"))


@require_POST
def default(request: HttpRequest, slug: str, policy_id: int) -> HttpResponse:
    desk = access(request, slug, Permission.EDIT_POLICIES)
    found = version_or_404(desk, policy_id)
    try:
        make_default(organization=desk.organization, policy_id=policy_id, by=desk.user)
    except PolicyInUseError as error:
        messages.error(request, f"“{found.policy.name}” is not the default. {error}")
        return redirect(desk.url("web:policy", policy_id))
    messages.success(
        request, f"From the next pass on, “{found.policy.name}” chases everybody whom nothing else assigns."
    )
    return redirect(desk.url("web:policy", policy_id))


@require_POST
def remove(request: HttpRequest, slug: str, policy_id: int) -> HttpResponse:
    desk = access(request, slug, Permission.EDIT_POLICIES)
    found = version_or_404(desk, policy_id)
    try:
        remove_policy(organization=desk.organization, policy_id=policy_id, by=desk.user)
    except PolicyInUseError as error:
        messages.error(request, f"“{found.policy.name}” is still there. {error}")
        return redirect(desk.url("web:policy", policy_id))
    messages.success(request, f"“{found.policy.name}” is removed.")
    return redirect(desk.url("web:policies"))
