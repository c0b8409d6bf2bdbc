"""Documents of a lead, stored under random keys, and the links by which a lead uploads one."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from leadhub.workspaces.clock import now
from leadhub.workspaces.models import Owned


class Document(Owned):
    lead = models.ForeignKey("leads.Lead", models.CASCADE, related_name="documents", db_index=False)
    item = models.ForeignKey(
        "checklists.Item", models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    message = models.ForeignKey("leads.Message", models.SET_NULL, null=True, related_name="+", db_index=False)
    entry = models.ForeignKey("leads.Entry", models.SET_NULL, null=True, related_name="+", db_index=False)
    storage_key = models.CharField(max_length=255, editable=False)
    filename = models.CharField(_("file name"), max_length=255)
    mime_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    digest = models.CharField(max_length=64, blank=True)
    external_id = models.CharField(max_length=255, blank=True)
    metadata = models.JSONField(null=True)
    validation = models.JSONField(null=True)
    created_at = models.DateTimeField(default=now)
    updated_at = models.DateTimeField(default=now)
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        indexes = [models.Index(fields=["workspace", "lead", "-created_at"], name="document_of_lead")]

    def __str__(self) -> str:
        return self.filename


class UploadLink(Owned):
    """A page without a login where a lead uploads what one item asks for."""

    lead = models.ForeignKey("leads.Lead", models.CASCADE, related_name="+", db_index=False)
    item = models.ForeignKey("checklists.Item", models.CASCADE, related_name="+", db_index=False)
    digest = models.CharField(max_length=64)
    # What the page says besides what the item says of itself.
    message = models.CharField(max_length=500, blank=True)
    created_by = models.ForeignKey("workspaces.User", models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=now)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)
    # How many files came by it.
    files = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "digest"], name="upload_link_digest")]
        indexes = [
            models.Index(fields=["digest"], name="upload_link_lookup"),
            models.Index(fields=["workspace", "lead"], name="upload_link_of_lead"),
        ]

    def __str__(self) -> str:
        return str(self.pk)
