"""A mail server, an organization that chases through it, and thirty customers who are late."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dunwell.ledger.models import Customer
from tests import worlds
from tests.invariants import DAY
from tests.messaging.smtp_server import SmtpServer
from tests.scenarios.story import Story, make_chasing_organization
from tests.worlds import TODAY


@pytest.fixture
def smtp() -> Iterator[SmtpServer]:
    server = SmtpServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def story(transactional_db: None, smtp: SmtpServer) -> Story:
    return Story(make_chasing_organization(smtp), smtp)


@pytest.fixture
def late(story: Story) -> list[Customer]:
    """Each owes one invoice, five days late."""
    customers = [worlds.make_customer(story.organization, email=f"late{number}@client.example") for number in range(30)]
    for customer in customers:
        worlds.make_invoice(customer, due_on=TODAY - 5 * DAY)
    return customers
