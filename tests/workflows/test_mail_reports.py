"""What mail providers report, through their webhooks: believed when signed, once each, in any order."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from dunwell.ledger.models import Contact, Customer
from dunwell.messaging.channels.email.providers.settings import secrets_of
from dunwell.messaging.models import MailProvider, Message, MessageEvent
from dunwell.messaging.services.mail_providers import use_provider
from dunwell.messaging.services.outbox import NewMessage, enqueue
from dunwell.organizations.models import Organization
from tests import worlds
from tests.worlds import NOW

pytestmark = pytest.mark.django_db
KEY = "signing-key"
NAME = "0a129aee-e1cd-480d-b08d-4f48548ff48d"


@pytest.fixture
def customer(organization: Organization) -> Customer:
    return worlds.make_customer(organization, "Harbor & Pine", email="anna@harbor.example")


@pytest.fixture
def message(organization: Organization, customer: Customer) -> Message:
    """A mail that a provider took, with a copy to the decision maker."""
    Contact.objects.create(
        organization=organization, customer=customer, email="chief@harbor.example", role="decision_maker"
    )
    copies = [{"address": "chief@harbor.example", "name": "", "who": "decision_maker", "hidden": False}]
    (pk,) = enqueue([
        NewMessage(
            organization_id=organization.pk, customer_id=customer.pk, key="k", recipient="anna@harbor.example",
            sender="us@northlight.example", subject="S", body_text="T", not_before=NOW, copies=copies,
        )
    ])  # fmt: skip
    Message.objects.filter(pk=pk).update(state="sent", finished_at=NOW, provider_id=NAME)
    return Message.objects.get(pk=pk)


def provider(organization: Organization, name: str = "postmark") -> str:
    """Sets it up; the credentials its webhook brings."""
    values = {
        "postmark": {"server_token": "t"},
        "mailgun": {"api_key": "k", "webhook_signing_key": KEY},
    }[name]
    row = use_provider(
        organization_id=organization.pk,
        name=name,
        values=values,
        user_id=worlds.make_user(organization=organization).pk,
    )
    return "Basic " + base64.b64encode(f"dunwell:{secrets_of(row)['webhook_password']}".encode()).decode()


@pytest.fixture
def postmark(organization: Organization, message: Message, client: Client) -> Callable[..., int]:
    """Reports as Postmark does: https://postmarkapp.com/developer/webhooks/webhooks-overview."""
    credentials = provider(organization)

    def report(kind: str, *, auth: str = credentials, **fields: Any) -> int:
        told = {"RecordType": kind, "MessageID": NAME, "Recipient": "anna@harbor.example", "Metadata": {}, **fields}
        address = f"/hooks/email/postmark/{organization.slug}/"
        return client.post(
            address, json.dumps(told), content_type="application/json", headers={"Authorization": auth}
        ).status_code

    return report


def bounce(
    address: str = "anna@harbor.example", kind: str = "HardBounce", details: str = "", number: int = 42
) -> dict[str, Any]:
    return {"ID": number, "Type": kind, "Email": address, "Details": details, "BouncedAt": "2026-03-18T10:00:00Z"}


def state(message: Message) -> str:
    return Message.objects.values_list("state", flat=True).get(pk=message.pk)


def kinds(message: Message) -> list[str]:
    return list(MessageEvent.objects.filter(message=message).values_list("kind", flat=True))


def test_delivered_opened_and_clicked(postmark: Callable[..., int], message: Message) -> None:
    assert postmark("Delivery", DeliveredAt="2026-03-18T09:40:00Z") == 204
    assert postmark("Open", ReceivedAt="2026-03-18T09:50:00Z") == 204
    assert postmark("Click", ReceivedAt="2026-03-18T09:51:00Z", OriginalLink="https://pay.example") == 204
    assert state(message) == "delivered"
    assert kinds(message) == ["delivered", "opened", "clicked"]


def test_the_same_report_twice_is_one(postmark: Callable[..., int], message: Message) -> None:
    for _ in range(3):
        assert postmark("Delivery", DeliveredAt="2026-03-18T09:40:00Z") == 204
        assert postmark("Bounce", **bounce()) == 204
    assert sorted(kinds(message)) == ["bounced", "delivered"]


def test_out_of_order_the_state_only_moves_forward(postmark: Callable[..., int], message: Message) -> None:
    postmark("Open", ReceivedAt="2026-03-18T09:50:00Z")
    postmark("Delivery", DeliveredAt="2026-03-18T09:40:00Z")
    assert state(message) == "delivered"
    postmark("Bounce", **bounce())
    postmark("Delivery", DeliveredAt="2026-03-18T09:40:01Z")
    assert state(message) == "failed"


def test_an_address_that_came_back_is_not_used_again(postmark: Callable[..., int], message: Message) -> None:
    assert postmark("Bounce", **bounce(details="smtp;550 5.1.1 The mailbox does not exist")) == 204
    contact = Contact.objects.get(email="anna@harbor.example")
    assert contact.email_refused_at is not None
    assert state(message) == "failed"
    assert "5.1.1" in Message.objects.get(pk=message.pk).last_error


@pytest.mark.parametrize(
    ("kind", "details"),
    [
        ("SoftBounce", "smtp;452 4.2.2 mailbox full"),
        ("HardBounce", "smtp;550 5.7.1 blocked by policy"),
        ("Blocked", ""),
    ],
)
def test_a_full_or_unwilling_mailbox_is_still_one(
    postmark: Callable[..., int], message: Message, kind: str, details: str
) -> None:
    postmark("Bounce", **bounce(kind=kind, details=details))
    assert state(message) == "failed"
    assert Contact.objects.get(email="anna@harbor.example").email_refused_at is None


def test_a_copy_that_came_back_says_nothing_about_the_mail(postmark: Callable[..., int], message: Message) -> None:
    assert postmark("Bounce", **bounce("Chief@harbor.example")) == 204
    assert state(message) == "sent"
    assert Contact.objects.get(email="chief@harbor.example").email_refused_at is not None
    assert Contact.objects.get(email="anna@harbor.example").email_refused_at is None


def test_a_copy_that_came_back_is_heard_once(postmark: Callable[..., int], message: Message) -> None:
    """Told again after a person has confirmed the address, it refuses nothing; and it can be read in the history."""
    postmark("Bounce", **bounce("chief@harbor.example"))
    Contact.objects.filter(email="chief@harbor.example").update(email_refused_at=None, email_refused_reason="")
    assert postmark("Bounce", **bounce("chief@harbor.example")) == 204
    assert Contact.objects.get(email="chief@harbor.example").email_refused_at is None
    assert kinds(message) == ["copy_bounced"]
    assert MessageEvent.objects.get(message=message).detail.startswith("chief@harbor.example: ")


def test_what_is_uncertain_is_settled_by_a_report(postmark: Callable[..., int], message: Message) -> None:
    Message.objects.filter(pk=message.pk).update(state="uncertain", last_error="no answer")
    postmark("Delivery", DeliveredAt="2026-03-18T09:40:00Z")
    assert state(message) == "delivered"


@pytest.mark.parametrize("auth", ["Basic ZHVud2VsbDp3cm9uZw==", "Bearer x"])
def test_without_the_password_nothing_is_believed(postmark: Callable[..., int], message: Message, auth: str) -> None:
    assert postmark("Bounce", auth=auth, **bounce()) == 403
    assert state(message) == "sent"


def test_whoever_brings_no_password_is_asked_for_it(
    postmark: Callable[..., int], message: Message, organization: Organization, client: Client
) -> None:
    """Amazon SNS sends the password only after this answer."""
    answer = client.post(f"/hooks/email/postmark/{organization.slug}/", "{}", content_type="application/json")
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, 'Basic realm="Dunwell"')


def test_a_report_about_no_mail_of_ours_is_taken_and_changes_nothing(
    postmark: Callable[..., int], message: Message
) -> None:
    assert postmark("Delivery", MessageID="somebody-elses", DeliveredAt="2026-03-18T09:40:00Z") == 204
    assert kinds(message) == []


def test_another_organization_hears_nothing(
    postmark: Callable[..., int], message: Message, other_organization: Organization, client: Client
) -> None:
    credentials = provider(other_organization)
    told = {"RecordType": "Delivery", "MessageID": NAME, "Recipient": "anna@harbor.example", "Metadata": {}}
    address = f"/hooks/email/postmark/{other_organization.slug}/"
    answer = client.post(
        address, json.dumps(told), content_type="application/json", headers={"Authorization": credentials}
    )
    assert answer.status_code == 204
    assert state(message) == "sent"


def test_only_the_provider_in_use_is_heard(
    postmark: Callable[..., int], message: Message, organization: Organization, client: Client
) -> None:
    assert (
        client.post(f"/hooks/email/brevo/{organization.slug}/", "{}", content_type="application/json").status_code
        == 404
    )
    assert client.post("/hooks/email/postmark/nobody/", "{}", content_type="application/json").status_code == 404
    assert client.get(f"/hooks/email/postmark/{organization.slug}/").status_code == 405
    MailProvider.objects.all().delete()
    assert postmark("Delivery") == 404


def test_what_cannot_be_read_is_said(postmark: Callable[..., int], organization: Organization, client: Client) -> None:
    credentials = provider(organization)
    address = f"/hooks/email/postmark/{organization.slug}/"
    for body in ("", "[", "[]", "{}", '{"FromFull": {}}'):
        answer = client.post(address, body, content_type="application/json", headers={"Authorization": credentials})
        assert answer.status_code in {204, 400}, body


# Mailgun signs


def mailgun(organization: Organization, client: Client, credentials: str, *, key: str = KEY, **fields: Any) -> int:
    """Reports as Mailgun does: https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks."""
    token, timestamp = "a" * 50, "1773828000"
    signature = hmac.new(key.encode(), f"{timestamp}{token}".encode(), hashlib.sha256).hexdigest()
    event = {
        "event": "failed", "severity": "permanent", "timestamp": 1773828000.5, "id": "Ase7i2zsRYeDXztHGENqRA",
        "recipient": "anna@harbor.example", "message": {"headers": {"message-id": NAME}},
        "delivery-status": {"code": 550, "message": "5.1.1 No such user", "description": ""}, "reason": "bounce",
        "user-variables": {}, **fields,
    }  # fmt: skip
    told = {"signature": {"token": token, "timestamp": timestamp, "signature": signature}, "event-data": event}
    return client.post(
        f"/hooks/email/mailgun/{organization.slug}/",
        json.dumps(told),
        content_type="application/json",
        headers={"Authorization": credentials},
    ).status_code


def test_a_signed_bounce(organization: Organization, message: Message, client: Client) -> None:
    credentials = provider(organization, "mailgun")
    Message.objects.filter(pk=message.pk).update(provider_id=f"<{NAME}>")
    assert mailgun(organization, client, credentials) == 204
    assert mailgun(organization, client, credentials) == 204
    assert state(message) == "failed"
    assert kinds(message) == ["bounced"]
    assert Contact.objects.get(email="anna@harbor.example").email_refused_at is not None


def test_a_wrong_signature(organization: Organization, message: Message, client: Client) -> None:
    credentials = provider(organization, "mailgun")
    Message.objects.filter(pk=message.pk).update(provider_id=f"<{NAME}>")
    assert mailgun(organization, client, credentials, key="another") == 403
    assert mailgun(organization, client, "") == 401
    assert state(message) == "sent"


def test_a_provider_that_signs_is_not_believed_without_its_key(
    organization: Organization, message: Message, client: Client
) -> None:
    user = worlds.make_user(organization=organization)
    use_provider(organization_id=organization.pk, name="mailgun", values={"api_key": "k"}, user_id=user.pk)
    assert mailgun(organization, client, "Basic eDp5") == 403
