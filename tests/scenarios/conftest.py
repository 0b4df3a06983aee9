"""A mail server and an organization that chases through it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dunwell.ledger.models import Customer
from dunwell.organizations.models import User
from tests import worlds
from tests.messaging.smtp_server import SmtpServer
from tests.scenarios.story import Story, make_chasing_organization


@pytest.fixture
def smtp() -> Iterator[SmtpServer]:
    """A mail server of this story's own."""
    server = SmtpServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def story(transactional_db: None, smtp: SmtpServer) -> Story:
    """Northlight: euros, UTC, Monday to Friday nine to six, the default policy, nothing sent so far."""
    return Story(make_chasing_organization(smtp), smtp)


@pytest.fixture
def customer(story: Story) -> Customer:
    return worlds.make_customer(story.organization, "Harbor & Pine")


@pytest.fixture
def anna(story: Story) -> User:
    """Works at Northlight and reads what goes out."""
    return worlds.make_user("anna@northlight.example", organization=story.organization)
