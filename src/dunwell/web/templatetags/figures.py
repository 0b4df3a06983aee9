"""How amounts, dates and counts are written, in the organization's locale."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime, format_time
from babel.numbers import format_currency, format_decimal
from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from dunwell.organizations.counts import MOST_COUNTED

register = template.Library()


@functools.cache
def _locale(name: str) -> Locale:
    try:
        return Locale.parse(name)
    except (UnknownLocaleError, ValueError):
        return Locale("en", "US")


def locale_of(context: Mapping[str, Any]) -> Locale:
    organization = context.get("org")
    return _locale(organization.locale if organization else "en_US")


@functools.lru_cache(maxsize=20_000)
def _written(amount: Decimal, currency: str, locale: Locale) -> str:
    return str(format_currency(amount, currency, locale=locale))


def write_money(amount: Decimal, currency: str, locale: str = "en_US") -> str:
    return _written(amount, currency, _locale(locale))


def write_day(day: dt.date, locale: str = "en_US") -> str:
    return str(format_date(day, "medium", locale=_locale(locale)))


@register.simple_tag(takes_context=True)
def money(context: Mapping[str, Any], amount: Decimal | None, currency: str) -> SafeString:
    """An amount with its currency; nothing where there is none."""
    if amount is None:
        return SafeString("")
    return format_html('<span class="amount">{}</span>', _written(amount, currency, locale_of(context)))


@register.simple_tag(takes_context=True)
def day(context: Mapping[str, Any], value: dt.date | None, style: str = "medium") -> SafeString:
    """A date, as a <time>; nothing where there is none."""
    if value is None:
        return SafeString("")
    written = format_date(value, style, locale=locale_of(context))
    return format_html('<time class="nowrap" datetime="{}">{}</time>', value.isoformat(), written)


@register.simple_tag(takes_context=True)
def moment(context: Mapping[str, Any], value: dt.datetime | None, style: str = "medium") -> SafeString:
    """A point in time in the organization's zone; style "time" is the hour alone."""
    if value is None:
        return SafeString("")
    locale = locale_of(context)
    local = value.astimezone(context["org"].zone)
    if style == "time":
        written = format_time(local, "short", locale=locale)
    else:
        written = f"{format_date(local, 'medium', locale=locale)}, {format_time(local, 'short', locale=locale)}"
    title = format_datetime(local, "full", locale=locale)
    return format_html(
        '<time class="nowrap" datetime="{}" title="{}">{}</time>', value.isoformat(), str(title), str(written)
    )


@register.simple_tag(takes_context=True)
def due(context: Mapping[str, Any], due_on: dt.date, open_now: bool = True) -> SafeString:
    """A due date and, while money is open, how many days it lies back or ahead."""
    shown = day(context, due_on)
    days = (context.get("as_of", context["desk"].today) - due_on).days
    if not open_now:
        return shown
    if days > 0:
        return format_html('{} <span class="overdue small nowrap">{} overdue</span>', shown, _days(days))
    if days == 0:
        return format_html('{} <span class="small nowrap">today</span>', shown)
    if days >= -7:
        return format_html('{} <span class="quiet small nowrap">in {}</span>', shown, _days(-days))
    return shown


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count:,} days"


@register.filter
def days(count: int | None) -> str:
    return "" if count is None else _days(count)


@register.simple_tag
def overdue_days(context_today: dt.date, due_on: dt.date | None) -> str:
    """Days since a due date, in words; nothing before it."""
    if due_on is None or due_on >= context_today:
        return ""
    return _days((context_today - due_on).days)


@register.filter
def counted(number: int) -> str:
    """A count; above 10,000 it was not counted further and reads 10,000+."""
    return f"{MOST_COUNTED:,}+" if number > MOST_COUNTED else str(format_decimal(number, locale="en_US"))


@register.filter
def percent(part: Decimal, whole: Decimal) -> str:
    return f"{part / whole * 100:.0f} %" if whole else "0 %"


@register.simple_tag
def offset(days_after: int, anchor: str = "due") -> str:
    """When a step comes, from the due date, or from the day of issue."""
    if days_after == 0:
        return "On the day of issue" if anchor == "issue" else "On the due date"
    if anchor == "issue":
        return f"{_days(days_after)} after issue"
    return f"{_days(abs(days_after))} {'before' if days_after < 0 else 'after'}"


@register.simple_tag
def sum_of(counts: Mapping[str, int]) -> int:
    return sum(counts.values())
