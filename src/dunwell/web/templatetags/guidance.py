"""Tags that teach: what is still to be set up, and where a page's words are explained."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

from django import template

from dunwell.web import terms
from dunwell.web.setup.progress import checklist, sample_of

register = template.Library()

# A word may be explained many times on a page that is put together from parts: each explanation has an id of its own
_numbers = itertools.count(1)


@register.inclusion_tag("web/setup/checklist.html", takes_context=True)
def set_up_checklist(context: Mapping[str, Any]) -> dict[str, Any]:
    """What is missing until chasing can start; nothing once it has been put away."""
    return {**_surroundings(context), "progress": checklist(context["desk"])}


@register.inclusion_tag("web/setup/sample_bar.html", takes_context=True)
def sample_bar(context: Mapping[str, Any]) -> dict[str, Any]:
    """In a sample book: what it is, the way back, and the button that removes it."""
    return {**_surroundings(context), "sample": sample_of(context["desk"])}


@register.inclusion_tag("web/components/term.html")
def term(name: str, shown: str = "") -> dict[str, Any]:
    """Explains a word: {% term "hold" %} is a mark beside it, {% term "hold" "on hold" %} the word itself."""
    return _explained(terms.TERMS[name], shown)


@register.inclusion_tag("web/components/term.html")
def column_term(head: str) -> dict[str, Any]:
    """The mark beside a column's head, where the head is one of the field's words."""
    return _explained(terms.TERMS.get(terms.OF_COLUMNS.get(head, "")))


@register.inclusion_tag("web/components/term.html")
def field_term(name: str) -> dict[str, Any]:
    """The mark beside a field's label, where the field is about one of the field's words."""
    return _explained(terms.TERMS.get(terms.OF_FIELDS.get(name, "")))


def _explained(found: terms.Term | None, shown: str = "") -> dict[str, Any]:
    return {"term": found, "shown": shown, "id": f"term-{next(_numbers):x}"}


def _surroundings(context: Mapping[str, Any]) -> dict[str, Any]:
    return {name: context.get(name) for name in ("desk", "org", "request", "csrf_token")}
