"""Home: what needs me and what came in, or what is owed and how it moves; each role begins with its own."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from dunwell.insights import activity, kpis
from dunwell.insights import customers as insights
from dunwell.insights.arrivals import arrivals
from dunwell.insights.book import Book
from dunwell.ledger.models import Customer
from dunwell.organizations.models import Role
from dunwell.rules.kpis import change
from dunwell.rules.permissions import Permission
from dunwell.rules.standing import Standing
from dunwell.web import figures, landing, shapes
from dunwell.web.access import Desk, access
from dunwell.web.behind import Behind
from dunwell.web.lists.tables.worklist import first_of

CHANGES = {
    "became_defaulter": ("bad", "alert-triangle", "became defaulters", "became a defaulter"),
    "defaulted_again": ("bad", "alert-triangle", "defaulted again", "defaulted again"),
    "became_late": ("warn", "clock", "became late", "became late"),
    "improved_to_late": ("info", "arrow-up", "paid down and are now only late", "paid down and is now only late"),
    "cleared": ("good", "circle-check", "cleared what was overdue", "cleared what was overdue"),
}
WORK, FIGURES = "work", "figures"
MOST_LISTED = 8


def home(request: HttpRequest, slug: str) -> HttpResponse:
    desk = access(request, slug)
    if request.session.get(landing.LAST) != slug:
        request.session[landing.LAST] = slug
    whole = desk.book
    views = views_of(desk)
    asked = request.GET.get("view", "")
    view = asked if asked in views else views[0]
    today = activity.latest_day(desk.scope, desk.today, with_payments=view == FIGURES)
    context: dict[str, Any] = {
        "place": "home",
        "book": whole,
        "view": view,
        "views": views,
        "due_soon": whole.customers[Standing.DUE_SOON],
        "late": whole.customers[Standing.LATE],
        "defaulters": whole.customers[Standing.DEFAULTER],
        "today": today,
        "last_run_style": "time" if today.last_run and today.last_run.as_of == desk.today else "medium",
        "changes": [(name, *CHANGES[name], count) for name, count in today.changes.items() if name in CHANGES],
        "needs": activity.needs_person(desk.scope, desk.now) if WORK in views else None,
    }
    if whole.totals:
        context |= _work(desk, whole) if view == WORK else _figures(desk, whole, request.GET.get("currency", "")[:3])
    return desk.render("web/home.html", context)


def views_of(desk: Desk) -> list[str]:
    """Which Homes a person may see, their own first. Who decides nothing has no worklist; the book's past is the
    whole book's, so who sees only their own customers has no figures of it.
    """
    if not desk.may(Permission.SEE_EVERY_CUSTOMER):
        return [WORK]
    if not desk.may(Permission.APPROVE_NOTICES):
        return [FIGURES]
    return [WORK, FIGURES] if desk.membership.role == Role.COLLECTOR else [FIGURES, WORK]


def _work(desk: Desk, whole: Book) -> dict[str, Any]:
    """The customers to act on, the longest overdue first: defaulters, or where there are none those who are late."""
    standing = Standing.DEFAULTER if whole.customers[Standing.DEFAULTER] else Standing.LATE
    rows: list[Customer] = []
    if whole.customers[standing]:
        found = insights.of_standing(desk.scope, insights.customers(desk.scope), standing)
        found = insights.with_balances(desk.scope, found)
        rows = list(found.order_by("standing__oldest_due_on", "standing__customer")[:MOST_LISTED])
    upcoming = insights.next_actions(desk.scope, [row.pk for row in rows])
    return {
        "figures": whole.totals,
        "work": first_of(desk, MOST_LISTED),
        "arrivals": arrivals(desk.scope, desk.today),
        "worklist": [(row, upcoming.get(row.pk)) for row in rows],
        "worklist_standing": standing,
        "worklist_whole": whole.customers[standing],
    }


def _figures(desk: Desk, whole: Book, currency: str) -> dict[str, Any]:
    found = kpis.figures(desk.organization, whole, currency)
    if found is None:
        return {}
    now, before = found.behavior, found.behavior_before
    days = share = delinquent = dso = None
    if before is not None:
        if now.days_to_pay is not None and before.days_to_pay is not None:
            days = change(now.days_to_pay, before.days_to_pay, before.until)
        if now.share_on_time is not None and before.share_on_time is not None:
            share = change(now.share_on_time, before.share_on_time, before.until)
        if now.dso and before.dso and not (now.dso.at_least or before.dso.at_least):
            dso = change(now.dso.days, before.dso.days, before.until)
        if now.delinquent and before.delinquent and not (now.delinquent.at_least or before.delinquent.at_least):
            delinquent = change(now.delinquent.days, before.delinquent.days, before.until)
    behind = Behind(desk, found.currency)
    return {
        "kpis": found,
        "paid_up": behind.paid_up(now.since, now.until, rows=now.invoices),
        "paid_on_time": behind.paid_up(now.since, now.until, "on_time", now.on_time),
        "moved_days": days,
        "moved_share": share,
        "moved_dso": dso,
        "moved_delinquent": delinquent,
        "agings": [(shapes.aging(desk, owed.total), owed) for owed in found.owed],
        "chart": figures.outstanding_by_week(desk, found),
        "received_chart": figures.received_by_week(desk, found),
        "currencies": [owed.currency for owed in found.owed],
    }
