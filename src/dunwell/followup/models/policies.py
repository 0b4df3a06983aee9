"""How an organization chases: ordered steps, kept in versions."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from dunwell.messaging.models import MailSender, MessageTemplate
from dunwell.organizations.keeping import kept
from dunwell.organizations.models import Organization
from dunwell.organizations.tenancy import TenantForeignKey
from dunwell.rules.escalation import MOST_OCCURRENCES, Tone
from dunwell.rules.segments import SEGMENT_NAMES


class StepAnchor(models.TextChoices):
    """What a step counts its days from. A promise and an installment join them with arrangements."""

    DUE = "due", "Due date"
    ISSUE = "issue", "Issue date"


class StepChannel(models.TextChoices):
    """How a step reaches somebody; one without a sender waits as `channel not set up`."""

    EMAIL = "email", "E-mail"
    SMS = "sms", "SMS"
    LETTER = "letter", "Letter"
    CALL = "call", "Call task"
    TASK = "task", "Internal task"


class StepAttachments(models.TextChoices):
    """What goes along with a step's e-mail where it is not what the organization has chosen."""

    NONE = "none", "Nothing"
    INVOICES = "invoices", "The invoices"
    STATEMENT = "statement", "A statement of account"
    BOTH = "both", "The invoices and a statement of account"


WITHOUT_TEXT = (StepChannel.CALL.value, StepChannel.TASK.value)


def segments() -> ArrayField:  # type: ignore[type-arg]
    return ArrayField(
        models.CharField(max_length=20, choices=[(name.value, text) for name, text in SEGMENT_NAMES.items()]),
        default=list,
        blank=True,
        help_text="Only for customers of these segments; empty: for all.",
    )


def risk() -> models.PositiveSmallIntegerField:  # type: ignore[type-arg]
    return models.PositiveSmallIntegerField(null=True, blank=True, help_text="Only from this risk on, 0 to 100.")


@kept()
class DunningPolicy(models.Model):
    """A named way to chase. Its steps live in versions, so that each action can name the one that made it."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+", db_index=False)
    name = models.CharField(max_length=100)
    is_default = models.BooleanField(default=False, help_text="Used for every customer that nothing else assigns.")
    archived_at = models.DateTimeField(null=True, blank=True, help_text="Not used any more; it can be restored.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(is_default=False) | Q(archived_at__isnull=True), name="policy_default_is_not_archived"
            ),
            models.UniqueConstraint(fields=("organization", "id"), name="policy_tenant_key"),
            models.UniqueConstraint(fields=("organization", "name"), name="policy_name_once"),
            models.UniqueConstraint(fields=("organization",), condition=Q(is_default=True), name="policy_one_default"),
        ]

    def __str__(self) -> str:
        return self.name


@kept()
class PolicyVersion(models.Model):
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+", db_index=False)
    policy = TenantForeignKey(DunningPolicy, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    sender = TenantForeignKey(
        MailSender,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        help_text="Whose e-mails its steps are; empty: the organization's own sender.",
    )
    is_current = models.BooleanField(default=True)
    created_by = models.ForeignKey(
        "organizations.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("organization", "id"), name="policy_version_tenant_key"),
            models.UniqueConstraint(fields=("policy", "number"), name="policy_version_once"),
            models.UniqueConstraint(
                fields=("policy",), condition=Q(is_current=True), name="policy_version_one_current"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.policy.name}, version {self.number}"


@kept()
class PolicyStep(models.Model):
    """One step of a version. `lineage` is the step's identity through all versions of its policy."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+", db_index=False)
    version = TenantForeignKey(PolicyVersion, on_delete=models.CASCADE, related_name="steps")
    lineage = models.PositiveIntegerField()
    name = models.CharField(max_length=100)
    anchor = models.CharField(max_length=12, choices=StepAnchor.choices, default=StepAnchor.DUE)
    offset_days = models.SmallIntegerField(help_text="Days after the anchor; negative: before it.")
    repeat_every_days = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="1 is daily, 7 weekly; empty: once."
    )
    times = models.PositiveSmallIntegerField(default=1, help_text="How often in all: nothing chases for ever.")
    channel = models.CharField(max_length=20, choices=StepChannel.choices, default=StepChannel.EMAIL)
    minimum_balance = models.DecimalField(
        max_digits=19, decimal_places=4, null=True, blank=True, help_text="Open on the invoice, in the base currency."
    )
    maximum_balance = models.DecimalField(max_digits=19, decimal_places=4, null=True, blank=True)
    segments = segments()
    minimum_risk = risk()
    copy_to_decision_maker = models.BooleanField(default=False)
    copy_to_owner = models.BooleanField(default=False, help_text="The customer's owner in the team gets a copy.")
    sender = TenantForeignKey(
        MailSender,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        help_text="Whose e-mail it is; empty: the policy's.",
    )
    attachments = models.CharField(
        max_length=10,
        blank=True,
        db_default="",
        choices=StepAttachments.choices,
        help_text="Empty: what the organization has chosen.",
    )
    instructions = models.TextField(blank=True, help_text="What to do, for a call or an internal task.")
    tone = models.CharField(max_length=10, choices=[(tone.value, tone.name.title()) for tone in Tone])
    template = models.ForeignKey(
        MessageTemplate,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Empty only for calls and tasks.",
    )
    approval_required = models.BooleanField(default=False)
    raise_priority_to = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="The customer's case gets at least this priority; 1 is the most urgent."
    )
    give_to_role = models.CharField(max_length=20, blank=True, help_text="Everybody with this role takes care of it.")
    give_to_person = models.ForeignKey(
        "organizations.User",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
        help_text="This person takes care of it; who does not work here any more leaves it to the role.",
    )

    class Meta:
        ordering = ("offset_days", "id")
        constraints = [
            models.UniqueConstraint(fields=("organization", "id"), name="policy_step_tenant_key"),
            models.UniqueConstraint(fields=("version", "lineage"), name="policy_step_lineage_once"),
            models.UniqueConstraint(
                fields=("version", "anchor", "offset_days", "channel"),
                name="policy_step_one_per_day_and_channel",
                violation_error_message="Two steps fall on the same day through the same channel.",
            ),
            models.CheckConstraint(condition=Q(tone__in=[tone.value for tone in Tone]), name="policy_step_tone_known"),
            models.CheckConstraint(condition=Q(anchor__in=StepAnchor.values), name="policy_step_anchor_known"),
            models.CheckConstraint(condition=Q(channel__in=StepChannel.values), name="policy_step_channel_known"),
            models.CheckConstraint(
                condition=Q(times=1, repeat_every_days__isnull=True)
                | Q(times__range=(2, MOST_OCCURRENCES), repeat_every_days__gte=1),
                name="policy_step_ends",
                violation_error_message=f"A step goes once, or 2 to {MOST_OCCURRENCES} times every so many days.",
            ),
            models.CheckConstraint(
                condition=Q(template__isnull=False) | Q(channel__in=WITHOUT_TEXT), name="policy_step_has_a_text"
            ),
            models.CheckConstraint(
                condition=Q(attachments="") | Q(attachments__in=StepAttachments.values),
                name="policy_step_attachments_known",
            ),
            models.CheckConstraint(
                condition=Q(channel=StepChannel.EMAIL) | Q(sender__isnull=True, attachments=""),
                name="policy_step_sender_and_attachments_by_mail",
            ),
            models.CheckConstraint(
                condition=Q(anchor=StepAnchor.DUE) | Q(offset_days__gte=0), name="policy_step_not_before_issue"
            ),
            models.CheckConstraint(
                condition=Q(minimum_risk__isnull=True) | Q(minimum_risk__lte=100), name="policy_step_risk_in_range"
            ),
            models.CheckConstraint(
                condition=Q(raise_priority_to__isnull=True) | Q(raise_priority_to__range=(1, 4)),
                name="policy_step_priority_in_range",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def offsets(self) -> list[int]:
        """The days after the anchor on which it goes, one for each time."""
        return [self.offset_days + (self.repeat_every_days or 0) * occurrence for occurrence in range(self.times)]
