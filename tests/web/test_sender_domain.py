"""The page about the sender's domain: what is found, what is missing, the record to add, and nobody answering."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.conf import LazySettings
from django.test import Client

from dunwell.messaging.services.senders import save_sender
from dunwell.organizations.models import OrganizationSettings
from dunwell.workflows.checkup import work
from tests.messaging.dns_server import NameServer
from tests.web.conftest import Desk
from tests.worlds import NOW


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


def test_each_sender_has_its_own_domain_looked_at_here_and_by_the_doctor(
    owner: Client, desk: Desk, names: NameServer
) -> None:
    organization = desk.organization
    other = save_sender(organization=organization, name="Desk", address="desk@collect.example", by=None)
    page = owner.get(desk.url(f"settings/sender/others/{other.pk}/domain/")).content.decode()
    assert "_dmarc.collect.example" in page
    assert owner.get(desk.url("settings/sender/others/999999/domain/")).status_code == 404
    OrganizationSettings.objects.filter(organization=organization).update(chasing_started_at=NOW)
    found = {finding.name: finding.text for finding in work.sender_domains()}
    assert list(found) == ["domain of northlight", "domain collect.example of northlight"]
    assert "collect.example: SPF" in found["domain collect.example of northlight"]


def test_nobody_answering_is_said(owner: Client, desk: Desk, names: NameServer) -> None:
    names.fails = True
    page = owner.get(desk.url("settings/sender/domain/"))
    assert page.status_code == 200
    assert page.content.decode().count("Could not be asked") == 3
