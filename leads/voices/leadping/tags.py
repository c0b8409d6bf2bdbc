"""Leadping's tags: on a lead (by PUT and POST they are added), at the lead's own path, and by themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.utils.translation import gettext as _

from leads.change import CLEAR, LeadChange, TagChange
from leads.errors import Problem
from leads.models import Tag
from leads.values import LIMITS, format_moment
from leads.voices.leadping.metadata import moment, text
from leads.voices.leadping.query import read_flag
from leads.voices.leadping.words import Words
from leads.voices.shape import Null, Part, Sent, Shape

_LISTED: Final[Mapping[str, Any]] = {"items": {"type": "string"}}
TAG_PARTS: Final = tuple(
    Part(name, type="array", null=Null.LEAVE, blank=Null.VALUE, means=means, schema=_LISTED)
    for name, means in (("tagIds", "tag_ids"), ("tagNames", "tags"))
)
LEAD_TAGS: Final = Shape(
    "LeadTagsRequest",
    (*TAG_PARTS, Part("createMissing", type="boolean", null=Null.LEAVE, blank=Null.VALUE)),
    "Unknown names are refused unless createMissing is true.",
)
TAG: Final = Shape(
    "TagRequest",
    (
        Part("name", means="name", null=Null.REFUSE, blank=Null.REFUSE, schema={"maxLength": LIMITS.tag}),
        Part("color", means="colour", about="#RRGGBB, or a word of a palette."),
        Part("description", means="description", schema={"maxLength": LIMITS.line}),
        Part("id", read_only=True),
    ),
)
LEAD_TAGS_WORDS: Final = Words(LEAD_TAGS)
TAG_WORDS: Final = Words(TAG)
_COLUMNS: Final[Mapping[str, str]] = {"name": "name", "color": "colour", "description": "description"}


def read_tags(sent: Sent, *, create: bool = True, replace: bool = False) -> TagChange | None:
    """Both lists together; nothing named is nothing asked, unless the whole set is to be replaced."""
    ids, names = (_listed(sent, part) for part in TAG_PARTS)
    if not (ids or names or replace):
        return None
    return TagChange(names=names, ids=ids, replace=replace, create=create)


def _listed(sent: Sent, part: Part) -> tuple[object, ...]:
    raw = sent.own.get(part.name, [])
    if isinstance(raw, list):
        return tuple(raw)
    sent.problems.append(Problem(part.means, "invalid_type", _("Send a list of texts here."), raw))
    return ()


def read_lead_tags(body: Mapping[str, object], *, replace: bool) -> tuple[LeadChange, list[str]]:
    sent = LEAD_TAGS.read(body)
    create = sent.own.get("createMissing", False)
    if not isinstance(create, bool):
        message = _("Send true or false.")
        sent.problems.append(Problem("createMissing", "invalid_type", message, create))
    change = LeadChange(
        tags=read_tags(sent, create=create is True, replace=replace), problems=tuple(sent.problems)
    )
    return change, sent.ignored


def read_tag(body: Mapping[str, object], tag: Tag | None = None) -> tuple[dict[str, object], Sent]:
    """The columns of a tag that are to be set, and what was wrong or in vain."""
    sent = TAG.read(body, show_tag(tag) if tag else None)
    if tag is None and "name" not in body:
        sent.problems.append(Problem("name", "required", _("Give the tag a name.")))
    columns = {
        _COLUMNS[name]: "" if value is CLEAR else value
        for name, value in sent.own.items()
        if name in _COLUMNS
    }
    return columns, sent


def read_tags_query(query: Mapping[str, str]) -> bool:
    """Whether archived tags are asked for, too."""
    return read_flag(query, "includeArchived")


def show_tags(tags: Iterable[Tag]) -> list[dict[str, Any]]:
    """As they stand on a lead, by name."""
    return [show_summary(tag) for tag in sorted(tags, key=lambda tag: tag.normalized)]


def show_summary(tag: Tag) -> dict[str, Any]:
    return {
        "id": str(tag.pk),
        "name": tag.name,
        "normalizedName": tag.normalized,
        "color": tag.colour or None,
    }


def show_tag(tag: Tag) -> dict[str, Any]:
    return {
        **show_summary(tag),
        "businessId": str(tag.workspace_id),
        "description": tag.description or None,
        "createdByUserId": text(tag.created_by),
        "isArchived": tag.archived_at is not None,
        "archivedAt": moment(tag.archived_at),
        "createdAt": format_moment(tag.created_at),
        "modifiedAt": moment(tag.updated_at),
    }
