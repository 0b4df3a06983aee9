"""`dunwell catch-mail`: a mail server that delivers nothing, for the demo and for trying things out."""

from __future__ import annotations

import asyncio
import secrets
import signal
from pathlib import Path
from typing import Annotated

import typer
from aiosmtpd.smtp import SMTP, Envelope, Session

_LARGEST_MESSAGE = 25_000_000  # bytes


class KeepMails:
    """Writes each mail to a file of its own, named so that they sort by arrival."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.received = sum(1 for _ in folder.glob("*.eml"))

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802, ARG002 - aiosmtpd's name and signature
        content = envelope.original_content or b""
        recipients = ", ".join(envelope.rcpt_tos)
        self.received += 1
        path = self.folder / f"{self.received:06d}-{secrets.token_hex(3)}.eml"
        path.write_bytes(f"X-Envelope-To: {recipients}\r\n".encode() + content)
        return "250 Kept, not delivered"


def catch_mail(
    *,
    port: Annotated[int, typer.Option(min=1, max=65535)] = 2525,
    folder: Annotated[Path, typer.Option(help="Where each mail becomes an .eml file.")] = Path("mails"),
) -> None:
    """Accept every mail on this machine and keep it as a file; nothing leaves."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise typer.BadParameter(f"Mails cannot be kept in {folder}: {error.strerror}.") from error
    asyncio.run(_serve(port, KeepMails(folder)))


async def _serve(port: int, handler: KeepMails) -> None:
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)

    def conversation() -> SMTP:
        return SMTP(handler, hostname="localhost", data_size_limit=_LARGEST_MESSAGE, enable_SMTPUTF8=True)

    try:
        server = await loop.create_server(conversation, "127.0.0.1", port)
    except OSError as error:
        raise typer.BadParameter(f"Nobody can be listened to on port {port}: {error.strerror}.") from error
    async with server:
        await ended.wait()
