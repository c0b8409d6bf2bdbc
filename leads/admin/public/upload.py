"""The page behind a document request: says what is asked for and by whom, takes files, shows nothing else."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode

from csp.constants import NONE, SELF
from csp.decorators import csp_replace
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.csrf import csrf_exempt

from leadhub.web.bodies import allow_larger_body
from leadhub.web.envelopes import Failed
from leadhub.web.ratelimit import take
from leadhub.web.requests import trail_of
from leadhub.web.uploads import LARGEST_FILE, LARGEST_UPLOAD, MOST_FILES, BadParts, receive_upload
from leads.admin.content import kinds_words
from leads.admin.refusals import sentences_on_files
from leads.admin.signin import address_of
from leads.changes.documents import discard_files, keep_files, uploads_of
from leads.changes.upload_links import find_upload_link, upload_by_link
from leads.errors import Invalid, LeadError, NotFound
from leads.models import UploadLink
from leads.values import zone_of
from leads.values.content import offered

PREFIX: Final = "/u/"
# Looks from one address in five minutes, which an office may share; and posts by one link in an hour.
_LOOKS: Final = (120, 300)
_POSTS: Final = (30, 3600)

_POLICY: Final = {
    "default-src": [NONE],
    "style-src": [SELF],
    "img-src": [SELF],
    "form-action": [SELF],
    "base-uri": [NONE],
    "frame-ancestors": [NONE],
}

allow_larger_body(
    lambda request: request.method == "POST" and request.path_info.startswith(PREFIX), LARGEST_UPLOAD
)


# There is no session that a stranger's form could ride on: who knows the address is whom it is for.
@csrf_exempt
@csp_replace(_POLICY)  # type: ignore[arg-type]
def show(request: HttpRequest, token: str) -> HttpResponse:
    response = _answer(request, token)
    response.headers["Cache-Control"] = "no-store"
    # The address is the secret: no other page and no search engine is to learn it.
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _answer(request: HttpRequest, token: str) -> HttpResponse:
    if request.method not in {"GET", "HEAD", "POST"}:
        return HttpResponse(status=405, headers={"Allow": "GET, HEAD, POST"})
    looks = take(f"request page {address_of(request)}", *_LOOKS)
    if not looks.allowed:
        return _too_often(looks.retry_after)
    try:
        link = find_upload_link(token)
    except LeadError as refusal:
        return _closed(refusal)
    trail_of(request).workspace_id = link.workspace_id
    if request.method != "POST":
        return _page(link, received=request.GET.get("received", ""))
    posts = take(f"request upload {link.pk}", *_POSTS)
    if not posts.allowed:
        return _too_often(posts.retry_after)
    return _upload(request, link)


def _upload(request: HttpRequest, link: UploadLink) -> HttpResponse:
    try:
        number = _keep(request, link)
    except Failed as refusal:
        return _page(link, [refusal.failure.message], refusal.failure.status)
    except BadParts as bad:
        return _page(link, [bad.message], 400)
    except Invalid as refusal:
        return _page(link, sentences_on_files(refusal), 422)
    except LeadError as refusal:
        return _closed(refusal)
    return HttpResponseRedirect(f"{request.path}?{urlencode({'received': number})}", status=303)


def _keep(request: HttpRequest, link: UploadLink) -> int:
    received = receive_upload(request, "files", ())
    # A browser sends an empty part where no file was chosen.
    files = [file for file in received.files if file.filename or file.size]
    if not files:
        raise Failed(422, "required", _("Choose a file first, then send it."))
    kept = keep_files(link.workspace, uploads_of(files))
    try:
        return len(upload_by_link(link, kept, trail_of(request).request_id).documents)
    except BaseException:
        discard_files(kept)
        raise


def _page(
    link: UploadLink, problems: list[str] | None = None, status: int = 200, *, received: str = ""
) -> HttpResponse:
    workspace = link.workspace
    number = int(received) if received.isascii() and received.isdigit() and len(received) < 3 else 0
    words = ngettext(
        "Thank you. %(number)d file has arrived.", "Thank you. %(number)d files have arrived.", number
    )
    context: dict[str, Any] = {
        "link": link,
        "item": link.item,
        "workspace": workspace,
        "problems": problems or [],
        "thanks": words % {"number": number} if number else "",
        "accept": offered(workspace.document_types),
        "kinds": kinds_words(workspace.document_types),
        "most": MOST_FILES,
        "largest": LARGEST_FILE,
    }
    # Nobody knows where the reader is; the workspace's own zone is named.
    with timezone.override(zone_of(workspace.time_zone)):
        return HttpResponse(render_to_string("public/upload.html", context), status=status)


def _closed(refusal: LeadError) -> HttpResponse:
    missing = isinstance(refusal, NotFound)
    title = _("This link leads nowhere") if missing else _("This link is closed")
    context = {"title": title, "sentence": refusal.message}
    return HttpResponse(render_to_string("public/closed.html", context), status=404 if missing else 410)


def _too_often(seconds: int) -> HttpResponse:
    context = {"title": _("Too many attempts"), "sentence": _("Wait a few minutes, then try again.")}
    page = render_to_string("public/closed.html", context)
    return HttpResponse(page, status=429, headers={"Retry-After": str(seconds)})
