"""A file that several processes read: the same end as if one had."""

import io
import json
import pickle
from multiprocessing.reduction import ForkingPickler

import pytest
from django.core.management import CommandError, call_command

from leadhub.workspaces import clock
from leads.imports.options import Options
from leads.imports.rows import open_rows
from leads.imports.source import find_source
from leads.models import ImportBatch
from tests.imports import books
from tests.imports.dumps import differing, dump
from tests.imports.killed import MOMENT
from tests.imports.test_reading import FILES
from tests.make import make_answerable, make_workspace

pytestmark = pytest.mark.django_db
COLUMNS = "First name;Email;Phone;External ID;Tags;Tax ID;Joined;Budget\n"


def brought(path, jobs, **options):
    """What is stored, and what is said of it."""
    workspace, out, err = make_answerable(), io.StringIO(), io.StringIO()
    try:
        call_command(
            "import_leads", workspace.slug, path, jobs=jobs, json=True, stdout=out, stderr=err, **options
        )
        code = 0
    except CommandError as refusal:
        code = refusal.returncode, str(refusal)
    assert out.getvalue(), code
    report = json.loads(out.getvalue())
    report.pop("import")
    batch = ImportBatch.objects.get(workspace=workspace)
    about = batch.options["about"]["warnings"], batch.next_row, batch.error
    return dump(workspace), (code, report, about, err.getvalue())


def test_a_file_read_by_several_comes_to_the_same(tmp_path, monkeypatch):
    monkeypatch.setitem(Options.__init__.__kwdefaults__, "batch_size", 30)
    lines = [COLUMNS.encode()]
    for n in range(220):
        email = "no email" if n % 9 == 0 else f"{n % 150}@x.example"
        name = f"Jos\u00e9 {n}".encode("latin-1" if n == 61 else "utf-8")
        ragged = ";;;" if n % 17 == 3 else ""
        rest = f";{email};(415) 555-{2000 + n};c-{n};VIP,t{n % 4};12-345678{n % 10};3.2.2026;{n}{ragged}\n"
        lines.append(name + rest.encode())
    lines.append(b'"broken;b@x.example\n')
    path = tmp_path / "list.csv"
    path.write_bytes(b"".join(lines))
    with clock.at(MOMENT):
        expected, told = brought(str(path), 1, on_match="overwrite", tag=["fair"])
        found, said = brought(str(path), 3, on_match="overwrite", tag=["fair"])
    assert said == told
    assert not differing(found, expected)
    assert told[1]["refused"] > 20 and told[1]["updated"] > 5 and "never closed" in told[1]["error"]


def test_what_each_of_several_notices_is_told(tmp_path, monkeypatch):
    monkeypatch.setitem(Options.__init__.__kwdefaults__, "batch_size", 10)
    monkeypatch.setattr("leads.imports.layout._KEYS_SOUGHT", 200)
    late = {225: "Hat", 235: "Shoe", 245: "Hat", 255: "Coat"}
    lines = [
        json.dumps({"Full name": f"Ana {n}", **({late[n]: "x"} if n in late else {})}) for n in range(260)
    ]
    path = tmp_path / "list.jsonl"
    path.write_text("\n".join(lines))
    warnings = brought(str(path), 3)[1][2][0]
    assert sorted(line.rpartition(" ")[2] for line in warnings) == ["Coat.", "Hat.", "Shoe."]


def test_a_row_that_has_travelled_is_the_same(tmp_path):
    workspace = make_workspace()
    books.write_fair_list(tmp_path / "fair.xlsx")
    hub = {"first_name": "Ana", "tags": ["VIP"], "consent": {"sms": False}, "email": None, "source": "x"}
    (tmp_path / "hub.jsonl").write_text(f"{json.dumps(hub)}\n{{}}\n[]\n")
    (tmp_path / "pollybot.jsonl").write_text(
        '{"name": "Ana", "phoneNumber": "4155552671", "customData": {}}\n'
    )
    for path in (*FILES.iterdir(), *tmp_path.iterdir()):
        rows = list(open_rows(find_source(path), workspace).rows())
        assert rows and pickle.loads(ForkingPickler.dumps(rows)) == rows
