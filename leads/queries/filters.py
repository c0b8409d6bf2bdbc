"""Which leads are meant: the one filter that list page, saved views, export and native API share."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django_filters import FilterSet

from leadhub.workspaces.clock import now
from leadhub.workspaces.models import Workspace
from leads import values
from leads.errors import Invalid, Problem
from leads.models import AssigneeType, Lead, LeadTag
from leads.queries.catalogue import load_catalogue
from leads.queries.filter_fields import One, Several, SeveralField
from leads.queries.filter_rules import Rules
from leads.queries.find import leads_in, reached_by
from leads.queries.json_filters import ANSWER, METADATA, answer_filter, metadata_filter
from leads.queries.search import Wanted, search_leads

ARCHIVED: Final = ("active", "archived", "all")


def _yes_or_no(raw: object) -> bool:
    return values.clean_boolean(raw, words=True)


class LeadFilter(Rules, FilterSet):  # type: ignore[misc]
    """`qs` are the leads that what was understood picks; `problems` says what was not.

    Besides the filters below there are `metadata.<key>` and `answer.<code>`.
    """

    base_filters: dict[str, Any]

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
        at: datetime | None = None,
    ) -> None:
        """`user_id` is who `me` is; days are those of `zone`, or else of the workspace; `at` is what "today"
        means. `also` is a condition of the door's own, such as that an agent sees nobody else's leads."""
        rows = leads_in(workspace, tests=tests).filter(also or Q(), merged_into=None)
        self.base_filters = self._picked(set(data or ()))
        super().__init__({} if data is None else data, rows)
        self.is_bound = True
        self.workspace, self.user_id = workspace, user_id
        self.zone = zone or values.zone_of(workspace.time_zone) or UTC
        self.at = at or now()
        self.unknown: list[Problem] = []
        # What the ids in it are called, for whoever tells the filter in words.
        self.names: dict[object, str] = {}
        self.same_tags: dict[UUID, set[UUID]] = {}
        self.merged_tags: dict[str, str] = {}
        for name in data or ():
            self._know(name)
        for one in self.filters.values():
            if isinstance(one.extra["rule"], str):
                one.extra["rule"] = getattr(self, one.extra["rule"])

    def _picked(self, named: set[str]) -> dict[str, Any]:
        """A form has a field for each filter, each copied from these; most are of what nobody asked about."""
        every = type(self).base_filters
        return {
            name: one for name, one in every.items() if name in named or one.extra.get("default") is not None
        }

    def _know(self, name: str) -> None:
        if name in self.filters:
            return
        if name.startswith(METADATA) and len(name) > len(METADATA):
            self.filters[name] = metadata_filter(name.removeprefix(METADATA))
        elif name.startswith(ANSWER):
            self.filters[name] = answer_filter(self.workspace, name.removeprefix(ANSWER))
        else:
            near = values.nearest_of(name, list(type(self).base_filters))
            message = _("There is no filter of this name.")
            self.unknown.append(Problem(name, "unknown_field", message, name, near or None))

    @property
    def problems(self) -> list[Problem]:
        found = list(self.unknown)
        for name, refusals in self.form.errors.as_data().items():
            found += [self._problem(name, refusal) for refusal in refusals]
        for name, field in self.form.fields.items():
            if isinstance(field, SeveralField) and field.missing is not None:
                found.append(self._problem(name, field.missing))
        return found

    def _problem(self, name: str, refusal: ValidationError) -> Problem:
        params = refusal.params or {}
        value = params.get("value", self.data.get(name))
        code = refusal.code or "invalid"
        return Problem(name, code, refusal.messages[0], value, params.get("choices"))

    def settle(self) -> None:
        """For who takes the filter as a whole or not at all."""
        if problems := self.problems:
            raise Invalid(problems)

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
        return rows.filter(self._tagged(tag__in={key for tag in tags for key in self.same_tags[tag]}))

    def by_all_tags(self, rows: QuerySet[Lead], _name: str, tags: list[UUID]) -> QuerySet[Lead]:
        return rows.filter(*(self._tagged(tag__in=self.same_tags[tag]) for tag in tags))

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
