"""Forms of the texts' pages."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Any

from babel import Locale
from django import forms

from dunwell.messaging.models.templates import Tone
from dunwell.messaging.rendering import TemplateRefusedError, TemplateSource, compile_template, derive_text
from dunwell.messaging.texts import SHIPPED
from dunwell.rules.channels import SPOKEN, Channel

# Languages that texts come in first, then the others people ask for
SHIPPED_LANGUAGES = tuple(dict.fromkeys(text.language for text in SHIPPED))
OTHER_LANGUAGES = ("bg", "cs", "da", "el", "et", "fi", "hr", "hu", "lt", "lv", "nb", "pl", "ro", "sk", "sl", "sv", "tr")
_FIELD_OF_PART = {"subject": "subject", "HTML": "body_html", "text": "body_text"}


def language_name(code: str) -> str:
    """`German` for `de`, `German (Austria)` for `de_AT`."""
    return str(Locale.parse(code.replace("-", "_")).get_display_name("en"))


class TextForm(forms.Form):
    """What a person writes. A text that could not be rendered is refused beside the part it stands in."""

    subject = forms.CharField(max_length=2000, widget=forms.Textarea(attrs={"rows": 2, "data-grows": True}))
    body_html = forms.CharField(
        label="Body (HTML)",
        required=False,
        max_length=50_000,
        widget=forms.Textarea(attrs={"rows": 18, "spellcheck": "true"}),
    )
    body_text = forms.CharField(
        label="Plain text",
        required=False,
        max_length=50_000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="For readers without HTML. Empty: made from the body each time. What stands here is sent as it is, "
        "and does not follow the body.",
    )
    version = forms.IntegerField(widget=forms.HiddenInput)
    channel = Channel.EMAIL.value

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if not self.errors:
            try:
                compile_template(source_of(values, self.channel))
            except TemplateRefusedError as error:
                self.add_error(_FIELD_OF_PART.get(error.part, "body_html"), str(error))
        return values


class PlainForm(TextForm):
    """What is plain text alone."""

    body_html = None  # type: ignore[assignment]

    def clean(self) -> dict[str, Any]:
        return {"subject": "", "body_html": "", **super().clean()}


class LetterForm(PlainForm):
    body_text = forms.CharField(
        label="Text",
        max_length=50_000,
        widget=forms.Textarea(attrs={"rows": 18, "spellcheck": "true"}),
        help_text="The paper gives it its form: address, table of invoices and the way to pay are drawn.",
        error_messages={"required": "A letter needs a text."},
    )
    channel = Channel.LETTER.value


class SmsForm(PlainForm):
    subject = None  # type: ignore[assignment]
    body_text = forms.CharField(
        label="Text",
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 7, "spellcheck": "true"}),
        help_text="It may be read on a locked screen: name the invoice and the pay link, no amounts and no persons.",
        error_messages={"required": "An SMS needs a text."},
    )
    channel = Channel.SMS.value


class ScriptForm(PlainForm):
    subject = None  # type: ignore[assignment]
    body_text = forms.CharField(
        label="Script",
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "true"}),
        help_text="What to say, as a beginning. Ask who is speaking before you name a debt.",
        error_messages={"required": "A call script needs a text."},
    )
    channel = SPOKEN


def form_of(channel: str) -> type[TextForm]:
    plain = {form.channel: form for form in (SmsForm, LetterForm, ScriptForm)}
    return plain.get(channel, TextForm)


def source_of(values: dict[str, Any], channel: str) -> TemplateSource:
    return TemplateSource(values.get("subject", ""), values.get("body_html", ""), values.get("body_text", ""), channel)


def with_plain_text(data: Mapping[str, str]) -> TextForm:
    """What was typed, with a plain text made from its body to go on from; nothing is refused yet."""
    typed = {name: data.get(name, "") for name in TextForm.base_fields}
    # The check beside the editor says what is wrong with a body of which none can be made
    with contextlib.suppress(TemplateRefusedError):
        typed["body_text"] = derive_text(typed["body_html"])
    return TextForm(initial=typed)


class LanguageForm(forms.Form):
    """A language that the text does not have yet."""

    language = forms.ChoiceField()

    def __init__(self, *args: Any, present: set[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        codes = [code for code in (*SHIPPED_LANGUAGES, *OTHER_LANGUAGES) if code not in present]
        choices = [(code, language_name(code)) for code in codes]
        self.fields["language"] = forms.ChoiceField(choices=choices, label="Language")


class CopyForm(forms.Form):
    name = forms.CharField(max_length=100, label="Name of the new text")
    tone = forms.ChoiceField(choices=Tone.choices)
