"""SMS in the browser: the account and a test to oneself, a text with its length, a notice as it would arrive."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from dunwell.messaging.models import MessageTemplate
from dunwell.organizations.models import OrganizationSettings
from dunwell.organizations.secrets import decrypt
from tests.messaging.twilio_server import ACCOUNT, BASE, SENDER, TOKEN, TwilioServer
from tests.web.conftest import Desk

FORM = {
    "twilio_account_sid": ACCOUNT,
    "twilio_auth_token": TOKEN,
    "twilio_sender": SENDER,
    "sms_consent_required": "on",
}


@pytest.fixture
def twilio(settings: Any) -> Iterator[TwilioServer]:
    server = TwilioServer()
    server.start()
    settings.TWILIO_API, settings.BASE_URL = server.address, BASE
    yield server
    server.stop()


@pytest.fixture
def sms_text(desk: Desk) -> MessageTemplate:
    return MessageTemplate.objects.get(organization=desk.organization, key="reminder", channel="sms", language="en")


def test_an_account_is_saved_and_tried_out(owner: Client, desk: Desk, twilio: TwilioServer) -> None:
    at = desk.url("settings/sms/")
    assert b"are needed" in owner.post(desk.url("settings/sms/test/"), {"to": "+491711234567"}, follow=True).content
    assert owner.post(at, FORM).status_code == 302
    settings = OrganizationSettings.objects.get(organization=desk.organization)
    assert decrypt(settings.twilio_auth_token_encrypted) == TOKEN
    assert owner.post(at, {**FORM, "twilio_auth_token": ""}).status_code == 302
    settings.refresh_from_db()
    assert decrypt(settings.twilio_auth_token_encrypted) == TOKEN, "an empty field leaves the token"
    page = owner.get(at).content.decode()
    assert TOKEN not in page
    assert f"{BASE}/hooks/sms/twilio/northlight/inbound/" in page
    answer = owner.post(desk.url("settings/sms/test/"), {"to": "+49 171 1234567"}, follow=True).content.decode()
    assert "Twilio has it as SM" in answer
    assert [sms.to for sms in twilio.taken] == ["+491711234567"]
    twilio.will("+491711234567", "error 21606")
    answer = owner.post(desk.url("settings/sms/test/"), {"to": "+49 171 1234567"}, follow=True).content.decode()
    assert "Twilio 21606: As the test says" in answer
    refused = owner.post(desk.url("settings/sms/test/"), {"to": "030 901820"})
    assert refused.status_code == 422
    assert list(refused.context["test_form"].errors) == ["to"]
    assert 'value="030 901820"' in refused.content.decode()


@pytest.mark.parametrize(
    ("field", "value"), [("twilio_account_sid", "SM123"), ("twilio_sender", "much too long a name")]
)
def test_what_cannot_be_an_account_is_refused(owner: Client, desk: Desk, field: str, value: str) -> None:
    response = owner.post(desk.url("settings/sms/"), {**FORM, field: value})
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]


def test_an_sms_is_edited_as_plain_text_with_its_length(owner: Client, desk: Desk, sms_text: MessageTemplate) -> None:
    at = desk.url(f"templates/{sms_text.pk}/")
    page = owner.get(at).content.decode()
    assert "segment" in page
    assert 'name="subject"' not in page
    assert 'name="body_html"' not in page
    words = "{{ sender.name }}: invoices are open."
    checked = owner.post(f"{at}check/", {"body_text": f"{words} ê" + "x" * 140}).content.decode()
    assert "outside the plain SMS alphabet" in checked
    assert "Each segment is billed" in checked
    saved = owner.post(at, {"body_text": "{{ sender.name }}: please pay.", "version": sms_text.version})
    assert saved.status_code == 302
    sms_text.refresh_from_db()
    assert (sms_text.body_text, sms_text.subject, sms_text.body_html) == ("{{ sender.name }}: please pay.", "", "")
    refused = owner.post(at, {"body_text": "{{ invoice_table }}", "version": sms_text.version})
    assert refused.status_code == 422
    assert "too long for an SMS" in refused.content.decode()
    assert owner.post(at, {"body_text": " ", "version": sms_text.version}).status_code == 422
    preview = owner.get(f"{at}preview/").content.decode()
    assert preview.startswith("<pre")
    assert "SMS" in owner.get(desk.url("templates/")).content.decode()
