"""API keys: who an integration is and what it may do. Only a hash of the secret is stored."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from leadhub.workspaces.clock import now
from leadhub.workspaces.models.base import Owned

DIALECTS = ("omniai", "octanist", "pollybot", "leadping", "hub")
SCOPES = ("read", "write", "delete", "admin", "create")


class ApiKey(Owned):
    name = models.CharField(_("name"), max_length=100)
    dialects = models.JSONField(_("dialects"), default=list)
    scopes = models.JSONField(_("scopes"), default=list)
    is_test = models.BooleanField(_("test key"), default=False)
    public_id = models.CharField(max_length=16, editable=False)
    digest = models.CharField(max_length=64, editable=False)
    prefix = models.CharField(max_length=24, editable=False)
    created_by = models.ForeignKey(
        "workspaces.User", models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(default=now, editable=False)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True)
    # In whose place it came when that one was rotated; both work until the older one's overlap is over.
    replaces = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        constraints = [
            # The one key that is looked up before the workspace is known, hence without it.
            models.UniqueConstraint(
                fields=["public_id"],
                name="apikey_public_id",
                violation_error_code="already_used",
                violation_error_message=_("This key id is taken; issue the key again."),
            )
        ]
        indexes = [models.Index(fields=["workspace", "created_at"], name="apikey_of_workspace")]

    def __str__(self) -> str:
        return self.name

    def speaks(self, dialect: str) -> bool:
        return dialect in self.dialects

    def allows(self, scope: str) -> bool:
        return scope in self.scopes

    def works_at(self, moment: datetime) -> bool:
        return self.revoked_at is None and (self.expires_at is None or moment < self.expires_at)
