"""API keys: issued and rotated with their text shown once, revoked, and what each has done."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leadhub.workspaces.clock import now
from leadhub.workspaces.keys import NewKey
from leadhub.workspaces.models import DIALECTS, SCOPES, ApiKey
from leads.admin.desk import Desk
from leads.admin.notices import tell
from leads.admin.pages.render import go
from leads.admin.pages.settings.place import settings_page
from leads.admin.sheet import Field, Sheet
from leads.changes.people import issue_key, revoke_key
from leads.changes.rotating import rotate_key
from leads.errors import LeadError
from leads.queries.key_story import story_of
from leads.queries.workspace import keys_in, older_keys
from leads.values import clean_date

NAMES: Final = {
    "omniai": "OmniAI",
    "octanist": "Octanist",
    "pollybot": "PollyBot",
    "leadping": "Leadping",
    "hub": "leadhub",
}
_SCOPES: Final = {
    "read": gettext_lazy("read leads"),
    "write": gettext_lazy("create and change leads"),
    "delete": gettext_lazy("delete and erase leads"),
    "admin": gettext_lazy("administer the workspace"),
    "create": gettext_lazy("create only (a source key of Leadping)"),
}


def show(request: HttpRequest, desk: Desk) -> HttpResponse:
    context = {"title": _("API keys"), "keys": keys_in(desk.workspace), "dialects": NAMES, "at": now()}
    return settings_page(request, "keys", "keys", context)


def add(request: HttpRequest, desk: Desk) -> HttpResponse:
    dialects = [(word, NAMES[word]) for word in DIALECTS]
    scopes = [(word, _SCOPES[word]) for word in SCOPES]
    name = Field("name", _("Whose key is it?"), help=_("The timeline shows this name."), required=True)
    sheet = Sheet(
        [
            name,
            Field("dialects", _("What it speaks"), "checks", [], choices=dialects),
            Field("scopes", _("What it may do"), "checks", ["read", "write"], choices=scopes),
            Field("test", _("A test key: it sees and makes test leads only"), "check", False),
            Field("expires_at", _("Works until the end of"), "date", optional=True),
        ]
    )
    if request.method == "POST":
        made = sheet.submit(request, lambda values: _issue(desk, values))
        if made is not None:
            return _told(request, desk, *made)
    return settings_page(request, "key_new", "keys", {"title": _("New API key")}, sheet)


def _issue(desk: Desk, values: dict[str, Any]) -> tuple[ApiKey, NewKey]:
    until = values.pop("expires_at")
    ends = datetime.combine(clean_date(until), time.max, desk.zone) if until else None
    return issue_key(desk.workspace, desk.actor, expires_at=ends, **values)


def _told(request: HttpRequest, desk: Desk, key: ApiKey, fresh: NewKey) -> HttpResponse:
    """In the answer itself and nowhere else: neither session nor message nor cache keeps the text."""
    context = {"title": _("Key “%s”") % key.name, "key": key, "text": fresh.text}
    answer = settings_page(request, "key_told", "keys", context)
    add_never_cache_headers(answer)
    return answer


def look(request: HttpRequest, desk: Desk, public_id: str) -> HttpResponse:
    keys, moment = keys_in(desk.workspace), now()
    key = _find(keys, public_id)
    context = {
        "title": key.name,
        "key": key,
        "older": older_keys(key, keys, moment),
        "newer": [row for row in keys if row.replaces_id == key.pk and row.works_at(moment)],
        "story": story_of(key),
        "dialects": [NAMES[word] for word in key.dialects],
        "scopes": [_SCOPES[word] for word in key.scopes],
        "works": key.works_at(moment),
    }
    return settings_page(request, "key", "keys", context)


def rotate(request: HttpRequest, desk: Desk, public_id: str) -> HttpResponse:
    if request.method != "POST":
        return go(request, "admin:key", public_id=public_id)
    _find(keys_in(desk.workspace), public_id)
    try:
        return _told(request, desk, *rotate_key(desk.workspace, desk.actor, public_id))
    except LeadError as refusal:
        tell(request, refusal.message, level="error")
    return go(request, "admin:key", public_id=public_id)


def revoke(request: HttpRequest, desk: Desk, public_id: str) -> HttpResponse:
    """From the page of the key itself, or from that of the one which came in its place."""
    keys = keys_in(desk.workspace)
    key = _find(keys, public_id)
    if request.method == "POST":
        _key, older = revoke_key(desk.workspace, desk.actor, public_id)
        said = _("Key “%s” is revoked; nothing gets in with it any more.") % key.name
        if older:
            said = _("Key “%s” is revoked, with what it had replaced; nothing gets in with them any more.")
            said %= key.name
        tell(request, said)
    places = {row.public_id for row in keys}
    back = request.POST.get("back", "")
    return go(request, "admin:key", public_id=back if back in places else public_id)


def _find(keys: list[ApiKey], public_id: str) -> ApiKey:
    key = next((row for row in keys if row.public_id == public_id), None)
    if key is None:
        raise Http404
    return key
