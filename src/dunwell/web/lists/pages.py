"""The page of a list, and its files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect

from dunwell.organizations import saved_views
from dunwell.organizations.counts import MOST_COUNTED
from dunwell.rules.permissions import Permission
from dunwell.web.access import Desk, access
from dunwell.web.lists import files
from dunwell.web.lists.refused import entered
from dunwell.web.lists.shown import Shown
from dunwell.web.lists.table import Table

# A file of the whole book is work for the database: enough for a person, too little for a program that asks in a loop
MOST_EXPORTS = 60
EXPORTS_WITHIN = dt.timedelta(minutes=10)


def show(table: Table) -> Callable[..., HttpResponseBase]:
    """The view of a list; with `?format=csv` or `xlsx` it is a file."""

    def view(request: HttpRequest, slug: str) -> HttpResponseBase:
        desk = access(request, slug, table.permission)
        shown = Shown(table, desk, request.GET)
        if request.GET.get("format") in {"csv", "xlsx"}:
            return _file(desk, shown)
        return desk.render("web/lists/list.html", page_context(desk, shown))

    return view


def page_context(desk: Desk, shown: Shown) -> dict[str, Any]:
    table = shown.table
    kept = shown.kept
    views = saved_views.views_of(desk.organization, desk.user, table.name)
    current = next((view for view in views if view.query == kept), None)
    return {
        "place": table.place or table.name,
        "table": table,
        "shown": shown,
        "listing": shown.listing,
        "lead": table.lead(desk),
        "kept": kept,
        "most_counted": MOST_COUNTED,
        "views": views,
        "current_view": current,
        "view_entered": entered(desk.request, current),
        "may_change_view": current is not None and saved_views.may_change(current, desk.user, desk.membership.role),
        **table.context(desk, shown),
    }


def _file(desk: Desk, shown: Shown) -> HttpResponseBase:
    desk.demand(Permission.EXPORT_BOOK)
    desk.limit("export", MOST_EXPORTS, EXPORTS_WITHIN, f"More than {MOST_EXPORTS} files in ten minutes.")
    if desk.request.GET["format"] == "csv":
        return files.csv_response(desk, shown)
    most = files.MOST_IN_A_WORKBOOK
    if shown.rows.order_by()[: most + 1].count() > most:
        messages.error(desk.request, f"Excel files end at {most:,} rows. Narrow the list, or take CSV.")
        address = desk.request.GET.copy()
        address.pop("format")
        return redirect(f"{desk.request.path}?{address.urlencode()}")
    return files.workbook_response(desk, shown)
