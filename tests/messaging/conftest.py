"""A mail server, an outbox, and the customer they are about."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from dunwell.ledger.models import Customer
from dunwell.messaging.channels.email import SmtpChannel, SmtpSettings
from dunwell.messaging.channels.port import Channel, ChannelFactory
from dunwell.messaging.models import Message
from dunwell.messaging.services import outbox
from dunwell.messaging.services.outbox import NewMessage
from dunwell.organizations.models import Organization
from tests import worlds
from tests.messaging.smtp_server import SmtpServer

NOW = worlds.NOW


@pytest.fixture
def smtp() -> Iterator[SmtpServer]:
    """A mail server of this test's own."""
    server = SmtpServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def smtp_settings(smtp: SmtpServer) -> SmtpSettings:
    return SmtpSettings("127.0.0.1", smtp.port, security="none", timeout=3.0, reply_timeout=1.0)


@pytest.fixture
def channels(smtp_settings: SmtpSettings) -> dict[str, ChannelFactory]:
    def connect() -> Channel:
        return SmtpChannel(smtp_settings)

    return {"email": connect}


@pytest.fixture
def northlight(transactional_db: None) -> Organization:
    """Northlight, visible to other connections than the test's."""
    return worlds.make_organization()


@pytest.fixture
def customer(northlight: Organization) -> Customer:
    return worlds.make_customer(northlight)


@pytest.fixture
def alice_id(northlight: Organization) -> int:
    return worlds.make_user("alice@northlight.example", organization=northlight).pk


@pytest.fixture
def queue(customer: Customer) -> Callable[..., list[int]]:
    """Puts one message into the outbox for each address."""

    def put(*recipients: str, **fields: Any) -> list[int]:
        defaults = {
            "organization_id": customer.organization_id,
            "customer_id": customer.pk,
            "sender": "accounts@northlight.example",
            "subject": "Reminder",
            "body_text": "Please pay.\n",
            "not_before": NOW - dt.timedelta(minutes=1),
        }
        return outbox.enqueue(
            [
                NewMessage(**{**defaults, "key": f"key-{recipient}", "recipient": recipient, **fields})
                for recipient in recipients
            ]
        )

    return put


def state(message_id: int) -> str:
    return Message.objects.values_list("state", flat=True).get(id=message_id)


def addresses(count: int) -> list[str]:
    return [f"person{number}@client.example" for number in range(count)]
