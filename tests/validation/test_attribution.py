"""The keys of the shared metadata that typed dialects write: judged for them, free for everybody else."""

from __future__ import annotations

import pytest

from leads.change import Archive, LeadChange, TagChange
from leads.errors import Invalid
from leads.models import Lead
from leads.state import LeadState
from leads.validation import clean, judge
from leads.voices.attribution import read_known, read_source_metadata
from tests.make import SYSTEM, make_workspace

pytestmark = pytest.mark.django_db


def refusals(**words):
    with pytest.raises(Invalid) as caught:
        clean(LeadChange(**words), make_workspace())
    return [(problem.field, problem.code) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("key", "value", "code"),
    [
        ("utm_source", 5, "invalid_type"),
        ("utm_source", "x" * 256, "too_long"),
        ("utm_term", "a\nb", "control_character"),
        ("referrer", "x" * 2049, "too_long"),
        ("price", "12,50", "invalid_number"),
        ("price", True, "invalid_type"),
        ("direct_post_price", {}, "invalid_type"),
        ("source_metadata", "text", "invalid_type"),
        ("source_metadata", {"a": 5}, "invalid_type"),
        ("source_metadata", {"a": {"b": "c"}}, "invalid_type"),
    ],
)
def test_a_typed_dialect_writes_only_what_is_of_the_type(key, value, code):
    assert refusals(metadata={key: value}, typed_metadata=True) == [(f"metadata.{key}", code)]
    assert clean(LeadChange(metadata={key: value}), make_workspace()).metadata == {key: value}


def test_what_is_of_its_type_is_cleaned():
    sent = {
        "utm_source": " a  b ",
        "price": "12.50",
        "source_metadata": {"a": "b", "c": None},
        "pub_id": None,
    }

    cleaned = clean(LeadChange(metadata=sent, typed_metadata=True), make_workspace())

    assert cleaned.metadata == {**sent, "utm_source": "a b", "price": 12.5}


@pytest.mark.parametrize("stored", [5, True, None, {}, []])
def test_a_wrongly_typed_value_reads_as_nothing(stored):
    assert read_known({"utm_source": stored}, "utm_source") is None
    assert read_known({}, "utm_source") is None


@pytest.mark.parametrize("stored", ["12", True, None, {}])
def test_a_wrongly_typed_price_reads_as_nothing(stored):
    assert read_known({"price": stored}, "price") is None
    assert read_known({"price": 0}, "price") == 0


def test_source_metadata_shows_its_texts():
    assert read_source_metadata({}) is None
    assert read_source_metadata({"source_metadata": "text"}) is None
    assert read_source_metadata({"source_metadata": {"a": "b", "n": 5}}) == {"a": "b"}


@pytest.mark.parametrize("reason", ["3", "", True, 10, -1, 5.5])
def test_the_reason_of_an_archive_is_a_whole_number_and_no_text(reason):
    assert [field for field, _code in refusals(archive=Archive(reason))] == ["archive.reason"]


def test_tags_come_by_the_hundred_at_most():
    workspace = make_workspace()
    state = LeadState(workspace, Lead(workspace=workspace), is_new=True)
    change = LeadChange(tags=TagChange(names=tuple(f"tag {number}" for number in range(101))))

    with pytest.raises(Invalid) as caught:
        judge(state, change, clean(change, workspace), SYSTEM)

    assert [(problem.field, problem.code) for problem in caught.value.problems] == [("tags", "too_long")]
