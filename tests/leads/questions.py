"""Every question that leads/queries and leads/matching ask, with the indexes that must answer it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, timedelta

from leadhub.workspaces.clock import now
from leads.change import ByEmail, ByExternalId, ById, ByPhone
from leads.matching import matches_for, matching_leads, oldest_with_email
from leads.models import Lead
from leads.queries.find import find_lead, find_leads
from leads.queries.full import load_full_lead, load_lead
from leads.queries.keyset import Mark, write_cursor
from leads.queries.lists import count_leads, list_leads, number_leads
from leads.queries.log import consents_of, load_log, why
from leads.queries.reports.activity import load_activity
from leads.queries.reports.cohorts import load_funnel, load_sources
from leads.queries.reports.period import Period
from leads.queries.reports.speed import load_speed
from leads.queries.reports.standing import load_completion, load_overdue
from leads.queries.work import Desk, Part, count_queue, load_queue


@dataclass
class Question:
    """`most` rows may be looked at. `ends_early`: a table may be read until enough was found."""

    name: str
    ask: Callable
    indexes: set[str] = field(default_factory=set)
    most: int = 1_000
    ends_early: bool = False


def days_ago(number):
    return (now() - timedelta(days=number)).date().isoformat()


def listed(filters=None, **options):
    return lambda many: list_leads(many.workspace, filters or {}, **options)


def owned(**filters):
    return lambda many: list_leads(many.workspace, {"assignee": str(many.owner.pk), **filters})


def behind(order, place):
    """A list that goes on deep within: after the so-manieth lead."""

    def ask(many):
        column = order.removeprefix("-")
        rows = Lead.objects.filter(workspace=many.workspace, is_test=False, **{f"{column}__isnull": False})
        at, key = rows.order_by(column, "id").values_list(column, "id")[place]
        cursor = write_cursor(Mark(order, at, key))
        return lambda: list_leads(many.workspace, {}, order=order, after=cursor)

    return ask


def two_weeks(many):
    """The last one, and the one before."""
    until, week = now(), timedelta(days=7)
    period = Period(many.workspace, until - week, until, UTC)
    return period, replace(period, since=until - 2 * week, until=until - week)


def desk_of(many, *, mine):
    at = now()
    return Desk(many.workspace, at, at + timedelta(hours=8), many.owner.pk if mine else None)


def queued(part, *, mine):
    return lambda many: load_queue(desk_of(many, mine=mine), part)


FIND = [
    Question("a lead by id", lambda m: find_lead(m.workspace, ById(m.lead.pk)), {"leads_lead_pkey"}, 10),
    Question(
        "leads by email",
        lambda m: find_leads(m.workspace, ByEmail("person7@kiln.example")),
        {"lead_email", "contact_point_key"},
        20,
    ),
    Question(
        "leads by phone",
        lambda m: find_leads(m.workspace, ByPhone("+14050000020")),
        {"lead_phone", "contact_point_key"},
        20,
    ),
    Question(
        "leads by external id",
        lambda m: find_leads(m.workspace, ByExternalId("crm-70000")),
        {"lead_external_id"},
        10,
    ),
    Question(
        "the oldest lead with an email",
        lambda m: oldest_with_email(m.workspace, "person7@kiln.example", besides=m.lead.pk),
        {"lead_email"},
        10,
    ),
]
ONE = [
    Question("a lead's row", lambda m: load_lead(m.workspace, ById(m.lead.pk)), {"leads_lead_pkey"}, 10),
    Question(
        "a full lead",
        lambda m: load_full_lead(m.workspace, ById("lead_" + f"{1:08x}{120000:024x}")),
        {
            "leads_lead_pkey",
            "leads_address_pkey",
            "lead_tag_once",
            "contact_point_once",
            "document_of_lead",
            "answer_once",
            "entry_of_lead",
            "action_of_lead",
            "message_of_lead",
            "lead_email",
            "lead_phone",
            "contact_point_key",
        },
        100,
    ),
    Question(
        "a full lead with 2,000 entries and 2,000 actions",
        lambda m: load_full_lead(m.workspace, ById(m.lead.pk)),
        {"entry_of_lead", "action_of_lead", "message_of_lead"},
        25_000,
    ),
    Question("older lines of the log", lambda m: older_log(m), {"entry_of_lead", "action_of_lead"}, 1_000),
    Question(
        "a log of a few kinds",
        lambda m: load_log(m.workspace, m.lead, kinds={"created", "CALL"}),
        {"entry_of_lead", "action_of_lead"},
        5_000,
    ),
    Question("who set what", lambda m: why(m.workspace, m.lead), {"leads_entry_pkey"}, 100),
    Question("consents", lambda m: consents_of(m.workspace, m.lead), {"consent_of_lead"}, 10),
    Question(
        "matching leads",
        lambda m: matching_leads(m.workspace, m.lead),
        {"lead_email", "lead_phone", "contact_point_key", "not_duplicate_once"},
        100,
    ),
    Question(
        "matches while somebody types",
        lambda m: matches_for(
            m.workspace, phone="404 000 0007", email="person7@kiln.example", name="person1234"
        ),
        {"lead_email", "lead_phone", "contact_point_key", "lead_search"},
    ),
]
LISTS = [
    Question("the newest leads", listed(), {"lead_live"}),
    Question("the newest leads, deep within", behind("-created_at", 60_000), {"lead_live"}),
    Question("the oldest leads", listed(order="created_at"), {"lead_live"}),
    Question("the leads changed last", listed(order="-updated_at"), {"lead_changed"}),
    Question("the leads changed last, deep within", behind("-updated_at", 60_000), {"lead_changed"}),
    Question("the leads changed first", listed(order="updated_at"), {"lead_changed"}),
    Question("the next actions", listed(order="next_action_at"), {"lead_next_action"}),
    Question("the next actions, deep within", behind("next_action_at", 5_000), {"lead_next_action"}),
    Question("the last actions", listed(order="-next_action_at"), {"lead_next_action"}),
    Question(
        "the leads without a next action",
        listed({"has_next_action": "no"}, order="next_action_at"),
        {"lead_live"},
    ),
    Question("the count, capped", lambda m: count_leads(m.workspace, {}), {"lead_live"}, 11_000),
    Question(
        "the count of a rare stage",
        lambda m: count_leads(m.workspace, {"stage": "won"}),
        {"lead_disposition"},
    ),
    Question(
        "a numbered page with the exact total",
        lambda m: number_leads(m.workspace, {}),
        {"lead_live"},
        130_000,
    ),
]
FILTERS = [
    Question("a rare stage", listed({"stage": "won"}), {"lead_disposition"}),
    Question("a common stage", listed({"stage": "new"})),
    Question("several stages", listed({"stage": "new,won"})),
    Question("a stage that no lead has", listed({"stage": "lost"}), {"lead_disposition"}, 10),
    Question("one owner", owned(), {"lead_assignee"}),
    Question("a rare stage of an owner", owned(stage="won"), {"lead_of_owner"}, 100),
    Question("stages of which an owner has few", owned(stage="contacted,won"), {"lead_of_owner"}, 100),
    Question("nobody's", listed({"assignee": "none"})),
    Question("a rare source", listed({"source": "fair"}), {"lead_source"}),
    Question("a common source", listed({"source": "web"})),
    Question("a rare tag", listed({"tag": "rare"}), {"lead_tag_leads"}),
    Question("a common tag", listed({"tag": "common"}), {"lead_tag_once"}),
    Question("all of several tags", listed({"tag_all": ["rare", "common"]}), {"lead_tag_leads"}),
    Question("no tag", listed({"untagged": "yes"}), {"lead_tag_once"}),
    Question("archived ones", listed({"archived": "archived"}), {"lead_live"}),
    Question("deleted ones", listed({"deleted": "yes"}), {"lead_deleted"}),
    Question("made until a day", listed({"created_to": days_ago(60)})),
    Question("changed since a day", listed({"updated_from": days_ago(10)})),
    Question("a narrow range of values", listed({"value_from": "100", "value_to": "200"}), {"lead_value"}),
    Question("an external id", listed({"external_id": "crm-70000"}), {"lead_external_id"}, 100),
    Question("an email", listed({"email": "person7@kiln.example"}), {"lead_email", "contact_point_key"}, 100),
    Question("a phone", listed({"phone": "+14050000020"}), {"lead_phone", "contact_point_key"}, 100),
    Question(
        "an import", lambda m: list_leads(m.workspace, {"import_batch": str(m.batch.pk)}), {"lead_of_import"}
    ),
    Question("due until a day", listed({"next_action_to": days_ago(0)}, order="next_action_at")),
    Question("a rare value of the metadata", listed({"metadata.deal": "777"}), {"lead_metadata"}),
    Question("a common value of the metadata", listed({"metadata.utm_source": "news"})),
    Question("a rare answer", listed({"answer.fact_0": "rarely"}), {"answer_value"}, 3_000),
    Question("a common answer", listed({"answer.fact_0": "yes"}), {"answer_once"}),
    Question("a rare word", listed({"search": "person1234"}), {"lead_search"}, 2_000),
    Question("a word that nobody has", listed({"search": "nobody"}), {"lead_search"}, 100),
    Question("a phone number in some format", listed({"search": "(404) 000-1234"}), {"lead_search"}, 100),
    Question("a common word", listed({"search": "moreno"}), set(), 25_000, ends_early=True),
    Question("two letters", listed({"search": "ad"}), {"lead_live"}, 2_000),
    Question(
        "several at once", listed({"stage": "won", "tag": "rare", "value_from": "1"}), {"lead_tag_leads"}
    ),
]
QUEUE = [
    Question("the counts of everybody's queue", lambda m: count_queue(desk_of(m, mine=False)), set(), 15_000),
    Question("the counts of my queue", lambda m: count_queue(desk_of(m, mine=True)), {"lead_work"}, 15_000),
    Question("everybody's overdue ones", queued(Part.OVERDUE, mine=False), {"lead_next_action"}),
    Question("my overdue ones", queued(Part.OVERDUE, mine=True), {"lead_work"}),
    Question("my ones due today", queued(Part.DUE_TODAY, mine=True), {"lead_work"}),
    Question("my upcoming ones", queued(Part.UPCOMING, mine=True), {"lead_work"}),
    Question("new ones, unassigned", queued(Part.NEW_UNASSIGNED, mine=True)),
    Question("drafts to approve", queued(Part.DRAFTS, mine=False), {"action_open"}),
    Question("my ones without a next step", queued(Part.NO_NEXT_STEP, mine=True), {"lead_assignee"}, 10_000),
    Question("everybody's without a next step", queued(Part.NO_NEXT_STEP, mine=False), set(), 10_000),
]
REPORTS = [
    Question(
        "who worked what in a week",
        lambda m: load_activity(*two_weeks(m), now(), by_day=True),
        {"action_calls", "action_done", "action_planned", "lead_uncounted"},
        50_000,
    ),
    Question("how far the leads of a week got", lambda m: load_funnel(*two_weeks(m)), {"lead_live"}, 30_000),
    Question("the sources of a week", lambda m: load_sources(*two_weeks(m)), {"lead_live"}, 30_000),
    Question(
        "the speed of a week", lambda m: load_speed(*two_weeks(m)), {"action_calls", "lead_live"}, 30_000
    ),
    Question(
        "the checklists of a week",
        lambda m: load_completion(*two_weeks(m)),
        {"answer_done", "lead_live"},
        60_000,
    ),
    Question("what is overdue, by owner", lambda m: load_overdue(two_weeks(m)[0], now()), set(), 30_000),
]
QUESTIONS = {
    "Finding": FIND,
    "One lead": ONE,
    "Lists": LISTS,
    "Filters": FILTERS,
    "The queue": QUEUE,
    "Reports": REPORTS,
}


def older_log(many):
    after = load_log(many.workspace, many.lead, limit=500).next
    return lambda: load_log(many.workspace, many.lead, after=after)
