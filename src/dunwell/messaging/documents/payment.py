"""How to pay, on paper: the address of a page, the bank details, and the code that fills in a SEPA transfer."""

from __future__ import annotations

import io
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import segno

from dunwell.messaging.documents.facts import Letterhead
from dunwell.messaging.documents.words import DocumentWords
from dunwell.rules.epc import NoTransferCodeError, transfer_code
from dunwell.rules.ibans import bic_in, ibans_in


def transfer_code_of(letterhead: Letterhead, *, amount: Decimal, currency: str, numbers: Sequence[str]) -> str:
    """The text of the code; empty where the account is not one IBAN without doubt, or a code cannot ask for this."""
    ibans = ibans_in(letterhead.bank_details)
    if len(ibans) != 1:
        return ""
    try:
        return transfer_code(
            name=letterhead.name,
            iban=ibans[0],
            bic=bic_in(letterhead.bank_details),
            amount=amount,
            currency=currency,
            remittance=" ".join(numbers),
        )
    except NoTransferCodeError:
        return ""


def picture(text: str) -> str:
    """The QR code as SVG: error correction M, at most version 13, as EPC069-12 wants it."""
    out = io.BytesIO()
    segno.make_qr(text, error="m", boost_error=False, encoding="utf-8").save(
        out, kind="svg", border=0, xmldecl=False, svgns=True
    )
    return out.getvalue().decode()


def box(
    letterhead: Letterhead,
    words: DocumentWords,
    *,
    opening: str,
    reference: str,
    links: Sequence[str],
    amount: Decimal,
    currency: str,
    numbers: Sequence[str],
    with_code: bool = True,
) -> dict[str, Any] | None:
    """The values of `pay-box`; None where there is neither a page nor an account. `opening` leads to the account.

    Without the code where `amount` is not what should be paid now: whoever scans it would pay all of that.
    """
    details = [line.strip() for line in letterhead.bank_details.splitlines() if line.strip()]
    online = words.pay_online.format(link=links[0]) if len(links) == 1 and links[0] else ""
    if not details:
        return {"parts": [online], "lines": [], "code": ""} if online else None
    code = transfer_code_of(letterhead, amount=amount, currency=currency, numbers=numbers) if with_code else ""
    return {
        "parts": [*([online] if online else []), opening],
        "lines": [*details, reference],
        "code": picture(code) if code else "",
    }
