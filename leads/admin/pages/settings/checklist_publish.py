"""The draft as staff will see it, what publishing it would change, and publishing it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from checklists.conditions import FACTS, codes_in
from checklists.definitions import Definitions, ItemDef
from checklists.progress import AnswerState, judge_checklist
from checklists.rules import Ruled, check_value
from checklists.specs import definitions_of
from checklists.words import FACTS as FACT_NAMES
from leads.admin.desk import Desk
from leads.admin.notices import tell
from leads.admin.pages.render import go
from leads.admin.pages.settings.checklist import HERE, told
from leads.admin.pages.settings.checklist_draft import Draft, drop_draft, keep_draft, load_draft
from leads.admin.pages.settings.place import settings_page
from leads.admin.reasons import reason_words
from leads.changes.definitions import Applied, apply_definitions
from leads.errors import Invalid, Problem, Stale
from leads.models import Stage
from leads.queries.counts import Count
from leads.queries.filters import LeadFilter
from leads.queries.lists import count_leads

_OPEN: Final = (Stage.NEW, Stage.CONTACTED, Stage.FOLLOW_UP, Stage.QUALIFIED)


def publish(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Shows what would change; a post makes it so, unless somebody published in between."""
    draft = load_draft(request, desk)
    if request.method == "POST" and "on_top" in request.POST:
        # Their version was looked at: the differences shown from now on are against it.
        keep_draft(request, draft, draft.checklist, desk.workspace.definitions_revision)
        return go(request, "admin:checklist_publish")
    if request.method != "POST":
        return _review(request, desk, draft, *_apply(desk, draft, dry_run=True))
    applied, problems = _apply(desk, draft, dry_run=False)
    if applied is None:
        return _review(request, desk, draft, None, problems)
    drop_draft(request, desk)
    tell(request, _("Published. The progress of all leads is counted anew in the background."))
    return go(request, "admin:checklist")


def _apply(desk: Desk, draft: Draft, *, dry_run: bool) -> tuple[Applied | None, list[str]]:
    """What was or would be changed, or why not."""
    seen = draft.revision
    try:
        applied = apply_definitions(
            desk.workspace, desk.actor, draft.wanted, seen_revision=seen, dry_run=dry_run
        )
    except Invalid as refusal:
        return None, _sentences(refusal.problems)
    except Stale as refusal:
        desk.workspace.refresh_from_db(fields=["definitions_revision", "catalogue_token"])
        return None, [] if dry_run else [refusal.message]
    return applied, []


def _review(
    request: HttpRequest, desk: Desk, draft: Draft, applied: Applied | None, problems: list[str]
) -> HttpResponse:
    lines = applied.lines if applied else [str(one) for one in draft.differences]
    context: dict[str, Any] = {
        "title": _("Publish the checklist"),
        "draft": draft,
        "lines": [(_KINDS.get(line[:1], "changed"), line[2:]) for line in lines],
        "problems": problems,
        "faults": told(draft),
        "open_leads": _open_leads(desk),
    }
    response = settings_page(request, "checklist_publish", HERE, context)
    if draft.is_overtaken:
        response.status_code = 409
    elif problems:
        response.status_code = 422
    return response


_KINDS: Final = {"+": "added", "-": "archived"}


def _open_leads(desk: Desk) -> Count:
    filters = LeadFilter({"stage": ",".join(_OPEN)}, workspace=desk.workspace)
    return count_leads(desk.workspace, filters)


def _sentences(problems: Iterable[Problem]) -> list[str]:
    return list(dict.fromkeys(problem.message for problem in problems))


def preview(request: HttpRequest, desk: Desk) -> HttpResponse:
    """With answers given on trial, so that one sees what they bring up and hide."""
    draft = load_draft(request, desk)
    if draft.faults:
        tell(request, _("Mend the draft first; then it can be shown."), level="warning")
        return go(request, "admin:checklist")
    groups = definitions_of(draft.checklist.live())
    definitions = Definitions(groups, workspace_id=desk.workspace.pk)
    asked = _asked(definitions)
    given = {item.code: request.GET.get(item.code, "") for item in asked}
    answers = {
        item.id: AnswerState(value, "COMPLETED")
        for item in asked
        if (value := _tried(item, given[item.code], desk)) is not None
    }
    facts = {code: request.GET.get(code, "") for code in FACTS if code in definitions.facts}
    judged = {code: _tried(FACTS[code], raw, desk) for code, raw in facts.items()}
    progress = judge_checklist(definitions, answers, judged)
    context = {
        "title": _("Preview"),
        "groups": [
            (
                group,
                progress.by_group[group.id],
                [
                    (state, reason_words(state, definitions))
                    for state in (progress.items[item.id] for item in group.items)
                ],
            )
            for group in groups
        ],
        "progress": progress,
        "asked": [(item, given[item.code]) for item in asked],
        "facts": [(code, FACT_NAMES[code], FACTS[code], raw) for code, raw in facts.items()],
    }
    return settings_page(request, "checklist_preview", HERE, context)


def _asked(definitions: Definitions) -> list[ItemDef]:
    """The items that conditions ask about."""
    found = [group.condition for group in definitions.groups]
    found += [item.condition for item in definitions.items]
    codes = dict.fromkeys(code for condition in found for code in codes_in(condition))
    return [item for code in codes if (item := definitions.item(code)) is not None and not item.is_file]


def _tried(item: Ruled, raw: str, desk: Desk) -> object:
    if not raw.strip():
        return None
    try:
        return check_value(item, raw, region=desk.workspace.region)
    except ValidationError:
        return raw
