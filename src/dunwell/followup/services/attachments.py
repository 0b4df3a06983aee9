"""The files that go with a notice: invoices as they are kept, or copies of what the book says, and statements."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from dunwell.followup.models import FileKind
from dunwell.followup.queries.step_choices import AS_ALL, StepChoice, StepChoices
from dunwell.followup.services.letterheads import STATEMENT_DAYS, account_facts, letterhead_of
from dunwell.followup.services.letters import Letters, letter_name
from dunwell.followup.sql import statement
from dunwell.ledger.models import Document
from dunwell.ledger.queries.accounts import Account, accounts
from dunwell.ledger.services.documents import file_of
from dunwell.messaging.documents import (
    Addressee,
    InvoiceCopyFacts,
    Letterhead,
    NotPrintableError,
    press,
    print_invoice_copy,
    print_statement,
)
from dunwell.messaging.documents.words import document_words
from dunwell.messaging.models import StoredFile
from dunwell.messaging.rendering import Rendered
from dunwell.messaging.rendering.scope import pay_address
from dunwell.messaging.services.files import MOST_BYTES, digest_of, keep
from dunwell.organizations.models import Organization
from dunwell.rules.channels import Channel

PDF = "application/pdf"
_LOOKED_AT = 5_000
_TOO_LARGE = (
    f"The files of one message may have {MOST_BYTES // 1024**2} MB together, as mail servers refuse more. With this "
    "one there would be more: it stays here and can be sent by hand."
)


@dataclass(frozen=True)
class Enclosed:
    """A file for a notice; without content it does not go along, for the reason in `left_out`."""

    kind: FileKind
    name: str
    content: bytes = b""
    left_out: str = ""


class Attachments:
    """What goes along with an organization's notices, as it is set now; for one batch of customers at a time.

    What it asks the database for it asks when it is made and in `read`: `of` may be called from any thread.
    `choices` are those of its steps, which may differ from the organization's.
    """

    def __init__(self, organization: Organization, choices: StepChoices, *, email: str) -> None:
        self._organization = organization
        self._invoices = organization.settings.attach_invoices
        self._statement = organization.settings.attach_statement
        self._some_invoices = self._invoices or choices.attach_invoices
        self._some_statements = self._statement or choices.attach_statement
        self._letterhead = letterhead_of(organization, email=email)
        self._documents: dict[int, Document] = {}
        self._accounts: dict[tuple[int, str], Account] = {}
        self._as_of = dt.date.min
        self._letters = Letters(organization, self._letterhead)

    @property
    def wanted(self) -> bool:
        """Whether anything goes along at all, with whatever step."""
        return self._some_invoices or self._some_statements

    def read(self, *, customers: Collection[int], invoices: Collection[int], as_of: dt.date) -> None:
        """Look up what this batch needs: two queries, whatever its size."""
        if not self.wanted:
            return
        self._as_of = as_of
        if self._some_invoices:
            kept = Document.objects.filter(
                organization=self._organization, invoice_id__in=list(invoices), media_type=PDF
            ).order_by("added_at", "pk")
            # The last that somebody kept with the invoice
            self._documents = {document.invoice_id: document for document in kept if document.invoice_id is not None}
        if self._some_statements:
            self._accounts = accounts(
                self._organization.pk, list(customers), as_of=as_of, since=as_of - dt.timedelta(STATEMENT_DAYS)
            )

    def of(
        self,
        leading: Any,
        lines: Sequence[Any],
        written: Rendered,
        sending_on: dt.date,
        *,
        language: str,
        locale: str,
        choice: StepChoice = AS_ALL,
        email: str = "",
    ) -> list[Enclosed]:
        """The files of the notice about `lines` (rows of `compose_actions.sql`), in the language of its text.

        `choice` is its step's; `email` stands on the paper instead of the organization's own, where it is not empty.
        A letter is a file itself: without it nothing goes, so NotPrintableError is raised.
        """
        if leading.channel == Channel.LETTER:
            reader = {"language": language, "locale": locale}
            pdf = self._letters.of_rows(leading, lines, written, sending_on, reader)
            return [Enclosed(FileKind.LETTER, letter_name(language, sending_on), pdf)]
        if not self.wanted or leading.channel != Channel.EMAIL:
            return []
        head = dataclasses.replace(
            self._letterhead, language=language, locale=locale, email=email or self._letterhead.email
        )
        found: list[Enclosed] = []
        if choice.statement(self._statement):
            found.append(self._statement_of(head, leading))
        if choice.invoices(self._invoices):
            for line in lines:
                room = MOST_BYTES - sum(len(file.content) for file in found)
                found.append(self._invoice(head, leading, line, room))
        return _within_limit(found)

    def _invoice(self, head: Letterhead, leading: Any, line: Any, room: int) -> Enclosed:
        words = document_words(head.language)
        name = file_name(words.invoice_file, line.number)
        document = self._documents.get(line.invoice_id)
        path = file_of(document) if document is not None else None
        if document is not None and path is not None:
            if document.size > room:
                return Enclosed(FileKind.INVOICE, document.name, left_out=_TOO_LARGE)
            return Enclosed(FileKind.INVOICE, document.name, path.read_bytes())
        facts = InvoiceCopyFacts(
            number=line.number,
            issued_on=line.issued_on,
            due_on=line.due_on,
            currency=line.currency,
            total=line.total,
            description=line.description,
            part_paid=line.balance - line.netted < line.total,
            payment_url=pay_address(line.payment_url, self._organization.settings.payment_url_pattern, line.number),
        )
        try:
            return Enclosed(FileKind.INVOICE_COPY, name, print_invoice_copy(press(), head, addressee(leading), facts))
        except NotPrintableError as error:
            return Enclosed(FileKind.INVOICE_COPY, name, left_out=str(error)[:300])

    def _statement_of(self, head: Letterhead, leading: Any) -> Enclosed:
        account = self._accounts.get((leading.customer_id, leading.currency), Account())
        since = self._as_of - dt.timedelta(STATEMENT_DAYS)
        name = file_name(document_words(head.language).statement_file, self._as_of.isoformat())
        facts = account_facts(self._organization, account, currency=leading.currency, as_of=self._as_of, since=since)
        try:
            return Enclosed(FileKind.STATEMENT, name, print_statement(press(), head, addressee(leading), facts))
        except NotPrintableError as error:
            return Enclosed(FileKind.STATEMENT, name, left_out=str(error)[:300])


def addressee(leading: Any) -> Addressee:
    """Who a document is for: the customer, and the person if it is another name."""
    person = leading.contact_name.strip()
    names = [leading.customer_name, *([person] if person and person != leading.customer_name else [])]
    return Addressee(tuple(names), leading.customer_number)


def file_name(word: str, number: str) -> str:
    """A name that every file system takes."""
    return f"{word}-{re.sub(r'[^A-Za-z0-9._-]+', '-', number).strip('-.') or 'x'}.pdf"[:200]


def _within_limit(files: list[Enclosed]) -> list[Enclosed]:
    """What fits, the first ones first."""
    size, result = 0, []
    for file in files:
        if file.content and size + len(file.content) > MOST_BYTES:
            result.append(Enclosed(file.kind, file.name, left_out=_TOO_LARGE))
            continue
        size += len(file.content)
        result.append(file)
    return result


def enclose(organization_id: int, notices: Sequence[tuple[int, Sequence[Enclosed]]], *, now: dt.datetime) -> None:
    """Keep the files of these new notices with them, in the caller's transaction."""
    notices = [(notice_id, files) for notice_id, files in notices if files]
    if not notices:
        return
    ids = keep(
        organization_id=organization_id,
        files=[(PDF, file.content) for _, files in notices for file in files if file.content],
        now=now,
    )
    with connection.cursor() as cursor, cursor.copy(statement("copy_notice_files")) as copy:
        for notice_id, files in notices:
            for position, file in enumerate(files):
                stored = ids[digest_of(file.content)] if file.content else None
                copy.write_row((organization_id, notice_id, str(file.kind), file.name, stored, file.left_out, position))


def remove_unused(organization_id: int, *, now: dt.datetime) -> int:
    """Delete what belonged to notices that were discarded before anybody saw them; how many files went.

    A file is looked at a day after it came, whenever that is, and again each time something has let go of it. The
    day's grace: whoever is just storing a file marks it as used in his own transaction.
    """
    to_look_at = StoredFile.objects.filter(
        organization=organization_id, in_use=False, used_at__lte=now - dt.timedelta(days=1)
    )
    gone = 0
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            # Whoever lets go of one meanwhile waits, and says so after we have marked it
            found = list(
                to_look_at.select_for_update(of=("self",)).order_by("sha256").values_list("pk", flat=True)[:_LOOKED_AT]
            )
            cursor.execute(statement("remove_unused_files"), {"files": found})
            gone += int(cursor.rowcount)
            StoredFile.objects.filter(pk__in=found).update(in_use=True)
        if len(found) < _LOOKED_AT:
            return gone
