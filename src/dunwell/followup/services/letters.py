"""Letters on paper: a notice's words, its invoices and its address, as the PDF that goes into the envelope."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from dunwell.followup.models import FileKind, Notice, NoticeFile, NoticeItem
from dunwell.followup.services.letterheads import letterhead_of
from dunwell.followup.services.texts import Sender, Texts
from dunwell.messaging.channels.letter.addresses import PostalAddress
from dunwell.messaging.documents import Addressee, LetterFacts, Letterhead, OpenItem, press, print_letter
from dunwell.messaging.documents.words import document_words
from dunwell.messaging.rendering import Rendered
from dunwell.messaging.rendering.paper import paragraphs
from dunwell.messaging.rendering.scope import pay_address
from dunwell.messaging.services.files import digest_of, keep
from dunwell.organizations.models import Organization
from dunwell.organizations.models.settings import LettersBy
from dunwell.rules.papers import Paper

PDF = "application/pdf"


@dataclasses.dataclass(frozen=True)
class Written:
    """The words of a letter, and what they are about."""

    subject: str
    text: str
    currency: str
    as_of: dt.date
    invoices: tuple[OpenItem, ...]
    credit: Decimal


class Letters:
    """An organization's paper, as it is set now."""

    def __init__(self, organization: Organization, letterhead: Letterhead) -> None:
        self._organization = organization
        self._letterhead = letterhead

    def print(
        self, letter: Written, *, address: str, customer: str, number: str, person: str, language: str, locale: str
    ) -> bytes:
        """The PDF. `address` is what `ledger_recipient` answers for letters. Raises NotPrintableError."""
        head = dataclasses.replace(self._letterhead, language=language, locale=locale)
        posted_by_lob = self._organization.settings.letters_by == LettersBy.LOB
        if posted_by_lob:
            # Lob prints on nothing else, and writes the address itself
            head = dataclasses.replace(head, paper=Paper.US_LETTER)
        lines = PostalAddress.read(address).lines(
            name=customer, person=person, from_country=self._organization.country, language=language
        )
        facts = LetterFacts(
            subject=letter.subject,
            body=paragraphs(letter.text),
            currency=letter.currency,
            as_of=letter.as_of,
            invoices=letter.invoices,
            credit=letter.credit,
        )
        return print_letter(press(), head, Addressee(lines, number), facts, address_drawn=not posted_by_lob)

    def of_rows(
        self, leading: Any, lines: Sequence[Any], written: Rendered, sending_on: dt.date, reader: Mapping[str, str]
    ) -> bytes:
        """The letter about the rows of `compose_actions.sql`, for a reader of this language and locale."""
        letter = Written(
            subject=written.subject,
            text=written.text,
            currency=leading.currency,
            as_of=sending_on,
            invoices=tuple(self._item(line, line.balance, (sending_on - line.due_on).days) for line in lines),
            credit=sum((line.netted for line in lines), Decimal(0)),
        )
        return self.print(
            letter,
            address=leading.address,
            customer=leading.customer_name,
            number=leading.customer_number,
            person=leading.contact_name.strip(),
            **reader,
        )

    def of_notice(self, notice: Notice, reader: Mapping[str, str]) -> bytes:
        """The letter of a notice that a person has changed the words of."""
        items = NoticeItem.objects.filter(notice=notice).select_related("invoice").order_by("-days_past_due", "pk")
        letter = Written(
            subject=notice.subject,
            text=notice.body_text,
            currency=notice.currency,
            as_of=notice.as_of,
            invoices=tuple(self._item(item.invoice, item.balance, item.days_past_due) for item in items),
            credit=notice.credit,
        )
        return self.print(
            letter,
            address=notice.recipient,
            customer=notice.customer.name,
            number=notice.customer.number,
            person=notice.contact.name.strip() if notice.contact else "",
            **reader,
        )

    def _item(self, invoice: Any, balance: Decimal, days_past_due: int) -> OpenItem:
        return OpenItem(
            number=invoice.number,
            issued_on=invoice.issued_on,
            due_on=invoice.due_on,
            days_past_due=days_past_due,
            total=invoice.total,
            balance=balance,
            payment_url=pay_address(
                invoice.payment_url, self._organization.settings.payment_url_pattern, invoice.number
            ),
        )


def letter_name(language: str, day: dt.date) -> str:
    """Under which name a letter is kept."""
    return f"{document_words(language).letter_file}-{day}.pdf"


def print_again(organization: Organization, notice: Notice, *, now: dt.datetime) -> None:
    """A person changed the words of a letter: its paper follows. Raises NotPrintableError."""
    settings = organization.settings
    sender = Sender(settings.sender_address, settings.sender_name or organization.name, settings.reply_to)
    language = notice.contact.language if notice.contact else ""
    asked = SimpleNamespace(
        template_id=notice.step.template_id,
        channel=notice.channel,
        language=language or notice.customer.language,
    )
    letterhead = letterhead_of(organization, email=sender.reply_to or sender.address)
    pdf = Letters(organization, letterhead).of_notice(notice, Texts(organization, sender).reader(asked))
    stored = keep(organization_id=organization.pk, files=[(PDF, pdf)], now=now)
    NoticeFile.objects.filter(organization=organization, notice=notice, kind=FileKind.LETTER).update(
        file=stored[digest_of(pdf)]
    )
