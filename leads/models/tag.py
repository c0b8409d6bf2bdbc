"""Tags: a workspace's labels, and which lead carries which."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from leadhub.workspaces.clock import now
from leadhub.workspaces.models import Owned


class Tag(Owned):
    name = models.CharField(_("name"), max_length=64)
    normalized = models.CharField(max_length=128, editable=False)
    colour = models.CharField(_("colour"), max_length=32, blank=True)
    description = models.CharField(_("description"), max_length=255, blank=True)
    created_by = models.UUIDField(null=True, editable=False)
    created_at = models.DateTimeField(default=now, editable=False)
    updated_at = models.DateTimeField(null=True, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)
    # What its name means since; never one that was itself merged into another.
    merged_into = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, editable=False, related_name="+", db_index=False
    )

    class Meta:
        verbose_name = _("tag")
        verbose_name_plural = _("tags")
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "normalized"],
                name="tag_name",
                violation_error_code="already_used",
                violation_error_message=_("Another tag has this name; names differ by more than their case."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class LeadTag(Owned):
    lead = models.ForeignKey("leads.Lead", models.CASCADE, related_name="lead_tags", db_index=False)
    tag = models.ForeignKey(Tag, models.CASCADE, related_name="+", db_index=False)
    created_at = models.DateTimeField(default=now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "lead", "tag"], name="lead_tag_once")]
        indexes = [models.Index(fields=["workspace", "tag", "-lead"], name="lead_tag_leads")]

    def __str__(self) -> str:
        return str(self.tag_id)
