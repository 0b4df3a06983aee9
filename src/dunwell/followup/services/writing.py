"""What a notice is made of: its words, the files that go along, and whose it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dunwell.followup.queries.step_choices import AS_ALL, StepChoices
from dunwell.followup.services.attachments import Attachments, Enclosed
from dunwell.followup.services.side_facts import SideFacts
from dunwell.followup.services.texts import Sender, Texts
from dunwell.messaging.rendering import Rendered
from dunwell.organizations.models import Organization
from dunwell.rules.channels import Channel


@dataclass(frozen=True)
class Written:
    """`sender_id` is the sender that its highest step, or the policy, has chosen; None: the organization's own."""

    words: Rendered
    enclosed: list[Enclosed]
    sender_id: int | None


class Writing:
    """Words and files for the notices of one pass, as everything is set when it begins."""

    def __init__(self, organization: Organization, sender: Sender, texts: Texts) -> None:
        self._organization = organization
        self.texts = texts
        self.sender = sender
        self._choices = StepChoices(organization)
        self.attachments = Attachments(organization, self._choices, email=sender.reply_to or sender.address)

    @property
    def makes_files(self) -> bool:
        """Whether PDFs are made for its notices: attachments, or letters that somebody posts."""
        return self.attachments.wanted or bool(self._organization.settings.letters_by)

    def encloses_statement(self, leading: Any) -> bool:
        """Whether a statement of account goes along with the notice whose highest step is `leading`'s."""
        usual = self._organization.settings.attach_statement
        return leading.channel == Channel.EMAIL and self._choices.of(leading.step_id).statement(usual)

    def of(self, leading: Any, lines: Sequence[Any], sending_on: dt.date, side: SideFacts) -> Written:
        """The notice whose highest step is `leading`'s, about the invoices of `lines` (rows of `compose_actions.sql`).

        Raises MissingValueError, TooLongError or NotPrintableError: nothing goes with a hole, no letter without paper.
        """
        # Senders and attachments are chosen for e-mails: not where another channel stands in
        choice = self._choices.of(leading.step_id) if leading.channel == Channel.EMAIL else AS_ALL
        sender = self.sender.named(choice.sender_id)
        words = self.texts.write(leading, lines, sending_on, side, sender_id=choice.sender_id)
        enclosed = self.attachments.of(
            leading,
            lines,
            words,
            sending_on,
            choice=choice,
            email=sender.reply_to or sender.address,
            **self.texts.reader(leading),
        )
        return Written(words, enclosed, choice.sender_id)
