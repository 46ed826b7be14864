"""Slides (.pptx): a page for each slide with its title, text, tables, charts' data and speaker notes."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Any

from pptx.exc import PackageNotFoundError, PythonPptxError
from pptx.oxml.ns import qn
from pptx.package import Package
from pptx.parts.presentation import PresentationPart

from rag.errors import UnreadableReport
from rag.reading import dates
from rag.reading.archive import check_inflated
from rag.reading.compose import PageText, fold
from rag.reading.limits import Limits
from rag.reading.office import flow
from rag.reading.office import package as office
from rag.reading.office.charts import chart_table
from rag.reading.office.diagrams import DIAGRAM, diagram_texts, text_of
from rag.reading.office.flow import Line, Part, Picture, TablePart
from rag.types import Page, Reading

_n = cache(qn)  # the full name that lxml uses for a prefixed one; asked for millions of times
_TEMPLATE_MADE = date(2013, 1, 27)  # python-pptx's own template
_TITLES = {"title", "ctrTitle"}
_FURNITURE = {"ftr", "hdr", "sldNum", "dt", "sldImg"}
_LARGE = 2000  # hundredths of a point: text of this size and more may be the title of a slide that has none
_TITLE_LENGTH = 120
_DEEPEST_HEADER = 3  # rows
_BAND = 0.04  # of the slide's height: shapes whose tops differ by less stand side by side
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_SHAPES = {_n("p:sp"), _n("p:grpSp"), _n("p:graphicFrame"), _n("p:pic")}
_NO_DESCRIPTION = re.compile(
    r"automatically generated|^(?:a|an)?\s*(?:picture|close[- ]up|graphical user interface|screenshot)\b|"
    r"^(?:image|picture|photo|graphic|logo|icon|grafik|bild)\s*\d*$|\.(?:png|jpe?g|gif|svg|emf|wmf|tiff?|bmp)$|^https?:",
    re.IGNORECASE,
)


def read_slides(content: bytes, name: str, limits: Limits) -> Reading:
    """A page for each slide, numbered as the program does; hidden ones are empty pages and get a note."""
    check_inflated(content, name, limits)
    deck = _open(content, name)
    slides = list(deck.presentation.slides)
    if len(slides) > limits.pages:
        raise UnreadableReport(f"{name}: {len(slides)} slides, over the limit of {limits.pages} (setting reader_pages)")
    unread: dict[str, list[int]] = {}
    read = [_parts(number, slide, deck.presentation, unread) for number, slide in enumerate(slides, 1)]
    flow.check_rows((part for parts in read for part in parts), name, limits)
    pages = tuple(_page(parts, number) for number, parts in enumerate(read, 1))
    if not any(page.blocks for page in pages):
        why = " ".join(_notes(unread)) or "Are they pictures?"
        raise UnreadableReport(f"{name}: no text on any slide. {why}")
    properties = office.properties(deck)
    first = _first_title(pages)
    title = properties.title or first or dates.title_of_file(name)
    return Reading(
        "Slides",
        title,
        pages,
        dates.first_date(
            dates.in_imprint(pages),
            dates.in_title(title, name),
            office.last_made(properties.modified, properties.created, template=_TEMPLATE_MADE),
            dates.in_file_name(name),
        ),
        dates.covers(title, first, dates.title_of_file(name)),
        _notes(unread),
    )


def _open(content: bytes, name: str) -> PresentationPart:
    try:
        office.refuse_strict(content, name, ".pptx")
        deck = Package.open(io.BytesIO(content)).main_document_part
        if not isinstance(deck, PresentationPart):
            raise UnreadableReport(f"{name}: the file is not a PowerPoint file inside")
        _ = [slide.shapes for slide in deck.presentation.slides]
    except (*office.DAMAGED, PackageNotFoundError, PythonPptxError) as error:
        raise UnreadableReport(f"{name}: the PowerPoint file is damaged ({error})") from error
    return deck


def _parts(number: int, slide: Any, presentation: Any, unread: dict[str, list[int]]) -> list[Part]:
    """What a slide holds; nothing, and its number under the reason, if it is hidden or damaged."""
    if slide._element.get("show") in {"0", "false"}:
        unread.setdefault("hidden", []).append(number)
        return []
    if any(embedded.get("progId", "").startswith("Excel") for embedded in slide._element.iter(_n("p:oleObj"))):
        unread.setdefault("embedded", []).append(number)
    try:
        return list(_slide(slide, presentation))
    except (*office.DAMAGED, PythonPptxError):
        unread.setdefault("damaged", []).append(number)
        return []


def _notes(unread: dict[str, list[int]]) -> tuple[str, ...]:
    """A sentence for each reason why slides were not read."""
    sentences = []
    for reason, (*most, last) in unread.items():
        if reason == "embedded":
            where = ", ".join(map(str, (*most, last)))
            sentences.append(f"Workbooks embedded in slides were not read: {where}.")
            continue
        named = f"Slides {', '.join(map(str, most))} and {last} are" if most else f"Slide {last} is"
        sentences.append(f"{named} {reason} and {'were' if most else 'was'} not read.")
    return tuple(sentences)


def _first_title(pages: tuple[Page, ...]) -> str:
    """The title of the first slide that has one."""
    headings = ((page, block) for page in pages for block in page.blocks if block.kind == "heading")
    return next((page.text[block.start : block.end] for page, block in headings if block.level == 1), "")


def _page(parts: list[Part], number: int) -> Page:
    page = PageText()
    flow.write(page, parts)
    return page.page(number)


# --- one slide --------------------------------------------------------------------------------------------------------


def _slide(slide: Any, presentation: Any) -> Iterator[Part]:
    """The title, then the placeholders in their order, then other shapes from top to bottom, then the notes."""
    shapes = [shape for shape in _shapes(slide.shapes._spTree) if not _is_off(shape, presentation.slide_width)]
    titles = [shape for shape in shapes if _placeholder(shape)[0] in _TITLES]
    band = max(1, int((presentation.slide_height or 1) * _BAND))
    shapes = list(_in_order([shape for shape in shapes if shape not in titles], band))
    title = next((shape for shape in titles if _words(shape)), None)
    title = _large(shapes) if title is None else title
    if title is not None:
        yield Line("heading", _words(title), 1)
    for shape in shapes:
        if shape is not title and _placeholder(shape)[0] not in _FURNITURE:
            yield from _shape(shape, slide, band)
    if slide.has_notes_slide and (frame := slide.notes_slide.notes_text_frame) is not None:
        notes = [text for paragraph in frame._txBody.iter(_n("a:p")) if (text := text_of(paragraph))]
        yield Line("heading", "Notes" if notes else "", 2)
        yield from (Line("paragraph", text) for text in notes)


def _shapes(parent: Any) -> Iterator[Any]:
    """The shapes of a slide or group; of forms of one thing the newest."""
    for child in parent:
        if child.tag == f"{_MC}AlternateContent":
            yield from _shapes(next((form for form in child if len(form)), ()))
        elif child.tag in _SHAPES:
            properties = child.find(f".//{_n('p:cNvPr')}")
            if properties is None or properties.get("hidden") not in {"1", "true"}:
                yield child


def _placeholder(shape: Any) -> tuple[str, int]:
    """A placeholder's type and index; no type for what is none."""
    found = shape.find(f"*/{_n('p:nvPr')}/{_n('p:ph')}")
    return (found.get("type", "obj"), office.number(found.get("idx"))) if found is not None else ("", 0)


def _place(shape: Any) -> Any:
    """The element that says where a shape stands; None if it inherits its place."""
    return shape.find(f"*/{_n('a:xfrm')}") if shape.tag != _n("p:graphicFrame") else shape.find(_n("p:xfrm"))


def _in_order(shapes: list[Any], band: int) -> Iterator[Any]:
    """Placeholders in the order of their indexes, then the others from top to bottom, those side by side from left."""
    yield from sorted((s for s in shapes if _placeholder(s)[0]), key=lambda shape: _placeholder(shape)[1])
    row: list[tuple[int, int, Any]] = []
    for top, left, shape in sorted(
        ((*_corner(s), s) for s in shapes if not _placeholder(s)[0]), key=lambda placed: placed[0]
    ):
        if row and top > row[0][0] + band:
            yield from _from_left(row)
            row = []
        row.append((top, left, shape))
    yield from _from_left(row)


def _from_left(row: list[tuple[int, int, Any]]) -> list[Any]:
    return [shape for _, _, shape in sorted(row, key=lambda placed: placed[1])]


def _corner(shape: Any) -> tuple[int, int]:
    """A shape's top and left."""
    place = _place(shape)
    offset = place.find(_n("a:off")) if place is not None else None
    return (office.number(offset.get("y")), office.number(offset.get("x"))) if offset is not None else (0, 0)


def _is_off(shape: Any, width: int | None) -> bool:
    """Whether a shape is parked beside the slide, where nobody sees it."""
    place = _place(shape)
    if place is None or width is None or (offset := place.find(_n("a:off"))) is None:
        return False
    size = place.find(_n("a:ext"))
    left = office.number(offset.get("x"))
    return left >= width or left + (office.number(size.get("cx")) if size is not None else 0) < 0


def _large(shapes: list[Any]) -> Any:
    """Of a slide without a title, the first text that is larger than all others and short enough for one."""
    sizes = [(shape, _size(shape)) for shape in shapes if shape.tag == _n("p:sp") and _words(shape)]
    sizes = [(shape, size) for shape, size in sizes if _placeholder(shape)[0] not in _FURNITURE]
    largest = max((size for _, size in sizes), default=0)
    first = next((shape for shape, size in sizes if size == largest >= _LARGE), None)
    return first if first is not None and len(_words(first)) <= _TITLE_LENGTH else None


def _size(shape: Any) -> int:
    sizes = [element.get("sz", "") for element in shape.iter(_n("a:rPr"))]
    return max((int(size) for size in sizes if size.isdigit()), default=0)


def _shape(shape: Any, slide: Any, band: int) -> Iterator[Part]:
    if shape.tag == _n("p:grpSp"):
        for inner in _in_order(list(_shapes(shape)), band):
            yield from _shape(inner, slide, band)
    elif shape.tag == _n("p:pic"):
        yield from _description(shape)
    elif shape.tag == _n("p:graphicFrame"):
        yield from _frame(shape, slide)
    else:
        bullets = _Bullets(shape, slide)
        for paragraph in shape.iterfind(f"{_n('p:txBody')}/{_n('a:p')}"):
            yield Line("list_item" if bullets.has(paragraph) else "paragraph", text_of(paragraph))


def _description(picture: Any) -> Iterator[Part]:
    """A picture's alternative text, where a person wrote one that says something."""
    yield Picture()
    properties = picture.find(f".//{_n('p:cNvPr')}")
    words = fold(properties.get("descr") or "") if properties is not None else ""
    if len(words.split()) >= 4 and not _NO_DESCRIPTION.search(words):
        yield Line("paragraph", words)


def _frame(frame: Any, slide: Any) -> Iterator[Part]:
    """The table, chart or diagram in a frame; an object of another program is only a picture of itself."""
    if next(frame.iter(_n("p:oleObj")), None) is not None:
        yield Picture()
    for table in frame.iter(_n("a:tbl")):
        yield _table(table)
    for reference, key in ((f"{_C}chart", "id"), (DIAGRAM, "dm")):
        for element in frame.iter(reference):
            relation = slide.part.rels.get(element.get(f"{_RELATION}{key}", ""))
            if relation is None or relation.is_external:
                continue
            if key == "dm":
                yield from (Line("list_item", text) for text in diagram_texts(relation.target_part.blob))
            elif (chart := chart_table(relation.target_part.blob)) is not None:
                yield chart


def _table(table: Any) -> TablePart:
    """The cells' texts. A cell over several columns stands in each of them in the header and once elsewhere; one over
    several rows stands in each."""
    properties = table.find(_n("a:tblPr"))
    header = properties is not None and properties.get("firstRow") in {"1", "true"}
    grid: list[tuple[str, ...]] = []
    for row in table.iterfind(_n("a:tr")):
        texts: list[str] = []
        cells = row.findall(_n("a:tc"))
        spread = not grid or (len(grid) == 1 and any(cell.get("hMerge") is None for cell in cells[1:]))
        for column, cell in enumerate(cells):
            if cell.get("vMerge") in {"1", "true"} and grid and column < len(grid[-1]):
                texts.append(grid[-1][column])
            elif cell.get("hMerge") in {"1", "true"}:
                texts.append(texts[-1] if texts and spread else "")
            else:
                texts.append(fold(" ".join(map(text_of, cell.iter(_n("a:p"))))))
        grid.append(tuple(texts))
    first = table.find(_n("a:tr"))
    deep = (
        [office.number(cell.get("rowSpan"), 1) for cell in first.iterfind(_n("a:tc"))]
        if first is not None and header
        else []
    )
    return TablePart(tuple(grid), min(max(deep, default=0), _DEEPEST_HEADER))  # as far down as its cells reach


# --- text -------------------------------------------------------------------------------------------------------------


def _words(shape: Any) -> str:
    return fold(" ".join(map(text_of, shape.iterfind(f"{_n('p:txBody')}/{_n('a:p')}"))))


class _Bullets:
    """Whether a shape's paragraphs have bullets: by their own word, else by what they inherit."""

    def __init__(self, shape: Any, slide: Any) -> None:
        kind, index = _placeholder(shape)
        self._styles = shape.findall(f"{_n('p:txBody')}/{_n('a:lstStyle')}")
        if kind not in {"body", "obj"}:
            return
        layout = slide.slide_layout
        for parent in (layout, layout.slide_master):
            for other in parent.placeholders:
                if _placeholder(other._element)[1] == index:
                    self._styles += other._element.findall(f"{_n('p:txBody')}/{_n('a:lstStyle')}")
        self._styles += layout.slide_master._element.findall(f"{_n('p:txStyles')}/{_n('p:bodyStyle')}")

    def has(self, paragraph: Any) -> bool:
        own = paragraph.find(_n("a:pPr"))
        level = own.get("lvl", "0") if own is not None else "0"
        number = int(level) + 1 if level.isdigit() else 1
        for properties in (own, *(style.find(_n(f"a:lvl{number}pPr")) for style in self._styles)):
            for child in properties if properties is not None else ():
                if child.tag in {_n("a:buNone"), _n("a:buChar"), _n("a:buAutoNum"), _n("a:buBlip")}:
                    return bool(child.tag != _n("a:buNone"))
        return False
