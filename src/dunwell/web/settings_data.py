"""Settings, Data: everything out as one archive, or all of it away."""

from __future__ import annotations

import re

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from dunwell.rules.permissions import Permission
from dunwell.web.access import Desk, access
from dunwell.web.downloads import streamed
from dunwell.workflows.portable.erasing import OtherNameError, erase, what_goes
from dunwell.workflows.portable.taking_out import export_chunks


def data(request: HttpRequest, slug: str) -> HttpResponse:
    desk = access(request, slug, Permission.VIEW_SETTINGS)
    return _page(desk)


def export(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The archive, as it is made."""
    desk = access(request, slug, Permission.EXPORT_ORGANIZATION)
    chunks = export_chunks(desk.organization, now=desk.now.isoformat(timespec="seconds"))
    name = re.sub(r"[^a-z0-9-]+", "-", desk.organization.slug)
    return streamed(request, chunks, name=f"{name}-{desk.today}.zip", kind="application/zip")


@require_POST
def delete(request: HttpRequest, slug: str) -> HttpResponse:
    """Gone for good, after its name was typed."""
    desk = access(request, slug, Permission.DELETE_ORGANIZATION)
    name = desk.organization.name
    try:
        erase(organization=desk.organization, typed_name=request.POST.get("name", ""), by=desk.user, now=desk.now)
    except OtherNameError as error:
        return _page(desk, typed=request.POST.get("name", ""), error=str(error), status=422)
    messages.success(request, f"{name} and all of its book are deleted.")
    return redirect("web:landing")


def _page(desk: Desk, *, typed: str = "", error: str = "", status: int = 200) -> HttpResponse:
    may_delete = desk.may(Permission.DELETE_ORGANIZATION)
    return desk.render(
        "web/settings_data.html",
        {
            "place": "settings",
            "section": "data",
            "what_goes": what_goes(desk.organization) if may_delete else [],
            "typed": typed,
            "error": error,
        },
        status=status,
    )
