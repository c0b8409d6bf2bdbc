"""Which tags a change adds and removes: by id or by name, always the workspace's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Final
from uuid import UUID

from django.utils.translation import gettext as _

from leadhub.workspaces.ids import parse_id
from leads import values
from leads.change import TagChange
from leads.models import Tag
from leads.state import LeadState
from leads.validation.problems import Problems
from leads.values import TagName

_MOST: Final = 100


@dataclass(slots=True)
class TagVerdict:
    add: list[Tag] = field(default_factory=list)
    create: list[TagName] = field(default_factory=list)
    remove: list[Tag] = field(default_factory=list)


def judge_tags(state: LeadState, change: TagChange, problems: Problems) -> TagVerdict:
    if max(len(change.names), len(change.ids), len(change.remove)) > _MOST:
        problems.add("tags", "too_long", _("Name at most %d tags at once.") % _MOST)
        return TagVerdict()
    names = _names(change.names, problems)
    wanted = _known(state, names, [*change.ids, *change.remove], problems)
    by_name = {tag.normalized: tag for tag in wanted.values()}
    verdict = TagVerdict()
    chosen: set[UUID] = set()
    for name in names:
        tag = by_name.get(name.normalized)
        if tag is not None:
            chosen.add(_meant(tag))
        elif change.create:
            verdict.create.append(name)
        else:
            problems.add("tags", "not_found", _("The workspace has no tag of this name."), name.name)
    removed = {tag_id for raw in change.remove if (tag_id := _tag_id(raw, by_name)) is not None}
    for raw in change.ids:
        tag_id = parse_id(raw)
        if tag_id in wanted:
            chosen.add(_meant(wanted[tag_id]))
        else:
            problems.add("tag_ids", "not_found", _("The workspace has no tag with this id."), str(raw))
    verdict.add = [wanted[key] for key in chosen if key not in state.tags]
    _refuse_archived(verdict.add, problems)
    removed |= {_meant(wanted[key]) for key in removed if key in wanted} - chosen
    removed |= {key for key, tag in state.tags.items() if tag.merged_into_id in removed}
    gone = {key for key in state.tags if key not in chosen} if change.replace else removed
    verdict.remove = [tag for key, tag in state.tags.items() if key in gone]
    return verdict


def _meant(tag: Tag) -> UUID:
    """A tag that was merged into another means that one."""
    return tag.merged_into_id or tag.pk


def _tag_id(raw: object, by_name: dict[str, Tag]) -> UUID | None:
    found = parse_id(raw)
    if found is None and isinstance(raw, str):
        tag = by_name.get(values.tag_key(raw))
        return tag.pk if tag else None
    return found


def _names(raw_names: tuple[object, ...], problems: Problems) -> list[TagName]:
    """Each name once; the first spelling is the one that is kept."""
    found: dict[str, TagName] = {}
    for raw in raw_names:
        name = problems.attempt("tags", raw, partial(values.clean_tag, raw))
        if name is not None:
            found.setdefault(name.normalized, name)
    return list(found.values())


def _known(
    state: LeadState, names: list[TagName], raw_ids: list[object], problems: Problems
) -> dict[UUID, Tag]:
    ids = {raw: parse_id(raw) for raw in raw_ids if isinstance(raw, UUID | str)}
    normalized = {name.normalized for name in names}
    normalized |= {
        values.tag_key(raw)
        for raw, found in ids.items()
        # No tag has such a sign in its name, and one database refuses to look for it.
        if found is None and isinstance(raw, str) and "\0" not in raw
    }
    carried = {tag.normalized for tag in state.tags.values()}
    found = dict(state.tags)
    wanted_ids = {key for key in ids.values() if key is not None}
    if normalized - carried or wanted_ids - set(found):
        for tag in state.tags_called(normalized, wanted_ids):
            found[tag.pk] = tag
    if further := {tag.merged_into_id for tag in found.values() if tag.merged_into_id} - set(found):
        found |= {tag.pk: tag for tag in state.tags_called((), further)}
    return found


def _refuse_archived(tags: list[Tag], problems: Problems) -> None:
    for tag in tags:
        if tag.archived_at:
            problems.add("tags", "archived", _("This tag is archived; choose another one."), tag.name)


def clean_tag_row(raw: Mapping[str, object]) -> dict[str, object]:
    """The columns of a tag itself: its name with the key that follows from it, its colour, what it is for."""
    problems = Problems()
    columns = dict(raw)
    if "name" in raw:
        name = problems.attempt("name", raw["name"], lambda: values.clean_tag(raw["name"]))
        columns |= {"name": name.name, "normalized": name.normalized} if name else {}
    if raw.get("colour"):
        columns["colour"] = problems.attempt(
            "colour", raw["colour"], lambda: values.clean_colour(raw["colour"])
        )
    if "description" in raw:
        description = raw["description"]
        columns["description"] = problems.attempt(
            "description", description, lambda: values.clean_line(description)
        )
    problems.settle()
    return columns
