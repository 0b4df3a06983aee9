"""Follow-up: the notices at hand by state, what waits and why, what ended today and why."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse

from dunwell.followup.models import NoticeState
from dunwell.insights import notices as insights
from dunwell.insights.activity import last_run
from dunwell.rules.escalation import Tone
from dunwell.rules.permissions import Permission
from dunwell.web import lists, waiting_actions, words
from dunwell.web.access import Desk, access
from dunwell.web.lists import Sort

NOTICE_SORTS = {
    "id": Sort(("pk",), starts_down=True),
    "customer": Sort(("customer__name_key",)),
    "amount": Sort(("amount",), starts_down=True),
    "window": Sort(("opens_at",)),
}
# How far back finished notices and ended steps are listed; what still has something to come always is
PERIODS = (("7", "Last 7 days"), ("30", "Last 30 days"))
ACTION_SORTS = {
    "day": Sort(("step_day",)),
    "customer": Sort(("customer__name_key",)),
    "recheck": Sort(("recheck_on",)),
}


def _frame(desk: Desk) -> dict[str, Any]:
    """What the three lists share: their tabs with counts."""
    run = last_run(desk.organization)
    period = desk.request.GET.get("period", "")
    period = period if period in dict(PERIODS) else ""
    since = min(run.as_of, desk.today) if run else desk.today
    if period:
        since = desk.today - dt.timedelta(days=int(period) - 1)
    waiting = insights.waiting_counts(desk.scope)
    ended = insights.ended_counts(desk.scope, since)
    return {
        "place": "followup",
        "since": since,
        "period": period,
        "periods": PERIODS,
        "notice_counts": insights.notice_counts(desk.scope, since),
        "waiting_counts": waiting,
        "ended_counts": ended,
        "waiting_total": sum(waiting.values()),
        "ended_total": sum(ended.values()),
        "q": desk.request.GET.get("q", ""),
    }


def followup(request: HttpRequest, slug: str) -> HttpResponse:
    desk = access(request, slug, Permission.READ_NOTICES)
    frame = _frame(desk)
    state = request.GET.get("state", "")
    state = state if state in NoticeState.values else ""
    tone = request.GET.get("tone", "")
    tone = tone if tone in {choice.value for choice in Tone} else ""
    stuck = request.GET.get("needs") == "person"
    rows = insights.notice_list(desk.scope, frame["since"], state=state, tone=tone, search=frame["q"], only_stuck=stuck)
    counts = frame["notice_counts"]
    tabs = [
        (value, words.look("notice", value).word, counts[value]) for value in NoticeState.values if counts.get(value)
    ]
    return desk.render(
        "web/followup.html",
        {
            **frame,
            "tab": "notices",
            "state": state,
            "states": tabs,
            "total": sum(counts.values()),
            "tone": tone,
            "tones": [(choice.value, words.look("tone", choice.value).word) for choice in Tone],
            "stuck": stuck,
            "listing": lists.listing(rows, request.GET, NOTICE_SORTS, "-id"),
            "filtered": bool(state or tone or stuck or frame["q"]),
        },
    )


def waiting(request: HttpRequest, slug: str) -> HttpResponse:
    desk = access(request, slug, Permission.READ_NOTICES)
    frame = _frame(desk)
    reason = request.GET.get("reason", "")
    rows = insights.waiting_list(desk.scope, reason=reason, search=frame["q"])
    return desk.render(
        "web/followup_waiting.html",
        {
            **frame,
            "tab": "waiting",
            "reason": reason,
            "reasons": frame["waiting_counts"],
            "asks": waiting_actions.what_happens(desk),
            "listing": lists.listing(rows, request.GET, ACTION_SORTS, "day"),
            "filtered": bool(reason or frame["q"]),
        },
    )


def ended(request: HttpRequest, slug: str) -> HttpResponse:
    desk = access(request, slug, Permission.READ_NOTICES)
    frame = _frame(desk)
    reason = request.GET.get("reason", "")
    rows = insights.ended_list(desk.scope, frame["since"], reason=reason, search=frame["q"])
    return desk.render(
        "web/followup_ended.html",
        {
            **frame,
            "tab": "ended",
            "reason": reason,
            "reasons": frame["ended_counts"],
            "listing": lists.listing(rows, request.GET, ACTION_SORTS, "day"),
            "filtered": bool(reason or frame["q"]),
        },
    )
