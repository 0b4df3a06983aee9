"""The switches: start chasing after reading the first batch, stop all sending, resume."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from dunwell.followup.services import switches
from dunwell.insights import notices as insights
from dunwell.organizations.models import OrganizationSettings
from dunwell.rules.permissions import Permission
from dunwell.web.access import Desk, access
from dunwell.web.setup.progress import progress, sample_of
from dunwell.workflows.notices import refresh
from dunwell.workflows.sender import channels_set_up
from dunwell.workflows.wake import wake_dispatch

SHOWN = 12


def start(request: HttpRequest, slug: str) -> HttpResponse:
    """Read the first batch, then press. Without a way to pay or a sender the button is not there."""
    desk = access(request, slug, Permission.START_CHASING)
    if desk.settings.chasing_started_at and not desk.settings.sending_stopped_at:
        return redirect(desk.url("web:followup"))
    if request.method == "POST":
        return _start(request, slug)
    batch = insights.notices(desk.scope).filter(state__in=switches.READABLE)
    first = list(insights.described(batch).order_by("-amount", "pk")[:SHOWN])
    count = switches.ready_notices(desk.organization)
    steps = None if desk.settings.chasing_started_at else progress(desk, "start")
    return desk.render(
        "web/start_chasing.html",
        {
            "place": "followup",
            "missing": switches.missing_before_start(desk.settings, can_send=bool(channels_set_up(desk.organization))),
            "first": first,
            "count": count,
            "more": max(0, count - len(first)),
            "progress": steps,
            "has_book": steps is None or steps.facts.book,
            "sample": sample_of(desk),
            "waiting_total": insights.totals(desk.scope, desk.today).waiting,
        },
    )


def _start(request: HttpRequest, slug: str) -> HttpResponse:
    desk = access(request, slug, Permission.START_CHASING)
    if not request.POST.get("read") and not request.POST.get("approve_each"):
        messages.error(request, "Say that you have read the first notices, then start.")
        return redirect(desk.url("web:start_chasing"))
    try:
        switches.start_chasing(
            organization=desk.organization,
            by=desk.user,
            now=desk.now,
            can_send=bool(channels_set_up(desk.organization)),
            approve_each=bool(request.POST.get("approve_each")),
        )
    except switches.CannotStartError as error:
        messages.error(request, f"Chasing cannot start yet. {error}")
        return redirect(desk.url("web:start_chasing"))
    refresh(desk.organization, now=desk.now)
    wake_dispatch(desk.organization)
    messages.success(request, f"Chasing has started. {_what_follows(desk)}")
    return redirect(desk.url("web:followup"))


def _what_follows(desk: Desk) -> str:
    if OrganizationSettings.objects.get(organization=desk.organization).approval_required:
        return "What is due is written, and goes once a person has approved it."
    return "What is due goes out in the send window, after a last check."


@require_POST
def stop(request: HttpRequest, slug: str) -> HttpResponse:
    desk = access(request, slug, Permission.STOP_SENDING)
    called_back = switches.stop_sending(organization=desk.organization, by=desk.user, now=desk.now)
    back = f" {called_back} queued notice{'' if called_back == 1 else 's'} called back." if called_back else ""
    messages.warning(request, f"All sending is stopped.{back}")
    return redirect(desk.url("web:followup"))


@require_POST
def resume(request: HttpRequest, slug: str) -> HttpResponse:
    desk = access(request, slug, Permission.RESUME_SENDING)
    switches.resume_sending(organization=desk.organization, by=desk.user)
    refresh(desk.organization, now=desk.now)
    wake_dispatch(desk.organization)
    messages.success(request, "Sending is on again. What is due goes out in the send window.")
    return redirect(desk.url("web:followup"))
