"""What customers answer by SMS: told, on the worklist until somebody has dealt with it, and part of the story."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable

import pytest
from django.test import Client

from dunwell.alerts.models import Alert, AlertReceipt
from dunwell.alerts.services.collect import collect
from dunwell.ledger.models import Contact, Hold, Note
from dunwell.messaging.models import Reply
from dunwell.messaging.services.replies import keep_sms
from dunwell.organizations.queries import database_now
from dunwell.workflows.merge_customers import merge
from tests import worlds
from tests.web.conftest import Desk

DAY = dt.timedelta(days=1)
NUMBER = "+491711234567"
_numbers = itertools.count(1)


@pytest.fixture(autouse=True)
def reachable(desk: Desk) -> None:
    theirs = Contact.objects.filter(customer=desk.customer)
    theirs.update(phone=NUMBER, name="Ada Pine")
    theirs.update(sms_number=NUMBER)  # a changed phone makes the number to be looked for anew


def answered(desk: Desk, body: str, sender: str = NUMBER) -> Reply:
    return keep_sms(
        organization=desk.organization,
        provider_id=f"SM{next(_numbers)}",
        sender=sender,
        recipient="+4930",
        body=body,
        now=database_now(),
    ).reply


def text(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    return response.content.decode()


def test_an_answer_is_read_and_dealt_with(desk: Desk, owner: Client) -> None:
    reply = answered(desk, "We <paid> yesterday")
    replies, at = desk.url("follow-up/replies/"), desk.url(f"follow-up/replies/{reply.pk}/")
    for page in (replies, at, desk.url("follow-up/worklist/"), desk.url(f"customers/{desk.customer.pk}/")):
        assert "We &lt;paid&gt; yesterday" in text(owner, page)
    assert "nobody has dealt with it yet" in text(owner, desk.url(f"customers/{desk.customer.pk}/"))
    until = desk.today + 5 * DAY
    wrong = owner.post(at, {"hold_until": until.isoformat()})
    assert (wrong.status_code, "Say why" in wrong.content.decode()) == (422, True)
    assert not Hold.objects.exists()
    done = owner.post(
        at, {"note": "Asked the bank", "hold_reason": "payment_in_flight", "hold_until": until.isoformat()}, follow=True
    )
    assert "Nothing is sent to them while the hold stands. The reply is dealt with." in done.content.decode()
    hold = Hold.objects.get()
    assert (hold.customer, hold.reason, hold.ends_on) == (desk.customer, "payment_in_flight", until)
    assert hold.note == "They wrote: We <paid> yesterday"
    assert Note.objects.get().spoke_with == "Ada Pine"
    assert "We &lt;paid&gt;" not in text(owner, desk.url("follow-up/worklist/"))
    assert "We &lt;paid&gt;" not in text(owner, replies)
    assert "We &lt;paid&gt;" in text(owner, f"{replies}?state=all")
    assert "We &lt;paid&gt;" in text(owner, f"{replies}?state=done&q=paid")
    assert "dealt with by" in text(owner, desk.url(f"customers/{desk.customer.pk}/"))
    # A colleague who had the page open does not do it a second time
    late = owner.post(at, {"note": "Me too"})
    assert (late.status_code, Note.objects.count()) == (422, 1)
    owner.post(f"{at}reopen/")
    assert "We &lt;paid&gt;" in text(owner, replies)


def test_an_answer_is_put_off_until_a_day(desk: Desk, owner: Client) -> None:
    reply = answered(desk, "Ask me again")
    at = desk.url(f"follow-up/replies/{reply.pk}/")
    assert owner.post(at, {"again_on": desk.today.isoformat()}).status_code == 422
    later = desk.today + 3 * DAY
    owner.post(at, {"again_on": later.isoformat()})
    reply.refresh_from_db()
    assert (reply.look_again_on, reply.dealt_with_at) == (later, None)
    assert "Ask me again" not in text(owner, desk.url("follow-up/worklist/"))
    assert "Ask me again" in text(owner, desk.url("follow-up/worklist/?due=later&kind=reply"))


def test_stop_counts_by_itself_and_asks_nobody(desk: Desk, owner: Client) -> None:
    reply = answered(desk, "STOP")
    assert reply.dealt_with_at is not None
    assert "“STOP”" not in text(owner, desk.url("follow-up/worklist/"))
    assert "SMS stopped" in text(owner, desk.url("follow-up/replies/?state=all&meaning=stop"))
    at = desk.url(f"follow-up/replies/{reply.pk}/")
    assert "That counted at once" in text(owner, at)
    owner.post(f"{at}reopen/")
    reply.refresh_from_db()
    assert reply.dealt_with_at is not None


def test_an_answer_of_nobody_in_the_book_is_for_who_sees_everything(
    desk: Desk, owner: Client, browse: Callable[..., Client]
) -> None:
    reply = answered(desk, "Who is this?", sender="+4915550001")
    manager = worlds.make_user(organization=desk.organization, role="account_manager")
    own = worlds.make_customer(desk.organization, "Own & Co", owner=manager)
    Contact.objects.filter(customer=own).update(sms_number="+4915550002")
    mine = answered(desk, "From my customer", sender="+4915550002")
    at = desk.url(f"follow-up/replies/{reply.pk}/")
    assert "Nobody in the book has this number" in text(owner, at)
    assert owner.post(at, {"note": "Hello"}).status_code == 302  # asked for nothing that needs a customer
    assert not Note.objects.exists()
    theirs = browse(manager)
    page = text(theirs, desk.url("follow-up/replies/?state=all"))
    assert ("From my customer" in page, "Who is this?" in page) == (True, False)
    assert theirs.get(at).status_code == 404
    assert theirs.post(desk.url(f"follow-up/replies/{mine.pk}/"), {}).status_code == 302
    viewer = browse("viewer")
    assert viewer.post(desk.url(f"follow-up/replies/{mine.pk}/"), {}).status_code == 403


def test_many_are_dealt_with_at_once(desk: Desk, owner: Client) -> None:
    first, second = answered(desk, "One"), answered(desk, "Two")
    owner.post(desk.url("lists/replies/bulk/done/"), {"row": [first.pk, second.pk], "confirmed": "1"})
    answered(desk, "Three")
    item = Reply.objects.get(body="Three").pk * 10 + 5
    owner.post(desk.url("lists/worklist/bulk/done/"), {"row": [item], "confirmed": "1"})
    assert not Reply.objects.filter(dealt_with_at=None).exists()


def test_the_team_is_told_once_of_what_has_to_be_read(desk: Desk) -> None:
    collector = worlds.make_user("cleo@northlight.example", organization=desk.organization, role="collector")
    collect(desk.organization, now=database_now())
    answered(desk, "STOP")
    answered(desk, "We paid")
    collect(desk.organization, now=database_now())
    collect(desk.organization, now=database_now())
    alert = Alert.objects.get(kind="reply_received")
    assert (alert.customer, alert.details["body"]) == (desk.customer, "We paid")
    assert AlertReceipt.objects.filter(alert=alert, user=collector).count() == 1


def test_answers_move_along_when_customers_are_merged(desk: Desk, owner: Client) -> None:
    reply = answered(desk, "We paid")
    other = worlds.make_customer(desk.organization, "Harbor & Pine GmbH")
    by = worlds.make_user("mia@northlight.example", organization=desk.organization, role="owner")
    merge(organization=desk.organization, source_id=desk.customer.pk, target_id=other.pk, by=by, now=database_now())
    reply.refresh_from_db()
    assert reply.customer == other
    assert "We paid" in text(owner, desk.url(f"customers/{other.pk}/"))
