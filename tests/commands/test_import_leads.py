"""`import_leads` and `undo_import` as an operator uses them."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import signal
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from openpyxl import Workbook

from leads.change import ById, ConsentWish, LeadChange
from leads.changes import apply_change
from leads.changes.erase import erase_lead
from leads.imports.books import about
from leads.imports.cells import as_meant, defuse
from leads.imports.options import Options
from leads.management.progress import Progress
from leads.models import ConsentEvent, ImportBatch, Lead
from tests.commands.run import output_of, refusal_of
from tests.make import SYSTEM, make_answerable, make_lead, make_member, make_workspace

pytestmark = pytest.mark.django_db
GERMAN = Path(__file__).parents[1] / "imports/files/kunden-latin1.csv"


def written(tmp_path, text, name="leads.csv"):
    path = tmp_path / name
    path.write_text(text)
    return str(path)


def report_of(*words, **options):
    """The JSON report, whatever the exit code."""
    out = io.StringIO()
    try:
        call_command("import_leads", *words, json=True, stdout=out, stderr=io.StringIO(), **options)
        code = 0
    except CommandError as refusal:
        code = refusal.returncode
    report = json.loads(out.getvalue())
    kinds = ("created", "updated", "unchanged", "skipped", "refused")
    assert report["read"] == sum(report[name] for name in kinds)
    return code, report


def test_refused_rows_are_corrected_in_their_file_and_fed_back(tmp_path):
    workspace = make_workspace(region="DE")
    errors = tmp_path / "refused.csv"
    code, report = report_of(workspace.slug, str(GERMAN), errors=errors)
    assert (code, report["created"], report["refused"]) == (1, 3, 1)
    assert report["causes"][0]["code"] == "ragged_row" and report["causes"][0]["first_line"] == 6

    text = errors.read_text(encoding="utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text), delimiter=";")
    assert list(row)[-4:] == ["import_line", "import_field", "import_code", "import_sentence"]
    assert (row["import_line"], row["import_code"], row["Vorname"]) == ("6", "ragged_row", "Nur")
    assert row["import_sentence"].endswith(".")

    again, report = report_of(workspace.slug, str(errors))
    assert (again, report["created"], report["refused"]) == (0, 1, 0)
    assert Lead.objects.filter(workspace=workspace).count() == 4
    half = Lead.objects.get(workspace=workspace, email="halb@beispiel.de")
    assert (half.first_name, half.metadata, half.source) == ("Nur", {}, "import")


RAGGED = [
    ["Name", "Email", "City", "Notes"],
    ["Ana", "ana@x.example", "Austin", "likes tea", "=1+1", "", "VIP"],
    ["Cy", "cy@x.example", "Austin", "at; home, now", "TX"],
    *([f"Di {n}", f"d{n}@x.example", "Ulm", "", "", f"more {n}"] for n in range(8)),
]


def as_workbook(table, path, title="Sheet", further=""):
    book = Workbook()
    book.active.title = title
    if further:
        book.create_sheet(further)
    for row in table:
        book.active.append(row)
    for cell in (cell for row in book.active.iter_rows() for cell in row if cell.data_type == "f"):
        cell.data_type = "s"
    book.save(path)


def as_csv(table, path):
    with open(path, "w", newline="") as file:
        csv.writer(file, delimiter=";").writerows([[defuse(cell) for cell in row] for row in table])


@pytest.mark.parametrize(("suffix", "write"), [("csv", as_csv), ("xlsx", as_workbook)])
def test_cells_beyond_the_last_column_stay_with_their_row_until_it_is_corrected(tmp_path, suffix, write):
    workspace = make_workspace()
    path, errors, again = tmp_path / f"leads.{suffix}", tmp_path / "refused.csv", tmp_path / "again.csv"
    write(RAGGED + [[f"Ed {n}", f"e{n}@x.example", "Ulm", ""] for n in range(50)], path)
    code, report = report_of(workspace.slug, str(path), errors=errors)
    assert (code, report["created"], report["refused"]) == (1, 50, 10)
    text = errors.read_text(encoding="utf-8-sig")
    sign = about(ImportBatch.objects.get()).delimiter
    header, ana, cy, *_others = csv.reader(io.StringIO(text), delimiter=sign)
    assert ana[:4] == RAGGED[1][:4] and ana[8:] == ["'=1+1", "", "VIP"]

    # Fed back as it is, in whichever form a spreadsheet saves it, nothing is stored and nothing lost.
    assert report_of(workspace.slug, str(errors), errors=again)[1]["refused"] == 10
    assert [row[8:] for row in csv.reader(io.StringIO(again.read_text()), delimiter=sign)][1] == ana[8:]
    as_workbook([header, [as_meant(cell) for cell in ana], cy], tmp_path / "saved.xlsx")
    assert report_of(workspace.slug, str(tmp_path / "saved.xlsx"), dry_run=True)[1]["refused"] == 2
    assert Lead.objects.count() == 50

    cy[2:4], cy[8:] = ["Austin, TX", "at; home, now"], []
    as_workbook([header, cy, ana], tmp_path / "mended.xlsx")
    report = report_of(workspace.slug, str(tmp_path / "mended.xlsx"))[1]
    assert (report["created"], report["refused"]) == (1, 1)
    lead = Lead.objects.get(first_name="Cy")
    assert (lead.address.city, lead.note) == ("Austin, TX", "at; home, now")


VISITORS = """header: 3
sheet: Visitors
columns:
  Who: {to: name, order: last first}
  Mail: email
  Seen: {to: captured_at, date: DD/MM/YYYY}
constants: {source: Fair}
"""


@pytest.mark.parametrize("back_as", ["csv", "xlsx", "txt"])
def test_refused_rows_come_back_as_their_import_was_read(tmp_path, back_as):
    """A few rows that were refused are a bad sample, and header and sheet stand elsewhere in their file."""
    workspace = make_workspace()
    path, errors, back = tmp_path / "fair.xlsx", tmp_path / "refused.csv", tmp_path / f"back.{back_as}"
    mapping = tmp_path / "fair.yaml"
    mapping.write_text(VISITORS)
    rows = [["Fair"], ["2026"], ["Who", "Mail", "Seen"], ["Ruiz Ana", "no", "03/04/2026"]]
    as_workbook(rows, path, title="Visitors", further="Notes")
    out = io.StringIO()
    with pytest.raises(CommandError):
        call_command(
            "import_leads", workspace.slug, str(path), mapping=mapping, errors=errors, tag=["VIP"], stdout=out
        )
    assert f"import_leads {workspace.slug} {errors} --mapping {mapping} --tag VIP" in out.getvalue()
    assert errors.stat().st_mode & 0o077 == 0
    text = errors.read_text(encoding="utf-8-sig").replace(",no,", ",ana@x.example,")
    if back_as == "xlsx":
        as_workbook(list(csv.reader(io.StringIO(text))), back)
    elif back_as == "txt":
        as_csv(list(csv.reader(io.StringIO(text))), back)
    else:
        back.write_text(text)
    told = io.StringIO()
    call_command("import_leads", workspace.slug, str(back), stdout=io.StringIO(), stderr=told)
    assert "Read like fair.xlsx" in told.getvalue()
    lead = Lead.objects.get()
    assert (lead.first_name, lead.last_name, lead.source) == ("Ana", "Ruiz", "Fair")
    assert f"{lead.captured_at:%Y-%m-%d}" == "2026-04-03"
    # The mapping of the first file fits as well.
    call_command(
        "import_leads", workspace.slug, str(back), mapping=mapping, again=True, source="Web", stdout=out
    )
    assert report_of(workspace.slug, str(back), mapping=mapping, dry_run=True)[1]["skipped"] == 1


def test_refused_objects_come_back_as_their_import_was_read(tmp_path):
    workspace = make_workspace()
    lines = [
        {"Who": "Ruiz, Ana", "Mail": "ana@x.example", "Web": "https://x.example"},
        {"Who": "Li, Bo", "Mail": "no"},
    ]
    path = written(tmp_path, "\n".join(map(json.dumps, lines)), "list.jsonl")
    mapping = tmp_path / "list.yaml"
    mapping.write_text("columns: {Who: {to: name, order: last first}, Mail: email, Web: website}")
    errors = tmp_path / "refused.jsonl"
    assert report_of(workspace.slug, path, mapping=mapping, errors=errors)[1]["refused"] == 1
    errors.write_text(errors.read_text().replace('"no"', '"bo@x.example"'))
    assert report_of(workspace.slug, str(errors))[1]["created"] == 1
    assert Lead.objects.get(email="bo@x.example").last_name == "Li"


def test_the_file_that_is_imported_is_not_written_over(tmp_path):
    workspace = make_workspace()
    path = written(tmp_path, "Name,Email\nAna,no\n")
    code, lines = refusal_of("import_leads", workspace.slug, path, errors=Path(path))
    assert code == 2 and "(same_file)" in lines[0] and "Ana,no" in Path(path).read_text()
    assert not ImportBatch.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"resume": "nonsense"}, "not_found"),
        ({"disposition": "nope"}, "invalid_choice"),
        ({"region": "XX"}, "invalid_choice"),
        ({"tag": ["x" * 300]}, "too_long"),
        ({"mapping": Path("/nowhere")}, "unreadable"),
    ],
)
def test_a_bad_argument_is_two_and_leaves_nothing_behind(tmp_path, wrong, code):
    workspace = make_workspace()
    path = written(tmp_path, "Name,Email\nAna,a@x.example\n")
    said, lines = refusal_of("import_leads", workspace.slug, path, **wrong)
    assert said == 2 and f"({code})" in lines[0] and "Errno" not in lines[0]
    assert not ImportBatch.objects.exists() and not Lead.objects.exists()


def test_a_code_and_a_person_that_are_not_there_are_named_with_what_is(tmp_path):
    workspace = make_workspace()
    email = make_member(workspace).email
    rows = f"Ana,funded,\nBo,,x{email}\nCy,,zoe@elsewhere.example\n"
    path = written(tmp_path, "Name,disposition.outcome,assignee\n" + rows)
    _code, report = report_of(workspace.slug, path, dry_run=True)
    told = {kind["first_line"]: kind["message"] for kind in report["causes"]}
    assert told[2].startswith("There is no disposition “funded”. Choose one of new, ")
    assert told[3] == f"Nobody in the workspace has the email x{email}. The nearest is “{email}”."
    assert "zoe@elsewhere.example" in told[4]


def test_the_report_names_the_column_and_many_unknown_names(tmp_path):
    rows = "".join(f"Ana {n},odd {n}\n" for n in range(53))
    path = written(tmp_path, f"Name,Phase\n{rows}Bo,\nBo,\n")
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text("columns: {Name: external_id, Phase: disposition.outcome}")
    out = io.StringIO()
    with pytest.raises(CommandError):
        call_command(
            "import_leads", make_workspace().slug, path, mapping=mapping, dry_run=True, stdout=out, stderr=out
        )
    told = out.getvalue()
    assert told.count("refused, Phase (disposition): There is no disposition “odd ") == 50
    assert "3 × refused, Phase (disposition): Others of this kind, such as: " in told
    assert "by its external id. (duplicate_row; first in line 56, like line 55)" in told


def test_phones_that_are_no_numbers_are_noticed_and_kept(tmp_path):
    workspace = make_workspace()
    path = written(tmp_path, "Name,Phone\nAna,12\nBo,4155552671\nCy,\nDi,x99\n" + "Ed,4155552672\n" * 6)
    words = "2 phones are no numbers that can be called; they are kept as they stand."
    for dry_run in (True, False):
        out = io.StringIO()
        call_command("import_leads", workspace.slug, path, dry_run=dry_run, stdout=out, stderr=out)
        assert words in out.getvalue()
    assert Lead.objects.filter(phone="12").exists()
    out = io.StringIO()
    call_command("import_leads", workspace.slug, written(tmp_path, "Name\nFay\n", "b.csv"), stdout=out)
    assert "can be called" not in out.getvalue()


def test_what_is_wrong_is_counted_by_its_words_and_many_wordings_together(tmp_path):
    lines = "".join("x" + "," * wide + "x\n" for wide in (2, 2, 3, 4, 5, 6, 7, 8, 9, 9))
    path = written(tmp_path, "Name,Email\n" + "Ana,a@x.example\n" * 60 + lines)
    _code, report = report_of(make_workspace().slug, path, dry_run=True)
    found = [(kind["count"], kind["message"]) for kind in report["causes"] if kind["code"] == "ragged_row"]
    assert [count for count, _message in found] == [4, 2, 1, 1, 1, 1]
    assert found[0][1].startswith("Others of this kind, such as: This row has 8 cells")
    assert found[1][1].startswith("This row has 3 cells") and report["refused"] == 10


def test_a_rehearsal_judges_every_row_and_stores_none(tmp_path):
    workspace = make_workspace()
    path = written(tmp_path, "Name,Email\nAna,a@x.example\nBo,nonsense\n,\nCy,c@x.example\n")
    errors = tmp_path / "refused.csv"
    code, report = report_of(workspace.slug, path, dry_run=True, errors=errors)
    assert (code, report["read"], report["created"], report["refused"], report["import"]) == (
        1,
        3,
        2,
        1,
        None,
    )
    assert not Lead.objects.filter(workspace=workspace).exists() and not ImportBatch.objects.exists()
    assert "invalid_email" in errors.read_text(encoding="utf-8-sig")


def test_the_mapping_that_is_shown_can_be_fed_back(tmp_path):
    workspace = make_answerable()
    path = written(
        tmp_path, "Full name;E-Mail;Tax ID;Joined;Hobby\nRuiz, Ana;a@x.example;12-3456789;31.12.2025;chess\n"
    )
    shown = output_of("import_leads", workspace.slug, path, show_mapping=True)
    assert "answers.tax_id" in shown and "last first" in shown and "# Kept as metadata" in shown
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text(shown)
    assert (
        output_of("import_leads", workspace.slug, path, show_mapping=True, mapping=mapping).strip() in shown
    )
    code, report = report_of(workspace.slug, path, mapping=mapping, source="Fair")
    assert (code, report["created"]) == (0, 1)
    lead = Lead.objects.get(workspace=workspace)
    assert (lead.first_name, lead.last_name, lead.source, lead.metadata["hobby"]) == (
        "Ana",
        "Ruiz",
        "Fair",
        "chess",
    )
    # Kept for that source, and used for its next file.
    other = written(
        tmp_path, "Full name;E-Mail;Tax ID;Joined;Hobby\nLi, Bo;b@x.example;;1.2.2026;go\n", "next.csv"
    )
    mapping.unlink()
    assert report_of(workspace.slug, other, source="Fair")[1]["created"] == 1
    assert Lead.objects.get(workspace=workspace, first_name="Bo").metadata["hobby"] == "go"


@pytest.mark.parametrize(
    ("yaml", "field", "words"),
    [
        ("columns: {Name: nmae}", "columns.Name", "name"),
        ("columns: {Name: answers.tax}", "columns.Name", "answers.tax_id"),
        ("columns: {Nam: name}", "columns.Nam", "“Name”"),
        ("columns: {Name: {to: name, ordr: x}}", "columns.Name.ordr", "“order”"),
        ("colums: {Name: name}", "colums", "“columns”"),
        ("constants: {sorce: x}\ncolumns: {Name: name}", "constants.sorce", "source"),
        ("columns: [", "mapping", "line"),
        ("a: &a [x]\nb: [*a, *a]", "mapping", "YAML"),
        ("columns: {Name: {to: captured_at, date: DDMM}}", "columns.Name.date", "YYYY"),
    ],
)
def test_a_mapping_that_names_what_is_not_there_says_what_was_meant(tmp_path, yaml, field, words):
    workspace = make_answerable()
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text(yaml)
    path = written(tmp_path, "Name,Email\nAna,a@x.example\n")
    code, lines = refusal_of("import_leads", workspace.slug, path, mapping=mapping)
    assert code in {1, 2} and any(line.startswith(f"{field}: ") and words in line for line in lines), lines
    assert not Lead.objects.filter(workspace=workspace).exists()


def test_a_mapping_that_is_kept_and_does_not_fit_says_so(tmp_path):
    workspace = make_workspace()
    first = written(tmp_path, "Name,Mail\nAna,a@x.example\n")
    call_command("import_leads", workspace.slug, first, source="Fair", stdout=io.StringIO())
    other = written(tmp_path, "Name,E-Mail\nBo,b@x.example\n", "other.csv")
    code, lines = refusal_of("import_leads", workspace.slug, other, source="Fair")
    assert code == 2 and "“Mail”" in lines[0] and "kept for “Fair”" in lines[1]
    mapping = tmp_path / "fair.yaml"
    mapping.write_text(output_of("import_leads", workspace.slug, other, show_mapping=True))
    assert report_of(workspace.slug, other, source="Fair", mapping=mapping)[1]["created"] == 1


def test_the_same_file_twice_is_asked_about(tmp_path):
    workspace = make_workspace()
    path = written(tmp_path, "Name,Email\nAna,a@x.example\n")
    assert report_of(workspace.slug, path)[0] == 0
    copy = written(tmp_path, "Name,Email\nAna,a@x.example\n", "another name.csv")
    code, lines = refusal_of("import_leads", workspace.slug, copy)
    assert code == 2 and "(already_imported)" in lines[0] and "--again" in lines[0]
    assert report_of(workspace.slug, copy, again=True)[1]["skipped"] == 1
    assert report_of(make_workspace().slug, copy)[1]["created"] == 1


def test_an_import_that_broke_off_goes_on_with_the_same_file_alone(tmp_path, monkeypatch):
    workspace = make_workspace()
    rows = "".join(f"Ana{number},a{number}@x.example\n" for number in range(300))
    path = written(tmp_path, "Name,Email\n" + rows + '"broken,b@x.example\n')
    monkeypatch.setitem(Options.__init__.__kwdefaults__, "batch_size", 100)
    code, report = report_of(workspace.slug, path)
    assert (code, report["state"], report["created"]) == (1, "failed", 300)
    assert "never closed" in report["error"]
    code, lines = refusal_of("import_leads", workspace.slug, path)
    assert code == 2 and "300 rows" in lines[0] and f"--resume {report['import']}" in lines[0]
    other = written(tmp_path, "Name,Email\n", "other.csv")
    assert refusal_of("import_leads", workspace.slug, other, resume=report["import"])[0] == 2
    code, further = report_of(workspace.slug, path, resume=report["import"])
    assert (code, further["created"], further["import"]) == (1, 300, report["import"])
    assert Lead.objects.filter(workspace=workspace).count() == 300


def test_ctrl_c_ends_behind_the_rows_at_hand_and_says_how_to_go_on(tmp_path, monkeypatch):
    workspace, out = make_workspace(), io.StringIO()
    rows = "".join(f"Ana{number},a{number}@x.example\n" for number in range(30))
    path = written(tmp_path, "Name,Email\n" + rows)
    monkeypatch.setitem(Options.__init__.__kwdefaults__, "batch_size", 10)
    monkeypatch.setattr(Progress, "tell", lambda *_told: os.kill(os.getpid(), signal.SIGINT))
    for terms in ({"dry_run": True}, {}):
        with pytest.raises(CommandError) as caught:
            call_command("import_leads", workspace.slug, path, stdout=out, stderr=io.StringIO(), **terms)
        assert caught.value.returncode == 1
    batch = ImportBatch.objects.get()
    assert (batch.state, batch.created, Lead.objects.count()) == ("cancelled", 10, 10)
    lines = out.getvalue().splitlines()
    assert lines[2] == "Broken off."
    assert lines[-1].endswith(
        f"Go on with: manage.py import_leads {workspace.slug} {path} --resume {batch.pk}"
    )


def test_what_is_noticed_on_the_way_is_told_at_the_end(tmp_path):
    workspace = make_workspace()
    path = tmp_path / "leads.csv"
    path.write_bytes("".join(f"Ana {n}\n" for n in range(1000)).encode() + "Jörg\n".encode("latin-1"))
    path.write_bytes(b"Name\n" + path.read_bytes())
    told = io.StringIO()
    call_command("import_leads", workspace.slug, str(path), stdout=io.StringIO(), stderr=told)
    assert "1 lines are not UTF-8 (the first is line 1002)" in told.getvalue()
    assert Lead.objects.filter(first_name="Jörg").exists() or Lead.objects.filter(last_name="Jörg").exists()


def test_standard_input_and_gzip_are_read(tmp_path, monkeypatch):
    workspace = make_workspace()
    packed = gzip.compress(
        b'{"first_name": "Ana", "phone": "4155552671"}\n{"first_name": "Bo", "email": "x"}\n'
    )
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(packed)))
    errors = tmp_path / "refused.jsonl"
    code, report = report_of(workspace.slug, "-", errors=errors)
    assert (code, report["created"], report["refused"]) == (1, 1, 1)
    told = json.loads(errors.read_text())
    assert (told["first_name"], told["import_line"], told["import_code"]) == ("Bo", "2", "invalid_email")
    errors.write_text(errors.read_text().replace('"x"', '"bo@x.example"'))
    assert report_of(workspace.slug, str(errors))[1]["created"] == 1


def test_terms_hold_for_all_rows_and_a_bad_one_is_refused_before_any(tmp_path):
    workspace = make_answerable()
    ana = make_member(workspace, email="ana@desk.example")
    make_lead(workspace, first_name="Known", email="known@x.example")
    path = written(
        tmp_path, "Name,Email,Phone,City\nAna,a@x.example,030 901820,Berlin\nNew,KNOWN@x.example,,Ulm\n"
    )
    terms = {"tag": ["Fair"], "assign": "ANA@desk.example", "disposition": "Qualified", "region": "de"}
    for wrong in ({"assign": "nobody@x.example"}, {"match": "email,shoe"}):
        assert refusal_of("import_leads", workspace.slug, path, **{**terms, **wrong})[0] == 2
    code, report = report_of(workspace.slug, path, on_match="fill", **terms)
    assert (code, report["created"], report["updated"]) == (0, 1, 1)
    lead = Lead.objects.get(workspace=workspace, email="a@x.example")
    assert (lead.phone_e164.as_e164, lead.assignee, lead.disposition.stage) == (
        "+4930901820",
        ana,
        "qualified",
    )
    assert lead.lead_tags.get().tag.name == "Fair"
    assert Lead.objects.get(workspace=workspace, first_name="Known").address.city == "Ulm"


def test_an_erased_person_is_not_brought_back_and_the_report_says_so(tmp_path):
    workspace = make_workspace()
    gone = make_lead(workspace, first_name="Ana", email="ana@x.example", phone="4155552671")
    erase_lead(workspace, SYSTEM, ById(gone.pk), "They asked.")
    rows = ["Ana,,4155552671", "Ana,ANA@x.example,", "Bo,bo@x.example,", "Bo,bo@x.example,"]
    path, errors = written(tmp_path, "\n".join(["Name,Email,Phone", *rows])), tmp_path / "refused.csv"
    for dry_run in (True, False):
        code, report = report_of(workspace.slug, path, errors=errors, dry_run=dry_run)
        assert (code, report["created"], report["skipped"]) == (0, 1, 3)
        told = {cause["code"]: (cause["count"], cause["first_line"]) for cause in report["causes"]}
        assert told == {"erased": (2, 2), "duplicate_row": (1, 5)}
    assert "Ana" not in errors.read_text()


def test_a_basis_of_consent_goes_on_record_and_ends_no_opt_out(tmp_path):
    workspace = make_workspace()
    out = make_lead(workspace, first_name="Out", email="out@x.example", consent=(ConsentWish("all", False),))
    path = written(tmp_path, "Name,Email\nAna,a@x.example\nOut,out@x.example\n")
    assert report_of(workspace.slug, path, on_match="fill", consent="Signed at the fair.")[0] == 0
    said = ConsentEvent.objects.filter(opted_in=True).values_list("lead__email", "text_shown")
    assert ("a@x.example", "Signed at the fair.") in said
    assert not ConsentEvent.objects.filter(lead=out, opted_in=True).exists()


def test_an_override_is_imported_and_taken_back(tmp_path):
    """An export has it, and who runs commands may set it."""
    workspace = make_workspace()
    known = make_lead(workspace, first_name="Known", email="known@x.example")
    text = "first_name,email,override.enabled,override.reason\nAna,a@x.example,no,quarrel\n"
    path = written(tmp_path, text + "Known,known@x.example,yes,paid\n")
    code, report = report_of(workspace.slug, path, on_match="overwrite")
    assert (code, report["created"], report["updated"]) == (0, 1, 1)
    known.refresh_from_db()
    assert (known.override_enabled, known.override_reason) == (True, "paid")
    output_of("undo_import", report["import"])
    known.refresh_from_db()
    assert known.override_enabled is None


def test_leads_that_stay_are_listed_by_name_and_id(tmp_path):
    workspace = make_workspace()
    report = report_of(workspace.slug, written(tmp_path, "Name,Email\nAna Ruiz,a@x.example\n"))[1]
    lead = Lead.objects.get()
    apply_change(workspace, SYSTEM, ById(lead.pk), LeadChange(fields={"last_name": "Ng"}))
    words = f"Ana Ng ({lead.pk}) stays: it was changed since."
    assert words in output_of("undo_import", report["import"], dry_run=True)
    (listed,) = json.loads(output_of("undo_import", report["import"], json=True))["listed"]
    assert (listed["lead"], listed["name"]) == (str(lead.pk), "Ana Ng")


def test_an_import_is_taken_back(tmp_path):
    workspace = make_workspace()
    make_lead(workspace, first_name="Known", email="known@x.example")
    path = written(tmp_path, "Name,Email,City\nAna,a@x.example,Berlin\n,known@x.example,Ulm\n")
    _code, report = report_of(workspace.slug, path, on_match="fill")
    assert report["updated"] == 1
    told = output_of("undo_import", report["import"], dry_run=True)
    assert "Leads it would delete: 1, put back: 1" in told
    assert Lead.objects.filter(workspace=workspace, deleted_at=None).count() == 2
    assert "Leads deleted: 1, put back: 1, left alone: 0." in output_of("undo_import", report["import"])
    assert Lead.objects.get(workspace=workspace, deleted_at=None).address.city == ""
    code, lines = refusal_of("import_leads", workspace.slug, path, resume=report["import"])
    assert code == 2 and "(already_run)" in lines[0]
    assert report_of(workspace.slug, path)[1]["created"] == 1
    assert refusal_of("undo_import", "nonsense")[0] == 1


def test_a_do_not_contact_list_is_brought(tmp_path):
    workspace = make_workspace()
    lead = make_lead(workspace, first_name="Ana", phone="(415) 555-2671")
    path = written(tmp_path, "415-555-2671\n\nnobody@x.example\nno number\n", "list.txt")
    out = io.StringIO()
    with pytest.raises(CommandError) as caught:
        call_command("import_do_not_contact", workspace.slug, path, channel="call", stdout=out)
    assert "Lines read: 3, listed: 2, leads opted out: 1." in out.getvalue()
    assert caught.value.returncode == 1 and str(caught.value).startswith("line 4: ")
    lead.refresh_from_db()
    assert lead.call_opted_out_at is not None and lead.email_opted_out_at is None
