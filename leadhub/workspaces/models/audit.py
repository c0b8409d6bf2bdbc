"""The audit of a workspace itself: its settings, keys, members and definitions. Append-only."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from leadhub.workspaces.clock import now
from leadhub.workspaces.models.base import Owned


class WorkspaceEntry(Owned):
    kind = models.CharField(max_length=40)
    summary = models.CharField(max_length=255)
    changes = models.JSONField(default=dict)
    actor_kind = models.CharField(max_length=10)
    actor_name = models.CharField(max_length=200)
    user = models.ForeignKey("workspaces.User", models.SET_NULL, null=True, related_name="+")
    door = models.CharField(max_length=20)
    request_id = models.CharField(max_length=128, blank=True)
    created_at = models.DateTimeField(default=now)

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")
        indexes = [models.Index(fields=["workspace", "-created_at", "-id"], name="audit_newest_first")]

    def __str__(self) -> str:
        return self.summary
