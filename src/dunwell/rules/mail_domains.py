"""Whether a domain says that our mail is its own: SPF, DKIM and DMARC, judged from its records.

Receivers ask a domain who may send for it (SPF, RFC 7208), with which key its mail is signed (DKIM, RFC 6376), and what
to do with mail that is neither (DMARC, RFC 7489). Gmail and Yahoo demand all three of whoever sends much (their sender
guidelines of February 2024). Nothing is asked here: a caller brings the records, or says that nobody answered.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

# Names under which keys are usually published: of mail services first, then the customary ones
SELECTORS = (
    "default", "dkim", "mail", "google", "selector1", "selector2", "k1", "k2", "k3", "s1", "s2", "pm", "resend",
    "brevo1", "brevo2", "mailjet", "mandrill", "mxvault", "fm1", "zmail", "mlsend", "scph0316",
)  # fmt: skip

# What a service's own SPF record is called, by a part of its host name or by our name of the provider
_INCLUDES = {
    "gmail": "_spf.google.com",
    "google": "_spf.google.com",
    "office365": "spf.protection.outlook.com",
    "outlook": "spf.protection.outlook.com",
    "amazonaws": "amazonses.com",
    "amazon_ses": "amazonses.com",
    "mailgun": "mailgun.org",
    "sendgrid": "sendgrid.net",
    "brevo": "spf.brevo.com",
    "mailjet": "spf.mailjet.com",
    "messagingengine": "spf.messagingengine.com",
    "fastmail": "spf.messagingengine.com",
    "zoho": "zoho.com",
    "mandrill": "spf.mandrillapp.com",
    "mailersend": "_spf.mailersend.net",
}
# They send under a domain of their own, so that our domain's SPF says nothing about them
_OWN_RETURN_PATH = ("postmark", "resend", "sparkpost", "amazon", "scaleway", "postal", "unisender")
# More make the record an error for receivers (RFC 7208, 4.6.4); only those of the record itself are counted
MOST_LOOKUPS = 10
_LOOKUP = re.compile(r"^[+?~-]?(?:include:|a(?:$|[:/])|mx(?:$|[:/])|ptr|exists:)|^redirect=", re.IGNORECASE)


class Verdict(StrEnum):
    GOOD = "good"
    WEAK = "weak"
    MISSING = "missing"
    WRONG = "wrong"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Judgement:
    """About one of the three: what was found, what to think of it, and the record to add where one is missing.

    `record_name` is the name at which it belongs, in full.
    """

    about: str
    verdict: Verdict
    sentence: str
    found: str = ""
    record_name: str = ""
    record: str = ""


@dataclass(frozen=True, slots=True)
class DomainRecords:
    """What was answered about a domain: its TXT records, those of DMARC (its own, else the nearest parent's), and keys
    by selector. None, or a reason in `unreachable`: nobody answered, so nothing is known.
    """

    domain: str
    spf: tuple[str, ...] | None = None
    dmarc: tuple[str, ...] | None = None
    keys: Mapping[str, tuple[str, ...]] | None = None
    unreachable: str = ""


def expected_include(sends_through: str) -> str:
    """The SPF record of the service that mail goes through, by its host or name; empty where none is known."""
    name = sends_through.lower()
    return next((include for part, include in _INCLUDES.items() if part in name), "")


def judge(records: DomainRecords, *, sends_through: str, report_to: str) -> list[Judgement]:
    """SPF, DKIM and DMARC, in this order. `report_to` is whom a DMARC record that is missing names for reports."""
    if records.unreachable:
        return [
            Judgement(about, Verdict.UNKNOWN, f"Could not be asked: {records.unreachable}")
            for about in ("SPF", "DKIM", "DMARC")
        ]
    return [
        _judged_spf(records, sends_through.lower()),
        _judged_dkim(records),
        _judged_dmarc(records, report_to),
    ]


def is_spf(record: str) -> bool:
    return re.match(r"v=spf1(?:\s|$)", record.strip(), re.IGNORECASE) is not None


def is_dmarc(record: str) -> bool:
    return re.match(r"v\s*=\s*DMARC1\s*(?:;|$)", record.strip(), re.IGNORECASE) is not None


def _judged_spf(records: DomainRecords, sends_through: str) -> Judgement:
    domain, include = records.domain, expected_include(sends_through)
    if records.spf is None:
        return Judgement("SPF", Verdict.UNKNOWN, "Could not be asked.")
    found = [record for record in records.spf if is_spf(record)]
    proposed = f"v=spf1 {f'include:{include}' if include else 'mx'} ~all"
    if not found:
        if any(name in sends_through for name in _OWN_RETURN_PATH):
            sentence = "There is none. The provider sends under a domain of its own, so that DKIM is what counts."
            return Judgement("SPF", Verdict.WEAK, sentence, record_name=domain, record=proposed)
        sentence = "There is none: receivers cannot know which servers may send for the domain."
        return Judgement("SPF", Verdict.MISSING, sentence, record_name=domain, record=proposed)
    if len(found) > 1:
        sentence = f"There are {len(found)} records; receivers then heed none. Merge them into one."
        return Judgement("SPF", Verdict.WRONG, sentence, " | ".join(found), domain, _merged(found))
    return _judged_spf_record(found[0], domain, include)


def _judged_spf_record(record: str, domain: str, include: str) -> Judgement:
    terms = record.split()[1:]
    lookups = sum(1 for term in terms if _LOOKUP.match(term))
    last = next((term.lower() for term in terms if term.lower().lstrip("+?~-") == "all"), "")
    if last in {"all", "+all"}:
        sentence = "It lets everybody send for the domain. End it with ~all or -all."
        return Judgement("SPF", Verdict.WRONG, sentence, record, domain, _ending(terms, "~all"))
    if lookups > MOST_LOOKUPS:
        sentence = f"It asks for {lookups} other records; from the eleventh on receivers call it an error."
        return Judgement("SPF", Verdict.WRONG, sentence, record)
    if include and not any(term.lower().lstrip("+") == f"include:{include}" for term in terms):
        sentence = f"It does not name the service that mail goes through (include:{include})."
        return Judgement("SPF", Verdict.MISSING, sentence, record, domain, _with_include(terms, include))
    if (not last and not any(term.lower().startswith("redirect=") for term in terms)) or last == "?all":
        sentence = "It does not say what to think of other servers. End it with ~all."
        return Judgement("SPF", Verdict.WEAK, sentence, record, domain, _ending(terms, "~all"))
    return Judgement("SPF", Verdict.GOOD, "It says which servers send for the domain.", record)


def _merged(records: Sequence[str]) -> str:
    terms: list[str] = []
    for record in records:
        terms += [term for term in record.split()[1:] if term not in terms]
    return _ending(terms, "~all")


def _ending(terms: Sequence[str], end: str) -> str:
    kept = [term for term in terms if term.lower().lstrip("+?~-") != "all"]
    return " ".join(("v=spf1", *kept, end))


def _with_include(terms: Sequence[str], include: str) -> str:
    return " ".join(("v=spf1", f"include:{include}", *terms))


def _judged_dkim(records: DomainRecords) -> Judgement:
    if records.keys is None:
        return Judgement("DKIM", Verdict.UNKNOWN, "Could not be asked.")
    keys = {
        selector: tags
        for selector, texts in records.keys.items()
        for text in texts
        if "p" in (tags := _tags(text)) and tags.get("v", "DKIM1").upper() == "DKIM1"
    }
    valid = [selector for selector, tags in keys.items() if tags["p"]]
    if valid:
        names = ", ".join(f"{selector}._domainkey" for selector in valid)
        return Judgement("DKIM", Verdict.GOOD, "Keys are published: mail that is signed with them is believed.", names)
    if keys:
        names = ", ".join(f"{selector}._domainkey" for selector in keys)
        return Judgement("DKIM", Verdict.WRONG, "The key was withdrawn (p= is empty). Publish a new one.", names)
    sentence = (
        "No key at the usual names. Whoever runs the mail server, or the provider's page about your domain, names the "
        "record; it may be there under a name that cannot be guessed."
    )
    return Judgement("DKIM", Verdict.WEAK, sentence, record_name=f"…._domainkey.{records.domain}")


def _judged_dmarc(records: DomainRecords, report_to: str) -> Judgement:
    name = f"_dmarc.{records.domain}"
    proposed = "v=DMARC1; p=none" + (f"; rua=mailto:{report_to}" if report_to else "")
    if records.dmarc is None:
        return Judgement("DMARC", Verdict.UNKNOWN, "Could not be asked.")
    found = [record for record in records.dmarc if is_dmarc(record)]
    if not found:
        sentence = "There is none: large mailbox providers ask for one. Begin by watching."
        return Judgement("DMARC", Verdict.MISSING, sentence, record_name=name, record=proposed)
    if len(found) > 1:
        sentence = "There are several records; receivers then heed none."
        return Judgement("DMARC", Verdict.WRONG, sentence, " | ".join(found), name, found[0])
    policy = _tags(found[0]).get("p", "").lower()
    if policy not in {"none", "quarantine", "reject"}:
        sentence = "It names no policy (p=none, p=quarantine or p=reject)."
        return Judgement("DMARC", Verdict.WRONG, sentence, found[0], name, proposed)
    if policy == "none":
        return Judgement("DMARC", Verdict.GOOD, "It watches, and has nothing refused yet.", found[0])
    return Judgement("DMARC", Verdict.GOOD, "Receivers refuse or set aside what is not yours.", found[0])


def _tags(record: str) -> dict[str, str]:
    """`k=v; k=v` as RFC 6376 (3.2) writes it: blanks mean nothing."""
    found: dict[str, str] = {}
    for piece in record.split(";"):
        name, equals, value = piece.partition("=")
        if equals:
            found.setdefault(name.strip().lower(), re.sub(r"\s+", "", value))
    return found


def places_of_dmarc(domain: str) -> list[str]:
    """Where the record that holds for a domain may be: at its own name, else at a parent's, but not a top-level's."""
    labels = domain.split(".")
    return [f"_dmarc.{'.'.join(labels[start:])}" for start in range(max(len(labels) - 1, 1))]
