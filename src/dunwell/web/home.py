"""Home: what is owed, what happened today, what needs me."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from dunwell.insights import activity
from dunwell.insights.book import book
from dunwell.rules.standing import Standing
from dunwell.web import landing, shapes
from dunwell.web.access import access

CHANGES = {
    "became_defaulter": ("bad", "alert-triangle", "became defaulters", "became a defaulter"),
    "defaulted_again": ("bad", "alert-triangle", "defaulted again", "defaulted again"),
    "became_late": ("warn", "clock", "became late", "became late"),
    "improved_to_late": ("info", "arrow-up", "paid down and are now only late", "paid down and is now only late"),
    "cleared": ("good", "circle-check", "cleared what was overdue", "cleared what was overdue"),
}


def home(request: HttpRequest, slug: str) -> HttpResponse:
    desk = access(request, slug)
    if request.session.get(landing.LAST) != slug:
        request.session[landing.LAST] = slug
    whole = book(desk.scope)
    today = activity.latest_day(desk.scope, desk.today)
    weeks = activity.received_by_week(desk.scope, desk.organization.base_currency, desk.today)
    return desk.render(
        "web/home.html",
        {
            "place": "home",
            "book": whole,
            "figures": whole.totals,
            "due_soon": whole.customers[Standing.DUE_SOON],
            "late": whole.customers[Standing.LATE],
            "defaulters": whole.customers[Standing.DEFAULTER],
            "agings": [shapes.aging(desk, total) for total in whole.totals],
            "today": today,
            "last_run_style": "time" if today.last_run and today.last_run.as_of == desk.today else "medium",
            "changes": [(*CHANGES[name], count) for name, count in today.changes.items() if name in CHANGES],
            "needs": activity.needs_person(desk.scope, desk.now),
            "weeks": shapes.weeks(desk, weeks),
            "any_received": any(week.payments for week in weeks),
        },
    )
