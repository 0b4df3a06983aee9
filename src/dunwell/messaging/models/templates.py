"""Texts that messages are made from."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from dunwell.organizations.keeping import kept
from dunwell.organizations.models import Organization
from dunwell.rules.channels import CHANNEL_NAMES, SPOKEN, Channel


class Tone(models.TextChoices):
    FRIENDLY = "friendly", "Friendly"
    NEUTRAL = "neutral", "Neutral"
    FIRM = "firm", "Firm"
    FINAL = "final", "Final"


class TextKind(models.TextChoices):
    """What a text is written for: a channel that carries it, or somebody who says it."""

    EMAIL = Channel.EMAIL.value, CHANNEL_NAMES[Channel.EMAIL]
    SMS = Channel.SMS.value, CHANNEL_NAMES[Channel.SMS]
    LETTER = Channel.LETTER.value, CHANNEL_NAMES[Channel.LETTER]
    CALL = SPOKEN, "Call script"


@kept()
class MessageTemplate(models.Model):
    """One text, for one channel or a call, in one language. Its earlier versions are in its history.

    Rows with the same key are one text in several languages; a policy's step may point to any of them.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+", db_index=False)
    key = models.SlugField(max_length=60, db_index=False, help_text="The same in every language and version.")
    name = models.CharField(max_length=100)
    tone = models.CharField(max_length=10, choices=Tone.choices)
    channel = models.CharField(max_length=20, choices=TextKind.choices, default=TextKind.EMAIL)
    language = models.CharField(max_length=16, default="en")
    subject = models.TextField(blank=True, help_text="With tags and conditions; what it renders to is short.")
    body_html = models.TextField(blank=True)
    body_text = models.TextField(blank=True, help_text="Empty: made from the HTML.")
    version = models.PositiveIntegerField(default=1)
    is_shipped = models.BooleanField(
        default=False, help_text="Still the text that came with Dunwell: an upgrade may better it."
    )
    archived_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("name", "language")
        constraints = [
            models.UniqueConstraint(
                fields=("organization", "key", "channel", "language"), name="message_template_once"
            ),
            models.UniqueConstraint(fields=("organization", "id"), name="message_template_tenant_key"),
            models.CheckConstraint(condition=Q(tone__in=Tone.values), name="message_template_tone_known"),
            models.CheckConstraint(condition=Q(channel__in=TextKind.values), name="message_template_channel_known"),
            models.CheckConstraint(condition=~Q(body_html="") | ~Q(body_text=""), name="message_template_has_a_body"),
        ]

    def __str__(self) -> str:
        return self.name
