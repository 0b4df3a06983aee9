"""Assignment rules and policy files in the browser: order, tester, a customer's own policy, TOML with a look before."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from dunwell.followup.models import AssignmentRule, CustomerPolicy, DunningPolicy, PolicyVersion
from dunwell.followup.queries.assignments import RuleDraft
from dunwell.followup.services.assignments import put_rule, save_rules
from dunwell.followup.services.policies import HIGH_VALUE_STEPS, save_policy
from dunwell.rules.policies import PolicyDraft
from tests import worlds
from tests.web.conftest import Desk, prepare

Browse = Callable[..., Client]


@pytest.fixture
def high(desk: Desk) -> DunningPolicy:
    draft = PolicyDraft("High value", HIGH_VALUE_STEPS)
    version = save_policy(organization=desk.organization, draft=draft, by=None)
    return DunningPolicy.objects.get(pk=version.policy_id)


def names(desk: Desk) -> list[str]:
    return list(AssignmentRule.objects.filter(organization=desk.organization).values_list("name", flat=True))


def test_a_rule_is_looked_at_saved_moved_and_removed(owner: Client, desk: Desk, high: DunningPolicy) -> None:
    at = desk.url("policies/rules/new/")
    sent = {"name": "Large", "policy": "High value", "balance_above": "200", "currencies": "eur"}
    page = owner.post(at, {**sent, "do": "save"})  # not looked at yet
    assert "2 open invoices would be chased otherwise." in page.content.decode()
    assert names(desk) == []
    owner.post(at, {**sent, "do": "save", "checked": page.context["form"].data["checked"]})
    owner.get(desk.url("policies/rules/"))
    put_rule(organization=desk.organization, rule=RuleDraft("Tagged", "Standard", tags=("key",)), by=None)
    first, second = AssignmentRule.objects.filter(organization=desk.organization)
    assert (first.name, first.currencies) == ("Large", ["EUR"])
    owner.post(desk.url(f"policies/rules/{second.pk}/move/"), {"to": "up"})
    assert names(desk) == ["Tagged", "Large"]
    assert "owes more than 200 EUR" in owner.get(desk.url("policies/rules/")).content.decode()
    owner.post(desk.url(f"policies/rules/{second.pk}/remove/"))
    assert names(desk) == ["Large"]
    twice = owner.post(at, {**sent, "do": "check"})
    assert twice.status_code == 422
    assert "There is a rule" in twice.content.decode()
    wrong = owner.post(at, {**sent, "name": "B", "countries": "Austria", "do": "check"})
    assert wrong.context["form"].errors["countries"]


def test_the_tester_says_which_policy_and_why(owner: Client, desk: Desk, high: DunningPolicy) -> None:
    rules = [RuleDraft("Large", "High value", balance_above=None, currencies=("EUR",))]
    save_rules(organization=desk.organization, rules=rules, by=None)
    found = owner.get(desk.url("policies/rules/?q=Harbor")).content.decode()
    assert f"?customer={desk.customer.pk}" in found
    page = owner.get(desk.url(f"policies/rules/?customer={desk.customer.pk}")).content.decode()
    assert "Rule 1, &#x27;Large&#x27;: billed in EUR." in page
    standard = DunningPolicy.objects.get(organization=desk.organization, is_default=True)
    at = desk.url(f"policies/of-customer/{desk.customer.pk}/")
    assert "High value. Rule 1" in owner.get(at).content.decode()
    owner.post(at, {"policy": standard.pk})
    assert CustomerPolicy.objects.get(customer=desk.customer).policy == standard
    for path in (f"customers/{desk.customer.pk}/", f"invoices/{desk.invoice.pk}/"):  # the next action and why
        page = owner.get(desk.url(path)).content.decode()
        assert "Its notice is written" in page, path
        assert "version 1. It is set for this customer." in page, path
        assert "Chasing has not been started yet" in page, path
    page = owner.get(desk.url(f"policies/rules/?customer={desk.customer.pk}")).content.decode()
    assert "It is set for this customer." in page
    owner.post(at, {"policy": ""})
    assert not CustomerPolicy.objects.exists()


def test_a_file_is_looked_at_and_then_saved(owner: Client, desk: Desk, high: DunningPolicy) -> None:
    standard = DunningPolicy.objects.get(organization=desk.organization, name="Standard")
    text = owner.get(desk.url(f"policies/{standard.pk}/file/")).content.decode()
    changed = text.replace('"Firm reminder"', '"Second reminder"').replace("offset_days = 7", "offset_days = 8")
    at = desk.url("policies/upload/")
    page = owner.post(at, {"file": SimpleUploadedFile("policy.toml", changed.encode()), "do": "save"})
    assert "2 open invoices would be chased otherwise." in page.content.decode()
    assert PolicyVersion.objects.get(policy=standard, is_current=True).number == 1
    form = page.context["form"]
    owner.post(at, {"text": form.data["text"], "checked": form.data["checked"], "do": "save"})
    assert PolicyVersion.objects.get(policy=standard, is_current=True).number == 2
    for wrong in ("name = ", changed.replace("offset_days = 14", "offset_days = 8"), ""):
        assert owner.post(at, {"text": wrong, "do": "check"}).status_code == 422, wrong


def test_who_may_not_edit_reads_and_tests(browse: Browse, desk: Desk, high: DunningPolicy) -> None:
    save_rules(organization=desk.organization, rules=[RuleDraft("All", "High value")], by=None)
    rule = AssignmentRule.objects.get(organization=desk.organization)
    client = browse("collector")
    page = client.get(desk.url("policies/rules/")).content.decode()
    assert "everybody" in page
    assert "remove" not in page
    for path in (f"rules/{rule.pk}/move/", f"rules/{rule.pk}/remove/", "rules/new/", "upload/"):
        assert client.post(desk.url(f"policies/{path}")).status_code == 403, path
    assert client.post(desk.url(f"policies/of-customer/{desk.customer.pk}/")).status_code == 403


def test_another_organizations_rules_and_customers_are_not_there(owner: Client, desk: Desk) -> None:
    other = worlds.make_organization("elsewhere", chasing=False)
    prepare(other)
    save_rules(organization=other, rules=[RuleDraft("Theirs", "Standard")], by=None)
    rule, customer = AssignmentRule.objects.get(organization=other), worlds.make_customer(other, "Stranger")
    for path in (f"rules/{rule.pk}/", f"of-customer/{customer.pk}/", f"rules/?customer={customer.pk}"):
        assert owner.get(desk.url(f"policies/{path}")).status_code == 404, path
    for path in (f"rules/{rule.pk}/move/", f"rules/{rule.pk}/remove/"):
        assert owner.post(desk.url(f"policies/{path}")).status_code == 404, path
    assert "Theirs" not in owner.get(desk.url("policies/rules/")).content.decode()


def test_lists_ask_as_often_however_long_they_are(owner: Client, desk: Desk, high: DunningPolicy) -> None:
    def asked(path: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            owner.get(desk.url(path))
        return len(queries)

    save_rules(organization=desk.organization, rules=[RuleDraft("1", "Standard")], by=None)
    before = asked("policies/"), asked("policies/rules/")
    rules = [RuleDraft(str(number), "High value") for number in range(6)]
    save_rules(organization=desk.organization, rules=rules, by=None)
    for number in range(3):
        draft = PolicyDraft(f"Policy {number}", HIGH_VALUE_STEPS)
        save_policy(organization=desk.organization, draft=draft, by=None)
    assert (asked("policies/"), asked("policies/rules/")) == before
