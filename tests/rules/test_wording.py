"""Advice on texts: found in the text's own language, never about tags or markup."""

from __future__ import annotations

import pytest

from dunwell.rules.wording import Concern, advice


def concerns(words: str, language: str = "en", *, approves: bool = False, address: str = "1 Street") -> set[Concern]:
    given = advice(
        subject="Reminder", bodies=(words,), language=language, somebody_approves=approves, postal_address=address
    )
    return {entry.concern for entry in given}


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "We will take legal action. [How to Pay]"),
        ("de", "Wir beantragen einen Mahnbescheid. [How to Pay]"),
        ("de_AT", "Sonst geht es an ein Inkassobüro. [How to Pay]"),
        ("fr", "Nous saisirons le tribunal. [How to Pay]"),
        ("es", "Emprenderemos acciones legales. [How to Pay]"),
        ("it", "Procederemo per vie legali. [How to Pay]"),
        ("pt", "Seguirá para um advogado. [How to Pay]"),
        ("nl", "Wij schakelen een incassobureau in. [How to Pay]"),
        ("pl", "We will go to court. [How to Pay]"),  # no words of that language: English is looked for
    ],
)
def test_threats_are_seen_unless_somebody_approves(language: str, words: str) -> None:
    assert concerns(words, language) == {Concern.LEGAL_THREAT}
    assert concerns(words, language, approves=True) == set()


@pytest.mark.parametrize(
    "words", ["Get a discount! [Pay Link]", "Subscribe to our <b>newsletter</b> {{ pay_link }}", "SPECIAL OFFER [Bank]"]
)
def test_advertising_is_seen(words: str) -> None:
    assert concerns(words) == {Concern.PROMOTION}


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Have a look at our special offer."),
        ("de", "Nutzen Sie unser Sonderangebot."),
        ("fr", "Profitez de nos offres spéciales."),
        ("es", "Aproveche nuestras rebajas."),
        ("it", "Scopra le nostre offerte speciali."),
        ("pt", "Aproveite a nossa promoção."),
        ("nl", "Profiteer van onze aanbieding."),
    ],
)
def test_advertising_is_seen_in_every_language(language: str, words: str) -> None:
    assert concerns(words + " [How to Pay]", language) == {Concern.PROMOTION}


@pytest.mark.parametrize(
    "words", ["courteous discounted issue", "{{ court }} [Bank] <a class='newsletter'>", "the saleable [How to Pay]"]
)
def test_parts_of_words_tags_and_markup_are_not_words(words: str) -> None:
    assert concerns(words + " [How to Pay]") == set()


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ("{{ pay_instructions }}", True),
        ("{% if pay_link %}{{ pay_link }}{% endif %}", True),
        ("{% for line in invoices %}[Pay Link]{% endfor %}", True),
        ("[payment details]", True),
        ("{{ invoice_table }} [Total Due]", False),
        ("pay_link", False),
    ],
)
def test_a_way_to_pay_is_a_tag(words: str, named: bool) -> None:
    assert (Concern.NO_WAY_TO_PAY not in concerns(words)) == named


def test_a_missing_address_is_named() -> None:
    assert concerns("[How to Pay]", address=" \n") == {Concern.NO_POSTAL_ADDRESS}
