"""Files that went along, on the pages of notice and message; a statement of account of any day."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal

import pypdf
from django.test import Client

from dunwell.followup.models import NoticeFile
from dunwell.messaging.documents import Addressee, InvoiceCopyFacts, Letterhead, press, print_invoice_copy
from dunwell.messaging.models import Message, MessageFile, StoredFile
from dunwell.messaging.services.files import digest_of, keep
from dunwell.messaging.services.outbox import NewMessage, enqueue
from dunwell.organizations.models import OrganizationSettings
from tests import worlds
from tests.invariants import DAY
from tests.web.conftest import Desk, run
from tests.worlds import NOW


def words(pdf: bytes) -> str:
    shown = " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)
    return " ".join(shown.replace("\xa0", " ").split())


def test_a_statement_of_a_past_day_leaves_out_what_came_later(desk: Desk, owner: Client) -> None:
    worlds.make_payment(desk.customer, "20.50", on=desk.today - 2 * DAY, towards=desk.invoice)
    url = desk.url(f"customers/{desk.customer.pk}/statement/")
    assert b"Take the PDF" in owner.get(url).content

    def of(day: dt.date) -> str:
        answer = owner.get(f"{url}file/", {"as_of": str(day), "since": str(day - 90 * DAY), "currency": "EUR"})
        assert answer["Content-Type"] == "application/pdf"
        assert answer["Content-Disposition"].startswith("attachment")
        return words(answer.content)

    assert "To pay €241.00" in of(desk.today - 5 * DAY)
    assert "To pay €220.50" in of(desk.today)
    assert "€20.50" in of(desk.today)


def test_nobody_can_state_the_future(desk: Desk, owner: Client) -> None:
    url = desk.url(f"customers/{desk.customer.pk}/statement/file/")
    asked = {"as_of": str(desk.today + DAY), "since": str(desk.today), "currency": "EUR"}
    page = owner.get(url, asked)
    assert page.status_code == 422
    assert b"nobody knows what comes" in page.content
    page = owner.get(url, {**asked, "as_of": str(desk.today), "since": str(desk.today + DAY)})
    assert b"after the statement" in page.content


def test_what_goes_along_is_handed_out_byte_for_byte(desk: Desk, owner: Client) -> None:
    facts = InvoiceCopyFacts("1", desk.today, desk.today, "EUR", Decimal(1))
    pdf = print_invoice_copy(press(), Letterhead("N"), Addressee(("H",)), facts)
    file = keep(organization_id=desk.organization.pk, files=[("application/pdf", pdf)], now=NOW)[digest_of(pdf)]
    for position, (name, kept, left_out) in enumerate([("Invoice-1.pdf", file, ""), ("huge.pdf", None, "Too large.")]):
        NoticeFile.objects.create(
            organization=desk.organization,
            notice=desk.notice,
            kind="invoice",
            name=name,
            file_id=kept,
            left_out=left_out,
            position=position,
        )
    page = owner.get(desk.url(f"notices/{desk.notice.pk}/")).content
    assert b"Invoice-1.pdf" in page
    assert b"Left out: Too large." in page
    handed = owner.get(desk.url(f"notices/{desk.notice.pk}/files/0/"))
    assert handed.content == pdf
    assert handed["X-Content-Type-Options"] == "nosniff"
    assert owner.get(desk.url(f"notices/{desk.notice.pk}/files/1/")).status_code == 404
    (message,) = enqueue(
        [
            NewMessage(
                organization_id=desk.organization.pk,
                customer_id=desk.customer.pk,
                key="k",
                recipient="a@b.example",
                sender="c@d.example",
                subject="S",
                body_text="T",
                not_before=NOW,
            )
        ]
    )
    MessageFile.objects.create(
        organization=desk.organization, message_id=message, file_id=file, name="Invoice-1.pdf", position=0
    )
    assert b"Invoice-1.pdf" in owner.get(desk.url(f"follow-up/messages/{message}/")).content
    assert owner.get(desk.url(f"follow-up/messages/{message}/files/0/")).content == pdf


def test_what_goes_along_is_chosen_in_settings(desk: Desk, owner: Client) -> None:
    page = owner.get(desk.url("settings/papers/"))
    assert page.status_code == 200
    owner.post(desk.url("settings/papers/"), {"attach_invoices": "on", "paper": "us_letter"})
    settings = OrganizationSettings.objects.get(organization=desk.organization)
    assert (settings.attach_invoices, settings.attach_statement, settings.paper) == (True, False, "us_letter")
    worlds.make_invoice(worlds.make_customer(desk.organization, "Oak"), due_on=desk.today - 9 * DAY)
    run(desk.organization)
    assert NoticeFile.objects.filter(kind="invoice_copy").count() >= 1
    assert StoredFile.objects.filter(organization=desk.organization).exists()
    assert not Message.objects.exists()
    assert b"US Letter, invoices attached" in owner.get(desk.url("settings/")).content
