"""Assignment rules: in their order, written with a look at what they do; who gets which policy and why."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from dunwell.followup.models import AssignmentRule
from dunwell.followup.queries.assignments import Assignment, policy_of, rule_drafts
from dunwell.followup.services.assignments import (
    AssignmentRefusedError,
    move_rule,
    put_rule,
    remove_rule,
    set_customer_policy,
    with_rule,
)
from dunwell.followup.services.previews import preview_rules
from dunwell.insights import customers, policies
from dunwell.insights.search import customers_matching
from dunwell.ledger.models import Customer, Invoice
from dunwell.rules.permissions import Permission
from dunwell.web import entries
from dunwell.web.access import Desk, access
from dunwell.web.found import customer_or_404
from dunwell.web.policies.editor import digest, the_pass
from dunwell.web.policies.rule_forms import OwnPolicyForm, RuleForm

MOST_CHOICES = 10


def rules(request: HttpRequest, slug: str) -> HttpResponse:
    """The rules, and the tester: which policy a customer gets, and why."""
    desk = access(request, slug)
    query, chosen = request.GET.get("q", "").strip(), request.GET.get("customer", "")
    tested = customer_or_404(desk, int(chosen)) if chosen.isascii() and chosen.isdigit() and len(chosen) < 19 else None
    found = []
    if query and tested is None:
        found = list(customers_matching(desk.scope, query, customers.customers(desk.scope))[:MOST_CHOICES])
    return desk.render(
        "web/policies/rules.html",
        {
            "place": "policies",
            "rules": policies.rules(desk.organization),
            "q": query,
            "found": found,
            "tested": tested,
            "assigned": assigned_to(desk, tested) if tested else [],
        },
    )


def assigned_to(desk: Desk, customer: Customer) -> list[tuple[str, Assignment]]:
    """The policy of each currency in which something is open; of the base currency where nothing is."""
    owed = Invoice.objects.filter(organization=desk.organization, customer=customer, balance__gt=0, is_draft=False)
    currencies = sorted(owed.order_by().values_list("currency", flat=True).distinct())
    each = currencies or [desk.organization.base_currency]
    return [(currency, policy_of(desk.organization, customer, currency)) for currency in each]


def add(request: HttpRequest, slug: str) -> HttpResponse:
    desk = access(request, slug, Permission.EDIT_POLICIES)
    return _answer(desk, RuleForm(request.POST or None, organization=desk.organization))


def edit(request: HttpRequest, slug: str, rule_id: int) -> HttpResponse:
    desk = access(request, slug, Permission.EDIT_POLICIES)
    name = _rule_or_404(desk, rule_id).name
    draft = next(draft for draft in rule_drafts(desk.organization) if draft.name == name)
    return _answer(desk, RuleForm(request.POST or None, organization=desk.organization, rule=draft), rule_id)


def _answer(desk: Desk, form: RuleForm, rule_id: int | None = None) -> HttpResponse:
    change = None
    if desk.request.method == "POST" and form.is_valid():
        draft, before = form.draft(), form.cleaned_data["before"] if rule_id else ""
        try:
            if desk.request.POST.get("do") == "save" and form.cleaned_data["checked"] == digest(draft):
                put_rule(organization=desk.organization, rule=draft, before=before, by=desk.user)
                messages.success(desk.request, f"The rule “{draft.name}” is saved. The next pass goes by it.")
                return redirect(desk.url("web:rules"))
            change = preview_rules(the_pass(desk), with_rule(rule_drafts(desk.organization), draft, before))
        except AssignmentRefusedError as error:
            form.add_error(None, str(error))
        else:
            form.say(checked=digest(draft))
    context = {"place": "policies", "form": form, "rule_id": rule_id, "change": change}
    return desk.render("web/policies/rule.html", context, status=422 if form.errors else 200)


@require_POST
def move(request: HttpRequest, slug: str, rule_id: int) -> HttpResponse:
    desk = access(request, slug, Permission.EDIT_POLICIES)
    name, up = _rule_or_404(desk, rule_id).name, request.POST.get("to") == "up"
    where = "up" if up else "down"
    return _change(
        desk,
        lambda: move_rule(organization=desk.organization, name=name, up=up, by=desk.user),
        f"The rule “{name}” is one place further {where}. The next pass goes by it.",
    )


@require_POST
def remove(request: HttpRequest, slug: str, rule_id: int) -> HttpResponse:
    desk = access(request, slug, Permission.EDIT_POLICIES)
    name = _rule_or_404(desk, rule_id).name
    return _change(
        desk,
        lambda: remove_rule(organization=desk.organization, name=name, by=desk.user),
        f"The rule “{name}” is removed. The next pass goes by the others.",
    )


def of_customer(request: HttpRequest, slug: str, customer_id: int) -> HttpResponse:
    """A customer's own policy, which wins over every rule."""
    desk = access(request, slug, Permission.EDIT_POLICIES)
    customer = customer_or_404(desk, customer_id)
    own = policies.own_policy(desk.organization, customer)
    form = OwnPolicyForm(request.POST or None, organization=desk.organization, own=own)
    page = entries.Page(
        "Policy of this customer",
        "Save",
        desk.url("web:customer", customer.pk),
        customer.name,
        facts=tuple(f"{currency}: {each.policy.name}. {each.why}" for currency, each in assigned_to(desk, customer)),
    )
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data["policy"]
        policy_id = int(chosen) if chosen else None
        try:
            set_customer_policy(
                organization=desk.organization, customer_id=customer.pk, policy_id=policy_id, by=desk.user
            )
        except AssignmentRefusedError as error:
            form.add_error("policy", str(error))
        else:
            return entries.done(desk, "Saved.", then=page.back)
    return entries.show(desk, page, form)


def _change(desk: Desk, act: Callable[[], Any], sentence: str) -> HttpResponse:
    try:
        act()
    except AssignmentRefusedError as error:
        messages.error(desk.request, str(error))
    else:
        messages.success(desk.request, sentence)
    return redirect(desk.url("web:rules"))


def _rule_or_404(desk: Desk, rule_id: int) -> AssignmentRule:
    found = AssignmentRule.objects.filter(organization=desk.organization, pk=rule_id).first()
    if found is None:
        raise Http404
    return found
