"""`apply_change`: the one path of a write, from the locked row to the entry."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from leadhub.workspaces.ids import new_id
from leadhub.workspaces.models import Workspace
from leads.change import Actor, ByEmail, ByPhone, LeadChange, NewLead, Outcome, Read, Telling, Told, Where
from leads.changes.answering import set_answers
from leads.changes.calling import log_call
from leads.changes.columns import set_columns, settle_loss_reason
from leads.changes.consent import look_at_others, set_consent, spread_opt_outs
from leads.changes.contacts import set_contact_points
from leads.changes.draft import Draft
from leads.changes.followups import follow_up
from leads.changes.life import clear_archive, set_archive, set_deleted, set_override
from leads.changes.standing import set_disposition
from leads.changes.store import store
from leads.changes.surroundings import Look, look_around
from leads.changes.tagging import set_tags
from leads.changes.transact import hold, transact
from leads.errors import DuplicateEmail, NotFound
from leads.matching import oldest_with_email
from leads.models import Lead, Stage
from leads.queries.catalogue import load_catalogue
from leads.queries.find import find_lead, find_leads
from leads.state import LeadState
from leads.validation import Clean, Verdict, clean_all, judge_all


def apply_change(workspace: Workspace, actor: Actor, where: Where, read: LeadChange | Read) -> Outcome:
    """Create or change the one lead that is meant. Everything is stored, or nothing."""
    return transact(lambda: _write(_open(workspace, actor, where), read, actor))


def apply_to_all(
    workspace: Workspace, actor: Actor, where: ByEmail | ByPhone, read: LeadChange | Read
) -> list[Outcome]:
    """The same change to every lead that matches, newest first: all of them, or none."""

    def write() -> list[Outcome]:
        found = find_leads(workspace, where, tests=actor.tests, lock=True)
        if not found:
            raise NotFound(_("No lead matches; check the email or phone that was sent."))
        return [_write(LeadState(workspace, lead), read, actor) for lead in found]

    return transact(write)


def _open(workspace: Workspace, actor: Actor, where: Where) -> LeadState:
    if not isinstance(where, NewLead):
        return LeadState(workspace, find_lead(workspace, where, tests=actor.tests, lock=True))
    return LeadState(workspace, blank_lead(workspace, actor, where.id), is_new=True, born=where)


def blank_lead(workspace: Workspace, actor: Actor, lead_id: UUID | None = None) -> Lead:
    """What every new lead is before anything is said of it."""
    first = load_catalogue(workspace).default_of(Stage.NEW)
    assert first is not None, "every workspace has a default disposition for new leads"
    return Lead(
        id=lead_id or new_id(),
        workspace=workspace,
        disposition=first,
        is_test=bool(actor.tests),
        import_batch_id=actor.import_batch_id,
    )


def _write(state: LeadState, read: LeadChange | Read, actor: Actor) -> Outcome:
    change = read if isinstance(read, LeadChange) else read(state)
    cleaned, refused = clean_all(change, state.workspace)
    if change.unique_email and not refused:
        _refuse_taken_email(state, cleaned)
    verdict = judge_all(state, change, cleaned, refused, actor)
    draft = draft_change(state, change, cleaned, verdict, actor)
    outcome = _finish(draft, change, cleaned, verdict)
    spread_opt_outs(draft)
    return outcome


def draft_change(
    state: LeadState,
    change: LeadChange,
    cleaned: Clean,
    verdict: Verdict,
    actor: Actor,
    *,
    look: Look = look_around,
    kind: type[Draft] = Draft,
) -> Draft:
    """What the change comes to, before anything is written. Who writes many at once has asked for all of
    them at once what each alone would look up, and brings a `look` of its own."""
    draft = kind(state, actor)
    if state.is_new:
        draft.tell("disposition", None, state.lead.disposition.outcome)
    _set_fields(draft, change, cleaned, verdict)
    set_answers(draft, verdict.answers)
    if verdict.tags is not None:
        set_tags(draft, verdict.tags)
    set_contact_points(draft, cleaned.contact_points)
    set_consent(draft, change.consent)
    look_at_others(draft, look)
    _live(draft, change, cleaned)
    if cleaned.note:
        draft.note = cleaned.note
        draft.set_column("note", cleaned.note)
    if change.call is not None:
        log_call(draft, change.call, cleaned.call_note)
    follow_up(draft, cleaned.columns)
    return draft


def _set_fields(draft: Draft, change: LeadChange, cleaned: Clean, verdict: Verdict) -> None:
    set_columns(draft, cleaned.columns)
    if verdict.disposition is not None and change.disposition is not None:
        set_disposition(draft, verdict.disposition, cleaned.disposition)
    settle_loss_reason(draft, cleaned.columns, draft.state.stage)
    for section in ("address", "profile"):
        for column, value in getattr(cleaned, section).items():
            draft.set_beside(section, column, value)
    if verdict.metadata is not None:
        draft.set_object("metadata", verdict.metadata)


def _live(draft: Draft, change: LeadChange, cleaned: Clean) -> None:
    if cleaned.archive is not None:
        set_archive(draft, cleaned.archive)
    if change.unarchive:
        clear_archive(draft)
    if change.delete or change.undelete:
        set_deleted(draft, deleted=change.delete)
    if change.override is not None:
        set_override(draft, change.override, cleaned.override)


def _finish(draft: Draft, change: LeadChange, cleaned: Clean, verdict: Verdict) -> Outcome:
    """Nothing differs: no write, no entry. A refused answer is something to tell, so it does write one."""
    state = draft.state
    created = state.is_new
    results = tuple(verdict.results)
    telling = tell_of(draft, change, cleaned, verdict)
    if telling is None:
        return Outcome(state.lead, state, created=False, changed=False, answers=results)
    entry = store(draft, kind=telling.kind, summary=telling.summary, input=dict(telling.input))
    return Outcome(state.lead, state, created=created, changed=True, entry=entry, answers=results)


def tell_of(draft: Draft, change: LeadChange, cleaned: Clean, verdict: Verdict) -> Telling | None:
    """What the entry is to say; None where there is nothing to tell."""
    created, results, telling = draft.state.is_new, verdict.results, change.telling
    if not isinstance(telling, Telling):
        telling = telling(Told(cleaned.columns, tuple(results), created))
    if not (created or draft.differs or telling.always or any(result.problem for result in results)):
        return None
    if not (telling.kind and telling.summary):
        kind, summary = _headline(draft, change)
        telling = replace(telling, kind=telling.kind or kind, summary=telling.summary or summary)
    return telling


# What an entry is mainly about, and how it is summed up: the first that applies.
def _headline(draft: Draft, change: LeadChange) -> tuple[str, str]:
    if draft.state.is_new:
        return "created", gettext_noop("Lead created")
    paths = draft.changes
    table = (
        (change.call is not None, "called", gettext_noop("Call logged")),
        ("deleted_at" in paths and change.delete, "deleted", gettext_noop("Lead deleted")),
        ("deleted_at" in paths, "undeleted", gettext_noop("Lead restored")),
        ("/archive/at" in paths and change.archive is not None, "archived", gettext_noop("Lead archived")),
        ("/archive/at" in paths, "unarchived", gettext_noop("Lead taken out of the archive")),
        (bool(draft.consents), "consent", gettext_noop("Consent changed")),
        ("disposition" in paths, "disposed", gettext_noop("Status changed")),
        (bool(draft.note) and set(paths) <= {"note"}, "noted", gettext_noop("Note added")),
    )
    for applies, kind, summary in table:
        if applies:
            return kind, summary
    return "updated", gettext_noop("Lead updated")


def _refuse_taken_email(state: LeadState, cleaned: Clean) -> None:
    """One lead per email, for the door that asks for it: others wait until this one is stored."""
    key = cleaned.columns.get("email_key")
    if not isinstance(key, str) or not key or key == state.lead.email_key or state.lead.is_test:
        return
    lock_email(state.workspace, key)
    taken = oldest_with_email(state.workspace, key, besides=state.lead.pk)
    if taken is not None:
        message = _("A different lead with this email already exists in your workspace.")
        raise DuplicateEmail(message, str(cleaned.columns["email"]), taken)


def lock_email(workspace: Workspace, key: str) -> None:
    hold(f"email {workspace.pk} {key}")
