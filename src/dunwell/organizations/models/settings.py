"""How one organization chases: limits, windows, calendar, sender and way to pay."""

from __future__ import annotations

import datetime as dt

from django.contrib.postgres.fields import ArrayField
from django.db import models

from dunwell.organizations.keeping import kept
from dunwell.organizations.models.organization import Organization
from dunwell.rules.windows import DAYTIME, Hours


class CatchUp(models.TextChoices):
    LATEST = "latest", "Latest: one reminder that fits the age, the earlier ones are dropped"
    NEXT = "next", "Next: one after another from the first, as far apart as two contacts may be"
    SKIP = "skip", "Skip: steps whose day passed before the invoice was here are missed"


def working_week() -> list[int]:
    return [1, 2, 3, 4, 5]


class PaperSize(models.TextChoices):
    A4 = "a4", "A4"
    US_LETTER = "us_letter", "US Letter"


class LettersBy(models.TextChoices):
    PRINT = "print", "We print and post them"
    LOB = "lob", "Lob prints and posts them (United States)"


class SmtpSecurity(models.TextChoices):
    NONE = "none", "None (only for a server on this machine)"
    STARTTLS = "starttls", "STARTTLS"
    TLS = "tls", "TLS from the start"


@kept(
    exclude=[
        "smtp_password_encrypted",
        "twilio_auth_token_encrypted",
        "lob_key_encrypted",
        "lob_webhook_secret_encrypted",
    ]
)
class OrganizationSettings(models.Model):
    """One row per organization, made with it. Defaults are design section 4's."""

    organization = models.OneToOneField(
        Organization, on_delete=models.CASCADE, primary_key=True, related_name="settings"
    )

    # Standing
    due_soon_days = models.PositiveSmallIntegerField(default=7)
    grace_days = models.PositiveSmallIntegerField(
        default=0, help_text="Days after the due date that do not count as late."
    )
    defaulter_after_days = models.PositiveSmallIntegerField(default=5)
    # Segments: how customers pay over time
    segment_window_days = models.PositiveSmallIntegerField(
        default=365, help_text="How far back payments are looked at."
    )
    segment_known_from_invoices = models.PositiveSmallIntegerField(
        default=3, help_text="A customer with fewer judged invoices is new."
    )
    segment_late_after_days = models.PositiveSmallIntegerField(
        default=3, help_text="Days after the due date that a payment may take and still be on time."
    )
    segment_frequent_percent = models.PositiveSmallIntegerField(
        default=50, help_text="From this share of late invoices on, a customer is a frequent defaulter."
    )

    default_terms_days = models.PositiveSmallIntegerField(
        default=30, help_text="Used where an invoice has no due date."
    )

    # Switches: nothing is sent before chasing has started, or while it is stopped
    chasing_started_at = models.DateTimeField(null=True, blank=True)
    chasing_started_by = models.ForeignKey(
        "organizations.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    sending_stopped_at = models.DateTimeField(null=True, blank=True)
    sending_stopped_by = models.ForeignKey(
        "organizations.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    # Limits
    catch_up = models.CharField(max_length=10, choices=CatchUp.choices, default=CatchUp.LATEST)
    approval_required = models.BooleanField(
        default=False, help_text="A person reads and approves each notice before it goes."
    )
    contact_interval_days = models.PositiveSmallIntegerField(
        default=3, help_text="Days between two contacts of one customer."
    )
    weekly_contact_limit = models.PositiveSmallIntegerField(
        default=3, help_text="Most contacts of one customer in any 7 days."
    )
    minimum_amount = models.DecimalField(
        max_digits=19, decimal_places=4, default=0, help_text="In the base currency; below it nothing is sent."
    )
    call_again_days = models.PositiveSmallIntegerField(
        default=2, help_text="Days until a call that nobody answered is tried again."
    )
    call_attempts = models.PositiveSmallIntegerField(
        default=3, help_text="After so many calls that nobody answered, the next step follows."
    )
    run_limit = models.PositiveIntegerField(
        null=True, blank=True, help_text="Most notices that the passes of one day write; empty: as many as are due."
    )
    hourly_limit = models.PositiveIntegerField(
        null=True, blank=True, help_text="Most messages sent in any 60 minutes; empty: as many as the server takes."
    )
    file_freshness_days = models.PositiveSmallIntegerField(default=7)
    connector_freshness_hours = models.PositiveSmallIntegerField(default=24)

    # When
    window_opens = models.TimeField(default=dt.time(9, 0))
    window_closes = models.TimeField(default=dt.time(18, 0))
    window_weekdays = ArrayField(
        models.PositiveSmallIntegerField(), default=working_week, help_text="ISO weekdays, Monday is 1."
    )
    run_at = models.TimeField(
        default=dt.time(7, 0), help_text="When the morning's run starts, in the organization's time zone."
    )

    # How to pay
    payment_url_pattern = models.CharField(
        max_length=500, blank=True, help_text="For example https://pay.example.com/{invoice.number}"
    )
    bank_details = models.TextField(blank=True)

    # Sender
    sender_name = models.CharField(max_length=200, blank=True)
    sender_address = models.EmailField(blank=True)
    reply_to = models.EmailField(blank=True)
    sender_signature = models.TextField(
        blank=True, max_length=1000, help_text="The lines that close its e-mails. Empty: the sender's name."
    )
    postal_address = models.TextField(blank=True)
    smtp_host = models.CharField(
        max_length=255, blank=True, help_text="Empty: the server set for the whole installation."
    )
    smtp_port = models.PositiveIntegerField(default=587)
    smtp_security = models.CharField(max_length=10, choices=SmtpSecurity.choices, default=SmtpSecurity.STARTTLS)
    smtp_user = models.CharField(max_length=255, blank=True)
    smtp_password_encrypted = models.TextField(blank=True)

    # SMS
    twilio_account_sid = models.CharField(max_length=40, blank=True, db_default="")
    twilio_auth_token_encrypted = models.TextField(blank=True, db_default="")
    twilio_sender = models.CharField(
        max_length=40,
        blank=True,
        db_default="",
        help_text="The number SMS come from (+15551234567), or a messaging service (MG…).",
    )
    sms_consent_required = models.BooleanField(
        default=True, db_default=True, help_text="SMS go only to people who have agreed to them."
    )

    # Letters
    letters_by = models.CharField(
        max_length=10, blank=True, db_default="", choices=LettersBy.choices, help_text="Empty: no letters are sent."
    )
    lob_key_encrypted = models.TextField(blank=True, db_default="")
    lob_sender = models.CharField(
        max_length=60, blank=True, db_default="", help_text="Our own address at Lob, adr_…; it must be in the US."
    )
    lob_webhook_secret_encrypted = models.TextField(blank=True, db_default="")

    # How it looks
    brand_color = models.CharField(max_length=7, blank=True, help_text="#rrggbb; empty: Dunwell's.")
    logo_digest = models.CharField(max_length=64, blank=True, help_text="Which OrganizationLogo; empty: none.")

    # What goes along, and on what paper
    attach_invoices = models.BooleanField(
        default=False, help_text="Each invoice as a PDF: the document kept with it, else a copy of what the book says."
    )
    attach_statement = models.BooleanField(default=False, help_text="A statement of account in the notice's currency.")
    paper = models.CharField(
        max_length=10, blank=True, choices=PaperSize.choices, help_text="Empty: the one that the country prints on."
    )

    # Who gets in
    second_factor_required = models.BooleanField(
        default=False, help_text="Members without a second factor set one up before they see anything."
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(catch_up__in=CatchUp.values), name="settings_catch_up_known"),
            models.CheckConstraint(
                condition=models.Q(window_opens__lt=models.F("window_closes")),
                name="settings_window_opens_before_it_closes",
                violation_error_message="The send window must open before it closes.",
            ),
            models.CheckConstraint(
                condition=models.Q(window_opens__lt=DAYTIME.closes, window_closes__gt=DAYTIME.opens),
                name="settings_window_has_daytime",
                violation_error_message=(
                    "The send window must have some of the time between 08:00 and 21:00: SMS and calls go only then."
                ),
            ),
            models.CheckConstraint(
                condition=models.Q(brand_color="") | models.Q(brand_color__regex=r"^#[0-9a-f]{6}$"),
                name="settings_brand_color_is_hex",
            ),
            models.CheckConstraint(
                condition=models.Q(letters_by="") | models.Q(letters_by__in=LettersBy.values),
                name="settings_letters_by_known",
            ),
            models.CheckConstraint(
                condition=models.Q(paper="") | models.Q(paper__in=PaperSize.values), name="settings_paper_known"
            ),
            models.CheckConstraint(condition=models.Q(minimum_amount__gte=0), name="settings_minimum_not_negative"),
            models.CheckConstraint(
                condition=models.Q(run_limit__isnull=True) | models.Q(run_limit__gte=1),
                name="settings_run_limit_positive",
                violation_error_message="At least one notice; use Stop all sending to send nothing.",
            ),
            models.CheckConstraint(
                condition=models.Q(hourly_limit__isnull=True) | models.Q(hourly_limit__gte=1),
                name="settings_hourly_limit_positive",
                violation_error_message="At least one message; use Stop all sending to send nothing.",
            ),
            models.CheckConstraint(
                condition=models.Q(weekly_contact_limit__gte=1),
                name="settings_weekly_limit_positive",
                violation_error_message="At least one contact a week; use Stop all sending to send nothing.",
            ),
        ]

    def __str__(self) -> str:
        return f"Settings of {self.organization_id}"

    @property
    def hours(self) -> Hours:
        """The send window of each business day; each channel goes within it by its own rule."""
        return Hours(self.window_opens, self.window_closes)

    @property
    def may_send(self) -> bool:
        """Chasing has started and is not stopped."""
        return self.chasing_started_at is not None and self.sending_stopped_at is None


@kept()
class ClosingDay(models.Model):
    """A day on which this organization does no business, besides its country's holidays."""

    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="closing_days", db_index=False
    )
    date = models.DateField()
    name = models.CharField(max_length=100, blank=True)

    class Meta:
        ordering = ("date",)
        constraints = [models.UniqueConstraint(fields=("organization", "date"), name="closing_day_once")]

    def __str__(self) -> str:
        return f"{self.date} {self.name}".strip()
