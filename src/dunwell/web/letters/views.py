"""Follow-up, Letters: what waits to be printed, the piles, and whether they are posted.

A pile holds letters to anybody, so it is for those who see every customer.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TypeVar

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from dunwell.followup.services import print_batches as services
from dunwell.insights import notices as notice_counts
from dunwell.insights import print_batches as insights
from dunwell.messaging.documents import NotPrintableError
from dunwell.messaging.models import PrintBatch
from dunwell.rules.permissions import Permission
from dunwell.web.access import Desk, access
from dunwell.web.lists.tables.notices import LAST, since
from dunwell.web.sent_files import handed_out

PDF = "application/pdf"
Result = TypeVar("Result")


class PostedForm(forms.Form):
    posted_on = forms.DateField(
        label="Posted on",
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"required": "Say on which day the letters went to the post."},
    )


def _batch_or_404(desk: Desk, batch_id: int) -> PrintBatch:
    found = insights.batch(desk.scope, batch_id)
    if found is None:
        raise Http404
    return found


def letters(request: HttpRequest, slug: str) -> HttpResponse:
    desk = access(request, slug, Permission.SEE_EVERY_CUSTOMER)
    first = since(desk, LAST)
    return desk.render(
        "web/letters/letters.html",
        {
            "place": "followup",
            "tab": "letters",
            "since": first,
            "totals": notice_counts.totals(desk.scope, first),
            "waiting": list(insights.waiting_letters(desk.scope, desk.now)[: services.MOST_LETTERS + 1]),
            "most": services.MOST_LETTERS,
            "later": insights.later_letters(desk.scope, desk.now),
            "batches": insights.batches(desk.scope),
            "by_hand": desk.settings.letters_by == "print",
        },
    )


@require_POST
def make(request: HttpRequest, slug: str) -> HttpResponse:
    desk = access(request, slug, Permission.SEND_NOW)
    try:
        made = services.make_batch(organization=desk.organization, by=desk.user, now=desk.now, today=desk.today)
    except NotPrintableError as error:
        messages.error(request, f"{error} Nothing was printed or changed.")
        return redirect(desk.url("web:letters"))
    except services.BatchMovedOnError as error:
        messages.error(request, str(error))
        return redirect(desk.url("web:letters"))
    if made.called_back:
        messages.warning(
            request,
            f"{made.called_back} letter{'' if made.called_back == 1 else 's'} changed since written: called back, "
            "to be written anew.",
        )
    if made.put_off:
        messages.warning(
            request,
            f"{made.put_off} letter{'' if made.put_off == 1 else 's'} wait: the most messages of an hour are reached "
            "(Settings, Limits).",
        )
    if made.batch is None:
        messages.info(request, "There is no letter to print now.")
        return redirect(desk.url("web:letters"))
    return redirect(desk.url("web:letter_batch", made.batch.pk))


def batch(request: HttpRequest, slug: str, batch_id: int) -> HttpResponse:
    desk = access(request, slug, Permission.SEE_EVERY_CUSTOMER)
    return _page(desk, _batch_or_404(desk, batch_id), PostedForm(initial={"posted_on": desk.today}))


def _page(desk: Desk, found: PrintBatch, form: PostedForm) -> HttpResponse:
    changed = services.changed_letters(found, today=desk.today)
    entries = insights.letters(found)
    for entry in entries:
        entry.changed = changed.get(entry.message_id, "")  # type: ignore[attr-defined]
        entry.dialog = f"take-out-{entry.message_id}"  # type: ignore[attr-defined]
    return desk.render(
        "web/letters/batch.html",
        {
            "place": "followup",
            "batch": found,
            "letters": entries,
            "changed": changed,
            "is_too_old": found.posted_at is None and services.is_too_old(found, desk.organization, desk.today),
            "left": sum(1 for entry in entries if entry.called_back_at is None),
            "form": form,
            "can_unmark": found.posted_at is not None and desk.now - found.posted_at <= services.UNPOST_WITHIN,
        },
        status=422 if form.errors else 200,
    )


def file(request: HttpRequest, slug: str, batch_id: int) -> HttpResponse:
    desk = access(request, slug, Permission.SEE_EVERY_CUSTOMER)
    found = _batch_or_404(desk, batch_id)
    return handed_out(f"Letters-{found.made_at:%Y-%m-%d}-{found.pk}.pdf", PDF, found.file)


@require_POST
def posted(request: HttpRequest, slug: str, batch_id: int) -> HttpResponse:
    desk = access(request, slug, Permission.SEND_NOW)
    found = _batch_or_404(desk, batch_id)
    form = PostedForm(request.POST)
    if not form.is_valid():
        return _page(desk, found, form)
    day: dt.date = form.cleaned_data["posted_on"]
    result = _attempt(
        desk,
        lambda: services.mark_posted(
            organization=desk.organization,
            batch_id=batch_id,
            posted_on=day,
            by=desk.user,
            now=desk.now,
            today=desk.today,
        ),
    )
    if result is not None and result.taken_out:
        who = ", ".join(letter.message.customer.name for letter in result.taken_out)
        messages.warning(
            request,
            f"Not marked yet. Something changed since these were printed, so take them out of the pile: {who}. "
            "They are called back. Post the others, if they are not in the post yet, then mark the batch.",
        )
    elif result is not None:
        messages.success(request, f"{result.letters} letter{'' if result.letters == 1 else 's'} posted.")
    return redirect(desk.url("web:letter_batch", batch_id))


@require_POST
def unmark(request: HttpRequest, slug: str, batch_id: int) -> HttpResponse:
    desk = access(request, slug, Permission.SEND_NOW)
    _batch_or_404(desk, batch_id)
    back = _attempt(
        desk,
        lambda: services.unmark_posted(organization=desk.organization, batch_id=batch_id, by=desk.user, now=desk.now),
    )
    if back is not None:
        messages.success(request, "The batch waits to be posted again.")
    return redirect(desk.url("web:letter_batch", batch_id))


@require_POST
def take_out(request: HttpRequest, slug: str, batch_id: int) -> HttpResponse:
    desk = access(request, slug, Permission.SEND_NOW)
    found = _batch_or_404(desk, batch_id)
    asked = [int(value) for value in request.POST.getlist("letter") if value.isdigit()]
    chosen = asked or list(found.letters.filter(called_back_at=None).values_list("message_id", flat=True))
    taken = _attempt(
        desk,
        lambda: services.take_out(
            organization=desk.organization, batch_id=batch_id, message_ids=chosen, by=desk.user, now=desk.now
        ),
    )
    if taken is not None:
        messages.success(
            request, f"{taken} letter{'' if taken == 1 else 's'} taken out. What is still due is written anew."
        )
    return redirect(desk.url("web:letter_batch", batch_id))


def _attempt(desk: Desk, act: Callable[[], Result]) -> Result | None:
    try:
        return act()
    except services.BatchMovedOnError as error:
        messages.error(desk.request, str(error))
        return None
