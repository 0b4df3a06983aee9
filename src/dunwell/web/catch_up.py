"""Settings, Limits: what each way to catch up would do to today's book, before one is saved."""

from __future__ import annotations

import datetime as dt

from django.http import HttpRequest, HttpResponse

from dunwell.followup.services.passes import begin
from dunwell.followup.services.previews import DAYS_AHEAD, BookTooLargeError, CatchUpEffect, preview_catch_up
from dunwell.rules.escalation import CatchUp
from dunwell.rules.permissions import Permission
from dunwell.web.access import access
from dunwell.workflows.sender import channels_set_up

MOST_LOOKS = 10
MINUTE = dt.timedelta(minutes=1)
EXPLAINED = {
    CatchUp.LATEST: "One reminder that fits the age of the debt; the earlier steps are dropped.",
    CatchUp.NEXT: "One after another from the first, as far apart as two contacts may be.",
    CatchUp.SKIP: "Steps whose day passed before the invoice was here are missed; the next step goes on its day.",
}


def effects(request: HttpRequest, slug: str) -> HttpResponse:
    """A part of the page of limits. A week is lived three times for it, so nobody asks for many."""
    desk = access(request, slug, Permission.EDIT_SETTINGS)
    desk.limit("catch-up look", MOST_LOOKS, MINUTE, f"More than {MOST_LOOKS} looks in a minute.")
    channels = channels_set_up(desk.organization)
    this = begin(desk.organization, as_of=desk.today, now=desk.now, channels_set_up=channels)
    try:
        found = preview_catch_up(this)
    except BookTooLargeError as error:
        return desk.render("web/catch_up.html", {"refusal": str(error)})
    rows = [
        {
            "name": effect.mode.value.capitalize(),
            "explained": EXPLAINED[effect.mode],
            "is_set": effect.mode == desk.settings.catch_up,
            "planned": effect.planned,
            "waiting": sum(effect.waiting.values()),
            "superseded": effect.final.get("superseded", 0),
            "missed": effect.final.get("missed", 0),
            "today": effect.contacts[0][1],
            "later": _later(effect),
        }
        for effect in found
    ]
    return desk.render("web/catch_up.html", {"rows": rows, "days": DAYS_AHEAD})


def _later(effect: CatchUpEffect) -> int:
    return sum(count for _, count in effect.contacts[1:])
