"""What a person does about steps that wait, and whether Home agrees with what the passes report."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable

import pytest
from django.test import Client

from dunwell.followup.models import Action, ActionState, Notice, NoticeState, OldDebtRelease, PolicyStep
from dunwell.followup.queries import pending
from dunwell.followup.services import passes
from dunwell.followup.services.prepare import prepare
from dunwell.ledger.models import Customer, Invoice, TouchedCustomer
from dunwell.organizations.models import Organization, OrganizationSettings, User
from dunwell.organizations.queries import database_now
from dunwell.organizations.scope import Scope
from tests import worlds
from tests.web.conftest import Desk, late_customer, run

Browse = Callable[..., Client]


@pytest.fixture
def ancient(desk: Desk) -> Action:
    """The step of an invoice that was long overdue when it came into the book."""
    customer = worlds.make_customer(desk.organization, "Ancient & Co")
    invoice = worlds.make_invoice(customer, due_on=desk.today - dt.timedelta(days=500), first_known_on=desk.today)
    run(desk.organization)
    return Action.objects.filter(invoice=invoice, state=ActionState.WAITING, reason="old_debt").order_by("pk")[0]


@pytest.fixture
def limited(desk: Desk) -> Action:
    """The step of a second invoice of a customer who was written to this morning."""
    Notice.objects.filter(pk=desk.notice.pk).update(state=NoticeState.SENT, contact_on=desk.today)
    Action.objects.filter(notice=desk.notice).update(state=ActionState.DONE, done_on=desk.today)
    invoice = worlds.make_invoice(desk.customer, due_on=desk.today - dt.timedelta(days=5))
    run(desk.organization)
    return Action.objects.get(invoice=invoice, state=ActionState.WAITING, reason="contact_interval")


def path(desk: Desk, step: Action, what: str) -> str:
    return desk.url(f"follow-up/waiting/{step.pk}/{what}/")


def test_an_old_debt_is_chased_when_a_person_says_so(desk: Desk, owner: Client, ancient: Action) -> None:
    page = owner.get(desk.url("follow-up/waiting/?reason=old_debt")).content.decode()
    assert path(desk, ancient, "chase") in page
    assert "From now on this invoice is chased like any other." in page
    response = owner.post(path(desk, ancient, "chase"), follow=True)
    assert OldDebtRelease.objects.get().released_by == response.context["desk"].user
    notice = Notice.objects.get(customer=ancient.customer_id)
    assert f'is chased from now on. It goes once sending is on. <a class="alert-link" href="{desk.url()}notices/' in (
        response.content.decode()
    )
    assert desk.url(f"notices/{notice.pk}/") in response.content.decode()
    assert b"It waits now" not in response.content  # the final step does, as it should


def test_an_old_debt_is_left_when_a_person_says_so(desk: Desk, owner: Client, ancient: Action) -> None:
    assert Action.objects.filter(invoice=ancient.invoice_id, state=ActionState.WAITING).count() > 1
    response = owner.post(path(desk, ancient, "drop"), follow=True)
    assert f"Invoice {ancient.invoice.number} is left alone." in response.content.decode()
    ancient.refresh_from_db()
    assert not Action.objects.filter(invoice=ancient.invoice_id, state=ActionState.WAITING).exists()
    assert (ancient.state, ancient.reason) == (ActionState.FINAL, "dropped")
    run(desk.organization)
    assert not Notice.objects.filter(customer=ancient.customer_id).exists()


def test_what_waits_for_a_limit_is_written_and_awaits_approval(desk: Desk, owner: Client, limited: Action) -> None:
    page = owner.get(desk.url("follow-up/waiting/?reason=contact_interval")).content.decode()
    assert path(desk, limited, "send") in page
    assert "the notice awaits approval, and your name is kept with it" in page
    response = owner.post(path(desk, limited, "send"), follow=True)
    limited.refresh_from_db()
    assert limited.limits_overridden_by == response.context["desk"].user
    notice = Notice.objects.get(customer=desk.customer, state=NoticeState.AWAITING_APPROVAL)
    assert limited.notice == notice
    assert f'It awaits approval. <a class="alert-link" href="{desk.url(f"notices/{notice.pk}/")}"' in (
        response.content.decode()
    )


def test_where_something_else_stands_against_it_that_is_said(desk: Desk, owner: Client, ancient: Action) -> None:
    ancient.customer.contacts.update(email="")
    response = owner.post(path(desk, ancient, "chase"), follow=True)
    assert (
        b"It waits now: No contact has an address that can be used, on any channel that could stand in."
        in response.content
    )


def test_a_step_that_moved_on_is_left_alone(desk: Desk, owner: Client, ancient: Action, limited: Action) -> None:
    for step, wrong in ((ancient, "send"), (limited, "chase")):
        assert b"Nothing was changed." in owner.post(path(desk, step, wrong), follow=True).content
    Action.objects.filter(pk=ancient.pk).update(state=ActionState.FINAL, reason="paid")
    for what in ("chase", "send", "drop"):
        assert b"Nothing was changed." in owner.post(path(desk, ancient, what), follow=True).content
    assert not OldDebtRelease.objects.exists()
    ancient.refresh_from_db()
    assert ancient.reason == "paid"


def test_the_invoices_page_has_the_same_buttons_and_one_comes_back_to_it(
    desk: Desk, owner: Client, ancient: Action
) -> None:
    address = desk.url(f"invoices/{ancient.invoice_id}/")
    assert path(desk, ancient, "chase") in owner.get(address).content.decode()
    assert owner.post(path(desk, ancient, "drop"), {"back": address})["Location"] == address


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "/\\evil.example/", "javascript:x"])
def test_no_button_leads_to_another_site(desk: Desk, owner: Client, ancient: Action, elsewhere: str) -> None:
    response = owner.post(path(desk, ancient, "drop"), {"back": elsewhere})
    assert response["Location"] == desk.url("follow-up/waiting/")


def test_only_who_may_does_it_and_nothing_happens_by_looking(
    desk: Desk, browse: Browse, ancient: Action, limited: Action
) -> None:
    allowed = {
        "owner": {"chase", "send", "drop"},
        "finance_head": {"chase", "send", "drop"},
        "collector": {"chase", "drop"},
        "account_manager": {"drop"},
        "viewer": set[str](),
    }
    words = {
        "chase": b"Chase it\xe2\x80\xa6",
        "send": b"Send all the same\xe2\x80\xa6",
        "drop": b"Take out\xe2\x80\xa6",
    }
    for role, may in allowed.items():
        user = worlds.make_user(organization=desk.organization, role=role)
        Customer.objects.filter(organization=desk.organization).update(owner=user)  # an account manager sees their own
        client = browse(user)
        page = client.get(desk.url("follow-up/waiting/")).content
        for what, word in words.items():
            # `ancient` waits for no limit and `limited` is no old debt: whoever may is told so, and nothing changes
            step = limited if what == "chase" else ancient
            assert client.get(path(desk, step, what)).status_code == 405
            assert (word in page) == (what in may), (role, what)
            if what not in may:
                assert client.post(path(desk, step, what)).status_code == 403, (role, what)
            elif what != "drop":
                assert client.post(path(desk, step, what)).status_code == 302, (role, what)
    assert not OldDebtRelease.objects.exists()


def test_a_stranger_finds_no_step(
    desk: Desk, ancient: Action, other_organization: Organization, charlie: User, browse: Browse
) -> None:
    client = browse(charlie)
    for what in ("chase", "send", "drop"):
        assert client.post(path(desk, ancient, what)).status_code == 404
        assert client.post(f"/o/{other_organization.slug}/follow-up/waiting/{ancient.pk}/{what}/").status_code == 404
    ancient.refresh_from_db()
    assert ancient.state == ActionState.WAITING


def test_a_form_without_its_token_is_refused(desk: Desk, owner: Client, ancient: Action) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = owner.cookies
    assert strict.post(path(desk, ancient, "drop")).status_code == 403


@pytest.fixture
def everything(desk: Desk, ancient: Action) -> Desk:
    """A case of each kind that a small book can have at once."""
    for name in ("Unreachable", "Unknown"):
        for days in (8, 20):
            customer = worlds.make_customer(desk.organization, f"{name} {days}", email="")
            worlds.make_invoice(customer, due_on=desk.today - dt.timedelta(days=days))
            worlds.make_invoice(customer, due_on=desk.today - dt.timedelta(days=days))
    wanted = late_customer(desk.organization, "Failed", days=8)
    superseded = late_customer(desk.organization, "Superseded", days=8)
    unsure = late_customer(desk.organization, "Unsure", days=8)
    chased = late_customer(desk.organization, "Chased", days=40)
    run(desk.organization)
    for customer, state in ((wanted, "failed"), (superseded, "failed"), (unsure, "uncertain"), (chased, "sent")):
        Notice.objects.filter(customer=customer).update(state=state, contact_on=None)
    Action.objects.filter(customer=superseded).update(state=ActionState.FINAL, reason="superseded")
    done = Action.objects.filter(customer__in=(unsure, chased), state=ActionState.PLANNED)
    done.update(state=ActionState.DONE, done_on=desk.today)
    last = PolicyStep.objects.filter(organization=desk.organization).order_by("-offset_days")[0]
    ended = Action.objects.filter(customer=chased, lineage=last.lineage)
    assert ended.update(state=ActionState.DONE, reason="", recheck_on=None, done_on=desk.today) == 2
    # Whom every reminder has reached in vain is found with the standings
    TouchedCustomer.objects.create(organization=desk.organization, customer_id=chased.pk)
    prepare(passes.begin(desk.organization, as_of=desk.today, now=database_now(), channels_set_up=("email",)))
    return desk


def test_home_counts_what_the_passes_report(everything: Desk, owner: Client) -> None:
    reported = Counter(case["reason"] for case in pending.needs_person(Scope(everything.organization)))
    assert reported == {"uncertain": 1, "failed": 1, "last_step_done": 1, "old_debt": 1, "no_address": 4}
    assert pending.needs_person_counts(Scope(everything.organization)) == reported
    page = owner.get(everything.url())
    assert page.context["needs"].cases == reported
    for link in (
        "follow-up/?needs=person&amp;state=failed",
        "follow-up/?needs=person&amp;state=uncertain",
        "customers/?standing=last_step_done",
        "follow-up/waiting/?reason=old_debt",
        "follow-up/waiting/?reason=no_address",
    ):
        assert f'href="{everything.url(link)}"' in page.content.decode(), link


def test_every_line_of_home_leads_to_its_rows(everything: Desk, owner: Client) -> None:
    def rows(link: str) -> list[object]:
        return list(owner.get(everything.url(link)).context["listing"].rows)

    assert [row.customer.name for row in rows("follow-up/?needs=person&state=failed")] == ["Failed"]  # type: ignore[attr-defined]
    assert [row.customer.name for row in rows("follow-up/?needs=person&state=uncertain")] == ["Unsure"]  # type: ignore[attr-defined]
    assert [row.name for row in rows("customers/?standing=last_step_done")] == ["Chased"]  # type: ignore[attr-defined]
    assert len({row.customer_id for row in rows("follow-up/waiting/?reason=no_address")}) == 4  # type: ignore[attr-defined]


def test_of_one_organization_only(everything: Desk, other_organization: Organization) -> None:
    assert pending.needs_person_counts(Scope(other_organization)) == {}
    assert pending.needs_person(Scope(other_organization)) == []


def test_a_stale_book_and_a_missing_server_say_what_to_do(desk: Desk, owner: Client) -> None:
    OrganizationSettings.objects.filter(organization=desk.organization).update(sender_address="", smtp_host="")
    late_customer(desk.organization, "Without a server")
    run(desk.organization)
    page = owner.get(desk.url("follow-up/waiting/?reason=channel_not_set_up")).content.decode()
    assert "Set up e-mail" in page
    assert "Channel not set up" in owner.get(desk.url()).content.decode()
    assert Invoice.objects.filter(organization=desk.organization).count() == 4
