"""Word documents (.docx): paragraphs and tables in document order. They have no page numbers, so they are one page."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import docx
from docx.opc.constants import CONTENT_TYPE
from docx.opc.exceptions import PackageNotFoundError
from docx.opc.part import PartFactory
from docx.oxml.ns import qn
from docx.parts.document import DocumentPart

from rag.errors import UnreadableReport
from rag.reading import dates
from rag.reading.archive import check_inflated
from rag.reading.compose import PageText, fold, superscript
from rag.reading.limits import Limits
from rag.reading.office import flow
from rag.reading.office import package as office
from rag.reading.office.charts import chart_table
from rag.reading.office.diagrams import DIAGRAM, diagram_texts
from rag.reading.office.flow import Line, Part, Picture, TablePart
from rag.types import BlockKind, Reading

_n = cache(qn)  # the full name that lxml uses for a prefixed one; asked for millions of times
_HEADING_STYLE = re.compile(r"^heading (\d)$", re.IGNORECASE)
_LIST_STYLE = re.compile(r"^list\b", re.IGNORECASE)
_CONTENTS_STYLE = re.compile(r"^(?:toc \d|toc heading|table of figures|index \d)$", re.IGNORECASE)
_TEMPLATE_MADE = date(2013, 12, 23)  # python-docx's own template: says nothing of a document made from it
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}chart"
_PICTURE = "{http://schemas.openxmlformats.org/drawingml/2006/picture}pic"
_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"
_OLD_PICTURE = "{urn:schemas-microsoft-com:vml}imagedata"
_EMBEDDED = "{urn:schemas-microsoft-com:office:office}OLEObject"
_DATA = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}dm"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
# Content of a paragraph that is not its text: what is deleted or moved away, codes, and boxes, which follow it.
_LEFT_OUT = {_n(f"w:{tag}") for tag in "del moveFrom pPr rPr instrText delText rt txbxContent sdtPr".split()}
_SYMBOLS = {  # characters of the symbol fonts that carry meaning; the others are ornaments
    ("symbol", 0xA3): "≤", ("symbol", 0xB3): "≥", ("symbol", 0xB1): "±", ("symbol", 0xB4): "×", ("symbol", 0xB8): "÷",
    ("symbol", 0xB0): "°", ("symbol", 0xB9): "≠", ("symbol", 0xBB): "≈", ("symbol", 0x2D): "−", ("symbol", 0x6D): "μ",
    ("symbol", 0x44): "Δ", ("symbol", 0x53): "Σ", ("symbol", 0xB7): "•", ("symbol", 0xAE): "→", ("symbol", 0xAD): "↑",
    ("symbol", 0xAF): "↓", ("symbol", 0xA0): "€", ("symbol", 0x25): "%", ("wingdings", 0xFC): "✓",
    ("wingdings", 0xFB): "✗", ("wingdings", 0xFE): "☑", ("wingdings", 0xA8): "☐", ("wingdings", 0x6F): "☐",
    ("wingdings", 0xE0): "→", ("wingdings", 0xE8): "→", ("wingdings", 0xE9): "↑", ("wingdings", 0xEA): "↓",
    ("wingdings 2", 0x50): "✓", ("wingdings 2", 0x4F): "✗", ("wingdings 2", 0x52): "☑", ("wingdings 2", 0xA3): "☐",
}  # fmt: skip
_DRAWN = frozenset({_n("w:txbxContent"), _CHART, _PICTURE, _OLD_PICTURE, DIAGRAM})
# python-docx opens plain documents only; those with macros, and templates, hold the same parts.
for _kind in (CONTENT_TYPE.WML_DOCUMENT_MAIN, "application/vnd.ms-word.document.macroEnabled.main+xml",
              "application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml",
              "application/vnd.ms-word.template.macroEnabledTemplate.main+xml"):  # fmt: skip
    PartFactory.part_type_for[_kind] = DocumentPart


def read_word(content: bytes, name: str, limits: Limits) -> Reading:
    """One page, number 1, with headings, list items, table rows, charts' data and notes; headers, footers, comments and
    what is deleted are left out."""
    check_inflated(content, name, limits)
    document = _open(content, name)
    walk = _Document(document)
    parts = [*walk.parts(document.element.body), *walk.notes()]
    flow.check_rows(parts, name, limits)
    page = PageText()
    flow.write(page, parts)
    if not page.blocks:
        raise UnreadableReport(f"{name}: the document holds no text")
    finished = page.page()
    properties = office.properties(document.part)
    title = properties.title or walk.title or dates.first_heading((finished,))
    title = title or dates.title_of_file(name)
    return Reading(
        "Word document",
        title,
        (finished,),
        dates.first_date(
            dates.in_imprint((finished,)),
            dates.in_title(title, name),
            office.last_made(properties.modified, properties.created, template=_TEMPLATE_MADE),
            dates.in_file_name(name),
        ),
        dates.covers(title, walk.title, dates.title_of_file(name)),
        tuple(walk.remarks),
    )


def _open(content: bytes, name: str) -> Any:
    try:
        office.refuse_strict(content, name, ".docx")
        package = docx.package.Package.open(io.BytesIO(content))
        main = package.main_document_part
        if not isinstance(main, DocumentPart):
            raise UnreadableReport(f"{name}: the file is not a Word document inside")
        _ = main.document.element.body.tag
        return main.document
    except (*office.DAMAGED, PackageNotFoundError) as error:
        raise UnreadableReport(f"{name}: the Word document is damaged ({error})") from error


@dataclass(frozen=True, slots=True)
class _Style:
    """What a paragraph style says, those it is based on included."""

    names: tuple[str, ...] = ()  # its own first
    outline: int = 0  # heading level
    numbered: bool = False


class _Document:
    """Walks a document's parts; keeps the notes it meets, since their numbers are those of their order."""

    def __init__(self, document: Any) -> None:
        self.part = document.part
        self.remarks: list[str] = []  # what could not be read, a sentence each
        if any(e.get("ProgID", "").startswith("Excel") for e in document.element.body.iter(_EMBEDDED)):
            self.remarks.append("A workbook embedded in the document was not read.")
        self.title = ""  # the first paragraph in the style "Title"
        self._styles = _styles(document)
        self._notes: dict[tuple[str, str], str] = {}  # (footnote or endnote, id) -> its mark
        self._fields: list[bool] = []  # of each open field, whether its result has begun

    def parts(self, parent: Any) -> Iterator[Part]:
        """The lines and tables inside a body, a cell, a box or a content control."""
        for child in parent:
            if child.tag == _n("w:p"):
                yield from self._paragraph(child)
            elif child.tag == _n("w:tbl"):
                yield from self._table(child)
            elif child.tag == _n("w:altChunk"):
                self.remarks.append("A part that is a file of its own inside the document was not read.")
            elif child.tag == f"{_MC}AlternateContent":
                yield from self.parts(_choice(child))
            elif child.tag not in _LEFT_OUT:
                yield from self.parts(child)

    def notes(self) -> Iterator[Line]:
        """The footnotes and endnotes that the text refers to, in its order."""
        sources = self._note_sources() if self._notes else {}
        for key, mark in list(self._notes.items()):
            if key in sources:
                words = " ".join(self._text(paragraph) for paragraph in sources[key].iter(_n("w:p")))
                yield Line("footnote", fold(f"{mark} {words}") if fold(words) else "")

    def _note_sources(self) -> dict[tuple[str, str], Any]:
        sources: dict[tuple[str, str], Any] = {}
        for relation in self.part.rels.values():
            kind = (relation.reltype or "").rsplit("/", 1)[-1].rstrip("s")
            if kind in {"footnote", "endnote"} and not relation.is_external:
                try:
                    root = office.xml(relation.target_part.blob)
                except office.DAMAGED:
                    self.remarks.append(f"The {kind}s are damaged and were not read.")
                    continue
                for note in root.iter(_n(f"w:{kind}")):
                    sources[kind, note.get(_n("w:id"), "")] = note
        return sources

    # --- paragraphs -------------------------------------------------------------------------------------------------

    def _paragraph(self, paragraph: Any) -> Iterator[Part]:
        text, kind, level = fold(self._text(paragraph)), *self._role(paragraph)
        yield Line(kind, text, level)
        if kind == "heading" and text and not self.title and "title" in self._style(paragraph).names[:1]:
            self.title = text
        for element in _drawn(paragraph):
            if element.tag == _n("w:txbxContent"):
                yield from self.parts(element)
            elif element.tag == _CHART:
                yield self._chart(element) or Picture()
            elif element.tag == DIAGRAM:
                yield from (Line("list_item", text) for text in self._diagram(element))
            else:
                yield Picture()

    def _role(self, paragraph: Any) -> tuple[BlockKind, int]:
        """What a paragraph is, by its style and its own properties, and a heading's level."""
        style = self._style(paragraph)
        properties = paragraph.find(_n("w:pPr"))
        outline = properties.find(_n("w:outlineLvl")) if properties is not None else None
        level = office.number(outline.get(_n("w:val")), 9) + 1 if outline is not None else style.outline
        if any(_CONTENTS_STYLE.match(name) for name in style.names):
            return "furniture", 0
        if 1 <= level <= 9:
            return "heading", level
        if "caption" in style.names:
            return "caption", 0
        numbering = properties.find(f"{_n('w:numPr')}/{_n('w:numId')}") if properties is not None else None
        numbered = numbering.get(_n("w:val")) != "0" if numbering is not None else style.numbered
        return ("list_item" if numbered or any(map(_LIST_STYLE.match, style.names)) else "paragraph"), 0

    def _style(self, paragraph: Any) -> _Style:
        named = paragraph.find(f"{_n('w:pPr')}/{_n('w:pStyle')}")
        return self._styles.get(named.get(_n("w:val"), "") if named is not None else "", _Style())

    def _chart(self, element: Any) -> TablePart | None:
        relation = self.part.rels.get(element.get(_RELATION, ""))
        if relation is None or relation.is_external:
            return None
        return chart_table(relation.target_part.blob)

    def _diagram(self, element: Any) -> list[str]:
        relation = self.part.rels.get(element.get(_DATA, ""))
        if relation is None or relation.is_external:
            return []
        try:
            return list(diagram_texts(relation.target_part.blob))
        except office.DAMAGED:
            return []

    # --- text -------------------------------------------------------------------------------------------------------

    def _text(self, paragraph: Any) -> str:
        """The paragraph's text as it is printed: insertions, links and results of fields, no deletions or codes."""
        self._fields = [True] * len(self._fields)  # a field whose code never ended must not swallow the document
        return "".join(self._inline(paragraph)).replace("\u00ad", "")

    def _inline(self, element: Any) -> Iterator[str]:
        for child in element:
            if child.tag == _n("w:r"):
                yield from self._run(child)
            elif child.tag == f"{_MC}AlternateContent":
                yield from self._inline(_choice(child))
            elif child.tag == _MATH:
                yield child.text or ""
            elif child.tag not in _LEFT_OUT:
                yield from self._inline(child)

    def _run(self, run: Any) -> Iterator[str]:
        properties = run.find(_n("w:rPr"))
        if properties is not None and _is_on(properties.find(_n("w:vanish"))):
            return
        raised = properties.find(_n("w:vertAlign")) if properties is not None else None
        is_raised = raised is not None and raised.get(_n("w:val")) == "superscript"
        for child in run:
            if child.tag == _n("w:fldChar"):
                self._field(child.get(_n("w:fldCharType")))
            elif all(self._fields):
                words = self._run_words(child)
                yield superscript(words) if is_raised else words

    def _field(self, mark: str | None) -> None:
        if mark == "begin":
            self._fields.append(False)
        elif mark == "separate" and self._fields:
            self._fields[-1] = True
        elif mark == "end" and self._fields:
            self._fields.pop()

    def _run_words(self, element: Any) -> str:
        tag = element.tag
        if tag == _n("w:t"):
            return element.text or ""
        if tag in {_n("w:tab"), _n("w:ptab"), _n("w:br"), _n("w:cr")}:
            return " "
        if tag == _n("w:noBreakHyphen"):
            return "-"
        if tag == _n("w:sym"):
            return _symbol(element)
        if tag in {_n("w:footnoteReference"), _n("w:endnoteReference")}:
            return self._mark(element)
        if tag == f"{_MC}AlternateContent" or tag == _n("w:ruby"):
            return "".join(self._inline(element))
        return ""

    def _mark(self, reference: Any) -> str:
        """The note's number as it is printed: by its place in the text, unless its mark is typed by hand."""
        key = (reference.tag.rsplit("}", 1)[-1].removesuffix("Reference"), reference.get(_n("w:id"), ""))
        by_hand = reference.get(_n("w:customMarkFollows"), "0") in {"1", "true", "on"}
        numbered = sum(bool(mark) for mark in self._notes.values())
        return self._notes.setdefault(key, "" if by_hand else superscript(str(numbered + 1)))

    # --- tables -----------------------------------------------------------------------------------------------------

    def _table(self, table: Any) -> Iterator[Part]:
        """The table, then those inside its cells; a table that only lays out the page is what its cells hold."""
        rows = [list(_wrapped(row, "w:tc")) for row in _wrapped(table, "w:tr") if not _is_deleted(row)]
        nested = any(cell.find(f".//{_n('w:tbl')}") is not None for row in rows for cell in row)
        if max(map(len, rows), default=0) < 2 or (nested and not any(_is_tabular(row) for row in rows)):
            for row in rows:
                for cell in row:
                    yield from self.parts(cell)
            return
        yield self._grid(table)
        for row in rows:
            inner = [part for cell in row for part in self._inside(cell)]
            label = next((text for cell in row if (text := self._cell(cell))), "") if inner else ""
            for part in inner:
                yield TablePart(part.grid, part.marked, part.title or label, part.unit, part.chart)

    def _inside(self, cell: Any) -> Iterator[TablePart]:
        for inner in _wrapped(cell, "w:tbl"):
            yield from (part for part in self._table(inner) if isinstance(part, TablePart))
        for paragraph in _wrapped(cell, "w:p"):
            charts = (self._chart(element) for element in _drawn(paragraph) if element.tag == _CHART)
            yield from (chart for chart in charts if chart is not None)

    def _grid(self, table: Any) -> TablePart:
        """The texts of the cells, merged ones filled out, and how many leading rows are marked to repeat as headers.

        A cell over several columns stands in each of them in the first rows, where headers are, and once in the others;
        one over several rows stands in each.
        """
        grid: list[tuple[str, ...]] = []
        marked = 0
        above: list[str] = []
        for row in _wrapped(table, "w:tr"):
            if _is_deleted(row):
                continue
            header = _is_on(row.find(f"{_n('w:trPr')}/{_n('w:tblHeader')}"))
            cells = list(_wrapped(row, "w:tc"))
            header = header or (0 < marked == len(grid) and any(map(_continues, cells)))  # merged with the one above
            marked += header and marked == len(grid)
            texts = [""] * _number(row.find(f"{_n('w:trPr')}/{_n('w:gridBefore')}"), 0)
            whole = list(texts)  # what the next row's cells go on with, where they are merged with this one's
            for cell in cells:
                column = len(texts)
                text = above[column] if _continues(cell) and column < len(above) else self._cell(cell)
                span = _number(cell.find(f"{_n('w:tcPr')}/{_n('w:gridSpan')}"), 1)
                spread = header or (len(grid) < 2 and (len(cells) > 1 or not grid))
                texts += [text, *[text if spread else ""] * (span - 1)]
                whole += [text] * span
            grid.append(tuple(texts))
            above = whole
        return TablePart(tuple(grid), marked)

    def _cell(self, cell: Any) -> str:
        """The cell's text without that of tables inside it, what is in boxes included."""
        texts = []
        for paragraph in _wrapped(cell, "w:p"):
            texts.append(self._text(paragraph))
            for box in _drawn(paragraph):
                if box.tag == _n("w:txbxContent"):
                    texts += [part.text for part in self.parts(box) if isinstance(part, Line)]
        return fold(" ".join(texts))


def _styles(document: Any) -> dict[str, _Style]:
    """The paragraph styles by id; the default one also by no id."""
    try:
        elements = {e.get(_n("w:styleId"), ""): e for e in document.styles.element.iter(_n("w:style"))}
    except office.DAMAGED:
        return {}
    found: dict[str, _Style] = {}
    for key, element in elements.items():
        chain, seen = [element], {key}
        while (base := _value(chain[-1].find(_n("w:basedOn")))) in elements and base not in seen:
            chain.append(elements[base])
            seen.add(base)
        found[key] = _style_of(chain)
        if element.get(_n("w:type")) == "paragraph" and element.get(_n("w:default")) in {"1", "true"}:
            found[""] = found[key]
    return found


def _style_of(chain: Iterable[Any]) -> _Style:
    """What a style says, from itself to the one all is based on: the first word on a matter counts."""
    names: list[str] = []
    outline = 0
    numbered: bool | None = None
    for element in chain:
        names.append(_value(element.find(_n("w:name"))).lower())
        level = element.find(f"{_n('w:pPr')}/{_n('w:outlineLvl')}")
        if not outline and names[-1] == "title":
            outline = 1
        elif not outline and (heading := _HEADING_STYLE.match(names[-1])):
            outline = int(heading[1])
        elif not outline and level is not None:
            outline = _number(level, 9, most=9) + 1
        number = element.find(f"{_n('w:pPr')}/{_n('w:numPr')}/{_n('w:numId')}")
        if numbered is None and number is not None:
            numbered = _value(number) != "0"
    return _Style(tuple(names), outline, bool(numbered))


def _drawn(paragraph: Any) -> Iterator[Any]:
    """The text boxes, charts and pictures anchored in a paragraph, but for those inside such a box."""
    if next(paragraph.iter(*_DRAWN), None) is None:
        return
    stack = [iter(paragraph)]
    while stack:
        child = next(stack[-1], None)
        if child is None:
            stack.pop()
        elif child.tag in _DRAWN:
            yield child
        elif child.tag == f"{_MC}AlternateContent":
            stack.append(iter(_choice(child)))
        elif child.tag not in {_n("w:del"), _n("w:moveFrom")}:
            stack.append(iter(child))


def _choice(alternatives: Any) -> Any:
    """Of the forms of one thing, the newest that is not empty."""
    return next((form for form in alternatives if len(form)), ())


def _wrapped(parent: Any, name: str) -> Iterator[Any]:
    """The children of this name, also where they stand in content controls, custom XML or tracked insertions."""
    for child in parent:
        if child.tag == _n(name):
            yield child
        elif child.tag in {_n("w:sdt"), _n("w:sdtContent"), _n("w:customXml"), _n("w:ins"), _n("w:moveTo")}:
            yield from _wrapped(child, name)


def _is_deleted(row: Any) -> bool:
    """Whether a table row is deleted in the tracked changes."""
    return row.find(f"{_n('w:trPr')}/{_n('w:del')}") is not None


def _is_tabular(row: list[Any]) -> bool:
    """Whether two or more cells of a row hold text and no table."""
    plain = [cell for cell in row if cell.find(f".//{_n('w:tbl')}") is None]
    return sum(any((t.text or "").strip() for t in cell.iter(_n("w:t"))) for cell in plain) > 1


def _continues(cell: Any) -> bool:
    """Whether a cell is the lower part of one merged over rows."""
    merge = cell.find(f"{_n('w:tcPr')}/{_n('w:vMerge')}")
    return merge is not None and merge.get(_n("w:val"), "continue") == "continue"


def _symbol(element: Any) -> str:
    font = element.get(_n("w:font"), "").lower()
    try:
        code = int(element.get(_n("w:char"), ""), 16)
    except ValueError:
        return ""
    if 0xF000 <= code <= 0xF0FF:
        return _SYMBOLS.get((font, code - 0xF000), "")
    return _SYMBOLS.get((font, code), chr(code) if 0x20 < code < 0xD800 else "")


def _is_on(element: Any) -> bool:
    return element is not None and element.get(_n("w:val"), "1") not in {"0", "false", "off"}


def _number(element: Any, otherwise: int, most: int = 1000) -> int:
    """The number an element gives; beyond the most it is a mistake or an attack."""
    words = _value(element)
    return min(int(words), most) if words.isdigit() and len(words) < 7 else otherwise


def _value(element: Any) -> str:
    return element.get(_n("w:val"), "") if element is not None else ""
