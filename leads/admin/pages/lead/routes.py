"""The addresses of one lead: its page, the sheets opened over it, and the steps taken from it."""

from __future__ import annotations

from typing import Final

from leadhub.workspaces.models import Role
from leads.admin.pages.lead import (
    checklist,
    contacts,
    documents,
    edit,
    followups,
    merging,
    origins,
    person,
    show,
    standing,
    timeline,
    writing,
)
from leads.admin.route import Page, Route

_LEAD: Final = "leads/<uuid:lead_id>/"

# Steps that are posted from a form on the page.
_STEPS: Final[dict[str, Page]] = {
    "answer": checklist.answer,
    "note": followups.note,
    "plan": followups.plan,
    "put-off": followups.put_off,
    "complete": followups.complete,
    "call-off": followups.call_off,
    "mine": standing.mine,
    "claim": standing.claim,
    "release": standing.release,
    "tag": standing.tag,
    "untag": standing.untag,
    "restore": standing.restore,
    "delete": standing.delete,
    "undelete": standing.undelete,
    "point-bad": contacts.point_bad,
    "point-remove": contacts.point_remove,
    "point-first": contacts.point_first,
    "approve": writing.approve,
    "edit-draft": writing.edit,
    "reject": writing.reject,
    "resend": writing.resend,
    "not-duplicate": merging.not_duplicate,
}
# Pages of their own that open over the lead's page where there is a script.
_SHEETS: Final[dict[str, Page]] = {
    "status": standing.stage,
    "owner": standing.owner,
    "consent": standing.consent,
    "switch": standing.switch,
    "archive": standing.archive,
    "metadata": edit.metadata,
    "contacts/add": contacts.point_add,
    "call": followups.call,
    "write": writing.write,
    "write/preview": writing.preview,
    "add-item": checklist.item_add,
    "why": origins.why_page,
    "told": person.told,
    "timeline": timeline.timeline,
    "merge": merging.choose,
}


def _name(step: str) -> str:
    return f"lead_{step.replace('/', '_').replace('-', '_')}"


ROUTES: Final = [
    Route(_LEAD, show.show, "lead"),
    *(Route(f"{_LEAD}{step}/", view, _name(step)) for step, view in {**_STEPS, **_SHEETS}.items()),
    Route(f"{_LEAD}edit/<slug:section>/", edit.section, "lead_edit"),
    Route(f"{_LEAD}contacts/<uuid:point>/", contacts.point_edit, "lead_contact"),
    Route(f"{_LEAD}items/<slug:code>/", checklist.item, "lead_item"),
    Route(f"{_LEAD}items/<slug:code>/accept/", checklist.accept, "lead_item_accept"),
    Route(f"{_LEAD}items/<slug:code>/remove/", checklist.item_remove, "lead_item_remove"),
    Route(f"{_LEAD}entries/<uuid:entry_id>/", timeline.entry, "lead_entry"),
    Route(f"{_LEAD}entries/<uuid:entry_id>/undo/", timeline.undo, "lead_undo"),
    Route(f"{_LEAD}documents/", documents.upload, "lead_documents"),
    Route(f"{_LEAD}documents/<uuid:document_id>/", documents.fetch, "lead_document"),
    Route(f"{_LEAD}documents/<uuid:document_id>/remove/", documents.remove, "lead_document_remove"),
    Route(f"{_LEAD}requests/", documents.ask, "lead_requests"),
    Route(f"{_LEAD}requests/<uuid:link_id>/withdraw/", documents.withdraw, "withdraw_request"),
    Route(f"{_LEAD}merge/<uuid:other_id>/", merging.merge, "lead_merge"),
    Route(f"{_LEAD}export/", person.export, "lead_export", Role.MANAGER),
    Route(f"{_LEAD}erase/", person.erase, "lead_erase", Role.MANAGER),
]
