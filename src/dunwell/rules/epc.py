"""What the code says that a bank's app scans to fill in a SEPA transfer.

Source: EPC069-12, "Quick Response Code: Guidelines to enable data capture for the initiation of a SEPA credit
transfer", version 2: ten lines of text, in UTF-8, at most 331 bytes, as a QR code of error correction level M.
"""

from __future__ import annotations

import re
from decimal import Decimal

from dunwell.rules.ibans import iban_fault

_MOST = Decimal("999999999.99")
_LEAST = Decimal("0.01")
_LONGEST_NAME = 70
_LONGEST_REMITTANCE = 140
_LONGEST_PAYLOAD = 331
_BIC = re.compile(r"[A-Z]{4}[A-Z]{2}[A-Z0-9]{2}(?:[A-Z0-9]{3})?")
# EPC AT-05 counts letters; line ends would move every field that follows
_BREAKS = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")


class NoTransferCodeError(ValueError):
    """No code can be made of this; the sentence says why."""


def transfer_code(*, name: str, iban: str, amount: Decimal, currency: str, remittance: str, bic: str = "") -> str:
    """The text of the code. `name` is the account's holder, `remittance` what the payer should quote.

    Both are cut to what fits (70 and 140 letters, the whole to 331 bytes). `bic` may be empty inside the European
    Economic Area. Raises NoTransferCodeError for another currency than EUR, a faulty IBAN or BIC, no name, or an amount
    outside 0.01 to 999,999,999.99 or with more than two decimals.
    """
    if currency != "EUR":
        raise NoTransferCodeError(f"A SEPA transfer is in EUR, not in {currency}.")
    if fault := iban_fault(iban):
        raise NoTransferCodeError(fault)
    account = re.sub(r"\s", "", iban).upper()
    bank = re.sub(r"\s", "", bic).upper()
    if bank and not _BIC.fullmatch(bank):
        raise NoTransferCodeError(f"“{bic.strip()}” is no BIC.")
    if not _LEAST <= amount <= _MOST or amount != amount.quantize(_LEAST):
        raise NoTransferCodeError(f"A code cannot ask for {amount} EUR.")
    holder = _one_line(name)[:_LONGEST_NAME].strip()
    if not holder:
        raise NoTransferCodeError("The account's holder has no name.")
    quoted = _one_line(remittance)[:_LONGEST_REMITTANCE].strip()
    while True:
        lines = ["BCD", "002", "1", "SCT", bank, holder, account, f"EUR{amount:.2f}", "", "", quoted]
        text = "\n".join(lines).rstrip("\n")
        if len(text.encode()) <= _LONGEST_PAYLOAD:
            return text
        if quoted:
            quoted = quoted[:-1].rstrip()
        else:
            holder = holder[:-1].rstrip()


def _one_line(text: str) -> str:
    return " ".join(_BREAKS.sub(" ", text).split())
