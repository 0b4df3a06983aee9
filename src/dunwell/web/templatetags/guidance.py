"""Tags that teach: what is still to be set up, and where a page's words are explained."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template

from dunwell.web.setup.progress import checklist, sample_of

register = template.Library()


@register.inclusion_tag("web/setup/checklist.html", takes_context=True)
def set_up_checklist(context: Mapping[str, Any]) -> dict[str, Any]:
    """What is missing until chasing can start; nothing once it has been put away."""
    return {**_surroundings(context), "progress": checklist(context["desk"])}


@register.inclusion_tag("web/setup/sample_bar.html", takes_context=True)
def sample_bar(context: Mapping[str, Any]) -> dict[str, Any]:
    """In a sample book: what it is, the way back, and the button that removes it."""
    return {**_surroundings(context), "sample": sample_of(context["desk"])}


def _surroundings(context: Mapping[str, Any]) -> dict[str, Any]:
    return {name: context.get(name) for name in ("desk", "org", "request", "csrf_token")}
