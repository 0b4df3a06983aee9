"""One SMTP conversation, driven step by step, so that every failure is known by its phase.

Before the last byte of the final dot is handed to the system, nothing can have been delivered:
whatever fails may be tried again. From then until the server's reply nobody knows.
"""

from __future__ import annotations

import functools
import os
import re
import select
import smtplib
import socket
import ssl
import struct
import time
from dataclasses import dataclass, replace
from typing import Any

from dunwell.messaging.channels.email.settings import SmtpSettings
from dunwell.messaging.channels.port import RefusedCopy, Result, ServerUnavailableError, Transmission

_CHUNK = 32 * 1024
_ENHANCED = re.compile(r"^5\.(\d{1,3})\.(\d{1,3})\b")
# X.1.1 no such mailbox, X.1.2 no such system, X.1.3 bad syntax, X.1.6 moved away, X.1.10 null MX, X.2.1 disabled
_NO_SUCH_ADDRESS = {("1", "1"), ("1", "2"), ("1", "3"), ("1", "6"), ("1", "10"), ("2", "1")}
_NO_SUCH_ADDRESS_WORDS = re.compile(
    r"user unknown|unknown (?:user|recipient|mailbox)|no such (?:user|recipient|mailbox|person)|no mailbox here"
    r"|(?:user|recipient|mailbox|address) (?:not found|does not exist|doesn't exist)",
    re.IGNORECASE,
)
_SERVICE_CLOSING = 421
_SIGN_IN_FIRST = {530, 534, 535, 538}


@dataclass(frozen=True, slots=True)
class Envelope:
    """Between whom a mail passes, as servers see it. `international`: an address needs SMTPUTF8."""

    sender: str
    recipient: str
    copies: tuple[str, ...] = ()
    international: bool = False


class StaleConnectionError(Exception):
    """The server hung up on an idle connection before it heard of this message: connect again and go on."""


def says_no_such_address(code: int, text: str) -> bool:
    """Whether a 5xx at RCPT means that the address does not exist, rather than that we are not welcome."""
    enhanced = _ENHANCED.match(text)
    if enhanced:
        return enhanced.groups() in _NO_SUCH_ADDRESS
    return code in {550, 551, 553} and bool(_NO_SUCH_ADDRESS_WORDS.search(text))


def words(code: int, text: bytes | str) -> str:
    """The server's reply on one line, as it is shown to a person."""
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    return f"{code} {' '.join(text.split())}"[:1000]


class Session(smtplib.SMTP):
    """SMTP with the sending commands taken apart."""

    used = False
    answer_timeout: float
    reply_timeout: float
    content_timeout: float

    def transmit(self, envelope: Envelope, content: bytes) -> Transmission:
        """Send one message: `content` with CRLF line ends, not yet dot-stuffed.

        A copy that the server refuses is told, and does not keep the mail from its recipient.
        """
        not_copied: list[RefusedCopy] = []
        refused = self._announce(envelope, content, not_copied)
        if refused is not None:
            return refused
        self.used = True
        answer = self._hand_over(content.replace(b"\r\n.", b"\r\n.."))
        return replace(answer, copies_refused=tuple(not_copied)) if not_copied else answer

    def wait_at_most(self, seconds: float) -> None:
        """Bound every wait for the server.

        Without TLS the system keeps the time: Python's own timeouts ask it before each reading and writing.
        """
        assert self.sock is not None
        if isinstance(self.sock, ssl.SSLSocket):
            self.sock.settimeout(seconds)
            return
        value = struct.pack("ll", int(seconds), int(seconds % 1 * 1_000_000))
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, value)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, value)
        self.sock.settimeout(None)

    def _announce(self, envelope: Envelope, content: bytes, not_copied: list[RefusedCopy]) -> Transmission | None:
        options = f" SIZE={len(content)}" if self.has_extn("size") else ""
        if envelope.international:
            if not self.has_extn("smtputf8"):
                return Transmission(Result.PERMANENT, "The mail server accepts only addresses in ASCII letters.")
            options += " SMTPUTF8 BODY=8BITMIME"
            self.command_encoding = "utf-8"
        else:
            self.command_encoding = "ascii"
        commands = (
            ("MAIL", f"MAIL FROM:<{envelope.sender}>{options}"),
            ("RCPT", f"RCPT TO:<{envelope.recipient}>"),
            *(("COPY", f"RCPT TO:<{address}>") for address in envelope.copies),
            ("DATA", "DATA"),
        )
        for phase, command in commands:
            try:
                code, reply = self.docmd(command)
            except (smtplib.SMTPException, OSError) as error:
                self.close()
                if phase == "MAIL" and self.used:
                    raise StaleConnectionError from error
                return Transmission(
                    Result.TEMPORARY, f"The connection was lost at {phase}: {error}", server_suspect=True
                )
            if code == _SERVICE_CLOSING and phase == "MAIL" and self.used:
                self.close()
                raise StaleConnectionError
            if 200 <= code < 300 or (phase == "DATA" and code == 354):
                continue
            if phase == "COPY" and code not in {_SERVICE_CLOSING, *_SIGN_IN_FIRST}:
                not_copied.append(_copy_refused(command[9:-1], code, words(code, reply)))
                continue
            return self._refused(phase, code, reply)
        return None

    def _refused(self, phase: str, code: int, reply: bytes) -> Transmission:
        said = words(code, reply)
        if code in _SIGN_IN_FIRST and phase != "DATA":
            self.close()
            raise ServerUnavailableError(f"The mail server wants us to sign in: {said}")
        if code == _SERVICE_CLOSING:
            self.close()
        else:
            self._reset()
        if 500 <= code < 600:
            return Transmission(
                Result.PERMANENT,
                said,
                address_refused=phase == "RCPT" and says_no_such_address(code, said[4:]),
                # A server that refuses the sender refuses every message
                server_suspect=phase == "MAIL",
            )
        return Transmission(Result.TEMPORARY, said, server_suspect=phase == "MAIL" or code == _SERVICE_CLOSING)

    def _reset(self) -> None:
        try:
            code, _ = self.docmd("RSET")
        except (smtplib.SMTPException, OSError):
            code = 0
        if not 200 <= code < 300:
            self.close()

    def _hand_over(self, content: bytes) -> Transmission:
        """After 354. Only when the final dot is with the system can the server have it.

        The dot is a write of its own, so that a server that has hung up by then is known not to have the message.
        """
        assert self.sock is not None
        payload = content + b".\r\n"
        view = memoryview(payload)
        position = 0
        give_up = time.monotonic() + self.content_timeout
        try:
            while position < len(payload):
                # A server that speaks or hangs up before the dot has not taken the message
                if self._has_spoken():
                    return self._early_answer()
                end = min(position + _CHUNK, len(content)) if position < len(content) else len(payload)
                position += self.sock.send(view[position:end])
                if position < len(payload) and time.monotonic() > give_up:
                    raise TimeoutError("the server reads too slowly")
        except OSError as error:
            self.close()
            if position < len(payload):
                return Transmission(
                    Result.TEMPORARY, f"The connection was lost inside DATA: {error}", server_suspect=True
                )
            return _unknown(error)
        return self._final_answer()

    def _has_spoken(self, wait: float = 0) -> bool:
        # Inside TLS bytes may be the layer's own (tickets, key updates), so there is nothing to learn
        if self.sock is None or isinstance(self.sock, ssl.SSLSocket):
            return False
        poll = select.poll()
        poll.register(self.sock, select.POLLIN)
        return bool(poll.poll(wait * 1000))

    def _early_answer(self) -> Transmission:
        try:
            code, reply = self.getreply()
        except (smtplib.SMTPException, OSError) as error:
            return Transmission(Result.TEMPORARY, f"The connection was lost inside DATA: {error}", server_suspect=True)
        finally:
            # In the middle of the content no command can be sent any more
            self.close()
        if 500 <= code < 600:
            return Transmission(Result.PERMANENT, words(code, reply))
        return Transmission(Result.TEMPORARY, words(code, reply), server_suspect=True)

    def _final_answer(self) -> Transmission:
        assert self.sock is not None
        try:
            if isinstance(self.sock, ssl.SSLSocket):
                self.sock.settimeout(self.reply_timeout)
                code, reply = self.getreply()
                self.sock.settimeout(self.answer_timeout)
            else:
                if not self._has_spoken(self.reply_timeout):
                    raise TimeoutError(f"no answer within {self.reply_timeout:g} seconds")
                code, reply = self.getreply()
        except (smtplib.SMTPServerDisconnected, OSError) as error:
            self.close()
            return _unknown(error)
        except smtplib.SMTPResponseException as error:
            # A line no SMTP server would write: it may stand for anything
            self.close()
            return Transmission(Result.UNCERTAIN, words(error.smtp_code, error.smtp_error))
        if 200 <= code < 300:
            return Transmission(Result.ACCEPTED, words(code, reply))
        if code == _SERVICE_CLOSING:
            self.close()
        if 400 <= code < 500:
            return Transmission(Result.TEMPORARY, words(code, reply), server_suspect=code == _SERVICE_CLOSING)
        if 500 <= code < 600:
            return Transmission(Result.PERMANENT, words(code, reply))
        self.close()
        return Transmission(Result.UNCERTAIN, words(code, reply))


def _unknown(error: Exception) -> Transmission:
    return Transmission(
        Result.UNCERTAIN,
        f"The mail was handed over whole, but the server did not confirm it: {error}. It may have arrived.",
        server_suspect=True,
    )


def _copy_refused(address: str, code: int, said: str) -> RefusedCopy:
    return RefusedCopy(address, said, address_refused=500 <= code < 600 and says_no_such_address(code, said[4:]))


class TlsSession(Session, smtplib.SMTP_SSL):
    """The same inside TLS from the first byte."""


@functools.lru_cache(maxsize=4)
def _trust(_file: str, _folder: str) -> ssl.SSLContext:
    """Reading the machine's certificates takes longer than many mails: once for each place they are said to be."""
    return ssl.create_default_context()


def connect(settings: SmtpSettings, *, name: str) -> Session:
    """Connect, secure and sign in; ServerUnavailableError with the server's own words when that fails.

    `name` is what we call ourselves in EHLO.
    """
    context = None
    if settings.security != "none":
        context = _trust(os.environ.get("SSL_CERT_FILE", ""), os.environ.get("SSL_CERT_DIR", ""))
    session: Session | None = None
    try:
        arguments: dict[str, Any] = {"local_hostname": name, "timeout": settings.timeout}
        session = TlsSession(context=context, **arguments) if settings.security == "tls" else Session(**arguments)
        # smtplib checks certificates against this name, which it learns only from its constructor
        session._host = settings.host  # type: ignore[attr-defined]  # noqa: SLF001
        session.answer_timeout = settings.timeout
        session.reply_timeout = settings.reply_timeout
        session.content_timeout = settings.content_timeout
        code, reply = session.connect(settings.host, settings.port)
        if code != 220:
            raise smtplib.SMTPConnectError(code, reply)
        session.ehlo_or_helo_if_needed()
        if settings.security == "starttls":
            session.starttls(context=context)
            session.ehlo_or_helo_if_needed()
        if settings.user:
            session.login(settings.user, settings.password)
        assert session.sock is not None
        session.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        session.wait_at_most(settings.timeout)
    except (smtplib.SMTPException, OSError, UnicodeError) as error:
        if session is not None:
            session.close()
        raise ServerUnavailableError(_why(settings, error)) from error
    return session


def _why(settings: SmtpSettings, error: Exception) -> str:
    place = f"mail server {settings.server}"
    match error:
        case smtplib.SMTPAuthenticationError():
            why = f"refused the user name or password: {words(error.smtp_code, error.smtp_error)}"
        case smtplib.SMTPResponseException():
            why = f"refused: {words(error.smtp_code, error.smtp_error)}"
        case smtplib.SMTPNotSupportedError():
            why = f"does not offer what the settings ask for: {error}"
        case ssl.SSLCertVerificationError():
            why = f"shows a certificate that is not to be trusted: {error.verify_message}"
        case ssl.SSLError():
            why = f"does not speak TLS here ({error.reason or error}). Check the port and the security setting."
        case TimeoutError():
            why = f"did not answer within {settings.timeout:g} seconds."
        case socket.gaierror():
            why = f"is not known by that name: {error.strerror}."
        case ConnectionRefusedError():
            why = "refused the connection: nothing listens there."
        case _:
            why = f"cannot be used: {error}"
    return f"The {place} {why}"
