"""Imports: the batch with its counts and checkpoint, the rows it touched or refused, and saved mappings."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from leadhub.workspaces.clock import now
from leadhub.workspaces.models import Owned


class ImportBatch(Owned):
    class State(models.TextChoices):
        READY = "ready", _("Ready")
        RUNNING = "running", _("Running")
        FINISHED = "finished", _("Finished")
        CANCELLED = "cancelled", _("Cancelled")
        FAILED = "failed", _("Failed")
        UNDONE = "undone", _("Undone")

    name = models.CharField(max_length=255)
    file_hash = models.CharField(max_length=64, blank=True)
    storage_key = models.CharField(max_length=255, blank=True)
    options = models.JSONField(default=dict)
    mapping = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State, default=State.READY)
    # Where to go on: everything before this row is stored, together with its counts, in one transaction.
    next_row = models.PositiveBigIntegerField(default=1)
    offset = models.PositiveBigIntegerField(default=0)
    read = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    skipped = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    user = models.ForeignKey("workspaces.User", models.SET_NULL, null=True, related_name="+", db_index=False)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(default=now)
    finished_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        indexes = [
            models.Index(fields=["workspace", "-created_at"], name="import_newest"),
            models.Index(fields=["workspace", "file_hash"], name="import_file"),
        ]

    def __str__(self) -> str:
        return self.name


class ImportRow(Owned):
    """A row that was refused or skipped, with the input's own columns."""

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="+", db_index=False)
    line = models.PositiveBigIntegerField()
    result = models.CharField(max_length=10)
    lead_id = models.UUIDField(null=True)
    columns = models.JSONField(default=dict)
    problems = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "batch", "line"], name="import_row_once")]

    def __str__(self) -> str:
        return f"{self.line}: {self.result}"


class ImportMapping(Owned):
    """How the columns of one source are read, kept for its next file."""

    source = models.CharField(max_length=100)
    mapping = models.JSONField(default=dict)
    updated_at = models.DateTimeField(default=now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "source"], name="import_mapping_source")]

    def __str__(self) -> str:
        return self.source
