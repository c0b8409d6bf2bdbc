"""Writing an XLSX row by row: texts and numbers, never a formula; the same rows are the same bytes."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Sequence
from typing import IO, BinaryIO, Final
from xml.sax.saxutils import escape

from django.utils.translation import gettext as _

from leads.errors import Refused

_LONGEST_CELL: Final = 32_767
_MOST_ROWS: Final = 1_048_576
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
# What XML cannot hold, and what would be taken for the spelling of such.
_UNFIT: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\r\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_REL: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_HEAD: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_PARTS: Final = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_REL}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_REL}">'
    '<sheets><sheet name="Leads" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_REL}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{_REL}/styles" Target="styles.xml"/></Relationships>',
    # Every cell is text, so that a spreadsheet leaves phone numbers and postal codes as they are.
    "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}">'
    '<fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="1"><fill><patternFill patternType="none"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/></border></borders>'
    '<cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="2"><xf/><xf numFmtId="49" applyNumberFormat="1"/></cellXfs></styleSheet>',
}
_SHEET_HEAD: Final = (
    f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
    '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
    "<sheetData>"
)


def write_sheet(stream: BinaryIO, rows: Iterable[Sequence[str]]) -> None:
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as archive:
        for name, content in _PARTS.items():
            archive.writestr(_info(name), _HEAD + content)
        with archive.open(_info("xl/worksheets/sheet1.xml"), "w", force_zip64=True) as part:
            part.write(_SHEET_HEAD.encode())
            _write_rows(part, rows)
            part.write(b"</sheetData></worksheet>")


def _info(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _EPOCH)
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


def _write_rows(part: IO[bytes], rows: Iterable[Sequence[str]]) -> None:
    for number, row in enumerate(rows, start=1):
        if number > _MOST_ROWS:
            words = _("A spreadsheet holds %d rows, and there are more; export CSV.")
            raise Refused("too_many_rows", words % _MOST_ROWS)
        cells = [
            f'<c r="{_column(at)}{number}" s="1" t="inlineStr"><is>{_text(cell)}</is></c>'
            for at, cell in enumerate(row)
            if cell
        ]
        part.write(f'<row r="{number}">{"".join(cells)}</row>'.encode())


def _text(cell: str) -> str:
    if len(cell) > _LONGEST_CELL:
        words = _("A cell of a spreadsheet holds %d characters, and a value here is longer; export CSV.")
        raise Refused("cell_too_long", words % _LONGEST_CELL)
    return f'<t xml:space="preserve">{escape(_UNFIT.sub(_spelled, cell))}</t>'


def _spelled(found: re.Match[str]) -> str:
    return f"_x{ord(found[0]):04X}_"


def _column(at: int) -> str:
    name = ""
    at += 1
    while at:
        at, rest = divmod(at - 1, 26)
        name = chr(65 + rest) + name
    return name
