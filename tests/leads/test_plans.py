"""At 200,000 leads no question reads a table from end to end; docs/operations.md names the index of each."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from django.db import connection

from checklists.definitions import load_definitions
from leads.models import Lead
from leads.queries.catalogue import load_catalogue
from leads.queries.search import hits, read_search
from tests.leads.many import BIG, make_many
from tests.leads.plans import plans_of
from tests.leads.questions import QUESTIONS, Question

PAGE = Path(__file__).resolve().parents[2] / "docs" / "operations.md"


@pytest.fixture
def many(transactional_db):
    """Committed and vacuumed, because an index answers alone only where the table is known to be settled."""
    made = make_many()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    load_catalogue(made.workspace)
    load_definitions(made.workspace)
    return made


def complaints(question, many):
    """What is wrong with the plans of a question."""
    first = question.ask(many)
    # A question that needs something found before asks in two steps.
    work = first if callable(first) else lambda: question.ask(many)
    work()
    plans = plans_of(work)
    if missing := question.indexes - plans.indexes:
        yield f"{question.name}: does not use {sorted(missing)}, but {sorted(plans.indexes)}"
    if (scanned := plans.scanned & BIG) and not question.ends_early:
        yield f"{question.name}: reads all of {sorted(scanned)}"
    if plans.looked_at > question.most:
        yield f"{question.name}: looks at {plans.looked_at:,} rows"


def a_name_that_was_kept():
    """One of the values that ANALYZE keeps of those by which leads are found."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT substring(told FROM 'person[0-9]{5,}')"
            " FROM pg_stats, unnest(histogram_bounds::text::text[]) AS told"
            " WHERE tablename = 'leads_lead' AND attname = 'search_text'"
        )
        # The first and the last are not counted as known.
        return [name for (name,) in cursor.fetchall()[1:-1] if name][0]


def expected(rows):
    """How many rows PostgreSQL takes them for."""
    [plan] = json.loads(rows.explain(format="json"))
    return plan["Plan"]["Plan Rows"]


def indexes_of(question):
    return ", ".join(f"`{name}`" for name in sorted(question.indexes)) or "the planner's choice"


@pytest.mark.slow
@pytest.mark.postgres
def test_every_question_is_answered_by_its_index(many):
    asked = [question for part in QUESTIONS.values() for question in part]
    assert [complaint for question in asked for complaint in complaints(question, many)] == []
    unindexed = Question("a note", lambda m: list(Lead.objects.filter(note="x")), {"lead_live"})
    assert len(list(complaints(unindexed, many))) == 3
    # Taken for many more, a rare name would be looked for among all leads of the workspace.
    wanted = read_search(a_name_that_was_kept(), many.workspace.region)
    assert expected(hits(many.workspace, wanted)) < 600


def test_the_page_of_queries_is_complete():
    """The page has one line for each question, with its indexes and how many rows it may look at."""
    told = re.findall(r"^\| (.+?) \| (.*?) \| ([\d,]+) \|", PAGE.read_text(), re.MULTILINE)
    asked = [
        (question.name, indexes_of(question), f"{question.most:,}")
        for part in QUESTIONS.values()
        for question in part
    ]
    assert told == asked
