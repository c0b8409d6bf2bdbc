"""Leadping's archive: a reason, which is a number of an unpublished list, and a note. Neither is needed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from leads.change import Archive, LeadChange
from leads.voices.leadping.words import Words
from leads.voices.shape import Null, Part, Shape

ARCHIVE: Final = Shape(
    "LeadArchiveRequest",
    (
        Part(
            "reason",
            type="integer",
            null=Null.LEAVE,
            blank=Null.VALUE,
            means="archive.reason",
            schema={"minimum": 0, "maximum": 9},
        ),
        Part("note", null=Null.LEAVE, blank=Null.LEAVE, means="archive.note", schema={"maxLength": 500}),
    ),
)
ARCHIVE_WORDS: Final = Words(ARCHIVE)


def read_archive(body: Mapping[str, object]) -> tuple[LeadChange, list[str]]:
    """A lead that is archived already keeps its first time, reason and note."""
    sent = ARCHIVE.read(body)
    archive = Archive(sent.own.get("reason"), sent.own.get("note"))
    return LeadChange(archive=archive, problems=tuple(sent.problems)), sent.ignored
