"""Further senders in the browser: entered, named in a policy, tried out, put away."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from dunwell.followup.models import DunningPolicy, PolicyStep
from dunwell.followup.queries.policies import current_draft
from dunwell.messaging.models import MailSender
from dunwell.messaging.services.senders import save_sender
from dunwell.organizations.models import OrganizationSettings
from tests.messaging.smtp_server import SmtpServer
from tests.web.conftest import Desk
from tests.web.test_policies import checked, typed

ENTERED: dict[str, Any] = {"name": "Collections", "address": "collections@northlight.example", "reply_to": ""}
LIST = "settings/sender/others/"


@pytest.fixture
def sender(desk: Desk) -> MailSender:
    return save_sender(organization=desk.organization, name="Collections", address=ENTERED["address"], by=None)


@pytest.fixture
def smtp(desk: Desk) -> Iterator[SmtpServer]:
    server = SmtpServer()
    server.start()
    OrganizationSettings.objects.filter(organization=desk.organization).update(smtp_port=server.port)
    yield server
    server.stop()


def test_a_sender_is_entered_and_listed(owner: Client, desk: Desk) -> None:
    assert LIST in owner.get(desk.url("settings/sender/")).content.decode()
    page = owner.post(desk.url(f"{LIST}new/"), ENTERED, follow=True).content.decode()
    assert "“Collections” is saved." in page
    listed = owner.get(desk.url(LIST)).content.decode()
    assert listed.index("accounts@northlight.example") < listed.index("collections@northlight.example")
    twice = owner.post(desk.url(f"{LIST}new/"), ENTERED)
    assert twice.status_code == 422
    assert "This is the address of the sender “Collections”" in twice.content.decode()
    assert MailSender.objects.count() == 1


def test_its_signature_is_kept_and_has_an_end(owner: Client, desk: Desk, sender: MailSender) -> None:
    at = desk.url(f"{LIST}{sender.pk}/")
    owner.post(at, {**ENTERED, "signature": "Anna Berg \r\nCollections\r\n"})
    assert MailSender.objects.get().signature == "Anna Berg\nCollections"
    assert "Anna Berg\nCollections</textarea>" in owner.get(at).content.decode()
    refused = owner.post(at, {**ENTERED, "signature": "line\n" * 11})
    assert refused.status_code == 422
    assert "at most 10 lines" in refused.content.decode()


def test_it_is_tried_out_in_its_own_name(owner: Client, desk: Desk, sender: MailSender, smtp: SmtpServer) -> None:
    page = owner.post(desk.url(f"{LIST}{sender.pk}/test/"), follow=True).content.decode()
    assert "The server took a mail from collections@northlight.example" in page
    assert smtp.taken[0].mail["From"] == "Collections <collections@northlight.example>"


def test_the_editor_asks_for_a_sender_only_where_there_are_several(owner: Client, desk: Desk) -> None:
    at = desk.url(f"policies/{DunningPolicy.objects.get(organization=desk.organization).pk}/edit/")
    assert "sender" not in owner.get(at).context["sheet"].policy.fields
    save_sender(organization=desk.organization, **ENTERED, by=None)
    sheet = owner.get(at).context["sheet"]
    assert [value for value, _ in sheet.policy.fields["sender"].choices] == ["", ENTERED["address"]]
    assert [value for value, _ in sheet.steps[0].fields["sender"].choices] == ["", ENTERED["address"]]


def test_a_policy_names_it_after_a_look_and_then_it_stays(owner: Client, desk: Desk, sender: MailSender) -> None:
    policy = DunningPolicy.objects.get(organization=desk.organization)
    at = desk.url(f"policies/{policy.pk}/edit/")
    sent = typed(current_draft(policy), seen=1, **{"step-3-sender": sender.address, "step-3-attachments": "both"})
    look = owner.post(at, {**sent, "do": "check"}).content.decode()
    assert "Firm reminder: comes from collections@northlight.example" in look
    assert "Firm reminder: attached: both, so far as for all." in look
    assert owner.post(at, checked(owner, at, sent)).status_code == 302
    page = owner.get(desk.url(f"policies/{policy.pk}/")).content.decode()
    assert "From Collections &lt;collections@northlight.example&gt;" in page
    assert "Goes along: the invoices and a statement of account" in page
    assert "the step “Firm reminder” of “Standard”" in owner.get(desk.url(LIST)).content.decode().lower().replace(
        "firm reminder", "Firm reminder"
    ).replace("standard", "Standard")
    for away in ("archive", "remove"):
        said = owner.post(desk.url(f"{LIST}{sender.pk}/{away}/"), follow=True).content.decode()
        assert "It is the sender of the step “Firm reminder” of “Standard”" in said, away
    assert MailSender.objects.get().archived_at is None


def test_what_the_channel_does_not_have_is_not_kept(owner: Client, desk: Desk, sender: MailSender) -> None:
    """The page hides it with the channel, so it cannot be refused either."""
    policy = DunningPolicy.objects.get(organization=desk.organization)
    at = desk.url(f"policies/{policy.pk}/edit/")
    left_over = {
        "step-3-channel": "sms", "step-3-sender": sender.address, "step-3-attachments": "both",
        "step-3-copy_to_owner": "on", "step-3-instructions": "Be kind",
    }  # fmt: skip
    saved = owner.post(at, checked(owner, at, typed(current_draft(policy), seen=1, **left_over)))
    assert saved.status_code == 302
    step = PolicyStep.objects.get(version__policy=policy, version__is_current=True, lineage=4)
    assert (step.channel, step.sender, step.attachments, step.copy_to_owner, step.instructions) == (
        "sms", None, "", False, "",
    )  # fmt: skip


def test_an_unused_one_is_archived_restored_and_removed(owner: Client, desk: Desk, sender: MailSender) -> None:
    at = desk.url(f"{LIST}{sender.pk}/")
    assert "Archived: 1" in owner.post(f"{at}archive/", follow=True).content.decode()
    assert "is back" in owner.post(f"{at}archive/", {"to": "restore"}, follow=True).content.decode()
    assert "is removed" in owner.post(f"{at}remove/", follow=True).content.decode()
    assert not MailSender.objects.exists()


def test_who_may_only_look_looks(browse: Callable[..., Client], desk: Desk, sender: MailSender) -> None:
    client = browse("viewer")
    assert client.get(desk.url(LIST)).status_code == 200
    page = client.get(desk.url(f"{LIST}{sender.pk}/")).content.decode()
    assert "Archive" not in page
    assert client.post(desk.url(f"{LIST}{sender.pk}/"), ENTERED).status_code == 403
