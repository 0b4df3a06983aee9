"""Payments, credit notes and messages, many at once: what would become of them is said first, in counts and sums."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

from django.test import Client

from dunwell.followup.models import Action, ActionState, Notice, NoticeMessage, NoticeState
from dunwell.ledger.models import Allocation, CreditNote, Invoice, Payment
from dunwell.messaging.models import Message, MessageEvent, MessageState
from dunwell.organizations.queries import database_now
from tests import worlds
from tests.web.conftest import Desk

DAY = dt.timedelta(days=1)
HOUR = dt.timedelta(hours=1)


def effects(page: str) -> dict[str, str]:
    """Sentence → count, as the preview has them."""
    found = re.findall(r"<strong>([^<]*)</strong><span>([^<]*)</span>", page)
    return {sentence.replace("\xa0", " "): count for count, sentence in found}


def preview(client: Client, address: str, rows: list[int]) -> dict[str, str]:
    response = client.post(address, {"row": rows})
    assert response.status_code == 200
    return effects(response.content.decode())


def done(client: Client, address: str, rows: list[int], **answers: object) -> str:
    response = client.post(address, {"row": rows, "confirmed": "1", **answers}, follow=True)
    return response.content.decode()


def test_payments_are_used_up_after_a_preview_and_that_can_be_undone(desk: Desk, owner: Client) -> None:
    at = desk.url("lists/payments/bulk/use/")
    idle = worlds.make_payment(worlds.make_customer(desk.organization, "Owes nothing"), 7, on=desk.today)
    dollars = worlds.make_payment(desk.customer, 9, on=desk.today, currency="USD")
    paid, more = (worlds.make_payment(desk.customer, amount, on=desk.today) for amount in (150, 100))
    spent = worlds.make_payment(desk.customer, 1, on=desk.today, towards=desk.invoice)
    rows = [idle.pk, dollars.pk, paid.pk, more.pk, spent.pk]
    said = preview(owner, at, rows)
    assert said == {
        "payments selected": "5",
        "used for what is open, the oldest due date first: €240.00": "2",
        "invoices paid up by it": "2",
        "of these invoices in a notice not yet sent: it is written anew": "2",
        "of them not wholly: €10.00 stays as credit": "1",
        "whose customers owe nothing in their currency: they stay as credit": "2",
        "of which nothing is left to use: left as they are": "1",
    }
    assert Allocation.objects.count() == 1
    page = done(owner, at, rows, on=desk.today)
    assert "2 of 5 payments done; 3 left as before: nothing is left of them, or nothing is open for it." in page
    assert not Invoice.objects.filter(customer=desk.customer, balance__gt=0).exists()
    assert not Notice.objects.filter(customer=desk.customer).exclude(state=NoticeState.CANCELLED).exists()
    assert Payment.objects.get(pk=more.pk).unapplied == 10
    change = re.search(r'name="change" value="([^"]+)"', page)
    assert change is not None
    assert b"Undone." in owner.post(desk.url("undo/"), {"change": change.group(1)}, follow=True).content
    assert list(Allocation.objects.values_list("payment", flat=True)) == [spent.pk]


def test_payments_on_their_way_arrive_together_on_a_day(desk: Desk, owner: Client) -> None:
    at = desk.url("lists/payments/bulk/arrived/")
    second = Invoice.objects.filter(customer=desk.customer).order_by("pk")[1]
    meant = worlds.make_payment(desk.customer, 100, on=desk.today - DAY, succeeded_on=None, intended_invoice=second)
    later = worlds.make_payment(desk.customer, 50, on=desk.today, succeeded_on=None)
    here = worlds.make_payment(desk.customer, 1, on=desk.today)
    rows = [meant.pk, later.pk, here.pk]
    said = preview(owner, at, rows)
    assert said["on their way, which count as money that came in"] == "2"
    assert said["invoices paid in part: the rest is asked for as always"] == "2"
    assert said["not on their way: left as they are"] == "1"
    refused = owner.post(at, {"row": rows, "confirmed": "1", "on": desk.today + DAY})
    assert refused.status_code == 422
    assert "id_on_error" in refused.content.decode()
    page = done(owner, at, rows, on=desk.today - DAY)
    assert "1 of 3 payments done; 2 left as before: they are not on their way, or were begun after that day." in page
    assert Allocation.objects.get().invoice == second, "the one it was meant for, though another is as old"
    assert Payment.objects.get(pk=meant.pk).succeeded_on == desk.today - DAY
    done(owner, at, [later.pk], on=desk.today)
    assert Payment.objects.get(pk=later.pk).unapplied == 0


def test_credit_notes_are_used_up_alike_and_where_none_can_be_there_is_no_button(desk: Desk, owner: Client) -> None:
    at = desk.url("lists/credit_notes/bulk/use/")
    credit = worlds.make_credit_note(desk.customer, 20, on=desk.today)
    assert preview(owner, at, [credit.pk])["invoice paid in part: the rest is asked for as always"] == "1"
    assert "1 credit note: done." in done(owner, at, [credit.pk], on=desk.today)
    assert CreditNote.objects.get().unapplied == 0
    page = owner.post(at, {"row": credit.pk}).content.decode()
    assert "Use them up" not in page
    assert 'name="on"' not in page


def delivery(desk: Desk, state: str, notice: Notice | None = None) -> Message:
    """A message that ended so, and the notice it carries with it; its window is open."""
    now = database_now()
    message = Message.objects.create(
        organization=desk.organization,
        customer=desk.customer,
        state=state,
        recipient="accounts@harbor.example",
        sender="accounts@northlight.example",
        subject="Reminder",
        body_text="Please pay.",
        rfc_message_id=f"<{Message.objects.count()}@northlight.example>",
        next_attempt_at=now,
        finished_at=now,
        last_error="451 Later, please.",
    )
    if notice is not None:
        NoticeMessage.objects.create(organization=desk.organization, notice=notice, message=message)
        Notice.objects.filter(pk=notice.pk).update(state=state, opens_at=now - HOUR, closes_at=now + HOUR)
    return message


def test_failed_messages_are_tried_again_and_others_left_with_their_reason(desk: Desk, owner: Client) -> None:
    at = desk.url("lists/messages/bulk/again/")
    failed = delivery(desk, "failed", desk.notice)
    rows = [failed.pk, delivery(desk, "failed").pk, delivery(desk, "uncertain").pk]
    assert preview(owner, at, rows) == {
        "messages selected": "3",
        "failed: tried once more, after a last look at what is owed. Nothing goes before sending is on": "1",
        "failed, too, but nothing waits for them: without a notice, paid, or overtaken by a later step": "1",
        "not failed: left as they are": "1",
    }
    page = done(owner, at, rows)
    assert "1 of 3 messages done; 1 left as before: nothing waits for them: without a notice" in page
    assert Message.objects.get(pk=failed.pk).state == MessageState.QUEUED
    event = MessageEvent.objects.get(message=failed)
    assert (event.kind, event.user_id) == ("released", int(owner.session["_auth_user_id"]))
    desk.notice.refresh_from_db()
    assert desk.notice.state == NoticeState.QUEUED


def test_a_failed_message_past_its_day_is_written_anew(desk: Desk, owner: Client) -> None:
    failed = delivery(desk, "failed", desk.notice)
    Notice.objects.update(opens_at=database_now() - 9 * HOUR, closes_at=database_now() - HOUR)
    at = desk.url("lists/messages/bulk/again/")
    said = preview(owner, at, [failed.pk])
    assert said["of them outside their send window: called back, and written anew for the next one"] == "1"
    done(owner, at, [failed.pk])
    assert Message.objects.get(pk=failed.pk).state == MessageState.CANCELLED
    assert Notice.objects.filter(customer=desk.customer, state=NoticeState.COMPOSED).exclude(pk=desk.notice.pk).exists()


def test_a_failed_message_whose_step_is_over_is_not_tried_again(desk: Desk, owner: Client) -> None:
    failed = delivery(desk, "failed", desk.notice)
    Action.objects.filter(notice=desk.notice).update(state=ActionState.FINAL, reason="paid")
    page = owner.post(desk.url("lists/messages/bulk/again/"), {"row": failed.pk}).content.decode()
    assert "Try them again" not in page
    done(owner, desk.url("lists/messages/bulk/again/"), [failed.pk])
    assert Message.objects.get(pk=failed.pk).state == MessageState.FAILED


def test_uncertain_messages_arrived_and_their_steps_are_done(
    desk: Desk, owner: Client, browse: Callable[..., Client]
) -> None:
    at = desk.url("lists/messages/bulk/arrived/")
    unknown = delivery(desk, "uncertain", desk.notice)
    rows = [unknown.pk, delivery(desk, "uncertain").pk, delivery(desk, "failed").pk]
    assert list(preview(owner, at, rows).values()) == ["3", "1", "1", "1"]
    assert browse("viewer").post(at, {"row": rows, "confirmed": "1"}).status_code == 403
    page = done(owner, at, rows)
    assert "1 of 3 messages done; 1 left as before: they carry no notice; 1 left as before: they were not" in page
    assert Message.objects.get(pk=unknown.pk).state == MessageState.SENT
    assert set(Action.objects.filter(notice=desk.notice).values_list("state", flat=True)) == {ActionState.DONE}
