"""The columns that the list can show: those of every lead, and what the workspace asks and names itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from checklists.definitions import Definitions, load_definitions
from leadhub.workspaces.models import Workspace
from leads.queries.json_filters import ANSWER, METADATA
from leads.queries.lists import ListedLead, Shown

MOST: Final = 16


@dataclass(frozen=True, slots=True)
class Column:
    """`kind` says how the cell is drawn, out of these `fields` of the lead; `orders` which orders its head
    offers, the first one first."""

    code: str
    label: str | Promise
    kind: str
    fields: tuple[str, ...] = ()
    orders: tuple[str, ...] = ()

    @property
    def is_editable(self) -> bool:
        """In place."""
        return self.code in {"stage", "owner", "tags"}

    def read(self, row: ListedLead) -> Any:
        if self.code.startswith(ANSWER):
            return row.answers.get(self.code.removeprefix(ANSWER))
        if self.code.startswith(METADATA):
            return row.lead.metadata.get(self.code.removeprefix(METADATA))
        if self.code == "tags":
            return row.tags
        return getattr(row.lead, self.fields[0]) if len(self.fields) == 1 else row.lead


_NEXT: Final = ("next_action_at", "-next_action_at")
_CAME: Final = ("-created_at", "created_at")
_TOUCHED: Final = ("-updated_at", "updated_at")
COLUMNS: Final = (
    Column("stage", _("Stage"), "stage", ("disposition",)),
    Column("owner", _("Owner"), "owner", ("assignee", "assignee_type")),
    Column("reach", _("Phone and email"), "reach", ("phone", "phone_key", "email")),
    Column("tags", _("Tags"), "tags"),
    Column("next", _("Next step"), "due", ("next_action_at",), _NEXT),
    Column("came", _("Came in"), "moment", ("created_at",), _CAME),
    Column("source", _("Source"), "text", ("source",)),
    Column("changed", _("Last change"), "moment", ("updated_at",), _TOUCHED),
    Column("business", _("Business"), "text", ("business_name",)),
    Column("phone", _("Phone"), "phone", ("phone", "phone_key")),
    Column("email", _("Email"), "email", ("email",)),
    Column("value", _("Value"), "money", ("value", "currency")),
    Column("attempts", _("Calls"), "number", ("attempts",)),
    Column("last_call", _("Last call"), "moment", ("last_attempt_at",)),
    Column("checklist", _("Checklist"), "progress", ("checklist_done", "checklist_required")),
    Column("external_id", _("External id"), "text", ("external_id",)),
)
# What every row says, whatever its columns are; what it is sorted by, and who may change it.
_ALWAYS: Final = (
    "workspace",
    "first_name",
    "last_name",
    "business_name",
    "email",
    "phone",
    "disposition",
    "assignee",
    "archived_at",
    "created_at",
    "updated_at",
    "next_action_at",
)
# What an answer is drawn as, by its type; all others are shown as they are.
_DRAWN_AS: Final = {"DATE": "day", "NUMBER": "figure", "PHONE": "dial"}
USUAL: Final = ("stage", "owner", "reach", "tags", "next", "came", "source")
_BY_CODE: Final = {column.code: column for column in COLUMNS}


def choices(workspace: Workspace) -> list[tuple[str | Promise, list[Column]]]:
    """(heading, columns): everything that the workspace can show."""
    asked = [_answer(item.code, item.label, item.field_type) for item in load_definitions(workspace).items]
    named = [_metadata(key) for key in workspace.metadata_columns]
    groups = [(_("Lead"), list(COLUMNS)), (_("Checklist"), asked), (_("Metadata"), named)]
    return [group for group in groups if group[1]]


def chosen(workspace: Workspace, codes: Sequence[str] | None) -> tuple[list[Column], list[str]]:
    """The columns that are meant, and the codes that mean none any more."""
    definitions = load_definitions(workspace)
    meant = {code: _column(workspace, definitions, code) for code in codes or USUAL}
    known = [column for column in meant.values() if column is not None]
    return known[:MOST], [code for code, column in meant.items() if column is None]


def shown_in(columns: Iterable[Column], most: int = 0) -> Shown:
    """What the rows must bring along for these columns, and nothing else."""
    fields = {*_ALWAYS, *(name for column in columns for name in column.fields)}
    answers = [column.code.removeprefix(ANSWER) for column in columns if column.code.startswith(ANSWER)]
    return Shown(answers, sorted(fields), most)


def _column(workspace: Workspace, definitions: Definitions, code: str) -> Column | None:
    if code.startswith(ANSWER):
        item = definitions.item(code.removeprefix(ANSWER))
        return _answer(item.code, item.label, item.field_type) if item else None
    if code.startswith(METADATA):
        key = code.removeprefix(METADATA)
        return _metadata(key) if key in workspace.metadata_columns else None
    return _BY_CODE.get(code)


def _answer(code: str, label: str, field_type: str) -> Column:
    return Column(f"{ANSWER}{code}", label, _DRAWN_AS.get(field_type, "json"))


def _metadata(key: str) -> Column:
    return Column(f"{METADATA}{key}", key, "json", ("metadata",))
