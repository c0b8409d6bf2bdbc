"""Saved views of the lead list: what its address says, private or shared, and who keeps which at hand."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from leadhub.workspaces.clock import now
from leadhub.workspaces.models import Owned


class SavedView(Owned):
    name = models.CharField(_("name"), max_length=100)
    # Filters, order, columns and density, as they stand in the address of the list.
    query = models.TextField(blank=True)
    user = models.ForeignKey("workspaces.User", models.CASCADE, related_name="+")
    is_shared = models.BooleanField(_("shared"), default=False)
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


class KeptView(Owned):
    """What one member does with a view: it stands in the navigation, or is what the list opens with."""

    view = models.ForeignKey(SavedView, models.CASCADE, related_name="kept", db_index=False)
    user = models.ForeignKey("workspaces.User", models.CASCADE, related_name="+", db_index=False)
    is_pinned = models.BooleanField(_("pinned"), default=False)
    is_default = models.BooleanField(_("opened first"), default=False)

    class Meta:
        verbose_name = _("kept view")
        verbose_name_plural = _("kept views")
        constraints = [
            models.UniqueConstraint(fields=["workspace", "view", "user"], name="kept_view_once"),
            models.UniqueConstraint(
                fields=["workspace", "user"],
                name="kept_view_default",
                condition=models.Q(is_default=True),
            ),
        ]

    def __str__(self) -> str:
        return str(self.view_id)
