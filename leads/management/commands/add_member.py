"""Makes somebody a member of a workspace, and a user where there is none yet."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser
from getpass import getpass
from typing import Any

from django.utils.translation import gettext as _

from leadhub.workspaces.models import Role, User
from leadhub.workspaces.models.user import login_of
from leads.changes.people import add_member
from leads.management import command


class Command(command.Command):
    help = (
        "Make somebody a member of a workspace, or give a member another role. A new person gets a password, "
        "from the variable that --password-env names or typed in twice; somebody who signs in already keeps "
        "the one they have."
    )
    example = "manage.py add_member acme ana@acme.example --role owner --name 'Ana Ruiz'"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", metavar="SLUG", help="the workspace's short name")
        parser.add_argument("email", metavar="EMAIL", help="the person's login")
        parser.add_argument("--role", required=True, choices=Role.values, help="what they may do")
        parser.add_argument("--name", default="", help="the person's name")
        parser.add_argument(
            "--password-env", metavar="NAME", help="the variable that holds a new person's password"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        workspace = command.find_workspace(options["slug"])
        is_known = User.objects.filter(email=login_of(options["email"])).exists()
        password = None if is_known else read_password(options["password_env"])
        member, _is_new = add_member(
            workspace, self.actor, options["email"], options["role"], password=password, name=options["name"]
        )
        words = _("%(email)s is %(role)s of %(slug)s.")
        if is_known and options["password_env"]:
            words += " " + _("The password was left as it is, because this person signs in already.")
        shown = {"email": member.user.email, "role": member.role, "slug": workspace.slug}
        self.stdout.write(words % shown)


def read_password(variable: str | None) -> str:
    if variable:
        password = os.environ.get(variable, "")
        if not password:
            words = _("The variable %s is not set or empty; put the password into it.")
            raise command.unreadable("password-env", "required", words % variable)
        return password
    if not sys.stdin.isatty():
        words = _("Name a variable that holds the password with --password-env, or run this on a terminal.")
        raise command.unreadable("password-env", "required", words)
    password = getpass(_("Password: "))
    if getpass(_("The same again: ")) != password:
        raise command.unreadable("password", "differs", _("The two passwords differ; run the command again."))
    return password
