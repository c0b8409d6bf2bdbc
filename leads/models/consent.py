"""Consent, channel by channel, append-only; and the people who asked to be forgotten."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from leadhub.workspaces.clock import now
from leadhub.workspaces.models import Owned


class Channel(models.TextChoices):
    ALL = "all", _("All channels")
    CALL = "call", _("Calls")
    EMAIL = "email", _("Email")
    SMS = "sms", _("Text messages")


class ConsentEvent(Owned):
    lead = models.ForeignKey("leads.Lead", models.CASCADE, related_name="consent_events", db_index=False)
    channel = models.CharField(max_length=5, choices=Channel)
    opted_in = models.BooleanField()
    address = models.CharField(max_length=254, blank=True)
    text_shown = models.TextField(blank=True)
    source = models.CharField(max_length=255, blank=True)
    actor_kind = models.CharField(max_length=10)
    actor_name = models.CharField(max_length=200)
    entry = models.ForeignKey("leads.Entry", models.SET_NULL, null=True, related_name="+", db_index=False)
    created_at = models.DateTimeField(default=now)

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        indexes = [models.Index(fields=["workspace", "lead", "-created_at"], name="consent_of_lead")]

    def __str__(self) -> str:
        return f"{self.channel}: {'in' if self.opted_in else 'out'}"


class Suppression(Owned):
    """A keyed hash of a number or address that must not come back; the value itself is gone."""

    key_hash = models.CharField(max_length=128)
    reason = models.CharField(max_length=32)
    channel = models.CharField(max_length=5, choices=Channel, default=Channel.ALL)
    created_at = models.DateTimeField(default=now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "key_hash", "reason", "channel"], name="suppression_once"
            )
        ]

    def __str__(self) -> str:
        return self.reason
