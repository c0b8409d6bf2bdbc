"""Rows of a batch that are written together: what they ask is asked at once, and so is all stored."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from leadhub.workspaces.ids import new_id
from leadhub.workspaces.models import Workspace
from leads.change import Actor, NewLead
from leads.changes.apply import blank_lead
from leads.changes.many import Blank, Many, ManyState, Neighbours, Shelf, lock_leads
from leads.errors import Invalid, LeadError, Problem
from leads.imports.candidates import Candidate
from leads.imports.matches import Matches, keys_of_lead
from leads.imports.passed import there
from leads.imports.terms import Terms
from leads.imports.verdicts import Verdict
from leads.models import AssigneeType
from leads.queries.keys import ids_taken
from leads.validation import Clean, clean, clean_all, judge_all, told_together
from leads.values import tag_key

_WRITES_TO_FOUND: Final = frozenset({"fill", "overwrite"})


class Window:
    def __init__(
        self, workspace: Workspace, actor: Actor, terms: Terms, candidates: Sequence[Candidate]
    ) -> None:
        self.workspace, self.actor, self.terms = workspace, actor, terms
        self.candidates = candidates
        self.options = terms.options
        open_rows = [one for one in candidates if one.verdict is None]
        judged = [one for one in candidates if one.verdict is None or one.refused]
        self.matches = Matches(workspace, self.options.kinds, [one.keys for one in judged])
        writes = self.options.on_match in _WRITES_TO_FOUND
        leads = lock_leads(workspace, self.matches.all()) if writes else []
        self.shelf = Shelf(workspace, leads)
        self.states: dict[UUID, ManyState] = {lead.pk: ManyState(self.shelf, lead) for lead in leads}
        if writes:
            self.matches.keep_only({lead.pk: lead for lead in leads}, self.shelf)
        speaking = [one for one in open_rows if one.speaks]
        spoken = {key for one in speaking for key in one.person} if speaking else None
        keys = {key for one in open_rows for key in one.person}
        self.many = Many(workspace, actor, Neighbours(workspace, keys, spoken))
        self.blank = Blank(blank_lead(workspace, actor))
        self._mine = clean(terms.change, workspace)
        self._for_new = {"assignee_type": AssigneeType.HUMAN_AGENT.value, **self._mine.columns}
        self._plans: set[UUID] = set()
        own = {one.row.own.id for one in open_rows if one.row.own and one.row.own.id}
        self._taken = ids_taken(own)
        self.shelf.know_tags(_tag_keys(judged, terms))

    def write(self, *, store: bool) -> tuple[int, bool]:
        """How many are settled, and whether the next one has to go alone."""
        done, alone = self._settle_all()
        if store:
            self.many.store()
        return done, alone

    def _settle_all(self) -> tuple[int, bool]:
        for at, one in enumerate(self.candidates):
            if one.verdict is not None and not one.refused:
                continue
            try:
                found = self.matches.find(one.keys)
                if found in self._plans:
                    return at, False
                if one.refused:
                    self._judge_the_rest(one, found)
                    continue
                if one.speaks and self._concerns_others(one, found):
                    return at, True
                one.verdict = self._settle(one, found)
            except Invalid as refusal:
                problems = told_together(one.refused, refusal.problems)
                one.verdict = Verdict("refused", None, problems)
            except LeadError as refusal:
                problem = Problem("", refusal.code, refusal.message)
                one.verdict = Verdict("refused", None, (*one.refused, problem))
        return len(self.candidates), False

    def _judge_the_rest(self, one: Candidate, found: UUID | None) -> None:
        """Some of its values are refused; raises what is wrong beside them, if anything is."""
        if found is None:
            state = ManyState(self.shelf, self.blank.copy(new_id()), is_new=True)
            change = self.terms.with_terms(one.change)
        elif self.options.on_match == "skip":
            return
        else:
            state = self.states[found]
            change = self.terms.for_found(one.change, state)
        cleaned, refused = one.cleaned, one.refused
        if change is not one.change:
            cleaned, refused = clean_all(change, self.workspace)
        judge_all(state, change, cleaned, refused, self.actor)

    def _concerns_others(self, one: Candidate, found: UUID | None) -> bool:
        """An opt-out marks everybody with the same number; one of a lead that is there may have further."""
        if found is not None and self.options.on_match != "skip":
            return True
        return bool(self.many.neighbours.others(one.person))

    def _settle(self, one: Candidate, found: UUID | None) -> Verdict:
        if found is None:
            return self._create(one)
        if self.options.on_match == "skip":
            return there(self.matches.kind_of(one.keys), found)
        return self._change(one, self.states[found])

    def _create(self, one: Candidate) -> Verdict:
        cleaned, own = one.cleaned, one.row.own
        cleaned.columns = {**self._for_new, **cleaned.columns}
        change = self.terms.with_terms(one.change)
        if one.change.disposition is None:
            cleaned.disposition = self._mine.disposition
        born = NewLead(own.id, own.created_at, own.updated_at) if own else None
        own_id = born.id if born and born.id not in self._taken else None
        state = ManyState(self.shelf, self.blank.copy(own_id or new_id()), is_new=True, born=born)
        self.many.write(state, change, cleaned, input={"line": one.row.line})
        if own_id:
            self._taken.add(own_id)
        self.states[state.lead.pk] = state
        self._note(state, {})
        return Verdict("created", state.lead.pk)

    def _change(self, one: Candidate, state: ManyState) -> Verdict:
        change = self.terms.for_found(one.change, state)
        cleaned: Clean = one.cleaned if change is one.change else clean(change, self.workspace)
        before = keys_of_lead(state.lead)
        written = self.many.write(state, change, cleaned, input={"line": one.row.line})
        if written.plans:
            self._plans.add(state.lead.pk)
        self._note(state, before)
        return Verdict("updated" if written.changed else "unchanged", state.lead.pk)

    def _note(self, state: ManyState, before: dict[str, str]) -> None:
        lead = state.lead
        self.matches.move(lead.pk, before, keys_of_lead(lead))
        if "contact_points" in vars(state):
            self.matches.add_points(lead.pk, state.contact_points)


def _tag_keys(candidates: Sequence[Candidate], terms: Terms) -> set[str]:
    names = set(terms.options.tags)
    for one in candidates:
        tags = one.change.tags
        if tags is not None:
            names |= {str(name) for name in (*tags.names, *tags.remove)}
    return {tag_key(name) for name in names}
