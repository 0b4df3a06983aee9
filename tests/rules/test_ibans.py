"""An account number typed wrong is found; a line that is no account number is let be."""

from __future__ import annotations

import pytest

from dunwell.rules.ibans import faulty_ibans, iban_fault

GOOD = ("DE89 3704 0044 0532 0130 00", "GB29NWBK60161331926819", "ie29 aibk 9311 5212 3456 78", "NO9386011117947")


@pytest.mark.parametrize("number", GOOD)
def test_a_right_one_has_no_fault(number: str) -> None:
    assert iban_fault(number) == ""


@pytest.mark.parametrize("position", range(4, 22))
def test_any_wrong_digit_is_found(position: int) -> None:
    plain = GOOD[0].replace(" ", "")
    wrong = plain[:position] + str((int(plain[position]) + 1) % 10) + plain[position + 1 :]
    assert "does not check" in iban_fault(wrong)


def test_two_digits_that_changed_places_are_found() -> None:
    assert "changed places" in iban_fault("DE89 3704 0044 0532 0103 00")


def test_the_length_of_its_country_is_told() -> None:
    assert "has 21 characters; an IBAN that begins with DE has 22" in iban_fault("DE89 3704 0044 0532 0130 0")
    assert "is no IBAN" in iban_fault("XX00 1234 5678 9012")


def test_bank_details_are_searched_line_by_line() -> None:
    assert faulty_ibans("Acme Media\nIBAN DE89 3704 0044 0532 0130 00\nBIC COBADEFFXXX\nRef. AB12 3456") == []
    assert faulty_ibans("Acme Media, IBAN: DE89 3704 0044 0532 0130 00 BIC COBADEFFXXX") == []
    assert faulty_ibans("Routing 021000021, account 9988776655") == []
    assert len(faulty_ibans("DE89 3704 0044 0532 0130 01\nGB29 NWBK 6016 1331 9268 19")) == 1
    assert faulty_ibans("IBAN: ") == ["The line “IBAN” has no number."]
