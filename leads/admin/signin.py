"""Signing in, with a bound on guessing that a stranger cannot use to lock a colleague out."""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django.contrib.admin.forms import AdminAuthenticationForm
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from leadhub.web.ratelimit import take
from leadhub.workspaces.clock import now
from leadhub.workspaces.models import User
from leadhub.workspaces.models.user import login_of
from leads.changes.sessions import note_seen, note_sign_in

_WINDOW: Final = 300
# For one login from one address; and for all logins from it, which an office may share.
_PER_LOGIN: Final = 10
_PER_ADDRESS: Final = 100
SEEN: Final = "seen"
_SEEN_EVERY: Final = 600


class SignInForm(AdminAuthenticationForm):
    def clean(self) -> dict[str, Any]:
        address = address_of(self.request) if self.request else ""
        login = login_of(self.cleaned_data.get("username") or "")
        bounds = ((f"sign-in {login} {address}", _PER_LOGIN), (f"sign-in {address}", _PER_ADDRESS))
        if not all(take(key, most, _WINDOW).allowed for key, most in bounds):
            raise ValidationError(
                _("Too many attempts to sign in; wait five minutes, then try again."), code="throttled"
            )
        return super().clean()


def address_of(request: HttpRequest) -> str:
    """Where a request comes from: as the proxy says, if there is one to believe."""
    forwarded = request.headers.get("X-Forwarded-For", "") if settings.TRUST_PROXY else ""
    return forwarded.rpartition(",")[2].strip() or str(request.META.get("REMOTE_ADDR", ""))


def note(request: HttpRequest) -> None:
    """Once signed in: remember where, so that it can be looked at and ended from elsewhere."""
    user, key = request.user, request.session.session_key
    if isinstance(user, User) and key:
        note_sign_in(user, key, address_of(request), request.headers.get("User-Agent", ""))
        request.session[SEEN] = now().timestamp()


def note_again(request: HttpRequest) -> None:
    """At most every ten minutes, so that looking at a page seldom writes."""
    seen, moment = request.session.get(SEEN), now().timestamp()
    if seen is not None and moment - seen > _SEEN_EVERY:
        request.session[SEEN] = moment
        note_seen(request.session.session_key or "")
