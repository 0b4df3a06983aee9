"""What a notice is made of: its words, the files that go along, and whose it is."""

from __future__ import annotations

import datetime as dt
import functools
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeAlias

from dunwell.followup.queries.step_choices import AS_ALL, StepChoices
from dunwell.followup.services.attachments import Attachments, Enclosed
from dunwell.followup.services.side_facts import SideFacts
from dunwell.followup.services.texts import Sender, Texts
from dunwell.messaging.documents import NotPrintableError, press
from dunwell.messaging.rendering import MissingValueError, Rendered, TooLongError
from dunwell.organizations.models import Organization
from dunwell.rules.channels import Channel


@dataclass(frozen=True)
class Written:
    """`sender_id` is the sender that its highest step, or the policy, has chosen; None: the organization's own."""

    words: Rendered
    enclosed: list[Enclosed]
    sender_id: int | None


@dataclass(frozen=True)
class Asked:
    """A notice to be written: the row of its highest step, those of its invoices (`compose_actions.sql`), and
    what it names besides them.
    """

    leading: Any
    lines: list[Any]
    side: SideFacts


# Why a notice cannot be written: nothing goes with a hole, no letter without paper
Unwritable: TypeAlias = MissingValueError | TooLongError | NotPrintableError
_InHand: TypeAlias = Callable[[], Written | Unwritable]

# Bounds what is held in memory of files that nobody has stored yet
_PRINTED_AHEAD = 8


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

    def each(self, asked: Iterable[Asked], sending_on: dt.date) -> Iterator[Written | Unwritable]:
        """The notices in their order. Files are printed a few notices ahead, on all processors."""
        ahead: deque[_InHand] = deque()
        printers = press().printers if self.makes_files else None
        for one in asked:
            ahead.append(self._begin(one, sending_on, printers))
            if len(ahead) > (_PRINTED_AHEAD if printers else 0):
                yield ahead.popleft()()
        while ahead:
            yield ahead.popleft()()

    def _begin(self, asked: Asked, sending_on: dt.date, printers: ThreadPoolExecutor | None) -> _InHand:
        """The words at once, the files by whoever prints: the notice when it is asked for."""
        leading = asked.leading
        # Senders and attachments are chosen for e-mails: not where another channel stands in
        choice = self._choices.of(leading.step_id) if leading.channel == Channel.EMAIL else AS_ALL
        sender = self.sender.named(choice.sender_id)
        try:
            words = self.texts.write(leading, asked.lines, sending_on, asked.side, sender_id=choice.sender_id)
        except (MissingValueError, TooLongError) as error:
            return functools.partial(_unwritable, error)
        files: Callable[[], list[Enclosed]] = functools.partial(
            self.attachments.of,
            leading,
            asked.lines,
            words,
            sending_on,
            choice=choice,
            email=sender.reply_to or sender.address,
            **self.texts.reader(leading),
        )
        if printers is not None:
            files = printers.submit(files).result
        return functools.partial(_with_files, words, files, choice.sender_id)


def _unwritable(error: Unwritable) -> Unwritable:
    return error


def _with_files(words: Rendered, files: Callable[[], list[Enclosed]], sender_id: int | None) -> Written | Unwritable:
    try:
        return Written(words, files(), sender_id)
    except NotPrintableError as error:
        return error
