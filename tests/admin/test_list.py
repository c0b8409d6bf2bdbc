"""The list of leads: what its address says, what it costs, who sees and does what, and that nothing leaks."""

from __future__ import annotations

import re

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from checklists.models import Group
from leadhub.workspaces.clock import now
from leadhub.workspaces.models import User
from leads.change import AnswerChange, Archive, ById, LeadChange, TagChange
from leads.changes import apply_change
from leads.changes.catalogue import save_metadata_columns
from leads.changes.views import keep_view, save_view
from leads.errors import Invalid
from leads.models import BulkRow, Entry, Job, Lead, LeadTag, SavedView, Tag
from leads.outbox.jobs import JobQueue
from leads.queries.views import views_of
from tests.admin.budget import assert_budget
from tests.make import (
    SYSTEM,
    ask_for,
    make_answerable,
    make_lead,
    make_member,
    make_user_actor,
    make_workspace,
)
from tests.outbox.make import Idle

pytestmark = pytest.mark.django_db
LIST = "/admin/leads/"


class Seat:
    """Somebody at the desk."""

    def __init__(self, workspace, role):
        self.client, self.workspace = Client(), workspace
        self.user = make_member(workspace, role)
        self.actor = make_user_actor(self.user, role)
        self.client.force_login(self.user)

    def get(self, query="", status=200, address=LIST):
        answer = self.client.get(address + query)
        assert answer.status_code == status, answer.status_code
        return answer.content.decode()

    def names(self, query=""):
        return re.findall(r"data-main>([^<]+)<", self.get(query))

    def post(self, address, status=302, **form):
        answer = self.client.post(address, form)
        assert answer.status_code == status, (answer.status_code, answer.content[:500])
        return answer


def work():
    for row in JobQueue().claim("one", 10, []):
        JobQueue().work(row, Idle())


@pytest.fixture
def agent():
    return Seat(make_answerable(needs_reason=True), "agent")


@pytest.fixture
def manager():
    return Seat(make_answerable(needs_reason=True), "manager")


def test_the_filter_for_the_archive_offers_what_its_choices_do(agent):
    make_lead(agent.workspace, first_name="Ana")
    apply_change(
        agent.workspace,
        SYSTEM,
        ById(make_lead(agent.workspace, first_name="Ben").pk),
        LeadChange(archive=Archive(reason=0)),
    )

    sheet = agent.get(address=LIST + "filters/")
    choices = re.search(r'<select [^>]*name="archived">(.*?)</select>', sheet)[1]
    found = {
        label: agent.names(f"?archived={value}")
        for value, label in re.findall(r'value="(\w*)"[^>]*>([^<]+)<', choices)
    }

    assert {label: sorted(names) for label, names in found.items()} == {
        "without archived ones": ["Ana"],
        "archived ones only": ["Ben"],
        "archived ones too": ["Ana", "Ben"],
    }


def test_numbers_are_shown_in_one_way_however_they_were_written(agent):
    make_lead(agent.workspace, phone="+15035550104")
    make_lead(agent.workspace, phone="503.555.0105")
    make_lead(agent.workspace, phone="+44 20 79460018")

    for query in ("", "?columns=phone"):
        page = agent.get(query)
        for words in ("(503) 555-0104", "(503) 555-0105", "+44 20 7946 0018"):
            assert words in page, words
    assert Lead.objects.filter(phone="503.555.0105").exists()


def test_filters_stand_as_words_that_can_each_be_taken_out(agent):
    workspace = agent.workspace
    make_lead(workspace, first_name="Ana", source="fair", tags=TagChange(names=("VIP", "Hot")))
    make_lead(workspace, first_name="Ben", source="web")
    tag = Tag.objects.get(normalized="vip")

    page = agent.get(f"?stage=new,won&tag={tag.pk}&source=fair&assignee=none&created_from=-7d&archived=all")

    for words in ("Stage: <strong>New", "Stage: <strong>Won", "Tag: <strong>VIP", "Owner: <strong>nobody"):
        assert words in page
    assert "Came in since: <strong>7 days ago" in page
    assert "Archive: <strong>archived ones too" in page
    without_won = re.search(
        r'href="([^"]+)"[^>]*>[^<]*(?:<svg.*?</svg>)?<span[^>]*>Without Stage: Won<', page
    )
    link = without_won[1].replace("&amp;", "&")
    assert "stage=new" in link
    assert "won" not in link
    assert "source=fair" in link
    assert agent.names(link.removeprefix(LIST)) == ["Ana"]


@pytest.mark.parametrize(
    "query",
    [
        "?stage=asleep",
        "?tag=gone&tag=0198f2a4-6b7c-7d10-8e4f-0b6e3f6f2a51",
        "?assignee=0198f2a4-6b7c-7d10-8e4f-0b6e3f6f2a51",
        "?import_batch=x",
        "?answer.nothing=1",
        "?created_from=2026-02-31&value_from=lots",
        "?nonsense=1",
        "?columns=answer.gone,metadata.gone,asleep",
        "?view=0198f2a4-6b7c-7d10-8e4f-0b6e3f6f2a51",
        "?view=x&after=y",
        "?search=" + "x" * 500,
    ],
)
def test_what_is_not_known_any_more_is_told_and_the_rest_applied(agent, query):
    make_lead(agent.workspace, first_name="Ana", source="fair")
    make_lead(agent.workspace, first_name="Ben", source="web")

    page = agent.get(f"{query}&source=fair")

    assert "Not everything here could be applied" in page
    assert re.findall(r"data-main>([^<]+)<", page) == ["Ana"]


@pytest.mark.parametrize("query", ["?after=zzz", "?order=name&density=odd", "?after=eyJ&order=updated_at"])
def test_a_page_or_an_order_that_is_not_there_opens_the_first(agent, query):
    make_lead(agent.workspace, first_name="Ana")
    assert agent.names(query) == ["Ana"]


@pytest.mark.parametrize("day", ["soon", "2026-02-31", "31.3.2026", "7d ago"])
def test_a_wrong_day_is_told_as_the_field_takes_it(agent, day):
    page = agent.get(f"?created_from={day}")

    assert "Name a day such as 2026-03-31, today or -7d" in page
    assert "Send a date and time" not in page


def test_a_year_out_of_reach_is_told_as_such(agent):
    assert "Send a year between" in agent.get("?created_from=0001-01-01")


def test_an_order_or_density_that_does_not_exist_is_told_once_and_left_behind(agent):
    for number in range(51):
        make_lead(agent.workspace, first_name=f"n{number}")

    page = agent.get("?order=name&density=odd")
    further = re.search(r'href="([^"]*after=[^"]*)"', page).group(1).replace("&amp;", "&")

    assert "There is no order called “name”; the newest leads come first." in page
    assert "There is no density called “odd”" in page
    assert agent.names("?order=name")[0] == "n50"
    assert "There is no order" not in agent.get(further, address="")
    assert "could be applied" not in agent.get("?order=updated_at&density=compact")


def test_a_row_with_many_tags_names_few_and_says_how_many_more_there_are(agent):
    short, many = ("Spring", "VIP", "Web"), [f"n{number:03}" for number in range(60)]
    long = ("A rather long name of a tag", "Another rather long name")
    for names in (short, many, long):
        make_lead(agent.workspace, first_name=f"Has {len(names)}", tags=TagChange(names=tuple(names)))

    cells = re.findall(r'<td class="c-tags[^>]*>(.*?)</td>', agent.get(), re.DOTALL)
    shown = [re.findall(r'<span class="tag"(?: title="([^"]*)")?>([^<]*)<', cell) for cell in cells]

    assert shown[0] == [(long[0], long[0]), (long[1], "+1")]
    assert [told for _title, told in shown[1]] == ["n000", "n001", "n002", "+57"]
    assert shown[1][-1][0].startswith("n003, n004") and shown[1][-1][0].endswith("n022, …")
    assert [told for _title, told in shown[2]] == list(short)


def test_pages_lead_both_ways(agent):
    for number in range(51):
        make_lead(agent.workspace, first_name=f"n{number}")
    first = agent.get("?order=created_at")
    following = re.search(r'rel="next" href="([^"]+)"', first)[1].replace("&amp;", "&")
    second = agent.get(following.removeprefix(LIST))
    assert re.findall(r"data-main>([^<]+)<", second) == ["n50"]
    assert "First page" in second
    back = re.search(r'rel="prev" href="([^"]+)"', second)[1].replace("&amp;", "&")
    assert agent.names(back.removeprefix(LIST))[:2] == ["n0", "n1"]


def test_answers_and_named_keys_of_the_metadata_are_columns_and_filters(manager):
    workspace = manager.workspace
    keys = "\n".join(["campaign", "campaign", " ", "score"])
    manager.post("/admin/leads/columns/keys/", keys=keys)
    workspace.refresh_from_db()
    assert workspace.metadata_columns == ["campaign", "score"]
    answered = (AnswerChange("tax_id", {"value": "12-3456789"}),)
    make_lead(workspace, first_name="Ana", metadata={"campaign": "spring"}, answers=answered)
    make_lead(workspace, first_name="Ben", metadata={"campaign": "autumn", "secret": "sesame"})

    page = agent_page = manager.get("?columns=answer.tax_id,metadata.campaign,value")
    assert "12-3456789" in page
    assert "spring" in agent_page
    assert manager.names("?answer.tax_id=12-3456789") == ["Ana"]
    assert manager.names("?metadata.campaign=autumn") == ["Ben"]
    assert "sesame" not in manager.get("?columns=metadata.secret")
    sheet = manager.get(address="/admin/leads/filters/")
    assert "Tax ID" in sheet
    assert "metadata.score" in sheet
    assert "metadata.campaign" in manager.get(address="/admin/leads/columns/")
    with pytest.raises(Invalid):
        save_metadata_columns(workspace, SYSTEM, [f"k{number}" for number in range(21)])
    assert manager.post("/admin/leads/columns/keys/", status=422, keys="\n".join("abcdefghijklmnopqrstu"))


def test_answers_and_keys_are_shown_as_their_reader_writes_them_and_found_by_what_is_shown(manager):
    workspace = manager.workspace
    workspace.metadata_columns = ["newsletter"]
    workspace.save()
    User.objects.update(date_format="d.m.Y, H:i", number_format="1.234,5")
    kinds = {"founded": "DATE", "amount": "NUMBER", "owner_phone": "PHONE"}
    for code, kind in kinds.items():
        ask_for(workspace, code, kind)
    values = {"founded": "2015-04-02", "amount": 275000, "owner_phone": "+14155550104"}
    answers = tuple(AnswerChange(code, {"value": value}) for code, value in values.items())
    make_lead(workspace, first_name="Ana", metadata={"newsletter": True}, answers=answers)
    make_lead(workspace, first_name="Ben", metadata={"newsletter": False})

    columns = "columns=answer.founded,answer.amount,answer.owner_phone,metadata.newsletter"
    page = manager.get(f"?{columns}")

    for text in ("02.04.2015", "275.000", "(415) 555-0104"):
        assert f">{text}</td>" in page
    assert manager.names("?metadata.newsletter=yes") == ["Ana"]
    assert manager.names("?metadata.newsletter=no") == ["Ben"]
    assert "01.03.2026" in manager.get("?created_from=2026-03-01")


def test_an_agent_does_not_choose_for_the_workspace(agent):
    agent.post("/admin/leads/columns/keys/", status=403, keys="x")
    assert "/leads/columns/keys/" not in agent.get(address="/admin/leads/columns/")


def test_the_columns_are_chosen_by_a_form(agent):
    answer = agent.client.get(
        "/admin/leads/columns/", {"chosen": 1, "column": ["value", "owner"], "source": "fair"}
    )
    assert answer.status_code == 302
    assert "columns=value,owner" in answer["Location"]
    assert "source=fair" in answer["Location"]


def test_a_column_is_moved_by_a_button_of_the_form(agent):
    sent = {"chosen": 1, "column": ["value", "owner", "tags"], "source": "fair", "move": "tags up"}

    page = agent.client.get("/admin/leads/columns/", sent).content.decode()

    assert re.findall(r'value="(\w+)" checked', page) == ["value", "tags", "owner"]
    assert 'name="source" value="fair"' in page
    assert re.search(r'value="value up"[^>]* disabled', page)


def test_there_are_three_kinds_of_nothing(agent):
    assert "No leads yet" in agent.get()
    lead = make_lead(agent.workspace, assignee=make_member(agent.workspace).pk)
    assert "No lead matches" in agent.get("?source=nowhere")
    agent.workspace.own_leads_only = True
    agent.workspace.save()
    assert "None of these leads are yours" in agent.get()
    assert "None of these" not in agent.get("?source=nowhere")
    assert str(lead) not in agent.get()


@pytest.mark.parametrize(
    "query", ["", "?order=next_action_at&columns=answer.tax_id,metadata.utm,value,last_call,checklist"]
)
def test_the_list_costs_five_queries_at_three_and_at_fifty_rows(manager, query):
    """By next step it walks two stretches: the leads that have one, and the others."""
    workspace = manager.workspace
    colleague = make_member(workspace)
    save_metadata_columns(workspace, SYSTEM, ["utm"])

    def add_row(number):
        make_lead(
            workspace,
            first_name="Constantine",
            last_name="Featherstonehaugh",
            business_name="Kiln & Sons Incorporated",
            email=f"constantine.featherstonehaugh.{number}@kiln.example",
            phone="6782319992",
            metadata={"utm": "fair"},
            assignee=(manager.user if number % 2 else colleague).pk,
            tags=TagChange(names=("VIP", "Spring")),
            answers=(AnswerChange("tax_id", {"value": "12"}),),
        )

    assert_budget(manager.client, LIST + query, 5, add_row)


# Views


def test_a_view_is_saved_changed_pinned_and_opened_first(agent):
    workspace = agent.workspace
    make_lead(workspace, first_name="Ana", source="fair")
    make_lead(workspace, first_name="Ben", source="web")

    agent.post(
        "/admin/leads/views/new/?source=fair&columns=value&density=compact",
        name="Fair",
        pinned="on",
        default="on",
    )
    view = SavedView.objects.get()
    assert agent.names() == ["Ana"]
    assert 'class="leads stacks compact"' in agent.get()
    assert agent.names("?order=-created_at") == ["Ben", "Ana"]
    assert agent.names(f"?view={view.pk}&source=web&order=-created_at") == ["Ben"]
    pinned = agent.get(address="/admin/leads/views/pinned/")
    assert "Fair" in pinned
    assert '<span class="count">1</span>' in pinned

    agent.post(f"/admin/leads/views/{view.pk}/update/?source=web&view={view.pk}")
    agent.post(f"/admin/leads/views/{view.pk}/rename/", name="Web")
    assert agent.names(f"?view={view.pk}") == ["Ben"]
    agent.post(f"/admin/leads/views/{view.pk}/not-first/")
    agent.post(f"/admin/leads/views/{view.pk}/unpin/")
    assert "Web" not in agent.get(address="/admin/leads/views/pinned/")
    assert len(agent.names()) == 2
    agent.post(f"/admin/leads/views/{view.pk}/share/")
    assert not SavedView.objects.get().is_shared
    agent.post(f"/admin/leads/views/{view.pk}/delete/")
    assert not SavedView.objects.exists()
    agent.post("/admin/leads/views/new/", status=422, name=" ")


def test_a_pinned_view_of_what_is_gone_still_opens_and_counts(agent):
    workspace = agent.workspace
    view = save_view(
        workspace, agent.actor, {"name": "Old", "query": "tag=gone&answer.gone=1&created_from=x"}
    )
    keep_view(workspace, agent.actor, view.pk, pinned=True, default=True)
    make_lead(workspace, first_name="Ana")
    assert "Ana" in agent.get()
    assert "Old" in agent.get(address="/admin/leads/views/pinned/")


def test_the_views_of_others_are_not_to_be_had(agent):
    workspace = agent.workspace
    colleague = make_user_actor(make_member(workspace))
    private = save_view(workspace, colleague, {"name": "Private", "query": "source=secret"})
    outside = make_workspace()
    theirs = save_view(
        outside,
        make_user_actor(make_member(outside, "owner"), "owner"),
        {"name": "Elsewhere", "is_shared": True},
    )
    for view in (private, theirs):
        assert view.name not in agent.get(f"?view={view.pk}")
        for step in ("pin", "update", "delete", "rename", "first", "share"):
            agent.post(f"/admin/leads/views/{view.pk}/{step}/", status=404, name="Mine")
    assert SavedView.objects.count() == 2


# Many at once


def test_a_bulk_change_is_asked_confirmed_done_and_taken_back(agent):
    workspace = agent.workspace
    leads = [make_lead(workspace, first_name=f"n{number}") for number in range(3)]
    theirs = make_lead(workspace, assignee=make_member(workspace).pk)
    ids = [str(lead.pk) for lead in (*leads, theirs)]

    asked = agent.post("/admin/leads/bulk/", status=200, do="tag", lead=ids, query="").content.decode()
    assert "This changes <strong>4 leads</strong>" in asked
    agent.post("/admin/leads/bulk/begin/", status=422, do="tag", lead=ids, tags=" ")
    begun = agent.post("/admin/leads/bulk/begin/", do="tag", lead=ids, tags="Hot")
    work()
    told = agent.get(address=begun["Location"])

    assert "Finished" in told
    assert "4 of 4 leads" in told
    assert "ask a manager" in told
    assert LeadTag.objects.count() == 3
    undone = agent.post(begun["Location"] + "undo/")
    work()
    assert LeadTag.objects.count() == 0
    assert "Take back: Add tags: Hot" in agent.get(address=undone["Location"])
    assert "It was taken back" in agent.get(address=begun["Location"])
    assert "Add tags: Hot" in agent.get(address="/admin/leads/bulk/")


def test_all_that_match_is_counted_again_and_many_are_confirmed_by_typing(agent, monkeypatch):
    monkeypatch.setattr("leads.admin.pages.leads.bulk.MANY", 2)
    for number in range(3):
        make_lead(agent.workspace, source="fair", first_name=f"n{number}")
    make_lead(agent.workspace, source="web")
    form = {"do": "archive", "reason": "old", "all": "1", "query": "source=fair&order=-created_at"}

    asked = agent.post("/admin/leads/bulk/", status=200, **form).content.decode()
    assert "Type 3 to go on" in asked
    assert (
        "type this number"
        in agent.post("/admin/leads/bulk/begin/", status=422, number="2", **form).content.decode()
    )
    partly = {**form, "query": "source=fair&tag=gone", "number": "3"}
    agent.post("/admin/leads/bulk/begin/", status=422, **partly)
    agent.post("/admin/leads/bulk/begin/", number="3", **form)
    work()
    assert Lead.objects.filter(archived_at__isnull=False).count() == 3
    assert Job.objects.count() == 1


def test_nobody_watches_or_stops_what_others_began(agent):
    workspace = agent.workspace
    lead, outsider = make_lead(workspace), make_workspace()
    begun = agent.post("/admin/leads/bulk/begin/", do="tag", lead=[str(lead.pk)], tags="x")["Location"]
    for seat, status in (
        (Seat(workspace, "agent"), 403),
        (Seat(outsider, "owner"), 404),
        (Seat(workspace, "manager"), 200),
    ):
        seat.get(status=status, address=begun)
        seat.post(begun + "cancel/", status=302 if status == 200 else status)
    work()
    assert not LeadTag.objects.exists()
    assert "Cancelled" in Seat(workspace, "owner").get(address=begun)


def test_a_bulk_change_that_was_given_up_goes_on_by_a_button(agent):
    lead = make_lead(agent.workspace)
    begun = agent.post("/admin/leads/bulk/begin/", do="tag", lead=[str(lead.pk)], tags="x")["Location"]
    agent.post(begun + "retry/")
    Job.objects.update(state="dead", due_at=None, finished_at=now(), last_error="Boom.")
    assert "Boom." in agent.get(address=begun)
    agent.post(begun + "retry/")
    work()
    assert LeadTag.objects.filter(lead=lead).exists()


def test_leads_of_another_workspace_are_not_changed_in_bulk(agent):
    theirs = make_lead(make_workspace(), first_name="Secret")
    begun = agent.post("/admin/leads/bulk/begin/", do="tag", lead=[str(theirs.pk)], tags="x")
    work()
    assert BulkRow.objects.get().result == "gone"
    assert "Secret" not in agent.get(address=begun["Location"])
    assert not LeadTag.objects.exists()


# In the row


def quick(lead):
    return f"/admin/leads/{lead.pk}/quick/"


def test_a_row_is_changed_by_a_plain_form(agent):
    colleague = make_member(agent.workspace)
    lead = make_lead(agent.workspace, first_name="Ana", tags=TagChange(names=("Old", "Keep")))
    form = agent.get(address=quick(lead))
    assert str(colleague) in form
    was = {"was_owner": "", "was_stage": "new", "was_tags": "Keep, Old"}

    answer = agent.post(
        quick(lead), owner=str(colleague.pk), stage="contacted", tags="keep, New", query="source=fair", **was
    )

    lead.refresh_from_db()
    assert (lead.assignee_id, lead.disposition.outcome) == (colleague.pk, "contacted")
    assert set(LeadTag.objects.values_list("tag__normalized", flat=True)) == {"keep", "new"}
    assert Entry.objects.filter(lead=lead).count() == 2
    assert answer["Location"] == f"{LIST}?source=fair&order=-created_at"


def test_a_fragment_is_the_row_with_the_columns_of_the_list(agent):
    lead = make_lead(agent.workspace, first_name="Ana", source="fair")
    headers = {"HX-Request": "true"}
    form = agent.client.get(
        quick(lead), {"part": "tags", "query": "columns=source"}, headers=headers
    ).content.decode()
    assert form.lstrip().startswith("<tr")
    row = agent.client.post(
        quick(lead), {"tags": "x", "was_tags": "", "query": "columns=source"}, headers=headers
    ).content.decode()
    assert "fair" in row
    assert "data-edits" not in row
    cancelled = agent.client.get(quick(lead), {"cancel": 1, "query": ""}, headers=headers).content.decode()
    assert "data-edits" in cancelled


def test_a_value_that_somebody_else_set_meanwhile_is_asked_about(agent):
    lead = make_lead(agent.workspace)
    opened = {"was_owner": "", "was_stage": "new", "was_tags": ""}
    mover = make_user_actor(make_member(agent.workspace, "manager", email="maria@desk.example"), "manager")
    tags = TagChange(names=("Theirs",))
    moved = LeadChange(fields={"assignee": agent.user.pk, "source": "fair"}, tags=tags)
    apply_change(agent.workspace, mover, ById(lead.pk), moved)

    clash = agent.post(
        quick(lead), status=409, owner="none-such", stage="contacted", tags="x", **opened
    ).content.decode()
    assert "maria@desk.example changed “Owner”" in clash
    assert Lead.objects.get(pk=lead.pk).disposition.outcome == "new"
    # What was not touched in the form is as others left it, so that sending it again takes nothing back.
    assert 'name="was_tags" value="Theirs"' in clash
    assert 'value="Theirs, x"' in clash
    # The same value, or another field, is no conflict.
    agent.post(quick(lead), owner=str(agent.user.pk), stage="contacted", tags="x", **opened)
    assert Lead.objects.get(pk=lead.pk).disposition.outcome == "contacted"


def test_a_refused_row_says_why_and_keeps_what_was_typed(agent):
    lead = make_lead(agent.workspace)
    opened = {"was_owner": "", "was_stage": "new", "was_tags": ""}
    refused = agent.post(
        quick(lead), status=422, owner="", stage="sold", tags="Kept", **opened
    ).content.decode()
    assert "needs a reason" in refused
    assert "Kept" in refused
    agent.post(quick(lead), status=422, owner="nonsense", stage="new", tags="", **opened)
    agent.post(quick(lead), status=422, owner="", stage="asleep", tags="x" * 70, **opened)
    assert Lead.objects.get(pk=lead.pk).version == 1


def test_a_colleagues_row_is_not_changed_and_a_strangers_is_not_there(agent):
    theirs = make_lead(agent.workspace, assignee=make_member(agent.workspace).pk)
    outside = make_lead(make_workspace())
    opened = {"was_owner": "", "was_stage": "new", "was_tags": "", "tags": "x"}
    agent.post(quick(theirs), status=403, **opened)
    agent.post(quick(outside), status=404, **opened)
    assert "data-edits" not in agent.get()
    assert not LeadTag.objects.exists()


# Kept to one's own


@pytest.mark.parametrize("own_only", [False, True])
def test_a_row_that_went_to_a_colleague_while_it_was_changed_is_told_of(agent, own_only):
    agent.workspace.own_leads_only = own_only
    agent.workspace.save()
    lead = make_lead(agent.workspace, first_name="Ana")
    colleague = make_member(agent.workspace)
    apply_change(agent.workspace, SYSTEM, ById(lead.pk), LeadChange(fields={"assignee": colleague.pk}))
    quick, form = f"{LIST}{lead.pk}/quick/", {"owner": str(agent.user.pk), "was_owner": ""}

    for answer in (
        agent.client.post(quick, form, headers={"HX-Request": "true"}),
        agent.client.get(quick, headers={"HX-Request": "true"}),
    ):
        page = answer.content.decode()
        assert answer.status_code == 200 and "This is not open to you" not in page
        assert (f'<tr data-row id="row-{lead.pk}"' in page) != own_only
        assert ("a colleague has it by now" if own_only else f"This lead is {colleague}") in page
    agent.post(quick, status=404 if own_only else 403, **form)
    assert Lead.objects.get(pk=lead.pk).assignee_id == colleague.pk


def test_who_is_kept_to_own_leads_hears_that_a_colleague_has_it_and_leaves_a_note(agent):
    workspace = agent.workspace
    workspace.own_leads_only = True
    workspace.save()
    maria = make_member(workspace, email="maria@desk.example")
    lead = make_lead(
        workspace, first_name="Secret", phone="6782319992", email="secret@x.example", assignee=maria.pk
    )
    outside = make_lead(make_workspace(), phone="6782319992")

    page = agent.get("?search=(678) 231-9992")
    assert "maria@desk.example" in page
    assert "New" in page
    assert "secret@x" not in page.lower()
    for address in (f"/admin/leads/{lead.pk}/", quick(lead)):
        agent.get(status=404, address=address)
    agent.post(f"/admin/leads/{lead.pk}/leave-note/", note=" ")
    said = agent.post(f"/admin/leads/{lead.pk}/leave-note/", note="She rang.")
    assert "Your note stands" in str(list(get_messages(said.wsgi_request))[-1])
    lead.refresh_from_db()
    assert lead.note == "She rang."
    agent.post(f"/admin/leads/{outside.pk}/leave-note/", status=404, note="x")
    for _number in range(4):
        make_lead(workspace, first_name="Common", assignee=maria.pk)
    assert "Several leads of colleagues match" in agent.get("?search=common")
    workspace.own_leads_only = False
    workspace.save()
    agent.post(f"/admin/leads/{lead.pk}/leave-note/", status=404, note="x")


def test_nothing_of_another_workspace_is_offered_or_told(agent):
    outside = make_workspace()
    stranger = make_member(outside, email="stranger@else.example")
    make_lead(
        outside,
        first_name="Secret",
        source="secretfair",
        tags=TagChange(names=("SecretTag",)),
        assignee=stranger.pk,
    )
    Group.objects.create(workspace=outside, name="Secret group")
    ask_for(outside, "secret", label="Secret item")
    save_metadata_columns(outside, SYSTEM, ["secret_key"])
    lead = make_lead(agent.workspace)
    addresses = [
        LIST,
        f"{LIST}filters/",
        f"{LIST}columns/",
        f"{LIST}views/",
        f"{LIST}views/pinned/",
        f"{LIST}bulk/",
        quick(lead),
    ]
    for address in addresses:
        page = agent.get(address=address).lower()
        assert "secret" not in page, address
        assert "stranger" not in page, address
    for do in ("assign", "tag", "stage"):
        asked = agent.post("/admin/leads/bulk/", status=200, do=do, lead=[str(lead.pk)], query="")
        assert "stranger" not in asked.content.decode().lower()
        assert "secret" not in asked.content.decode().lower()
    tag = Tag.objects.get(workspace=outside)
    page = agent.get(f"?tag={tag.pk}&assignee={stranger.pk}")
    assert "SecretTag" not in page
    assert "stranger@" not in page
    assert views_of(agent.workspace, agent.user.pk) == []
