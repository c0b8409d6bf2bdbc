"""The link by which somebody who has no password yet comes in and chooses one."""

from __future__ import annotations

import smtplib

from django.contrib.auth.tokens import default_token_generator
from django.core.mail import send_mail
from django.http import HttpRequest
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext as _

from leadhub.workspaces.models import Membership, User
from leads.admin.desk import Desk


def may_link(member: Membership) -> bool:
    """Only for who has no password and belongs nowhere else: the link opens all that is theirs."""
    if member.user.has_usable_password():
        return False
    return not Membership.objects.filter(user=member.user).exclude(pk=member.pk).exists()


def welcome_address(request: HttpRequest, user: User) -> str:
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    token = default_token_generator.make_token(user)
    return request.build_absolute_uri(reverse("admin:password_reset_confirm", args=[uid, token]))


def send_invitation(desk: Desk, user: User, link: str) -> bool:
    names = {"who": desk.user, "workspace": desk.workspace}
    subject = _("%(who)s invites you to %(workspace)s on leadhub") % names
    words = _(
        "%(who)s has made you a member of %(workspace)s on leadhub.\n\n"
        "Choose your password here, within three days:\n%(link)s\n\nIf you do not expect this, ignore it."
    )
    body = words % {**names, "link": link}
    try:
        send_mail(" ".join(subject.split()), body, None, [user.email])
    except (OSError, smtplib.SMTPException):
        return False
    return True
