"""Texts that are written once and sent often, with blanks for what differs."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from leadhub.workspaces.clock import now
from leadhub.workspaces.models import Owned


class MessageTemplate(Owned):
    name = models.CharField(_("name"), max_length=100)
    channel = models.CharField(_("channel"), max_length=10)
    subject = models.CharField(_("subject"), max_length=255, blank=True)
    body = models.TextField(_("text"))
    archived_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        verbose_name = _("template")
        verbose_name_plural = _("templates")
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "name"],
                name="template_name",
                violation_error_code="already_used",
                violation_error_message=_("Another template has this name."),
            )
        ]

    def __str__(self) -> str:
        return self.name
