"""Files that came in, and saved ways to read them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from dunwell.organizations.models import Organization, User


class ImportState(models.TextChoices):
    UPLOADED = "uploaded", "Uploaded"
    CHECKING = "checking", "Being checked"
    CHECKED = "checked", "Ready to import"
    QUEUED = "queued", "Waiting to be imported"
    RUNNING = "running", "Being imported"
    DONE = "done", "Imported"
    UNDOING = "undoing", "Being taken back"
    UNDONE = "undone", "Taken back"
    FAILED = "failed", "Not imported"


class FileScope(models.TextChoices):
    """What a file says about invoices that are not in it."""

    ADDS = "adds", "Adds to the book: what is not in the file stays as it is"
    COMPLETE = "complete", "Is the complete list of open invoices: open invoices that are absent are settled"


class ImportMapping(models.Model):
    """A saved way to read an organization's files: the mapping as TOML (see `ledger/imports/mapping.py`)."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+", db_index=False)
    name = models.CharField(max_length=100)
    definition = models.TextField(help_text="TOML")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("name",)
        constraints = [
            models.UniqueConstraint(fields=("organization", "name"), name="import_mapping_name_once"),
            models.CheckConstraint(condition=~Q(name=""), name="import_mapping_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name


class FileImport(models.Model):
    """One file, how it was read, and what came of it. The report is stored in the transaction of the facts."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+", db_index=False)
    file_name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField(help_text="Bytes")
    path = models.CharField(max_length=500, help_text="Where the upload lies, below the data directory.")
    state = models.CharField(max_length=10, choices=ImportState.choices, default=ImportState.UPLOADED)
    scope = models.CharField(max_length=10, choices=FileScope.choices, default=FileScope.ADDS)
    as_of = models.DateField(
        null=True, blank=True, help_text="The day the file describes; empty: the day of the import."
    )
    mapping = models.TextField(blank=True, help_text="TOML, as used")
    preview = models.JSONField(default=dict, blank=True, help_text="The report of the dry run.")
    report = models.JSONField(default=dict, blank=True)
    errors_path = models.CharField(max_length=500, blank=True)
    rows_read = models.PositiveBigIntegerField(default=0)
    phase = models.CharField(max_length=100, blank=True, help_text="What is being done, in words.")
    error = models.TextField(blank=True, help_text="Why nothing was imported, in one sentence.")
    created_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    history_context = models.UUIDField(
        null=True, blank=True, help_text="What the history knows this import's changes by; empty for older ones."
    )
    undone_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-id",)
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ImportState.values), name="file_import_state_known"),
            models.CheckConstraint(condition=Q(scope__in=FileScope.values), name="file_import_scope_known"),
        ]
        indexes = [models.Index(fields=("organization", "-id"), name="file_import_latest")]

    def __str__(self) -> str:
        return self.file_name
