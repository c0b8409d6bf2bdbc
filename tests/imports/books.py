"""Spreadsheets as people make them, and as nobody honest does."""

from __future__ import annotations

import zipfile
from datetime import date, datetime

from openpyxl import Workbook

_SHEET = "xl/worksheets/sheet1.xml"


def write_fair_list(path):
    """Exported by hand: a merged title, who made it, an empty line, groups over the header, two sheets."""
    book = Workbook()
    sheet = book.active
    sheet.title = "Visitors"
    sheet["A1"] = "Spring fair 2026: visitors"
    sheet.merge_cells("A1:H1")
    sheet["A2"] = "Exported by M. Ortiz"
    sheet["A4"], sheet["D4"] = "Person", "Interest"
    sheet.append(["First name", "Last name", "Email", "Born", "Visited", "Budget", "Phone", "Total"])
    sheet.append(
        [
            "Ana",
            "Ruiz",
            "ana@fair.example",
            date(1984, 5, 17),
            datetime(2026, 3, 9, 14, 5),
            1250.5,
            4155552671,
        ]
    )
    sheet["H6"] = "=F6*2"
    sheet.append(["Bo", "Li", "bo@fair.example", "17 May", None, "lots", "+1 415 555 2672", None])
    sheet.append([None, None, None])
    sheet.append(["Cy", None, "cy@fair.example"])
    book.create_sheet("Notes")["A1"] = "nothing here"
    book.save(path)
    return path


def rewrite(path, target, changes):
    """The same archive with some of its parts replaced, or added."""
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in changes:
                new.writestr(name, old.read(name))
        for name, content in changes.items():
            new.writestr(name, content(old.read(name)) if callable(content) else content)
    return target


def write_bomb(path, target):
    """A sheet of a few kilobytes that unpacks to a gigabyte."""
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name != _SHEET:
                new.writestr(name, old.read(name))
        with new.open(_SHEET, "w", force_zip64=True) as part:
            for _chunk in range(64):
                part.write(b" " * (1 << 20))
    return target


def with_entities(path, target):
    """Texts that unfold ten times ten times ten."""
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'

    def unfold(text):
        return bomb + text.split(b"?>", 1)[-1].replace(
            b"<sheetData>", b"<sheetData><row><c t='str'><v>&b;</v></c></row>"
        )

    return rewrite(path, target, {_SHEET: unfold})


def with_far_row(path, target):
    return rewrite(
        path,
        target,
        {
            _SHEET: lambda text: text.replace(
                b"</sheetData>", b'<row r="99999999999"><c r="A99999999999"/></row></sheetData>'
            )
        },
    )
