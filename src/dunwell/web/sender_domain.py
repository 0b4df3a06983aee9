"""Settings, Sender: whether the sender's domain says that our mail is its own."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from dunwell.rules.permissions import Permission
from dunwell.web.access import access
from dunwell.workflows.sender import sender_of
from dunwell.workflows.sender_domain import examine


def domain(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask now, while somebody waits: a few seconds at most."""
    desk = access(request, slug, Permission.VIEW_SETTINGS)
    address = sender_of(desk.organization).address
    report = examine(desk.organization, address) if address else None
    return desk.render(
        "web/sender_domain.html",
        {"place": "settings", "section": "sender", "address": address, "report": report},
    )
