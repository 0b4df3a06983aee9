"""The connection to one mail server, kept open and used for many messages."""

from __future__ import annotations

import contextlib
import datetime as dt
import smtplib
import socket
import time
from dataclasses import replace

from dunwell.messaging.channels.email.addresses import InvalidAddressError, wire_address
from dunwell.messaging.channels.email.mime import build
from dunwell.messaging.channels.email.session import Envelope, Session, StaleConnectionError, connect
from dunwell.messaging.channels.email.settings import SmtpSettings
from dunwell.messaging.channels.port import OutgoingMessage, RefusedCopy, Result, Transmission

# After this many idle seconds a server may have hung up; asking first is cheaper than a failed transmission
_ASK_AFTER = 20.0


class SmtpChannel:
    """Not thread-safe: each thread has its own."""

    def __init__(self, settings: SmtpSettings) -> None:
        self._settings = settings
        self._session: Session | None = None
        self._sent = 0
        self._last_used = 0.0

    @property
    def server(self) -> str:
        return self._settings.server

    @property
    def longest(self) -> dt.timedelta:
        return self._settings.longest

    @property
    def ready(self) -> bool:
        session = self._session
        if session is None or session.sock is None:
            return False
        return self._sent < self._settings.messages_per_connection and time.monotonic() - self._last_used < _ASK_AFTER

    def open(self) -> None:
        """Make the connection usable: ask whether an idle one still lives, renew a used-up one."""
        session = self._session
        if session is not None and session.sock is not None:
            if self._sent < self._settings.messages_per_connection and self._alive(session):
                return
            self.close()
        self._session = connect(self._settings, name=_own_name())
        self._sent = 0
        self._last_used = time.monotonic()

    def _alive(self, session: Session) -> bool:
        try:
            code, _ = session.noop()
        except (smtplib.SMTPException, OSError):
            return False
        self._last_used = time.monotonic()
        return 200 <= code < 300

    def transmit(self, message: OutgoingMessage) -> Transmission:
        """One message. A connection that proves dead before the server heard of the message is renewed once."""
        try:
            sender, sender_international = wire_address(message.sender)
            content_recipient, international = wire_address(message.recipient)
            message, copies, invalid = _with_usable_copies(message)
            content = build(message)
        except InvalidAddressError as error:
            return Transmission(
                Result.PERMANENT, str(error), address_refused=str(error).startswith(f"“{message.recipient}”")
            )
        envelope = Envelope(sender, content_recipient, copies, international or sender_international)
        session = self._session
        if session is None or session.sock is None:
            self.open()
            session = self._session
        assert session is not None
        try:
            answer = session.transmit(envelope, content)
        except StaleConnectionError:
            self.close()
            self.open()
            session = self._session
            assert session is not None
            answer = session.transmit(envelope, content)
        self._sent += 1
        self._last_used = time.monotonic()
        return replace(answer, copies_refused=(*invalid, *answer.copies_refused)) if invalid else answer

    def close(self) -> None:
        session, self._session = self._session, None
        if session is None:
            return
        with contextlib.suppress(smtplib.SMTPException, OSError):
            if session.sock is not None:
                session.sock.settimeout(2.0)
                session.quit()
        session.close()


def _with_usable_copies(message: OutgoingMessage) -> tuple[OutgoingMessage, tuple[str, ...], list[RefusedCopy]]:
    """The message without copies that are no addresses, the others for the envelope, and what is wrong with those."""
    if not message.copies:
        return message, (), []
    usable, envelope, invalid = [], [], []
    for copy in message.copies:
        try:
            address, international = wire_address(copy.address)
        except InvalidAddressError as error:
            invalid.append(RefusedCopy(copy.address, str(error), address_refused=True))
            continue
        if international:
            invalid.append(RefusedCopy(copy.address, "Copies go only to addresses in ASCII letters."))
            continue
        usable.append(copy)
        envelope.append(address)
    return replace(message, copies=tuple(usable)), tuple(envelope), invalid


def _own_name() -> str:
    """What we call ourselves: without a DNS lookup, which smtplib would wait for on every connection."""
    name = socket.gethostname()
    return name if "." in name and name.isascii() else "[127.0.0.1]"
