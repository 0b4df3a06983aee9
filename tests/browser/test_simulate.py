"""A head of finance tries a policy on the last months before it is anybody's."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from playwright.sync_api import Page, expect

from dunwell.followup.models import PolicyVersion, Simulation
from dunwell.organizations.models import Organization, User
from dunwell.organizations.queries import database_now, local_date
from dunwell.workflows.simulation import run_simulation
from tests import worlds
from tests.browser.conftest import axe_findings, sign_in


def test_an_unsaved_policy_is_tried(visit: Callable[..., Page], anna: User, organization: Organization) -> None:
    today = local_date(organization, database_now())
    for number in range(12):
        customer = worlds.make_customer(organization, f"Client {number}")
        for each in range(3):
            due = today - dt.timedelta(days=12 + 9 * number + 20 * each)
            invoice = worlds.make_invoice(customer, due_on=due)
            worlds.make_payment(customer, 100, on=due + dt.timedelta(days=4 * number - 12), towards=invoice)
    policy = PolicyVersion.objects.get(organization=organization, is_current=True).policy
    page = visit()
    sign_in(page, anna, at=f"/o/{organization.slug}/policies/{policy.pk}/edit/")
    first = page.get_by_role("group", name="Step 1", exact=True)
    first.get_by_label("Name").fill("Call")
    first.get_by_label("Days", exact=True).fill("1")
    first.get_by_label("Counted").select_option("after-due")
    first.get_by_label("Channel").select_option("call")
    first.get_by_label("Text", exact=True).select_option(label="None")
    with page.context.expect_page() as opened:
        page.get_by_role("button", name="Simulate").click()
    beside = opened.value
    expect(beside.get_by_text("not saved yet")).to_be_visible()
    assert axe_findings(beside) == []
    beside.get_by_role("button", name="Simulate").click()
    expect(beside.get_by_role("status")).to_contain_text("Waiting for a worker")
    assert axe_findings(beside) == []
    run_simulation(Simulation.objects.get().pk, clock=database_now)
    # The page looks again by itself
    expect(beside.get_by_role("heading", name="Side by side")).to_be_visible()
    expect(beside.get_by_role("row", name="Calls", exact=False).first).to_be_visible()
    expect(beside.get_by_text("not what that would have brought in")).to_be_visible()
    # Charts are drawn when they come into view
    chart = beside.locator("[data-chart]").first
    chart.scroll_into_view_if_needed()
    expect(chart.locator("svg, canvas").first).to_be_visible()
    assert axe_findings(beside) == []
    phone = visit(width=360, theme="dark")
    sign_in(phone, anna, at=beside.url)
    assert axe_findings(phone) == []
    phone.goto(f"/o/{organization.slug}/policies/simulate/")
    assert axe_findings(phone) == []
    # What was being written is still there
    expect(first.get_by_label("Name")).to_have_value("Call")
    assert PolicyVersion.objects.filter(policy=policy).count() == 1
