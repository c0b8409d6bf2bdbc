"""Files as they come: each is read, or refused with a sentence, in bounded time and memory."""

from __future__ import annotations

import gzip
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from time import process_time

import pytest

from leads.change import ConsentWish, DispositionWish
from leads.imports.cells import as_meant, defuse
from leads.imports.delimited import ERROR_COLUMNS
from leads.imports.desk import Desk
from leads.imports.mapping import read_yaml
from leads.imports.rows import open_rows
from leads.imports.source import Unreadable, find_source
from leads.models import ImportBatch
from tests.imports import books
from tests.make import ask_for, make_answerable, make_workspace

pytestmark = pytest.mark.django_db
FILES = Path(__file__).parent / "files"


def opened(path, workspace=None, mapping=None):
    return open_rows(find_source(path), workspace or make_workspace(), mapping)


def written(tmp_path, content, name="leads.csv"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def rows_of(path, workspace=None):
    return list(opened(path, workspace).rows())


def codes(row):
    return {problem.code for problem in (*row.problems, *(row.change.problems if row.change else ()))}


def refusal(path):
    """The coded fact; and it comes in bounded time and memory."""
    workspace = make_workspace()
    begun, before = process_time(), getrusage(RUSAGE_SELF).ru_maxrss
    with pytest.raises(Unreadable) as caught:
        for _row in opened(path, workspace).rows():
            pass
    assert process_time() - begun < 10
    assert getrusage(RUSAGE_SELF).ru_maxrss - before < 100 << 10
    assert caught.value.message.endswith(".")
    return caught.value.reason


def test_a_latin_1_list_with_semicolons_is_read_with_a_warning():
    found = opened(FILES / "kunden-latin1.csv", make_workspace(region="DE"))
    first, second, third, short = found.rows()
    assert first.change.fields == {
        "source": "import",
        "external_id": "1001",
        "first_name": "Jürgen",
        "last_name": "Müller",
        "email": "juergen.mueller@beispiel.de",
        "phone": "030 901820",
    }
    assert first.change.address == {"line1": "Schönhauser Allee 5", "postal_code": "10119", "city": "Berlin"}
    assert first.change.profile == {"birth_date": date(1971, 3, 31)}
    assert first.change.note == "Rückruf erbeten; nur nachmittags"
    assert (second.line, third.line, short.line) == (3, 5, 6)
    assert third.change.note == 'Zahlt "pünktlich"'
    assert codes(short) == {"ragged_row"} and short.change is None
    assert short.columns["Vorname"] == "Nur" and short.columns["Ort"] == ""
    assert any("Windows-1252" in warning for warning in found.layout.warnings)


def test_a_delimiter_within_cells_alone_is_none(tmp_path):
    rows = "".join(f"Ana {n};a{n}@x.example;VIP,fair{';;' if n % 7 == 0 else ''}\n" for n in range(50))
    assert opened(written(tmp_path, "Name;Email;Tags\n" + rows)).layout.header == ["Name", "Email", "Tags"]
    rows = "".join(f"Ana {n},a{n}@x.example,VIP;fair;b;c\n" for n in range(50))
    assert opened(written(tmp_path, "Name,Email,Tags\n" + rows)).layout.header == ["Name", "Email", "Tags"]


def test_a_spreadsheet_with_a_merged_title_is_read_from_its_header(tmp_path):
    found = opened(books.write_fair_list(tmp_path / "fair.xlsx"))
    assert found.layout.header_line == 5
    ana, bo, cy = found.rows()
    assert ana.line == 6
    assert ana.change.fields["phone"] == "4155552671"
    assert (
        ana.change.profile == {"birth_date": date(1984, 5, 17)} or ana.change.metadata["born"] == "1984-05-17"
    )
    assert ana.change.metadata["budget"] == "1250.5" and "total" not in ana.change.metadata
    assert ana.columns["Visited"] == "2026-03-09 14:05:00"
    assert (cy.line, cy.change.fields["email"]) == (9, "cy@fair.example")
    told = " ".join(found.layout.warnings)
    assert "line 5" in told and "Notes" in told and "formulas" in told


def test_a_header_of_two_lines_is_read_from_the_one_that_names_the_columns(tmp_path):
    table = "Visitors;;;\nContact;;Company;Text\nName;E-Mail;Firma;Ort\nAna;a@x.example;Ruiz Ltd;Ulm\n"
    found = opened(written(tmp_path, table))
    assert (found.layout.header_line, len(list(found.rows()))) == (3, 1)
    assert [readings[0].target.path for readings in found.mapping.columns.values()] == [
        "name",
        "email",
        "business_name",
        "address.city",
    ]
    # Rows of people are no names of columns, whatever they are called.
    plain = opened(written(tmp_path, "Customer;City;Text\nPhone;Name;x\nMail;Mobil;y\n"))
    assert plain.layout.header_line == 1


def test_a_vendors_dump_is_read_wherever_its_list_stands():
    found = opened(FILES / "vendor-dump.json")
    ana, bo, nobody, broken = found.rows()
    assert ana.change.fields["name"] == "Ana Ruiz" and ana.change.fields["external_id"] == "V-1"
    assert (
        ana.change.fields["phone"] == "(415) 555-2671" and ana.change.fields["email"] == "ana@vendor.example"
    )
    assert ana.change.metadata["interests"] == "solar; roof"
    assert ana.columns["person"]["fullName"] == "Ana Ruiz"
    assert bo.change.fields == {"name": "Bo Li", "external_id": "V-2"}
    assert codes(broken) == {"invalid_type"} and broken.line == 4


def test_a_key_that_comes_late_is_read_like_the_others(tmp_path):
    """A vendor leaves out what an object lacks; what came behind the first two hundred was lost."""
    early = "".join(f'{{"Full name": "Ana {n}"}}\n' for n in range(300))
    path = written(tmp_path, early + '{"Full name": "Bo", "Handy": "4155552671"}\n', "leads.jsonl")
    found = opened(path)
    *_others, bo = found.rows()
    assert bo.change.fields["phone"] == "4155552671" and not found.layout.warnings


def test_a_key_that_comes_too_late_is_told_of_and_can_be_mapped(tmp_path, monkeypatch):
    monkeypatch.setattr("leads.imports.layout._KEYS_SOUGHT", 250)
    early = "".join(f'{{"Full name": "Ana {n}"}}\n' for n in range(300))
    late = '{"Full name": "Bo", "Handy": "4155552671", "import_code": "x"}\n' * 2
    path = written(tmp_path, early + late, "leads.jsonl")
    workspace = make_workspace()
    found = opened(path, workspace)
    assert "phone" not in list(found.rows())[-1].change.fields
    assert [line.partition(": ")[2] for line in found.layout.warnings] == ["Handy."]
    mapping = read_yaml("columns: {Full name: name, Handy: phone}", Desk(workspace).definitions)
    mapped = opened(path, workspace, mapping)
    assert list(mapped.rows())[-1].change.fields["phone"] == "4155552671"
    assert "Handy" in mapped.notes[0] and not mapped.layout.warnings


@pytest.mark.parametrize(
    ("body", "dialect", "told"),
    [
        (
            '{"name": "Ana", "email": "a@x.example", "phone": "4155552671", "source": "a", "plan": "pro"}',
            "",
            "",
        ),
        ('{"firstName": "Ana", "phoneNumber": "4155552671", "businessName": "R", "plan": "pro"}', "", ""),
        (
            '{"contact": {"firstName": "Ana", "phone": {"number": "4155552671"}}, "metadata": {}, '
            '"customer": {}, "plan": 1}',
            "leadping",
            "key: plan.",
        ),
    ],
)
def test_what_a_dialect_does_not_know_is_kept_or_told_of(tmp_path, body, dialect, told):
    found = opened(written(tmp_path, body + "\n", "leads.jsonl"))
    (row,) = found.rows()
    assert found.mapping.dialect == dialect and told in found.notes[-1] and not codes(row)
    assert dialect or row.change.metadata == {"plan": "pro"}


@pytest.mark.parametrize(
    ("dialect", "body"),
    [
        ("omniai", '{"firstName": "Ana", "phoneNumber": "4155552671", "businessName": "Ruiz Ltd"}'),
        ("octanist", '{"name": "Ana", "phone": "4155552671", "utm_source": "bing"}'),
        (
            "pollybot",
            '{"name": "Ana", "email": "ana@example.org", "phone": "4155552671", "status": "qualified"}',
        ),
        ("leadping", '{"contact": {"firstName": "Ana", "phone": {"number": "4155552671"}}, "metadata": {}}'),
        ("hub", '{"first_name": "Ana", "phone": "4155552671", "address": {"city": "Austin"}, "version": 3}'),
    ],
)
def test_json_lines_speak_any_dialect(tmp_path, dialect, body):
    path = written(tmp_path, f'{body}\n\n{{"broken": \n{body}\n', "leads.jsonl")
    found = opened(path)
    assert found.mapping.dialect == dialect
    first, broken, last = found.rows()
    assert first.change.fields["phone"] == "4155552671" and not codes(first)
    assert (broken.line, codes(broken)) == (3, {"invalid_json"})
    assert last.change == first.change or dialect == "omniai"


def test_every_delimiter_and_packing_reads_alike(tmp_path):
    table = [["First", "Last", "Email"], ["Ana", "Ruiz, Jr.", "ana@example.org"]]
    found = []
    for name, sign in (("a.csv", ","), ("b.csv", ";"), ("c.tsv", "\t"), ("d.txt", "|")):
        text = "".join(sign.join(f'"{cell}"' for cell in row) + "\r\n" for row in table)
        found.append(rows_of(written(tmp_path, text, name))[0].change.fields)
        found.append(
            rows_of(written(tmp_path, gzip.compress(("\ufeff" + text).encode()), name + ".gz"))[
                0
            ].change.fields
        )
    assert all(fields == found[0] for fields in found)
    assert found[0]["last_name"] == "Ruiz, Jr."


def test_columns_of_one_name_are_told_apart(tmp_path):
    path = written(
        tmp_path, "Name,Email,Email,Phone,Phone\nAna,a@x.example,b@x.example,4155552671,4155552672\n"
    )
    found = opened(path)
    (row,) = found.rows()
    assert row.change.fields["email"] == "a@x.example"
    assert [point.value for point in row.change.contact_points] == ["b@x.example", "4155552672"]
    assert list(row.columns) == ["Name", "Email", "Email (2)", "Phone", "Phone (2)"]
    assert "Email (2)" in found.layout.warnings[0]


def test_a_date_that_is_none_does_not_turn_the_others_round(tmp_path):
    days = [f"{day:02}.{month:02}.1984" for month in range(1, 11) for day in range(5, 28, 2)]
    lines = "".join(f"Ana {n},{day}\n" for n, day in enumerate([*days, "45.13.2026"]))
    found = opened(written(tmp_path, "Name,Geburtsdatum\n" + lines), make_workspace(region="US"))
    assert found.mapping.columns["Geburtsdatum"][0].date == "DD.MM.YYYY"
    *good, bad = found.rows()
    assert good[0].change.profile == {"birth_date": date(1984, 1, 5)}
    assert not any(codes(row) for row in good) and codes(bad) == {"invalid_date"}
    assert len(found.notes) == 1 and "“45.13.2026”" in found.notes[0] and "DD.MM.YYYY" in found.notes[0]


@pytest.mark.parametrize(
    ("region", "cells", "style", "notes"),
    [
        ("US", ["03/04/2026", "05/06/2026"], "MM/DD/YYYY", ["MM/DD"]),
        ("DE", ["03/04/2026", "05/06/2026"], "DD/MM/YYYY", ["DD/MM"]),
        ("DE", ["03/14/2026", "05/16/2026", "16/05/2026"], "MM/DD/YYYY", ["“16/05/2026”"]),
        ("US", ["14/03/2026", "16/05/2026", "2026-05-17"], "DD/MM/YYYY", []),
        ("US", ["03.04.2026"], "DD.MM.YYYY", []),
        ("US", ["2026-05-17", "unknown"], "", []),
    ],
)
def test_a_date_is_read_as_most_are_written_and_doubt_is_told(tmp_path, region, cells, style, notes):
    lines = "".join(f"Ana {n},{cell}\n" for n, cell in enumerate(cells))
    found = opened(written(tmp_path, "Name,Birth date\n" + lines), make_workspace(region=region))
    assert found.mapping.columns["Birth date"][0].date == style
    assert len(found.notes) == len(notes) and all(map(str.__contains__, found.notes, notes))


def test_a_number_is_read_as_most_are_written(tmp_path):
    lines = "".join(f"Ana {n};{cell}\n" for n, cell in enumerate(["1.250,50", "1,250.50", "2.000,00"]))
    found = opened(written(tmp_path, "Name;Deal value\n" + lines))
    assert found.mapping.columns["Deal value"][0].number == "1.234,56"
    assert [codes(row) for row in found.rows()] == [set(), {"invalid_number"}, set()]


MAPPING = """
columns:
  Who: {to: name, order: last first}
  Tel: [phone, metadata.dialled]
  Born: {to: profile.birth_date, date: MM/DD/YY}
  Seen: {to: captured_at, date: DD/MM/YYYY}
  Worth: {to: value, number: "1.234,56"}
  State: {to: disposition.outcome, values: {bought: sold, junk: null}}
  Home: profile.is_homeowner
  Labels: tags
  Tax: answers.tax_id
  Stop: opt_out.sms
  Extra: metadata
  Nothing: ignore
constants: {source: Fair, tags: [VIP]}
empty: ["-", N/A]
"""


def mapped(tmp_path, cells):
    """The row of these cells, read by the mapping above."""
    workspace = make_answerable()
    workspace.time_zone = "America/New_York"
    header = "Who;Tel;Born;Seen;Worth;State;Home;Labels;Tax;Stop;Extra;Nothing"
    path = written(tmp_path, f"{header}\n{cells}\n")
    [row] = opened(path, workspace, read_yaml(MAPPING, Desk(workspace).definitions)).rows()
    return row


def test_a_cell_is_read_as_its_column_says(tmp_path):
    cells = '"Ruiz, Ana Maria";415;5/17/84;09/03/2026 2:05 pm;€ 1.250,50;Bought;Y;VIP, Hot;12-3456789;yes;'
    row = mapped(tmp_path, cells + '"{""a"": 1}";x')
    change = row.change
    assert not codes(row)
    assert change.fields == {
        "first_name": "Ana Maria",
        "last_name": "Ruiz",
        "phone": "415",
        "captured_at": datetime(2026, 3, 9, 18, 5, tzinfo=UTC),
        "value": "1250.50",
        "source": "Fair",
    }
    assert change.metadata == {"dialled": "415", "a": 1}
    assert change.profile == {"birth_date": date(1984, 5, 17), "is_homeowner": True}
    assert change.disposition == DispositionWish(outcome="sold", strict=True)
    assert change.tags.names == ("VIP", "Hot")
    assert [(answer.code, answer.fields) for answer in change.answers] == [
        ("tax_id", {"value": "12-3456789"})
    ]
    assert change.consent == (ConsentWish("sms", opted_in=False),)
    assert Decimal(change.fields["value"]) == Decimal("1250.5")


def test_a_cell_that_is_not_as_its_column_says_is_a_problem_of_that_column(tmp_path):
    change = mapped(tmp_path, "Li Bo;-;31/31/84;2026;1,250.50;junk;perhaps;;N/A;no;[1;x").change
    assert {problem.field: problem.code for problem in change.problems} == {
        "profile.birth_date": "invalid_date",
        "captured_at": "invalid_date",
        "value": "invalid_number",
        "profile.is_homeowner": "invalid_choice",
        "metadata": "invalid_json",
    }
    assert change.disposition is None and change.consent == () and not change.answers


def test_a_formula_is_defused_and_comes_back_as_it_was(tmp_path):
    for text in ("=1+1", "+49 30", "-", "@x", "'=1", "''+", "plain", "'quoted'", "\tx", ""):
        assert as_meant(defuse(text)) == text
        assert not defuse(text).startswith(tuple("=+-@\t\r"))
    path = written(tmp_path, "Name,Phone,Notes\nAna,'+14155552671,'=1+1\nBo,'tis,O'Neil\n")
    ana, bo = rows_of(path)
    assert (ana.change.fields["phone"], ana.change.note) == ("+14155552671", "=1+1")
    assert (bo.columns["Phone"], bo.change.note) == ("'tis", "O'Neil")


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.csv", b"", "empty_file"),
        ("a.csv", b"\n\n  \n", "empty_file"),
        ("a.json", b"[]", "empty_file"),
        ("a.jsonl", b"{}\n", "empty_file"),
        ("a.jsonl", b'{"email": "\\ud800"}\n', "no_objects"),
        ("a.csv", b"ana@example.org,4155552671\nbo@example.org,1\n", "no_header"),
        ("a.csv", "Name,Email\nAna,a@x.example\n".encode("utf-16"), "not_text"),
        ("a.csv", b"Name,Email\rAna,a@x.example\rBo,b@x.example\r", "old_line_ends"),
        ("a.csv", b'Name,Email\n"Ana,a@x.example\nBo,b@x.example\n', "unclosed_quote"),
        ("a.csv", b'Name,Email\n"Ana,' + b"a@x.example\n" * 200_000, "unclosed_quote"),
        ("a.csv", b"Name,Email\n" + b"," * 1_000_000 + b"\n", "too_many_columns"),
        ("a.csv", b"Name" + b",c" * 1_000_000 + b"\n", "too_many_columns"),
        ("a.csv", b"Name,Email\n" + b"x" * (5 << 20), "line_too_long"),
        ("a.csv.gz", gzip.compress(b"Name,Email\n" + b"Ana,a@x.example\n" * 500_000), "bomb"),
        ("a.csv.gz", gzip.compress(b"Name,Email\nAna,a@x.example\n" * 999)[:-40], "broken_gzip"),
        ("a.xls", b"\xd0\xcf\x11\xe0" + b"x" * 99, "old_workbook"),
        ("a.xlsx", b"Name,Email\n", "not_a_workbook"),
        ("a.xlsx", b"PK\x03\x04 and nothing more", "broken_workbook"),
        ("a.pdf", b"%PDF-1.7 ...", "not_a_table"),
        ("a.xls", b"\n<HTML><table><tr><td>Name</td></tr></table>", "not_a_table"),
        ("a.csv", b"\xef\xbb\xbf<?xml version='1.0'?><rows/>", "not_a_table"),
        ("a.json", b'{"a": {"b": [1, 2]}}', "no_list"),
        ("a.json", b'[{"first_name": "Ana"}, {"first_name": "Bo"', "invalid_json"),
        ("a.json", b'[{"first_name": "Ana"},', "cut_short"),
        ("a.json", b"[" * 100_000, "no_list"),
        ("a.json", b'[{"a": ' + b"[" * 100_000, "too_deep"),
        ("a.json", b'[{"first_name": "' + b"x" * (4 << 20), "object_too_large"),
        ("a.jsonl", b'{"first_name": "' + b"x" * (2 << 20) + b'"}', "line_too_long"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_read_is_refused_with_a_sentence(tmp_path, name, content, reason):
    assert refusal(written(tmp_path, content, name)) == reason


def test_hostile_spreadsheets_are_refused_before_they_unfold(tmp_path):
    honest = books.write_fair_list(tmp_path / "fair.xlsx")
    assert refusal(books.write_bomb(honest, tmp_path / "bomb.xlsx")) == "bomb"
    assert refusal(books.with_entities(honest, tmp_path / "entities.xlsx")) == "broken_workbook"
    assert refusal(books.with_far_row(honest, tmp_path / "far.xlsx")) in {"too_many_rows", "broken_workbook"}
    damaged = written(tmp_path, honest.read_bytes()[:-900], "damaged.xlsx")
    assert refusal(damaged) == "broken_workbook"
    other = books.rewrite(honest, tmp_path / "other.zip", {"[Content_Types].xml": b""})
    assert refusal(other) == "broken_workbook"


def test_a_nul_and_a_nameless_row_are_refused_alone(tmp_path):
    nul, nameless, good = rows_of(written(tmp_path, b"Name,City\nA\x00na,x\n,Austin\nBo,Ulm\n"))
    assert nul.change.fields["name"] == "A\x00na"
    assert codes(nameless) == {"required"}
    assert not codes(good)


def test_the_first_sheet_that_has_rows_is_read(tmp_path):
    book = books.Workbook()
    book.create_sheet("List").append(["Name", "Email"])
    book["List"].append(["Ana", "a@x.example"])
    book.save(tmp_path / "list.xlsx")
    found = opened(tmp_path / "list.xlsx")
    assert [row.change.fields["email"] for row in found.rows()] == ["a@x.example"]
    assert "“List” is read; there are also: Sheet." in found.layout.warnings[0]


def test_an_object_that_says_a_thing_twice_is_refused(tmp_path):
    lines = '{"name": "Ana", "phone": "1", "phone": "2"}\n{"name": "Bo", "phone": "4155552671"}\n'
    for name, text in (("a.jsonl", lines), ("a.json", f"[{lines.strip().replace(chr(10), ',')}]")):
        twice, good = rows_of(written(tmp_path, text, name))
        assert codes(twice) and not codes(good)


def test_a_refused_day_is_asked_for_as_its_column_is_written(tmp_path):
    text = "Name,Geburtsdatum,Created\nAna,17.05.1984,17.05.2026\nBo,soon,never\nCy,1985-01-31,2026-01-31\n"
    _good, bad, iso = rows_of(written(tmp_path, text))
    assert not codes(iso) and len(bad.change.problems) == 2
    assert all("DD.MM.YYYY" in str(one.message) for one in bad.change.problems)


def test_a_file_without_columns_of_its_own_is_nobodys_refused_rows(tmp_path):
    workspace = make_workspace()
    told = {"about": {"kind": "jsonl", "header": ["name"]}}
    ImportBatch.objects.create(
        workspace=workspace, name="a", mapping={"dialect": "hub"}, options=told, refused=1
    )
    for text in ("", "name,"):
        path = written(tmp_path, f"{text}{','.join(ERROR_COLUMNS)}\n")
        assert opened(path, workspace).is_guessed


VENDORS = {
    "created_time,full_name,phone_number,platform\n2026-01-02T10:11:12+01:00,Ana Ruiz,+14155552671,fb\n": {
        "created_time": "captured_at",
        "full_name": "name",
        "phone_number": "phone",
        "platform": "metadata.platform",
    },
    "Last Name,State/Province,Zip/Postal Code,Created (EDT),Fax\nRuiz,TX,78701,2026-01-31,\n": {
        "Last Name": "last_name",
        "State/Province": "address.state",
        "Zip/Postal Code": "address.postal_code",
        "Created (EDT)": "captured_at",
        "Fax": "metadata.fax",
    },
    "Work email,email,Phone,Mobile\na@x.example,b@x.example,4155552671,\n": {
        "Work email": "contact_points.email",
        "email": "email",
        "Phone": "phone",
        "Mobile": "contact_points.phone",
    },
    "E-Mail,Имя,Город,%,&\na@x.example,Анна,Ульм,1,2\n": {
        "E-Mail": "email",
        "Имя": "metadata.имя",
        "Город": "metadata.город",
        "%": "metadata.column",
        "&": "metadata.column_2",
    },
}


@pytest.mark.parametrize(("text", "paths"), VENDORS.items())
def test_a_guess_leaves_no_column_out(tmp_path, text, paths):
    """Nor one that begins empty, is called what another is, or is written in another script."""
    found = opened(written(tmp_path, text))
    guessed = {
        name: [one.target.path for one in readings] for name, readings in found.mapping.columns.items()
    }
    assert {name: path for name, (path,) in guessed.items()} == paths
    assert not any(codes(row) for row in found.rows())


def test_a_label_in_another_script_is_that_column_alone(tmp_path):
    workspace = make_workspace()
    ask_for(workspace, "city", "TEXT", label="Город", is_required=False)
    found = opened(written(tmp_path, "Email,Имя,Город\na@x.example,Анна,Ульм\n"), workspace)
    paths = [readings[0].target.path for readings in found.mapping.columns.values()]
    assert paths == ["email", "metadata.имя", "answers.city"]


def test_a_street_of_several_lines_is_one(tmp_path):
    (row,) = rows_of(written(tmp_path, 'Name,Street\nAna,"1 Main St,\r\n\r\nSuite 5"\n'))
    assert row.change.address == {"line1": "1 Main St, Suite 5"}


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("United States", "US"),
        ("U.S.A.", "US"),
        ("de", "de"),
        ("ÖSTERREICH", "AT"),
        ("Reino Unido", "GB"),
        ("uk", "GB"),
        ("中国", "CN"),
        ("Nowhere", "Nowhere"),
    ],
)
def test_a_country_is_read_by_its_name(tmp_path, cell, code):
    (row,) = rows_of(written(tmp_path, f"Name,Country\nAna,{cell}\n"))
    assert row.change.address == {"country": code}
