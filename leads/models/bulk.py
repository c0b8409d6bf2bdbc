"""The leads that a bulk change is about, and what became of each."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from leadhub.workspaces.models import Owned
from leads.models.outbox import Job


class BulkRow(Owned):
    class Result(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        CHANGED = "changed", _("Changed")
        UNCHANGED = "unchanged", _("Was so already")
        REFUSED = "refused", _("Refused")
        GONE = "gone", _("Not there any more")

    job = models.ForeignKey(Job, models.CASCADE, related_name="+", db_index=False)
    # No foreign key: the answer stays when the lead is gone, and a million rows are written at once.
    lead_id = models.UUIDField()
    result = models.CharField(max_length=9, choices=Result, default=Result.WAITING)
    message = models.TextField(blank=True)
    entry_id = models.UUIDField(null=True)

    class Meta:
        verbose_name = _("row of a bulk change")
        verbose_name_plural = _("rows of bulk changes")
        constraints = [models.UniqueConstraint(fields=["workspace", "job", "lead_id"], name="bulk_row_once")]
        indexes = [models.Index(fields=["workspace", "job", "result", "lead_id"], name="bulk_row_of_job")]

    def __str__(self) -> str:
        return f"{self.lead_id}: {self.result}"
