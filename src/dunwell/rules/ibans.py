"""Account numbers that check themselves (ISO 13616): a digit typed wrong is found before a customer pays elsewhere."""

from __future__ import annotations

import re

# How long an IBAN of each country is
_LENGTHS = {
    code: int(length)
    for length, codes in {
        "15": "NO", "16": "BE", "18": "DK FK FO FI GL NL SD", "19": "MK SI", "20": "AT BA EE KZ LT LU MN XK",
        "21": "CH CR HR LI LV", "22": "BG BH DE GB GE IE ME RS VA", "23": "AE GI IL IQ OM SO TL",
        "24": "AD CZ DZ ES MD PK RO SA SE SK TN VG", "25": "AO CV LY MZ PT ST", "26": "IS TR",
        "27": "BF BI CF CG CM DJ EG FR GA GR IT MC MG MR SM", "28": "AL AZ BJ BY CI CY DO GT GW HN HU LB ML NI PL SN "
        "SV TG",
        "29": "BR PS QA UA", "30": "JO KM KW MU TD", "31": "MT SC", "32": "LC", "33": "RU",
    }.items()
    for code in codes.split()
}  # fmt: skip

# Two letters, two digits, then letters and digits in groups, on one line
_LIKE_AN_IBAN = re.compile(r"\b[A-Z]{2}[ ]?\d{2}(?:[ ]?[A-Z0-9]{1,4}){2,8}(?![A-Za-z0-9])")


def iban_fault(number: str) -> str:
    """What is wrong with an IBAN, in a sentence; empty when it is right. Spaces do not matter."""
    plain = re.sub(r"\s", "", number).upper()
    length = _LENGTHS.get(plain[:2])
    if length is None or not re.fullmatch(r"[A-Z]{2}\d{2}[A-Z0-9]+", plain):
        return f"“{number.strip()}” is no IBAN."
    if len(plain) != length:
        return f"“{number.strip()}” has {len(plain)} characters; an IBAN that begins with {plain[:2]} has {length}."
    digits = "".join(str(int(letter, 36)) for letter in plain[4:] + plain[:4])
    if int(digits) % 97 != 1:
        return f"“{number.strip()}” does not check: a digit is wrong, or two have changed places."
    return ""


def faulty_ibans(text: str) -> list[str]:
    """What is wrong with the IBANs in a text, one sentence each; what merely looks a little like one is let be."""
    faults = []
    for line in text.splitlines():
        named = re.search(r"\bIBAN\b[:\s]*(\S.*)?", line, re.IGNORECASE)
        found = _LIKE_AN_IBAN.search(line.upper())
        if found and found.group()[:2] in _LENGTHS and (named or len(re.sub(r"\s", "", found.group())) >= 15):
            faults.append(iban_fault(_cut(found.group())))
        elif named:
            given = (named.group(1) or "").strip()
            faults.append(iban_fault(given) if given else "The line “IBAN” has no number.")
    return [fault for fault in faults if fault]


def ibans_in(text: str) -> list[str]:
    """The IBANs of a text that check, without spaces, each once, in the order they stand there."""
    found: dict[str, None] = {}
    for line in text.splitlines():
        for match in _LIKE_AN_IBAN.finditer(line.upper()):
            if match.group()[:2] in _LENGTHS:
                number = re.sub(r"\s", "", _cut(match.group()))
                if not iban_fault(number):
                    found[number] = None
    return list(found)


def bic_in(text: str) -> str:
    """The bank's code that a text names after the word BIC or SWIFT; empty where it names none, or several."""
    named = {
        match.group(1)
        for match in re.finditer(
            r"\b(?:BIC|SWIFT)\b[^A-Z0-9\n]*((?:[A-Z]{6}[A-Z0-9]{2})(?:[A-Z0-9]{3})?)\b", text.upper()
        )
    }
    return named.pop() if len(named) == 1 else ""


def _cut(found: str) -> str:
    """Without words that follow on the same line: “DE89 … BIC COBADEFF” ends where the country's length is reached."""
    length, taken = _LENGTHS[found[:2]], ""
    for group in found.split(" "):
        if len(re.sub(r"\s", "", taken)) >= length:
            break
        taken += f" {group}"
    return taken.strip()
