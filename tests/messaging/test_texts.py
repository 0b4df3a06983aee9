"""The shipped texts: true for one or many invoices, with or without credit, and without a hole."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
import re
from decimal import Decimal
from typing import Any

import pytest

from dunwell.messaging.models import MessageTemplate
from dunwell.messaging.rendering import (
    ContactFacts,
    MissingValueError,
    NoticeContext,
    OrganizationFacts,
    PromiseFacts,
    SenderFacts,
    TemplateRefusedError,
    TemplateSource,
    compile_template,
    formats,
    render,
)
from dunwell.messaging.services.templates import (
    TemplateChangedError,
    install_shipped,
    restore_shipped,
    save_template,
)
from dunwell.messaging.texts import SHIPPED, ShippedText
from dunwell.messaging.texts.shipped import PAY, TABLE
from dunwell.organizations.models import Organization, User
from dunwell.rules.sms import length_of
from dunwell.rules.wording import advice
from tests.messaging.test_templates import TODAY, context, invoice

DAYS = {"before-due": -3, "due-today": 0, "reminder": 3, "firm-reminder": 7, "final-reminder": 14}
AFTER_DUE = {"reminder", "firm-reminder", "final-reminder"}
LAST_CALL = {
    "en": "my last call", "de": "mein letzter Anruf", "fr": "mon dernier appel", "es": "mi última llamada",
    "it": "la mia ultima telefonata", "pt": "a minha última chamada", "nl": "mijn laatste telefoontje",
}  # fmt: skip
CALL_DAYS = {"call-friendly": 2, "call-neutral": 5, "call-firm": 10, "call-final": 20}
LAST_NOTICE = dt.date(2025, 11, 11)  # no date of an invoice
PROMISE = PromiseFacts(dt.date(2025, 10, 27), dt.date(2025, 11, 10))  # nor these
LANGUAGES = {
    # How a letter to a person begins, to nobody in particular, and what it calls a credit
    "en": ("Hello Anna Schmidt,", "Hello,", "credit"),
    "de": ("Guten Tag Anna Schmidt,", "Guten Tag,", "Guthaben"),
    "fr": ("Bonjour Anna Schmidt,", "Bonjour,", "avoir"),
    "es": ("Hola, Anna Schmidt:", "Hola:", "saldo a favor"),
    "it": ("Buongiorno Anna Schmidt,", "Buongiorno,", "credito"),
    "pt": ("Olá, Anna Schmidt,", "Olá,", "crédito"),
    "nl": ("Beste Anna Schmidt,", "Goedendag,", "tegoed"),
}
WAYS = (
    OrganizationFacts("Northlight", "1 Harbour Street\nDublin", "https://pay.example/{invoice.number}"),
    OrganizationFacts("Northlight", bank_details="IBAN DE02"),
)
MAILS = [text for text in SHIPPED if text.channel == "email"]
SMS = [text for text in SHIPPED if text.channel == "sms"]
LETTERS = [text for text in SHIPPED if text.channel == "letter"]
CALLS = [text for text in SHIPPED if text.channel == "call"]
# Words that stand in nearly every English sentence and in no sentence of the other six languages
ENGLISH_WORDS = frozenset(
    re.findall(
        r"[a-z]+",
        "the and of you your we our are have has been was were this that these those with from please if not is "
        "will would by now then their they what when which could let know due overdue days reminder invoice invoices",
    )
)
# ... and which of them another language has, too
SHARED = {"de": {"was", "die"}, "fr": {"note", "on"}, "nl": {"is", "was", "of", "over", "we"}, "it": {"due"}}


def of_language(shipped: ShippedText) -> str:
    return f"{shipped.language}-{shipped.key}-{shipped.channel}"


def source_of(shipped: ShippedText) -> TemplateSource:
    return TemplateSource(shipped.subject, shipped.html, shipped.text, shipped.channel)


def facts_for(shipped: ShippedText, count: int, **fields: Any) -> NoticeContext:
    days = [(DAYS | CALL_DAYS)[shipped.key] - 2 * number for number in range(count)]
    return context(
        *(invoice(f"INV-{number}", day) for number, day in enumerate(days)),
        language=shipped.language,
        locale=formats.reading_locale(shipped.language, "", "en_US"),
        **fields,
    )


def test_the_library_is_complete() -> None:
    for texts in (MAILS, SMS, LETTERS):
        assert {(text.language, text.key) for text in texts} == set(itertools.product(LANGUAGES, DAYS))
    assert {(text.language, text.key) for text in CALLS} == set(itertools.product(LANGUAGES, CALL_DAYS))
    assert len(SHIPPED) == len(MAILS) + len(SMS) + len(LETTERS) + len(CALLS)


@pytest.mark.parametrize("shipped", MAILS, ids=of_language)
def test_every_text_is_true_and_whole(shipped: ShippedText) -> None:
    template = compile_template(source_of(shipped))
    to_a_person, to_nobody, credit_word = LANGUAGES[shipped.language]
    variants = itertools.product((1, 2, 5), (0, 30), (0, 2), WAYS, ("", "Anna Schmidt"))
    for count, credit, earlier, organization, name in variants:
        facts = facts_for(
            shipped,
            count,
            credit=Decimal(credit),
            earlier_notices=earlier,
            last_notice_on=LAST_NOTICE if earlier else None,
            organization=organization,
            contact=ContactFacts("anna@bright.example", name),
        )
        rendered = render(template, facts)
        total = formats.money(facts.locale, "EUR")(Decimal(100 * count - credit))
        assert total in rendered.subject
        assert total in rendered.text
        assert total in rendered.html
        assert "Northlight" in rendered.subject
        assert ("INV-0" in rendered.subject) == (count == 1)
        assert (credit_word in rendered.text) == bool(credit)
        wrote = formats.date(LAST_NOTICE, facts.locale, "long") in rendered.text
        assert wrote == (bool(earlier) and shipped.tone in {"firm", "final"})
        assert organization.postal_address.split("\n")[0] in rendered.text
        assert ("IBAN" in rendered.text) == bool(organization.bank_details)
        assert rendered.text.startswith(to_a_person if name else to_nobody)
        for written in (rendered.subject, rendered.text, rendered.html):
            assert not any(mark in written for mark in ("{{", "{%", "[", "None", " 1 days", " 1 invoices", "  ,"))


@pytest.mark.parametrize("shipped", MAILS, ids=of_language)
def test_a_promise_is_named_once_its_day_has_passed(shipped: ShippedText) -> None:
    template = compile_template(source_of(shipped))
    for count in (1, 2):
        facts = facts_for(shipped, count, promise=PROMISE)
        rendered = render(template, facts)
        for day in (PROMISE.made_on, PROMISE.pay_on):
            named = formats.date(day, facts.locale, "long")
            assert (named in rendered.text, named in rendered.html) == (shipped.key in AFTER_DUE,) * 2
        words = rendered.text.split("-- ")[0].replace("https://pay.example", "")
        assert shipped.language == "en" or english_words(words, shipped.language) == set()
        assert not any(mark in words for mark in ("{{", "{%", "None", " ."))


@pytest.mark.parametrize("shipped", SMS, ids=of_language)
def test_every_sms_is_short_and_tells_no_stranger_what_is_owed(shipped: ShippedText) -> None:
    template = compile_template(source_of(shipped))
    variants = itertools.product((1, 2, 5), (0, 30), (0, 2), WAYS, ("", "Anna Schmidt"))
    for count, credit, earlier, organization, name in variants:
        facts = facts_for(
            shipped,
            count,
            credit=Decimal(credit),
            earlier_notices=earlier,
            last_notice_on=LAST_NOTICE if earlier else None,
            organization=organization,
            contact=ContactFacts("", name),
            sender=SenderFacts("Northlight Media Limited", "a@b.example", ""),
            promise=PROMISE,
        )
        rendered = render(template, facts)
        text = rendered.text
        # Two segments have no room for it, and a phone is seen by others
        assert "promise" not in shipped.text
        assert rendered.html == ""
        assert text.startswith("Northlight Media Limited: ")
        assert ("INV-0" in text) == (count == 1)
        assert ("https://pay.example/INV-0" in text) == (count == 1 and bool(organization.payment_url_pattern))
        assert "Anna" not in text
        assert "100" not in text
        assert "EUR" not in text
        assert not advice(
            subject="",
            bodies=[shipped.text],
            language=shipped.language,
            somebody_approves=False,
            postal_address="1 Harbour Street",
        )
        length = length_of(text)
        assert (length.segments <= 2, length.foreign) == (True, "")
        assert not any(mark in text for mark in ("{{", "{%", "[", "None", " 1 days", " 1 invoices", "  ", " ."))
        assert text.startswith(rendered.subject.removesuffix(" …"))


@pytest.mark.parametrize("shipped", CALLS, ids=of_language)
def test_every_call_script_is_true_and_whole(shipped: ShippedText) -> None:
    template = compile_template(source_of(shipped))
    credit_word = LANGUAGES[shipped.language][2]
    variants = itertools.product((1, 2, 5), (0, 30), (0, 2), WAYS, ("", "Anna Schmidt"))
    for count, credit, earlier, organization, name in variants:
        facts = facts_for(
            shipped,
            count,
            credit=Decimal(credit),
            earlier_notices=earlier,
            last_notice_on=LAST_NOTICE if earlier else None,
            organization=organization,
            contact=ContactFacts("", name),
        )
        rendered = render(template, facts)
        said = rendered.text.split("\n\n")
        assert rendered.html == ""
        # Who calls and who is there, before anything is said about a debt
        assert "Northlight" in said[0]
        assert ("Anna Schmidt" in said[0]) == bool(name)
        assert "INV-0" not in said[0]
        assert formats.money(facts.locale, "EUR")(Decimal(100 * count - credit)) in said[1]
        assert formats.date(facts.invoices[0].due_on, facts.locale, "long") in said[1]
        assert ("INV-0" in said[1]) == (count == 1)
        assert (credit_word in said[1]) == bool(credit)
        wrote = formats.date(LAST_NOTICE, facts.locale, "long") in rendered.text
        assert wrote == (bool(earlier) and shipped.tone != "friendly")
        assert len(said) == (4 if organization.payment_url_pattern and count == 1 else 3)
        marks = ("{{", "{%", "[", "None", " 1 days", " 1 invoices", "  ", " .", "http")
        assert not any(mark in rendered.text for mark in marks)


@pytest.mark.parametrize("shipped", CALLS, ids=of_language)
def test_a_first_call_is_not_called_the_last(shipped: ShippedText) -> None:
    template = compile_template(source_of(shipped))
    for count, calls in itertools.product((1, 2), (0, 1, 3)):
        text = render(template, facts_for(shipped, count, earlier_calls=calls)).text
        assert (LAST_CALL[shipped.language] in text) == (shipped.key == "call-final" and calls > 0)
        assert shipped.language == "en" or english_words(text.replace("https", ""), shipped.language) == set()
        assert not any(mark in text for mark in ("{{", "{%", "  ", "\n "))


@pytest.mark.parametrize("channel", ["email", "sms", "letter"])
def test_what_was_spoken_is_known_in_calls_alone(channel: str) -> None:
    subject = "" if channel == "sms" else "About it"
    with pytest.raises(TemplateRefusedError, match=r"\[Earlier Calls\] is known in call scripts only"):
        compile_template(TemplateSource(subject, "", "{% if earlier_calls %}We spoke.{% endif %}", channel))


@pytest.mark.parametrize("shipped", SHIPPED, ids=of_language)
def test_a_notice_about_nothing_is_never_written(shipped: ShippedText) -> None:
    template = compile_template(source_of(shipped))
    with pytest.raises(MissingValueError):
        render(template, dataclasses.replace(facts_for(shipped, 1), invoices=()))


def english_words(text: str, language: str) -> set[str]:
    return set(re.findall(r"[a-z]+", text.lower())) & ENGLISH_WORDS - SHARED.get(language, set())


@pytest.mark.parametrize("shipped", [text for text in SHIPPED if text.language != "en"], ids=of_language)
def test_no_english_in_another_language(shipped: ShippedText) -> None:
    template = compile_template(source_of(shipped))
    for count, credit, organization in itertools.product((1, 2, 70), (0, 30), WAYS):
        facts = facts_for(
            shipped, count, credit=Decimal(credit), organization=organization, earlier_notices=1, last_notice_on=TODAY
        )
        rendered = render(template, facts)
        words = f"{rendered.subject}\n{rendered.text.split('-- ')[0]}"
        # In a letter, marks stand where the page prints table and ways to pay
        for mark in ("https://pay.example", "[Invoice Table]", "[Pay Instructions]"):
            words = words.replace(mark, "")
        assert english_words(words, shipped.language) == set()


def test_an_english_sentence_would_be_found() -> None:
    for text in SHIPPED:
        if text.language == "en":
            assert text.channel in {"sms", "call"} or len(english_words(" ".join(text.paragraphs), "de")) > 5


def test_the_languages_differ_in_every_paragraph() -> None:
    """No text was left in the language it was translated from."""
    for key, channel in [*itertools.product(DAYS, ("email", "sms", "letter")), *((key, "call") for key in CALL_DAYS)]:
        texts = [text for text in SHIPPED if (text.key, text.channel) == (key, channel)]
        for one, other in itertools.combinations(texts, 2):
            alike = set(one.paragraphs) & set(other.paragraphs) - {TABLE, PAY}
            assert not alike, (key, one.language, other.language)


@pytest.mark.parametrize(
    ("text", "wanted", "organization", "locale"),
    [
        ("de", "de_AT", "en_US", "de_AT"),
        ("de", "", "en_US", "de"),
        ("de", "de", "de_CH", "de_CH"),
        ("en", "pl", "en_GB", "en_GB"),  # no Polish text: the English one keeps to English dates
        ("fr", "fr-CA", "en_US", "fr_CA"),
        ("en", "", "de_DE", "en"),
    ],
)
def test_dates_and_amounts_follow_the_language_of_the_text(
    text: str, wanted: str, organization: str, locale: str
) -> None:
    assert formats.reading_locale(text, wanted, organization) == locale


def test_shipped_texts_become_the_organizations_own(organization: Organization, alice: User) -> None:
    installed = install_shipped(organization=organization)
    assert set(installed) == set(DAYS)
    template = installed["reminder"]
    edited = save_template(
        organization_id=organization.pk,
        template_id=template.pk,
        version=template.version,
        user_id=alice.pk,
        subject="Ours",
        body_html="<p>[Client Name]</p>",
    )
    assert (edited.version, edited.is_shipped) == (2, False)
    # An upgrade leaves alone what somebody has written
    assert install_shipped(organization=organization)["reminder"].subject == "Ours"
    assert MessageTemplate.objects.filter(organization=organization).count() == len(SHIPPED)
    restored = restore_shipped(organization_id=organization.pk, template_id=template.pk, user_id=alice.pk)
    assert restored.subject == template.subject
    with pytest.raises(TemplateChangedError):
        save_template(
            organization_id=organization.pk, template_id=template.pk, version=1, user_id=alice.pk,
            subject="Late", body_html="x",
        )  # fmt: skip


def test_what_cannot_be_rendered_is_not_stored(organization: Organization, alice: User) -> None:
    template = install_shipped(organization=organization)["reminder"]
    with pytest.raises(TemplateRefusedError, match="did you mean"):
        save_template(
            organization_id=organization.pk, template_id=template.pk, version=1, user_id=alice.pk,
            subject="[Client Nme]", body_html="x",
        )  # fmt: skip
    template.refresh_from_db()
    assert template.version == 1
