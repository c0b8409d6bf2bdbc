"""Prepares the demo that `make run` serves: tables, data, a login, keys; and says how to use them."""

from __future__ import annotations

import os
import secrets
import socket
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from leadhub.workspaces.keys import find_key
from leadhub.workspaces.models import DIALECTS, Role, User, Workspace
from leads.change import Actor, ActorKind
from leads.changes.people import add_member, issue_key
from leads.management.demo.teller import OURS
from leads.models import Lead

SLUG = "demo"
LOGIN = "demo@leadhub.example"
CREDENTIALS = settings.VAR_DIR / "demo-credentials"

JSON = "-H 'Content-Type: application/json'"
CURLS = {
    "omniai": f"""curl -X PUT {{base}}/api/v1/leads -H 'x-api-key: {{key}}' {JSON} \\
    -d '{{{{"leadId": "{{lead.pk}}", "businessName": "Bright Bakery LLC"}}}}'""",
    "octanist": f"""curl -X PATCH {{base}}/api/leads -H 'X-API-KEY: {{key}}' {JSON} \\
    -d '{{{{"id": "{{lead.pk}}", "note": "Asked for a call on Monday."}}}}'""",
    "pollybot": f"""curl -X PUT {{base}}/api/v1/leads/{{lead.pk}} -H 'Authorization: Bearer {{key}}' {JSON} \\
    -d '{{{{"status": "contacted"}}}}'""",
    "leadping": f"""curl -X PUT {{base}}/leads/{{lead.pk}} -H 'Authorization: Bearer {{key}}' {JSON} \\
    -d '{{{{"contact": {{{{"streetAddress": {{{{"city": "Portland", "state": "OR"}}}}}}}}}}}}'""",
    "hub": "curl {base}/api/hub/leads/{lead.pk} -H 'Authorization: Bearer {key}'",
}


class Command(BaseCommand):
    help = (
        "Prepare the demo: tables, demo data, a login and a key per dialect, kept in var/demo-credentials. "
        "Refuses a database that holds any other workspace."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000, help="where the demo will be served (8000)")

    def handle(self, *args: Any, **options: Any) -> None:
        refuse_taken_port(options["port"])
        refuse_real_data()
        call_command("migrate", interactive=False, verbosity=0)
        # Adds only what is missing: also what a first run that was cut short did not come to.
        call_command("seed_demo", stdout=self.stdout, stderr=self.stderr)
        credentials = read_credentials(CREDENTIALS)
        if not credentials:
            credentials = make_credentials(Workspace.objects.get(slug=SLUG))
            keep_credentials(CREDENTIALS, credentials)
        self.stdout.write(describe(credentials, f"http://127.0.0.1:{options['port']}"))


def refuse_taken_port(port: int) -> None:
    """The server would share its port with whoever listens there already, and answer half the time."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError) as error:
            raise CommandError(f"Port {port} cannot be had. Choose another: PORT=8001 make run.") from error


def refuse_real_data() -> None:
    if Workspace._meta.db_table not in connection.introspection.table_names():
        return
    if Workspace.objects.filter(is_demo=False).exists():
        raise CommandError(
            "This database holds a workspace that is not the demo. Give the demo a database of its own, for "
            "example: DATABASE_URL=sqlite:///var/demo.sqlite3 make run."
        )


def read_credentials(path: Path) -> dict[str, str]:
    """What an earlier run kept; nothing, unless all of it still opens the demo of this database."""
    if not path.exists():
        return {}
    lines = (line.partition("=") for line in path.read_text(encoding="utf-8").splitlines())
    kept = {name: value for name, _, value in lines}
    keys = [find_key(kept.get(dialect, "")) for dialect in DIALECTS]
    good = all(key and key.revoked_at is None and key.workspace.slug == SLUG for key in keys)
    staff = User.objects.filter(email=kept.get("login", "")).first()
    return kept if good and staff and staff.check_password(kept.get("password", "")) else {}


def make_credentials(workspace: Workspace) -> dict[str, str]:
    actor = Actor(ActorKind.SYSTEM, "demo", "command")
    password = secrets.token_urlsafe(12)
    user = add_member(workspace, actor, LOGIN, Role.OWNER, password=password, name="Demo Owner")[0].user
    # The login may be there already, from a run whose credentials were lost.
    user.set_password(password)
    user.save(update_fields=["password"])
    keys = {
        dialect: issue_key(workspace, actor, name=f"Demo {dialect}", dialects=[dialect])[1].text
        for dialect in DIALECTS
    }
    return {"login": LOGIN, "password": password, **keys}


def keep_credentials(path: Path, credentials: dict[str, str]) -> None:
    """Unreadable for others from its first byte on."""
    path.unlink(missing_ok=True)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.writelines(f"{name}={value}\n" for name, value in credentials.items())


def describe(credentials: dict[str, str], base: str) -> str:
    at_work = Lead.objects.filter(
        workspace__slug=SLUG,
        is_test=False,
        deleted_at=None,
        merged_into=None,
        archived_at=None,
        opted_out_at=None,
    )
    # The demo's own before anybody's: a line that is pasted changes nothing that was brought in since.
    ours = at_work.filter(external_id__startswith=OURS)
    lead = (ours if ours.exists() else at_work).order_by("-created_at", "-pk").first()
    assert lead is not None, "the demo has leads"
    lines = ["", f"leadhub is served at {base}/  (Ctrl-C stops it)", ""]
    lines += [f"  Staff login   {credentials['login']}", f"  password      {credentials['password']}", ""]
    for dialect in DIALECTS:
        key = credentials[dialect]
        lines += [f"  {dialect}: {key}", f"  {CURLS[dialect].format(base=base, key=key, lead=lead)}", ""]
    return "\n".join(
        [*lines, f"The login and the keys are kept in {CREDENTIALS.relative_to(settings.BASE_DIR)}.", ""]
    )
