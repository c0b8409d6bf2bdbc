"""All that is kept about a person: where it lies, for whoever erases it and whoever hands it out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar
from uuid import UUID

from django.apps import apps
from django.db.models import Model, Q, QuerySet

from checklists.models import Item
from leadhub.web.models import IdempotencyRecord, RequestProblem, RequestRecord
from leadhub.workspaces.models import Workspace
from leads import models

Row = TypeVar("Row", bound=Model)

# The rows of one table that are about these leads.
Find = Callable[[Workspace, Sequence[UUID]], QuerySet[Any]]
_BATCH: Final = 500


@dataclass(frozen=True, slots=True)
class Table:
    name: str
    model: type[Model]
    find: Find


def _of_lead(model: type[Model]) -> Find:
    return lambda workspace, leads: model._default_manager.filter(workspace=workspace, lead__in=leads)


def _with_id(model: type[Model]) -> Find:
    return lambda workspace, leads: model._default_manager.filter(workspace=workspace, lead_id__in=leads)


def _at_doors(model: type[Model]) -> Find:
    return lambda workspace, leads: model._default_manager.filter(
        workspace_id=workspace.pk, lead_id__in=leads
    )


# In the order in which they can be deleted: what points at others first.
TABLES: Final = (
    Table("deliveries", models.WebhookDelivery, _with_id(models.WebhookDelivery)),
    Table("events", models.Event, _with_id(models.Event)),
    Table("documents", models.Document, _of_lead(models.Document)),
    Table("upload_links", models.UploadLink, _of_lead(models.UploadLink)),
    Table("consents", models.ConsentEvent, _of_lead(models.ConsentEvent)),
    Table("messages", models.Message, _of_lead(models.Message)),
    Table("entries", models.Entry, _of_lead(models.Entry)),
    Table("actions", models.Action, _of_lead(models.Action)),
    Table("answers", models.Answer, _of_lead(models.Answer)),
    Table("tags", models.LeadTag, _of_lead(models.LeadTag)),
    Table("contact_points", models.ContactPoint, _of_lead(models.ContactPoint)),
    Table("addresses", models.Address, _of_lead(models.Address)),
    Table("profiles", models.Profile, _of_lead(models.Profile)),
    Table("dispositions", models.DispositionChange, _of_lead(models.DispositionChange)),
    Table(
        "not_duplicates",
        models.NotDuplicate,
        lambda workspace, leads: models.NotDuplicate.objects.filter(
            Q(first__in=leads) | Q(second__in=leads), workspace=workspace
        ),
    ),
    Table("import_rows", models.ImportRow, _with_id(models.ImportRow)),
    Table("bulk_rows", models.BulkRow, _with_id(models.BulkRow)),
    Table(
        "items",
        Item,
        lambda workspace, leads: Item.objects.filter(workspace=workspace, only_for__in=leads),
    ),
    Table(
        "leads",
        models.Lead,
        lambda workspace, leads: models.Lead.objects.filter(workspace=workspace, pk__in=leads),
    ),
)
# What the doors remember. Their own room erases it: of a request, that it was made stays known.
AT_DOORS: Final = (
    Table("requests", RequestRecord, _at_doors(RequestRecord)),
    Table("problems", RequestProblem, _at_doors(RequestProblem)),
    Table("kept_answers", IdempotencyRecord, _at_doors(IdempotencyRecord)),
)


def admin_log(leads: Iterable[UUID]) -> QuerySet[Any]:
    """What the plain model pages noted, by the id of the lead."""
    rows: QuerySet[Any] = apps.get_model("admin", "LogEntry")._default_manager.filter(
        object_id__in=[str(key) for key in leads]
    )
    return rows


def whole_family(workspace: Workspace, lead: models.Lead, *, lock: bool = False) -> list[models.Lead]:
    """The lead, first, and all that were merged into it at any depth."""
    known, fresh = {lead.pk}, [lead.pk]
    while fresh:
        rows = models.Lead.objects.filter(workspace=workspace, merged_into__in=fresh)
        fresh = [key for key in rows.values_list("pk", flat=True) if key not in known]
        known |= set(fresh)
    found = models.Lead.objects.filter(workspace=workspace, pk__in=known).order_by("pk")
    family = list(found.select_for_update() if lock else found)
    return sorted(family, key=lambda one: one.pk != lead.pk)


@dataclass(slots=True)
class Marks:
    """What gives a person away wherever it stands: numbers and addresses as they were written and as they are
    known here, and the whole name."""

    texts: set[str] = field(default_factory=set)

    def add(self, text: object) -> None:
        plain = str(getattr(text, "as_e164", text) or "").strip()
        # Shorter ones stand in the words of others too.
        if len(plain) >= 6:
            self.texts.add(plain)

    def stand_in(self, text: str) -> bool:
        folded = text.casefold()
        return any(mark.casefold() in folded for mark in self.texts)


def marks_of(workspace: Workspace, family: Sequence[models.Lead]) -> Marks:
    marks = Marks()
    for lead in family:
        for text in (lead.email, lead.email_key, lead.phone, lead.phone_e164, lead.phone_key):
            marks.add(text)
        if lead.first_name and lead.last_name:
            marks.add(f"{lead.first_name} {lead.last_name}")
    ids = [lead.pk for lead in family]
    for point in models.ContactPoint.objects.filter(workspace=workspace, lead__in=ids):
        marks.add(point.value)
        marks.add(point.key)
    for changes in models.Entry.objects.filter(workspace=workspace, lead__in=ids).values_list(
        "changes", flat=True
    ):
        # Those the person had before.
        for path in {"email", "phone"} & changes.keys():
            for value in changes[path][:2]:
                marks.add(value)
    return marks


def in_batches(rows: QuerySet[Row]) -> Iterator[Row]:
    """By id, so that neither memory nor a cursor is held for the length of a search."""
    batch = list(rows.order_by("pk")[:_BATCH])
    while batch:
        yield from batch
        batch = list(rows.filter(pk__gt=batch[-1].pk).order_by("pk")[:_BATCH])


def counts_of_person(workspace: Workspace, lead: models.Lead) -> dict[str, int]:
    """How many rows of each table would go with the person; those of none are left out."""
    ids = [one.pk for one in whole_family(workspace, lead)]
    counts = {table.name: table.find(workspace, ids).count() for table in TABLES}
    return {name: count for name, count in counts.items() if count}
