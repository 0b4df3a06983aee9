"""Settings, Sender: whether a sender's domain says that our mail is its own."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse

from dunwell.rules.permissions import Permission
from dunwell.web.access import Desk, access
from dunwell.workflows.sender import sender_of
from dunwell.workflows.sender_domain import examine


def domain(request: HttpRequest, slug: str) -> HttpResponse:
    """The organization's own sender. Ask now, while somebody waits: a few seconds at most."""
    desk = access(request, slug, Permission.VIEW_SETTINGS)
    return _examined(desk, None)


def domain_of(request: HttpRequest, slug: str, sender_id: int) -> HttpResponse:
    """The same of one of its further senders."""
    desk = access(request, slug, Permission.VIEW_SETTINGS)
    return _examined(desk, sender_id)


def _examined(desk: Desk, sender_id: int | None) -> HttpResponse:
    own = sender_of(desk.organization)
    if sender_id is not None and sender_id not in own.others:
        raise Http404
    address = own.named(sender_id).address
    report = examine(desk.organization, address) if address else None
    return desk.render(
        "web/sender_domain.html",
        {"place": "settings", "section": "sender", "address": address, "report": report, "sender_id": sender_id},
    )
