"""The shipped letters: for each step and language one, true for one or many invoices, whole, and fit for paper."""

from __future__ import annotations

import itertools
from decimal import Decimal

import pytest

from dunwell.messaging.rendering import (
    ContactFacts,
    OrganizationFacts,
    SenderFacts,
    TemplateSource,
    compile_template,
    formats,
    render,
)
from dunwell.messaging.texts.letters import LETTERS
from dunwell.messaging.texts.shipped import PAY, TABLE, ShippedText
from tests.messaging.test_texts import AFTER_DUE, DAYS, LAST_NOTICE, PROMISE, english_words, facts_for, of_language

BANK = OrganizationFacts("Northlight", "1 Harbour Street\nDublin", bank_details="IBAN DE02")
LANGUAGES = {
    # How a letter to a person begins, to nobody in particular, and what it calls a credit
    "en": ("Dear Anna Schmidt,", "Dear Sir or Madam,", "credit"),
    "de": ("Guten Tag Anna Schmidt,", "Sehr geehrte Damen und Herren,", "Guthaben"),
    "fr": ("Bonjour Anna Schmidt,", "Madame, Monsieur,", "avoir"),
    "es": ("A la atención de Anna Schmidt:", "Estimados señores:", "saldo a favor"),
    "it": ("Gentile Anna Schmidt,", "Spettabile ditta,", "credito"),
    "pt": ("À atenção de Anna Schmidt,", "Exmos. Senhores,", "crédito"),
    "nl": ("Geachte Anna Schmidt,", "Geachte heer of mevrouw,", "tegoed"),
}


def test_the_library_is_complete() -> None:
    assert {(text.language, text.key) for text in LETTERS} == set(itertools.product(LANGUAGES, DAYS))
    assert all(text.channel == "letter" for text in LETTERS)


@pytest.mark.parametrize("shipped", LETTERS, ids=of_language)
def test_every_letter_is_true_and_whole(shipped: ShippedText) -> None:
    template = compile_template(TemplateSource(shipped.subject, "", shipped.text))
    to_a_person, to_nobody, credit_word = LANGUAGES[shipped.language]
    for count, credit, earlier, name in itertools.product((1, 2, 5), (0, 30), (0, 2), ("", "Anna Schmidt")):
        facts = facts_for(
            shipped,
            count,
            credit=Decimal(credit),
            earlier_notices=earlier,
            last_notice_on=LAST_NOTICE if earlier else None,
            organization=BANK,
            contact=ContactFacts("anna@bright.example", name),
        )
        rendered = render(template, facts)
        assert formats.money(facts.locale, "EUR")(Decimal(100 * count - credit)) in rendered.text
        assert ("INV-0" in rendered.subject) == (count == 1)
        assert (credit_word in rendered.text.split("-- ")[0]) == bool(credit)
        wrote = formats.date(LAST_NOTICE, facts.locale, "long") in rendered.text
        assert wrote == (bool(earlier) and shipped.tone in {"firm", "final"})
        assert rendered.text.startswith(to_a_person if name else to_nobody)
        for written in (rendered.subject, rendered.text):
            assert not any(mark in written for mark in ("{{", "{%", "None", " 1 days", " 1 invoices", "  ,"))


@pytest.mark.parametrize("shipped", LETTERS, ids=of_language)
def test_a_promise_is_named_once_its_day_has_passed(shipped: ShippedText) -> None:
    template = compile_template(TemplateSource(shipped.subject, "", shipped.text))
    for count, earlier in itertools.product((1, 2), (0, 2)):
        facts = facts_for(
            shipped,
            count,
            organization=BANK,
            promise=PROMISE,
            earlier_notices=earlier,
            last_notice_on=LAST_NOTICE if earlier else None,
        )
        text = render(template, facts).text.split("-- ")[0]
        for day in (PROMISE.made_on, PROMISE.pay_on):
            assert (formats.date(day, facts.locale, "long") in text) == (shipped.key in AFTER_DUE)
        assert shipped.language == "en" or english_words(text, shipped.language) == set()
        assert not any(mark in text for mark in ("{{", "{%", "None", " .", ".."))


@pytest.mark.parametrize("shipped", LETTERS, ids=of_language)
def test_a_letter_stands_without_an_address_to_write_to(shipped: ShippedText) -> None:
    template = compile_template(TemplateSource(shipped.subject, "", shipped.text))
    facts = facts_for(shipped, 1, organization=BANK, sender=SenderFacts("Northlight", ""))
    assert "@" not in render(template, facts).text


@pytest.mark.parametrize("shipped", LETTERS, ids=of_language)
def test_table_and_way_to_pay_stand_by_themselves(shipped: ShippedText) -> None:
    assert [part for part in shipped.paragraphs if part in {TABLE, PAY}] == [TABLE, PAY]


@pytest.mark.parametrize("shipped", [text for text in LETTERS if text.language != "en"], ids=of_language)
def test_no_english_in_another_language(shipped: ShippedText) -> None:
    template = compile_template(TemplateSource(shipped.subject, "", shipped.text))
    for count, credit in itertools.product((1, 2, 70), (0, 30)):
        facts = facts_for(
            shipped, count, credit=Decimal(credit), organization=BANK, earlier_notices=1, last_notice_on=LAST_NOTICE
        )
        rendered = render(template, facts)
        assert english_words(f"{rendered.subject}\n{rendered.text.split('-- ')[0]}", shipped.language) == set()


def test_the_languages_differ_in_every_paragraph() -> None:
    for key in DAYS:
        texts = [text for text in LETTERS if text.key == key]
        for one, other in itertools.combinations(texts, 2):
            assert not set(one.paragraphs) & set(other.paragraphs) - {TABLE, PAY}
