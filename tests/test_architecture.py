"""What the tools cannot say of the house: who may write leads, how long things grow, what names mean."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

BASE_DIR = Path(__file__).resolve().parent.parent
OURS = ["leadhub", "leads", "checklists", "benchmarks", "tests"]

# The rooms that may write a lead and what hangs off it.
WRITERS = ("leads/changes/", "leads/timeline", "leads/migrations/")
# Rooms that keep books of their own: the names by which those books are written there.
OWN_BOOKS = {
    "leads/imports/": {"ImportBatch", "ImportMapping", "ImportRow", "batch", "mapping"},
    "leads/outbox/": {
        "Event",
        "Instance",
        "Job",
        "WebhookDelivery",
        "WebhookEndpoint",
        "delivery",
        "job",
        "leased",
    },
    "leads/management/commands/demo": {"user"},
    "leads/api/credentials": {"ApiKey"},
    "leads/admin/": {"SavedView", "saved_view"},
}
ALWAYS_WRITES = re.compile(r"a?(create|get_or_create|update_or_create|bulk_create|bulk_update)|_raw_delete")
# A dictionary, a hash or a file store has these too, but then with a plain argument in front.
WRITES_BY_KEYWORD = re.compile(r"a?(save|update|delete)")
WRITES_BY_SQL = re.compile(
    r"\b(insert\s+into|update|delete\s+from|merge\s+into|copy)\s+\"?leads_", re.IGNORECASE
)


def sources(*roots):
    files = [BASE_DIR / "manage.py"] if "leadhub" in roots else []
    for root in roots:
        files += sorted((BASE_DIR / root).rglob("*.py"))
    return [file for file in files if "migrations" not in file.parts]


def place(file):
    return file.relative_to(BASE_DIR).as_posix()


def names_in(receiver):
    """The names of `Lead.objects.filter(...)` or `self.batch`, innermost last."""
    while True:
        if isinstance(receiver, ast.Call):
            receiver = receiver.func
        elif isinstance(receiver, ast.Attribute):
            yield receiver.attr
            receiver = receiver.value
        elif isinstance(receiver, ast.Subscript):
            receiver = receiver.value
        else:
            if isinstance(receiver, ast.Name):
                yield receiver.id
            return


def writes_in(text):
    """(line, words, names of the receiver) of each thing that looks like a write to the database."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            method = node.func.attr
            if ALWAYS_WRITES.fullmatch(method) or (
                WRITES_BY_KEYWORD.fullmatch(method) and is_by_keyword(node)
            ):
                yield node.lineno, ast.unparse(node.func), set(names_in(node.func.value))
        elif (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and WRITES_BY_SQL.search(node.value)
        ):
            yield node.lineno, "SQL", set()


def is_by_keyword(call):
    return not call.args and (call.func.attr.removeprefix("a") != "update" or bool(call.keywords))


def test_only_the_writer_writes_leads():
    found = []
    for file in sources("leads"):
        if place(file).startswith(WRITERS):
            continue
        own = set().union(*(names for room, names in OWN_BOOKS.items() if place(file).startswith(room)))
        for line, words, names in writes_in(file.read_text()):
            if not names & own:
                found.append(f"{place(file)}:{line} {words}")
    assert not found, "Write leads through leads.changes only."


@pytest.mark.parametrize(
    "text",
    [
        "lead.save()",
        "lead.save(update_fields=['phone'])",
        "Lead.objects.create(name=name)",
        "Lead.objects.filter(pk=pk).update(name=name)",
        "Lead.objects.filter(pk=pk).update(**values)",
        "lead.entries.all().delete()",
        "await lead.asave()",
        "Lead.objects.bulk_update(leads, ['name'])",
        "Lead.objects.get_or_create(email=email)",
        "Tag.objects.update_or_create(name=name, defaults=defaults)",
        "cursor.execute('UPDATE leads_lead SET version = 1')",
        "cursor.execute('insert into \"leads_entry\" values (1)')",
    ],
)
def test_a_write_is_seen(text):
    assert list(writes_in(text))


@pytest.mark.parametrize(
    "text",
    [
        "values.update({'name': name})",
        "digest.update(data)",
        "storage.save(name, content)",
        "storage.delete(name)",
        "Lead.objects.filter(pk=pk).first()",
        "cursor.execute('SELECT update FROM leads_lead')",
    ],
)
def test_what_is_no_write_is_left_alone(text):
    assert not list(writes_in(text))


def test_a_file_is_split_before_it_grows_past_300_lines():
    lengths = {place(file): len(file.read_text().splitlines()) for file in sources(*OURS)}
    assert not {
        name: lines for name, lines in lengths.items() if lines > 300 and not name.startswith("tests/")
    }


def test_a_function_stays_within_40_lines():
    """The product's functions; a test may hold a whole document against another."""
    found = []
    for file in sources(*(room for room in OURS if room != "tests")):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = node.end_lineno - node.lineno + 1
                if lines > 40:
                    found.append(f"{place(file)}:{node.lineno} {node.name} has {lines} lines")
    assert not found


def test_no_module_is_a_drawer_for_everything():
    drawers = {"common", "core", "helpers", "managers", "services", "signals", "utils"}
    assert not [place(file) for file in sources(*OURS) if {file.stem, file.parent.name} & drawers]


def test_every_module_says_what_lives_in_it():
    silent = []
    for file in sources("leadhub", "leads", "checklists"):
        tree = ast.parse(file.read_text())
        if tree.body and not ast.get_docstring(tree) and file.name != "apps.py":
            silent.append(place(file))
    assert not silent
