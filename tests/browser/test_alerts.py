"""News reaches an open page as it happens."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from dunwell.alerts.services.collect import collect
from dunwell.followup.models import StandingChange
from dunwell.organizations.models import Organization, Role, User
from dunwell.organizations.queries import database_now
from tests import worlds
from tests.browser.conftest import sign_in


def test_a_defaulter_shows_up_while_one_looks(
    visit: Callable[..., Page], organization: Organization, anna: User
) -> None:
    cleo = worlds.make_user("cleo@northlight.example", organization=organization, role=Role.COLLECTOR)
    collect(organization, now=database_now())
    page = visit()
    sign_in(page, cleo)
    page.wait_for_timeout(2500)  # the page listens from two seconds after it was loaded
    customer = worlds.make_customer(organization, "Harbor & Pine")
    StandingChange.objects.create(
        organization=organization, customer=customer, name="became_defaulter", after="defaulter",
        changed_on=worlds.TODAY,
    )  # fmt: skip
    collect(organization, now=database_now())
    card = page.get_by_role("link", name="Harbor & Pine became a defaulter")
    expect(card).to_be_visible()
    expect(page.locator(".bell-count")).to_have_text("2")
    card.click()
    expect(page.get_by_role("heading", name="Harbor & Pine", exact=False).first).to_be_visible()
