"""A workspace, the settings that its rules read, and who belongs to it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from leadhub.workspaces.clock import now
from leadhub.workspaces.ids import new_id
from leadhub.workspaces.models.base import Owned


def retry_ladder() -> list[int]:
    """Hours until the next try after the first, second and third attempt that reached nobody."""
    return [4, 24, 72]


def document_types() -> list[str]:
    return ["pdf", "image", "office", "csv"]


class Workspace(models.Model):
    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    slug = models.SlugField(
        _("slug"),
        unique=True,
        error_messages={"unique": _("Another workspace has this slug; choose a different one.")},
    )
    name = models.CharField(_("name"), max_length=200)
    region = models.CharField(_("phone region"), max_length=2, default="US")
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    currency = models.CharField(_("currency"), max_length=3, default="USD")
    allow_bulk_update = models.BooleanField(_("one write may update several leads"), default=False)
    strict_stages = models.BooleanField(_("stage rules bind every integration"), default=False)
    own_leads_only = models.BooleanField(_("agents see their own leads only"), default=False)
    approve_all_messages = models.BooleanField(_("every message needs approval"), default=False)
    rate_per_minute = models.PositiveIntegerField(_("requests per key and minute"), default=300)
    pollybot_rate_per_hour = models.PositiveIntegerField(
        _("PollyBot requests per key and hour"), default=1000
    )
    request_record_days = models.PositiveIntegerField(_("days to keep request bodies"), default=30)
    # Empty: nobody who was not reached is tried again by itself.
    retry_ladder = models.JSONField(_("hours between tries"), default=retry_ladder, blank=True)
    # Of Monday to Sunday; see leadhub/workspaces/hours.py. Empty: around the clock.
    working_hours = models.JSONField(_("working hours"), default=list, blank=True)
    document_types = models.JSONField(_("accepted documents"), default=document_types)
    metadata_columns = models.JSONField(_("metadata keys shown as columns"), default=list, blank=True)
    definitions_revision = models.PositiveIntegerField(default=1, editable=False)
    # Changes with every change of dispositions, endpoints or definitions. A fresh random value rather than a
    # count, so that what was cached inside a transaction that rolled back is never taken for the real thing.
    catalogue_token = models.UUIDField(default=new_id, editable=False)
    is_demo = models.BooleanField(default=False, editable=False)
    created_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        verbose_name = _("workspace")
        verbose_name_plural = _("workspaces")

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    AGENT = "agent", _("Agent")
    MANAGER = "manager", _("Manager")
    OWNER = "owner", _("Owner")


class Membership(Owned):
    user = models.ForeignKey("workspaces.User", models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=10, choices=Role, default=Role.AGENT)
    created_at = models.DateTimeField(default=now, editable=False)
    left_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "user"],
                name="membership_once",
                violation_error_code="already_member",
                violation_error_message=_("This person is a member already; change the role instead."),
            ),
            models.CheckConstraint(
                condition=models.Q(role__in=Role.values),
                name="membership_role",
                violation_error_code="invalid_choice",
                violation_error_message=_("Choose one of the roles agent, manager and owner."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.get_role_display()})"
