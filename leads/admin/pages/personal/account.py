"""One's own account: name, zone, formats, keys and colours; the password; where one is signed in."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.utils.dateformat import format as date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leadhub.workspaces.clock import now
from leadhub.workspaces.models.user import Theme
from leads.admin.desk import Desk
from leads.admin.notices import tell
from leads.admin.pages.render import go, page
from leads.admin.sheet import Field, Sheet
from leads.admin.signin import note
from leads.changes.person import DATE_FORMATS, NUMBER_FORMATS, change_password, save_person
from leads.changes.sessions import end_others, end_sign_in, sign_ins_of
from leads.errors import LeadError
from leads.values import available_zones


def show(request: HttpRequest, desk: Desk) -> HttpResponse:
    sheet = Sheet(_fields(desk), echoes=True)
    if request.method == "POST":
        saved = sheet.submit(request, lambda values: save_person(desk.user, values))
        if saved is not None:
            tell(request, _("Saved.") if saved else _("Nothing changed."))
            return go(request, "admin:profile")
    return _account(request, desk, "profile", sheet, _("My account"))


def _fields(desk: Desk) -> list[Field]:
    user, here = desk.user, localtime(now(), desk.zone)
    zones = [("", _("as the workspace: %s") % desk.workspace.time_zone)]
    zones += [(name, name.replace("_", " ")) for name in sorted(available_zones())]
    dates = [(style, date_format(here, style or "j M Y, H:i")) for style in DATE_FORMATS]
    numbers = [(style, style or "1,234.5") for style in NUMBER_FORMATS]
    keys = _("Single letters that act at once. Switch them off if you use speech or other keys.")
    return [
        Field("full_name", _("Name"), value=user.full_name, autocomplete="name"),
        Field("time_zone", _("Time zone"), "select", user.time_zone, choices=zones),
        Field("date_format", _("Dates"), "select", user.date_format, choices=dates),
        Field("number_format", _("Numbers"), "select", user.number_format, choices=numbers),
        Field("theme", _("Colours"), "select", user.theme, choices=Theme.choices),
        Field("shortcuts", _("Keyboard shortcuts"), "check", user.shortcuts, keys),
        Field("signature", _("Signature of your messages"), "area", user.signature, optional=True),
    ]


def password(request: HttpRequest, desk: Desk) -> HttpResponse:
    fresh = _("At least 12 characters, not only digits.")
    sheet = Sheet(
        [
            Field("old", _("Your password now"), "password", autocomplete="current-password"),
            Field("new", _("The new one"), "password", help=fresh, autocomplete="new-password"),
            Field("again", _("The new one again"), "password", autocomplete="new-password"),
        ]
    )
    if request.method == "POST":
        done = sheet.submit(request, lambda values: change_password(desk.user, **values))
        if done is not None:
            update_session_auth_hash(request, desk.user)
            note(request)
            tell(request, _("Your password is changed; every other session has ended."))
            return go(request, "admin:sessions")
    return _account(request, desk, "password", sheet, _("Password"))


def sessions(request: HttpRequest, desk: Desk) -> HttpResponse:
    key = request.session.session_key or ""
    if request.method == "POST":
        count = end_others(desk.user, key)
        said = ngettext("%d other session ended.", "%d other sessions ended.", count) % count
        tell(request, said)
        return go(request, "admin:sessions")
    rows = [(row, row.session_key == key) for row in sign_ins_of(desk.user)]
    return _account(request, desk, "sessions", None, _("Sessions"), rows=rows)


def end_session(request: HttpRequest, desk: Desk, sign_in_id: UUID) -> HttpResponse:
    if request.method == "POST":
        try:
            end_sign_in(desk.user, sign_in_id)
            tell(request, _("That session has ended."))
        except LeadError as refusal:
            tell(request, refusal.message, level="info")
    return go(request, "admin:sessions")


def _account(
    request: HttpRequest, desk: Desk, here: str, sheet: Sheet | None, title: str, **context: object
) -> HttpResponse:
    framed = {"title": title, "here": here, "sheet": sheet, **context}
    status = 422 if sheet is not None and sheet.is_refused else 200
    return page(request, f"staff/account/{here}.html", framed, status)
