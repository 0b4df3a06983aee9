"""Escalation rules: what makes a case urgent, in their order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from dunwell.followup.models import EscalationRule
from dunwell.followup.queries.cases import conditions_in_words, rules_of
from dunwell.followup.services import escalation as services
from dunwell.rules.permissions import Permission
from dunwell.web import entries
from dunwell.web.access import Desk, access
from dunwell.web.work.forms import EscalationForm


def rules(request: HttpRequest, slug: str) -> HttpResponse:
    desk = access(request, slug)
    found = [(rule, conditions_in_words(rule, desk.organization.base_currency)) for rule in rules_of(desk.organization)]
    return desk.render("web/work/escalation.html", {"place": "policies", "rules": found})


def add(request: HttpRequest, slug: str) -> HttpResponse:
    desk = access(request, slug, Permission.EDIT_POLICIES)
    return _answer(desk, "New rule", None)


def edit(request: HttpRequest, slug: str, rule_id: int) -> HttpResponse:
    desk = access(request, slug, Permission.EDIT_POLICIES)
    name = _rule_or_404(desk, rule_id).name
    draft = next(draft for draft in services.escalation_drafts(desk.organization) if draft.name == name)
    return _answer(desk, "Edit rule", draft)


def _answer(desk: Desk, title: str, draft: services.EscalationDraft | None) -> HttpResponse:
    form = EscalationForm(desk.request.POST or None, desk=desk, rule=draft)
    page = entries.Page(
        title,
        "Save",
        desk.url("web:escalation"),
        "Escalation",
        place="policies",
        lead="Everything that is filled in must hold. A case has the most urgent priority of the rules that fit; who "
        "takes care is named by the first of them that names somebody: a person, else everybody with a role.",
    )
    if desk.request.method == "POST":

        def act(values: dict[str, Any]) -> bool:
            services.put_escalation_rule(
                organization=desk.organization, rule=form.draft(values), before=values["before"], by=desk.user
            )
            return True

        if entries.saved(form, act):
            return entries.done(desk, "Saved. Cases follow it from the next pass on.", then=page.back)
    return entries.show(desk, page, form)


@require_POST
def move(request: HttpRequest, slug: str, rule_id: int) -> HttpResponse:
    desk = access(request, slug, Permission.EDIT_POLICIES)
    name, up = _rule_or_404(desk, rule_id).name, request.POST.get("to") == "up"
    shared: dict[str, Any] = {"organization": desk.organization, "name": name, "by": desk.user}
    where = "up" if up else "down"
    return _change(desk, lambda: services.move_escalation_rule(up=up, **shared), f"“{name}” is one place {where}.")


@require_POST
def remove(request: HttpRequest, slug: str, rule_id: int) -> HttpResponse:
    desk = access(request, slug, Permission.EDIT_POLICIES)
    name = _rule_or_404(desk, rule_id).name
    shared: dict[str, Any] = {"organization": desk.organization, "name": name, "by": desk.user}
    return _change(desk, lambda: services.remove_escalation_rule(**shared), f"“{name}” is removed.")


def _change(desk: Desk, act: Callable[[], Any], sentence: str) -> HttpResponse:
    return entries.attempt(desk, act, sentence, undo_with=None, then=desk.url("web:escalation"))


def _rule_or_404(desk: Desk, rule_id: int) -> EscalationRule:
    found = EscalationRule.objects.filter(organization=desk.organization, pk=rule_id).first()
    if found is None:
        raise Http404
    return found
