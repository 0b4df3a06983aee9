"""What goes along with a reminder: the invoice as it is kept, or a copy of what the book says, and a statement."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
from decimal import Decimal

import pypdf
import pytest

from dunwell.followup.models import Notice, NoticeFile, PolicyStep
from dunwell.followup.services import compose
from dunwell.followup.services.attachments import remove_unused
from dunwell.followup.services.prepare import prepare
from dunwell.ledger.models import Customer, Invoice
from dunwell.ledger.services.documents import add_document, file_of
from dunwell.messaging.documents import press, print_invoice_copy
from dunwell.messaging.documents.facts import Addressee, InvoiceCopyFacts, Letterhead
from dunwell.messaging.models import Message, MessageFile, StoredFile
from dunwell.messaging.services import files
from dunwell.organizations.models import OrganizationSettings, User
from tests import worlds
from tests.invariants import DAY
from tests.messaging.smtp_server import SmtpServer, Taken
from tests.scenarios.story import Story
from tests.worlds import NOW, TODAY


def set_up(story: Story, **settings: object) -> None:
    OrganizationSettings.objects.filter(organization=story.organization).update(**settings)
    story.organization.refresh_from_db()


@pytest.fixture
def invoice(story: Story, customer: Customer) -> Invoice:
    return worlds.make_invoice(customer, due_on=TODAY - 3 * DAY, number="N-1", total=Decimal("119.00"))


def attached(taken: Taken) -> list[tuple[str, bytes]]:
    return [
        (part.get_filename() or "", part.get_payload(decode=True))  # type: ignore[misc]
        for part in taken.mail.iter_attachments()
    ]


def words(pdf: bytes) -> str:
    shown = " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)
    return " ".join(shown.replace("\xa0", " ").split())


def a_pdf(text: str) -> bytes:
    head = Letterhead(text)
    return print_invoice_copy(
        press(), head, Addressee((text,)), InvoiceCopyFacts(text, TODAY, TODAY, "EUR", Decimal(1))
    )


def test_nothing_goes_along_unless_it_is_wanted(story: Story, invoice: Invoice, smtp: SmtpServer) -> None:
    story.run(TODAY)
    assert attached(smtp.taken[0]) == []
    assert smtp.taken[0].mail.get_content_type() == "multipart/alternative"
    assert not StoredFile.objects.exists()


def test_a_statement_that_would_have_boxes_is_left_out_and_says_so(
    story: Story, invoice: Invoice, smtp: SmtpServer
) -> None:
    set_up(story, attach_invoices=True, attach_statement=True)
    Invoice.objects.filter(pk=invoice.pk).update(number="請求-1")
    story.run(TODAY)
    assert attached(smtp.taken[0]) == []
    for entry in NoticeFile.objects.all():
        assert "have no 請 求, as in “" in entry.left_out
        assert "請求-1”" in entry.left_out
    assert NoticeFile.objects.count() == 2


def test_a_copy_goes_along_and_what_was_sent_is_what_is_kept(story: Story, invoice: Invoice, smtp: SmtpServer) -> None:
    set_up(story, attach_invoices=True)
    story.run(TODAY)
    ((name, content),) = attached(smtp.taken[0])
    assert name == "Invoice-N-1.pdf"
    assert "Copy of invoice N-1" in words(content)
    assert "€119.00" in words(content)
    kept, entry = StoredFile.objects.get(), MessageFile.objects.get()
    assert bytes(kept.content) == content
    assert kept.sha256 == hashlib.sha256(content).hexdigest()
    assert (entry.message, entry.file, entry.name) == (Message.objects.get(), kept, name)
    assert [(row.kind, row.file) for row in NoticeFile.objects.all()] == [("invoice_copy", kept)]
    # The words still come in both forms
    assert smtp.taken[0].mail.get_body(("html",)) is not None
    assert smtp.taken[0].mail.get_body(("plain",)) is not None


def test_the_same_copy_is_kept_once_however_often_it_goes(story: Story, invoice: Invoice, smtp: SmtpServer) -> None:
    set_up(story, attach_invoices=True)
    story.days(TODAY, TODAY + 12 * DAY)
    assert len(smtp.taken) >= 2
    assert len({content for taken in smtp.taken for _, content in attached(taken)}) == 1
    assert StoredFile.objects.count() == 1
    assert MessageFile.objects.count() == len(smtp.taken)


def test_the_document_that_is_kept_with_the_invoice_goes_rather_than_a_copy(
    story: Story, invoice: Invoice, anna: User, smtp: SmtpServer
) -> None:
    set_up(story, attach_invoices=True)
    original = a_pdf("original")
    document = add_document(
        organization=story.organization,
        customer_id=invoice.customer_id,
        invoice_id=invoice.pk,
        name="Rechnung Nr. 1 für Müller.pdf",
        chunks=[original],
        by=anna,
        now=NOW,
    )
    story.run(TODAY)
    assert attached(smtp.taken[0]) == [("Rechnung Nr. 1 für Müller.pdf", original)]
    # What was sent stays, whatever becomes of the document
    path = file_of(document)
    assert path is not None
    path.unlink()
    assert bytes(StoredFile.objects.get().content) == original


def test_a_statement_agrees_with_the_book(story: Story, invoice: Invoice, smtp: SmtpServer) -> None:
    set_up(story, attach_statement=True)
    other = worlds.make_invoice(invoice.customer, due_on=TODAY + 20 * DAY, number="N-2", total=Decimal(50))
    worlds.make_payment(invoice.customer, 19, on=TODAY - 5 * DAY, towards=invoice)
    worlds.make_invoice(invoice.customer, due_on=TODAY - 3 * DAY, number="USD-1", total=Decimal(7), currency="USD")
    story.run(TODAY)
    shown = words(attached(smtp.taken[0])[0][1])
    assert "Open invoices €150.00 To pay €150.00" in shown
    assert "N-1" in shown
    assert other.number in shown
    assert "USD-1" not in shown
    assert "€19.00" in shown


@pytest.mark.parametrize("by_step", [False, True])
def test_a_payment_of_another_invoice_calls_a_statement_back(
    story: Story, invoice: Invoice, smtp: SmtpServer, by_step: bool
) -> None:
    set_up(story, attach_statement=not by_step)
    if by_step:
        PolicyStep.objects.filter(organization=story.organization, offset_days=3).update(attachments="statement")
    other = worlds.make_invoice(invoice.customer, due_on=TODAY + 20 * DAY, number="N-2", total=Decimal(50))
    story.run(TODAY, send=False)
    worlds.make_payment(invoice.customer, 50, on=TODAY, towards=other)
    story.dispatch(TODAY)
    assert smtp.taken == []
    assert Notice.objects.get().state == "cancelled"
    story.run(TODAY)
    assert "Open invoices €119.00" in words(attached(smtp.taken[0])[0][1])


def test_without_a_statement_another_invoice_is_of_no_interest(
    story: Story, invoice: Invoice, smtp: SmtpServer
) -> None:
    other = worlds.make_invoice(invoice.customer, due_on=TODAY + 20 * DAY, number="N-2", total=Decimal(50))
    story.run(TODAY, send=False)
    worlds.make_payment(invoice.customer, 50, on=TODAY, towards=other)
    story.dispatch(TODAY)
    assert len(smtp.taken) == 1


def test_what_is_too_large_stays_here_and_says_so(
    story: Story, invoice: Invoice, anna: User, smtp: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(story, attach_invoices=True)
    add_document(
        organization=story.organization,
        customer_id=invoice.customer_id,
        invoice_id=invoice.pk,
        name="huge.pdf",
        chunks=[b"%PDF-1.7", b"0" * files.MOST_BYTES],
        by=anna,
        now=NOW,
    )
    story.run(TODAY)
    assert attached(smtp.taken[0]) == []
    entry = NoticeFile.objects.get()
    assert entry.file is None
    assert "7 MB together" in entry.left_out
    assert not StoredFile.objects.exists()


def test_files_wait_with_a_notice_that_waits_for_approval(story: Story, invoice: Invoice, smtp: SmtpServer) -> None:
    from dunwell.followup.services.notices import approve
    from dunwell.workflows.sender import sender_of

    set_up(story, attach_invoices=True, approval_required=True)
    story.run(TODAY)
    notice = Notice.objects.get()
    assert notice.files.count() == 1
    assert not MessageFile.objects.exists()
    approve(
        organization=story.organization,
        notice_id=notice.pk,
        by=worlds.make_user(organization=story.organization),
        sender=sender_of(story.organization),
        now=story.moment(TODAY),
    )
    story.dispatch(TODAY)
    assert [name for name, _ in attached(smtp.taken[0])] == ["Invoice-N-1.pdf"]


def test_files_of_discarded_notices_are_removed_after_a_day_and_sent_ones_are_not(
    story: Story, invoice: Invoice, smtp: SmtpServer
) -> None:
    set_up(story, attach_statement=True, chasing_started_at=None)
    story.run(TODAY)
    assert StoredFile.objects.count() == 1
    story.run(TODAY + DAY, dt.time(9, 0))  # rehearsal: written anew, with another day in it
    assert StoredFile.objects.count() == 2
    assert remove_unused(story.organization.pk, now=story.moment(TODAY + DAY, dt.time(9, 29))) == 0
    assert remove_unused(story.organization.pk, now=story.moment(TODAY + DAY, dt.time(9, 31))) == 1
    assert Notice.objects.get().files.get().file == StoredFile.objects.get()


def test_files_of_many_are_made_in_small_batches_and_stored_as_they_come(
    story: Story, invoice: Invoice, smtp: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lock of the pass is let go in between, and memory holds a few files, however many customers there are."""
    monkeypatch.setattr(compose, "CUSTOMERS_WITH_FILES", 2)
    monkeypatch.setattr(compose, "BYTES_AT_ONCE", 1)
    for number in range(3):
        worlds.make_invoice(worlds.make_customer(story.organization), due_on=TODAY - 3 * DAY, number=f"M-{number}")
    set_up(story, attach_invoices=True)
    this, sender, texts = story.begin(TODAY)
    prepare(this)
    written: list[int] = []
    compose.compose(this, None, sender, texts, after_batch=lambda done: written.append(done.notices))
    assert written == [2, 4]
    story.dispatch(TODAY)
    names = {attached(taken)[0][0] for taken in smtp.taken}
    assert names == {"Invoice-N-1.pdf", "Invoice-M-0.pdf", "Invoice-M-1.pdf", "Invoice-M-2.pdf"}


def test_a_file_that_is_let_go_of_long_after_is_removed_too(story: Story, invoice: Invoice, smtp: SmtpServer) -> None:
    """A notice lies for weeks until it is written anew; a server stands still for a month."""
    set_up(story, attach_invoices=True, approval_required=True)
    story.run(TODAY)
    notice = Notice.objects.get()
    assert remove_unused(story.organization.pk, now=story.moment(TODAY + 2 * DAY)) == 0
    assert StoredFile.objects.get().in_use
    notice.files.all().delete()
    assert remove_unused(story.organization.pk, now=story.moment(TODAY + 40 * DAY)) == 1
    assert not StoredFile.objects.exists()


@pytest.mark.parametrize(
    ("usual", "chosen", "names"),
    [
        (False, "invoices", ["Invoice-N-1.pdf"]),
        (False, "both", ["Statement-2026-03-18.pdf", "Invoice-N-1.pdf"]),
        (True, "none", []),
        (True, "statement", ["Statement-2026-03-18.pdf"]),
        (True, "", ["Invoice-N-1.pdf"]),
    ],
)
def test_a_step_says_otherwise(
    story: Story, invoice: Invoice, smtp: SmtpServer, usual: bool, chosen: str, names: list[str]
) -> None:
    set_up(story, attach_invoices=usual)
    PolicyStep.objects.filter(organization=story.organization, offset_days=3).update(attachments=chosen)
    story.run(TODAY)
    assert [name for name, _ in attached(smtp.taken[0])] == names
