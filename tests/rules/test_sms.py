"""Segments of an SMS, plain characters, and the words that stop it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunwell.rules.sms import Answer, answer_in, length_of, plain


@pytest.mark.parametrize(
    ("text", "segments", "is_unicode"),
    [
        ("", 0, False),
        ("a" * 160, 1, False),
        ("a" * 161, 2, False),
        ("a" * 306, 2, False),
        ("a" * 307, 3, False),
        ("€" * 80, 1, False),  # each takes two places
        ("€" * 81, 2, False),
        ("Grüße, Ñandù à la Øresund", 1, False),
        ("ê" * 70, 1, True),
        ("ê" * 71, 2, True),
        ("ê" * 134, 2, True),
        ("ê" * 135, 3, True),
        ("😀" * 35, 1, True),
        ("😀" * 36, 2, True),
    ],
)
def test_segments(text: str, segments: int, is_unicode: bool) -> None:
    found = length_of(text)
    assert (found.segments, found.is_unicode, found.characters) == (segments, is_unicode, len(text))


def test_nothing_is_torn_apart_by_the_end_of_a_segment() -> None:
    # 152 places and a euro sign, which does not fit the last one: it opens the next segment
    assert length_of("a" * 152 + "€" + "a" * 152).segments == 3
    assert length_of("a" * 151 + "€" + "a" * 153).segments == 2
    assert length_of("ê" * 66 + "😀" + "ê" * 66).segments == 3


def test_the_characters_that_cost_are_named() -> None:
    assert length_of("çê and ê").foreign == "çê"


@given(st.text(max_size=700))
def test_segments_hold_the_text(text: str) -> None:
    found = length_of(text)
    units = len(text.encode("utf-16-le")) // 2
    if found.segments == 1:
        assert units <= (70 if found.is_unicode else 160)
    elif found.segments:
        assert (found.segments - 1) * (66 if found.is_unicode else 76) < units <= found.segments * 153


def test_typography_does_not_halve_a_segment() -> None:
    assert plain("“It’s due” – pay\N{NO-BREAK SPACE}now…") == '"It\'s due" - pay now...'
    assert not length_of(plain("„Rechnung“ – fällig")).is_unicode


STOPS = (
    *("STOP", "stop", " Stop. ", "StopAll", "UNSUBSCRIBE", "cancel", "END", "Quit!", "opt-out", "Opt out"),
    *("STOPP", "Abmelden", "Arrêt", "BAJA", "parar", "Annulla", "sair", "Afmelden"),
)


@pytest.mark.parametrize("text", STOPS)
def test_words_that_stop(text: str) -> None:
    assert answer_in(text) is Answer.STOP


@pytest.mark.parametrize("text", ["START", "unstop", " start "])
def test_words_that_start(text: str) -> None:
    assert answer_in(text) is Answer.START


@pytest.mark.parametrize("text", ["", "yes", "Please do not stop the delivery", "paid yesterday", "?", "stop it now"])
def test_words_that_a_person_reads(text: str) -> None:
    assert answer_in(text) is None
