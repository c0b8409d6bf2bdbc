"""What the values of a filter mean in a workspace: its stages, tags, members, imports and days."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any, Final, TypeVar
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _

from leadhub.workspaces.ids import parse_id
from leadhub.workspaces.models import Membership, Workspace
from leads import values
from leads.models import ImportBatch, Stage
from leads.queries.catalogue import load_catalogue
from leads.queries.filter_fields import Partly
from leads.queries.search import Wanted, read_search
from leads.queries.tags import tags_meant

NOBODY: Final = "none"
ME: Final = "me"
_MILLISECOND: Final = timedelta(milliseconds=1)
_RELATIVE: Final = re.compile(r"today|(?P<days>[+-]?[0-9]{1,4})d")

T = TypeVar("T")
Found = TypeVar("Found", list[Any], set[Any])


class Rules:
    """Each refuses what it does not know, or the part of it that it does not know."""

    workspace: Workspace
    user_id: UUID | None
    zone: tzinfo
    at: datetime
    names: dict[object, str]
    # Of each tag that is meant: its id, and those of the tags that were merged into it.
    same_tags: dict[UUID, set[UUID]]
    # Those that were named by what they were before, with what they are now.
    merged_tags: dict[str, str]

    def clean_search(self, raw: object) -> Wanted:
        return read_search(raw, self.workspace.region)

    def clean_stages(self, raw: list[object]) -> frozenset[str]:
        known = {str(stage): str(stage) for stage in Stage.values}
        return frozenset(_choices(_words(raw), known))

    def clean_dispositions(self, raw: list[object]) -> list[UUID]:
        """By id or by outcome; archived ones too, because leads may still be in them."""
        known = load_catalogue(self.workspace).dispositions
        self.names |= {key: row.label for key, row in known.items()}
        by_name = {name: key for key, row in known.items() for name in (str(key), row.outcome)}
        return _choices(_words(raw), by_name)

    def clean_assignees(self, raw: list[object]) -> set[UUID | None]:
        wanted: dict[str, UUID | None] = {}
        for word in _words(raw):
            if word == ME and self.user_id is None:
                raise _not_found(_("Nobody is signed in here; name a member by an id."), [word])
            wanted[word] = None if word == NOBODY else self.user_id if word == ME else _id(word)
        people = {key for key in wanted.values() if key is not None} - {self.user_id}
        if people:
            members = Membership.objects.filter(workspace=self.workspace, user__in=people)
            self.names |= {row.user_id: str(row.user) for row in members.select_related("user")}
        missing = [word for word, key in wanted.items() if key in people and key not in self.names]
        return _known(
            set(wanted.values()) - {wanted[word] for word in missing},
            _("Nobody in this workspace has this id."),
            missing,
        )

    def clean_sources(self, raw: list[object]) -> list[str]:
        return [values.clean_source(name) for name in raw]

    def clean_tags(self, raw: list[object]) -> list[UUID]:
        """By id or by name."""
        keys = {name: _tag_key(name) for name in map(str, raw)}
        ids = [key for key in keys.values() if isinstance(key, UUID)]
        names = [key for key in keys.values() if isinstance(key, str)]
        found = tags_meant(self.workspace, Q(pk__in=ids) | Q(normalized__in=names))
        self.names |= {tag.pk: tag.name for tag in found}
        by_key = {key: tag for tag in found for key in (tag.normalized, tag.pk)}
        missing = [name for name, key in keys.items() if key not in by_key]
        named = [by_key[key] for key in keys.values() if key in by_key]
        for tag in found:
            self.same_tags.setdefault(tag.merged_into_id or tag.pk, set()).add(tag.pk)
        self.merged_tags |= {tag.name: self.names[tag.merged_into_id] for tag in named if tag.merged_into_id}
        meant = list(dict.fromkeys(tag.merged_into_id or tag.pk for tag in named))
        return _known(meant, _("The workspace has no tag of this name or id."), missing)

    def clean_import(self, raw: object) -> UUID:
        key = _id(raw)
        batch = ImportBatch.objects.filter(workspace=self.workspace, pk=key).only("name").first()
        if batch is None:
            raise _not_found(_("The workspace has no import with this id."), [raw])
        self.names[key] = batch.name
        return key

    def clean_from(self, raw: object) -> datetime:
        return self._moment(raw, ends=False)

    def clean_to(self, raw: object) -> datetime:
        return self._moment(raw, ends=True)

    def _moment(self, raw: object, *, ends: bool) -> datetime:
        """A moment; or a whole day, from its beginning or to its end. A view that is opened again and again
        says its days by how far from today they are: `today`, `-7d`, `14d`."""
        relative = _RELATIVE.fullmatch(raw.strip().lower()) if isinstance(raw, str) else None
        try:
            day = self._day(relative) if relative else values.clean_date(raw)
        except ValidationError:
            return self._instant(raw)
        begin = values.clean_moment(datetime.combine(day, time(), self.zone))
        if not ends:
            return begin
        following = datetime.combine(day + timedelta(days=1), time(), self.zone)
        return following.astimezone(UTC) - _MILLISECOND

    def _instant(self, raw: object) -> datetime:
        try:
            return values.clean_moment(raw, self.zone)
        except ValidationError as refusal:
            # A year that is out of reach, or a moment that is no text, is told by its own rule.
            if refusal.code != "invalid_date" or refusal.params:
                raise
            message = _(
                "Name a day such as 2026-03-31, today or -7d, which is seven days ago; or a moment such as "
                "2026-03-31T10:00:00Z."
            )
            raise ValidationError(message, code="invalid_date") from None

    def _day(self, relative: re.Match[str]) -> date:
        return self.at.astimezone(self.zone).date() + timedelta(days=int(relative["days"] or 0))


def _words(raw: Iterable[object]) -> list[str]:
    """Codes hold no comma, so several may stand in one parameter."""
    found = [part for one in raw for part in (one.split(",") if isinstance(one, str) else [one])]
    return [values.clean_line(str(part) if isinstance(part, UUID) else part) for part in found]


def _choices(words: Iterable[str], known: Mapping[str, T]) -> list[T]:
    """What the words mean. A single wrong one is refused with the nearest that are known."""
    words = list(words)
    if len(words) == 1:
        return [known[values.clean_choice(words[0], known)]]
    found = [known[word] for word in words if word in known]
    return _known(
        found,
        _("Some of these choices do not exist here any more."),
        [word for word in words if word not in known],
        code="invalid_choice",
    )


def _known(found: Found, message: str, missing: Iterable[object], code: str = "not_found") -> Found:
    if missing := sorted(map(str, missing)):
        raise Partly(message, code, {"value": ", ".join(missing)}, found)
    return found


def _tag_key(name: str) -> UUID | str:
    return parse_id(name) or values.tag_key(values.clean_line(name))


def _id(raw: object) -> UUID:
    found = parse_id(raw)
    if found is None:
        raise _not_found(_("Send an id."), [raw])
    return found


def _not_found(message: str, missing: Iterable[object]) -> ValidationError:
    return ValidationError(message, code="not_found", params={"value": ", ".join(sorted(map(str, missing)))})
