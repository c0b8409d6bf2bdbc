"""Which leads are meant: the one filter that list page, saved views, export and native API share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, time, timedelta, tzinfo
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django_filters import FilterSet

from leadhub.workspaces.ids import parse_id
from leadhub.workspaces.models import Membership, Workspace
from leads import values
from leads.errors import Invalid, Problem
from leads.models import AssigneeType, ImportBatch, Lead, LeadTag, Stage, Tag
from leads.queries.catalogue import load_catalogue
from leads.queries.filter_fields import One, Several
from leads.queries.find import leads_in, reached_by
from leads.queries.json_filters import answer_filter, metadata_filter
from leads.queries.search import Wanted, read_search, search_leads

ARCHIVED: Final = ("active", "archived", "all")
NOBODY: Final = "none"
ME: Final = "me"
METADATA: Final = "metadata."
ANSWER: Final = "answer."
_MILLISECOND: Final = timedelta(milliseconds=1)


def _yes_or_no(raw: object) -> bool:
    return values.clean_boolean(raw, words=True)


class LeadFilter(FilterSet):  # type: ignore[misc]
    """`qs` are the leads that what was understood picks; `problems` says what was not.

    Besides the filters below there are `metadata.<key>` and `answer.<code>`.
    """

    search = One(method="by_search", rule="clean_search")
    stage = Several(method="by_stage", rule="clean_stages")
    disposition = Several("disposition", "in", rule="clean_dispositions")
    assignee = Several(method="by_assignee", rule="clean_assignees")
    assignee_type = One("assignee_type", rule=partial(values.clean_choice, choices=AssigneeType.values))
    source = Several("source", "in", rule="clean_sources")
    tag = Several(method="by_any_tag", rule="clean_tags")
    tag_all = Several(method="by_all_tags", rule="clean_tags")
    untagged = One(method="by_untagged", rule=_yes_or_no)
    archived = One(
        method="by_archived", rule=partial(values.clean_choice, choices=ARCHIVED), default="active"
    )
    deleted = One(method="by_deleted", rule=_yes_or_no, default=False)
    created_from = One("created_at", "gte", rule="clean_from")
    created_to = One("created_at", "lte", rule="clean_to")
    updated_from = One("updated_at", "gte", rule="clean_from")
    updated_to = One("updated_at", "lte", rule="clean_to")
    qualified_from = One("qualified_at", "gte", rule="clean_from")
    qualified_to = One("qualified_at", "lte", rule="clean_to")
    next_action_from = One("next_action_at", "gte", rule="clean_from")
    next_action_to = One("next_action_at", "lte", rule="clean_to")
    has_next_action = One(method="by_next_action", rule=_yes_or_no)
    value_from = One("value", "gte", rule=values.clean_money)
    value_to = One("value", "lte", rule=values.clean_money)
    currency = One("currency", rule=values.clean_currency)
    external_id = One("external_id", rule=values.clean_line)
    email = One(method="by_email", rule=values.clean_line)
    phone = One(method="by_phone", rule=values.clean_line)
    import_batch = One("import_batch", rule="clean_import")

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        workspace: Workspace,
        tests: bool | None = False,
        user_id: UUID | None = None,
        zone: tzinfo | None = None,
        also: Q | None = None,
    ) -> None:
        """`user_id` is who `me` is; days are those of `zone`, or else of the workspace. `also` is a condition
        of the door's own, such as that an agent sees nobody else's leads."""
        rows = leads_in(workspace, tests=tests).filter(also or Q(), merged_into=None)
        super().__init__({} if data is None else data, rows)
        self.is_bound = True
        self.workspace, self.user_id = workspace, user_id
        self.zone = zone or values.zone_of(workspace.time_zone) or UTC
        self.unknown: list[Problem] = []
        for name in data or ():
            self._know(name)
        for one in self.filters.values():
            if isinstance(one.extra["rule"], str):
                one.extra["rule"] = getattr(self, one.extra["rule"])

    def _know(self, name: str) -> None:
        if name in self.filters:
            return
        if name.startswith(METADATA) and len(name) > len(METADATA):
            self.filters[name] = metadata_filter(name.removeprefix(METADATA))
        elif name.startswith(ANSWER):
            self.filters[name] = answer_filter(self.workspace, name.removeprefix(ANSWER))
        else:
            near = values.nearest_of(name, list(self.filters))
            message = _("There is no filter of this name.")
            self.unknown.append(Problem(name, "unknown_field", message, name, near or None))

    @property
    def problems(self) -> list[Problem]:
        found = list(self.unknown)
        for name, refusals in self.form.errors.as_data().items():
            for refusal in refusals:
                params = refusal.params or {}
                value = params.get("value", self.data.get(name))
                expected = params.get("choices")
                found.append(Problem(name, refusal.code or "invalid", refusal.messages[0], value, expected))
        return found

    def settle(self) -> None:
        """For who takes the filter as a whole or not at all."""
        if problems := self.problems:
            raise Invalid(problems)

    # The rules that need the workspace.

    def clean_search(self, raw: object) -> Wanted:
        return read_search(raw, self.workspace.region)

    def clean_stages(self, raw: list[object]) -> frozenset[str]:
        return frozenset(values.clean_choice(word, Stage.values) for word in _words(raw))

    def clean_dispositions(self, raw: list[object]) -> list[UUID]:
        """By id or by outcome; archived ones too, because leads may still be in them."""
        known = load_catalogue(self.workspace).dispositions
        by_name = {name: key for key, row in known.items() for name in (str(key), row.outcome)}
        return [by_name[values.clean_choice(word, by_name)] for word in _words(raw)]

    def clean_assignees(self, raw: list[object]) -> set[UUID | None]:
        wanted: set[UUID | None] = set()
        for word in _words(raw):
            if word == ME and self.user_id is None:
                raise _not_found(_("Nobody is signed in here; name a member by an id."), [word])
            wanted.add(None if word == NOBODY else self.user_id if word == ME else _id(word))
        people = {key for key in wanted if key is not None} - {self.user_id}
        if people:
            members = Membership.objects.filter(workspace=self.workspace, user__in=people)
            if missing := people - set(members.values_list("user", flat=True)):
                raise _not_found(_("Nobody in this workspace has this id."), missing)
        return wanted

    def clean_sources(self, raw: list[object]) -> list[str]:
        return [values.clean_source(name) for name in raw]

    def clean_tags(self, raw: list[object]) -> list[UUID]:
        """By id or by name."""
        keys = {name: _tag_key(name) for name in map(str, raw)}
        ids = [key for key in keys.values() if isinstance(key, UUID)]
        names = [key for key in keys.values() if isinstance(key, str)]
        either = Q(pk__in=ids) | Q(normalized__in=names)
        found = list(Tag.objects.filter(either, workspace=self.workspace))
        known = {tag.normalized for tag in found} | {tag.pk for tag in found}
        if missing := [name for name, key in keys.items() if key not in known]:
            raise _not_found(_("The workspace has no tag of this name or id."), missing)
        return [tag.pk for tag in found]

    def clean_import(self, raw: object) -> UUID:
        batch = _id(raw)
        if not ImportBatch.objects.filter(workspace=self.workspace, pk=batch).exists():
            raise _not_found(_("The workspace has no import with this id."), [raw])
        return batch

    def clean_from(self, raw: object) -> datetime:
        return self._moment(raw, ends=False)

    def clean_to(self, raw: object) -> datetime:
        return self._moment(raw, ends=True)

    def _moment(self, raw: object, *, ends: bool) -> datetime:
        """A moment; or a whole day, from its beginning or to its end."""
        try:
            day = values.clean_date(raw)
        except ValidationError:
            return values.clean_moment(raw, self.zone)
        begin = values.clean_moment(datetime.combine(day, time(), self.zone))
        if not ends:
            return begin
        following = datetime.combine(day + timedelta(days=1), time(), self.zone)
        return following.astimezone(UTC) - _MILLISECOND

    # The conditions that are no plain comparison.

    def by_search(self, rows: QuerySet[Lead], _name: str, wanted: Wanted) -> QuerySet[Lead]:
        return search_leads(rows, self.workspace, wanted)

    def by_stage(self, rows: QuerySet[Lead], _name: str, stages: frozenset[str]) -> QuerySet[Lead]:
        return rows.filter(disposition__in=load_catalogue(self.workspace).of_stages(stages))

    def by_assignee(self, rows: QuerySet[Lead], _name: str, wanted: set[UUID | None]) -> QuerySet[Lead]:
        nobody = Q(assignee=None) if None in wanted else Q()
        people = [key for key in wanted if key is not None]
        return rows.filter(nobody | Q(assignee__in=people) if people else nobody)

    def by_any_tag(self, rows: QuerySet[Lead], _name: str, tags: list[UUID]) -> QuerySet[Lead]:
        return rows.filter(self._tagged(tag__in=tags))

    def by_all_tags(self, rows: QuerySet[Lead], _name: str, tags: list[UUID]) -> QuerySet[Lead]:
        return rows.filter(*(self._tagged(tag=tag) for tag in tags))

    def by_untagged(self, rows: QuerySet[Lead], _name: str, wanted: bool) -> QuerySet[Lead]:
        return rows.filter(~self._tagged() if wanted else self._tagged())

    def _tagged(self, **conditions: object) -> Exists:
        tagged = LeadTag.objects.filter(workspace=self.workspace, lead=OuterRef("pk"), **conditions)
        return Exists(tagged)

    def by_archived(self, rows: QuerySet[Lead], _name: str, wanted: str) -> QuerySet[Lead]:
        return rows if wanted == "all" else rows.filter(archived_at__isnull=wanted == "active")

    def by_deleted(self, rows: QuerySet[Lead], _name: str, wanted: bool) -> QuerySet[Lead]:
        return rows.filter(deleted_at__isnull=not wanted)

    def by_next_action(self, rows: QuerySet[Lead], _name: str, wanted: bool) -> QuerySet[Lead]:
        return rows.filter(next_action_at__isnull=not wanted)

    def by_email(self, rows: QuerySet[Lead], _name: str, email: str) -> QuerySet[Lead]:
        return rows.filter(reached_by(self.workspace, "email_key", values.email_key(email)))

    def by_phone(self, rows: QuerySet[Lead], _name: str, phone: str) -> QuerySet[Lead]:
        key = values.phone_key(phone, self.workspace.region)
        return rows.filter(reached_by(self.workspace, "phone_key", key))


def _words(raw: Iterable[object]) -> list[str]:
    """Codes hold no comma, so several may stand in one parameter."""
    found = [part for one in raw for part in (one.split(",") if isinstance(one, str) else [one])]
    return [values.clean_line(str(part) if isinstance(part, UUID) else part) for part in found]


def _tag_key(name: str) -> UUID | str:
    return parse_id(name) or values.tag_key(values.clean_line(name))


def _id(raw: object) -> UUID:
    found = raw if isinstance(raw, UUID) else parse_id(raw)
    if found is None:
        raise _not_found(_("Send an id."), [raw])
    return found


def _not_found(message: str, missing: Iterable[object]) -> ValidationError:
    return ValidationError(message, code="not_found", params={"value": ", ".join(sorted(map(str, missing)))})
