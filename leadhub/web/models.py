"""What the doors remember: each request, what was wrong with it, and the answers kept for a repeated key.

Plain ids instead of foreign keys to other rooms: these rows are many, and outlive what they speak of.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from leadhub.workspaces.clock import now
from leadhub.workspaces.ids import new_id


class RequestRecord(models.Model):
    """One request of a known caller: what was asked, how it ended. Ids rise with time: they are the order."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace_id = models.UUIDField()
    api_key_id = models.UUIDField(null=True)
    request_id = models.CharField(max_length=128)
    door = models.CharField(max_length=20)
    method = models.CharField(max_length=16)
    path = models.TextField()
    status = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=64, blank=True)
    lead_id = models.UUIDField(null=True)
    duration_ms = models.PositiveIntegerField()
    dry_run = models.BooleanField(default=False)
    is_test = models.BooleanField(default=False)
    body = models.BinaryField(null=True)
    created_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        verbose_name = _("request record")
        verbose_name_plural = _("request records")
        indexes = [
            models.Index(fields=["workspace_id", "id"], name="web_request_by_age"),
            models.Index(fields=["workspace_id", "request_id"], name="web_request_by_request_id"),
            models.Index(
                fields=["workspace_id", "lead_id", "id"],
                name="web_request_by_lead",
                condition=models.Q(lead_id__isnull=False),
            ),
            models.Index(fields=["api_key_id", "id"], name="web_request_by_key"),
        ]

    def __str__(self) -> str:
        return f"{self.request_id} {self.method} {self.status}"


class RequestProblem(models.Model):
    """One thing that was wrong with a request, by lead and field; the value as sent is sealed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    # The writer deletes problems itself, in batches; the collector would load the bodies of the records.
    record = models.ForeignKey(RequestRecord, on_delete=models.DO_NOTHING, related_name="problems")
    workspace_id = models.UUIDField()
    lead_id = models.UUIDField(null=True)
    field = models.CharField(max_length=200, blank=True)
    code = models.CharField(max_length=64)
    message = models.TextField(blank=True)
    value = models.BinaryField(null=True)

    class Meta:
        verbose_name = _("problem of a request")
        verbose_name_plural = _("problems of requests")
        indexes = [
            models.Index(
                fields=["workspace_id", "lead_id", "id"],
                name="web_problem_by_lead",
                condition=models.Q(lead_id__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.field}: {self.code}"


class IdempotencyRecord(models.Model):
    """The first answer to a request with an Idempotency-Key; no status while that request still runs."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workspace_id = models.UUIDField()
    scope = models.CharField(max_length=64)
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    headers = models.JSONField(default=dict)
    body = models.BinaryField(null=True)
    lead_id = models.UUIDField(null=True)
    created_at = models.DateTimeField(default=now, editable=False)
    expires_at = models.DateTimeField()

    class Meta:
        verbose_name = _("kept answer")
        verbose_name_plural = _("kept answers")
        constraints = [
            models.UniqueConstraint(fields=["workspace_id", "scope", "key"], name="web_one_answer_per_key"),
        ]
        indexes = [models.Index(fields=["expires_at"], name="web_answer_by_expiry")]

    def __str__(self) -> str:
        return f"{self.key} {self.status}"
