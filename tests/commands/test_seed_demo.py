"""seed_demo: a believable desk, made once, made whole, and never on top of a real one."""

from __future__ import annotations

import io
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db.models import Count

from checklists.models import Item
from checklists.rules import FieldType
from leadhub.workspaces.clock import now
from leadhub.workspaces.models import ApiKey, Membership, Workspace
from leads.changes.people import remove_member
from leads.management.commands.seed_demo import Progress
from leads.management.demo.people import person
from leads.models import (
    Action,
    ActionStatus,
    Answer,
    Disposition,
    Entry,
    Lead,
    Message,
    Stage,
    Tag,
)
from tests.commands.run import output_of, refusal_of
from tests.make import SYSTEM, make_workspace

pytestmark = pytest.mark.django_db
DOORS = {"omniai", "octanist", "pollybot", "leadping", "hub", "admin", "import"}


def seed(number):
    return output_of("seed_demo", f"--leads={number}", stderr=io.StringIO())


def rows_of_all_tables():
    models = [
        model
        for app in ("workspaces", "checklists", "leads")
        for model in apps.get_app_config(app).get_models()
    ]
    return {model.__name__: sorted(model.objects.values_list("pk", flat=True), key=str) for model in models}


def test_the_desk_has_people_keys_a_checklist_dispositions_and_tags():
    seed(0)
    workspace = Workspace.objects.get()
    assert (workspace.slug, workspace.is_demo) == ("demo", True)
    roles = sorted(Membership.objects.values_list("role", flat=True))
    assert roles == ["agent"] * 4 + ["manager", "owner"]
    assert not any(member.user.has_usable_password() for member in Membership.objects.select_related("user"))
    assert DOORS - {"admin", "import"} == {key.dialects[0] for key in ApiKey.objects.filter(is_test=False)}
    first = Item.objects.filter(group__name="Business Information").order_by("order")
    assert [(item.code, item.field_type) for item in first] == [
        ("business_name", "TEXT"),
        ("legal_name", "TEXT"),
        ("tax_id", "TEXT"),
    ]
    assert set(Item.objects.values_list("field_type", flat=True)) == set(FieldType.values)
    assert Item.objects.exclude(conditions=None).exists()
    per_stage = Disposition.objects.values_list("stage").annotate(count=Count("pk"))
    assert min(count for _stage, count in per_stage) >= 2
    assert set(dict(per_stage)) == set(Stage.values)
    assert Disposition.objects.filter(needs_reason=True).exists()
    assert Disposition.objects.exclude(required_items=[]).exists()
    assert Tag.objects.count() >= 5


def test_leads_of_every_door_and_of_every_kind_are_there():
    seed(130)
    leads = Lead.objects.all()
    assert leads.count() == 130
    assert set(Entry.objects.filter(kind="created").values_list("door", flat=True)) == DOORS
    assert set(leads.values_list("disposition__stage", flat=True)) == set(Stage.values)
    assert leads.filter(is_test=True).count() in range(1, 5)
    for condition in (
        {"archived_at__isnull": False},
        {"opted_out_at__isnull": False},
        {"assignee_type": "HUMAN_AGENT", "assignee": None},
        {"value__gt": 0},
        {"metadata__utm_source": "google"},
        {"attempts__gte": 2},
        {"address__state": "GA"},
    ):
        assert leads.filter(**condition).exists(), condition
    assert Answer.objects.exists()
    for key in ("phone_key", "email_key"):
        counts = leads.exclude(**{key: ""}).values(key).annotate(count=Count("pk"))
        assert counts.filter(count=2).exists(), key


def test_there_is_work_for_today():
    seed(130)
    zone = ZoneInfo("America/New_York")
    today = now().astimezone(zone).date()
    days = [
        at.astimezone(zone).date()
        for at in Lead.objects.exclude(next_action_at=None).values_list("next_action_at", flat=True)
    ]
    assert min(days) < today
    assert today in days
    assert max(days) > today
    open_ones = Action.objects.filter(status=ActionStatus.PENDING).values_list("kind", flat=True)
    assert {"CALL", "TASK", "EMAIL", "SMS", "FOLLOW_UP_MESSAGE"} >= set(open_ones) >= {"CALL"}
    drafts = Action.objects.filter(status=ActionStatus.AWAITING_APPROVAL)
    assert drafts.exists()
    assert Message.objects.filter(direction="OUTBOUND").count() == drafts.count()


def test_the_past_was_lived_through_step_by_step():
    seed(130)
    moment = now()
    assert not Entry.objects.filter(created_at__gt=moment).exists()
    assert not Lead.objects.filter(updated_at__gt=moment).exists()
    assert Lead.objects.filter(created_at__lt=moment - timedelta(days=14)).exists()
    for lead in Lead.objects.all():
        entries = list(Entry.objects.filter(lead=lead).order_by("created_at", "version"))
        assert [entry.version for entry in entries] == list(range(1, lead.version + 1))
        assert (entries[0].kind, entries[0].created_at, entries[-1].created_at) == (
            "created",
            lead.created_at,
            lead.updated_at,
        )
        assert lead.field_sources["source"] == str(entries[0].pk)


def test_nobody_real_is_meant():
    seed(60)
    for lead in Lead.objects.all():
        assert not lead.email or lead.email.rpartition("@")[2] in {
            "example.org",
            "example.com",
            "example.net",
        }
        assert not lead.phone or lead.phone_key[5:8] == "555"
        assert lead.phone or lead.email


def test_the_same_number_is_the_same_person():
    known = person(7)
    assert (known.first_name, known.last_name, known.email) == (
        "Farah",
        "Palmer",
        "farah.palmer@example.org",
    )
    seed(7)
    lead = Lead.objects.get(external_id="demo-7")
    assert (lead.first_name, lead.email) == (known.first_name, known.email)


def test_people_have_emails_and_phones_of_their_own():
    people = [person(number) for number in (*range(1, 2000), *range(99_000, 100_001), 200_001, 300_000)]
    assert len({one.email for one in people}) == len({one.phone for one in people}) == len(people)
    assert all(len(one.phone) == 12 for one in people)


def test_running_again_adds_nothing():
    seed(45)
    before = rows_of_all_tables()
    assert "45 leads; 0 are new" in seed(45)
    assert rows_of_all_tables() == before


def test_a_larger_number_adds_the_rest():
    seed(10)
    before = set(Lead.objects.values_list("pk", "version"))
    assert "45 leads; 35 are new" in seed(45)
    assert Lead.objects.count() == 45
    assert set(Lead.objects.values_list("pk", "version")) > before


def test_what_was_changed_since_stays():
    seed(5)
    workspace = Workspace.objects.get()
    Lead.objects.filter(external_id="demo-3").update(deleted_at=now())
    Disposition.objects.filter(workspace=workspace, outcome="funded").update(label="Paid out")
    Item.objects.filter(code="website").update(label="Home Page")
    seed(5)
    assert Lead.objects.count() == 5
    assert Disposition.objects.get(outcome="funded").label == "Paid out"
    assert Item.objects.get(code="website").label == "Home Page"


def test_who_was_removed_stays_away_and_tells_no_further_stories():
    seed(3)
    workspace = Workspace.objects.get()
    agents = Membership.objects.filter(workspace=workspace, role="agent")
    *gone, last = [member.user for member in agents.select_related("user").order_by("pk")]
    for user in gone:
        remove_member(workspace, SYSTEM, user.pk)
    last_before = Lead.objects.filter(assignee=last).count()
    assert "5 are new" in seed(8)
    assert [member.user for member in agents.filter(left_at=None)] == [last]
    fresh = Lead.objects.filter(external_id__in=["demo-4", "demo-5", "demo-6", "demo-7", "demo-8"])
    assert not fresh.filter(assignee__in=gone).exists()
    assert Lead.objects.filter(assignee=last).count() >= last_before
    remove_member(workspace, SYSTEM, last.pk)
    assert "2 are new" in seed(10) and not agents.filter(left_at=None).exists()


def test_a_real_workspace_of_that_name_is_refused():
    make_workspace(slug="demo")
    code, lines = refusal_of("seed_demo")
    assert (code, len(lines)) == (1, 1)
    assert lines[0].endswith("(not_a_demo)")
    assert not Lead.objects.exists()


@pytest.mark.parametrize("number", [-1, 100_001])
def test_the_number_has_bounds(number):
    assert refusal_of("seed_demo", leads=number)[0] == 2
    assert not Workspace.objects.exists()


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_a_terminal_shows_a_bar():
    shown = Terminal()
    call_command("seed_demo", leads=3, stdout=io.StringIO(), stderr=shown)
    assert "\r[##############################] 3 of 3 leads" in shown.getvalue()


def test_a_log_gets_a_line_now_and_then():
    shown = io.StringIO()
    progress = Progress(command_with(shown), 20_000)
    for done in range(200, 20_001, 200):
        progress.show(done, done)
    progress.end()
    lines = shown.getvalue().splitlines()
    assert [line.split()[0] for line in lines] == [str(thousand * 1000) for thousand in range(2, 20, 2)]


def command_with(stderr):
    from leads.management.commands.seed_demo import Command

    return Command(stdout=io.StringIO(), stderr=stderr)


@pytest.mark.slow
def test_the_years_before_are_told_too():
    seed(700)
    past = Lead.objects.filter(created_at__lt=now() - timedelta(days=100))
    assert past.count() > 300
    assert {"won", "lost"} <= set(past.values_list("disposition__stage", flat=True))
