"""Plain pages of the tables, for an owner who wants to see a row as it is stored.

They only read: every change goes through the pages that know the rules. Tables with secrets are not here.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any, ClassVar, Final

from django.contrib.admin import ModelAdmin, site
from django.contrib.auth.models import Group
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.text import capfirst

from leadhub.workspaces.models import Membership, Role, WorkspaceEntry
from leads.admin.desk import desk_of
from leads.models import (
    Action,
    ConsentEvent,
    ContactPoint,
    DispositionChange,
    Document,
    Entry,
    Event,
    ImportBatch,
    Job,
    Lead,
    Message,
    WebhookDelivery,
)

_MOST_COUNTED: Final = 1000


class CappedPaginator(Paginator):  # type: ignore[type-arg]
    """Nobody pages through a million rows here, and counting them all takes longer than showing some."""

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        return int(rows.order_by()[: _MOST_COUNTED + 1].count())


class PlainAdmin(ModelAdmin):  # type: ignore[type-arg]
    """Rows of the workspace at the desk, for its owners, newest first."""

    paginator = CappedPaginator
    show_full_result_count = False
    list_per_page = 50
    ordering = ("-pk",)
    actions = None
    change_list_template = "staff/data/table.html"
    change_form_template = "staff/data/row.html"
    columns: ClassVar[tuple[str, ...]] = ()

    def get_urls(self) -> list[URLPattern]:
        """A table and a row: what adds, deletes and looks back stands on pages that know the rules."""
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        wrap = self.admin_site.admin_view
        return [
            path("", wrap(self.changelist_view), name=f"{name}_changelist"),
            path("<path:object_id>/change/", wrap(self.change_view), name=f"{name}_change"),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        columns = [self.opts.get_field(name) for name in self.columns]
        title = capfirst(self.opts.verbose_name_plural)
        return super().changelist_view(request, {"is_data": True, "title": title, "columns": columns})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        return super().change_view(request, object_id, form_url, {"is_data": True})

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        joined = [name for name in self.columns if self.opts.get_field(name).many_to_one]
        rows = super().get_queryset(request).filter(workspace=desk_of(request).workspace)
        return rows.select_related(*joined) if joined else rows

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return desk_of(request).role == Role.OWNER

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """An address may not ask about what is joined: that is how rows of others are guessed at."""
        return False

    def get_exclude(self, request: HttpRequest, obj: Model | None = None) -> Any:
        return ("workspace",)


TABLES: Final[tuple[tuple[type[Model], tuple[str, ...]], ...]] = (
    (Lead, ("email", "phone", "source", "created_at", "updated_at")),
    (Entry, ("kind", "actor_name", "door", "created_at")),
    (Action, ("kind", "status", "scheduled_at", "created_at")),
    (Message, ("channel", "direction", "created_at")),
    (Document, ("created_at",)),
    (ContactPoint, ("kind",)),
    (ConsentEvent, ("channel", "created_at")),
    (DispositionChange, ("changed_by_name", "changed_at")),
    (ImportBatch, ("created_at",)),
    (Job, ("kind", "state", "created_at", "finished_at")),
    (Event, ("kind", "created_at")),
    (WebhookDelivery, ("state", "status", "created_at")),
    (Membership, ("role", "created_at", "left_at")),
    (WorkspaceEntry, ("kind", "actor_name", "created_at")),
)


def register() -> None:
    site.unregister(Group)
    for table, columns in TABLES:
        site.register(table, type(f"{table.__name__}Admin", (PlainAdmin,), {"columns": columns}))
