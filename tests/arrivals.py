"""What reached a customer, by whichever channel, and the rows that it comes from: asked of the servers, not of ours."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import pypdf

from dunwell.followup.models import Notice, NoticeItem, NoticeMessage
from dunwell.ledger.models import Customer
from dunwell.messaging.models import BatchLetter, Message
from dunwell.organizations.models import Organization
from tests.messaging.lob_server import Letter
from tests.messaging.smtp_server import Taken
from tests.messaging.twilio_server import Sms


@dataclass(frozen=True)
class Arrival:
    """One message that a server took, or a letter that a person posted. `name`: what no second one may be called."""

    name: str
    message: Message
    notice: Notice
    items: tuple[NoticeItem, ...]
    posted_on: dt.date | None = None

    @property
    def customer(self) -> Customer:
        customer: Customer = self.notice.customer
        return customer

    @property
    def zone(self) -> ZoneInfo:
        """Whose clock counts: letters go by ours."""
        ours = self.notice.organization.time_zone
        return ZoneInfo(ours if self.notice.channel == "letter" else self.customer.time_zone or ours)

    @property
    def sent_at(self) -> dt.datetime:
        """The moment its transmission, or its printing, began, on that clock."""
        assert self.message.sending_at is not None
        return self.message.sending_at.astimezone(self.zone)

    @property
    def day(self) -> dt.date:
        return self.sent_at.date()

    @property
    def decided_on(self) -> dt.date:
        """The day of the pass that wrote it."""
        return self.notice.created_at.astimezone(ZoneInfo(self.notice.organization.time_zone)).date()

    @property
    def words(self) -> str:
        """All that can be read in it; of a letter, what is on its pages."""
        if self.notice.channel != "letter":
            return f"{self.message.body_text} {self.message.body_html}"
        pdf = bytes(self.message.files.get(position=0).file.content)
        return " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)

    @property
    def steps(self) -> dict[str, int]:
        """Invoice number → the offset of its step."""
        return {item.invoice.number: item.step.offset_days for item in self.items}


def arrivals(taken: Iterable[Taken]) -> list[Arrival]:
    """What arrived by mail, in order, with its rows. A mail that no row knows is an error."""
    names = [str(mail.mail["Message-ID"]) for mail in taken]
    return [_arrival(name, message__rfc_message_id=name) for name in names]


def sms_arrivals(taken: Iterable[Sms]) -> list[Arrival]:
    """The same of SMS, which name their message in the address of their reports."""
    return [_arrival(sms.callback, message=int(sms.callback.rstrip("/").rsplit("/", 1)[1])) for sms in taken]


def letter_arrivals(printed: Iterable[Letter]) -> list[Arrival]:
    """The same of what Lob prints."""
    return [_arrival(f"Lob {letter.key}", message=int(letter.fields["metadata[message]"])) for letter in printed]


def posted(organization: Organization) -> list[Arrival]:
    """The letters of batches that a person has marked as posted."""
    letters = BatchLetter.objects.filter(organization=organization, called_back_at=None).exclude(batch__posted_at=None)
    return [
        _arrival(f"letter {letter.message_id}", letter.batch.posted_on, message=letter.message_id)
        for letter in letters.select_related("batch").order_by("pk")
    ]


def _arrival(name: str, posted_on: dt.date | None = None, **link: object) -> Arrival:
    found = NoticeMessage.objects.select_related("message", "notice__customer", "notice__organization").get(**link)
    items = tuple(NoticeItem.objects.filter(notice=found.notice).select_related("invoice", "step").order_by("id"))
    return Arrival(name, found.message, found.notice, items, posted_on)
