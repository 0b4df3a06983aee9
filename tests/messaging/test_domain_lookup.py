"""Asking a name server over UDP about a sender's domain: what is there, what is not, and nobody answering."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from django.conf import LazySettings

from dunwell.messaging.channels.email import domain_lookup
from dunwell.messaging.channels.email.domain_lookup import look_up
from dunwell.rules.mail_domains import Verdict, judge
from tests.messaging.dns_server import NameServer


@pytest.fixture
def names(settings: LazySettings) -> Iterator[NameServer]:
    server = NameServer()
    server.start()
    settings.DNS_SERVER = server.address
    yield server
    server.stop()


def test_what_is_published_is_found(names: NameServer) -> None:
    long_key = "v=DKIM1; k=rsa; p=" + "M" * 390
    names.texts = {
        "mail.acme.example": ["v=spf1 mx -all", "a word to somebody else"],
        "_dmarc.acme.example": ["v=DMARC1; p=reject"],
        "google._domainkey.mail.acme.example": [long_key],
    }
    found = look_up("Mail.Acme.example")
    assert found.spf == ("v=spf1 mx -all",)
    assert found.dmarc == ("v=DMARC1; p=reject",)  # the parent's, as it has none of its own
    assert found.keys == {"google": (long_key,)}
    judged = judge(found, sends_through="", report_to="")
    assert {each.verdict for each in judged} == {Verdict.GOOD}


def test_nothing_is_published(names: NameServer) -> None:
    judged = judge(look_up("acme.example"), sends_through="", report_to="us@acme.example")
    assert [each.verdict for each in judged] == [Verdict.MISSING, Verdict.WEAK, Verdict.MISSING]


def test_a_domain_with_letters_of_its_own(names: NameServer) -> None:
    names.texts = {"xn--mller-kva.example": ["v=spf1 -all"]}
    assert look_up("müller.example").spf == ("v=spf1 -all",)


def test_a_server_that_fails_is_said(names: NameServer) -> None:
    names.fails = True
    found = look_up("acme.example")
    assert "failed" in found.unreachable
    assert len(set(names.asked)) == 1  # nothing more is asked


def test_nobody_answers_is_said_within_seconds(names: NameServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(domain_lookup, "PATIENCE", 0.5)
    names.silent = True
    started = time.monotonic()
    found = look_up("acme.example")
    assert "no answer" in found.unreachable
    assert time.monotonic() - started < 5
    judged = judge(found, sends_through="", report_to="")
    assert {each.verdict for each in judged} == {Verdict.UNKNOWN}


def test_nobody_is_there(settings: LazySettings) -> None:
    settings.DNS_SERVER = "127.0.0.1:9"
    assert look_up("acme.example").unreachable


def test_what_is_no_domain() -> None:
    assert look_up("").unreachable
