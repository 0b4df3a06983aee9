"""Buckets: every age has exactly one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunwell.rules.aging import BUCKETS, bucket


@pytest.mark.parametrize(
    ("days", "name"),
    [
        (-4000, "not_due"),
        (0, "not_due"),
        (1, "days_1_30"),
        (30, "days_1_30"),
        (31, "days_31_60"),
        (60, "days_31_60"),
        (61, "days_61_90"),
        (90, "days_61_90"),
        (91, "days_91"),
        (9999, "days_91"),
    ],
)
def test_edges(days: int, name: str) -> None:
    assert bucket(days).name == name


@given(st.integers(-20000, 20000))
def test_every_age_is_in_exactly_one_bucket(days: int) -> None:
    assert [candidate for candidate in BUCKETS if candidate.holds(days)] == [bucket(days)]


def test_names_are_distinct() -> None:
    assert len({candidate.name for candidate in BUCKETS}) == len(BUCKETS)
