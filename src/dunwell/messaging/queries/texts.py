"""The library of texts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from django.apps import apps

from dunwell.messaging.models import MessageTemplate
from dunwell.messaging.rendering.formats import base_language
from dunwell.organizations.models import Organization


@dataclass(frozen=True)
class Text:
    """One text with its languages, the organization's own first."""

    key: str
    name: str
    tone: str
    channel: str
    languages: Sequence[MessageTemplate]


def library(organization: Organization, *, archived: bool = False) -> list[Text]:
    """The texts in use (or those put away), by tone and name, each with its languages."""
    rows = MessageTemplate.objects.filter(organization=organization, archived_at__isnull=not archived)
    texts = []
    for (channel, key), found in groupby(
        rows.order_by("channel", "key", "language"), key=lambda row: (row.channel, row.key)
    ):
        languages = _ordered(organization, found)
        first = languages[0]
        texts.append(Text(key, first.name, first.tone, channel, languages))
    tones = ("friendly", "neutral", "firm", "final")
    return sorted(texts, key=lambda text: (text.channel, tones.index(text.tone), text.name))


def text(organization: Organization, template_id: int) -> MessageTemplate | None:
    return MessageTemplate.objects.filter(organization=organization, pk=template_id).first()


def languages_of(organization: Organization, template: MessageTemplate) -> list[MessageTemplate]:
    """The same text in every language it has, archived ones left out."""
    same = MessageTemplate.objects.filter(
        organization=organization, key=template.key, channel=template.channel, archived_at=None
    )
    return _ordered(organization, same)


def _ordered(organization: Organization, rows: Iterable[MessageTemplate]) -> list[MessageTemplate]:
    """The organization's own language first, then English, then the others by their codes."""
    own = base_language(organization.locale)
    return sorted(rows, key=lambda row: (row.language != own, row.language != "en", row.language))


@dataclass(frozen=True)
class TextVersion:
    """What a text said in one of its versions, and who wrote it when (`by`: an account's id, or a process's name)."""

    number: int
    at: dt.datetime
    by: str
    subject: str
    body_html: str
    body_text: str


def versions(organization: Organization, template: MessageTemplate, *, most: int = 50) -> list[TextVersion]:
    """The text's versions, newest first, from its history."""
    history = apps.get_model("messaging", "MessageTemplateEvent")
    events = (
        history.objects.filter(organization=organization, pgh_obj_id=template.pk)
        .order_by("-version", "pgh_id")
        .distinct("version")
        .select_related("pgh_context")[:most]
    )
    return [
        TextVersion(
            event.version,
            event.pgh_created_at,
            str((event.pgh_context.metadata if event.pgh_context else {}).get("user", "")),
            event.subject,
            event.body_html,
            event.body_text,
        )
        for event in events
    ]
