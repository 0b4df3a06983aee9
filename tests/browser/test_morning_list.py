"""The morning list: open the worklist, call, write down a promise, and see it leave the list."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from dunwell.followup.models import DunningPolicy
from dunwell.followup.services.policies import save_policy
from dunwell.ledger.models import Contact, Hold
from dunwell.organizations.models import Organization, User
from dunwell.organizations.queries import database_now, local_date
from dunwell.rules.policies import PolicyDraft, StepDraft
from tests import worlds
from tests.browser.conftest import axe_findings, sign_in
from tests.web.conftest import run

STEPS = (
    StepDraft("Call them", 3, channel="call", instructions="Ask for a day."),
    StepDraft("Check the order", 3, channel="task", instructions="Was it delivered?"),
)


@pytest.fixture
def calling(organization: Organization) -> Organization:
    today = local_date(organization, database_now())
    policy = DunningPolicy.objects.get(organization=organization, is_default=True)
    save_policy(organization=organization, draft=PolicyDraft("Standard", STEPS), policy_id=policy.pk, by=None)
    for name in ("Harbor & Pine", "Kettle Works"):
        customer = worlds.make_customer(organization, name)
        Contact.objects.filter(customer=customer).update(phone="+49 30 1234")
        worlds.make_invoice(customer, due_on=today - dt.timedelta(days=20))
    run(organization)
    return organization


@pytest.mark.parametrize("width", [1440, 360])
def test_the_morning_list(visit: Callable[..., Page], anna: User, calling: Organization, width: int) -> None:
    page = visit(width=width)
    sign_in(page, anna, at=f"/o/{calling.slug}/follow-up/worklist/?kind=call")
    rows = page.locator("table.rows tbody tr")
    expect(rows).to_have_count(2)
    assert axe_findings(page) == []
    page.get_by_role("link", name="Harbor & Pine").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Call Harbor & Pine")
    expect(page.get_by_role("link", name="+49 30 1234")).to_have_attribute("href", "tel:+49301234")
    assert axe_findings(page) == []
    page.get_by_label("Promised to pay").check()
    today = local_date(calling, database_now())
    page.get_by_label("Promised for").fill((today + dt.timedelta(days=4)).isoformat())
    page.get_by_label("What was said").fill("Pays after the fair.")
    page.get_by_role("button", name="Keep it").click()
    expect(page.get_by_role("status")).to_contain_text("Promised to pay: kept.")
    assert Hold.objects.get().reason == "promise"
    page.goto(f"/o/{calling.slug}/follow-up/worklist/?kind=call")
    expect(rows).to_have_count(1)
    expect(page.locator("table.rows")).not_to_contain_text("Harbor & Pine")
    page.goto(f"/o/{calling.slug}/customers/{Hold.objects.get().customer_id}/")
    expect(page.locator("main")).to_contain_text("Pays after the fair.")
    expect(page.locator("main")).to_contain_text("Case")
    assert axe_findings(page) == []


def test_pages_of_work_are_clean(visit: Callable[..., Page], anna: User, calling: Organization) -> None:
    page = visit(width=360)
    sign_in(page, anna, at=f"/o/{calling.slug}/follow-up/worklist/?kind=task")
    page.get_by_role("link", name="Kettle Works").click()
    expect(page.locator("main")).to_contain_text("Was it delivered?")
    assert axe_findings(page) == []
    page.get_by_role("button", name="Not needed").click()
    expect(page.get_by_role("status")).to_contain_text("closed")
    for path in ("policies/escalation/", "policies/escalation/new/"):
        page.goto(f"/o/{calling.slug}/{path}")
        assert axe_findings(page) == []
