"""Any color a person chooses stays readable."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunwell.rules.colors import INK, READABLE, WHITE, as_link, contrast, is_color, text_on

colors = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


@pytest.mark.parametrize(
    ("one", "other", "ratio"), [("#000000", WHITE, 21.0), (WHITE, WHITE, 1.0), ("#777777", WHITE, 4.48)]
)
def test_known_ratios(one: str, other: str, ratio: float) -> None:
    assert contrast(one, other) == pytest.approx(ratio, abs=0.01)
    assert contrast(one, other) == contrast(other, one)


@given(colors)
def test_a_button_of_any_color_can_be_read(color: str) -> None:
    assert contrast(color, text_on(color)) >= 4.2  # between white and ink lies no color on which neither is clear


@given(colors)
def test_a_link_is_readable_or_the_usual_one(color: str) -> None:
    assert contrast(as_link(color, "#1d5fbf"), WHITE) >= READABLE


def test_only_plain_hex_is_a_color() -> None:
    assert is_color("#1d5fbf")
    for text in ("", "1d5fbf", "#1D5FBF", "#1d5fb", "#1d5fbf;", "red", "#1d5fbf\n"):
        assert not is_color(text)
    assert text_on("#ffe066") == INK
