"""Compose and send a morning's reminders, against a bare smtplib loop that sends the same bytes to the same server.

python -m bench.reminders --customers 10000
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import resource
import sys
import time
from decimal import Decimal
from typing import Any

from bench.send import SENDER, baseline, server
from bench.setting import bench_database

INVOICES_PER_CUSTOMER = 2
DAYS_OVERDUE = 10
LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "nl")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--customers", type=int, default=10_000)
    arguments.add_argument("--attach", action="store_true", help="a PDF of each invoice goes along, printed for it")
    arguments.add_argument(
        "--kept", action="store_true", help="a PDF of each invoice goes along, which was kept with it"
    )
    arguments.add_argument("--languages", action="store_true", help="customers read in seven languages, in turn")
    arguments.add_argument("--pay-links", action="store_true", help="each invoice has an address where it is paid")
    options = arguments.parse_args()
    with bench_database():
        measured = measure(
            options.customers,
            attach=options.attach or options.kept,
            kept=options.kept,
            languages=options.languages,
            pay_links=options.pay_links,
        )
        sys.stdout.write(json.dumps(measured) + "\n")


def measure(
    customers: int, *, attach: bool = False, kept: bool = False, languages: bool = False, pay_links: bool = False
) -> dict[str, Any]:
    from django.conf import settings

    from bench.books import TODAY
    from dunwell.followup.services.passes import begin
    from dunwell.followup.services.prepare import prepare
    from dunwell.organizations.models import Organization, OrganizationSettings
    from dunwell.workflows.run import run_organization

    organization = _book(customers)
    if attach:
        OrganizationSettings.objects.filter(organization=organization).update(attach_invoices=True)
        organization = Organization.objects.select_related("settings").get(pk=organization.pk)
    if kept:
        _keep_pdfs(organization.pk)
    _vary(organization.pk, languages=languages, pay_links=pay_links)
    now = dt.datetime.combine(TODAY, dt.time(9, 30), tzinfo=dt.UTC)
    prepare(begin(organization, as_of=TODAY, now=now, channels_set_up=("email",)))
    with server("aiosmtpd") as port:
        settings.SMTP_HOST, settings.SMTP_PORT, settings.SMTP_SECURITY = "127.0.0.1", port, "none"
        cpu, started = time.process_time(), time.perf_counter()
        report = run_organization(organization, as_of=TODAY, now=now)
        seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
        assert report.sent == customers, report
        # Before the baseline, which holds every mail in memory
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        mails = _same_bytes(organization.pk)
        bare = baseline(port, mails)
    measured: dict[str, Any] = {
        "benchmark": ", ".join(
            [
                "compose and send",
                *([f"invoices attached, {'kept' if kept else 'printed'}"] if attach else []),
                *(["seven languages"] if languages else []),
                *(["pay links"] if pay_links else []),
            ]
        ),
        "messages": customers,
        "bytes_per_message": sum(len(content) for _, content in mails) // customers,
        "ours_per_s": round(customers / seconds),
        "baseline_per_s": round(bare),
        "ratio": round(customers / seconds / bare, 3),
        "own_cpu_ms_per_mail": round(cpu / customers * 1000, 3),
        "seconds": {phase: round(value, 2) for phase, value in report.seconds.items()},
        "peak_mb": peak,
    }
    if attach and not kept:
        # A bare loop does not have these bytes before somebody prints them: the loop that does, on its one core
        printing = _seconds_to_print(200)
        loop = 1 / (1 / bare + INVOICES_PER_CUSTOMER * printing)
        measured |= {
            "pdfs_per_s_on_one_core": round(1 / printing),
            "baseline_that_prints_per_s": round(loop),
            "ratio_to_it": round(customers / seconds / loop, 3),
        }
    return measured


def _vary(organization_id: int, *, languages: bool, pay_links: bool) -> None:
    """The book with what makes a text longer, or another one for each reader."""
    from django.db import connection

    parameters: dict[str, Any] = {"organization": organization_id, "languages": list(LANGUAGES)}
    with connection.cursor() as cursor:
        if languages:
            cursor.execute(
                "UPDATE ledger_customer SET language = (%(languages)s::text[])[1 + id %% 7]"
                " WHERE organization_id = %(organization)s",
                parameters,
            )
            cursor.execute(
                "UPDATE ledger_contact SET language = '' WHERE organization_id = %(organization)s", parameters
            )
        if pay_links:
            cursor.execute(
                "UPDATE ledger_invoice SET payment_url = 'https://pay.example.com/i/' || md5(number)"
                " WHERE organization_id = %(organization)s",
                parameters,
            )


def _print(press: Any, number: int) -> bytes:
    """The copy of an invoice, each another one."""
    from bench.books import TODAY
    from dunwell.messaging.documents import Addressee, InvoiceCopyFacts, Letterhead, print_invoice_copy

    whose = Letterhead("Bench Ltd", ("1 Main Street",))
    facts = InvoiceCopyFacts(f"I-{number}", TODAY, TODAY, "EUR", Decimal(1250), "")
    return print_invoice_copy(press, whose, Addressee((f"Customer {number}",), str(number)), facts)


def _seconds_to_print(count: int) -> float:
    from dunwell.messaging.documents import Press

    press = Press()
    _print(press, 0)
    started = time.perf_counter()
    for number in range(1, count + 1):
        _print(press, number)
    return (time.perf_counter() - started) / count


def _keep_pdfs(organization_id: int) -> None:
    """With each invoice a PDF of its own, of the size of one that is printed."""
    import hashlib

    from bench.books import TODAY
    from dunwell.ledger.models import Document, Invoice
    from dunwell.ledger.services.documents import documents_dir
    from dunwell.messaging.documents import Press

    pdf = _print(Press(), 1)
    folder = documents_dir() / str(organization_id)
    folder.mkdir(parents=True)
    documents = []
    now = dt.datetime.combine(TODAY, dt.time(), dt.UTC)
    for pk, customer_id in Invoice.objects.filter(organization=organization_id).values_list("pk", "customer_id"):
        content = pdf + f"%{pk}\n".encode()
        (folder / f"{pk}.pdf").write_bytes(content)
        documents.append(
            Document(
                organization_id=organization_id,
                customer_id=customer_id,
                invoice_id=pk,
                name=f"Invoice-{pk}.pdf",
                media_type="application/pdf",
                size=len(content),
                sha256=hashlib.sha256(content).hexdigest(),
                path=f"{organization_id}/{pk}.pdf",
                added_at=now,
            )
        )
    Document.objects.bulk_create(documents, batch_size=2_000)


def _book(customers: int) -> Any:
    """Each customer has two invoices ten days overdue, so that each gets one notice."""
    from django.db import connection

    from bench.books import CONTACTS, CUSTOMERS, TODAY, make_book

    organization = make_book("bench-reminders", invoices=0, due=0)
    parameters: dict[str, Any] = {"organization": organization.pk, "today": TODAY, "customers": customers}
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM ledger_contact WHERE organization_id = %(organization)s", parameters)
        cursor.execute("DELETE FROM ledger_customer WHERE organization_id = %(organization)s", parameters)
        cursor.execute(CUSTOMERS, parameters)
        cursor.execute(CONTACTS, parameters)
        cursor.execute(
            """
            INSERT INTO ledger_invoice (organization_id, customer_id, number, issued_on, due_on, terms_days, currency,
                                        total, is_draft, applied, written_off, due_is_assumed, currency_is_assumed,
                                        payment_url, description, first_known_on, created_at, updated_at)
            SELECT organization_id, id, 'I' || id || '-' || n, %(today)s - 40, %(today)s - %(overdue)s, 30, 'EUR', 1250,
                   false, 0, 0, false, false, '', '', %(today)s - 40, now(), now()
              FROM ledger_customer, generate_series(1, %(each)s) AS n WHERE organization_id = %(organization)s
            """,
            {**parameters, "overdue": DAYS_OVERDUE, "each": INVOICES_PER_CUSTOMER},
        )
        cursor.execute("VACUUM ANALYZE")
    return organization


def _same_bytes(organization_id: int) -> list[tuple[str, bytes]]:
    """The mails as they went."""
    from dunwell.messaging.channels.email.mime import build
    from dunwell.messaging.channels.port import Attachment, OutgoingMessage
    from dunwell.messaging.models import Message

    def attachments_of(message: Message) -> tuple[Attachment, ...]:
        entries = message.files.select_related("file")
        return tuple(Attachment(entry.name, entry.file.media_type, bytes(entry.file.content)) for entry in entries)

    return [
        (
            message.recipient,
            build(
                OutgoingMessage(
                    id=message.pk,
                    organization_id=organization_id,
                    customer_id=message.customer_id,
                    recipient=message.recipient,
                    recipient_name=message.recipient_name,
                    sender=message.sender or SENDER,
                    sender_name=message.sender_name,
                    reply_to=message.reply_to,
                    subject=message.subject,
                    body_text=message.body_text,
                    body_html=message.body_html,
                    rfc_message_id=message.rfc_message_id,
                    attempts=0,
                    date=message.sending_at or message.created_at,
                    attachments=attachments_of(message),
                )
            ),
        )
        for message in Message.objects.filter(organization_id=organization_id).iterator()
    ]


if __name__ == "__main__":
    main()
