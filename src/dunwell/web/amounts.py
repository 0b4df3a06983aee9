"""Amounts as people type them."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from babel import Locale
from babel.numbers import NumberFormatError, get_currency_precision, parse_decimal
from django import forms

from dunwell.organizations.models import Organization


class AmountField(forms.DecimalField):
    """Takes 1234.5 as well as what the organization's locale writes, such as 1.234,50; never guesses between them."""

    def __init__(self, organization: Organization, **options: Any) -> None:
        self.locale = organization.locale
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        super().__init__(max_digits=19, decimal_places=4, widget=widget, **options)

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]  # its stub inherits an integer's
        text = "".join(str(value or "").split())
        if not text:
            return None
        try:
            return Decimal(text)
        except InvalidOperation:
            pass
        try:
            return parse_decimal(text, locale=Locale.parse(self.locale), strict=True)
        except (NumberFormatError, ValueError) as error:
            raise forms.ValidationError("This is no amount such as 1234.50.") from error


def typed(amount: Decimal, currency: str) -> str:
    """An amount as a field starts with it: no more decimals than its currency has, none lost."""
    places = get_currency_precision(currency)
    rounded = round(amount, places)
    return f"{rounded:f}" if rounded == amount else f"{amount.normalize():f}"
