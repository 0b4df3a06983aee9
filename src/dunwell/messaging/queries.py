"""Reads of messaging, for one organization each."""

from __future__ import annotations

import datetime as dt

from django.db.models import QuerySet
from django.db.models.functions import Now

from dunwell.messaging.models import ChannelPause, Message, MessageEvent, MessageState, MessageTemplate
from dunwell.messaging.rendering import CompiledTemplate, TemplateSource, compile_template


def compiled(template: MessageTemplate) -> CompiledTemplate:
    """A stored text, ready to be rendered; kept compiled for the life of the process."""
    return compile_template(TemplateSource(template.subject, template.body_html, template.body_text))


def needs_person(organization_id: int) -> QuerySet[Message]:
    """Messages of which nobody knows whether they arrived, and those that failed; newest first."""
    return Message.objects.filter(
        organization_id=organization_id, state__in=(MessageState.UNCERTAIN, MessageState.FAILED)
    ).order_by("-finished_at", "-id")


def standing_pauses(organization_id: int) -> QuerySet[ChannelPause]:
    """Channels whose server is left alone at the moment, with the reason."""
    return ChannelPause.objects.filter(organization_id=organization_id, paused_until__gt=Now())


def history(organization_id: int, message_id: int) -> QuerySet[MessageEvent]:
    """What happened to a message, oldest first."""
    return MessageEvent.objects.filter(organization_id=organization_id, message_id=message_id).select_related("user")


def has_due(organization_id: int, now: dt.datetime) -> bool:
    """Whether a message may go now."""
    return (
        Message.objects.filter(organization_id=organization_id, state=MessageState.QUEUED, next_attempt_at__lte=now)
        .exclude(not_after__lte=now)
        .exists()
    )
