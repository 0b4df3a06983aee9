"""Keeping an organization's texts. What cannot be rendered is never stored."""

from __future__ import annotations

import pghistory
from django.db import transaction
from django.db.models import F

from dunwell.messaging.models import MessageTemplate
from dunwell.messaging.rendering import TemplateSource, compile_template
from dunwell.messaging.rendering.formats import base_language
from dunwell.messaging.texts import SHIPPED, ShippedText
from dunwell.organizations.models import Organization

_CHANNEL = "email"


class TemplateChangedError(Exception):
    """Somebody else saved the text meanwhile; what they wrote is kept."""


@transaction.atomic
def install_shipped(*, organization: Organization) -> dict[str, MessageTemplate]:
    """The shipped texts as the organization's own: by key, the one in its language, else in English.

    Texts that somebody has edited stay as they are.
    """
    kept = MessageTemplate.objects.filter(organization=organization, channel=_CHANNEL)
    with pghistory.context(user="dunwell"):
        present = {(text.key, text.language): text for text in kept.select_for_update()}
        missing, bettered = [], []
        for shipped in SHIPPED:
            words = {"subject": shipped.subject, "body_html": shipped.html, "body_text": shipped.text}
            template = present.get((shipped.key, shipped.language))
            if template is None:
                missing.append(_as_template(organization, shipped, words))
            elif template.is_shipped and any(getattr(template, field) != text for field, text in words.items()):
                for field, text in words.items():
                    setattr(template, field, text)
                template.version += 1
                bettered.append(template)
        MessageTemplate.objects.bulk_create(missing)
        MessageTemplate.objects.bulk_update(bettered, ("subject", "body_html", "body_text", "version"))
    chosen = {text.key: text for text in kept.filter(language="en")}
    return chosen | {text.key: text for text in kept.filter(language=base_language(organization.locale))}


def _as_template(organization: Organization, shipped: ShippedText, words: dict[str, str]) -> MessageTemplate:
    return MessageTemplate(
        organization=organization,
        key=shipped.key,
        name=shipped.name,
        tone=shipped.tone,
        channel=_CHANNEL,
        language=shipped.language,
        is_shipped=True,
        **words,
    )


@transaction.atomic
def save_template(
    *,
    organization_id: int,
    template_id: int,
    version: int,
    user_id: int,
    subject: str,
    body_html: str,
    body_text: str = "",
) -> MessageTemplate:
    """Store an edited text as the next version; TemplateRefusedError says why it cannot be used.

    `version` is the one the person began from: TemplateChangedError when it is not the newest any more.
    """
    compile_template(TemplateSource(subject, body_html, body_text))
    with pghistory.context(user=user_id):
        template = MessageTemplate.objects.select_for_update().get(organization_id=organization_id, id=template_id)
        if template.version != version:
            raise TemplateChangedError("Somebody else saved this text meanwhile. Read theirs before you save yours.")
        template.subject, template.body_html, template.body_text = subject, body_html, body_text
        template.version = version + 1
        template.is_shipped = False
        template.save()
    return template


@transaction.atomic
def restore_shipped(*, organization_id: int, template_id: int, user_id: int) -> MessageTemplate:
    """Put the text back to what came with Dunwell; upgrades better it again."""
    with pghistory.context(user=user_id):
        template = MessageTemplate.objects.select_for_update().get(organization_id=organization_id, id=template_id)
        shipped = next(text for text in SHIPPED if (text.key, text.language) == (template.key, template.language))
        MessageTemplate.objects.filter(id=template.id).update(
            subject=shipped.subject,
            body_html=shipped.html,
            body_text=shipped.text,
            is_shipped=True,
            version=F("version") + 1,
        )
        template.refresh_from_db()
    return template
