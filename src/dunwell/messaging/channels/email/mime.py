"""The bytes of a mail. Written by hand: the standard library's generator takes longer than sending."""

from __future__ import annotations

import binascii
import functools
import hashlib
import re
from collections.abc import Iterator
from email.utils import format_datetime
from urllib.parse import quote

from dunwell.messaging.channels.email.addresses import wire_address
from dunwell.messaging.channels.port import Attachment, OutgoingMessage

_CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")
_BODY_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_ATOM = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]*")
_UNSAFE_IN_URL = re.compile(r"[^!#-;=?-~]")
_LONGEST_LINE = 998
_FOLD_AT = 76


def one_line(value: str) -> str:
    """A value that can neither end its header nor begin another."""
    return _CONTROL.sub(" ", value).strip()


def _unstructured(name: str, value: str) -> str:
    value = one_line(value)
    # Plain text that looks like an encoded word would be decoded by the reader
    if value.isascii() and "=?" not in value:
        if len(name) + 2 + len(value) <= _FOLD_AT:
            return f"{name}: {value}\r\n"
        return _folded(name, value)
    return f"{name}: {_encoded(name, value)}\r\n"


def _encoded(name: str, value: str) -> str:
    """RFC 2047 words in base64, split between letters; the standard library's takes 300 µs."""
    words = []
    # An encoded word has at most 75 characters: 12 of frame, 63 of base64, which is 45 bytes
    room = min((_FOLD_AT - len(name) - 2 - 12) // 4 * 3, 45)
    rest = value.encode()
    while len(rest) > room:
        end = room
        while rest[end] & 0b1100_0000 == 0b1000_0000:  # inside a letter
            end -= 1
        words.append(rest[:end])
        rest, room = rest[end:], 45
    words.append(rest)
    return "\r\n ".join(f"=?utf-8?b?{binascii.b2a_base64(word, newline=False).decode()}?=" for word in words)


def _folded(name: str, value: str) -> str:
    lines = [f"{name}:"]
    for word in value.split(" "):
        # A continuation line of blanks alone would end the headers for some readers
        if word and len(lines[-1]) + 1 + len(word) > _FOLD_AT and lines[-1].strip() and lines[-1] != f"{name}:":
            lines.append("")
        lines[-1] += f" {word}"
    return "\r\n".join(lines) + "\r\n"


@functools.lru_cache(maxsize=1024)
def _mailbox(name: str, display: str, address: str) -> str:
    wire, _ = wire_address(address)
    display = one_line(display)
    if not display:
        return f"{name}: {wire}\r\n"
    if display.isascii() and "=?" not in display:
        if not _ATOM.fullmatch(display):
            escaped = display.replace("\\", "\\\\").replace('"', '\\"')
            display = f'"{escaped}"'
        separator = " " if len(name) + len(display) + len(wire) + 5 <= _FOLD_AT else "\r\n "
        return f"{name}: {display}{separator}<{wire}>\r\n"
    return f"{name}: {_encoded(name, display)}\r\n <{wire}>\r\n"


def _shown_copies(message: OutgoingMessage) -> Iterator[str]:
    """One header with all copies that are not hidden, one on each line."""
    shown = [_mailbox("Cc", copy.name, copy.address) for copy in message.copies if not copy.hidden]
    if shown:
        yield "Cc: " + ",\r\n ".join(line.removeprefix("Cc: ").removesuffix("\r\n") for line in shown) + "\r\n"


def unsubscribe(preferences_url: str) -> str:
    """The value of List-Unsubscribe (RFC 2369): a page to be opened. Without one-click (RFC 8058): decision 0068."""
    return f"<{_UNSAFE_IN_URL.sub('', preferences_url)}>"


def _part(kind: str, text: str) -> bytes:
    text = _BODY_CONTROL.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
    body = text.replace("\n", "\r\n").encode()
    if not body.endswith(b"\r\n"):
        body += b"\r\n"
    encoding = b"7bit"
    if not body.isascii() or max(map(len, body.split(b"\r\n"))) > _LONGEST_LINE:
        encoding = b"quoted-printable"
        body = binascii.b2a_qp(body, istext=True)
    return (
        b"Content-Type: text/%s; charset=utf-8\r\nContent-Transfer-Encoding: %s\r\n\r\n" % (kind.encode(), encoding)
    ) + body


def build(message: OutgoingMessage) -> bytes:
    """The mail with CRLF line ends; the same message and date always give the same bytes."""
    headers = [
        f"Date: {format_datetime(message.date)}\r\n",
        f"Message-ID: {one_line(message.rfc_message_id)}\r\n",
        _mailbox("From", message.sender_name, message.sender),
    ]
    if message.reply_to:
        headers.append(_mailbox("Reply-To", "", message.reply_to))
    headers += [
        _mailbox("To", message.recipient_name, message.recipient),
        *_shown_copies(message),
        _unstructured("Subject", message.subject),
        "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n",
    ]
    if message.preferences_url:
        headers.insert(-1, f"List-Unsubscribe: {unsubscribe(message.preferences_url)}\r\n")
    start = "".join(headers).encode()
    if not message.attachments:
        return start + _words(message)
    kind, line = _multipart("mixed", message, b"files")
    parts = [start, kind, b"--%s\r\n" % line, _words(message)]
    for attachment in message.attachments:
        parts += [b"\r\n--%s\r\n" % line, _file(attachment)]
    parts.append(b"\r\n--%s--\r\n" % line)
    return b"".join(parts)


def _words(message: OutgoingMessage) -> bytes:
    """The text, in one form or in two to choose from."""
    if not message.body_html:
        return _part("plain", message.body_text)
    kind, line = _multipart("alternative", message)
    return b"".join(
        (
            kind,
            b"--%s\r\n" % line,
            _part("plain", message.body_text),
            b"\r\n--%s\r\n" % line,
            _part("html", message.body_html),
            b"\r\n--%s--\r\n" % line,
        )
    )


def _multipart(kind: str, message: OutgoingMessage, person: bytes = b"") -> tuple[bytes, bytes]:
    """The header of a part with parts, and the line between them."""
    line = "=_" + hashlib.blake2b(message.rfc_message_id.encode(), digest_size=15, person=person).hexdigest()
    return f'Content-Type: multipart/{kind};\r\n boundary="{line}"\r\n\r\n'.encode(), line.encode()


def _file(attachment: Attachment) -> bytes:
    """A file in base64, in lines of 76 letters; a name beyond ASCII is written as RFC 2231 has it."""
    name = one_line(attachment.name).replace("\\", "").replace('"', "")
    named = f'filename="{name}"' if name.isascii() else f"filename*=utf-8''{quote(name, safe='')}"
    head = (
        f"Content-Type: {one_line(attachment.media_type)}\r\nContent-Disposition: attachment;\r\n {named}\r\n"
        "Content-Transfer-Encoding: base64\r\n\r\n"
    )
    # 57 bytes are a line of 76 letters; `binascii` writes each at once
    lines = [
        binascii.b2a_base64(attachment.content[start : start + 57], newline=False)
        for start in range(0, len(attachment.content), 57)
    ]
    return head.encode() + b"\r\n".join(lines) + b"\r\n"
