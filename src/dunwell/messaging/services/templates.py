"""Keeping an organization's texts. What cannot be rendered is never stored."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.text import slugify

from dunwell.messaging.models import MessageTemplate
from dunwell.messaging.rendering import TemplateSource, compile_template
from dunwell.messaging.rendering.formats import base_language
from dunwell.messaging.texts import SHIPPED, ShippedText
from dunwell.organizations.models import Organization
from dunwell.organizations.recording import recorded
from dunwell.rules.channels import Channel


class TemplateChangedError(Exception):
    """Somebody else saved the text meanwhile; what they wrote is kept."""


class NotShippedError(Exception):
    """No text of this key and language came with Dunwell."""


def shipped_for(template: MessageTemplate) -> ShippedText | None:
    """What came with Dunwell in its place."""
    place = (template.key, template.channel, template.language)
    return next((text for text in SHIPPED if (text.key, text.channel, text.language) == place), None)


@transaction.atomic
def install_shipped(*, organization: Organization) -> dict[str, MessageTemplate]:
    """The shipped texts as the organization's own: the mails by key, in its language, else in English.

    Texts that somebody has edited stay as they are.
    """
    kept = MessageTemplate.objects.filter(organization=organization)
    with recorded(user="dunwell"):
        present = {(text.key, text.channel, text.language): text for text in kept.select_for_update()}
        missing, bettered = [], []
        for shipped in SHIPPED:
            words = {"subject": shipped.subject, "body_html": shipped.html, "body_text": shipped.text}
            template = present.get((shipped.key, shipped.channel, shipped.language))
            if template is None:
                missing.append(_as_template(organization, shipped, words))
            elif template.is_shipped and any(getattr(template, field) != text for field, text in words.items()):
                for field, text in words.items():
                    setattr(template, field, text)
                template.version += 1
                bettered.append(template)
        MessageTemplate.objects.bulk_create(missing)
        MessageTemplate.objects.bulk_update(bettered, ("subject", "body_html", "body_text", "version"))
    mails = kept.filter(channel=Channel.EMAIL)
    chosen = {text.key: text for text in mails.filter(language="en")}
    return chosen | {text.key: text for text in mails.filter(language=base_language(organization.locale))}


def _as_template(organization: Organization, shipped: ShippedText, words: dict[str, str]) -> MessageTemplate:
    return MessageTemplate(
        organization=organization,
        key=shipped.key,
        name=shipped.name,
        tone=shipped.tone,
        channel=shipped.channel,
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
    with recorded(user=user_id):
        template = MessageTemplate.objects.select_for_update().get(organization_id=organization_id, id=template_id)
        compile_template(TemplateSource(subject, body_html, body_text, template.channel))
        if template.version != version:
            raise TemplateChangedError("Somebody else saved this text meanwhile. Read theirs before you save yours.")
        template.subject, template.body_html, template.body_text = subject, body_html, body_text
        template.version = version + 1
        template.is_shipped = False
        template.save()
    return template


@transaction.atomic
def restore_shipped(*, organization_id: int, template_id: int, user_id: int) -> MessageTemplate:
    """Put the text back to what came with Dunwell; upgrades better it again. NotShippedError: none came with it."""
    with recorded(user=user_id):
        template = MessageTemplate.objects.select_for_update().get(organization_id=organization_id, id=template_id)
        shipped = shipped_for(template)
        if shipped is None:
            raise NotShippedError("This text did not come with Dunwell: there is nothing to put it back to.")
        MessageTemplate.objects.filter(id=template.id).update(
            subject=shipped.subject,
            body_html=shipped.html,
            body_text=shipped.text,
            is_shipped=True,
            version=F("version") + 1,
        )
        template.refresh_from_db()
    return template


class TextExistsError(Exception):
    """There is such a text already."""


@transaction.atomic
def add_language(*, organization_id: int, template_id: int, language: str, user_id: int) -> MessageTemplate:
    """The same text in one more language: as shipped where it is, else a copy to be translated."""
    source = MessageTemplate.objects.get(organization_id=organization_id, id=template_id)
    place = (source.key, source.channel, language)
    shipped = next((text for text in SHIPPED if (text.key, text.channel, text.language) == place), None)
    if shipped is not None:
        words = {"subject": shipped.subject, "body_html": shipped.html, "body_text": shipped.text}
    else:
        words = {"subject": source.subject, "body_html": source.body_html, "body_text": source.body_text}
    return _created(
        source, user_id, key=source.key, name=source.name, tone=source.tone, language=language,
        is_shipped=shipped is not None, words=words,
    )  # fmt: skip


@transaction.atomic
def copy_text(*, organization_id: int, template_id: int, name: str, tone: str, user_id: int) -> MessageTemplate:
    """A new text that begins as a copy of this one, in the same language, under a name of its own."""
    source = MessageTemplate.objects.get(organization_id=organization_id, id=template_id)
    words = {"subject": source.subject, "body_html": source.body_html, "body_text": source.body_text}
    key = slugify(name)[:60]
    if not key:
        raise TextExistsError("A text needs a name with letters or digits in it.")
    return _created(
        source, user_id, key=key, name=name, tone=tone, language=source.language, is_shipped=False, words=words
    )


def _created(
    source: MessageTemplate,
    user_id: int,
    *,
    key: str,
    name: str,
    tone: str,
    language: str,
    is_shipped: bool,
    words: dict[str, str],
) -> MessageTemplate:
    with recorded(user=user_id):
        try:
            with transaction.atomic():
                return MessageTemplate.objects.create(
                    organization_id=source.organization_id,
                    key=key,
                    name=name,
                    tone=tone,
                    channel=source.channel,
                    language=language,
                    is_shipped=is_shipped,
                    **words,
                )
        except IntegrityError as error:
            raise TextExistsError(f"“{name}” exists already in this language. Its words were left alone.") from error
