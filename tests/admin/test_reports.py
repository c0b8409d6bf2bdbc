"""Reports: every number leads to as many rows, and the figures are those of a story that is known."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlencode

import pytest
from django.urls import reverse

from leadhub.workspaces.clock import at as clock_at
from leadhub.workspaces.models import User
from leads.admin.pages.reports.figures import shared
from leads.change import AnswerChange, ById, CallLog, DispositionWish, LeadChange
from leads.changes import apply_change
from leads.changes.actions import complete_action, plan_action, reassign_action, reschedule_action
from leads.changes.workspace import change_workspace
from leads.models import Action, Lead
from leads.outbox.leaving import leave
from leads.queries.reports.activity import load_activity
from leads.queries.reports.cohorts import load_funnel, load_sources
from leads.queries.reports.period import Period
from leads.queries.reports.speed import load_speed
from leads.queries.reports.standing import load_completion, load_overdue
from tests.admin.budget import assert_budget
from tests.make import SYSTEM, make_answerable, make_lead, make_member, make_user_actor, make_workspace

pytestmark = pytest.mark.django_db
BEGIN = datetime(2026, 11, 2, 9, tzinfo=UTC)  # a Monday
CARDS = ("activity", "funnel", "speed", "sources", "checklist", "overdue")
ASKED = {"from": "2026-11-01", "to": "2026-11-20"}
HUMAN = {"assignee_type": "HUMAN_AGENT"}
HOURS = [["09:00", "17:00"]] * 5 + [None, None]


def hours(number):
    return clock_at(BEGIN + timedelta(hours=number))


def call(workspace, agent, lead, outcome, **words):
    change = LeadChange(call=CallLog(outcome), **words)
    apply_change(workspace, make_user_actor(agent), ById(lead.pk), change)


def make_story(workspace, agent, other):
    """Five leads: one won, one reached late, one tried, one that waits, one of a day before the period."""
    with hours(-300):
        make_lead(workspace, name="Too early", source="fair", **HUMAN)
    with hours(0):
        names = ("Won", "Late", "Tried", "Waits")
        leads = [make_lead(workspace, name=name, source="web", **HUMAN) for name in names[:3]]
        waits = make_lead(workspace, name="Waits", **HUMAN)
        test = make_lead(workspace, name="A test", source="web", **HUMAN)
        Lead.objects.filter(pk=test.pk).update(is_test=True)
    won, late, tried = leads
    with hours(0.1):
        call(workspace, agent, won, "connected")
    with hours(2):
        call(workspace, agent, late, "no_answer")
        call(workspace, agent, tried, "busy")
    with hours(30):
        call(workspace, other, late, "connected")
        change = LeadChange(
            disposition=DispositionWish("won"),
            fields={"value": "250"},
            answers=(AnswerChange("tax_id", {"value": "12-3456789"}),),
        )
        apply_change(workspace, make_user_actor(agent), ById(won.pk), change)
        for number, lead in enumerate((won, waits)):
            at = BEGIN + timedelta(hours=40 + number)
            plan_action(
                workspace, make_user_actor(agent), ById(lead.pk), kind="TASK", at=at, summary="Send it"
            )
    with hours(41):
        task = Action.objects.get(lead=won, kind="TASK")
        complete_action(workspace, make_user_actor(agent), task.pk)
    return won, late, tried, waits


@pytest.fixture
def story(client):
    workspace = make_answerable()
    manager = make_member(workspace, "manager")
    agent, other = make_member(workspace), make_member(workspace)
    leads = make_story(workspace, agent, other)
    client.force_login(manager)
    return workspace, agent, other, leads


def period(workspace, first=1, **words):
    since = datetime(2026, 11, 1, tzinfo=UTC) + timedelta(days=first - 1)
    return Period(workspace, since, since + timedelta(days=20), UTC, **words)


def activity_of(workspace, moment, **words):
    return load_activity(period(workspace), period(workspace, -19), moment, by_day=True)


@pytest.mark.parametrize("chosen", ["", "source", "owner"])
def test_every_number_leads_to_as_many_rows(client, story, chosen):
    _workspace, agent, _other, _leads = story
    asked = {**ASKED, **{"": {}, "source": {"source": "web"}, "owner": {"owner": str(agent.pk)}}[chosen]}
    with hours(20 * 24):
        for card in CARDS:
            table = client.get(reverse("admin:report_card", args=[card]), asked).context_data["table"]
            told = [cell for row in (*table.rows, table.total) for cell in row]
            told += [cell for figure in table.figures for cell in (figure.now, figure.before)]
            linked = [cell for cell in told if cell.href and isinstance(cell.value, int)]
            assert linked, card
            for cell in linked:
                count = client.get(cell.href).context_data["count"]
                assert getattr(count, "number", count) == cell.value, cell.href


def test_who_worked_what(story):
    workspace, agent, other, _leads = story

    days = activity_of(workspace, BEGIN + timedelta(days=18)).days

    found = {(row.user, row.day.day): dict(row.numbers) for row in days}
    # Of the ladder's two next tries one was made in time, by a colleague.
    assert found[agent, 2] == {"attempts": 3, "connects": 1, "first_touches": 3, "kept": 1, "missed": 1}
    assert found[other, 3] == {"attempts": 1, "connects": 1}
    assert found[agent, 3] == {"outcomes": 1}
    assert found[agent, 4] == {"kept": 1, "missed": 1}


def missed_of(client, workspace):
    """How many each missed, as the table says, and as many rows behind each number."""
    told = {}
    card = client.get(reverse("admin:report_card", args=["activity"]), ASKED).context_data["table"]
    (place,) = [place for place, column in enumerate(card.head) if "missed" in str(column)]
    for who, *cells in card.rows:
        cell = cells[place - 1]
        if cell.value:
            count = client.get(cell.href).context_data["count"]
            assert getattr(count, "number", count) == cell.value
            told[str(who.value).partition("@")[0]] = cell.value
    days = activity_of(workspace, BEGIN + timedelta(days=15)).days
    assert sum(row.numbers.get("missed", 0) for row in days) == sum(told.values())
    return told


def make_late(workspace):
    """Two tasks due at once and one in three days, all of one who is about to go."""
    gone, heir = (make_member(workspace, email=f"{name}@desk.example") for name in ("devon", "nora"))
    with hours(0):
        lead = make_lead(workspace, name="Waits", **HUMAN)
        plan = [
            plan_action(
                workspace,
                make_user_actor(gone),
                ById(lead.pk),
                kind="TASK",
                at=BEGIN + timedelta(hours=at),
                summary="Do",
            )
            for at in (1, 2, 72)
        ]
    return gone, heir, [task.pk for task in plan]


@pytest.mark.parametrize("how", ["leaves", "hands on"])
def test_what_was_missed_before_it_changed_hands_stays_with_who_missed_it(client, how):
    workspace = make_workspace()
    client.force_login(make_member(workspace, "manager"))
    gone, heir, tasks = make_late(workspace)

    with hours(48):
        if how == "leaves":
            leave(workspace, SYSTEM, gone, heir.pk)
        else:
            for task in tasks:
                reassign_action(workspace, make_user_actor(gone), task, user_id=heir.pk)
    with hours(60):
        # Done late, put off, and handed back and on once more: it is whose it was all the same.
        complete_action(workspace, make_user_actor(heir), tasks[0])
        for whose in (None, heir.pk):
            reassign_action(workspace, make_user_actor(heir), tasks[1], user_id=whose)
    with hours(15 * 24):
        assert missed_of(client, workspace) == {"devon": 2, "nora": 1}
        reassign_action(workspace, make_user_actor(heir), tasks[1], user_id=None)
        assert missed_of(client, workspace) == {"devon": 2, "nora": 1}


def test_what_changed_hands_in_its_time_or_was_put_off_since_is_its_heirs(client):
    workspace = make_workspace()
    client.force_login(make_member(workspace, "manager"))
    gone, heir, tasks = make_late(workspace)

    with hours(24.5):
        leave(workspace, SYSTEM, gone, heir.pk)
    with hours(48):
        reschedule_action(
            workspace, make_user_actor(heir), tasks[0], at=(BEGIN + timedelta(hours=96)).isoformat()
        )
    with hours(15 * 24):
        assert missed_of(client, workspace) == {"nora": 3}


def test_who_takes_up_late_what_was_nobodys_did_not_miss_it(client):
    workspace = make_workspace()
    client.force_login(make_member(workspace, "manager"))
    gone, heir, tasks = make_late(workspace)

    with hours(0.5):
        leave(workspace, SYSTEM, gone, None)
    with hours(48):
        for task in tasks:
            reassign_action(workspace, make_user_actor(heir), task, user_id=heir.pk)
    with hours(15 * 24):
        assert missed_of(client, workspace) == {"nora": 1}


def test_days_are_as_their_reader_writes_them_and_in_the_file_as_spreadsheets_read_them(client, story):
    workspace, agent, _other, _leads = story
    manager = make_member(workspace, "manager")
    User.objects.filter(pk=manager.pk).update(date_format="d.m.Y, H:i")
    client.force_login(manager)

    for card, sent in (("funnel", ASKED), ("activity", {**ASKED, "owner": str(agent.pk)})):
        page = client.get(reverse("admin:report_card", args=[card]), sent).content.decode()
        file = client.get(reverse("admin:report_csv", args=[card]), sent).content.decode("utf-8-sig")
        assert ">02.11.2026<" in page, card
        assert "2026-11-02," in file, card


def test_a_period_of_one_day_is_told_once(client, story):
    day = {"from": "2026-11-02", "to": "2026-11-02"}
    with hours(20 * 24):
        for name, args in (("reports", []), ("report_rows", ["funnel", "came"])):
            page = client.get(reverse(f"admin:{name}", args=args), day).content.decode()
            assert page.count("2 Nov 2026 –") == 0, name
            assert "2 Nov 2026" in page, name
        late = client.get(reverse("admin:report_rows", args=["overdue", "late"]), day).content.decode()
        assert "2 Nov 2026 ·" not in late and "At this moment" in late


def test_rows_of_leads_have_no_column_for_what_was_done(client, story):
    for card, measure, has in (("funnel", "came", False), ("activity", "attempts", True)):
        page = client.get(reverse("admin:report_rows", args=[card, measure]), ASKED).content.decode()
        assert page.count("<tr>") > 1 and (">What</th>" in page, 'data-label="What"' in page) == (has, has), (
            card
        )


def test_one_point_is_no_points():
    assert [
        shared("Done", now, then).change for now, then in (((2, 100), (1, 100)), ((1, 100), (3, 100)))
    ] == [
        "1 point more",
        "2 points fewer",
    ]


def test_two_people_of_one_name_are_two(client, story):
    _workspace, agent, other, _leads = story
    User.objects.filter(pk__in=[agent.pk, other.pk]).update(full_name="Ana Lima")

    with hours(20 * 24):
        table = client.get(reverse("admin:report_card", args=["activity"]), ASKED).context_data["table"]

    assert [(row[0].value, row[1].value) for row in table.rows] == [("Ana Lima", 3), ("Ana Lima", 1)]
    assert [(bar.label, bar.number) for bar in table.bars] == [("Ana Lima", 3), ("Ana Lima", 1)]


def test_how_far_they_got_by_week_and_by_source(story):
    workspace, _agent, _other, _leads = story

    funnel = load_funnel(period(workspace), period(workspace, -19))
    (week,) = funnel.cohorts
    found, before = load_sources(period(workspace), period(workspace, -19))
    sources = {row.key: row for row in found}

    assert str(week.key) == "2026-11-02"
    assert week.numbers == {"came": 4, "tried": 3, "reached": 2, "qualified": 1, "won": 1}
    assert funnel.before == {"came": 1, "tried": 0, "reached": 0, "qualified": 0, "won": 0}
    assert sources["web"].numbers == {"came": 3, "tried": 3, "reached": 2, "qualified": 1, "won": 1}
    assert (sources["web"].value, sources[""].numbers["came"], "fair" in sources) == (250, 1, False)
    assert [(row.key, row.numbers["came"]) for row in before] == [("fair", 1)]


def test_speed_counts_who_still_waits_apart(story):
    workspace, _agent, _other, _leads = story

    ((called, reached),) = load_speed(period(workspace))

    assert (called.bands, called.waiting, called.done) == ((0, 1, 0, 2), 1, 3)
    assert called.median == timedelta(hours=2)
    assert called.ninetieth == timedelta(hours=2)
    assert (reached.bands, reached.waiting) == ((0, 1, 0, 1), 2)
    assert reached.median == timedelta(hours=30.1) / 2


def test_a_wait_can_be_told_in_working_hours(client, story):
    workspace, _agent, _other, _leads = story
    change_workspace(workspace, SYSTEM, {"working_hours": HOURS})
    card = reverse("admin:report_card", args=["speed"])

    with hours(20 * 24):
        worked = client.get(card, ASKED).context_data["table"]
        wall = client.get(card, {**ASKED, "clock": "wall"}).context_data["table"]

    # Reached by 9:06, and by 15:00 of the next day: six minutes, and eight hours and six.
    assert [row[2].value for row in worked.rows[:2]] == ["7 h 3 min", "12 h 37 min"]
    assert [row[2].value for row in wall.rows[:2]] == ["15 h 3 min", "27 h 1 min"]
    assert ("working" in worked.clock, "wall" in wall.clock) == (True, True)


def test_the_period_before_is_as_long_and_ends_at_the_same_time_of_day(client, story):
    with hours(6 * 24 + 3):  # Sunday, noon
        asked = {"from": "2026-11-06", "to": "2026-11-08"}
        table = client.get(reverse("admin:report_card", args=["activity"]), asked).context_data["table"]
        then = client.get(reverse("admin:report_card", args=["funnel"]), asked).context_data["asked"].before

    assert (str(then.first), str(then.last), str(then.until)) == (
        "2026-11-03",
        "2026-11-05",
        "2026-11-05 12:00:00+00:00",
    )
    attempts, *_others = table.figures
    assert (attempts.now.value, attempts.before.value, attempts.change) == (0, 1, "100 % fewer")
    outcomes = next(figure for figure in table.figures if str(figure.label) == "Statuses set")
    assert (outcomes.way, outcomes.tone) == ("down", "bad")


def test_a_number_has_the_separators_of_its_reader(client, story):
    workspace, _agent, _other, _leads = story
    with hours(24):
        lead = make_lead(workspace, name="Rich", value="77750", source="fair", **HUMAN)
        apply_change(workspace, SYSTEM, ById(lead.pk), LeadChange(disposition=DispositionWish("won")))
        page = client.get(reverse("admin:report_card", args=["sources"]), ASKED).content.decode()

    assert "77,750" in page
    assert "77750" not in page


def test_checklists_and_what_is_overdue(story):
    workspace, agent, _other, _leads = story

    completion = load_completion(period(workspace), period(workspace, -19))
    late = load_overdue(period(workspace), BEGIN + timedelta(days=18))

    assert (completion.leads, completion.complete) == (4, 1)
    assert [(item.code, item.done) for item in completion.items] == [("tax_id", 1)]
    assert {str(row.owner): row.ages for row in late}[str(agent)][2] >= 1
    assert "None" in {str(row.owner) for row in late}


def test_a_day_is_that_of_whoever_looks(client, story):
    workspace, agent, other, _leads = story
    late = make_lead(workspace, name="Night", **HUMAN)
    with clock_at(datetime(2026, 11, 10, 2, tzinfo=UTC)):
        call(workspace, other, late, "connected")
    manager = make_member(workspace, "manager")
    manager.time_zone = "America/New_York"
    manager.save()
    client.force_login(manager)
    asked = {**ASKED, "owner": str(other.pk)}

    page = client.get(reverse("admin:report_card", args=["activity"]), asked).content.decode()

    assert "9 Nov 2026" in page and "10 Nov 2026" not in page


@pytest.mark.parametrize("works", [[], HOURS])
def test_each_card_takes_two_queries_however_much_there_is(client, story, works):
    workspace, _agent, _other, _leads = story
    change_workspace(workspace, SYSTEM, {"working_hours": works})

    def add(number):
        with hours(number):
            lead = make_lead(workspace, name="More", source=f"source {number}", **HUMAN)
            call(workspace, make_member(workspace), lead, "no_answer")

    with hours(20 * 24):
        for card in CARDS:
            address = f"{reverse('admin:report_card', args=[card])}?{urlencode(ASKED)}"
            # Its own, and one that asks who is at the desk.
            assert_budget(client, address, 1 + 1, add, few=1, many=4, HTTP_HX_REQUEST="true")


def test_a_table_is_a_file_that_no_spreadsheet_takes_for_formulas(client, story):
    workspace, _agent, _other, _leads = story
    with hours(1):
        make_lead(workspace, name="Odd", source="=cmd()", **HUMAN)

    answer = client.get(reverse("admin:report_csv", args=["sources"]), ASKED)

    text = answer.content.decode("utf-8-sig")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert text.splitlines()[0].startswith("Source,Came,Tried")
    assert "'=cmd()" in text and "\n=cmd()" not in text


def test_nothing_of_another_workspace_is_counted_or_listed(client, story):
    workspace, _agent, _other, _leads = story
    theirs = make_workspace()
    stranger = make_member(theirs)
    with hours(1):
        lead = make_lead(theirs, name="Secret", source="theirs", assignee=stranger.pk)
        call(theirs, stranger, lead, "connected")

    for card in CARDS:
        assert "theirs" not in client.get(reverse("admin:report_card", args=[card]), ASKED).content.decode()
    for card, measure in (("activity", "attempts"), ("funnel", "came"), ("overdue", "late")):
        page = client.get(
            reverse("admin:report_rows", args=[card, measure]), {**ASKED, "owner": str(stranger.pk)}
        )
        assert (page.status_code, page.context_data["count"]) == (200, 0)


def test_what_the_address_says_wrong_is_as_if_nothing_was_chosen(client, story):
    reports, rows = reverse("admin:reports"), "admin:report_rows"
    odd = {"from": "yesterday", "to": "9999-99-99", "owner": "me", "after": "x"}
    assert client.get(reports, odd).status_code == 200
    assert client.get(reverse(rows, args=["funnel", "came"]), odd).status_code == 200
    for card, measure, sent in (
        ("funnel", "none", {}),
        ("none", "came", {}),
        ("speed", "called", {"band": "9"}),
        ("overdue", "late", {"age": "-1"}),
        ("activity", "attempts", {"day": "no"}),
        ("checklist", "item", {}),
    ):
        assert client.get(reverse(rows, args=[card, measure]), sent).status_code == 404, (card, measure)


@pytest.mark.parametrize(
    "sent, sentence, days",
    [
        ({"from": "soon"}, "“soon” is no day such as 2026-03-31, so 22 Oct 2026 was taken.", "22 Oct"),
        ({"to": "2026-02-31"}, "“2026-02-31” is no day such as 2026-03-31, so 20 Nov 2026", "22 Oct"),
        ({"from": "0001-01-01"}, "“0001-01-01” is no day", "22 Oct"),
        ({"from": "2026-11-20", "to": "2026-11-02"}, "so the two were exchanged", "2 Nov"),
        ({"from": "2001-01-01"}, "covers three years at most; this one begins on 18 Nov 2023.", "18 Nov"),
        ({"owner": "maria"}, "“maria” is nobody in this workspace", "22 Oct"),
    ],
)
def test_what_a_report_cannot_follow_is_told_and_the_rest_shown(client, sent, sentence, days):
    client.force_login(make_member(make_workspace(), "manager"))
    pages = [reverse("admin:reports"), reverse("admin:report_card", args=["funnel"])]
    pages.append(reverse("admin:report_rows", args=["activity", "attempts"]))

    with clock_at(datetime(2026, 11, 20, 12, tzinfo=UTC)):
        for address in pages:
            page = client.get(address, sent).content.decode()
            assert sentence in page and days in page, address
        plain = client.get(pages[0], {"from": "", "to": "", "owner": "", "source": ""}).content.decode()
    assert 'role="alert"' not in plain


def test_the_usual_periods_are_links_that_keep_what_else_is_asked(client):
    client.force_login(make_member(make_workspace(), "manager"))
    with clock_at(datetime(2026, 3, 11, 12, tzinfo=UTC)):  # a Wednesday
        page = client.get(reverse("admin:reports"), {"source": "web", "until": "x"}).content.decode()
        links = re.findall(r'href="\?([^"]+)"( aria-current="true")?>([^<]+)</a></li>', page)

    found = {label: dict(parse_qsl(query.replace("&amp;", "&"))) for query, _here, label in links}
    assert {label: (days["from"], days["to"]) for label, days in found.items()} == {
        "Today": ("2026-03-11", "2026-03-11"),
        "This week": ("2026-03-09", "2026-03-11"),
        "Last 7 days": ("2026-03-05", "2026-03-11"),
        "Last 30 days": ("2026-02-10", "2026-03-11"),
        "This month": ("2026-03-01", "2026-03-11"),
        "Last month": ("2026-02-01", "2026-02-28"),
    }
    assert {days["source"] for days in found.values()} == {"web"}
    assert [label for _query, here, label in links if here] == ["Last 30 days"]


def test_an_empty_period_says_so(client):
    client.force_login(make_member(make_workspace(), "manager"))

    for card in ("activity", "funnel", "sources", "overdue"):
        page = client.get(reverse("admin:report_card", args=[card]), ASKED).content.decode()
        assert 'class="empty"' in page, card
    assert client.get(reverse("admin:report_card", args=["speed"]), ASKED).status_code == 200


def test_an_agent_has_no_reports(client):
    workspace = make_workspace()
    client.force_login(make_member(workspace))
    make_lead(workspace, actor=SYSTEM, name="Ana")

    for name, args in (("reports", ()), ("report_card", ("funnel",)), ("report_csv", ("funnel",))):
        assert client.get(reverse(f"admin:{name}", args=args)).status_code == 403
