"""SPF, DKIM and DMARC: what each record means, and which one to add."""

from __future__ import annotations

import pytest

from dunwell.rules.mail_domains import DomainRecords, Judgement, Verdict, expected_include, judge, places_of_dmarc


def judged(sends_through: str = "smtp.example.net", **records: object) -> dict[str, Judgement]:
    values = {"spf": (), "dmarc": (), "keys": {}, **records}
    found = judge(
        DomainRecords("acme.example", **values),  # type: ignore[arg-type]
        sends_through=sends_through,
        report_to="accounts@acme.example",
    )
    return {judgement.about: judgement for judgement in found}


@pytest.mark.parametrize(
    ("records", "through", "verdict", "record"),
    [
        (("v=spf1 mx -all",), "smtp.example.net", Verdict.GOOD, ""),
        (("V=SPF1 ip4:192.0.2.1 ~all",), "", Verdict.GOOD, ""),
        (("v=spf1 redirect=_spf.acme.example",), "", Verdict.GOOD, ""),
        ((), "", Verdict.MISSING, "v=spf1 mx ~all"),
        ((), "mailgun", Verdict.MISSING, "v=spf1 include:mailgun.org ~all"),
        ((), "postmark", Verdict.WEAK, "v=spf1 mx ~all"),
        (("v=spf1 mx -all",), "smtp.gmail.com", Verdict.MISSING, "v=spf1 include:_spf.google.com mx -all"),
        (("v=spf1 include:_spf.google.com ~all",), "smtp.gmail.com", Verdict.GOOD, ""),
        (("v=spf1 mx -all", "v=spf1 include:a.example ~all"), "", Verdict.WRONG, "v=spf1 mx include:a.example ~all"),
        (("v=spf1 +all",), "", Verdict.WRONG, "v=spf1 ~all"),
        (("v=spf1 mx all",), "", Verdict.WRONG, "v=spf1 mx ~all"),
        (("v=spf1 mx ?all",), "", Verdict.WEAK, "v=spf1 mx ~all"),
        (("v=spf1 mx",), "", Verdict.WEAK, "v=spf1 mx ~all"),
        (("v=spf1 " + " ".join(f"include:{n}.example" for n in range(11)) + " -all",), "", Verdict.WRONG, ""),
        (("v=spf10 mx -all", "something else"), "", Verdict.MISSING, "v=spf1 mx ~all"),
    ],
)
def test_spf(records: tuple[str, ...], through: str, verdict: Verdict, record: str) -> None:
    found = judged(through, spf=records)["SPF"]
    assert (found.verdict, found.record) == (verdict, record)


@pytest.mark.parametrize(
    ("records", "verdict"),
    [
        ((), Verdict.MISSING),
        (("v=DMARC1; p=none",), Verdict.GOOD),
        (("v=DMARC1;p=reject; rua=mailto:x@acme.example",), Verdict.GOOD),
        (("v = DMARC1 ; p = quarantine",), Verdict.GOOD),
        (("v=DMARC1",), Verdict.WRONG),
        (("v=DMARC1; p=maybe",), Verdict.WRONG),
        (("v=DMARC1; p=none", "v=DMARC1; p=reject"), Verdict.WRONG),
        (("v=DMARC12; p=none",), Verdict.MISSING),
    ],
)
def test_dmarc(records: tuple[str, ...], verdict: Verdict) -> None:
    found = judged(dmarc=records)["DMARC"]
    assert found.verdict is verdict
    if verdict is Verdict.MISSING:
        assert (found.record_name, found.record) == (
            "_dmarc.acme.example", "v=DMARC1; p=none; rua=mailto:accounts@acme.example",
        )  # fmt: skip


@pytest.mark.parametrize(
    ("keys", "verdict"),
    [
        ({}, Verdict.WEAK),
        ({"google": ("v=DKIM1; k=rsa; p=MIGf MA0",)}, Verdict.GOOD),
        ({"k1": ("k=rsa; p=MIGf",)}, Verdict.GOOD),
        ({"pm": ("v=DKIM1; p=",)}, Verdict.WRONG),
        ({"pm": ("v=DKIM1; p=",), "google": ("p=MIGf",)}, Verdict.GOOD),
        ({"mail": ("v=spf1 -all",)}, Verdict.WEAK),
    ],
)
def test_dkim(keys: dict[str, tuple[str, ...]], verdict: Verdict) -> None:
    assert judged(keys=keys)["DKIM"].verdict is verdict


def test_nobody_answered_is_no_verdict() -> None:
    found = judge(DomainRecords("acme.example", unreachable="no answer."), sends_through="", report_to="")
    assert {each.verdict for each in found} == {Verdict.UNKNOWN}
    assert all(each.sentence == "Could not be asked: no answer." for each in found)


def test_where_dmarc_may_be() -> None:
    assert places_of_dmarc("mail.acme.example") == ["_dmarc.mail.acme.example", "_dmarc.acme.example"]
    assert places_of_dmarc("localhost") == ["_dmarc.localhost"]


def test_a_service_is_known_by_its_host() -> None:
    assert expected_include("email-smtp.eu-west-1.amazonaws.com") == "amazonses.com"
    assert expected_include("smtp.office365.com") == "spf.protection.outlook.com"
    assert expected_include("mail.acme.example") == ""
