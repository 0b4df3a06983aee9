"""The forms of the first hour."""

from __future__ import annotations

from typing import Any

from django import forms

from dunwell.organizations import beginnings
from dunwell.web.settings_forms import PaymentForm, SenderForm
from dunwell.web.setup import places


class OwnerForm(forms.Form):
    """Who makes the installation theirs. The browser adds its time zone, from which the next page proposes."""

    code = forms.CharField(
        label="Set-up code",
        help_text="“dunwell serve” shows it in the terminal it was started in.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}),
    )
    name = forms.CharField(label="Your name", max_length=200, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    email = forms.EmailField(
        label="E-mail", help_text="You sign in with it.", widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    password = forms.CharField(
        label="Password",
        strip=False,
        help_text="At least 10 characters; a few words are easy to remember and hard to guess.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}, render_value=True),
    )
    time_zone = forms.CharField(
        required=False, max_length=64, widget=forms.HiddenInput(attrs={"data-browser-zone": True})
    )

    def __init__(self, *args: Any, code_known: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if code_known:
            del self.fields["code"]

    def clean_code(self) -> str:
        code = str(self.cleaned_data["code"])
        if not beginnings.is_set_up_code(code):
            raise forms.ValidationError("This is not the code. It has 16 letters and digits.")
        return code


class ArchiveForm(forms.Form):
    """An organization that comes from another installation."""

    archive = forms.FileField(
        label="The archive",
        help_text="A .zip that “Export everything” or “dunwell organization export” wrote, of this version of Dunwell.",
        widget=forms.FileInput(attrs={"accept": ".zip,application/zip"}),
    )


class FirstOrganizationForm(forms.Form):
    """The first organization; the rest of its settings have sensible values until somebody changes them."""

    name = forms.CharField(
        label="Name",
        max_length=200,
        help_text="As your customers know it.",
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    country = forms.ChoiceField(
        label="Country",
        required=False,
        help_text="Its public holidays are no business days.",
        choices=lambda: [("", "None: no holidays"), *places.countries()],
    )
    base_currency = forms.ChoiceField(
        label="Currency",
        help_text="The one you think in. Invoices may be in any; this one cannot be changed later.",
        choices=lambda: [("", "Choose…"), *places.currencies()],
    )
    time_zone = forms.ChoiceField(
        label="Time zone",
        help_text="When a day begins, and reminders may go out.",
        choices=lambda: [("", "Choose…"), ("UTC", "UTC"), *places.time_zones()],
        widget=forms.Select(attrs={"data-browser-zone": True}),
    )


class SenderStep(SenderForm):
    """The sender as in the settings, with the questions in the order in which one has the answers."""

    field_order = [
        "sender_name",
        "sender_address",
        "smtp_host",
        "smtp_port",
        "smtp_security",
        "smtp_user",
        "smtp_password",
        "reply_to",
        "sender_signature",
        "postal_address",
    ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sender_address"].required = True


class PaymentStep(PaymentForm):
    """A way to pay as in the settings; one of the two is needed."""

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if not self.errors and not values.get("payment_url_pattern") and not values.get("bank_details"):
            raise forms.ValidationError("Enter a payment page or bank details: every reminder says how to pay.")
        return values
