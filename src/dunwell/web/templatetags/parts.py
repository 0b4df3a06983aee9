"""Tags for the pieces pages are made of. They are built in: templates need no {% load %}."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import template
from django.conf import settings
from django.forms import BoundField, Form
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from dunwell.organizations.models import Role
from dunwell.rules.segments import SEGMENT_NAMES, Segment
from dunwell.web import accounts, assets, forms, settings_pages, undo, words
from dunwell.web.lists.shown import Shown
from dunwell.web.lists.table import Column

register = template.Library()


@register.simple_tag
def asset(name: str) -> str:
    return assets.asset(name)


@register.simple_tag
def icon(name: str, size: str = "") -> SafeString:
    """An icon of the sprite; it is decoration, the word beside it says the same."""
    css = f"icon icon-{size}" if size else "icon"
    return format_html(
        '<svg class="{}" aria-hidden="true"><use href="{}#{}"/></svg>', css, assets.asset("icons.svg"), name
    )


@register.simple_tag(takes_context=True)
def to(context: Mapping[str, Any], name: str, *args: Any) -> str:
    """The address of a page of the organization at hand: {% to "customer" customer.pk %}."""
    return reverse(f"web:{name}", args=(context["org"].slug, *args))


@register.simple_tag(takes_context=True)
def here(context: Mapping[str, Any], **changes: Any) -> str:
    """This page's address with some of its query changed; a value of None takes it out, any change goes to page 1."""
    request: HttpRequest = context["request"]
    query = request.GET.copy()
    query.pop("page", None)
    for key, value in changes.items():
        query.pop(key, None)
        if value is not None and value != "":
            query[key] = str(value)
    return f"{request.path}?{query.urlencode()}" if query else request.path


@register.simple_tag
def widget(field: BoundField) -> Any:
    return forms.styled(field)


@register.inclusion_tag("web/components/pill.html")
def standing(value: str) -> dict[str, Any]:
    """What a customer is: color, icon and word."""
    return {"look": words.STANDINGS[str(value)]}


@register.inclusion_tag("web/components/pill.html")
def status(kind: str, value: str) -> dict[str, Any]:
    """The state of an invoice, notice, message, payment or action: {% status "invoice" invoice.status %}."""
    return {"look": words.look(kind, str(value))}


@register.inclusion_tag("web/components/pill.html")
def priority(value: int) -> dict[str, Any]:
    """How urgent a case is: color, icon and word."""
    return {"look": words.PRIORITIES[int(value)]}


@register.filter
def role_name(role: str) -> str:
    return Role(role).label if role else ""


@register.filter
def dialled(phone: str) -> str:
    """A phone number as a link dials it: digits, and the plus before them."""
    return re.sub(r"(?!^)\+|[^\d+]", "", str(phone))


@register.filter
def explain(reason: str) -> str:
    """Why something due was not sent, in a sentence."""
    return words.explain(str(reason))


@register.filter
def reason_name(reason: str) -> str:
    """Why something due was not sent, in two or three words."""
    return words.reason_name(str(reason))


@register.filter
def by_channel(channel: str) -> str:
    """How a step reaches somebody, in the middle of a sentence."""
    return words.BY_CHANNEL[str(channel)]


@register.filter
def live_steps(text: str) -> str:
    """The steps that a preview names (`Reminder: waiting frequency`), in words."""
    return words.live_steps(text)


@register.filter
def segment_name(value: str) -> str:
    return SEGMENT_NAMES[Segment(value)]


@register.simple_tag(takes_context=True)
def without(context: Mapping[str, Any], name: str) -> str:
    """This page's address without one of its filters, by the name that a variable holds."""
    return here(context, **{name: None})


@register.inclusion_tag("web/lists/column_head.html", takes_context=True)
def column_head(context: Mapping[str, Any], shown: Shown, column: Column) -> dict[str, Any]:
    """A column's head; a link that sorts by it where the list can be."""
    css = "num" if "num" in column.css.split() else ""
    head = {"label": column.head, "css": css}
    if column.name not in shown.sorts:
        return head
    listing = shown.listing
    descending = not listing.descending if listing.sort == column.name else listing.starts_down(column.name)
    url = here(context, sort=f"-{column.name}" if descending else column.name)
    return {**head, "url": url, "direction": listing.direction(column.name)}


@register.simple_tag(takes_context=True)
def cell(context: template.Context, column: Column) -> SafeString:
    """What a column says about the row at hand; nothing but space is nothing, so that phones leave it out."""
    engine = context.template.engine  # type: ignore[union-attr]
    return SafeString(engine.get_template(column.cell).render(context).strip())


@register.simple_tag(takes_context=True)
def nav_url(context: Mapping[str, Any], name: str) -> str:
    """The address of a page in the navigation; nothing where this installation has no such page."""
    try:
        return to(context, name)
    except NoReverseMatch:
        return ""


@register.simple_tag
def can_mail_passwords() -> bool:
    return accounts.can_mail_passwords()


@register.simple_tag
def field_groups(form: Form) -> list[tuple[str, list[BoundField]]]:
    """The fields of a form under the headings of its `groups`; all without a heading where it has none."""
    groups: Mapping[str, Iterable[str]] = getattr(form, "groups", {"": form.fields})
    return [(title, [form[name] for name in names]) for title, names in groups.items()]


@register.simple_tag(takes_context=True)
def settings_places(context: Mapping[str, Any]) -> list[tuple[str, list[settings_pages.Place]]]:
    """The pages of settings in their groups, for the navigation beside each."""
    return settings_pages.places(context["desk"])


@register.simple_tag
def sign_in_provider() -> str:
    """The identity provider of this installation by name; nothing where none is set."""
    return str(settings.OPENID_CONNECT_NAME)


@register.simple_tag
def static_file(name: str) -> str:
    """The address of a file that an installed package brings along."""
    return static(name)


@register.filter
def browser_name(user_agent: str) -> str:
    """Browser and system as one would name them: "Firefox on Linux"."""
    return words.browser(str(user_agent))


@register.filter
def item(values: Sequence[Any], index: int) -> Any:
    """One of a sequence by its number, for two lists shown side by side."""
    return values[index]


@register.filter
def undo_token(tags: str | None) -> str:
    """The signed word that takes back what a message tells about; empty where there is no way back."""
    return undo.token_of(tags)
