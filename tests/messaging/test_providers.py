"""Mail through providers' interfaces: what arrives there, and what each answer, or none, means for a message."""

from __future__ import annotations

import ssl
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import requests
import urllib3
from anymail.message import AnymailRecipientStatus, AnymailStatus
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from urllib3.exceptions import MaxRetryError

from dunwell.ledger.models import Contact, Customer
from dunwell.messaging.channels.email import connect_by, email_channel_of
from dunwell.messaging.channels.email.providers.channel import _never_left, _taken, for_anymail
from dunwell.messaging.channels.email.providers.known import PROVIDERS
from dunwell.messaging.channels.email.providers.settings import ProviderSettings, provider_settings, secrets_of
from dunwell.messaging.channels.port import Attachment, Result, ServerUnavailableError
from dunwell.messaging.models import ChannelPause, MailProvider, Message, MessageEvent
from dunwell.messaging.services.dispatch import DispatchReport, dispatch
from dunwell.messaging.services.mail_providers import use_mail_server, use_provider
from dunwell.organizations.models import Organization
from tests.messaging.conftest import NOW, state
from tests.messaging.provider_server import PASSWORD, ProviderServer
from tests.messaging.test_mime import outgoing

Queue = Callable[..., list[int]]
SENDS_THROUGH = ("postmark", "mailgun", "resend", "amazon_ses")


@pytest.fixture
def world() -> Iterator[ProviderServer]:
    server = ProviderServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def send(
    customer: Customer, alice_id: int, world: ProviderServer, settings: pytest.FixtureRequest
) -> Callable[..., DispatchReport]:
    """Sends what is queued through a provider that is set up with the right key, or another."""
    settings.SMTP_TIMEOUT = 1.0  # type: ignore[attr-defined]

    def sent(name: str, *, key: str = PASSWORD, address: str = "", later: int = 0) -> DispatchReport:
        import datetime as dt

        base = address or world.address
        values = {
            "postmark": {"server_token": key, "api_url": base},
            "mailgun": {"api_key": key, "api_url": f"{base}/v3"},
            "resend": {"api_key": key, "api_url": base},
            "amazon_ses": {
                "aws_access_key_id": key,
                "aws_secret_access_key": "secret",
                "region_name": "eu-west-1",
                "api_url": base,
            },
        }[name]
        use_provider(organization_id=customer.organization_id, name=name, values=values, user_id=alice_id)
        return dispatch(
            organization_id=customer.organization_id,
            clock=lambda: NOW + dt.timedelta(hours=later),
            worker="test",
            channels={"email": email_channel_of(customer.organization_id)},
            connections=1,
        )

    return sent


@pytest.mark.parametrize("name", SENDS_THROUGH)
def test_the_mail_arrives_as_it_is_stored(
    name: str, send: Callable[..., DispatchReport], queue: Queue, world: ProviderServer
) -> None:
    copies = [
        {"address": "chief@client.example", "name": "Chief, Ann", "who": "decision_maker", "hidden": False},
        {"address": "emma@northlight.example", "name": "Emma", "who": "owner", "hidden": True},
    ]
    (queued,) = queue(
        "anna@client.example", recipient_name='Anna "A" Schmidt', sender_name="Northlight, Ltd",
        reply_to="us@northlight.example", subject="Rechnung fällig", body_text="Grüße\n", body_html="<p>Grüße</p>",
        copies=copies,
    )  # fmt: skip
    assert send(name).sent == 1
    (taken,) = world.taken
    assert (taken.to, taken.cc, taken.bcc) == (
        ["anna@client.example"], ["chief@client.example"], ["emma@northlight.example"],
    )  # fmt: skip
    assert (taken.subject, taken.text.strip(), taken.html.strip()) == ("Rechnung fällig", "Grüße", "<p>Grüße</p>")
    headers = {name.lower(): value for name, value in taken.headers.items()}
    message = Message.objects.get(pk=queued)
    assert (headers["auto-submitted"], headers["message-id"]) == ("auto-generated", message.rfc_message_id)
    assert taken.name in MessageEvent.objects.get(message=message, kind="sent").detail


@pytest.mark.parametrize("name", SENDS_THROUGH)
def test_a_wrong_key_stops_the_channel_in_the_providers_words(
    name: str, send: Callable[..., DispatchReport], queue: Queue, world: ProviderServer
) -> None:
    (queued,) = queue("anna@client.example")
    report = send(name, key="wrong")
    assert report.sent == 0
    assert state(queued) == "queued"
    assert Message.objects.get(pk=queued).attempts == 0
    pause = ChannelPause.objects.get()
    assert PROVIDERS[name].title in pause.reason
    assert {"postmark": "not valid", "mailgun": "Forbidden", "resend": "invalid", "amazon_ses": "invalid"}[
        name
    ] in pause.reason
    # With the right key it goes on at once
    assert send(name).sent == 1


@pytest.mark.parametrize("name", SENDS_THROUGH)
def test_too_many_at_once_waits_and_costs_no_attempt(
    name: str, send: Callable[..., DispatchReport], queue: Queue, world: ProviderServer
) -> None:
    ids = queue("a@client.example", "b@client.example")
    world.will("", 429)
    report = send(name)
    assert report.sent == 1
    assert "had enough for now" in report.paused["email"]
    assert [state(each) for each in ids] == ["sent", "queued"]
    assert send(name).sent == 1
    assert len(world.taken) == 2


@pytest.mark.parametrize("name", SENDS_THROUGH)
def test_a_refusal_fails_with_its_words(
    name: str, send: Callable[..., DispatchReport], queue: Queue, world: ProviderServer
) -> None:
    (queued,) = queue("anna@client.example")
    world.will(400)
    assert send(name).failed == 1
    assert "says 400" in Message.objects.get(pk=queued).last_error


@pytest.mark.parametrize("accident", [500, 502, 520, "hang", "drop-after", "garbage"])
@pytest.mark.parametrize("name", ["postmark", "mailgun"])
def test_what_the_provider_did_not_say_is_uncertain_and_never_repeated(
    name: str, accident: str | int, send: Callable[..., DispatchReport], queue: Queue, world: ProviderServer
) -> None:
    (queued,) = queue("anna@client.example")
    world.will(accident)
    assert send(name).uncertain == 1
    assert state(queued) == "uncertain"
    assert send(name, later=30).sent == 0
    assert world.requests == 1


@pytest.mark.parametrize("accident", [500, 409, "hang", "drop-after", "garbage"])
def test_with_a_key_it_is_asked_again_at_once_and_arrives_once(
    accident: str | int, send: Callable[..., DispatchReport], queue: Queue, world: ProviderServer
) -> None:
    (queued,) = queue("anna@client.example")
    world.will(accident)
    assert send("resend").sent == 1
    assert world.requests == 2
    assert len(world.taken) == 1
    assert world.taken[0].key == Message.objects.get(pk=queued).rfc_message_id.strip("<>")


@pytest.mark.parametrize("later", [500, 503, 429, 401, "drop-before"])
def test_a_doubt_that_stays_is_left_to_a_person(
    later: str | int, send: Callable[..., DispatchReport], queue: Queue, world: ProviderServer
) -> None:
    """In the queue it might be edited or replaced, under a key that the provider has never seen."""
    (queued,) = queue("anna@client.example")
    world.will("drop-after", later, later)
    assert send("resend").uncertain == 1
    assert state(queued) == "uncertain"
    asked = world.requests
    assert send("resend", later=30).sent == 0
    assert world.requests == asked
    assert len(world.taken) == 1


def test_what_was_in_doubt_and_is_refused_has_failed(
    send: Callable[..., DispatchReport], queue: Queue, world: ProviderServer
) -> None:
    (queued,) = queue("anna@client.example")
    world.will(500, 422)
    assert send("resend").failed == 1
    assert "says 422" in Message.objects.get(pk=queued).last_error


def test_a_busy_provider_is_asked_again(
    send: Callable[..., DispatchReport], queue: Queue, world: ProviderServer
) -> None:
    queue("anna@client.example")
    world.will(503)
    assert send("postmark").delayed == 1
    assert send("postmark", later=1).sent == 1
    assert len(world.taken) == 1


def test_nobody_there_costs_no_attempt(send: Callable[..., DispatchReport], queue: Queue) -> None:
    (queued,) = queue("anna@client.example")
    report = send("postmark", address="http://127.0.0.1:9")
    assert "does not answer" in report.paused["email"]
    assert (state(queued), Message.objects.get(pk=queued).attempts) == ("queued", 0)


def test_an_address_the_provider_will_not_write_to_is_not_used_again(
    send: Callable[..., DispatchReport], queue: Queue, world: ProviderServer, customer: Customer
) -> None:
    Contact.objects.filter(customer=customer).update(email="anna@client.example")
    (queued,) = queue("anna@client.example")
    world.will("inactive")
    assert send("postmark").failed == 1
    assert "marked as inactive" in Message.objects.get(pk=queued).last_error
    assert Contact.objects.get(customer=customer).email_refused_at is not None


@pytest.mark.parametrize(("status", "result"), [("failed", Result.PERMANENT), ("unknown", Result.ACCEPTED)])
def test_a_recipient_who_failed_was_not_taken(status: str, result: Result) -> None:
    mail = EmailMultiAlternatives()
    mail.anymail_status = AnymailStatus()  # type: ignore[attr-defined]
    message = outgoing()
    mail.anymail_status.set_recipient_status(  # type: ignore[attr-defined]
        {message.recipient: AnymailRecipientStatus(message_id=None, status=status)}
    )
    taken = _taken(message, mail)
    assert (taken.result, taken.address_refused) == (result, False)


@pytest.mark.parametrize(
    ("reason", "never_left"),
    [
        (ssl.SSLCertVerificationError(1, "self-signed certificate"), True),
        (ssl.SSLError(1, "[SSL: DECRYPTION_FAILED_OR_BAD_RECORD_MAC]"), False),
        (ssl.SSLEOFError(8, "EOF occurred in violation of protocol"), False),
    ],
)
def test_of_tls_only_the_handshake_comes_before_the_mail(reason: Exception, never_left: bool) -> None:
    inner = MaxRetryError(None, "/", urllib3.exceptions.SSLError(reason))  # type: ignore[arg-type]
    assert _never_left(requests.exceptions.SSLError(inner)) is never_left


def test_a_refusal_in_words_nobody_knows_is_no_success(
    send: Callable[..., DispatchReport], queue: Queue, world: ProviderServer
) -> None:
    (queued,) = queue("anna@client.example")
    world.will("odd")
    assert send("postmark").failed == 1
    assert "A new kind of refusal" in Message.objects.get(pk=queued).last_error


def test_what_is_no_address_never_leaves(
    send: Callable[..., DispatchReport], queue: Queue, world: ProviderServer
) -> None:
    queue("anna at client")
    assert send("postmark").failed == 1
    assert world.requests == 0


# Setting up


def test_secrets_are_kept_encrypted_and_stay_when_left_empty(customer: Customer, alice_id: int) -> None:
    organization_id = customer.organization_id
    values = {"server_token": "s3cret", "message_stream": "reminders"}
    row = use_provider(organization_id=organization_id, name="postmark", values=values, user_id=alice_id)
    assert "s3cret" not in row.secrets_encrypted
    assert row.options["message_stream"] == "reminders"
    password = secrets_of(row)["webhook_password"]
    again = use_provider(
        organization_id=organization_id, name="postmark", values={"message_stream": ""}, user_id=alice_id
    )
    assert secrets_of(again) == {"server_token": "s3cret", "webhook_password": password}
    use_provider(organization_id=organization_id, name="brevo", values={"api_key": "other"}, user_id=alice_id)
    found = provider_settings(organization_id)
    assert found is not None
    assert found.secrets.get("server_token") is None
    assert "other" not in repr(found)
    use_mail_server(organization_id=organization_id, user_id=alice_id)
    assert not MailProvider.objects.exists()
    # Who went back to a mail server, and from what, stays known
    gone = MailProvider.pgh_event_model.objects.select_related("pgh_context").latest("pgh_id")  # type: ignore[attr-defined]
    assert (gone.pgh_label, gone.name, gone.pgh_context.metadata["user"]) == ("delete", "brevo", alice_id)


def test_a_stored_key_does_not_follow_an_address_to_another_host(customer: Customer, alice_id: int) -> None:
    def use(**values: str) -> MailProvider:
        return use_provider(organization_id=customer.organization_id, name="mailgun", values=values, user_id=alice_id)

    use(api_key="s3cret", webhook_signing_key="sign", api_url="https://api.eu.mailgun.net/v3")
    use(api_url="https://api.eu.mailgun.net/v4")
    for elsewhere in ("https://mail.example", "https://api.eu.mailgun.net:444/v3", ""):
        with pytest.raises(ValidationError, match="is on another host"):
            use(api_url=elsewhere)
    found = secrets_of(use(api_key="another", api_url="https://mail.example"))
    assert (found["api_key"], found["webhook_signing_key"]) == ("another", "sign")


def test_a_provider_whose_package_is_missing_says_how_to_install_it(
    customer: Customer, alice_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing = replace(PROVIDERS["amazon_ses"], needs="a_package_that_nobody_has")
    monkeypatch.setitem(PROVIDERS, "amazon_ses", missing)
    with pytest.raises(ValidationError, match=r"Nothing was changed.*pip install 'dunwell\[ses\]'"):
        use_provider(organization_id=customer.organization_id, name="amazon_ses", values={}, user_id=alice_id)
    MailProvider.objects.create(organization_id=customer.organization_id, name="amazon_ses")
    with pytest.raises(ServerUnavailableError, match=r"pip install 'dunwell\[ses\]'"):
        provider_settings(customer.organization_id)


def test_the_extra_of_each_provider_is_one_that_can_be_installed() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    needing = [provider for provider in PROVIDERS.values() if provider.needs]
    assert [provider.name for provider in needing] == ["amazon_ses"]
    for provider in needing:
        assert any(provider.needs in package for package in project["optional-dependencies"][provider.extra])


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({}, "Postmark needs this."),
        ({"server_token": "x", "api_url": "http://api.example.com"}, "begins with https://"),
    ],
)
def test_what_is_missing_is_refused_by_field(
    customer: Customer, alice_id: int, values: dict[str, str], sentence: str
) -> None:
    with pytest.raises(ValidationError, match=sentence):
        use_provider(organization_id=customer.organization_id, name="postmark", values=values, user_id=alice_id)


def test_a_provider_that_is_not_set_up_whole_says_so(northlight: Organization) -> None:
    MailProvider.objects.create(organization=northlight, name="postmark")
    with pytest.raises(ServerUnavailableError, match="Missing: Server API token"):
        provider_settings(northlight.pk)
    MailProvider.objects.update(name="pigeon")
    with pytest.raises(ServerUnavailableError, match="does not know the mail provider “pigeon”"):
        provider_settings(northlight.pk)


@pytest.mark.filterwarnings("ignore:django-anymail has dropped official support")
@pytest.mark.parametrize("name", sorted(PROVIDERS))
def test_every_provider_is_one_of_anymail(name: str) -> None:
    from importlib import import_module

    from django.utils.module_loading import import_string

    provider = PROVIDERS[name]
    given = {each.name: "x" for each in provider.fields if not each.for_reports and each.name != "api_url"}
    backend = import_string(provider.backend)(
        **for_anymail(ProviderSettings(provider, {**given, "api_url": "https://api.example.com"}))
    )
    assert backend.esp_name
    if provider.reports_view:
        assert hasattr(import_module(f"anymail.webhooks.{provider.module}"), provider.reports_view)


def test_files_go_along(world: ProviderServer) -> None:
    settings = ProviderSettings(PROVIDERS["postmark"], {"api_url": world.address}, {"server_token": PASSWORD})
    channel = connect_by(settings)
    channel.open()
    message = outgoing(attachments=(Attachment("INV 1.pdf", "application/pdf", b"%PDF-1.7"),))
    assert channel.transmit(message).result is Result.ACCEPTED
    channel.close()
    assert world.taken[0].files == (("INV 1.pdf", b"%PDF-1.7"),)
