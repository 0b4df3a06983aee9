"""Checks of amounts and days that a person writes, shared by everything that is entered by hand."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from babel.numbers import get_currency_precision, list_currencies
from django.core.exceptions import ValidationError

LARGEST = Decimal("999999999999.9999")


def known_currency(currency: str, *, field: str = "currency") -> str:
    """The code in capitals. Raises ValidationError for one that is not in use anywhere."""
    code = currency.strip().upper()
    if code not in list_currencies():
        raise ValidationError({field: f"“{currency}” is no currency such as EUR."})
    return code


def payable(amount: Decimal, currency: str, *, field: str = "amount") -> Decimal:
    """An amount above zero that can be paid in the currency. Raises ValidationError."""
    places = get_currency_precision(currency)
    if amount <= 0:
        raise ValidationError({field: "Write an amount above zero."})
    if amount > LARGEST:
        raise ValidationError({field: "This amount is too large."})
    if amount != round(amount, places):
        shown = "no decimals" if places == 0 else f"{places} decimals"
        raise ValidationError({field: f"Amounts in {currency} have {shown}."})
    return amount


def not_later(day: dt.date, today: dt.date, *, field: str) -> dt.date:
    """A day that has come. Raises ValidationError."""
    if day > today:
        raise ValidationError({field: "This day is still to come."})
    return day
