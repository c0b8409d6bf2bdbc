"""200,000 leads and what hangs off them, made by the database itself; PostgreSQL only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from django.db import connection

from leadhub.workspaces.clock import now
from leads.change import AnswerChange, ConsentWish, ContactPointChange, TagChange
from leads.migrations._indexes import OwnIndexes
from leads.models import (
    Action,
    Address,
    Answer,
    ConsentEvent,
    ContactPoint,
    Document,
    Entry,
    ImportBatch,
    Lead,
    LeadTag,
    Message,
    NotDuplicate,
    Tag,
)
from leads.queries.catalogue import load_catalogue
from tests.make import ask_for, make_lead, make_member, make_workspace

LEADS = 200_000
BIG = {
    model._meta.db_table
    for model in (
        Lead,
        Entry,
        Action,
        Message,
        Answer,
        LeadTag,
        ContactPoint,
        Document,
        ConsentEvent,
        Address,
    )
}
LEAD_ID, ENTRY_ID, ACTION_ID, OTHER_ID = range(1, 5)


@dataclass
class Many:
    """The workspace with most of the leads, one lead that has much of everything, and its owner."""

    workspace: object
    owner: object
    lead: object
    batch: object
    workspaces: str
    # SQL: when lead number so-and-so came.
    moment: str


def make_many(leads=LEADS):
    """Three in five leads are in one workspace, the others in two more."""
    begin = (now() - timedelta(minutes=leads)).isoformat()
    house = _make_house(f"('{begin}'::timestamptz + %s * interval '1 minute')")
    with connection.schema_editor() as editor:
        OwnIndexes().database_backwards("leads", editor, None, None)
        _repeat_leads(house, leads)
        _repeat_children(house, leads)
        _enrich(house)
        # The foreign keys are checked now, or the table could not be indexed in this transaction.
        editor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        OwnIndexes().database_forwards("leads", editor, None, None)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    house.lead.refresh_from_db()
    return house


def _make_house(moment):
    workspace = make_workspace()
    for number in range(40):
        ask_for(workspace, f"fact_{number}", label="A fact")
    owner = make_member(workspace)
    points = (ContactPointChange("phone", "+14045550138"), ContactPointChange("email", "a@b.example"))
    lead = make_lead(
        workspace,
        first_name="Ada",
        email="person7@kiln.example",
        phone="+14045550137",
        assignee=owner.pk,
        address={"city": "Atlanta"},
        tags=TagChange(names=("Common",)),
        contact_points=points,
        answers=tuple(AnswerChange(f"fact_{number}", {"value": "yes"}) for number in range(40)),
        consent=(ConsentWish("sms", opted_in=False),),
    )
    Document.objects.create(workspace=workspace, lead=lead, filename="a.pdf", mime_type="x/y", size=1)
    action = Action.objects.create(workspace=workspace, lead=lead, kind="MESSAGE", status="COMPLETED")
    Message.objects.create(workspace=workspace, action=action, lead=lead, direction="OUTBOUND", channel="SMS")
    NotDuplicate.objects.create(workspace=workspace, first=lead, second=lead)
    batch = ImportBatch.objects.create(workspace=workspace, name="leads.csv")
    three = [workspace] * 3 + [make_workspace(), make_workspace()]
    return Many(workspace, owner, lead, batch, _one_of(one.pk for one in three), moment)


def _repeat(row, count, **values):
    """Repeats a row so often; `values` are the columns that differ, as SQL over i."""
    table, key = row._meta.db_table, row._meta.pk.column
    columns = ", ".join(f"'{name}', {value}" for name, value in values.items()).replace("%", "%%")
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} SELECT made.* FROM {table} AS model,"
            f" generate_series(1, {count}) AS numbers (i),"
            f" LATERAL jsonb_populate_record(model, jsonb_build_object({columns})) AS made"
            f" WHERE model.{key} = %s",
            [row.pk],
        )


def _one_of(values):
    return "(ARRAY[" + ", ".join(f"'{value}'" for value in values) + "])"


def _id(table, number="i"):
    return f"(lpad(to_hex({table}), 8, '0') || lpad(to_hex({number}), 24, '0'))"


def _who():
    """By what a lead is found."""
    name = "(ARRAY['Ada', 'Grace', 'Edith', 'Jean', 'Radia', 'Hedy', 'Mary'])[1 + i % 7]"
    family = "(ARRAY['Moreno', 'Hopper', 'Clarke', 'Bartik', 'Perlman', 'Lamarr'])[1 + (i / 7) % 6]"
    # One in a thousand shares the address or the number of another.
    email = "('person' || CASE WHEN i % 1000 = 0 THEN i - 5 ELSE i END || '@kiln.example')"
    phone = "('+1404' || lpad((CASE WHEN i % 1000 = 500 THEN i - 5 ELSE i END)::text, 7, '0'))"
    return {
        **{"first_name": name, "last_name": family, "email": email, "email_key": email},
        **dict.fromkeys(("phone", "phone_e164", "phone_key"), phone),
        "search_text": f"concat_ws(E'\\n', lower({name} || ' ' || {family}), {email}, {phone})",
    }


def _repeat_leads(house, leads):
    stages = load_catalogue(house.workspace)
    fresh, contacted, won = (stages.default_of(stage).pk for stage in ("new", "contacted", "won"))
    people = _one_of([house.owner.pk, *(make_member(house.workspace).pk for _number in range(9))])
    moment = house.moment
    imported = "i BETWEEN 50001 AND 55000"
    _repeat(
        house.lead,
        leads,
        id=_id(LEAD_ID),
        workspace_id=f"{house.workspaces}[1 + i % 5]",
        **_who(),
        external_id="'crm-' || i",
        source="CASE WHEN i % 2000 = 1 THEN 'fair' ELSE 'web' END",
        is_test="i % 100 = 92",
        assignee_id=f"CASE WHEN i % 7 < 3 THEN NULL ELSE {people}[1 + (i / 7) % 10] END",
        assignee_type="CASE WHEN i % 3 = 0 THEN 'AI_AGENT' ELSE 'HUMAN_AGENT' END",
        # The owner has none of a stage that others have many of.
        disposition_id=f"CASE WHEN i % 500 = 1 THEN '{won}'"
        f" WHEN i % 4 = 1 AND i / 7 % 10 > 0 THEN '{contacted}' ELSE '{fresh}' END",
        disposition_change_id="NULL",
        next_action_at=f"CASE WHEN i % 11 = 7 THEN {moment % 'i'} + interval '20 days' END",
        metadata="jsonb_build_object('utm_source', 'news', 'deal', i)",
        value="CASE WHEN i % 3 = 0 THEN i END",
        # An import gives all its leads one moment.
        import_batch_id=f"CASE WHEN {imported} THEN '{house.batch.pk}' END",
        created_at=moment % f"(CASE WHEN {imported} THEN 50001 ELSE i END)",
        updated_at=f"least(now(), {moment % 'i'} + (i::bigint * 7919 % 5000) * interval '1 hour')",
        archived_at="CASE WHEN i % 13 = 5 THEN now() END",
        deleted_at="CASE WHEN i % 100 = 11 THEN now() END",
    )


def _repeat_child(house, row, count, number="i", table=OTHER_ID, **values):
    """`number` is the number of the lead that each row belongs to."""
    owned = {
        "workspace_id": f"{house.workspaces}[1 + ({number}) % 5]",
        "lead_id": _id(LEAD_ID, number),
    }
    _repeat(row, count, id=_id(table), **owned, **values)


def _repeat_children(house, leads):
    child, of_lead = partial(_repeat_child, house), {"lead": house.lead}
    child(Entry.objects.get(**of_lead), leads, table=ENTRY_ID, action_id="NULL")
    _repeat_actions(house, leads)
    answer = Answer.objects.filter(**of_lead).order_by("item__order").first()
    child(answer, leads, value="CASE WHEN i % 1000 = 1 THEN '\"rarely\"'::jsonb ELSE '\"yes\"' END")
    tagged = LeadTag.objects.get(**of_lead)
    child(tagged, leads // 3, "i * 3")
    rare = Tag.objects.create(workspace=house.workspace, name="Rare", normalized="rare")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE leads_leadtag SET tag_id = %s WHERE lead_id::text LIKE '%%000'", [rare.pk])
    phone = ContactPoint.objects.get(**of_lead, kind="phone")
    child(phone, leads // 4, "i * 4", value="'+1405' || i", key="'+1405' || lpad(i::text, 7, '0')")
    child(Document.objects.get(**of_lead), leads // 10, "i * 10")
    child(ConsentEvent.objects.get(**of_lead), leads // 10, "i * 10")
    _repeat(
        Address.objects.get(**of_lead),
        leads // 2,
        lead_id=_id(LEAD_ID),
        workspace_id=f"{house.workspaces}[1 + i % 5]",
    )
    apart = NotDuplicate.objects.get()
    _repeat(
        apart, 5000, id=_id(OTHER_ID), first_id=_id(LEAD_ID, "i * 5"), second_id=_id(LEAD_ID, "i * 5 + 1")
    )


def _repeat_actions(house, leads):
    of_lead = {"lead": house.lead}
    action, message = Action.objects.get(**of_lead), Message.objects.get(**of_lead)
    waiting = (
        "CASE WHEN i % 1000 = 1 THEN 'AWAITING_APPROVAL' WHEN i % 10 = 0 THEN 'PENDING' ELSE 'COMPLETED' END"
    )
    made = {"scheduled_at": house.moment % "i * 2", "completed_at": house.moment % "i * 2"}
    called = {"kind": "CASE WHEN i % 3 = 1 THEN 'CALL' ELSE 'MESSAGE' END"}
    called |= {"outcome": "CASE WHEN i % 3 = 1 THEN 'no_answer' ELSE '' END"}
    people = {"user_id": f"'{house.owner.pk}'", "assignee_id": f"'{house.owner.pk}'"}
    words = {"status": waiting, **made, **called, **people}
    _repeat_child(house, action, leads // 2, "i * 2", ACTION_ID, **words)
    _repeat_child(house, message, leads // 4, "i * 2", action_id=_id(ACTION_ID))


def _enrich(house):
    """The lead that has much: entries, actions and messages, and another lead merged into it."""
    of_lead = {"lead": house.lead}
    at = {"created_at": "now() - i * interval '1 minute'"}
    _repeat(Entry.objects.filter(**of_lead).first(), 2000, id=_id(OTHER_ID), action_id="NULL", **at)
    action, message = Action.objects.get(**of_lead), Message.objects.get(**of_lead)
    _repeat(action, 2000, id=_id(OTHER_ID), scheduled_at=at["created_at"], **at)
    _repeat(message, 2000, id=_id(LEAD_ID), action_id=_id(OTHER_ID))
