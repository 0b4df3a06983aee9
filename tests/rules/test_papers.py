"""The sheet of a country, and an address that shows through its window however the sheet lies."""

from __future__ import annotations

import pytest

from dunwell.rules.papers import SHEETS, Paper, paper_for


def test_offices_of_north_america_print_on_letter_and_others_on_a4() -> None:
    assert [paper_for(country) for country in ("US", "ca", "MX")] == [Paper.US_LETTER] * 3
    assert [paper_for(country) for country in ("DE", "GB", "BR", "")] == [Paper.A4] * 4


def test_on_a4_the_address_stands_in_the_field_of_din_5008_form_b() -> None:
    box = SHEETS[Paper.A4].address
    assert (box.left, box.top) == (25, 62.7)  # 20 + 5, 45 + 17.7
    assert box.bottom <= 90
    assert box.right <= 105


@pytest.mark.parametrize("slip_down", [0, 4.125 - 11 / 3])
@pytest.mark.parametrize("slip_right", [0, 1.0])
def test_on_letter_the_address_shows_wherever_the_sheet_lies_in_its_envelope(
    slip_down: float, slip_right: float
) -> None:
    box = SHEETS[Paper.US_LETTER].address
    window_left, window_right = 0.875, 0.875 + 4.5
    window_top, window_bottom = 4.125 - 0.5 - 1.125, 4.125 - 0.5
    assert box.left / 25.4 + slip_right >= window_left
    assert box.right / 25.4 + slip_right <= window_right
    assert box.top / 25.4 + slip_down >= window_top - 0.001
    assert box.bottom / 25.4 + slip_down <= window_bottom


@pytest.mark.parametrize("sheet", SHEETS.values(), ids=lambda sheet: f"{sheet.width:.0f}")
def test_text_begins_below_the_window(sheet: object) -> None:
    from dunwell.rules.papers import Sheet

    assert isinstance(sheet, Sheet)
    assert sheet.body_top > sheet.address.bottom
    assert sheet.sender is None or sheet.sender.bottom <= sheet.address.top
