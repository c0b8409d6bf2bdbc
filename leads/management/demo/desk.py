"""The demo's workspace: people, keys, checklist, dispositions and tags. What is there stays as it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from importlib import resources
from typing import Any, Final

from django.utils.translation import gettext as _

from checklists.files import parse_checklist
from checklists.models import Group
from leadhub.workspaces.clock import at, now
from leadhub.workspaces.models import ApiKey, Membership, Role, Workspace
from leads.change import Actor, ActorKind
from leads.changes import transact
from leads.changes.catalogue import save_disposition, save_tag
from leads.changes.definitions import apply_definitions
from leads.changes.message_templates import save_template
from leads.changes.people import add_member, create_workspace, issue_key
from leads.errors import Refused
from leads.models import Disposition, MessageTemplate, Stage, Tag
from leads.values import tag_key

SLUG: Final = "demo"
# Older than the oldest lead.
OPENED: Final = timedelta(days=800)
PEOPLE: Final = (
    ("olivia.bennett@desk.example", "Olivia Bennett", Role.OWNER),
    ("marcus.hale@desk.example", "Marcus Hale", Role.MANAGER),
    ("ana.ruiz@desk.example", "Ana Ruiz", Role.AGENT),
    ("devon.clark@desk.example", "Devon Clark", Role.AGENT),
    ("priya.shah@desk.example", "Priya Shah", Role.AGENT),
    ("tom.walsh@desk.example", "Tom Walsh", Role.AGENT),
)
# Door, name as the timeline shows it, scopes.
KEYS: Final = (
    ("omniai", "OmniAI intake assistant", ("read", "write")),
    ("octanist", "Octanist website forms", ("read", "write")),
    ("pollybot", "PollyBot website chat", ("read", "write")),
    ("leadping", "Leadping partner feed", ("create",)),
    ("hub", "Back office sync", ("read", "write")),
)
TEST_KEY: Final = "Integration tests"
_NEEDED: Final = ["business_name", "legal_name", "tax_id"]
DISPOSITIONS: Final[tuple[tuple[str, str, str, dict[str, Any]], ...]] = (
    ("form_incomplete", "Form incomplete", Stage.NEW, {}),
    ("left_voicemail", "Left a voicemail", Stage.CONTACTED, {}),
    ("spoke_briefly", "Spoke briefly", Stage.CONTACTED, {}),
    ("callback_agreed", "Callback agreed", Stage.FOLLOW_UP, {}),
    ("waiting_for_documents", "Waiting for documents", Stage.FOLLOW_UP, {}),
    ("application_complete", "Application complete", Stage.QUALIFIED, {"required_items": _NEEDED}),
    ("with_lender", "With the lender", Stage.QUALIFIED, {"required_items": [*_NEEDED, "requested_amount"]}),
    ("funded", "Funded", Stage.WON, {"required_items": [*_NEEDED, "requested_amount"]}),
    ("renewed", "Renewed", Stage.WON, {"needs_reason": True}),
    ("chose_competitor", "Chose a competitor", Stage.LOST, {"needs_reason": True}),
    ("not_interested", "Not interested", Stage.LOST, {"needs_reason": True}),
    ("declined", "Declined by the lender", Stage.LOST, {"needs_reason": True}),
    ("never_reached", "Never reached", Stage.LOST, {}),
    ("wrong_number", "Wrong number", Stage.INVALID, {}),
    ("made_up", "Made-up details", Stage.INVALID, {"needs_reason": True}),
    ("same_person", "Same person as another lead", Stage.DUPLICATE, {"needs_reason": True}),
)
TAGS: Final = (
    ("VIP", "#b45309"),
    ("Referral", "#15803d"),
    ("Spanish", "#1d4ed8"),
    ("Equipment", "#7c3aed"),
    ("Working capital", "#0f766e"),
    ("Renewal", "#be185d"),
    ("Trade show", "#4d7c0f"),
    ("Urgent", "#b91c1c"),
)
TEMPLATES: Final = (
    (
        "First hello",
        "EMAIL",
        "Your request to {{ workspace_name }}",
        "Hello {{ first_name|there }},\n\nthank you for your request. When may I call you?\n\n"
        "{{ sender_name }}",
    ),
    (
        "Documents, please",
        "EMAIL",
        "What we still need",
        "Hello {{ first_name|there }},\n\nto go on with {{ business_name|your request }} we need your last "
        "three bank statements. Please answer with them, or ask me for a link to upload them."
        "\n\n{{ sender_name }}",
    ),
    (
        "Missed call",
        "SMS",
        "",
        "Hi {{ first_name|there }}, {{ sender_name }} tried to reach you. When suits you?",
    ),
)


@dataclass(frozen=True, slots=True)
class Desk:
    """Who writes in the demo; `doors` by the door's name, all but those of staff."""

    workspace: Workspace
    owner: Actor
    manager: Actor
    agents: tuple[Actor, ...]
    doors: Mapping[str, Actor]
    tester: Actor


def open_desk(actor: Actor) -> Desk:
    """The demo's workspace, made or completed; refused where a real one has its name."""
    workspace = Workspace.objects.filter(slug=SLUG).first()
    if workspace is not None and not workspace.is_demo:
        message = _("The workspace “demo” is a real one; give the demo a database of its own.")
        raise Refused("not_a_demo", message)
    with at(workspace.created_at if workspace else now() - OPENED):
        return transact(lambda: _complete(workspace, actor))


def _complete(workspace: Workspace | None, actor: Actor) -> Desk:
    workspace = workspace or create_workspace(
        actor,
        {
            "slug": SLUG,
            "name": "Harbor Business Funding",
            "region": "US",
            "time_zone": "America/New_York",
            "currency": "USD",
        },
        is_demo=True,
    )
    members = [_member(workspace, actor, *person) for person in PEOPLE]
    # Whoever has left tells no further stories.
    here = [member for member in members if member.left_at is None]
    here = here or list(Membership.objects.filter(workspace=workspace, left_at=None).select_related("user"))
    owner, manager = (_actor(_one_of(here, role)) for role in (Role.OWNER, Role.MANAGER))
    agents = [_actor(member) for member in here if member.role == Role.AGENT] or [manager]
    _fill_catalogue(workspace, owner)
    doors = {door: _key(workspace, owner, door, name, scopes) for door, name, scopes in KEYS}
    doors["import"] = Actor(ActorKind.IMPORT, "Trade show list.xlsx", "import", user_id=manager.user_id)
    tester = _key(workspace, owner, "hub", TEST_KEY, ("read", "write"), test=True)
    return Desk(workspace, owner, manager, tuple(agents), doors, tester)


def _member(workspace: Workspace, actor: Actor, email: str, name: str, role: str) -> Membership:
    """Nobody's password is set, so these people sign in nowhere. Who was removed does not come back."""
    known = Membership.objects.filter(workspace=workspace, user__email=email).select_related("user").first()
    return known or add_member(workspace, actor, email, role, name=name)[0]


def _one_of(members: list[Membership], role: Role) -> Membership:
    return next((member for member in members if member.role == role), members[0])


def _actor(member: Membership) -> Actor:
    return Actor(
        ActorKind.USER, member.user.full_name, "admin", user_id=member.user_id, tests=False, role=member.role
    )


def _key(
    workspace: Workspace, owner: Actor, door: str, name: str, scopes: tuple[str, ...], *, test: bool = False
) -> Actor:
    """The text of the key is thrown away; keys to try the doors with are issued beside these."""
    key = ApiKey.objects.filter(workspace=workspace, name=name).first()
    if key is None:
        key, _fresh = issue_key(workspace, owner, name=name, dialects=[door], scopes=scopes, test=test)
    return Actor(ActorKind.KEY, key.name, door, api_key_id=key.pk, tests=test)


def _fill_catalogue(workspace: Workspace, owner: Actor) -> None:
    if not Group.objects.filter(workspace=workspace).exists():
        text = resources.files("checklists").joinpath("demo.yaml").read_text(encoding="utf-8")
        apply_definitions(workspace, owner, parse_checklist(text))
    known = set(Disposition.objects.filter(workspace=workspace).values_list("outcome", flat=True))
    for order, (outcome, label, stage, rules) in enumerate(DISPOSITIONS, start=len(Stage)):
        if outcome not in known:
            values = {"outcome": outcome, "label": label, "stage": stage, "order": order, **rules}
            save_disposition(workspace, owner, values)
    tags = set(Tag.objects.filter(workspace=workspace).values_list("normalized", flat=True))
    for name, colour in TAGS:
        if tag_key(name) not in tags:
            save_tag(workspace, owner, {"name": name, "colour": colour})
    texts = set(MessageTemplate.objects.filter(workspace=workspace).values_list("name", flat=True))
    for name, channel, subject, body in TEMPLATES:
        if name not in texts:
            words = {"name": name, "channel": channel, "subject": subject, "body": body}
            save_template(workspace, owner, words)
