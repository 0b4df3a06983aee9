"""Two calls of a working day: a customer says he paid half, and one disputes an invoice."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from dunwell.followup.models import Notice
from dunwell.ledger.models import Hold, Invoice, Note
from dunwell.organizations.models import Organization, User
from tests.browser.conftest import axe_findings, sign_in
from tests.web.conftest import late_customer, run


def test_a_customer_calls_and_says_he_paid_half(
    visit: Callable[..., Page], anna: User, organization: Organization
) -> None:
    customer = late_customer(organization)
    older, newer = Invoice.objects.filter(customer=customer).order_by("pk")
    run(organization)
    page = visit()
    sign_in(page, anna, at=f"/o/{organization.slug}/customers/{customer.pk}/")
    page.get_by_role("link", name="Note", exact=True).click()
    page.get_by_label("Call", exact=True).check()
    page.get_by_label("What was said").fill("Says half went out this morning, the rest on Friday.")
    page.get_by_label("With whom").fill("Eva Pine")
    page.get_by_role("button", name="Keep it").click()
    expect(page.get_by_text("Call with Eva Pine")).to_be_visible()
    page.get_by_role("link", name="Record payment").click()
    page.get_by_label("Amount", exact=True).fill("120.50")
    page.get_by_label("Reference").fill("SEPA 77")
    # As soon as the amount is known, it is proposed for the oldest invoice; he says it was for the other one
    part = page.get_by_label(f"Amount for invoice {older.number}")
    expect(part).to_have_value("120.50")
    part.fill("")
    page.get_by_label(f"Amount for invoice {newer.number}").fill("500")
    page.get_by_role("button", name="Record payment").click()
    expect(page.get_by_text("That is more than is left to apply.")).to_be_visible()
    expect(page.get_by_label("Reference")).to_have_value("SEPA 77")
    page.get_by_label(f"Amount for invoice {newer.number}").fill("120.50")
    page.get_by_role("button", name="Record payment").click()
    expect(page.locator(".notice-bar[role=status]")).to_contain_text("is recorded.")
    assert axe_findings(page) == []
    newer.refresh_from_db()
    assert (newer.status, Note.objects.get().author) == ("paid", anna)
    assert Notice.objects.exclude(state="cancelled").get().amount == older.total
    # The bank knows nothing of it after all
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".notice-bar[role=status]")).to_contain_text("Undone.")
    newer.refresh_from_db()
    assert newer.status == "open"


def test_a_dispute_on_one_invoice(visit: Callable[..., Page], anna: User, organization: Organization) -> None:
    customer = late_customer(organization)
    disputed, other = Invoice.objects.filter(customer=customer).order_by("pk")
    run(organization)
    page = visit(width=360, theme="dark")
    sign_in(page, anna, at=f"/o/{organization.slug}/invoices/{disputed.pk}/")
    page.get_by_role("link", name="Hold").click()
    page.get_by_role("button", name="Put on hold").click()
    expect(page.get_by_label("Why")).to_have_attribute("aria-invalid", "true")
    page.get_by_label("Why").select_option("Disputed")
    page.get_by_label("Note").fill("The banner never ran.")
    page.get_by_role("button", name="Put on hold").click()
    expect(page.get_by_text("disputed, from")).to_be_visible()
    expect(page.get_by_text("The banner never ran.")).to_be_visible()
    assert axe_findings(page) == []
    assert Notice.objects.exclude(state="cancelled").get().amount == other.total
    page.get_by_role("button", name="Release").click()
    expect(page.locator(".notice-bar[role=status]")).to_contain_text("Released: chasing goes on from today.")
    assert Hold.objects.get().released_on is not None
    assert Notice.objects.exclude(state="cancelled").get().amount == disputed.total + other.total
