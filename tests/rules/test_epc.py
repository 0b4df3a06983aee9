"""The code of a SEPA transfer says what EPC069-12 wants, or is not made."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunwell.rules.epc import NoTransferCodeError, transfer_code
from dunwell.rules.ibans import bic_in, ibans_in

IBAN = "DE89 3704 0044 0532 0130 00"


def test_the_lines_stand_in_the_order_of_the_guideline() -> None:
    code = transfer_code(
        name="Northlight Media GmbH",
        iban=IBAN,
        bic="COBADEFFXXX",
        amount=Decimal("1250.5"),
        currency="EUR",
        remittance="2026-0001 2026-0002",
    )
    assert code.split("\n") == [
        "BCD",
        "002",
        "1",
        "SCT",
        "COBADEFFXXX",
        "Northlight Media GmbH",
        "DE89370400440532013000",
        "EUR1250.50",
        "",
        "",
        "2026-0001 2026-0002",
    ]


def test_nothing_follows_the_last_thing_said() -> None:
    code = transfer_code(name="N", iban=IBAN, amount=Decimal(1), currency="EUR", remittance="")
    assert code.endswith("\nEUR1.00")
    assert code.split("\n")[4] == ""  # no BIC is needed since version 2


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"currency": "USD"}, "EUR, not in USD"),
        ({"iban": "DE89 3704 0044 0532 0130 01"}, "does not check"),
        ({"amount": Decimal("0.00")}, "cannot ask for"),
        ({"amount": Decimal("1.005")}, "cannot ask for"),
        ({"amount": Decimal(1000000000)}, "cannot ask for"),
        ({"name": " \n "}, "no name"),
        ({"bic": "NOPE"}, "no BIC"),
    ],
)
def test_what_a_code_cannot_say_is_refused_with_a_reason(wrong: dict[str, object], says: str) -> None:
    right = {"name": "N", "iban": IBAN, "amount": Decimal(1), "currency": "EUR", "remittance": "R"}
    with pytest.raises(NoTransferCodeError, match=says):
        transfer_code(**{**right, **wrong})  # type: ignore[arg-type]


@given(
    name=st.text(min_size=1, max_size=200).filter(lambda text: text.strip("\x85\u2028\u2029").split()),
    remittance=st.text(max_size=400),
)
def test_whatever_the_words_the_fields_stay_in_their_lines_and_the_code_fits(name: str, remittance: str) -> None:
    try:
        code = transfer_code(name=name, iban=IBAN, amount=Decimal(1), currency="EUR", remittance=remittance)
    except NoTransferCodeError:
        return
    lines = code.split("\n")
    assert len(lines) in {8, 11}
    assert len(code.encode("utf-8", "surrogatepass")) <= 331
    assert lines[6] == "DE89370400440532013000"
    assert len(lines[5]) <= 70


def test_an_account_is_read_off_the_bank_details() -> None:
    details = "Northlight Media GmbH\nIBAN: de89 3704 0044 0532 0130 00 BIC: COBADEFFXXX\nPlease quote the number"
    assert ibans_in(details) == ["DE89370400440532013000"]
    assert bic_in(details) == "COBADEFFXXX"
    assert ibans_in("Routing 021000021, account 9988776655") == []
    assert ibans_in("IBAN DE89 3704 0044 0532 0130 01") == []
    assert ibans_in("DE89370400440532013000\nGB29 NWBK 6016 1331 9268 19") == [
        "DE89370400440532013000",
        "GB29NWBK60161331926819",
    ]
    assert bic_in("BIC COBADEFF\nSWIFT DEUTDEFF") == ""
