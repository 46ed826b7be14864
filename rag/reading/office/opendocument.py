"""OpenDocument texts (.odt): paragraphs and tables in document order, as one page.

The format is a zip of a few XML parts; odfpy, the library for it, is no longer maintained, so they are read here.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator
from functools import cache
from typing import Any

from rag.errors import UnreadableReport
from rag.reading import dates
from rag.reading.archive import check_inflated
from rag.reading.compose import PageText, fold, superscript
from rag.reading.limits import Limits
from rag.reading.office import flow
from rag.reading.office import package as office
from rag.reading.office.flow import Line, Part, Picture, TablePart
from rag.types import BlockKind, Reading

_SPACES = {
    "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
    "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
    "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
    "style": "urn:oasis:names:tc:opendocument:xmlns:style:1.0",
    "draw": "urn:oasis:names:tc:opendocument:xmlns:drawing:1.0",
    "chart": "urn:oasis:names:tc:opendocument:xmlns:chart:1.0",
    "meta": "urn:oasis:names:tc:opendocument:xmlns:meta:1.0",
    "manifest": "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0",
    "dc": "http://purl.org/dc/elements/1.1/",
    "xlink": "http://www.w3.org/1999/xlink",
    "svg": "urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0",
    "fo": "urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0",
}
_MOST_COLUMNS = 1000  # a repetition beyond this is the rest of an empty sheet
_MOST_ROWS = 1_048_576  # of a sheet
_HEADING_STYLE = re.compile(r"^Heading(?:_20_| )(\d)$", re.IGNORECASE)
_CAPTION_STYLES = {"caption", "table", "illustration", "figure", "drawing"}  # Writer has one for each sequence
_RAISED = re.compile(r"^(?:super|[1-9]\d*%)")


@cache
def _n(name: str) -> str:
    """The full name that lxml uses for a prefixed one."""
    prefix, _, local = name.partition(":")
    return f"{{{_SPACES[prefix]}}}{local}"


_NOT_TEXT = frozenset(
    map(
        _n,
        "office:annotation office:annotation-end text:tracked-changes text:sequence-decls text:variable-decls "
        "text:user-field-decls office:forms office:event-listeners text:ruby-text svg:title svg:desc "
        "text:index-title-template text:hidden-text text:hidden-paragraph office:binary-data".split(),
    )
)
_CONTENTS = frozenset(
    map(
        _n,
        "text:table-of-content text:illustration-index text:table-index text:object-index text:alphabetical-index "
        "text:user-index text:bibliography".split(),
    )
)


def read_odt(content: bytes, name: str, limits: Limits) -> Reading:
    """One page with headings, list items, table rows, charts' data and notes; headers, footers, comments and what is
    deleted are left out."""
    check_inflated(content, name, limits)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        root = _root(archive, name)
        walk = _Document(root, _part(archive, "styles.xml"), archive)
        parts = [*walk.parts(walk.body), *walk.notes()]
        flow.check_rows(parts, name, limits)
        meta = _part(archive, "meta.xml")
    page = PageText()
    flow.write(page, parts)
    if not page.blocks:
        raise UnreadableReport(f"{name}: the document holds no text")
    finished = page.page()
    title = office.own_title(_first(meta, "dc:title")) or walk.title or dates.first_heading((finished,))
    title = title or dates.title_of_file(name)
    return Reading(
        "OpenDocument text",
        title,
        (finished,),
        dates.first_date(
            dates.in_imprint((finished,)),
            dates.in_title(title, name),
            office.last_made(_first(meta, "dc:date"), _first(meta, "meta:creation-date")),
            dates.in_file_name(name),
        ),
        dates.covers(title, walk.title, dates.title_of_file(name)),
    )


def _root(archive: zipfile.ZipFile, name: str) -> Any:
    """The document's own part, or the sentence that says why it cannot be read."""
    manifest = _part(archive, "META-INF/manifest.xml")
    if manifest is not None and any(True for _ in manifest.iter(_n("manifest:encryption-data"))):
        raise UnreadableReport(f"{name}: the document is protected by a password; save it without one")
    if "encrypted-package" in archive.namelist():  # how newer programs write it
        raise UnreadableReport(f"{name}: the document is protected by a password; save it without one")
    try:
        root = office.xml(archive.read("content.xml"))
    except office.DAMAGED as error:
        raise UnreadableReport(f"{name}: the OpenDocument text is damaged ({error})") from error
    if root.find(f"{_n('office:body')}/{_n('office:text')}") is None:
        raise UnreadableReport(f"{name}: the file is no OpenDocument text inside")
    return root


def _part(archive: zipfile.ZipFile, name: str) -> Any:
    """One of the other parts; None if it is missing or damaged, since the text can be read without it."""
    try:
        return office.xml(archive.read(name))
    except office.DAMAGED:
        return None


def _first(meta: Any, name: str) -> str:
    return next((fold(found.text or "") for found in meta.iter(_n(name))), "") if meta is not None else ""


class _Document:
    """Walks a document's parts; keeps the notes it meets, to be written after the text."""

    def __init__(self, root: Any, styles: Any, archive: zipfile.ZipFile) -> None:
        self.body = root.find(f"{_n('office:body')}/{_n('office:text')}")
        self.title = ""  # the first paragraph in the style "Title"
        self._notes: dict[Any, Line] = {}  # by the element each is written in
        self._archive = archive
        self._styles = {
            style.get(_n("style:name"), ""): style
            for part in (styles, root)
            if part is not None
            for style in part.iter(_n("style:style"))
        }

    def notes(self) -> list[Line]:
        """The notes met so far, in the text's order."""
        return list(self._notes.values())

    def parts(self, parent: Any, item: bool = False) -> Iterator[Part]:
        """The lines and tables inside a body, a section, a list, a cell or a box."""
        for child in parent:
            tag = child.tag
            if tag in {_n("text:h"), _n("text:p")}:
                yield from self._paragraph(child, item)
            elif tag == _n("table:table"):
                yield from self._table(child)
            elif tag in {_n("text:list-item"), _n("text:list-header")}:
                yield from self.parts(child, item=tag == _n("text:list-item"))
            elif tag in _CONTENTS:
                body = child.find(_n("text:index-body"))
                for line in self.parts(body) if body is not None else ():
                    yield Line("furniture", line.text) if isinstance(line, Line) else line
            elif tag in {_n("draw:frame"), _n("draw:g"), _n("draw:custom-shape"), _n("draw:rect")}:
                yield from self._drawn(child)
            elif tag not in _NOT_TEXT and isinstance(tag, str) and not _is_hidden(child):
                yield from self.parts(child, item)

    # --- paragraphs ---------------------------------------------------------------------------------------------------

    def _paragraph(self, paragraph: Any, item: bool) -> Iterator[Part]:
        text, kind, level = self._text(paragraph), *self._role(paragraph, item)
        if kind == "heading" and text and not self.title and "Title" in self._names(paragraph):
            self.title = text
        yield Line(kind, text, level)
        for frame in _frames(paragraph):
            yield from self._drawn(frame)

    def _role(self, paragraph: Any, item: bool) -> tuple[BlockKind, int]:
        names = self._names(paragraph)
        if paragraph.tag == _n("text:h"):
            return "heading", _number(paragraph, "text:outline-level", 1, most=9)
        for name in names:
            if name == "Title":
                return "heading", 1
            if found := _HEADING_STYLE.match(name):
                return "heading", int(found[1])
        if any(name.lower() in _CAPTION_STYLES for name in names):
            return "caption", 0
        return ("list_item" if item else "paragraph"), 0

    def _names(self, element: Any) -> list[str]:
        """The style's name and those it is based on: Writer gives a paragraph changed by hand a style of its own."""
        names: list[str] = []
        name = element.get(_n("text:style-name"), "")
        while name and name not in names:
            names.append(name)
            style = self._styles.get(name)
            name = style.get(_n("style:parent-style-name"), "") if style is not None else ""
        return names

    def _drawn(self, frame: Any) -> Iterator[Part]:
        """What a frame shows: text, a table, a chart's data, or a picture."""
        kinds = {child.tag for child in frame}
        for child in frame:
            if child.tag == _n("draw:object") and (chart := self._chart(child)) is not None:
                yield chart
                return
        for child in frame:
            if child.tag == _n("draw:text-box"):
                yield from self.parts(child)
            elif child.tag in {_n("text:p"), _n("text:list")}:  # a shape with words in it
                yield from self.parts([child])
            elif child.tag in {_n("draw:frame"), _n("draw:g"), _n("draw:custom-shape"), _n("draw:rect")}:
                yield from self._drawn(child)
        if _n("draw:image") in kinds and _n("draw:text-box") not in kinds:
            yield Picture()

    def _chart(self, element: Any) -> TablePart | None:
        """The data of an embedded chart, which it keeps as a table of its own."""
        folder = posixpath.normpath(element.get(_n("xlink:href"), "")).lstrip("/")
        root = _part(self._archive, f"{folder}/content.xml")
        chart = root.find(f".//{_n('chart:chart')}") if root is not None else None
        data = chart.find(_n("table:table")) if chart is not None else None
        if chart is None or data is None:
            return None
        titles = chart.find(_n("chart:title"))
        axes = [axis for axis in chart.iter(_n("chart:axis")) if axis.get(_n("chart:dimension")) == "y"]
        unit = axes[0].find(_n("chart:title")) if axes else None
        grid, marked = self._grid(data)
        grid = tuple(tuple("" if "nan" in text.lower()[-5:] else text for text in row) for row in grid)
        title = self._text(titles) if titles is not None else ""
        return TablePart(grid, marked, title, self._text(unit) if unit is not None else "", chart=True)

    # --- text ---------------------------------------------------------------------------------------------------------

    def _text(self, paragraph: Any) -> str:
        return fold("".join(self._inline(paragraph)).replace("\u00ad", ""))

    def _inline(self, element: Any) -> Iterator[str]:
        yield element.text or ""
        for child in element:
            yield self._piece(child)
            yield child.tail or ""

    def _piece(self, element: Any) -> str:
        tag = element.tag
        if tag in {_n("text:s"), _n("text:tab"), _n("text:line-break")}:
            return " "
        if tag == _n("text:note"):
            return self._note(element)
        if tag in _NOT_TEXT or tag in _ANCHORED or not isinstance(tag, str):
            return ""
        words = "".join(self._inline(element))
        if tag == _n("text:span"):
            for name in self._names(element):
                properties = self._styles[name].find(_n("style:text-properties")) if name in self._styles else None
                if properties is not None and properties.get(_n("text:display")) == "none":
                    return ""
                if properties is not None and (place := properties.get(_n("style:text-position"))):
                    return superscript(words) if _RAISED.match(place) else words
        return words

    def _note(self, note: Any) -> str:
        """The note's mark in place; its text is written after the document's."""
        citation, body = note.find(_n("text:note-citation")), note.find(_n("text:note-body"))
        mark = superscript("".join(citation.itertext())) if citation is not None else ""
        if note not in self._notes and body is not None:
            self._notes[note] = Line("footnote", "")  # its place, since its own text may hold notes
            words = " ".join(part.text for part in self.parts(body) if isinstance(part, Line))
            self._notes[note] = Line("footnote", fold(f"{mark} {words}") if words else "")
        return mark

    # --- tables -------------------------------------------------------------------------------------------------------

    def _table(self, table: Any) -> Iterator[Part]:
        """The table, then those inside its cells; a table that only lays out the page is what its cells hold."""
        rows = [list(_cells(row)) for row, _ in _rows(table)]
        nested = any(cell.find(f".//{_n('table:table')}") is not None for row in rows for cell in row)
        if max(map(len, rows), default=0) < 2 or (nested and not any(_is_tabular(row) for row in rows)):
            for row in rows:
                for cell in row:
                    yield from self.parts(cell)
            return
        grid, marked = self._grid(table)
        yield TablePart(grid, marked)
        for row in rows if nested else ():
            label = next((text for cell in row if (text := self._cell(cell))), "")
            for cell in row:
                for inner in cell.iterchildren(_n("table:table")):
                    for part in self._table(inner):
                        yield TablePart(part.grid, part.marked, label) if isinstance(part, TablePart) else part

    def _grid(self, table: Any) -> tuple[tuple[tuple[str, ...], ...], int]:
        """The texts of the cells, merged ones filled out, and how many rows are headers by the file's word.

        A cell over several columns stands in each of them in the first rows, where headers are, and once in the others;
        one over several rows stands in each.
        """
        grid: list[tuple[str, ...]] = []
        marked = 0
        reaching: dict[int, tuple[int, str]] = {}  # column -> (rows still to fill, text)
        for row, header in _rows(table):
            marked += header and marked == len(grid)
            texts: list[str] = []
            own = [cell for cell in row if cell.tag == _n("table:table-cell")]
            spread = header or (len(grid) < 2 and (len(own) > 1 or not grid))
            across, until = "", 0  # what the covered cells to the right of a wide one show, and up to which column
            for cell in row.iterchildren(_n("table:table-cell"), _n("table:covered-table-cell")):
                times = _number(cell, "table:number-columns-repeated", 1)
                for column in range(len(texts), min(len(texts) + times, _MOST_COLUMNS)):
                    if cell.tag == _n("table:table-cell"):
                        text = self._cell(cell)
                        wide = _number(cell, "table:number-columns-spanned", 1)
                        high = _number(cell, "table:number-rows-spanned", 1, most=_MOST_ROWS)
                        across, until = text if spread else "", column + wide
                        for i in range(wide if high > 1 else 0):
                            reaching[column + i] = (high - 1, across if i else text)
                    elif column < until:
                        text = across
                    else:
                        left, text = reaching.pop(column, (0, ""))
                        if left > 1:
                            reaching[column] = (left - 1, text)
                    texts.append(text)
            times = _number(row, "table:number-rows-repeated", 1, most=_MOST_ROWS) if any(texts) else 1
            grid += [tuple(texts)] * times
        return tuple(grid), marked

    def _cell(self, cell: Any) -> str:
        """The cell's text, what is in lists and boxes included, without that of tables inside it."""
        lines = (part for part in self.parts(child for child in cell if child.tag != _n("table:table")))
        return fold(" ".join(part.text for part in lines if isinstance(part, Line)))


_ANCHORED = frozenset(map(_n, "draw:frame draw:g draw:custom-shape draw:rect draw:line draw:path draw:polygon".split()))


def _frames(paragraph: Any) -> Iterator[Any]:
    """The frames and shapes anchored in a paragraph, also inside spans and links; those inside a frame are its own."""
    for child in paragraph:
        if child.tag in _ANCHORED:
            yield child
        elif child.tag not in _NOT_TEXT and child.tag != _n("text:note"):
            yield from _frames(child)


def _rows(table: Any, header: bool = False) -> Iterator[tuple[Any, bool]]:
    """The table's rows, also those in groups, and whether each is a header."""
    for child in table:
        if child.tag == _n("table:table-row"):
            yield child, header
        elif child.tag == _n("table:table-header-rows"):
            yield from _rows(child, True)
        elif child.tag in {_n("table:table-rows"), _n("table:table-row-group"), _n("text:soft-page-break")}:
            yield from _rows(child, header)


def _cells(row: Any) -> Iterator[Any]:
    yield from row.iterchildren(_n("table:table-cell"))


def _is_tabular(row: list[Any]) -> bool:
    """Whether two or more cells of a row hold text and no table."""
    plain = [cell for cell in row if cell.find(f".//{_n('table:table')}") is None]
    return sum(bool("".join(cell.itertext()).strip()) for cell in plain) > 1


def _is_hidden(section: Any) -> bool:
    return bool(section.get(_n("text:display")) == "none")


def _number(element: Any, name: str, otherwise: int, most: int = _MOST_COLUMNS) -> int:
    """The number an attribute gives; beyond the most it is a mistake or an attack."""
    words = element.get(_n(name), "")
    return min(max(1, int(words)), most) if words.isdigit() and len(words) < 9 else otherwise
