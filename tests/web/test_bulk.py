"""Many rows at once: what would happen is said first, only that is done, and nobody reaches another's rows."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from dunwell.followup.models import Action, ActionState, Notice, NoticeState
from dunwell.ledger.models import Customer, Hold, Invoice
from dunwell.organizations.models import Organization, User
from dunwell.rules.waiting import Final
from tests import worlds
from tests.web.conftest import Desk, late_customer, run


def _page(client: Client, address: str, **data: object) -> str:
    response = client.post(address, data)
    assert response.status_code == 200, response
    return response.content.decode()


def test_a_preview_says_what_would_happen_and_changes_nothing(desk: Desk, owner: Client) -> None:
    held = late_customer(desk.organization, "Held Ltd")
    worlds.make_hold(held, starts_on=desk.today)
    idle = worlds.make_customer(desk.organization, "Owes nothing")
    page = _page(owner, desk.url("lists/customers/bulk/hold/"), row=[desk.customer.pk, held.pk, idle.pk])
    assert "Stop chasing 3 customers" in page
    for count, sentence in ((1, "on hold already"), (1, "not yet sent, which is called back"), (1, "owing nothing")):
        assert f"<strong>{count}</strong><span>" in page
        assert sentence in page
    assert Hold.objects.count() == 1


def test_holding_and_releasing_reaches_the_selected_customers_only(desk: Desk, owner: Client) -> None:
    other = late_customer(desk.organization, "Somebody else")
    answers = {"row": desk.customer.pk, "confirmed": "1", "reason": "manual", "ends_on": "", "note": "Calls on Friday"}
    response = owner.post(desk.url("lists/customers/bulk/hold/?standing=late"), answers)
    assert response["Location"] == desk.url("customers/?standing=late")
    assert [hold.customer for hold in Hold.objects.all()] == [desk.customer]
    assert not Notice.objects.filter(customer=desk.customer, state=NoticeState.COMPOSED).exists()
    response = owner.post(
        desk.url("lists/customers/bulk/release/"), {"row": [desk.customer.pk, other.pk], "confirmed": "1"}, follow=True
    )
    assert "1 of 2 customers done; 1 left as before: they were not on hold." in response.content.decode()
    assert Hold.objects.get().released_on == desk.today


def test_what_a_form_lacks_is_asked_for_beside_its_field(desk: Desk, owner: Client) -> None:
    response = owner.post(
        desk.url("lists/customers/bulk/tag/"), {"row": desk.customer.pk, "confirmed": "1", "tag": " "}
    )
    assert response.status_code == 422
    assert "id_tag_error" in response.content.decode()
    late = {"row": desk.customer.pk, "confirmed": "1", "reason": "manual", "ends_on": "2020-01-01"}
    response = owner.post(desk.url("lists/customers/bulk/hold/"), late)
    assert response.status_code == 422
    assert "id_ends_on_error" in response.content.decode()


def test_owner_and_tags_of_all_that_fit_the_filters(desk: Desk, owner: Client) -> None:
    for number in range(3):
        late_customer(desk.organization, f"Blue {number}")
    bob = worlds.make_user(organization=desk.organization, role="collector", name="Bob")
    address = "lists/customers/bulk/{}/?q=blue"
    everything = {"all": "1", "confirmed": "1", "expected": "3"}
    owner.post(desk.url(address.format("owner")), {**everything, "owner": bob.pk})
    owner.post(desk.url(address.format("tag")), {**everything, "tag": "VIP"})
    assert sorted(Customer.objects.filter(owner=bob, tags=["VIP"]).values_list("name", flat=True)) == [
        "Blue 0",
        "Blue 1",
        "Blue 2",
    ]
    owner.post(desk.url(address.format("untag")), {**everything, "tag": "vip"})
    assert not Customer.objects.exclude(tags=[]).exists()


def test_other_rows_than_were_shown_are_shown_again_first(desk: Desk, owner: Client) -> None:
    late_customer(desk.organization, "Blue 1")
    late_customer(desk.organization, "Blue 2")
    stale = {"all": "1", "confirmed": "1", "expected": "1", "tag": "VIP"}
    response = owner.post(desk.url("lists/customers/bulk/tag/?q=blue"), stale)
    assert response.status_code == 422
    assert b"Meanwhile other customers fit" in response.content
    assert not Customer.objects.exclude(tags=[]).exists()


def test_invoices_are_held_one_by_one_and_settled_ones_left_out(desk: Desk, owner: Client) -> None:
    paid = worlds.make_invoice(desk.customer, total=5, due_on=desk.today)
    worlds.make_payment(desk.customer, 5, on=desk.today, towards=paid)
    answers = {"row": [desk.invoice.pk, paid.pk], "confirmed": "1", "reason": "dispute"}
    response = owner.post(desk.url("lists/invoices/bulk/hold/"), answers, follow=True)
    assert "1 of 2 invoices done; 1 left as before: nothing is open of them." in response.content.decode()
    assert Hold.objects.get().invoice == desk.invoice
    assert list(owner.get(desk.url("invoices/?held=dispute")).context["listing"].rows) == [desk.invoice]
    owner.post(desk.url("lists/invoices/bulk/release/"), {"row": desk.invoice.pk, "confirmed": "1"})
    assert Hold.objects.get().released_on == desk.today


def test_approving_many_costs_no_more_queries_than_few(desk: Desk, owner: Client) -> None:
    def approve(pks: list[int]) -> int:
        Notice.objects.filter(pk__in=pks).update(state=NoticeState.AWAITING_APPROVAL)
        with CaptureQueriesContext(connection) as caught:
            owner.post(desk.url("lists/followup/bulk/approve/"), {"row": pks, "confirmed": "1"})
        assert set(Notice.objects.filter(pk__in=pks).values_list("state", "needs_approval")) == {("composed", False)}
        return len(caught)

    few = approve([desk.notice.pk])
    for number in range(8):
        late_customer(desk.organization, f"Blue {number}")
    run(desk.organization)
    assert approve(list(Notice.objects.values_list("pk", flat=True))) == few


def test_a_dropped_notice_ends_its_steps(desk: Desk, owner: Client) -> None:
    page = _page(owner, desk.url("lists/followup/bulk/drop/"), row=desk.notice.pk)
    assert "their steps end and are not sent" in page
    owner.post(desk.url("lists/followup/bulk/drop/"), {"row": desk.notice.pk, "confirmed": "1"})
    assert not Notice.objects.filter(customer=desk.customer, state=NoticeState.COMPOSED).exists()
    ended = Action.objects.filter(customer=desk.customer, reason=Final.DROPPED)
    assert {action.state for action in ended} == {ActionState.FINAL}
    assert {action.invoice_id for action in ended} == set(
        Invoice.objects.filter(customer=desk.customer).values_list("pk", flat=True)
    )
    assert {action.dropped_by_id for action in ended} == {int(owner.session["_auth_user_id"])}


def test_waiting_steps_are_taken_out_and_an_old_debt_with_all_its_steps(desk: Desk, owner: Client) -> None:
    old = late_customer(desk.organization, "Old debt", days=500, invoices=1)
    run(desk.organization)
    waiting = Action.objects.filter(customer=old, state=ActionState.WAITING)
    assert waiting.exists()
    owner.post(
        desk.url("lists/followup_waiting/bulk/drop/"),
        {"row": waiting.values_list("pk", flat=True)[0], "confirmed": "1"},
    )
    assert not waiting.exists()


@pytest.mark.parametrize(
    ("action", "answers"),
    [
        ("customers/bulk/owner/", {"owner": "nobody"}),
        ("customers/bulk/tag/", {"tag": "VIP"}),
        ("customers/bulk/untag/", {"tag": "old"}),
        ("customers/bulk/hold/", {"reason": "manual"}),
        ("customers/bulk/release/", {}),
        ("invoices/bulk/hold/", {"reason": "dispute"}),
        ("invoices/bulk/release/", {}),
    ],
)
def test_what_was_done_with_many_is_undone_at_once(
    desk: Desk, owner: Client, action: str, answers: dict[str, str]
) -> None:
    Customer.objects.update(tags=["old"], owner=User.objects.get(pk=owner.session["_auth_user_id"]))
    worlds.make_hold(desk.customer, starts_on=desk.today)
    worlds.make_hold(desk.customer, invoice=desk.invoice, starts_on=desk.today)

    def facts() -> list[object]:
        holds = Hold.objects.order_by("pk").values_list("pk", "invoice", "reason", "ends_on", "released_on")
        return [*Customer.objects.values_list("owner", "tags"), *holds]

    before = facts()
    row = desk.invoice.pk if action.startswith("invoices") else desk.customer.pk
    response = owner.post(desk.url(f"lists/{action}"), {"row": row, "confirmed": "1", **answers}, follow=True)
    assert facts() != before
    change = re.search(r'name="change" value="([^"]+)"', response.content.decode())
    assert change is not None
    assert b"Undone." in owner.post(desk.url("undo/"), {"change": change.group(1)}, follow=True).content
    assert facts() == before


def test_roles_strangers_and_other_organizations(
    desk: Desk, browse: Callable[..., Client], charlie: User, other_organization: Organization
) -> None:
    tag = {"row": desk.customer.pk, "confirmed": "1", "tag": "VIP"}
    assert browse("viewer").post(desk.url("lists/customers/bulk/tag/"), tag).status_code == 403
    assert b"data-pick" not in browse("viewer").get(desk.url("customers/")).content
    stranger = browse(charlie)
    assert stranger.post(desk.url("lists/customers/bulk/tag/"), tag).status_code == 404
    response = stranger.post(f"/o/{other_organization.slug}/lists/customers/bulk/tag/", tag, follow=True)
    assert b"Nothing was selected" in response.content
    manager = browse("account_manager")  # owns no customer, so sees none
    assert b"Nothing was selected" in manager.post(desk.url("lists/customers/bulk/tag/"), tag, follow=True).content
    for path in ("lists/nonsense/bulk/tag/", "lists/customers/bulk/nonsense/"):
        assert browse().post(desk.url(path), tag).status_code == 404
    assert Customer.objects.get(pk=desk.customer.pk).tags == []
