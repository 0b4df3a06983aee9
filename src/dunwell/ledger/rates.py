"""Exchange rates for figures across currencies: the European Central Bank's, as shipped with the library."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterable
from decimal import Decimal

from currency_converter import CurrencyConverter, RateNotFoundError


@functools.cache
def _converter() -> CurrencyConverter:
    return CurrencyConverter(decimal=True, fallback_on_wrong_date=True, fallback_on_missing_rate=True)


def rates_to(base: str, currencies: Iterable[str], as_of: dt.date) -> dict[str, Decimal]:
    """How much of `base` one unit of each currency was on the last day at or before `as_of` that has a rate.

    A currency without a published rate is left out: the caller must treat it as unknown, not as zero.
    """
    rates: dict[str, Decimal] = {}
    for currency in currencies:
        if currency == base:
            rates[currency] = Decimal(1)
            continue
        try:
            rates[currency] = Decimal(_converter().convert(1, currency, base, date=as_of))
        except (RateNotFoundError, ValueError):
            continue
    return rates
