"""A customer's case: priority and owner by hand, and that it was looked at."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from dunwell.followup.models import Case
from dunwell.followup.queries.cases import case_of
from dunwell.followup.services import case_work
from dunwell.rules.permissions import Permission
from dunwell.web import entries
from dunwell.web.access import access
from dunwell.web.found import customer_or_404, row_or_404
from dunwell.web.work.forms import CaseForm


def case(request: HttpRequest, slug: str, customer_id: int) -> HttpResponse:
    """Set priority and owner by hand, until a day or until released."""
    desk = access(request, slug, Permission.GIVE_CASES)
    customer = customer_or_404(desk, customer_id)
    sheet = case_of(desk.scope, customer.pk)
    if sheet is None:
        raise Http404
    kept = sheet.case
    initial = {
        "priority": kept.priority_by_hand,
        "owner": kept.owner_by_hand_id,
        "until": kept.by_hand_until,
        "note": kept.by_hand_note,
    }
    form = CaseForm(request.POST or None, desk=desk, customer_id=customer.pk, initial=initial)
    page = entries.Page(
        f"Case of {customer.name}",
        "Save",
        desk.url("web:customer", customer.pk),
        customer.name,
        lead=f"By the rules: priority {kept.priority_by_rules}. {' '.join(sheet.reasons)}",
    )
    if request.method == "POST":

        def act(values: dict[str, Any]) -> int:
            return case_work.set_by_hand(
                organization=desk.organization,
                case_ids=[kept.pk],
                priority=int(values["priority"]) if values["priority"] else None,
                owner_id=int(values["owner"]) if values["owner"] else None,
                note=values["note"],
                until=values["until"],
                by=desk.user,
                as_of=desk.today,
            )

        if entries.saved(form, act) is not None:
            return entries.done(desk, "Saved. The rules go on saying theirs beside it.", then=page.back)
    return entries.show(desk, page, form)


@require_POST
def release(request: HttpRequest, slug: str, case_id: int) -> HttpResponse:
    desk = access(request, slug, Permission.GIVE_CASES)
    found = row_or_404(desk, Case, case_id)

    def act() -> None:
        if not case_work.release(organization=desk.organization, case_ids=[found.pk], by=desk.user, as_of=desk.today):
            raise ValidationError("The rules decide already.")

    then = entries.back_to(request, desk.url("web:customer", found.customer_id))
    return entries.attempt(desk, act, "The rules decide again.", undo_with=None, then=then)


@require_POST
def looked_at(request: HttpRequest, slug: str, case_id: int) -> HttpResponse:
    desk = access(request, slug, Permission.DO_TASKS)
    found = row_or_404(desk, Case, case_id)

    def act() -> None:
        if not case_work.looked_at(
            organization=desk.organization, case_ids=[found.pk], again_on=None, note="", by=desk.user, as_of=desk.today
        ):
            raise ValidationError("It is not on the worklist any more.")

    then = entries.back_to(request, desk.url("web:customer", found.customer_id))
    return entries.attempt(desk, act, "Off the worklist until something new happens.", undo_with=None, then=then)
