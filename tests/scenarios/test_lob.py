"""Letters that Lob prints and posts: once each, whatever the network does; and what Lob tells us afterwards."""

from __future__ import annotations

import datetime as dt
import io
import itertools
import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pypdf
import pytest
from django.test import Client

from dunwell.followup.models import Notice, NoticeState, PolicyStep
from dunwell.followup.services.notices import try_again
from dunwell.ledger.models import Customer, Invoice, TouchedCustomer
from dunwell.ledger.services.addresses import confirm_postal_address
from dunwell.messaging.channels.letter.lob.signature import is_signed, signature
from dunwell.messaging.models import ChannelPause, Message, MessageEvent, MessageState
from dunwell.organizations.models import OrganizationSettings, User
from dunwell.organizations.queries import database_now
from dunwell.organizations.secrets import encrypt
from tests import worlds
from tests.invariants import DAY
from tests.messaging.lob_server import KEY, SENDER, LobServer
from tests.scenarios.story import Story
from tests.tenants import fingerprint
from tests.worlds import TODAY

SECRET = "whsec_lob"


@pytest.fixture
def lob(settings: Any) -> Iterator[LobServer]:
    server = LobServer()
    settings.LOB_API = server.url
    yield server
    server.stop()


@pytest.fixture
def invoice(story: Story, lob: LobServer) -> Invoice:
    """Every step goes as a letter through Lob, to a customer in the United States."""
    OrganizationSettings.objects.filter(organization=story.organization).update(
        letters_by="lob",
        lob_key_encrypted=encrypt(KEY),
        lob_sender=SENDER,
        lob_webhook_secret_encrypted=encrypt(SECRET),
    )
    story.organization.refresh_from_db()
    PolicyStep.objects.filter(organization=story.organization).update(channel="letter")
    customer = worlds.make_customer(
        story.organization,
        "Harbor & Pine Publishing of Greater San Francisco, Inc.",
        address_line_1="210 King St",
        address_line_2="# 6100",
        postal_code="94107",
        city="San Francisco",
        region="CA",
        country="US",
    )
    return worlds.make_invoice(customer, due_on=TODAY - 3 * DAY, total=Decimal(119), number="N-1")


def message() -> Message:
    return Message.objects.get()


def test_a_letter_is_printed_with_everything_lob_asks_for(story: Story, invoice: Invoice, lob: LobServer) -> None:
    story.run(TODAY)
    (letter,) = lob.letters
    assert letter.fields["to[name]"] == "Harbor & Pine Publishing of Greater San"
    assert letter.fields["to[company]"] == "Francisco, Inc."
    assert letter.fields["to[address_line1]"] == "210 King St"
    assert letter.fields["to[address_zip]"] == "94107"
    assert letter.fields["from"] == SENDER
    assert letter.fields["use_type"] == "operational"
    assert letter.key
    page = pypdf.PdfReader(io.BytesIO(letter.pdf)).pages[0]
    assert (float(page.mediabox.width), float(page.mediabox.height)) == (612, 792)
    # Lob writes the address itself
    assert "King St" not in page.extract_text()
    assert "N-1" in page.extract_text()
    sent = message()
    assert (sent.state, sent.provider_id) == (MessageState.SENT, letter.number)
    assert Notice.objects.get().state == NoticeState.SENT
    file = sent.files.get().file
    assert bytes(file.content) == letter.pdf


@pytest.mark.parametrize("trouble", ["drop", "drop after", "internal_server_error"])
def test_without_a_clear_answer_it_is_asked_for_again_at_once_and_printed_once(
    story: Story, invoice: Invoice, lob: LobServer, trouble: str
) -> None:
    lob.will(trouble, trouble)
    story.run(TODAY)
    assert message().state == MessageState.SENT
    assert lob.script.requests == 3
    assert len(lob.letters) == 1


@pytest.mark.parametrize("last", ["internal_server_error", "service_unavailable", "rate_limit_exceeded"])
def test_a_letter_that_never_gets_a_clear_answer_is_left_to_a_person(
    story: Story, invoice: Invoice, lob: LobServer, last: str
) -> None:
    lob.will("drop after", "drop", last)
    story.run(TODAY)
    assert message().state == MessageState.UNCERTAIN
    story.dispatch(TODAY, dt.time(11, 0))
    assert lob.script.requests == 3
    assert len(lob.letters) == 1


def test_a_letter_that_lob_did_not_look_at_goes_later(story: Story, invoice: Invoice, lob: LobServer) -> None:
    lob.will("rate_limit_exceeded")
    story.run(TODAY)
    assert message().state == MessageState.QUEUED
    story.dispatch(TODAY, dt.time(11, 0))
    assert message().state == MessageState.SENT
    assert lob.script.requests == 2
    assert len(lob.letters) == 1


@pytest.mark.parametrize("code", ["failed_deliverability_strictness", "invalid"])
def test_an_address_that_lob_refuses_is_not_used_again(
    story: Story, invoice: Invoice, lob: LobServer, code: str
) -> None:
    lob.will(code)
    story.run(TODAY)
    assert message().state == MessageState.FAILED
    customer = Customer.objects.get(pk=invoice.customer_id)
    assert customer.address_refused_at is not None
    assert "Lob:" in customer.address_refused_reason


def test_a_letter_that_is_too_long_fails_and_says_so(story: Story, invoice: Invoice, lob: LobServer) -> None:
    lob.will("file_pages_exceed_max")
    story.run(TODAY)
    assert message().state == MessageState.FAILED
    assert "too many pages" in message().last_error
    assert Customer.objects.get(pk=invoice.customer_id).address_refused_at is None


@pytest.mark.parametrize("code", ["unauthorized", "foreign_return_address"])
def test_trouble_with_the_account_pauses_the_channel_and_costs_no_letter(
    story: Story, invoice: Invoice, lob: LobServer, code: str
) -> None:
    lob.will(code)
    story.run(TODAY)
    assert message().state == MessageState.QUEUED
    pause = ChannelPause.objects.get(channel="letter")
    assert pause.server == "Lob (test key)"


# What Lob tells us


def tell(story: Story, name: str, number: str, **said: Any) -> int:
    return post(story, *event_of(name, number, **said))


def event_of(
    name: str, number: str, *, event: str, secret: str = SECRET, age: int = 0, ours: int | None = None
) -> tuple[bytes, dict[str, str]]:
    """The bytes of one call of Lob's, with the headers that sign them."""
    now = database_now()
    body = json.dumps(
        {
            "id": event,
            "object": "event",
            "reference_id": number,
            "event_type": {"id": name, "object": "event_type"},
            "date_created": now.isoformat(),
            "body": {"id": number, "metadata": {"message": str(ours)} if ours else {}},
        }
    ).encode()
    stamp = str(int((now - dt.timedelta(minutes=age)).timestamp() * 1000))
    return body, {"Lob-Signature": signature(secret, stamp, body), "Lob-Signature-Timestamp": stamp}


def post(story: Story, body: bytes, headers: dict[str, str]) -> int:
    at = f"/hooks/letter/lob/{story.organization.slug}/events/"
    return int(Client().post(at, data=body, content_type="application/json", headers=headers).status_code)


def test_a_letter_is_followed_to_the_letterbox(story: Story, invoice: Invoice, lob: LobServer) -> None:
    story.run(TODAY)
    number = message().provider_id
    told = ("letter.created", "letter.mailed", "letter.in_transit", "letter.processed_for_delivery")
    for position, name in enumerate(told):
        assert tell(story, name, number, event=f"evt_{position}") == 204
    assert message().state == MessageState.SENT
    assert tell(story, "letter.delivered", number, event="evt_9") == 204
    assert message().state == MessageState.DELIVERED
    kinds = list(MessageEvent.objects.filter(message=message()).values_list("kind", flat=True))
    assert [kind for kind in kinds if kind != "sent"] == ["mailed", "in_transit", "in_transit", "delivered"]


def test_twice_and_out_of_order_change_nothing(story: Story, invoice: Invoice, lob: LobServer) -> None:
    story.run(TODAY)
    number = message().provider_id
    for name, event in (("letter.delivered", "evt_2"), ("letter.mailed", "evt_1"), ("letter.delivered", "evt_2")):
        assert tell(story, name, number, event=event) == 204
    assert message().state == MessageState.DELIVERED
    assert MessageEvent.objects.filter(message=message(), kind="delivered").count() == 1
    assert MessageEvent.objects.filter(message=message(), kind="mailed").count() == 1


def test_all_events_again_byte_for_byte_change_nothing(
    story: Story, invoice: Invoice, lob: LobServer, anna: User
) -> None:
    """Also after a person has said that letters do arrive there, and while the letter is on its way once more."""
    story.run(TODAY)
    told = [
        event_of(f"letter.{name}", message().provider_id, event=f"evt_{position}", ours=message().pk)
        for position, name in enumerate(("created", "mailed", "returned_to_sender"))
    ]
    for body, headers in told:
        assert post(story, body, headers) == 204
    confirm_postal_address(
        organization_id=story.organization.pk, customer_id=invoice.customer_id, user_id=anna.pk, now=database_now()
    )
    for again in (False, True):
        if again:
            notice = Notice.objects.get()
            try_again(organization=story.organization, notice_id=notice.pk, by=anna, now=story.moment(TODAY))
        before = fingerprint(story.organization), TouchedCustomer.objects.count(), message().state
        for order in itertools.permutations(told):
            for body, headers in order:
                assert post(story, body, headers) == 204
        assert (fingerprint(story.organization), TouchedCustomer.objects.count(), message().state) == before
    assert message().state == MessageState.QUEUED
    assert Customer.objects.get(pk=invoice.customer_id).address_refused_at is None


def test_a_letter_that_came_back_refuses_the_address(story: Story, invoice: Invoice, lob: LobServer) -> None:
    story.run(TODAY)
    assert tell(story, "letter.returned_to_sender", message().provider_id, event="evt_1") == 204
    assert message().state == MessageState.FAILED
    customer = Customer.objects.get(pk=invoice.customer_id)
    assert customer.address_refused_reason == "The letter came back to the sender."


def test_calls_that_are_not_lobs_change_nothing(story: Story, invoice: Invoice, lob: LobServer) -> None:
    story.run(TODAY)
    number = message().provider_id
    assert tell(story, "letter.delivered", number, event="evt_1", secret="guessed") == 403
    assert tell(story, "letter.delivered", number, event="evt_1", age=30) == 403
    assert tell(story, "letter.delivered", "ltr_unknown", event="evt_1") == 204
    assert tell(story, "postcard.delivered", number, event="evt_1") == 204
    assert message().state == MessageState.SENT
    other = worlds.make_organization("southlight")
    body = b"{}"
    assert (
        Client().post(f"/hooks/letter/lob/{other.slug}/events/", data=body, content_type="text/plain").status_code
        == 404
    )


def test_a_report_about_a_letter_of_which_nobody_knew_settles_it(
    story: Story, invoice: Invoice, lob: LobServer
) -> None:
    lob.will("drop after", "drop", "drop")
    story.run(TODAY)
    assert message().state == MessageState.UNCERTAIN
    assert tell(story, "letter.created", "ltr_1", event="evt_1", ours=message().pk) == 204
    assert (message().state, message().provider_id) == (MessageState.SENT, "ltr_1")
    story.dispatch(TODAY, dt.time(11, 0))
    assert lob.script.requests == 3


def test_a_signature_is_of_its_minutes() -> None:
    now = dt.datetime(2026, 3, 18, 12, tzinfo=dt.UTC)
    stamp = str(int(now.timestamp() * 1000))
    right = signature(SECRET, stamp, b"body")
    assert is_signed(SECRET, stamp, b"body", right, now=now + dt.timedelta(minutes=4))
    assert not is_signed(SECRET, stamp, b"body", right, now=now + dt.timedelta(minutes=6))
    assert not is_signed(SECRET, stamp, b"other", right, now=now)
    assert not is_signed(SECRET, "yesterday", b"body", right, now=now)
    # Whatever an outsider writes is refused, and raises nothing
    for odd in ("9" * 40, "9" * 16, "9" * 14, "²", "", "-1"):
        assert not is_signed(SECRET, odd, b"body", right, now=now)
    for given in ("ü", "\udcff", ""):
        assert not is_signed(SECRET, stamp, b"body", given, now=now)
