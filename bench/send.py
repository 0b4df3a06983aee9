"""Sending prepared messages against a bare smtplib loop that sends the same bytes to the same server.

`python -m bench.send --messages 10000` queues messages of a real notice (HTML and text), then empties the
outbox by `dispatch` and, in turn, sends the very same bytes by one smtplib connection. The server is a
process of its own. The database is that of DUNWELL_DATABASE_URL, in which an organization is made and,
in the end, removed. Prints one JSON object.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import json
import logging
import multiprocessing
import os
import smtplib
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from multiprocessing.connection import Connection

import django

NOW = dt.datetime(2026, 3, 18, 9, 30, tzinfo=dt.UTC)
SENDER = "accounts@northlight.example"


# The server


def serve(kind: str, port: Connection) -> None:
    """Runs until it is terminated; tells its port."""
    logging.disable(logging.CRITICAL)
    asyncio.run(_serve(kind, port))


async def _serve(kind: str, port: Connection) -> None:
    from aiosmtpd.smtp import SMTP

    class Sink:
        async def handle_DATA(self, server: SMTP, session: object, envelope: object) -> str:  # noqa: ARG002, N802
            return "250 OK"

    loop = asyncio.get_running_loop()
    if kind == "aiosmtpd":
        server = await loop.create_server(lambda: SMTP(Sink()), "127.0.0.1", 0)
    else:
        server = await loop.create_server(_Bare, "127.0.0.1", 0)
    port.send(server.sockets[0].getsockname()[1])
    await server.serve_forever()


class _Bare(asyncio.Protocol):
    """The least that smtplib takes for a mail server: what it costs is next to nothing."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.waiting = b""
        self.in_data = False
        transport.write(b"220 bench\r\n")

    def data_received(self, data: bytes) -> None:
        self.waiting += data
        while True:
            end = b"\r\n.\r\n" if self.in_data else b"\r\n"
            if end not in self.waiting:
                return
            line, self.waiting = self.waiting.split(end, 1)
            if self.in_data:
                self.in_data = False
                self.transport.write(b"250 OK\r\n")
                continue
            self.in_data = line[:4].upper() == b"DATA"
            if line[:4].upper() == b"QUIT":
                self.transport.write(b"221 bye\r\n")
                self.transport.close()
                return
            self.transport.write(b"354 go on\r\n" if self.in_data else b"250 OK\r\n")


@contextmanager
def server(kind: str) -> Iterator[int]:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=serve, args=(kind, theirs), daemon=True)
    process.start()
    try:
        yield ours.recv()
    finally:
        process.terminate()
        process.join()


# The two ways


def baseline(port: int, mails: list[tuple[str, bytes]]) -> float:
    """Messages per second of a bare loop over one connection."""
    started = time.perf_counter()
    with smtplib.SMTP("127.0.0.1", port, local_hostname="bench.example") as connection:
        for recipient, content in mails:
            connection.sendmail(SENDER, [recipient], content)
    return len(mails) / (time.perf_counter() - started)


def ours(organization_id: int, port: int, count: int, connections: int) -> tuple[float, float]:
    """Messages per second of dispatch, and its own CPU milliseconds per message."""
    from dunwell.messaging.channels.email import SmtpChannel, SmtpSettings
    from dunwell.messaging.channels.port import Channel
    from dunwell.messaging.services.dispatch import dispatch

    settings = SmtpSettings("127.0.0.1", port, security="none")

    def connect() -> Channel:
        return SmtpChannel(settings)

    cpu, started = time.process_time(), time.perf_counter()
    report = dispatch(
        organization_id=organization_id,
        clock=lambda: NOW,
        worker="bench",
        channels={"email": connect},
        connections=connections,
    )
    seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
    assert report.sent == count, report
    return count / seconds, cpu / count * 1000


# The messages


def prepare(organization_id: int, customer_id: int, count: int, batch: str) -> list[tuple[str, bytes]]:
    """Queue the messages; the bytes in which they go, for the baseline."""
    from dunwell.messaging.channels.email.mime import build
    from dunwell.messaging.channels.port import OutgoingMessage
    from dunwell.messaging.rendering import TemplateSource, compile_template, render
    from dunwell.messaging.services.outbox import NewMessage, enqueue, rfc_message_id
    from dunwell.messaging.texts import SHIPPED

    shipped = next(text for text in SHIPPED if text.key == "firm-reminder")
    template = compile_template(TemplateSource(shipped.subject, shipped.html, shipped.text))
    messages, mails = [], []
    for number in range(count):
        written = render(template, _context(number))
        recipient, key = f"billing{number}@client.example", f"{batch}-{number}"
        messages.append(
            NewMessage(
                organization_id=organization_id,
                customer_id=customer_id,
                key=key,
                recipient=recipient,
                sender=SENDER,
                sender_name="Northlight Media",
                subject=written.subject,
                body_text=written.text,
                body_html=written.html,
                not_before=NOW,
            )
        )
        outgoing = OutgoingMessage(
            id=0,
            organization_id=organization_id,
            customer_id=customer_id,
            recipient=recipient,
            recipient_name="",
            sender=SENDER,
            sender_name="Northlight Media",
            reply_to="",
            subject=written.subject,
            body_text=written.text,
            body_html=written.html,
            rfc_message_id=rfc_message_id(organization_id, key, SENDER),
            attempts=0,
            date=NOW,
        )
        mails.append((recipient, build(outgoing)))
    enqueue(messages)
    return mails


def _context(number: int):  # type: ignore[no-untyped-def]
    from dunwell.messaging.rendering import (
        ContactFacts,
        CustomerFacts,
        InvoiceFacts,
        NoticeContext,
        OrganizationFacts,
        SenderFacts,
    )

    today = NOW.date()
    invoices = tuple(
        InvoiceFacts(
            number=f"INV-{number}-{row}",
            issued_on=today - dt.timedelta(days=40 + row),
            due_on=today - dt.timedelta(days=10 + row),
            days_past_due=10 + row,
            total=Decimal("1250.00"),
            balance=Decimal("1250.00"),
        )
        for row in range(1 + number % 3)
    )
    return NoticeContext(
        organization=OrganizationFacts("Northlight Media", "12 Harbour Street", "https://pay.example/{invoice.number}"),
        sender=SenderFacts("Northlight Media", SENDER),
        customer=CustomerFacts(f"Client {number}"),
        contact=ContactFacts(f"billing{number}@client.example"),
        invoices=invoices,
        currency="EUR",
        as_of=today,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=0, help="0: dispatch's default")
    parser.add_argument("--server", choices=("aiosmtpd", "bare"), default="aiosmtpd")
    arguments = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dunwell.config.settings")
    django.setup()
    json.dump(measure(arguments.messages, arguments.rounds, arguments.connections, arguments.server), sys.stdout)
    print()


def measure(messages: int, rounds: int, connections: int, kind: str) -> dict[str, object]:
    """Rounds of both in turn; the medians."""
    from django.core.management import call_command

    from dunwell.ledger.models import Customer
    from dunwell.messaging.models import Message
    from dunwell.messaging.services.dispatch import DEFAULT_CONNECTIONS
    from dunwell.organizations.models import Organization, OrganizationSettings

    call_command("migrate", verbosity=0)
    connections = connections or DEFAULT_CONNECTIONS
    share = max(messages // rounds, 1)
    organization = Organization.objects.create(slug=f"bench-{os.getpid()}", name="Bench", base_currency="EUR")
    OrganizationSettings.objects.create(organization=organization)
    customer = Customer.objects.create(
        organization=organization, name="Client", name_key="client", known_from=NOW.date(), number="1"
    )
    theirs, mine, cpu, size = [], [], [], 0
    try:
        with server(kind) as port:
            for number in range(rounds):
                mails = prepare(organization.pk, customer.pk, share, f"round{number}")
                size = sum(len(content) for _, content in mails) // len(mails)
                theirs.append(baseline(port, mails))
                rate, milliseconds = ours(organization.pk, port, share, connections)
                mine.append(rate)
                cpu.append(milliseconds)
    finally:
        Message.objects.filter(organization=organization).delete()
        organization.delete()
    ratios = [one / other for one, other in zip(mine, theirs, strict=True)]
    return {
        "what": "dispatch of prepared messages",
        "messages": share * rounds,
        "bytes_per_message": size,
        "server": kind,
        "connections": connections,
        "baseline_per_s": round(statistics.median(theirs)),
        "ours_per_s": round(statistics.median(mine)),
        "ratio": round(statistics.median(ratios), 3),
        "own_cpu_ms_per_mail": round(statistics.median(cpu), 3),
    }


if __name__ == "__main__":
    main()
