"""Where somebody is signed in: noted at signing in, looked at, and ended from elsewhere."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.sessions.models import Session
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from leadhub.workspaces.clock import now
from leadhub.workspaces.models import SignIn, User
from leads.errors import NotFound


def note_sign_in(user: User, session_key: str, address: str, browser: str) -> SignIn:
    """Those whose sessions are over are forgotten along the way; after a new password, all the others are."""
    rows = SignIn.objects.filter(user=user)
    # The one that begins here is stored with the answer only.
    _end(list(rows.exclude(session_key__in=[*_open_keys(user), session_key])))
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
    others = [row for row in sign_ins_of(user) if row.session_key != session_key]
    _end(others)
    return len(others)


def _end(rows: list[SignIn]) -> None:
    Session.objects.filter(session_key__in=[row.session_key for row in rows]).delete()
    SignIn.objects.filter(pk__in=[row.pk for row in rows]).delete()


def _open_keys(user: User) -> list[str]:
    """Neither run out nor begun with an earlier password, whichever way that was replaced."""
    keys = SignIn.objects.filter(user=user).values_list("session_key", flat=True)
    rows = Session.objects.filter(session_key__in=list(keys), expire_date__gt=now())
    seals = [user.get_session_auth_hash(), *user.get_session_auth_fallback_hash()]
    return [row.session_key for row in rows if _is_sealed_with(row, seals)]


def _is_sealed_with(session: Session, seals: list[str]) -> bool:
    seal = str(session.get_decoded().get(HASH_SESSION_KEY, ""))
    return any(constant_time_compare(seal, one) for one in seals)
