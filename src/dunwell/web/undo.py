"""The Undo beside what was just done: a signed word for one change, good for an hour, for whoever made it."""

from __future__ import annotations

import uuid
from typing import Any

import pghistory
from django.contrib import messages
from django.core import signing
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from dunwell.rules.permissions import Permission
from dunwell.web.access import Desk, access
from dunwell.workflows.undo import undo_change

_SALT = "dunwell.undo"
_SECONDS = 3600
_PREFIX = "undo:"


def offer(desk: Desk, permission: Permission, after: str = "") -> str:
    """A tag for the message about this request's change; `after` is where an undone change leaves its maker."""
    context: Any = pghistory.context()
    with context as current:
        change = {
            "change": str(current.id),
            "organization": desk.organization.pk,
            "user": desk.user.pk,
            "permission": permission.value,
            "after": after,
        }
    return _PREFIX + signing.dumps(change, salt=_SALT)


def token_of(tags: str | None) -> str:
    """The signed word in a message's tags; empty where there is none."""
    return tags.removeprefix(_PREFIX) if tags and tags.startswith(_PREFIX) else ""


@require_POST
def undo(request: HttpRequest, slug: str) -> HttpResponse:
    """Take back one change, as long as nobody has built on it."""
    desk = access(request, slug)
    try:
        change = signing.loads(request.POST.get("change", ""), salt=_SALT, max_age=_SECONDS)
    except signing.BadSignature:
        messages.error(request, "This can be undone only within the hour. Nothing was changed.")
        return redirect(desk.url("web:home"))
    if (change["organization"], change["user"]) != (desk.organization.pk, desk.user.pk):
        raise PermissionDenied("Only who made a change can undo it here.")
    if not desk.may(Permission(change["permission"])):
        raise PermissionDenied("Your role does not allow this any more.")
    try:
        undo_change(organization=desk.organization, context_id=uuid.UUID(change["change"]), by=desk.user, now=desk.now)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, "Undone.")
        if change["after"]:
            return redirect(change["after"])
    return redirect(_page_of(request, desk))


def _page_of(request: HttpRequest, desk: Desk) -> str:
    address = request.POST.get("back", "")
    if address.startswith("/") and url_has_allowed_host_and_scheme(address, allowed_hosts=None):
        return address
    return desk.url("web:home")
