"""The words of the workspace: dispositions, call outcomes with the retry ladder, and tags."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from checklists.definitions import load_definitions
from checklists.specs import code_from_label
from leadhub.workspaces.ids import parse_id
from leadhub.workspaces.models import Workspace
from leads.admin.desk import Desk
from leads.admin.notices import tell
from leads.admin.pages.render import go
from leads.admin.pages.settings.place import MOVES, moved_to, settings_page
from leads.admin.sheet import Field, Sheet
from leads.change import Actor
from leads.changes.catalogue import save_call_outcome, save_disposition, save_tag
from leads.changes.ordering import move_call_outcome, move_disposition
from leads.changes.workspace import change_workspace
from leads.errors import Invalid
from leads.models import CallOutcome, Disposition, Stage, Tag
from leads.queries.catalogue import load_catalogue
from leads.queries.uses import uses_of_dispositions, uses_of_tags
from leads.queries.workspace import tags_in
from leads.voices.hub import catalogue as voice

_PALETTE: Final = ("#3b82f6", "#14b8a6", "#22c55e", "#eab308", "#f97316", "#ef4444", "#a855f7", "#64748b")


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of words: where it stands, how its rows are found, asked for and saved."""

    place: str
    one: Any
    rows: Callable[[Desk], Sequence[Any]]
    fields: Callable[[Desk, Any], list[Field]]
    save: Callable[[Desk, dict[str, Any], Any], Any]
    form: str = "word"
    # What the page of the form shows besides.
    beside: Callable[[Desk, Sheet], dict[str, Any]] = lambda desk, sheet: {}
    # How many leads have each, where the page says so.
    uses: Callable[[Desk], Mapping[UUID, int]] = lambda desk: {}


def list_of(kind: Kind, template: str, **more: Any) -> Callable[..., HttpResponse]:
    def show(request: HttpRequest, desk: Desk) -> HttpResponse:
        return _listed(request, desk, kind, template, more)

    return show


def _listed(
    request: HttpRequest,
    desk: Desk,
    kind: Kind,
    template: str,
    more: Mapping[str, Any],
    ladder: Sheet | None = None,
) -> HttpResponse:
    rows = kind.rows(desk)
    context: dict[str, Any] = {
        "title": PLURALS[kind.place],
        "rows": [row for row in rows if not row.archived_at],
        "archived": [row for row in rows if row.archived_at],
        "ladder": ladder or Sheet([_ladder(desk)]),
        "uses": kind.uses(desk),
        **more,
    }
    return settings_page(request, template, kind.place, context, ladder)


def form_of(kind: Kind) -> Callable[..., HttpResponse]:
    """A new row, or one that is there; `archived` alone archives and brings back."""

    def show(request: HttpRequest, desk: Desk, row_id: UUID | None = None) -> HttpResponse:
        row = find(kind, desk, row_id) if row_id else None
        sheet = Sheet(kind.fields(desk, row), echoes=row is not None)
        if request.method == "POST" and "archived" in request.POST and row is not None:
            return _archive(request, desk, kind, row)
        if request.method == "POST":
            saved = sheet.submit(request, lambda values: kind.save(desk, values, row))
            if saved is not None:
                tell(request, _("“%s” saved.") % saved)
                return go(request, f"admin:{kind.place}")
        return show_form(request, desk, kind, row, sheet)

    return show


def order_of(kind: Kind, move: Callable[[Workspace, Actor, UUID, int], bool]) -> Callable[..., HttpResponse]:
    """One row moves a place up or down among those that are in use."""

    def take(request: HttpRequest, desk: Desk) -> HttpResponse:
        if request.method != "POST":
            return go(request, f"admin:{kind.place}")
        key, step = parse_id(request.POST.get("key")), request.POST.get("step", "")
        if key is None or step not in MOVES:
            raise Http404
        move(desk.workspace, desk.actor, find(kind, desk, key).pk, MOVES[step])
        return go(request, moved_to(kind.place, key, step))

    return take


def show_form(request: HttpRequest, desk: Desk, kind: Kind, row: Any, sheet: Sheet) -> HttpResponse:
    context = {
        "title": str(row) if row else kind.one,
        "row": row,
        "back": PLURALS[kind.place],
        "place": kind.place,
        **kind.beside(desk, sheet),
    }
    return settings_page(request, kind.form, kind.place, context, sheet)


def _archive(request: HttpRequest, desk: Desk, kind: Kind, row: Any) -> HttpResponse:
    archived = request.POST["archived"] == "1"
    try:
        kind.save(desk, {"archived": archived}, row)
    except Invalid as refusal:
        tell(request, refusal.problems[0].message, level="error")
    else:
        tell(request, (_("“%s” is archived.") if archived else _("“%s” is back.")) % row)
    return go(request, f"admin:{kind.place}")


def find(kind: Kind, desk: Desk, row_id: UUID) -> Any:
    row = next((row for row in kind.rows(desk) if row.pk == row_id), None)
    if row is None:
        raise Http404
    return row


# What dispositions and call outcomes share.


def _name_for_integrations(shown: Mapping[str, Any]) -> Field:
    help = _("Small letters, digits and underscores. Left empty, it is made from the label.")
    return Field(
        "outcome", _("Name for integrations"), value=shown.get("outcome", ""), optional=True, help=help
    )


def _named(values: dict[str, Any], row: Any, taken: Iterable[str], longest: int = 64) -> dict[str, Any]:
    """With a name made for what is new; what is there keeps its own, by which integrations know it."""
    given = values.get("outcome") or "archived" in values
    if given or (row is not None and "outcome" not in values):
        return values
    rest = {name: value for name, value in values.items() if name != "outcome"}
    if row is not None:
        return rest
    # Room for a number, where the name is taken.
    made = code_from_label(str(values.get("label", ""))[: longest - 4], set(taken), "OUTCOME")
    return {**rest, "outcome": made.lower()}


# Dispositions.


def _disposition_fields(desk: Desk, row: Disposition | None) -> list[Field]:
    shown = voice.show_disposition_row(row) if row else {}
    items = [(item.code, item.label) for item in load_definitions(desk.workspace).items]
    return [
        Field("label", _("Label"), value=shown.get("label", ""), required=True),
        Field("stage", _("Stage"), "select", shown.get("stage", Stage.CONTACTED), choices=Stage.choices,
              help=_("What reports and integrations see.")),
        Field("is_default", _("What this stage means when an integration names the stage alone"), "check",
              shown.get("is_default", False)),
        Field("needs_reason", _("Needs a reason"), "check", shown.get("needs_reason", False)),
        Field("required_items", _("Checklist items that must be done first"), "checks",
              shown.get("required_items", []), choices=items,
              help="" if items else _("The checklist asks for nothing yet.")),
        _name_for_integrations(shown),
    ]  # fmt: skip


def _save_disposition(desk: Desk, values: dict[str, Any], row: Disposition | None) -> Disposition:
    codes = [item.code for item in load_definitions(desk.workspace).items]
    known = load_catalogue(desk.workspace).dispositions.values()
    values = _named(values, row, (one.outcome for one in known))
    columns = voice.read_disposition_row(values, row, codes, strict=desk.workspace.strict_stages)
    return save_disposition(desk.workspace, desk.actor, columns, row.pk if row else None)


# Call outcomes.


def _outcome_fields(desk: Desk, row: CallOutcome | None) -> list[Field]:
    shown = voice.show_call_outcome(row) if row else {}
    return [
        Field("label", _("Label"), value=shown.get("label", ""), required=True),
        Field("reaches", _("Somebody was reached"), "check", shown.get("reaches", False),
              help=_("Otherwise the next try is planned as the ladder says.")),
        Field("marks_bad", _("The number does not work"), "check", shown.get("marks_bad", False)),
        _name_for_integrations(shown),
    ]  # fmt: skip


def _save_outcome(desk: Desk, values: dict[str, Any], row: CallOutcome | None) -> CallOutcome:
    known = load_catalogue(desk.workspace).call_outcomes.values()
    columns = voice.read_call_outcome(_named(values, row, (one.slug for one in known), 32), row)
    return save_call_outcome(desk.workspace, desk.actor, columns, row.pk if row else None)


def _ladder(desk: Desk) -> Field:
    help = _(
        "Hours after the first, second, … call that reached nobody; after the last one nothing is planned. "
        "No hours at all: no further try is ever planned."
    )
    return Field("retry_ladder", _("Hours between tries"), "numbers", desk.workspace.retry_ladder, help)


def save_ladder(request: HttpRequest, desk: Desk) -> HttpResponse:
    sheet = Sheet([_ladder(desk)])
    if request.method == "POST":
        saved = sheet.submit(request, lambda values: change_workspace(desk.workspace, desk.actor, values))
        if saved is None:
            return _listed(request, desk, OUTCOMES, "outcomes", {}, sheet)
        tell(request, _("The ladder is saved.") if saved else _("Nothing changed."))
    return go(request, "admin:outcomes")


# Tags.


def _tag_fields(desk: Desk, row: Tag | None) -> list[Field]:
    shown = voice.show_tag(row) if row else {}
    colour = shown.get("colour") or ""
    fresh = _PALETTE[len(tags_in(desk.workspace, archived=True)) % len(_PALETTE)]
    return [
        Field("name", _("Name"), value=shown.get("name", ""), required=True),
        Field("colour", _("Colour"), "color", colour if colour.startswith("#") else fresh),
        Field("description", _("What it is for"), value=shown.get("description") or "", optional=True),
    ]


def _save_tag(desk: Desk, values: dict[str, Any], row: Tag | None) -> Tag:
    return save_tag(desk.workspace, desk.actor, voice.read_tag(values, row), row.pk if row else None)


DISPOSITIONS: Final = Kind(
    "dispositions",
    gettext_lazy("New disposition"),
    lambda desk: list(load_catalogue(desk.workspace).dispositions.values()),
    _disposition_fields,
    _save_disposition,
    uses=lambda desk: uses_of_dispositions(desk.workspace),
)
OUTCOMES: Final = Kind(
    "outcomes",
    gettext_lazy("New call outcome"),
    lambda desk: list(load_catalogue(desk.workspace).call_outcomes.values()),
    _outcome_fields,
    _save_outcome,
)
TAGS: Final = Kind(
    "tags",
    gettext_lazy("New tag"),
    lambda desk: tags_in(desk.workspace, archived=True),
    _tag_fields,
    _save_tag,
    uses=lambda desk: uses_of_tags(desk.workspace),
)
ORDERS: Final = {
    "disposition": order_of(DISPOSITIONS, move_disposition),
    "outcome": order_of(OUTCOMES, move_call_outcome),
}
PLURALS: Final = {
    "dispositions": gettext_lazy("Dispositions"),
    "outcomes": gettext_lazy("Call outcomes"),
    "tags": gettext_lazy("Tags"),
    "templates": gettext_lazy("Templates"),
}
