"""Saved views of the lead list: filters, columns and order, private or shared."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from leadhub.workspaces.clock import now
from leadhub.workspaces.models import Owned


class SavedView(Owned):
    name = models.CharField(_("name"), max_length=100)
    query = models.TextField(blank=True)
    columns = models.JSONField(default=list)
    user = models.ForeignKey("workspaces.User", models.CASCADE, related_name="+")
    is_shared = models.BooleanField(_("shared"), default=False)
    is_pinned = models.BooleanField(_("pinned"), default=False)
    order = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=now)

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "user", "name"],
                name="saved_view_name",
                violation_error_code="already_used",
                violation_error_message=_("You have a view of this name; choose a different one."),
            )
        ]

    def __str__(self) -> str:
        return self.name
