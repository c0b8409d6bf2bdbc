"""Pairs of leads that look alike and are not: a person said so, and it is remembered."""

from __future__ import annotations

from django.db import models

from leadhub.workspaces.clock import now
from leadhub.workspaces.models import Owned


class NotDuplicate(Owned):
    """The smaller id stands first, so that a pair is one row whichever lead was open."""

    first = models.ForeignKey("leads.Lead", models.CASCADE, related_name="+", db_index=False)
    second = models.ForeignKey("leads.Lead", models.CASCADE, related_name="+", db_index=False)
    user = models.ForeignKey("workspaces.User", models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "first", "second"], name="not_duplicate_once")
        ]
        indexes = [models.Index(fields=["workspace", "second"], name="not_duplicate_second")]

    def __str__(self) -> str:
        return f"{self.first_id} / {self.second_id}"
