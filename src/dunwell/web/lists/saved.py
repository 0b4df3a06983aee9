"""Saved views of lists: keep what the address says under a name, rename, share, delete."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from dunwell.organizations import saved_views
from dunwell.organizations.models import SavedView
from dunwell.web.access import Desk, access
from dunwell.web.lists import refused
from dunwell.web.lists.shown import Shown
from dunwell.web.lists.tables import BY_NAME


def _address(desk: Desk, list_name: str, query: str) -> str:
    return desk.url(f"web:{list_name}") + (f"?{query}" if query else "")


@require_POST
def save(request: HttpRequest, slug: str, name: str) -> HttpResponse:
    """Keep the list as this address asks for it."""
    desk = access(request, slug)
    table = BY_NAME.get(name)
    if table is None or not desk.may(table.permission):
        raise Http404
    query = Shown(table, desk, request.GET).kept
    try:
        view = saved_views.save_view(
            organization=desk.organization,
            user=desk.user,
            list_name=table.name,
            name=request.POST.get("name", ""),
            query=query,
            is_shared=request.POST.get("shared") == "1",
        )
    except ValidationError as error:
        refused.keep(request, error)
    else:
        messages.success(request, f"Kept as “{view.name}”{', for everybody here' if view.is_shared else ''}.")
    return redirect(_address(desk, table.name, query))


def _view_or_refusal(desk: Desk, view_id: int) -> SavedView:
    view = SavedView.objects.filter(organization=desk.organization, pk=view_id).first()
    if view is None or (view.user_id != desk.user.pk and not view.is_shared):
        raise Http404
    if not saved_views.may_change(view, desk.user, desk.membership.role):
        raise PermissionDenied("This view belongs to somebody else. Save one of your own.")
    return view


@require_POST
def change(request: HttpRequest, slug: str, view_id: int) -> HttpResponse:
    desk = access(request, slug)
    view = _view_or_refusal(desk, view_id)
    try:
        saved_views.change_view(
            view=view, by=desk.user, name=request.POST.get("name", ""), is_shared=request.POST.get("shared") == "1"
        )
    except ValidationError as error:
        refused.keep(request, error)
    return redirect(_address(desk, view.list_name, view.query))


@require_POST
def delete(request: HttpRequest, slug: str, view_id: int) -> HttpResponse:
    desk = access(request, slug)
    view = _view_or_refusal(desk, view_id)
    saved_views.delete_view(view=view, by=desk.user)
    messages.success(request, f"The view “{view.name}” is gone. The rows it showed are not.")
    return redirect(desk.url(f"web:{view.list_name}"))
