"""The bytes of a mail, read back by the standard library's parser."""

from __future__ import annotations

import datetime as dt
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunwell.messaging.channels.email.addresses import InvalidAddressError, wire_address
from dunwell.messaging.channels.email.mime import build
from dunwell.messaging.channels.port import Attachment, Copy, OutgoingMessage

LINES = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"], include_characters="\n\t"), max_size=3000)
HEADER = st.text(st.characters(exclude_categories=["Cs"]), max_size=400)


def outgoing(**fields: Any) -> OutgoingMessage:
    defaults: dict[str, Any] = {
        "id": 1,
        "organization_id": 1,
        "customer_id": 1,
        "recipient": "anna@client.example",
        "recipient_name": "",
        "sender": "accounts@northlight.example",
        "sender_name": "Northlight",
        "reply_to": "",
        "subject": "Reminder",
        "body_text": "Please pay.\n",
        "body_html": "<p>Please pay.</p>\n",
        "rfc_message_id": "<abc@northlight.example>",
        "attempts": 0,
        "date": dt.datetime(2026, 3, 18, 9, 30, tzinfo=dt.UTC),
    }
    return OutgoingMessage(**{**defaults, **fields})


def read(message: OutgoingMessage) -> EmailMessage:
    return message_from_bytes(build(message), policy=policy.default)


def content(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def test_headers() -> None:
    mail = read(outgoing(reply_to="office@northlight.example", recipient_name="Anna Schmidt"))
    assert mail["From"] == "Northlight <accounts@northlight.example>"
    assert mail["To"] == "Anna Schmidt <anna@client.example>"
    assert mail["Reply-To"] == "office@northlight.example"
    assert mail["Subject"] == "Reminder"
    assert mail["Message-ID"] == "<abc@northlight.example>"
    assert mail["Date"].datetime == dt.datetime(2026, 3, 18, 9, 30, tzinfo=dt.UTC)
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Unsubscribe"] is None
    assert mail.get_content_type() == "multipart/alternative"
    assert content(mail, "plain") == "Please pay.\n"
    assert content(mail, "html").strip() == "<p>Please pay.</p>"


def test_the_page_of_the_recipient_is_named_and_nothing_goes_by_one_click() -> None:
    mail = read(outgoing(preferences_url="https://dunwell.example/reach/7:abc/"))
    assert mail["List-Unsubscribe"] == "<https://dunwell.example/reach/7:abc/>"
    # Decision 0068: a mail program's button would end reminders without a word about what remains
    assert mail["List-Unsubscribe-Post"] is None
    crooked = read(outgoing(preferences_url="https://a.example/>\r\nBcc: eve@b.example,<"))
    assert crooked["Bcc"] is None
    assert crooked["List-Unsubscribe"] == "<https://a.example/Bcc:eve@b.example,>"


def test_copies_are_seen_unless_they_are_hidden() -> None:
    copies = (
        Copy("chef@client.example", "Jürgen Kopf, Geschäftsführer"),
        Copy("boss@client.example", 'Ann "The Boss" Lee'),
        Copy("emma@northlight.example", "Emma", hidden=True),
    )
    mail = read(outgoing(copies=copies))
    seen = [(str(address.display_name), address.addr_spec) for address in mail["Cc"].addresses]
    assert seen == [(copy.name, copy.address) for copy in copies[:2]]
    assert mail["Bcc"] is None
    assert b"emma@northlight.example" not in build(outgoing(copies=copies))


def test_plain_text_alone_is_not_multipart() -> None:
    mail = read(outgoing(body_html=""))
    assert mail.get_content_type() == "text/plain"


def test_the_same_message_gives_the_same_bytes() -> None:
    assert build(outgoing()) == build(outgoing())


@pytest.mark.parametrize(
    "value",
    [
        "a\r\nBcc: eve@evil.example",
        "a\nBcc: eve@evil.example",
        "a\rBcc: eve@evil.example",
        "a\u2028Bcc: eve@evil.example",
        "a\x85Bcc: eve@evil.example",
        "ü\r\nBcc: eve@evil.example",
        "\r\n\r\nbody",
    ],
)
def test_no_value_begins_another_header(value: str) -> None:
    mail = read(outgoing(subject=value, sender_name=value, recipient_name=value, rfc_message_id=f"<x@y>{value}"))
    assert mail["Bcc"] is None
    assert content(mail, "plain") == "Please pay.\n"
    assert set(mail.keys()) == {
        "Date", "Message-ID", "From", "To", "Subject", "Auto-Submitted", "MIME-Version", "Content-Type",
    }  # fmt: skip


@given(subject=HEADER, name=HEADER)
def test_any_text_survives_in_headers(subject: str, name: str) -> None:
    raw = build(outgoing(subject=subject, sender_name=name, recipient_name=name))
    head = raw.split(b"\r\n\r\n", 1)[0]
    assert head.isascii()
    assert all(len(line) <= 998 for line in head.split(b"\r\n"))
    assert all(line.strip() for line in head.split(b"\r\n"))
    mail = message_from_bytes(raw, policy=policy.default)
    assert [address.addr_spec for address in mail["From"].addresses] == ["accounts@northlight.example"]
    assert [address.addr_spec for address in mail["To"].addresses] == ["anna@client.example"]


@pytest.mark.parametrize(
    "subject",
    [
        "Invoice 17 for €1,250.00 is due on 3 May",
        "Größere Rechnung über 1.250,00 €: bitte prüfen " * 4,
        "A very long subject in plain letters that has to be folded because it does not fit on one line " * 3,
        "=?utf-8?q?not_encoded?=",
        "請求書のお支払いについて",
    ],
)
def test_subjects_are_read_as_they_were_written(subject: str) -> None:
    assert read(outgoing(subject=subject))["Subject"] == subject.strip()


@pytest.mark.parametrize(
    "name", ['Anna "the boss" Schmidt', "Schmidt, Anna", "Müller & Söhne GmbH", "O'Neil (Ltd.)", "a\\b", "=?x?q?y?="]
)
def test_names_are_read_as_they_were_written(name: str) -> None:
    mail = read(outgoing(recipient_name=name, sender_name=name))
    assert mail["To"].addresses[0].display_name == name
    assert mail["From"].addresses[0].display_name == name


@given(text=LINES)
def test_any_text_survives_in_bodies(text: str) -> None:
    raw = build(outgoing(body_text=text, body_html=f"<p>{text}</p>"))
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    assert b"\n" not in raw.replace(b"\r\n", b"")
    mail = message_from_bytes(raw, policy=policy.default)
    wanted = text if text.endswith("\n") else text + "\n"
    assert content(mail, "plain") == wanted


def test_lines_beyond_the_limit_are_encoded() -> None:
    mail = read(outgoing(body_text="x" * 5000 + "\n"))
    assert content(mail, "plain") == "x" * 5000 + "\n"


@pytest.mark.parametrize(
    ("address", "wire", "international"),
    [
        ("anna@client.example", "anna@client.example", False),
        ("anna@bücher.example", "anna@xn--bcher-kva.example", False),
        ("jürgen@client.example", "jürgen@client.example", True),
        (" anna@client.example ", "anna@client.example", False),
        ("a+b.c@mail.client.example", "a+b.c@mail.client.example", False),
    ],
)
def test_addresses(address: str, wire: str, international: bool) -> None:
    assert wire_address(address) == (wire, international)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "anna",
        "@client.example",
        "anna@",
        "an na@client.example",
        "anna@client..example",
        "a@b@c d",
        "anna@-.example",
        "anna.@client.example",
        "a..b@client.example",
        "<anna@client.example>",
        "anna@client.example\r\nDATA",
        "anna@exa mple",
    ],
)
def test_what_is_no_address(address: str) -> None:
    with pytest.raises(InvalidAddressError):
        wire_address(address)


@given(
    name=st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=80),
    files=st.lists(st.binary(min_size=1, max_size=3000), min_size=1, max_size=3),
)
def test_attachments_arrive_as_they_were_whatever_they_are_called(name: str, files: list[bytes]) -> None:
    mail = read(outgoing(attachments=tuple(Attachment(f"{name}.pdf", "application/pdf", each) for each in files)))
    assert mail.get_content_type() == "multipart/mixed"
    assert [part.get_payload(decode=True) for part in mail.iter_attachments()] == files
    assert all(part.get_content_type() == "application/pdf" for part in mail.iter_attachments())
    assert content(mail, "html") == "<p>Please pay.</p>\n"
    assert content(mail, "plain") == "Please pay.\n"
    assert all(len(line) <= 998 for line in build(outgoing()).split(b"\r\n"))


def test_a_name_beyond_ascii_is_read_back() -> None:
    mail = read(outgoing(attachments=(Attachment('Rechnung "Müller".pdf', "application/pdf", b"%PDF"),)))
    (part,) = mail.iter_attachments()
    assert part.get_filename() == "Rechnung Müller.pdf"
