"""Tags for figures that move: how much since when, and what the figure means."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import template

from dunwell.rules.kpis import Change, SalesOutstanding
from dunwell.rules.kpis_words import MEANINGS
from dunwell.rules.simulation import Line
from dunwell.web.templatetags.figures import locale_of, write_money

register = template.Library()

MINUS = "−"


@register.inclusion_tag("web/components/meaning.html")
def meaning(name: str) -> dict[str, Any]:
    """A button beside a figure that says how it is made; once on a page for each figure."""
    return {"key": name, "meaning": MEANINGS[name]}


@register.simple_tag
def meaning_name(name: str) -> str:
    return MEANINGS[name].name


@register.inclusion_tag("web/components/change.html", takes_context=True)
def moved(
    context: Mapping[str, Any], change: Change | None, period: str, unit: str, better: str = "", url: str = ""
) -> dict[str, Any]:
    """How far a figure has moved: `unit` is a currency, "count", "days" or "points"; `better`: up, down or nothing."""
    if change is None:
        return {"written": ""}
    difference = change.difference
    goes_up = difference > 0
    tone = "" if not better or not difference else "good" if goes_up == (better == "up") else "bad"
    return {
        "written": _written(context, difference, unit),
        "percent": "" if unit in ("points", "days") or change.percent is None else f"{_signed(change.percent, 0)} %",
        "symbol": "equal" if not difference else "arrow-up" if goes_up else "arrow-down",
        "same": not difference,
        "tone": tone,
        "period": period,
        "url": url,
    }


def _written(context: Mapping[str, Any], difference: Decimal, unit: str) -> str:
    sign = "+" if difference > 0 else MINUS
    if unit == "count":
        return f"{sign}{abs(difference):,.0f}"
    if unit in ("days", "points"):
        return f"{sign}{abs(difference):.1f} {unit}"
    return sign + write_money(abs(difference), unit, str(locale_of(context)))


def _signed(number: Decimal, places: int) -> str:
    text = f"{abs(number):,.{places}f}"
    return text if not number or not float(text.replace(",", "")) else f"{'+' if number > 0 else MINUS}{text}"


@register.filter
def in_days(value: Decimal | SalesOutstanding | None) -> str:
    """Days with one place; "over" where it is known only that it is more."""
    if value is None:
        return "–"
    if isinstance(value, SalesOutstanding):
        return f"over {value.days:.0f}" if value.at_least else f"{value.days:.1f}"
    return f"{value:.1f}"


@register.filter
def in_percent(value: Decimal | None) -> str:
    return "–" if value is None else f"{value:.0f} %"


@register.simple_tag
def simulated(value: float | None, unit: str) -> str:
    """A figure of a simulation; a dash where there is nothing to divide."""
    return "–" if value is None else _plain(value, unit).replace("-", MINUS)


@register.simple_tag
def simulated_change(line: Line) -> str:
    """How far the other side lies from the present one."""
    difference = line.difference
    if difference is None:
        return ""
    sign = "+" if difference > 0 else MINUS if difference < 0 else ""
    return sign + _plain(abs(difference), "points" if line.unit == "percent" else line.unit)


def _plain(value: float, unit: str) -> str:
    unit = "day" if unit == "days" and abs(value) == 1 else unit
    number = f"{value:,.0f}" if value == int(value) else f"{value:,.2f}".rstrip("0")
    return f"{number} %" if unit == "percent" else f"{number} {unit}".rstrip()
