"""Writes one batch of rows: each is matched, judged and stored, or refused, or passed over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from django.db import transaction
from django.utils.translation import gettext as _

from leadhub.workspaces.models import Workspace
from leads.change import Actor, ById, LeadChange, NewLead, Telling
from leads.changes import apply_change
from leads.changes.apply import blank_lead
from leads.changes.many import ManyState, Shelf
from leads.changes.suppression import suppressed
from leads.changes.transact import hold
from leads.errors import Invalid, LeadError, Problem
from leads.imports.candidates import Candidate, read_candidate
from leads.imports.matches import Matches
from leads.imports.options import Options
from leads.imports.passed import say_of_duplicates, there
from leads.imports.rehearsal import Rehearsal
from leads.imports.row import Row
from leads.imports.terms import Terms
from leads.imports.verdicts import Tally, Verdict
from leads.imports.window import Window
from leads.queries.keys import ids_taken
from leads.validation import clean, judge

# After a row that had to be stored first, so many are taken together, then twice as many, and so on.
_FEWEST = 16


def on_line(change: LeadChange, line: int) -> LeadChange:
    """The entry says which line of the file it was."""
    return replace(change, telling=Telling(input={"line": line}))


def judge_terms(workspace: Workspace, actor: Actor, options: Options) -> None:
    """Before the first row, since every row would be refused for them."""
    state = ManyState(Shelf(workspace), blank_lead(workspace, actor), is_new=True)
    change = Terms(options).change
    judge(state, change, clean(change, workspace), actor)


class Writing:
    def __init__(self, workspace: Workspace, actor: Actor, options: Options) -> None:
        self._workspace_id = workspace.pk
        self.actor = actor
        self.options = options
        self.terms = Terms(options)
        self.rehearsal = Rehearsal(options) if options.dry_run else None
        self.workspace = self._open()
        judge_terms(self.workspace, actor, options)

    def _open(self) -> Workspace:
        """As it is now: its catalogue and checklist may change while an import runs. The region of the import
        is for reading numbers alone, and is not stored."""
        workspace = Workspace.objects.get(pk=self._workspace_id)
        workspace.region = self.options.region or workspace.region
        return workspace

    def write(self, rows: Sequence[Row]) -> Tally:
        """In the caller's transaction. One import at a time writes to a workspace, or two of them would both
        find no lead with a key, and make two."""
        with transaction.atomic():
            self.workspace = self._open()
            if not self.options.dry_run:
                hold(f"import {self._workspace_id}")
            candidates = [read_candidate(row, self.workspace) for row in rows]
            self._pass_over_erased(candidates)
            self._write_all(candidates)
            say_of_duplicates(self.workspace, self.actor.import_batch_id, candidates)
            if self.rehearsal is not None:
                self.rehearsal.look_over(candidates)
                transaction.set_rollback(True)
        tally = Tally.of((one.row, one.verdict) for one in candidates if one.verdict)
        tally.uncallable = sum(one.is_uncallable for one in candidates)
        return tally

    def _write_all(self, candidates: list[Candidate]) -> None:
        at, reach = 0, len(candidates)
        while at < len(candidates):
            end = next((n for n in range(at, len(candidates)) if not candidates[n].is_plain), len(candidates))
            if end == at:
                self._write_alone(candidates[at])
                at += 1
                continue
            part = candidates[at : min(end, at + reach)]
            window = Window(self.workspace, self.actor, self.terms, part)
            done, alone = window.write(store=not self.options.dry_run)
            at += done
            if alone:
                self._write_alone(candidates[at])
                at += 1
            reach = reach * 2 if done == len(part) else _FEWEST

    def _pass_over_erased(self, candidates: list[Candidate]) -> None:
        keys = {key for one in candidates for key in one.person if one.verdict is None}
        erased = suppressed(self.workspace, keys)
        if not erased:
            return
        words = _("This person was erased and is not brought back.")
        for one in candidates:
            if one.verdict is None and one.person & erased.keys():
                one.verdict = Verdict("skipped", None, (Problem("", "erased", words),))

    def _write_alone(self, one: Candidate) -> None:
        """What reaches into other leads, through the writer's other body."""
        if one.verdict is not None:
            return
        try:
            with transaction.atomic():
                one.verdict = self._settle(one)
        except Invalid as refusal:
            one.verdict = Verdict("refused", None, refusal.problems)
        except LeadError as refusal:
            one.verdict = Verdict("refused", None, (Problem("", refusal.code, refusal.message),))

    def _settle(self, one: Candidate) -> Verdict:
        own = one.row.own
        change = on_line(one.change, one.row.line)
        matches = Matches(self.workspace, self.options.kinds, [one.keys])
        found = matches.find(one.keys)
        if found is None:
            free = own.id if own and own.id and not ids_taken({own.id}) else None
            where = NewLead(free, own.created_at, own.updated_at) if own else NewLead()
            outcome = apply_change(self.workspace, self.actor, where, self.terms.for_new(change))
            return Verdict("created", outcome.lead.pk)
        if self.options.on_match == "skip":
            return there(matches.kind_of(one.keys), found)
        outcome = apply_change(
            self.workspace,
            self.actor,
            ById(found, follows=False),
            lambda state: self.terms.for_found(change, state),
        )
        return Verdict("updated" if outcome.changed else "unchanged", outcome.lead.pk)
