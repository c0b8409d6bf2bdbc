"""Whatever bytes come: rows, or one refusal with a sentence; never another error."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leads.imports.rows import open_rows
from leads.imports.source import Unreadable, find_source
from tests.imports import books
from tests.make import make_workspace

FILES = Path(__file__).parent / "files"
NAMES = ["a.csv", "a.tsv", "a.json", "a.jsonl", "a.xlsx", "a", "a.csv.gz"]
PIECES = [
    b'"',
    b",",
    b";",
    b"\n",
    b"\r\n",
    b"\x00",
    b"\xff",
    b"{",
    b"}",
    b"[",
    b"]",
    b":",
    b"'=",
    b"1e999",
    b"\\ud800",
]


def read(path):
    try:
        rows = list(open_rows(find_source(path), read.workspace).rows())
    except Unreadable as refusal:
        assert refusal.message.endswith(".") and refusal.reason
        return
    for row in rows:
        assert row.change is not None or row.problems
    assert [row.line for row in rows] == sorted({row.line for row in rows})


@pytest.fixture
def folder(db, tmp_path):
    read.workspace = make_workspace()
    return tmp_path


def test_any_text_is_rows_or_a_refusal(folder):
    cell = st.one_of(st.text(max_size=8), st.sampled_from(["Email", "a@x.example", "=1", "31/12/99", "1,5"]))
    line = st.lists(cell, max_size=6).map(",".join)

    @settings(max_examples=60)
    @given(
        st.lists(line, max_size=8), st.sampled_from(NAMES), st.sampled_from(["utf-8", "utf-16", "latin-1"])
    )
    def check(lines, name, encoding):
        path = folder / name
        path.write_bytes("\n".join(lines).encode(encoding, "replace"))
        read(path)

    check()


def test_a_damaged_file_is_rows_or_a_refusal(folder):
    chance = random.Random(11)
    honest = [
        (FILES / "kunden-latin1.csv").read_bytes(),
        (FILES / "vendor-dump.json").read_bytes(),
        b'{"first_name": "Ana", "address": {"city": "Ulm"}}\n{"first_name": "Bo", "tags": ["x"]}\n',
        books.write_fair_list(folder / "fair.xlsx").read_bytes(),
    ]
    for number in range(120):
        raw = bytearray(honest[number % 4])
        for _damage in range(chance.randint(1, 6)):
            at = chance.randrange(len(raw))
            raw[at : at + chance.choice((0, 1, 5, 200))] = chance.choice(PIECES) * chance.choice((1, 1, 40))
        path = folder / chance.choice(NAMES)
        path.write_bytes(bytes(raw))
        read(path)
