"""The sample book: made beside an organization, and gone with one press."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from dunwell.rules.permissions import Permission
from dunwell.web.access import access
from dunwell.workflows import samples


@require_POST
def make(request: HttpRequest, slug: str) -> HttpResponse:
    """Make it, or find it again, and go there."""
    desk = access(request, slug, Permission.EDIT_SETTINGS)
    if desk.organization.is_demo:
        raise Http404
    sample = samples.make_sample(beside=desk.organization, by=desk.user, now=desk.now)
    messages.success(request, "These customers are invented: look at anything, change anything.")
    return redirect("web:home", sample.slug)


@require_POST
def remove(request: HttpRequest, slug: str) -> HttpResponse:
    """Remove the sample book in which the button was pressed."""
    desk = access(request, slug, Permission.EDIT_SETTINGS)
    try:
        beside = samples.remove_sample(desk.organization, by=desk.user, now=desk.now)
    except samples.NoSampleError as error:
        raise Http404 from error
    messages.success(request, "The sample book is removed, with everything in it.")
    return redirect("web:setup", beside.slug)
