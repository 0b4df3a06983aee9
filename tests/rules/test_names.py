"""The key by which names sort and match."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunwell.rules.names import name_key


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("  Émile  GROß ", "emile gross"),
        ("ACME\tLtd.\n", "acme ltd."),
        ("Müller & Söhne", "muller & sohne"),
        ("İstanbul", "istanbul"),
        ("Ǆ", "dz"),
        ("ﬁrst", "first"),
        ("Ωmega", "ωmega"),
        ("Łódź", "łodz"),
        ("東京", "東京"),
        ("가나", "가나"),
        ("", ""),
    ],
)
def test_examples(name: str, key: str) -> None:
    assert name_key(name) == key


@given(st.text())
def test_the_key_of_a_key_is_the_key(name: str) -> None:
    assert name_key(name_key(name)) == name_key(name)


@given(st.text(), st.sampled_from([" ", "\t", "\u00a0", "  "]))
def test_spaces_around_and_case_do_not_matter(name: str, space: str) -> None:
    assert name_key(space + name + space) == name_key(name)
    assert name_key(name.casefold()) == name_key(name)
