"""Excel workbooks, new (.xlsx, .xlsm) and old (.xls), as sheets of the texts that a person sees in their cells.

openpyxl opens a workbook and knows its styles; the cells are streamed from the sheet's part here. openpyxl's full mode
takes too much memory for a large sheet, and its read-only mode knows neither merged cells nor formulas without a value.
Hidden rows and columns are read: a filter or a folded group hides what is still part of the table.
"""

from __future__ import annotations

import io
import re
import struct
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import IO, Any

import openpyxl
import xlrd
from lxml import etree
from openpyxl.cell.read_only import ReadOnlyCell
from openpyxl.utils.cell import column_index_from_string, range_boundaries
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH, from_ISO8601, to_excel

from rag.errors import UnreadableReport
from rag.reading.limits import Limits
from rag.reading.sheets.formats import Value, shown
from rag.reading.sheets.grid import Merged, Sheet

_STRICT = b"http://purl.oclc.org/ooxml/"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_REFERENCE = re.compile(r"([A-Z]{1,3})(\d+)")
_CHARTS = ("xl/chartsheets/",)  # parts that other programs write in ways that openpyxl refuses, harmless ones first
_STYLES = (*_CHARTS, "xl/styles.xml", "docProps/")
_BROKEN = (
    KeyError, ValueError, TypeError, AttributeError, IndexError, OSError, EOFError, SyntaxError, NotImplementedError,
    AssertionError, zipfile.BadZipFile, zlib.error, struct.error, etree.LxmlError,
)  # fmt: skip


@dataclass
class Book:
    """The visible sheets of a workbook, in order, and what its properties say."""

    sheets: list[Sheet] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    title: str = ""
    made: datetime | None = None  # when it was last changed, else when it was made


@dataclass
class _RowCount:
    """The rows of all sheets so far, against the limit."""

    name: str
    most: int
    count: int = 0
    sheet: str = ""
    before: int = 0

    def open(self, sheet: str) -> None:
        self.sheet, self.before = sheet, self.count

    def add(self) -> None:
        self.count += 1
        if self.count > self.most:
            most = f"{self.most:,}"
            which = f'the sheets up to "{self.sheet}" have' if self.before else f'the sheet "{self.sheet}" has'
            raise UnreadableReport(
                f"{self.name}: {which} more than {most} rows, over the limit of {most} (setting reader_rows)"
            )


@dataclass(frozen=True, slots=True)
class _Style:
    code: str
    indent: float
    bold: bool


class _Cells:
    """A sheet while it is filled."""

    def __init__(self, name: str, count: _RowCount) -> None:
        self.sheet = Sheet(name, {})
        self._count = count
        self._plain: set[int] = set()
        self.row = 0  # the last one read
        count.open(name)

    def put(self, row: int, column: int, value: Value, style: _Style, epoch: datetime) -> None:
        """Write a value as it is seen; one that shows nothing takes no place."""
        text = shown(value, style.code, epoch)
        if not text or text.isspace():
            return
        if row not in self.sheet.rows:
            self._count.add()
            self.sheet.rows[row] = {}
        self.sheet.rows[row][column] = text
        if not style.bold:
            self._plain.add(row)
        if indent := style.indent + (len(text) - len(text.lstrip())) / 2:
            self.sheet.indents[row, column] = indent

    def done(self, merged: list[Merged]) -> Sheet:
        self.sheet.merged = merged
        self.sheet.strong = set(self.sheet.rows) - self._plain
        return self.sheet


# --- .xlsx ------------------------------------------------------------------------------------------------------------


def open_workbook(content: bytes, name: str, limits: Limits) -> Book:
    """The workbook's visible sheets; a formula gives the value it had when the workbook was last saved."""
    started = datetime.now(UTC).replace(tzinfo=None)
    book = Book()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of extensions that it does not know
        workbook = _loaded(content, name, book)
    properties = workbook.properties
    book.title = str(properties.title or "")
    stamps = [stamp.replace(tzinfo=None) for stamp in (properties.modified, properties.created) if stamp]
    book.made = next((stamp for stamp in stamps if stamp < started), None)  # openpyxl fills in the present moment
    count = _RowCount(name, limits.rows)
    styles = _styles(workbook)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        known = {sheet.title for sheet in workbook._sheets}
        book.notes += [
            f'The sheet "{title}" holds no cells and was not read.' for title in _listed(archive) if title not in known
        ]
        for sheet in workbook._sheets:  # chart sheets too, in their order
            if sheet.sheet_state != "visible":
                book.notes.append(f'The sheet "{sheet.title}" is hidden and was not read.')
            elif not hasattr(sheet, "_worksheet_path"):
                book.notes.append(f'The sheet "{sheet.title}" is a chart and was not read.')
            else:
                _read_sheet(archive, sheet, styles, count, workbook.epoch, book)
    return book


def _loaded(content: bytes, name: str, book: Book) -> Any:
    """openpyxl's workbook. If it cannot be opened, once more without the parts that other programs get wrong."""
    workbook: Any = None
    trouble: Exception | None = None
    for left_out in ((), _CHARTS, _STYLES):
        try:
            part = _without(content, left_out) if left_out else content
            workbook = openpyxl.load_workbook(io.BytesIO(part), read_only=True, data_only=True, keep_links=False)
        except _BROKEN as error:
            trouble = trouble or error
            continue
        if left_out == _STYLES:
            book.notes.append("The workbook's number formats are damaged: its figures are given as they are stored.")
        break
    if workbook is None:
        said = str(getattr(trouble, "__cause__", None) or trouble).strip().partition("\n")[0]
        raise UnreadableReport(f"{name}: the workbook is damaged ({said})") from trouble
    if not workbook._sheets:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            strict = any(_STRICT in archive.read(part) for part in archive.namelist() if part.endswith("workbook.xml"))
        if strict:
            raise UnreadableReport(f'{name}: the workbook is saved as "Strict Open XML"; save it as an Excel workbook')
        raise UnreadableReport(f"{name}: the workbook holds no sheets")
    return workbook


def _listed(archive: zipfile.ZipFile) -> list[str]:
    """The names of all sheets, those that openpyxl leaves out too."""
    try:
        root = etree.fromstring(archive.read("xl/workbook.xml"), etree.XMLParser(resolve_entities=False))
    except _BROKEN:
        return []
    return [sheet.get("name", "") for sheet in root.iter("{*}sheet")]


def _without(content: bytes, parts: tuple[str, ...]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for entry in old.namelist():
            if not entry.startswith(parts):
                new.writestr(entry, old.read(entry))
    return out.getvalue()


def _styles(workbook: Any) -> Callable[[int], _Style]:
    """What a cell's style number means, each looked up once."""
    known: dict[int, _Style] = {}
    sheet: Any = next((each for each in workbook._sheets if hasattr(each, "_worksheet_path")), None)

    def style(number: int) -> _Style:
        if number not in known:
            try:
                cell = ReadOnlyCell(sheet, 1, 1, None, style_id=number)
                known[number] = _Style(cell.number_format, float(cell.alignment.indent or 0), bool(cell.font.b))
            except _BROKEN:  # a number that no style has
                known[number] = _Style("General", 0.0, False)
        return known[number]

    return style


def _read_sheet(
    archive: zipfile.ZipFile, sheet: Any, styles: Callable[[int], _Style], count: _RowCount, epoch: datetime, book: Book
) -> None:
    cells = _Cells(sheet.title, count)
    merged: list[Merged] = []
    unsaved: list[str] = []
    before = count.count
    try:
        with archive.open(sheet._worksheet_path.lstrip("/")) as part:
            for element in _elements(part):
                if element.tag.endswith("}row"):
                    _read_row(element, cells, sheet._shared_strings, styles, epoch, unsaved)
                elif reference := element.get("ref"):
                    left, top, right, bottom = range_boundaries(reference)
                    merged.append(Merged(int(top or 1), int(left or 1), int(bottom or 1), int(right or 1)))
    except _BROKEN as error:
        count.count = before
        book.notes.append(f'The sheet "{sheet.title}" is damaged and was not read ({error}).')
        return
    if unsaved:
        formulas = "a formula" if len(unsaved) == 1 else f"{len(unsaved):,} formulas"
        book.notes.append(
            f'The sheet "{sheet.title}" has {formulas} without a saved value ({unsaved[0]}); open it and save it.'
        )
    book.sheets.append(cells.done(merged))


def _elements(part: IO[bytes]) -> Iterator[Any]:
    """The sheet's rows, then its merged cells, each freed once it is read. Nothing outside the part is ever loaded."""
    for _, element in etree.iterparse(
        part, tag=("{*}row", "{*}mergeCell"), resolve_entities=False, load_dtd=False, no_network=True, huge_tree=True
    ):
        yield element
        element.clear()
        while element.getprevious() is not None:
            del element.getparent()[0]


def _read_row(
    row: Any, cells: _Cells, strings: list[str], styles: Callable[[int], _Style], epoch: datetime, unsaved: list[str]
) -> None:
    at = cells.row = int(row.get("r") or cells.row + 1)
    column = 0
    for cell in row:
        found = _REFERENCE.fullmatch(cell.get("r") or "")
        column = column_index_from_string(found[1]) if found else column + 1
        if not len(cell):  # only a style
            continue
        value = _value(cell, strings)
        if value is not None:
            cells.put(at, column, value, styles(int(cell.get("s") or 0)), epoch)
        elif any(child.tag.endswith("}f") for child in cell):
            unsaved.append(cell.get("r") or f"row {at}")


def _value(cell: Any, strings: list[str]) -> Value | None:
    """A cell's value; None if it has none."""
    kind = cell.get("t") or "n"
    raw: str | None = None
    for child in cell:
        if child.tag.endswith("}v"):
            raw = child.text or ("" if kind == "str" else None)
        elif child.tag.endswith("}is"):
            return _unescaped("".join(run.text or "" for run in child.iter("{*}t") if not _is_phonetic(run)))
    if raw is None:
        return None
    if kind == "s":
        at = int(raw)
        return _unescaped(strings[at]) if 0 <= at < len(strings) else None
    if kind == "b":
        return raw.strip() == "1"
    if kind == "d":
        return float(to_excel(from_ISO8601(raw)))  # type: ignore[no-untyped-call]
    if kind in {"str", "e"}:
        return _unescaped(raw)
    try:
        return float(raw)
    except ValueError:
        return raw


def _is_phonetic(run: Any) -> bool:
    return bool(run.getparent().tag.endswith("}rPh"))


def _unescaped(text: str) -> str:
    """A text without ``_x000D_``, as control characters are written in a workbook."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


# --- .xls -------------------------------------------------------------------------------------------------------------


def open_old_workbook(content: bytes, name: str, limits: Limits) -> Book:
    """The visible sheets of a workbook of the old kind."""
    if _ENCRYPTED in content:
        raise UnreadableReport(f"{name}: the workbook is protected by a password; save it without one")
    said = io.StringIO()
    try:
        workbook = xlrd.open_workbook(file_contents=content, formatting_info=True, on_demand=True, logfile=said)
    except (xlrd.XLRDError, *_BROKEN) as error:
        if "encrypted" in str(error):
            raise UnreadableReport(f"{name}: the workbook is protected by a password; save it without one") from error
        raise UnreadableReport(f"{name}: the workbook is damaged ({error})") from error
    book = Book()
    count = _RowCount(name, limits.rows)
    epoch = MAC_EPOCH if workbook.datemode else WINDOWS_EPOCH
    for at, title in enumerate(workbook.sheet_names()):
        if workbook._sheet_visibility[at]:
            book.notes.append(f'The sheet "{title}" is hidden and was not read.')
            continue
        before = count.count
        try:
            book.sheets.append(_old_sheet(workbook, at, count, epoch))
        except (xlrd.XLRDError, *_BROKEN) as error:
            count.count = before
            book.notes.append(f'The sheet "{title}" is damaged and was not read ({error}).')
        workbook.unload_sheet(at)
    return book


def _old_sheet(workbook: Any, at: int, count: _RowCount, epoch: datetime) -> Sheet:
    sheet = workbook.sheet_by_index(at)
    cells = _Cells(sheet.name, count)
    styles: dict[int, _Style] = {}
    for row in range(sheet.nrows):
        kinds, values = sheet.row_types(row), sheet.row_values(row)
        for column, (kind, value) in enumerate(zip(kinds, values, strict=True)):
            if kind in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK):
                continue
            number = sheet.cell_xf_index(row, column)
            if number not in styles:
                styles[number] = _old_style(workbook, number)
            if kind == xlrd.XL_CELL_BOOLEAN:
                value = bool(value)
            elif kind == xlrd.XL_CELL_ERROR:
                value = xlrd.error_text_from_code.get(value, "#VALUE!")
            cells.put(row + 1, column + 1, value, styles[number], epoch)
    return cells.done([Merged(top + 1, left + 1, bottom, right) for top, bottom, left, right in sheet.merged_cells])


def _old_style(workbook: Any, number: int) -> _Style:
    style = workbook.xf_list[number]
    form = workbook.format_map.get(style.format_key)
    bold = workbook.font_list[style.font_index].bold if style.font_index < len(workbook.font_list) else 0
    return _Style(form.format_str if form else "General", float(style.alignment.indent_level), bool(bold))
