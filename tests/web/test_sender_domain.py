"""The page about the sender's domain: what is found, what is missing, the record to add, and nobody answering."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.conf import LazySettings
from django.test import Client

from tests.messaging.dns_server import NameServer
from tests.web.conftest import Desk


@pytest.fixture
def names(settings: LazySettings) -> Iterator[NameServer]:
    server = NameServer({"northlight.example": ["v=spf1 mx ~all"]})
    server.start()
    settings.DNS_SERVER = server.address
    yield server
    server.stop()


def test_what_is_there_and_what_is_missing(owner: Client, desk: Desk, names: NameServer) -> None:
    assert "Check the sender" in owner.get(desk.url("settings/sender/")).content.decode()
    page = owner.get(desk.url("settings/sender/domain/")).content.decode()
    assert "v=spf1 mx ~all" in page
    assert "_dmarc.northlight.example" in page
    assert "v=DMARC1; p=none; rua=mailto:accounts@northlight.example" in page


def test_nobody_answering_is_said(owner: Client, desk: Desk, names: NameServer) -> None:
    names.fails = True
    page = owner.get(desk.url("settings/sender/domain/"))
    assert page.status_code == 200
    assert page.content.decode().count("Could not be asked") == 3
