"""Documents on the page of a lead: uploaded and fetched per item, and asked for by a link."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final, TypeVar
from urllib.parse import quote
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from leadhub.web.bodies import allow_larger_body
from leadhub.web.envelopes import Failed
from leadhub.web.uploads import LARGEST_UPLOAD, BadParts, Received, ReceivedFile, receive_upload
from leadhub.workspaces.ids import parse_id
from leads.admin.desk import Desk
from leads.admin.notices import tell
from leads.admin.pages.lead.checklist import papers_moved, rows_moved
from leads.admin.pages.lead.opening import open_full
from leads.admin.pages.lead.sight import Sight
from leads.admin.pages.lead.steps import context_of
from leads.admin.pages.render import fragment, go, is_partial, page
from leads.admin.reach import lead_at, lead_to_work
from leads.admin.refusals import sentences, sentences_on_files
from leads.change import ById
from leads.changes.document_removal import remove_document
from leads.changes.documents import add_documents, discard_files, keep_files, uploads_of
from leads.changes.upload_links import NewLink, make_upload_link, revoke_upload_link
from leads.errors import Invalid, LeadError, NotFound
from leads.models import Lead
from leads.queries.documents import address_of, find_document

VALID_IN_ADMIN: Final = timedelta(minutes=5)
_UPLOAD: Final = re.compile(r"/admin/leads/[0-9a-f-]{36}/documents/")

T = TypeVar("T")

allow_larger_body(
    lambda request: request.method == "POST" and bool(_UPLOAD.fullmatch(request.path_info)), LARGEST_UPLOAD
)


@csrf_exempt
def upload(request: HttpRequest, desk: Desk, lead_id: UUID) -> HttpResponse:
    """The files are streamed to disk first, and the form's token is looked at once they are there."""
    if request.method != "POST":
        return redirect("admin:lead", lead_id=lead_id)
    lead = lead_to_work(desk, lead_id)
    try:
        received = receive_upload(request, "files", ("item", "csrfmiddlewaretoken"))
    except (BadParts, Failed) as refusal:
        return _refuse(request, lead, [_sentence(refusal)])
    return _keep(request, desk, lead, received)


@csrf_protect
def _keep(request: HttpRequest, desk: Desk, lead: Lead, received: Received) -> HttpResponse:
    # A browser sends an empty part where no file was chosen.
    files = [file for file in received.files if file.filename or file.size]
    if not files:
        return _refuse(request, lead, [_("Choose at least one file.")])
    item = received.texts.get("item") or None
    before = Sight(desk, open_full(desk, lead.pk)) if is_partial(request) else None
    try:
        number = _add(desk, lead, files, item)
    except (Invalid, LeadError) as refusal:
        return _refuse(request, lead, sentences_on_files(refusal))
    text = ngettext("%(number)d document is here.", "%(number)d documents are here.", number)
    tell(request, text % {"number": number})
    return _back(lead) if before is None else _show_kept(request, before, item)


def _add(desk: Desk, lead: Lead, files: list[ReceivedFile], item: str | None) -> int:
    kept = keep_files(desk.workspace, uploads_of(files))
    try:
        return len(add_documents(desk.workspace, desk.actor, ById(lead.pk), kept, item=item).documents)
    except BaseException:
        discard_files(kept)
        raise


def _refuse(request: HttpRequest, lead: Lead, sentences: list[str]) -> HttpResponse:
    """Beside the form, which keeps the files that were chosen; or as a message."""
    if is_partial(request):
        response = fragment(request, "leads/lead/_not_kept.html", {"sentences": sentences}, 422)
        response["HX-Retarget"], response["HX-Reswap"] = "find .told", "innerHTML"
        return response
    for sentence in sentences:
        tell(request, sentence, level="error")
    return _back(lead)


def _show_kept(request: HttpRequest, before: Sight, item: str | None, status: int = 200) -> HttpResponse:
    """The place of the form anew, with what is there by now, and what of the checklist looks different. If it
    held only what is gone now, it goes too."""
    sight = Sight(before.desk, open_full(before.desk, before.lead.pk))
    if sight.lead.pk != before.lead.pk:
        return go(request, "admin:lead", lead_id=before.lead.pk)
    paper = next((one for one in sight.papers.items if str(one.state.item.id) == item), None)
    known = before.full.definitions.by_id.get(UUID(item)) if item else None
    rows = rows_moved(before, sight, known.code) if known else []
    others = papers_moved(before, sight, rows, but=known.code if known else "")
    context = {**context_of(sight), "item": item, "paper": paper, "moved": rows, "papers_moved": others}
    response = fragment(request, "leads/lead/_kept.html", context, status)
    response["HX-Trigger"] = "lead-changed"
    return response


def fetch(request: HttpRequest, desk: Desk, lead_id: UUID, document_id: UUID) -> HttpResponse:
    """To a fresh link, which opens the file for five minutes."""
    lead = lead_at(desk, lead_id)
    try:
        document = find_document(desk.workspace, document_id, tests=None)
    except NotFound as refusal:
        raise Http404(refusal.message) from None
    if document.lead_id != lead.pk:
        raise Http404
    return HttpResponseRedirect(address_of(document, VALID_IN_ADMIN))


def remove(request: HttpRequest, desk: Desk, lead_id: UUID, document_id: UUID) -> HttpResponse:
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    lead = lead_to_work(desk, lead_id)

    def work() -> str:
        gone = remove_document(desk.workspace, desk.actor, ById(lead.pk), document_id)
        return _("“%s” is removed.") % gone.filename

    return _take_away(request, desk, lead, work)


def ask(request: HttpRequest, desk: Desk, lead_id: UUID) -> HttpResponse:
    """A link for the lead. It is shown on the answer to this post, and never again."""
    if request.method != "POST":
        return redirect("admin:lead", lead_id=lead_id)
    lead = lead_to_work(desk, lead_id)
    form = request.POST
    made = _told(
        request,
        lambda: make_upload_link(
            desk.workspace,
            desk.actor,
            ById(lead.pk),
            item=form.get("item", ""),
            days=form.get("days", ""),
            message=form.get("message", ""),
        ),
    )
    if made is None:
        return _back(lead)
    return page(request, "staff/request_link.html", _link_context(request, desk, lead, made))


def withdraw(request: HttpRequest, desk: Desk, lead_id: UUID, link_id: UUID) -> HttpResponse:
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    lead = lead_to_work(desk, lead_id)

    def work() -> str:
        revoke_upload_link(desk.workspace, desk.actor, ById(lead.pk), link_id)
        return _("The request is withdrawn; its link opens nothing any more.")

    return _take_away(request, desk, lead, work)


def _take_away(request: HttpRequest, desk: Desk, lead: Lead, work: Callable[[], str]) -> HttpResponse:
    """Whether it was there or gone already, its place then shows what is there by now."""
    before = Sight(desk, open_full(desk, lead.pk)) if is_partial(request) else None
    said = _told(request, work)
    if said is not None:
        tell(request, said)
    if before is None:
        return _back(lead)
    place = request.headers.get("HX-Target", "").removeprefix("box-")
    return _show_kept(request, before, str(parse_id(place) or "") or None, 200 if said else 422)


def _link_context(request: HttpRequest, desk: Desk, lead: Lead, made: NewLink) -> dict[str, Any]:
    item = made.link.item
    address = request.build_absolute_uri(reverse("upload_page", args=[made.token]))
    subject = _("%(workspace)s asks for: %(item)s") % {"workspace": desk.workspace, "item": item.label}
    lines = [_("Please upload it here:"), address, made.link.message, str(desk.user)]
    body = "\n\n".join(line for line in lines if line)
    return {
        "title": _("The link for “%s”") % item.label,
        "lead": lead,
        "link": made.link,
        "item": item,
        "address": address,
        "mail": f"mailto:{quote(lead.email, safe='@')}?subject={quote(subject)}&body={quote(body)}",
    }


def _told(request: HttpRequest, work: Callable[[], T]) -> T | None:
    """What the work makes; a refusal is said, and None comes of it."""
    try:
        return work()
    except (Invalid, LeadError) as refusal:
        for sentence in sentences(refusal):
            tell(request, sentence, level="error")
    return None


def _sentence(refusal: BadParts | Failed) -> str:
    return refusal.failure.message if isinstance(refusal, Failed) else refusal.message


def _back(lead: Lead) -> HttpResponse:
    return HttpResponseRedirect(reverse("admin:lead", args=[lead.pk]) + "#documents")
