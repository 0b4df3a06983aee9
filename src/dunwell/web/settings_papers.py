"""The forms about paper: what goes along with mails, and how letters go."""

from __future__ import annotations

import re
from typing import Any

from django import forms

from dunwell.organizations.models.settings import LettersBy, PaperSize


class PapersForm(forms.Form):
    attach_invoices = forms.BooleanField(
        label="Attach the invoices to e-mails",
        required=False,
        widget=forms.CheckboxInput(attrs={"wide": True}),
        help_text="The PDF that is kept with an invoice; where there is none, a copy of what the book says.",
    )
    attach_statement = forms.BooleanField(
        label="Attach a statement of account to e-mails",
        required=False,
        widget=forms.CheckboxInput(attrs={"wide": True}),
        help_text="Open invoices, credits and the payments of the last 90 days, in the reminder’s currency.",
    )
    paper = forms.ChoiceField(
        label="Paper",
        required=False,
        choices=[("", "As the country prints"), *PaperSize.choices],
        help_text="A4 fits the windows of DIN 5008 form B, US Letter those of No. 10 envelopes.",
    )


class LettersForm(forms.Form):
    groups = {"": ("letters_by",), "Lob": ("lob_key", "lob_sender", "lob_webhook_secret")}

    letters_by = forms.ChoiceField(
        label="Who posts letters",
        required=False,
        choices=[("", "Nobody: no letters are sent"), *LettersBy.choices],
        widget=forms.Select(attrs={"wide": True}),
    )
    lob_key = forms.CharField(
        label="Lob’s API key",
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text="Empty: stays as it is. With a key that begins with test_ nothing is printed.",
    )
    lob_sender = forms.CharField(
        label="Our address at Lob",
        required=False,
        max_length=60,
        help_text="Its number in Lob’s address book, adr_…; Lob takes senders in the United States only.",
    )
    lob_webhook_secret = forms.CharField(
        label="Secret of Lob’s webhook",
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text="Empty: stays as it is. With it Lob can tell us what became of a letter.",
    )

    def clean_lob_sender(self) -> str:
        number = str(self.cleaned_data["lob_sender"]).strip()
        if number and not re.fullmatch(r"adr_[A-Za-z0-9]+", number):
            raise forms.ValidationError("An address at Lob is named like adr_210a8d4b0b76d77b.")
        return number

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if values.get("letters_by") == LettersBy.LOB and not values.get("lob_sender"):
            self.add_error("lob_sender", "Lob needs the address that letters come from.")
        return values
