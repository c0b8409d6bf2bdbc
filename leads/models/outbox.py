"""The way out: events, deliveries and jobs. The rows are the queue; a worker holds one by a lease."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from leadhub.workspaces.clock import now
from leadhub.workspaces.ids import new_id
from leadhub.workspaces.models import Owned


class Leased(models.Model):
    """Work that exactly one worker holds at a time, until it is done or its lease runs out."""

    class State(models.TextChoices):
        IDLE = "idle", _("Nothing to do")
        DUE = "due", _("Due")
        HELD = "held", _("Held back")
        DONE = "done", _("Done")
        DEAD = "dead", _("Given up")

    state = models.CharField(max_length=5, choices=State, default=State.IDLE)
    due_at = models.DateTimeField(null=True, blank=True)
    attempt = models.PositiveIntegerField(default=0)
    lease_owner = models.CharField(max_length=64, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True)

    class Meta:
        abstract = True


class Instance(models.Model):
    """Which installation this database belongs to, so that a restored copy stays silent."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    created_at = models.DateTimeField(default=now)

    def __str__(self) -> str:
        return str(self.pk)


class WebhookEndpoint(Owned):
    name = models.CharField(_("name"), max_length=100)
    url = models.CharField(_("address"), max_length=2048)
    events = models.JSONField(_("events"), default=list)
    dialect = models.CharField(max_length=10, default="hub")
    # Sealed with DATA_KEYS; the old one signs along until its time has come.
    secret = models.BinaryField()
    old_secret = models.BinaryField(null=True)
    old_secret_until = models.DateTimeField(null=True, blank=True)
    with_test_leads = models.BooleanField(_("also for test leads"), default=False)
    echoes = models.BooleanField(_("also for its own writes"), default=False)
    api_key = models.ForeignKey("workspaces.ApiKey", models.SET_NULL, null=True, blank=True, related_name="+")
    paused_at = models.DateTimeField(null=True, blank=True)
    paused_reason = models.CharField(max_length=255, blank=True)
    disabled_at = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0)
    failing_since = models.DateTimeField(null=True, blank=True)
    retry_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=now)

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        indexes = [models.Index(fields=["workspace", "created_at"], name="endpoint_of_workspace")]

    def __str__(self) -> str:
        return self.name


class Event(Owned):
    """One fact for the outside, kept for those who missed it. No foreign key: it outlives its lead."""

    kind = models.CharField(max_length=32)
    lead_id = models.UUIDField(null=True)
    entry_id = models.UUIDField(null=True)
    api_key_id = models.UUIDField(null=True)
    is_test = models.BooleanField(default=False)
    payload = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=now)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        indexes = [
            models.Index(fields=["workspace", "id"], name="event_in_order"),
            models.Index(fields=["workspace", "lead_id"], name="event_of_lead"),
        ]

    def __str__(self) -> str:
        return self.kind


class WebhookDelivery(Owned, Leased):
    endpoint = models.ForeignKey(WebhookEndpoint, models.CASCADE, related_name="+", db_index=False)
    event = models.ForeignKey(Event, models.CASCADE, related_name="+", db_index=False)
    lead_id = models.UUIDField(null=True)
    status = models.PositiveSmallIntegerField(null=True)
    duration_ms = models.PositiveIntegerField(null=True)
    answer = models.TextField(blank=True)
    attempts = models.JSONField(default=list)
    created_at = models.DateTimeField(default=now)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        indexes = [
            # By endpoint first: the backlog of one that fails must not stand in the way of the others.
            models.Index(
                fields=["endpoint", "due_at", "id"],
                name="delivery_due",
                condition=models.Q(state="due"),
            ),
            models.Index(
                fields=["endpoint", "lead_id", "id"],
                name="delivery_in_order",
                condition=models.Q(state="due"),
            ),
            models.Index(fields=["workspace", "endpoint", "-id"], name="delivery_of_endpoint"),
            models.Index(fields=["workspace", "lead_id", "id"], name="delivery_of_lead"),
            models.Index(fields=["workspace", "event"], name="delivery_of_event"),
        ]

    def __str__(self) -> str:
        return f"{self.endpoint_id}: {self.state}"

    @property
    def numbers(self) -> list[int]:
        """Of the attempts that are kept, numbered through: they begin anew when it is sent again."""
        found, number, before = list[int](), 0, 0
        for line in self.attempts:
            own = line["attempt"]
            number = line.get("number", number + (own - before if own > before else own))
            before = own
            found.append(number)
        return found

    @property
    def tried(self) -> int:
        """How often, all the times that it was sent taken together."""
        if not self.attempts:
            return self.attempt
        since: int = self.attempt - self.attempts[-1]["attempt"]
        return self.numbers[-1] + max(0, since)


class Job(Owned, Leased):
    """Work that is too long for a request: a bulk change, an export, a recount, an import."""

    kind = models.CharField(max_length=32)
    input = models.JSONField(default=dict)
    output = models.JSONField(null=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    user = models.ForeignKey("workspaces.User", models.SET_NULL, null=True, related_name="+", db_index=False)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=now)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        indexes = [
            models.Index(fields=["state", "due_at"], name="job_due", condition=models.Q(state="due")),
            models.Index(fields=["workspace", "-created_at"], name="job_of_workspace"),
        ]

    def __str__(self) -> str:
        return self.kind
