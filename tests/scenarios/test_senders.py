"""In whose name an e-mail comes: the organization's own, the policy's or the step's; and what becomes of a sender."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from dunwell.followup.models import Action, Notice, PolicyStep, PolicyVersion
from dunwell.followup.queries.policies import current_draft
from dunwell.followup.services.notices import approve
from dunwell.followup.services.policies import PolicyRefusedError, save_policy
from dunwell.followup.services.senders import SenderInUseError, archive_sender, remove_sender, restore_sender
from dunwell.ledger.models import Customer
from dunwell.messaging.models import MailSender, Message
from dunwell.messaging.services.senders import save_sender
from dunwell.organizations.models import Organization, OrganizationSettings, User
from dunwell.workflows.sender import sender_of
from tests import worlds
from tests.invariants import DAY
from tests.messaging.smtp_server import SmtpServer
from tests.scenarios.story import Story
from tests.worlds import NOW, TODAY

OWN = "Northlight Media <accounts@northlight.example>"
DESK = "Collections <collections@northlight.example>"
CHIEF = "Carla Chief <carla@northlight.example>"


def enter(organization: Organization, sender: str, reply_to: str = "") -> MailSender:
    name, address = sender.removesuffix(">").split(" <")
    return save_sender(organization=organization, name=name, address=address, reply_to=reply_to, by=None)


def choose(story: Story, *, policy: str = "", **of_steps: str) -> PolicyVersion:
    """The default policy names this sender, and steps name others, by their texts."""
    version = PolicyVersion.objects.get(organization=story.organization, is_current=True)
    draft = current_draft(version.policy)
    steps = tuple(replace(step, sender=of_steps.get(step.template.replace("-", "_"), "")) for step in draft.steps)
    return save_policy(
        organization=story.organization,
        draft=replace(draft, steps=steps, sender=policy),
        policy_id=version.policy_id,
        by=None,
    )


def signed(smtp: SmtpServer) -> list[str]:
    """Who each mail came from, as its text signs it."""
    return [mail.mail.get_body(("plain",)).get_content().split("regards,")[1].split()[0] for mail in smtp.taken]  # type: ignore[union-attr]


def test_the_step_speaks_before_the_policy_and_the_policy_before_the_organization(
    story: Story, customer: Customer, smtp: SmtpServer
) -> None:
    desk = enter(story.organization, DESK, reply_to="replies@northlight.example")
    chief = enter(story.organization, CHIEF)
    worlds.make_invoice(customer, due_on=TODAY)
    story.run(TODAY)
    choose(story, policy="Collections@northlight.example", firm_reminder=chief.address)
    story.days(TODAY + DAY, TODAY + 9 * DAY)
    assert [taken.mail["From"] for taken in smtp.taken] == [OWN, DESK, CHIEF]
    assert [taken.sender for taken in smtp.taken] == [
        "accounts@northlight.example", "collections@northlight.example", "carla@northlight.example",
    ]  # fmt: skip
    assert [taken.mail["Reply-To"] for taken in smtp.taken] == [None, "replies@northlight.example", None]
    assert signed(smtp) == ["Northlight", "Collections", "Carla"]
    assert [notice.sender for notice in Notice.objects.order_by("as_of")] == [None, desk, chief]
    assert list(Message.objects.order_by("pk").values_list("sender_name", flat=True)) == [
        "Northlight Media", "Collections", "Carla Chief",
    ]  # fmt: skip


def test_its_own_lines_close_its_mails_in_both_parts(story: Story, customer: Customer, smtp: SmtpServer) -> None:
    desk = enter(story.organization, DESK)
    choose(story, policy=desk.address)
    worlds.make_invoice(customer, due_on=TODAY)
    story.run(TODAY, send=False)
    lines = "Anna <Berg> & Co\nCollections, +49 30 1234"
    save_sender(
        organization=story.organization, sender_id=desk.pk, name="Collections", address=desk.address, signature=lines,
        by=None,
    )  # fmt: skip
    story.run(TODAY)
    (taken,) = smtp.taken
    plain, html = (taken.mail.get_body((kind,)).get_content() for kind in ("plain", "html"))  # type: ignore[union-attr]
    assert f"Kind regards,\n{lines}\n" in plain.replace("\r\n", "\n")
    written = "".join(line.strip() for line in html.splitlines())
    assert "Kind regards,<br>Anna &lt;Berg&gt; &amp; Co<br>Collections, +49 30 1234</p>" in written


def test_the_usual_senders_lines_close_the_mails_that_name_no_other(
    story: Story, customer: Customer, smtp: SmtpServer
) -> None:
    OrganizationSettings.objects.filter(organization=story.organization).update(
        sender_signature="Paula Pen\nAccounts, +44 20 7946 0000"
    )
    story.organization.refresh_from_db()
    choose(story, firm_reminder=enter(story.organization, DESK).address)
    worlds.make_invoice(customer, due_on=TODAY)
    story.days(TODAY, TODAY + 9 * DAY)
    usual, *_, other = [taken.mail.get_body(("plain",)).get_content().replace("\r\n", "\n") for taken in smtp.taken]  # type: ignore[union-attr]
    assert "Kind regards,\nPaula Pen\nAccounts, +44 20 7946 0000\n" in usual
    assert "Paula Pen" not in other, "another sender closes with its own name"


def test_a_changed_sender_has_what_waits_written_anew_and_what_was_sent_stays(
    story: Story, customer: Customer, smtp: SmtpServer
) -> None:
    desk = enter(story.organization, DESK)
    choose(story, policy=desk.address)
    worlds.make_invoice(customer, due_on=TODAY)
    story.run(TODAY)
    worlds.make_invoice(worlds.make_customer(story.organization), due_on=TODAY)
    story.run(TODAY, send=False)
    save_sender(organization=story.organization, sender_id=desk.pk, name="Credit", address="new@n.example", by=None)
    story.run(TODAY)
    assert [taken.mail["From"] for taken in smtp.taken] == [DESK, "Credit <new@n.example>"]
    assert list(Message.objects.order_by("pk").values_list("sender", "state")) == [
        (desk.address, "sent"), (desk.address, "cancelled"), ("new@n.example", "sent"),
    ]  # fmt: skip


def test_what_was_written_for_approval_goes_in_the_name_it_was_written_in(
    story: Story, customer: Customer, anna: User, smtp: SmtpServer
) -> None:
    OrganizationSettings.objects.filter(organization=story.organization).update(approval_required=True)
    story.organization.refresh_from_db()
    choose(story, policy=enter(story.organization, DESK).address)
    worlds.make_invoice(customer, due_on=TODAY)
    story.run(TODAY)
    approve(
        organization=story.organization,
        notice_id=Notice.objects.get().pk,
        by=anna,
        sender=sender_of(story.organization),
        now=story.moment(TODAY),
    )
    story.dispatch(TODAY)
    assert [taken.mail["From"] for taken in smtp.taken] == [DESK]


def test_a_change_of_the_sender_alone_is_a_new_version_and_repeats_nothing(
    story: Story, customer: Customer, smtp: SmtpServer
) -> None:
    worlds.make_invoice(customer, due_on=TODAY)
    story.run(TODAY)
    desk = enter(story.organization, DESK)
    assert choose(story, policy=desk.address).number == 2
    assert choose(story, policy=desk.address).number == 2  # as it is already
    story.run(TODAY)
    assert len(smtp.taken) == 1
    assert Action.objects.filter(state="done").count() == 1


def test_a_used_sender_stays_and_says_where(story: Story, customer: Customer, smtp: SmtpServer) -> None:
    organization = story.organization
    desk, chief = enter(organization, DESK), enter(organization, CHIEF)
    choose(story, policy=desk.address, due_today=chief.address)
    for sender, place in ((desk, "the policy “Standard”"), (chief, "the step “Due today” of “Standard”")):
        for away in (remove_sender, _archive):
            with pytest.raises(SenderInUseError, match=place):
                away(organization=organization, sender_id=sender.pk, by=None)
    worlds.make_invoice(customer, due_on=TODAY)
    story.run(TODAY)
    choose(story)
    with pytest.raises(SenderInUseError, match="Archive it instead"):
        remove_sender(organization=organization, sender_id=chief.pk, by=None)
    _archive(organization=organization, sender_id=chief.pk, by=None)
    with pytest.raises(PolicyRefusedError, match="There is no sender 'carla@northlight"):
        choose(story, policy=chief.address)
    restore_sender(organization=organization, sender_id=chief.pk, by=None)
    assert choose(story, policy=chief.address).sender == chief
    # Nothing ever used this one
    unused = enter(organization, "Nobody <nobody@northlight.example>")
    remove_sender(organization=organization, sender_id=unused.pk, by=None)
    assert not MailSender.objects.filter(pk=unused.pk).exists()


def _archive(**asked: Any) -> None:
    archive_sender(**asked, now=NOW)


def test_what_is_no_sender_is_refused_by_field(story: Story) -> None:
    enter(story.organization, DESK)
    refused: dict[str, dict[str, Any]] = {
        "name": {"name": " ", "address": "a@b.example"},
        "address": {"name": "Twice", "address": "COLLECTIONS@northlight.example"},
        "reply_to": {"name": "Odd", "address": "a@b.example", "reply_to": "nobody"},
    }
    for field, values in refused.items():
        with pytest.raises(ValidationError) as told:
            save_sender(organization=story.organization, by=None, **values)
        assert list(told.value.message_dict) == [field]


def test_the_database_refuses_a_sender_of_others_and_of_an_sms(story: Story) -> None:
    theirs = enter(worlds.make_organization("elsewhere"), DESK)
    ours = enter(story.organization, DESK)
    steps = PolicyStep.objects.filter(organization=story.organization, offset_days=3)
    with pytest.raises(IntegrityError, match="same_tenant"), transaction.atomic():
        steps.update(sender=theirs)
    with pytest.raises(IntegrityError, match="by_mail"), transaction.atomic():
        steps.update(sender=ours, channel="sms")
