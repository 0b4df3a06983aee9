"""SMS through a server that speaks Twilio's published API: taken, refused, lost, reported, stopped."""

from __future__ import annotations

import datetime as dt
import itertools
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
import urllib3
from django.test import Client

from dunwell.api import intake
from dunwell.followup.models import Action, Notice, NoticeState, PolicyStep
from dunwell.followup.services.notices import try_again
from dunwell.ledger.models import ChannelChoice, Contact, Customer, Invoice, TouchedCustomer
from dunwell.ledger.services.addresses import confirm_address
from dunwell.messaging.channels.port import OutgoingMessage, Result, ServerUnavailableError
from dunwell.messaging.channels.sms.channel import TwilioChannel
from dunwell.messaging.channels.sms.settings import TwilioSettings
from dunwell.messaging.channels.sms.signature import sign
from dunwell.messaging.models import ChannelPause, Message, MessageEvent, MessageTemplate, Reply
from dunwell.organizations.models import OrganizationSettings, User
from dunwell.organizations.secrets import encrypt
from dunwell.workflows.dispatch import dispatch_organization
from tests import worlds
from tests.messaging.smtp_server import SmtpServer
from tests.messaging.twilio_server import ACCOUNT, BASE, SENDER, TOKEN, Sms, TwilioServer, call, post
from tests.scenarios.story import Story, make_chasing_organization
from tests.tenants import fingerprint
from tests.worlds import TODAY

NUMBER = "+491711234567"
DAY = dt.timedelta(days=1)


@pytest.fixture
def twilio(settings: Any) -> Iterator[TwilioServer]:
    server = TwilioServer()
    server.start()
    settings.TWILIO_API, settings.BASE_URL, settings.SMTP_TIMEOUT = server.address, BASE, 0.5
    settings.ALLOWED_HOSTS = ["*"]
    yield server
    server.stop()


@pytest.fixture
def story(transactional_db: None, smtp: SmtpServer, twilio: TwilioServer) -> Story:
    """Northlight sends by e-mail and SMS; on the due date it writes an SMS."""
    organization = make_chasing_organization(
        smtp,
        settings={
            "twilio_account_sid": ACCOUNT,
            "twilio_auth_token_encrypted": encrypt(TOKEN),
            "twilio_sender": SENDER,
        },
    )
    sms = MessageTemplate.objects.get(organization=organization, key="due-today", channel="sms", language="en")
    PolicyStep.objects.filter(organization=organization, offset_days=0).update(channel="sms", template=sms)
    return Story(organization, smtp, twilio)


@pytest.fixture
def customer(story: Story) -> Customer:
    return worlds.reach_everywhere(worlds.make_customer(story.organization))


@pytest.fixture
def invoice(customer: Customer) -> Invoice:
    return worlds.make_invoice(customer, due_on=TODAY)


def message() -> Message:
    return Message.objects.get(channel="sms")


def action(invoice: Invoice) -> str:
    row = Action.objects.get(invoice=invoice, offset_days=0)
    return f"{row.state} {row.reason} {row.channel}".replace("  ", " ")


def send(story: Story, day: dt.date = TODAY) -> None:
    """What a worker does, without the checks of mails that the story makes."""
    story.run(day)


def test_an_sms_goes_and_its_report_comes(story: Story, invoice: Invoice, twilio: TwilioServer, client: Client) -> None:
    send(story)
    (sms,) = twilio.taken
    assert (sms.to, sms.sender) == (NUMBER, SENDER)
    assert sms.body.startswith(f"Northlight Media: invoice {invoice.number} is due today.")
    assert f"https://pay.example/{invoice.number}" in sms.body
    assert sms.callback == f"{BASE}/hooks/sms/twilio/northlight/status/{message().pk}/"
    assert (message().state, message().provider_id, action(invoice)) == ("sent", sms.sid, "done sms")
    for status in ("sent", "delivered", "delivered", "sent"):
        assert twilio.report(client, sms, status) == 204
    assert message().state == "delivered"
    kinds = list(MessageEvent.objects.filter(message=message()).values_list("kind", flat=True))
    assert kinds == ["sent", "delivered"], "each report once, whatever their order"
    assert Notice.objects.get().state == NoticeState.SENT
    assert story.mails() == []


def test_a_signature_that_is_not_twilios_changes_nothing(
    story: Story, invoice: Invoice, twilio: TwilioServer, client: Client
) -> None:
    send(story)
    (sms,) = twilio.taken
    assert twilio.report(client, sms, "delivered", token="somebody else's") == 403
    told = {"MessageSid": sms.sid, "AccountSid": ACCOUNT, "MessageStatus": "delivered"}
    path = sms.callback.removeprefix(BASE)
    assert post(client, path, told) == 403
    right = sign(TOKEN, sms.callback, told.items())
    changed = {**told, "MessageStatus": "undelivered"}
    assert post(client, path, changed, right) == 403
    elsewhere = path.replace(f"/{message().pk}/", f"/{message().pk + 1}/")
    assert post(client, elsewhere, told, right) == 403
    assert call(client, sms.callback, {**told, "AccountSid": "AC" + "1" * 32}) == 403
    assert post(client, path.replace("northlight", "nobody"), told) == 404
    assert client.get(path).status_code == 405
    assert post(client, path, {"Body": "x" * 1_100_000}) == 413
    assert message().state == "sent"


def test_what_may_have_gone_is_uncertain_until_twilio_says_so(
    story: Story, invoice: Invoice, twilio: TwilioServer, client: Client
) -> None:
    twilio.will(NUMBER, "hang")
    send(story)
    assert (message().state, action(invoice)) == ("uncertain", "done sms")
    story.dispatch(TODAY)
    assert len(twilio.taken) == 1, "never sent again by itself"
    assert twilio.report(client, twilio.taken[0], "sent") == 204
    assert (message().state, message().provider_id) == ("sent", twilio.taken[0].sid)
    assert Notice.objects.get().state == NoticeState.SENT


@pytest.mark.parametrize("does", ["drop", "500 after", "garbage"])
def test_every_way_of_not_knowing(story: Story, invoice: Invoice, twilio: TwilioServer, does: str) -> None:
    twilio.will(NUMBER, does)
    send(story)
    story.dispatch(TODAY, dt.time(15))
    assert (message().state, len(twilio.taken)) == ("uncertain", 1)


@pytest.mark.parametrize("does", ["429", "503"])
def test_what_was_not_taken_goes_later(story: Story, invoice: Invoice, twilio: TwilioServer, does: str) -> None:
    twilio.will(NUMBER, does)
    send(story)
    assert (message().state, len(twilio.taken)) == ("queued", 0)
    story.dispatch(TODAY, dt.time(11))
    assert (message().state, len(twilio.taken)) == ("sent", 1)


def test_a_report_may_come_before_the_answer(
    story: Story, invoice: Invoice, twilio: TwilioServer, client: Client
) -> None:
    """The worker has not stored Twilio's answer yet; its late word finds the message settled."""
    story.run(TODAY, send=False)
    Message.objects.update(
        state="sending", sending_at=story.moment(TODAY), leased_until=story.moment(TODAY + DAY), leased_by="w"
    )
    Notice.objects.update(state="sending", contact_on=TODAY)
    told = {"MessageSid": "SM1", "AccountSid": ACCOUNT, "MessageStatus": "delivered"}
    assert call(client, f"{BASE}/hooks/sms/twilio/northlight/status/{message().pk}/", told) == 204
    assert (message().state, message().provider_id, action(invoice)) == ("delivered", "SM1", "done sms")
    assert Notice.objects.get().state == NoticeState.SENT


def test_a_number_that_is_none_is_not_used_again_and_the_mail_goes(
    story: Story, customer: Customer, invoice: Invoice, twilio: TwilioServer
) -> None:
    twilio.will(NUMBER, "error 21614")
    send(story)
    contact = Contact.objects.get(customer=customer)
    assert contact.sms_refused_at is not None
    assert contact.sms_refused_reason == "Twilio 21614: As the test says"
    story.run(TODAY, dt.time(10))
    assert action(invoice) == "done email"
    assert [mail.customer for mail in story.mails()] == [customer]
    assert {notice.channel: notice.state for notice in Notice.objects.all()} == {"sms": "cancelled", "email": "sent"}


def test_what_comes_back_after_it_was_taken_goes_another_way_once(
    story: Story, customer: Customer, invoice: Invoice, twilio: TwilioServer, client: Client
) -> None:
    send(story)
    (sms,) = twilio.taken
    for status in ("delivered", "undelivered", "undelivered", "delivered"):
        assert twilio.report(client, sms, status, ErrorCode="30005", ErrorMessage="Unknown destination") == 204
    assert (message().state, message().last_error) == ("failed", "Twilio 30005: Unknown destination")
    assert action(invoice) == "planned sms"
    story.run(TODAY, dt.time(11))
    assert action(invoice) == "done email"
    assert len(story.mails()) == 1
    twilio.report(client, sms, "delivered")
    assert message().state == "failed"


def unchanged(story: Story) -> tuple[dict[str, str], int]:
    """All that there is of the organization, and whom the next pass would look at again."""
    return fingerprint(story.organization), TouchedCustomer.objects.count()


def test_all_reports_again_in_any_order_change_nothing(
    story: Story, customer: Customer, invoice: Invoice, twilio: TwilioServer, client: Client, anna: User
) -> None:
    """Twilio's own calls byte for byte: while the SMS is on its way once more, and after that arrived."""
    send(story)
    (sms,) = twilio.taken
    lost = {"ErrorCode": "30008", "ErrorMessage": "Unknown error"}
    told: list[tuple[Sms, str, dict[str, str]]] = [
        (sms, "queued", {}), (sms, "sent", {}), (sms, "undelivered", lost), (sms, "delivered", {})
    ]  # fmt: skip
    for about, status, fields in told[:-1]:
        assert twilio.report(client, about, status, **fields) == 204
    assert message().state == "failed"
    now = story.moment(TODAY, dt.time(11))
    try_again(organization=story.organization, notice_id=Notice.objects.get().pk, by=anna, now=now)
    before = unchanged(story)
    for order in itertools.permutations(told[:-1]):
        for about, status, fields in order:
            assert twilio.report(client, about, status, **fields) == 204
    assert unchanged(story) == before
    assert message().state == "queued", "an old report does not send it"

    dispatch_organization(story.organization, clock=lambda: now, worker="story")
    (_, again) = twilio.taken
    told += [(again, "sent", {}), (again, "delivered", {})]
    for about, status, fields in reversed(told):
        assert twilio.report(client, about, status, **fields) == 204
    assert (message().state, message().provider_id) == ("delivered", again.sid)
    before = unchanged(story)
    for about, status, fields in (*told, *reversed(told)):
        assert twilio.report(client, about, status, **fields) == 204
    assert unchanged(story) == before


def test_a_number_that_a_person_confirmed_is_not_refused_by_an_old_report(
    story: Story, customer: Customer, invoice: Invoice, twilio: TwilioServer, client: Client, anna: User
) -> None:
    send(story)
    (sms,) = twilio.taken
    assert twilio.report(client, sms, "undelivered", ErrorCode="30005") == 204
    contact = Contact.objects.get(customer=customer)
    assert contact.sms_refused_at is not None
    confirm_address(
        organization_id=story.organization.pk, contact_id=contact.pk, user_id=anna.pk, channel="sms", now=worlds.NOW
    )
    before = unchanged(story)
    assert twilio.report(client, sms, "undelivered", ErrorCode="30005") == 204
    assert unchanged(story) == before
    assert Contact.objects.get(customer=customer).sms_refused_at is None


def test_an_old_report_of_a_stop_opts_nobody_out_again(
    story: Story, invoice: Invoice, twilio: TwilioServer, client: Client
) -> None:
    send(story)
    (sms,) = twilio.taken
    assert twilio.report(client, sms, "undelivered", ErrorCode="21610") == 204
    assert (ChannelChoice.objects.get().said, ChannelChoice.objects.get().source) == ("opted_out", "provider")
    assert twilio.answer(client, "northlight", "SM-start", NUMBER, "START") == 200
    before = unchanged(story)
    assert twilio.report(client, sms, "undelivered", ErrorCode="21610") == 204
    assert unchanged(story) == before
    assert ChannelChoice.objects.get().said == "agreed"


def test_stop_is_kept_with_source_and_time_and_the_next_reminder_is_a_mail(
    story: Story, customer: Customer, invoice: Invoice, twilio: TwilioServer, client: Client
) -> None:
    assert twilio.answer(client, "northlight", "SM-stop", NUMBER, " Stopp! ") == 200
    choice = ChannelChoice.objects.get()
    assert (choice.said, choice.source, choice.detail, choice.channel) == ("opted_out", "reply", " Stopp! ", "sms")
    send(story)
    assert (twilio.taken, len(story.mails()), action(invoice)) == ([], 1, "done email")
    assert twilio.answer(client, "northlight", "SM-start", NUMBER, "START") == 200
    assert ChannelChoice.objects.get().said == "agreed"
    assert twilio.answer(client, "northlight", "SM-stop", NUMBER, " Stopp! ") == 200
    assert ChannelChoice.objects.get().said == "agreed", "an old STOP again says nothing new"
    assert twilio.answer(client, "northlight", "SM-words", NUMBER, "I paid on Monday") == 200
    assert twilio.answer(client, "northlight", "SM-forged", NUMBER, "STOP", token="x") == 403
    assert list(Reply.objects.order_by("pk").values_list("meaning", "customer_id")) == [
        ("stop", customer.pk),
        ("start", customer.pk),
        ("", customer.pk),
    ]


def test_twilio_says_that_somebody_opted_out(
    story: Story, customer: Customer, invoice: Invoice, twilio: TwilioServer
) -> None:
    twilio.will(NUMBER, "error 21610")
    send(story)
    choice = ChannelChoice.objects.get()
    assert (choice.said, choice.source) == ("opted_out", "provider")
    story.run(TODAY, dt.time(11))
    assert action(invoice) == "done email"


def test_without_consent_and_without_a_mail_nobody_is_forgotten(
    story: Story, customer: Customer, invoice: Invoice, twilio: TwilioServer
) -> None:
    ChannelChoice.objects.all().delete()
    Contact.objects.update(email="")
    report = story.run(TODAY)
    assert action(invoice) == "waiting no_address sms"
    assert [case["reason"] for case in report.needs_person] == ["no_address"]
    OrganizationSettings.objects.update(sms_consent_required=False)
    story.run(TODAY, dt.time(11))
    assert (action(invoice), len(twilio.taken)) == ("done sms", 1)


def test_whoever_prefers_sms_gets_them_where_there_is_a_text(
    story: Story, customer: Customer, twilio: TwilioServer
) -> None:
    Customer.objects.filter(pk=customer.pk).update(preferred_channel="sms")
    late = worlds.make_invoice(customer, due_on=TODAY - 3 * DAY)
    story.run(TODAY)
    assert Action.objects.get(invoice=late, offset_days=3).channel == "sms"
    assert (len(twilio.taken), story.mails()) == (1, [])


def test_a_wrong_token_pauses_sms_and_mails_go_on(
    story: Story, customer: Customer, invoice: Invoice, twilio: TwilioServer
) -> None:
    OrganizationSettings.objects.update(twilio_auth_token_encrypted=encrypt("wrong"))
    other = worlds.make_customer(story.organization)
    worlds.make_invoice(other, due_on=TODAY - 3 * DAY)
    story.run(TODAY)
    assert ChannelPause.objects.get().reason == "Twilio 20003: Authenticate"
    assert (message().state, len(story.mails()), twilio.taken) == ("queued", 1, [])


def test_nothing_is_sent_at_night(story: Story, customer: Customer, twilio: TwilioServer) -> None:
    OrganizationSettings.objects.update(window_opens=dt.time(6), window_closes=dt.time(23, 30))
    worlds.make_invoice(customer, due_on=TODAY)
    story.run(TODAY, dt.time(7))
    assert twilio.taken == []
    story.dispatch(TODAY, dt.time(8))
    assert len(twilio.taken) == 1


def one(settings: TwilioSettings, **fields: Any) -> Any:
    values = {
        "id": 7, "organization_id": 1, "customer_id": 1, "recipient": NUMBER, "recipient_name": "", "sender": SENDER,
        "sender_name": "", "reply_to": "", "subject": "", "body_text": "Hello", "body_html": "", "rfc_message_id": "",
        "attempts": 0, "date": worlds.NOW,
    }  # fmt: skip
    channel = TwilioChannel(settings)
    try:
        return channel.transmit(OutgoingMessage(**{**values, **fields}))
    finally:
        channel.close()


@pytest.fixture
def account(twilio: TwilioServer) -> TwilioSettings:
    return TwilioSettings(ACCOUNT, TOKEN, SENDER, twilio.address, answer_timeout=0.5)


def test_a_server_that_is_not_there_has_sent_nothing(account: TwilioSettings) -> None:
    with pytest.raises(ServerUnavailableError, match="cannot be reached"):
        one(TwilioSettings(ACCOUNT, TOKEN, SENDER, "http://127.0.0.1:9"))


def _answer_in_plain(server: socket.socket) -> None:
    connection, _ = server.accept()
    with connection:
        connection.sendall(b"HTTP/1.0 400 Bad Request\r\n\r\n")


def _broken_record(error: Exception) -> Callable[..., Any]:
    def request(*_: Any, **__: Any) -> Any:
        raise urllib3.exceptions.SSLError(error)

    return request


def test_only_a_failed_handshake_says_that_nothing_was_sent(
    account: TwilioSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as plain:
        threading.Thread(target=_answer_in_plain, args=(plain,)).start()
        with pytest.raises(ServerUnavailableError, match="cannot be reached"):
            one(replace(account, api=f"https://127.0.0.1:{plain.getsockname()[1]}"))
    pool = urllib3.PoolManager
    monkeypatch.setattr(pool, "request", _broken_record(ssl.SSLError(1, "[SSL: DECRYPTION_FAILED_OR_BAD_RECORD_MAC]")))
    assert one(account).result is Result.UNCERTAIN
    monkeypatch.setattr(pool, "request", _broken_record(ssl.SSLCertVerificationError(1, "self-signed certificate")))
    with pytest.raises(ServerUnavailableError, match="self-signed"):
        one(account)


def test_a_report_about_an_earlier_transmission_is_kept_and_moves_nothing(
    story: Story, invoice: Invoice, twilio: TwilioServer, client: Client
) -> None:
    send(story)
    (sms,) = twilio.taken
    Message.objects.update(provider_id="SM" + "f" * 32)
    assert twilio.report(client, sms, "undelivered") == 204
    assert (message().state, message().provider_id) == ("sent", "SM" + "f" * 32)
    assert MessageEvent.objects.filter(message=message(), kind="undelivered").count() == 1
    # On its way again, the stored name is the one before: the report is of the transmission that runs
    Message.objects.update(state="uncertain", last_error="no answer")
    assert twilio.report(client, sms, "delivered") == 204
    assert (message().state, message().provider_id) == ("delivered", sms.sid)


def test_refused_calls_keep_no_genuine_report_out(
    story: Story, invoice: Invoice, twilio: TwilioServer, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "MOST_REFUSED", 2)
    send(story)
    (sms,) = twilio.taken
    assert [twilio.report(client, sms, "delivered", token="guessed") for _ in range(3)] == [403, 403, 429]
    assert twilio.report(client, sms, "delivered") == 204
    assert message().state == "delivered"


def test_a_messaging_service_sends(account: TwilioSettings, twilio: TwilioServer) -> None:
    service = TwilioSettings(ACCOUNT, TOKEN, "MG" + "1" * 32, twilio.address)
    assert one(service).result is Result.ACCEPTED
    assert (twilio.taken[0].sender, twilio.taken[0].callback) == ("MG" + "1" * 32, "")


def test_twilios_own_example_of_a_signature() -> None:
    """The vector of https://www.twilio.com/docs/usage/security."""
    fields = {
        "CallSid": "CA1234567890ABCDE", "Caller": "+14158675309", "Digits": "1234", "From": "+14158675309",
        "To": "+18005551212",
    }  # fmt: skip
    assert sign("12345", "https://mycompany.com/myapp.php?foo=1&bar=2", fields.items()) == (
        "RSOYDt4T1cUTdK1PDd93/VVr8B8="
    )
