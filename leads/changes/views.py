"""Writing saved views: their names and filters, who may see them, and what each member keeps at hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from django.utils.translation import gettext as _

from leadhub.workspaces.models import Workspace
from leads.change import Actor
from leads.changes.catalogue import check_row, write_entry
from leads.changes.transact import transact
from leads.errors import Forbidden
from leads.models import KeptView, SavedView
from leads.queries.reach import looks_after_all
from leads.queries.views import find_view
from leads.timeline import MISSING, Change, change_of
from leads.validation.problems import Problems
from leads.values import clean_line

_LONGEST_QUERY: Final = 4000
MOST_PINNED: Final = 12


def save_view(
    workspace: Workspace, actor: Actor, values: Mapping[str, object], view_id: object = None
) -> SavedView:
    """Add a view, or change one's own; a shared one may also be changed by who looks after all leads."""

    def write() -> SavedView:
        assert actor.user_id is not None
        view = SavedView(workspace=workspace, user_id=actor.user_id)
        if view_id is not None:
            view = _own(workspace, actor, view_id)
        changes: dict[str, Change] = {}
        for column, value in _clean(actor, view, values).items():
            old = MISSING if view._state.adding else getattr(view, column)
            if old != value:
                changes[column] = change_of(old, value)
                setattr(view, column, value)
        check_row(view)
        view.save()
        if view.is_shared and changes:
            write_entry(workspace, actor, "view_saved", _("Shared view “%s” saved") % view, changes)
        return view

    return transact(write)


def delete_view(workspace: Workspace, actor: Actor, view_id: object) -> SavedView:
    def write() -> SavedView:
        view = _own(workspace, actor, view_id)
        key = view.pk
        view.delete()
        view.pk = key
        if view.is_shared:
            changes = {"name": change_of(view.name, MISSING), "query": change_of(view.query, MISSING)}
            write_entry(workspace, actor, "view_deleted", _("Shared view “%s” deleted") % view, changes)
        return view

    return transact(write)


def keep_view(
    workspace: Workspace,
    actor: Actor,
    view_id: object,
    *,
    pinned: bool | None = None,
    default: bool | None = None,
) -> KeptView:
    """Put a view into one's own navigation, or make it what one's list opens with; or take it back."""

    def write() -> KeptView:
        view = find_view(workspace, _user(actor), view_id)
        mine = KeptView.objects.filter(workspace=workspace, user=actor.user_id)
        if pinned and mine.filter(is_pinned=True).exclude(view=view).count() >= MOST_PINNED:
            problems = Problems()
            message = _("At most %d views stand in the navigation; take one out first.") % MOST_PINNED
            problems.add("pinned", "too_many", message)
            problems.settle()
        if default:
            mine.filter(is_default=True).exclude(view=view).update(is_default=False)
        given = {"is_pinned": pinned, "is_default": default}
        wanted = {name: value for name, value in given.items() if value is not None}
        kept, _is_new = KeptView.objects.update_or_create(
            workspace=workspace, view=view, user_id=actor.user_id, defaults=wanted
        )
        return kept

    return transact(write)


def clean_query(raw: object, problems: Problems) -> str:
    """Filters, order and columns of the list, without what is of one page only."""
    text = str(raw or "").lstrip("?")
    pairs = [(name, value) for name, value in parse_qsl(text) if name not in {"after", "view"}]
    query = urlencode(pairs)
    if len(query) > _LONGEST_QUERY:
        problems.add("query", "too_long", _("This view has too many filters; take some out."))
    return query


def _clean(actor: Actor, view: SavedView, values: Mapping[str, object]) -> dict[str, object]:
    problems = Problems()
    cleaned: dict[str, object] = {}
    if "name" in values or view._state.adding:
        name = values.get("name")
        cleaned["name"] = problems.attempt("name", name, lambda: clean_line(name, 100)) or ""
        if not cleaned["name"] and not problems.found:
            problems.add("name", "required", _("Give the view a name."))
    if "query" in values:
        cleaned["query"] = clean_query(values["query"], problems)
    if "is_shared" in values:
        cleaned["is_shared"] = bool(values["is_shared"])
        if cleaned["is_shared"] and not view.is_shared and not looks_after_all(actor):
            raise Forbidden(_("Managers and owners share views; ask one of them to share this one."))
    problems.settle()
    return cleaned


def _own(workspace: Workspace, actor: Actor, view_id: object) -> SavedView:
    view = find_view(workspace, _user(actor), view_id)
    if view.user_id != actor.user_id and not looks_after_all(actor):
        raise Forbidden(_("This view is a colleague’s; save it under a name of your own instead."))
    return view


def _user(actor: Actor) -> UUID:
    assert actor.user_id is not None, "views are members'"
    return actor.user_id
