"""Doing one thing with many rows: first what it would do, then, when that is confirmed, doing it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from dunwell.web import undo
from dunwell.web.access import Desk, access
from dunwell.web.lists.shown import Shown
from dunwell.web.lists.table import Bulk, Outcome, Rows
from dunwell.web.lists.tables import BY_NAME
from dunwell.web.lists.tables.filters import number_of
from dunwell.web.templatetags.figures import counted

MOST_AT_ONCE = 10_000


@dataclass(frozen=True)
class Selection:
    """The selected rows: named one by one, or all that fit the filters that stand in the address."""

    rows: Rows
    ids: list[int]
    everything: bool

    @property
    def count(self) -> int:
        return len(self.ids)


@require_POST
def bulk(request: HttpRequest, slug: str, name: str, action: str) -> HttpResponse:
    """Without `confirmed` a preview; with it the thing itself, unless other rows fit than those that were shown."""
    table = BY_NAME.get(name)
    found = next((one for one in table.bulk if one.name == action), None) if table else None
    if table is None or found is None:
        access(request, slug)
        raise Http404
    desk = access(request, slug, found.permission)
    shown = Shown(table, desk, request.GET)
    back = desk.url(f"web:{name}") + (f"?{request.GET.urlencode()}" if request.GET else "")
    selection = _selection(shown)
    if problem := _problem(selection):
        messages.error(request, problem)
        return redirect(back)
    confirmed = request.POST.get("confirmed") == "1"
    form = found.form(desk, request.POST if confirmed else None)
    changed = confirmed and selection.everything and request.POST.get("expected") != str(selection.count)
    if confirmed and not changed and form.is_valid() and _done(desk, found, selection, form, _noun(shown, selection)):
        return redirect(back)
    effects = found.effects(desk, selection.rows)
    context = {
        "place": table.place or table.name,
        "table": table,
        "bulk": found,
        "selection": selection,
        "noun": _noun(shown, selection),
        "effects": [effect for effect in effects if effect.count],
        "pointless": found.only_first and not effects[0].count,
        "form": form,
        "back": back,
        "changed": changed,
    }
    return desk.render("web/lists/bulk.html", context, status=422 if confirmed else 200)


def _selection(shown: Shown) -> Selection:
    post = shown.desk.request.POST
    everything = post.get("all") == "1"
    if everything:
        rows = shown.rows
    else:
        numbers = {number for value in post.getlist("row") if (number := number_of(value)) is not None}
        rows = shown.table.rows(shown.desk).filter(pk__in=numbers)
    ids = list(rows.order_by("pk").values_list("pk", flat=True)[: MOST_AT_ONCE + 1])
    model_rows = shown.table.rows(shown.desk).filter(pk__in=ids) if everything else rows
    return Selection(model_rows, ids, everything)


def _problem(selection: Selection) -> str:
    if not selection.count:
        return "Nothing was selected, or what was selected is not here any more. Nothing was changed."
    if selection.count > MOST_AT_ONCE:
        return f"At most {MOST_AT_ONCE:,} at once. Narrow the list first. Nothing was changed."
    return ""


def _noun(shown: Shown, selection: Selection) -> str:
    return shown.table.one if selection.count == 1 else shown.table.many


def _done(desk: Desk, found: Bulk, selection: Selection, form: forms.Form, noun: str) -> bool:
    """Do it and say what became of how many; what a service refuses altogether goes beside the form's fields."""
    try:
        outcome = found.act(desk, selection.ids, form.cleaned_data)
    except ValidationError as error:
        _put(form, error)
        return False
    say = messages.warning if outcome.refused else messages.success
    token = undo.offer(desk, found.permission) if found.undo and outcome.done else ""
    say(desk.request, told(outcome, selection.count, noun), extra_tags=token)
    return True


def _put(form: forms.Form, error: ValidationError) -> None:
    wrong: dict[str, Any] = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
    for field, sentences in wrong.items():
        form.add_error(field if field in form.fields else None, sentences)


def told(outcome: Outcome, count: int, noun: str) -> str:
    """ "9 of 12 customers done, 3 left as they were: they have this owner already." """
    if not outcome.refused:
        return f"{counted(outcome.done)} {noun}: done."
    reasons = "; ".join(f"{counted(number)} left as before: {why}" for why, number in outcome.refused.items())
    return f"{counted(outcome.done)} of {counted(count)} {noun} done; {reasons}."
