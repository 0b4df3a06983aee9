"""A real SMTP server (aiosmtpd) that does what a test tells it to, recipient by recipient."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import defaultdict, deque
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

logging.getLogger("mail.log").setLevel(logging.WARNING)  # aiosmtpd tells every command it is given


@dataclass
class Taken:
    """A message that the server has whole: it may have told so or not. `copies`: further recipients it accepted."""

    recipient: str
    sender: str
    content: bytes
    copies: tuple[str, ...] = ()

    @property
    def mail(self) -> EmailMessage:
        return message_from_bytes(self.content, policy=policy.default)


@dataclass
class Script:
    """What happens to the next messages for an address; then they are accepted.

    mail-4, mail-5, rcpt-4, rcpt-5, rcpt-unknown, data-4, data-5, end-4, end-5, end-nonsense: an answer in that phase.
    drop-mail, drop-rcpt, drop-data, drop-inside, drop-dot, drop-end: the connection is gone in that phase;
    `inside` before the final dot was read, `dot` when it was read, `end` after the message was taken.
    slow: takes the message, answers late. silent-end: takes it and never answers.
    """

    by_recipient: dict[str, deque[str]] = field(default_factory=lambda: defaultdict(deque))
    at_mail: deque[str] = field(default_factory=deque)


ANSWERS = {
    "mail-4": "451 4.3.0 Try later",
    "mail-5": "553 5.7.1 This sender is not welcome",
    "mail-421": "421 4.3.2 Too many messages on this connection",
    "rcpt-4": "450 4.2.0 Greylisted, please come back",
    "rcpt-5": "550 5.7.1 We do not take mail from you",
    "rcpt-unknown": "550 5.1.1 No such user here",
    "data-4": "451 4.3.0 Disk is busy",
    "data-5": "554 5.5.1 No DATA today",
    "end-4": "452 4.3.1 Mailbox full",
    "end-5": "554 5.6.0 This content is not welcome",
    "end-nonsense": "399 what now",
}


class _Protocol(SMTP):
    """aiosmtpd's protocol with the accidents that handlers cannot cause."""

    is_one_too_many = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        events: _Handler = self.event_handler
        self.is_one_too_many = events.most_connections is not None and events.at_once >= events.most_connections
        if self.is_one_too_many:
            events.turned_away += 1
            asyncio.get_running_loop().call_later(events.refuses_after, self._turn_away, transport)
            return
        events.at_once += 1
        super().connection_made(transport)

    @staticmethod
    def _turn_away(transport: asyncio.BaseTransport) -> None:
        cast("asyncio.Transport", transport).write(b"421 4.7.0 Too many connections from you\r\n")
        transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.is_one_too_many:
            self.event_handler.at_once -= 1
            super().connection_lost(error)

    def data_received(self, data: bytes) -> None:
        if not self.is_one_too_many:
            super().data_received(data)

    def eof_received(self) -> bool | None:
        return None if self.is_one_too_many else super().eof_received()

    def _hang_up(self) -> None:
        cast("asyncio.Transport", self.transport).abort()

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        does = self.event_handler.peek(self.envelope)
        if does == "drop-data":
            self.event_handler.next(self.envelope)
            self._hang_up()
            return
        if does in {"data-4", "data-5"}:
            self.event_handler.next(self.envelope)
            await self.push(ANSWERS[does])
            return
        if does in {"drop-inside", "drop-dot"}:
            self.event_handler.next(self.envelope)
            await self.push("354 End data with <CR><LF>.<CR><LF>")
            # Line by line: the reader takes nothing longer at once
            while await self._reader.readline() != b".\r\n" and does == "drop-dot":
                pass
            self._hang_up()
            return
        await super().smtp_DATA(arg)


class _Handler:
    def __init__(self, script: Script) -> None:
        self.script = script
        self.taken: list[Taken] = []
        self.connections = 0
        self.at_once = 0
        self.most_connections: int | None = None
        self.turned_away = 0
        self.refuses_after = 0.0
        self.transactions = 0
        self.delay = 0.0
        self.arrived = threading.Event()

    def peek(self, envelope: Envelope) -> str:
        recipients = envelope.rcpt_tos
        waiting = self.script.by_recipient[recipients[0]] if recipients else None
        return waiting[0] if waiting else ""

    def next(self, envelope: Envelope) -> str:
        waiting = self.script.by_recipient[envelope.rcpt_tos[0]]
        return waiting.popleft() if waiting else ""

    async def handle_EHLO(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_MAIL(  # noqa: N802
        self, server: Any, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.transactions += 1
        does = self.script.at_mail.popleft() if self.script.at_mail else ""
        if does == "drop-mail":
            server.transport.abort()
            return "250 gone"
        if does in {"mail-4", "mail-5"}:
            return ANSWERS[does]
        if does == "mail-421":
            await server.push(ANSWERS[does])
            server.transport.close()
            return "421 gone"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        waiting = self.script.by_recipient[address]
        if waiting and waiting[0] == "drop-rcpt":
            waiting.popleft()
            server.transport.abort()
            return "250 gone"
        if waiting and waiting[0] in {"rcpt-4", "rcpt-5", "rcpt-unknown"}:
            return ANSWERS[waiting.popleft()]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Session, envelope: Envelope) -> str:  # noqa: N802
        does = self.next(envelope)
        if does in ANSWERS:
            return ANSWERS[does]
        content = cast("bytes", envelope.original_content)
        recipient, *copies = envelope.rcpt_tos
        self.taken.append(Taken(recipient, envelope.mail_from or "", content, tuple(copies)))
        self.arrived.set()
        if does == "drop-end":
            server.transport.abort()
            return "250 gone"
        if does == "silent-end":
            await asyncio.sleep(3600)
        if does == "slow":
            await asyncio.sleep(0.5)
        if self.delay:
            await asyncio.sleep(self.delay)
        return "250 2.0.0 OK taken"


class SmtpServer(Controller):
    """Starts on a free port of the loopback; `taken` is what it has received whole."""

    def __init__(self, **options: Any) -> None:
        self.script = Script()
        self.events = _Handler(self.script)
        self._options = options
        super().__init__(self.events, hostname="127.0.0.1", port=0)

    def factory(self) -> SMTP:
        return _Protocol(self.handler, enable_SMTPUTF8=True, **self._options)

    def _trigger_server(self) -> None:
        """The port is the system's choice, and known only now."""
        self.port = cast("asyncio.Server", self.server).sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]

    @property
    def taken(self) -> list[Taken]:
        return list(self.events.taken)

    def will(self, recipient: str, *does: str) -> None:
        """The next messages for this address meet these accidents, one each."""
        self.script.by_recipient[recipient].extend(does)

    def count(self, recipient: str) -> int:
        return sum(1 for taken in self.taken if taken.recipient == recipient)
