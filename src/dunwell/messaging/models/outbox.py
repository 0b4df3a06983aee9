"""The outbox: one row per delivery over one channel, and what happened to it."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from dunwell.ledger.models import Customer
from dunwell.organizations.models import Organization
from dunwell.organizations.tenancy import TenantForeignKey
from dunwell.rules.channels import CHANNEL_NAMES, Channel


class ChannelKind(models.TextChoices):
    """The channels that carry a text; `rules/channels.py` says which one a step takes."""

    EMAIL = Channel.EMAIL.value, CHANNEL_NAMES[Channel.EMAIL]
    SMS = Channel.SMS.value, CHANNEL_NAMES[Channel.SMS]
    LETTER = Channel.LETTER.value, CHANNEL_NAMES[Channel.LETTER]


class MessageState(models.TextChoices):
    QUEUED = "queued", "Queued"
    SENDING = "sending", "Sending"
    SENT = "sent", "Sent"
    DELIVERED = "delivered", "Delivered"
    FAILED = "failed", "Failed"
    UNCERTAIN = "uncertain", "Uncertain"
    CANCELLED = "cancelled", "Cancelled"


class Message(models.Model):
    """One delivery: the exact text, and where it stands.

    `queued` may go when `next_attempt_at` has come and `not_after` has not. A worker holds a
    lease (`leased_by`, `leased_until`, on the database's clock) on the rows it has claimed;
    `sending` is committed for one row just before it is transmitted. A `sending` row whose
    lease is over becomes `uncertain`: nobody knows whether it arrived, so it is never sent
    again by itself.
    """

    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    # Not CASCADE: what was said to a customer is not lost with the customer.
    customer = TenantForeignKey(Customer, on_delete=models.RESTRICT, related_name="+", db_index=False)
    channel = models.CharField(max_length=20, choices=ChannelKind.choices, default=ChannelKind.EMAIL)
    recipient = models.CharField(max_length=1000, help_text="The address on the channel; of a letter six lines.")
    recipient_name = models.CharField(max_length=200, blank=True)
    sender = models.CharField(max_length=320, help_text="The address it comes from.")
    sender_name = models.CharField(max_length=200, blank=True)
    reply_to = models.CharField(max_length=320, blank=True)
    copies = models.JSONField(
        default=list,
        db_default=[],
        blank=True,
        help_text="Who gets a copy: address, name, who, and whether the others see it.",
    )
    preferences_url = models.CharField(
        max_length=500,
        blank=True,
        db_default="",
        help_text="Where the recipient says how to be reached: List-Unsubscribe, in e-mails. Empty: no such header.",
    )
    subject = models.CharField(max_length=500, blank=True)
    body_text = models.TextField()
    body_html = models.TextField(blank=True)
    rfc_message_id = models.CharField(
        max_length=255,
        help_text="The Message-ID header, made from the key it was queued under: the same key cannot be queued twice.",
    )
    provider_id = models.CharField(
        max_length=200,
        blank=True,
        db_default="",
        help_text="What the provider calls this delivery: its reports name it. Empty where it has no name for it.",
    )
    state = models.CharField(max_length=10, choices=MessageState.choices, default=MessageState.QUEUED)
    attempts = models.PositiveSmallIntegerField(
        default=0, help_text="Transmissions begun that ended with an answer about this message."
    )
    next_attempt_at = models.DateTimeField()
    owed_since = models.DateField(
        null=True, blank=True, help_text="The earliest due date it speaks of: at one moment the oldest debt goes first."
    )
    not_after = models.DateTimeField(
        null=True, blank=True, help_text="The end of the send window; not sent from this moment on."
    )
    leased_until = models.DateTimeField(null=True, blank=True)
    leased_by = models.CharField(max_length=100, blank=True)
    sending_at = models.DateTimeField(null=True, blank=True, help_text="When the last transmission began.")
    finished_at = models.DateTimeField(null=True, blank=True, help_text="When it was sent, or ended otherwise.")
    last_error = models.TextField(blank=True, help_text="The server's own words, where it spoke.")
    cancel_reason = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True, db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("organization", "rfc_message_id"), name="message_queued_once"),
            models.UniqueConstraint(fields=("organization", "id"), name="message_tenant_key"),
            models.CheckConstraint(condition=Q(state__in=MessageState.values), name="message_state_known"),
            models.CheckConstraint(condition=~Q(recipient=""), name="message_has_recipient"),
            models.CheckConstraint(
                condition=~Q(state="sending") | Q(leased_until__isnull=False, sending_at__isnull=False),
                name="message_sending_is_leased",
            ),
            models.CheckConstraint(
                condition=Q(state__in=("queued", "sending"), finished_at__isnull=True)
                | Q(finished_at__isnull=False) & ~Q(state__in=("queued", "sending")),
                name="message_finished_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(state="cancelled") | ~Q(cancel_reason=""), name="message_cancelled_says_why"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("failed", "uncertain")) | ~Q(last_error=""), name="message_failed_says_why"
            ),
        ]
        indexes = [
            # The claim: what may go now, the longest waiting first, and of one moment the oldest debt. By channel, so
            # that senders of mail do not pass by the letters that wait for people
            models.Index(
                fields=("organization", "channel", "next_attempt_at", "owed_since", "id"),
                condition=Q(state="queued"),
                name="message_claim",
            ),
            # The hourly limit counts what began in the last 60 minutes
            models.Index(
                fields=("organization", "sending_at"), condition=Q(sending_at__isnull=False), name="message_begun"
            ),
            # The sweeper: transmissions whose worker may be gone
            models.Index(fields=("organization", "leased_until"), condition=Q(state="sending"), name="message_sweep"),
            # What needs a person
            models.Index(
                fields=("organization", "finished_at"),
                condition=Q(state__in=("failed", "uncertain")),
                name="message_needs_person",
            ),
            # Whose report has come
            models.Index(
                fields=("organization", "channel", "provider_id"),
                condition=~Q(provider_id=""),
                name="message_by_provider_id",
            ),
            # A customer's timeline
            models.Index(fields=("organization", "customer", "id"), name="message_by_customer"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} → {self.recipient}"


class EventKind(models.TextChoices):
    SENT = "sent", "Sent"
    DELAYED = "delayed", "Delayed, will be tried again"
    FAILED = "failed", "Failed"
    UNCERTAIN = "uncertain", "Uncertain"
    CANCELLED = "cancelled", "Cancelled"
    CONFIRMED = "confirmed", "A person confirmed that it arrived"
    RELEASED = "released", "A person had it sent again"
    UNPOSTED = "unposted", "A person found that it was not posted"
    # What a provider reports afterwards
    MAILED = "mailed", "In the post"
    IN_TRANSIT = "in_transit", "On its way"
    DELIVERED = "delivered", "Delivered"
    OPENED = "opened", "Opened"
    CLICKED = "clicked", "A link was followed"
    BOUNCED = "bounced", "Came back: the address does not exist"
    UNDELIVERED = "undelivered", "Could not be delivered"
    COMPLAINED = "complained", "Complained about"
    COPY_BOUNCED = "copy_bounced", "A copy came back: the address does not exist"
    COPY_COMPLAINED = "copy_complained", "Who got a copy complained"


REPORTED = (
    EventKind.MAILED,
    EventKind.IN_TRANSIT,
    EventKind.DELIVERED,
    EventKind.OPENED,
    EventKind.CLICKED,
    EventKind.BOUNCED,
    EventKind.UNDELIVERED,
    EventKind.COMPLAINED,
    EventKind.COPY_BOUNCED,
    EventKind.COPY_COMPLAINED,
)


class MessageEvent(models.Model):
    """Something that happened to a message. Rows are added, never changed."""

    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    message = TenantForeignKey(Message, on_delete=models.CASCADE, related_name="events", db_index=False)
    kind = models.CharField(max_length=20, choices=EventKind.choices)
    at = models.DateTimeField()
    detail = models.TextField(blank=True, help_text="The server's words, or a person's reason.")
    provider_event = models.CharField(
        max_length=200,
        blank=True,
        db_default="",
        help_text="What the provider calls its report: the same report twice is one. Empty where it has no name.",
    )
    user = models.ForeignKey(
        "organizations.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    class Meta:
        ordering = ("at", "id")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=EventKind.values), name="message_event_kind_known"),
            models.UniqueConstraint(
                fields=("message", "provider_event"),
                condition=~Q(provider_event=""),
                name="message_event_reported_once",
            ),
            models.UniqueConstraint(
                fields=("message", "kind", "at"),
                condition=Q(provider_event="", kind__in=[kind.value for kind in REPORTED]),
                name="message_event_unnamed_reported_once",
            ),
        ]
        indexes = [models.Index(fields=("organization", "message"), name="message_event_by_message")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} at {self.at:%Y-%m-%d %H:%M}"


class ChannelPause(models.Model):
    """A channel's server does not answer or does not let us in: nothing is tried until then.

    Times are on the database's clock. The row goes away when the server answers again.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+", db_index=False)
    channel = models.CharField(max_length=20, choices=ChannelKind.choices)
    server = models.CharField(
        max_length=300, help_text="Host and port: with another server in the settings the pause is over."
    )
    reason = models.TextField()
    failures = models.PositiveIntegerField(default=1, help_text="In a row; the pause grows with it.")
    since = models.DateTimeField()
    paused_until = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("organization", "channel"), name="channel_pause_once"),
            models.CheckConstraint(condition=Q(paused_until__gte=F("since")), name="channel_pause_ends_after_start"),
        ]

    def __str__(self) -> str:
        return f"{self.server}: {self.reason}"
