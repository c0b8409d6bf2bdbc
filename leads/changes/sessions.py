"""Where somebody is signed in: noted at signing in, looked at, and ended from elsewhere."""

from __future__ import annotations

from uuid import UUID

from django.contrib.sessions.models import Session
from django.utils.translation import gettext as _

from leadhub.workspaces.clock import now
from leadhub.workspaces.models import SignIn, User
from leads.errors import NotFound


def note_sign_in(user: User, session_key: str, address: str, browser: str) -> SignIn:
    """Those whose sessions are over are forgotten along the way."""
    over = SignIn.objects.filter(user=user).exclude(session_key__in=_open_keys(user))
    over.delete()
    columns = {"user": user, "address": address[:64], "browser": browser[:255], "seen_at": now()}
    return SignIn.objects.update_or_create(session_key=session_key, defaults=columns)[0]


def note_seen(session_key: str) -> None:
    SignIn.objects.filter(session_key=session_key).update(seen_at=now())


def sign_ins_of(user: User) -> list[SignIn]:
    rows = SignIn.objects.filter(user=user, session_key__in=_open_keys(user))
    return list(rows.order_by("-seen_at", "-id"))


def end_sign_in(user: User, sign_in_id: UUID) -> None:
    row = SignIn.objects.filter(user=user, pk=sign_in_id).first()
    if row is None:
        raise NotFound(_("This session is over already."))
    _end([row])


def end_others(user: User, session_key: str) -> int:
    """All but the one that asks."""
    others = list(SignIn.objects.filter(user=user).exclude(session_key=session_key))
    _end(others)
    return len(others)


def _end(rows: list[SignIn]) -> None:
    Session.objects.filter(session_key__in=[row.session_key for row in rows]).delete()
    SignIn.objects.filter(pk__in=[row.pk for row in rows]).delete()


def _open_keys(user: User) -> list[str]:
    keys = SignIn.objects.filter(user=user).values_list("session_key", flat=True)
    rows = Session.objects.filter(session_key__in=list(keys), expire_date__gt=now())
    return list(rows.values_list("session_key", flat=True))
