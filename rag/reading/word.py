"""Word documents (.docx): paragraphs and tables in document order. They have no page numbers, so they are one page."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import docx
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml.ns import qn
from docx.table import Table
from docx.text.paragraph import Paragraph
from lxml import etree

from rag.errors import UnreadableReport
from rag.reading import dates, tables
from rag.reading.archive import check_inflated
from rag.reading.compose import PageText, fold, superscript
from rag.reading.limits import Limits
from rag.types import Published, Reading

_HEADING_STYLE = re.compile(r"^heading (\d)$", re.IGNORECASE)
_LIST_STYLE = re.compile(r"^list\b", re.IGNORECASE)
_TEMPLATE_CREATED = datetime(2013, 12, 23)  # python-docx's own template: says nothing of a document made from it


def read_word(content: bytes, name: str, limits: Limits) -> Reading:
    """One page, number 1, with headings, list items, table rows and footnotes; headers and footers are left out."""
    check_inflated(content, name, limits)
    try:
        document = docx.Document(io.BytesIO(content))
    except (
        zipfile.BadZipFile,
        KeyError,
        ValueError,
        etree.LxmlError,
        PackageNotFoundError,
    ) as error:
        raise UnreadableReport(f"{name}: the Word document is damaged ({error})") from error
    page = PageText()
    for part in document.iter_inner_content():
        if isinstance(part, Table):
            _write_table(page, part)
        else:
            _write_paragraph(page, part)
    for note in _footnotes(document):
        page.add("footnote", note)
    if not page.blocks:
        raise UnreadableReport(f"{name}: the document holds no text")
    finished = page.page()
    title = fold(document.core_properties.title or "") or _titled(document) or dates.first_heading((finished,))
    title = title or dates.title_of_file(name)
    return Reading(
        "Word document",
        title,
        (finished,),
        dates.first_date(
            dates.in_imprint((finished,)),
            dates.in_title(title, name),
            _created(document.core_properties),
            dates.in_file_name(name),
        ),
        dates.covers(title, _titled(document), dates.title_of_file(name)),
    )


def _created(properties: Any) -> Published | None:
    """The day the document was last made: its modification, since templates keep old creation dates."""
    for stamp in (properties.modified, properties.created):
        if stamp is not None and stamp.replace(tzinfo=None).date() != _TEMPLATE_CREATED.date():
            return Published(stamp.date(), "document properties")
    return None


def _titled(document: Any) -> str:
    """The first paragraph in the style "Title"."""
    return next(
        (fold(_text(p)) for p in document.paragraphs[:30] if _style(p).lower() == "title" and p.text.strip()), ""
    )


def _style(paragraph: Paragraph) -> str:
    style = paragraph.style
    return str(style.name or "") if style is not None else ""


def _write_paragraph(page: PageText, paragraph: Paragraph) -> None:
    text, style = fold(_text(paragraph)), _style(paragraph)
    level = _heading_level(paragraph, style)
    if level:
        page.add("heading", text, level=level)
    elif style.lower() == "caption":
        page.add("caption", text)
    elif _is_item(paragraph, style):
        page.add("list_item", text)
    else:
        page.add("paragraph", text)


def _heading_level(paragraph: Paragraph, style: str) -> int:
    """1 for a title, else the heading style's or the outline's level; 0 for what is no heading."""
    if style.lower() == "title":
        return 1
    if found := _HEADING_STYLE.match(style):
        return int(found[1])
    outline = paragraph._p.find(f"{qn('w:pPr')}/{qn('w:outlineLvl')}")
    level = int(outline.get(qn("w:val"), "9")) + 1 if outline is not None else 0
    return level if level <= 9 else 0


def _is_item(paragraph: Paragraph, style: str) -> bool:
    return bool(_LIST_STYLE.match(style)) or paragraph._p.find(f"{qn('w:pPr')}/{qn('w:numPr')}") is not None


def _text(paragraph: Paragraph) -> str:
    """The paragraph's text with links and tracked insertions (not deletions), raised digits as superscripts."""
    parts: list[str] = []
    for run in paragraph._p.iter(qn("w:r")):
        words = "".join(_run_words(run))
        raised = run.find(f"{qn('w:rPr')}/{qn('w:vertAlign')}")
        is_raised = raised is not None and raised.get(qn("w:val")) == "superscript"
        parts.append(superscript(words) if is_raised else words)
    return "".join(parts)


def _run_words(run: Any) -> Iterator[str]:
    for child in run:
        if child.tag == qn("w:t"):
            yield child.text or ""
        elif child.tag in {qn("w:tab"), qn("w:br"), qn("w:cr")}:
            yield " "
        elif child.tag == qn("w:noBreakHyphen"):
            yield "-"
        elif child.tag == qn("w:footnoteReference"):
            yield superscript(child.get(qn("w:id"), ""))


def _write_table(page: PageText, table: Table) -> None:
    grid, marked = _grid(table)
    if not grid:
        return
    if max(len(row) for row in grid) < 2:  # a frame around text
        for row in grid:
            page.add("paragraph", row[0])
        return
    caption = ""
    if page.blocks:
        last = page.blocks[-1]
        words = page.words(last)
        if last.kind == "caption" or (last.kind in {"paragraph", "heading"} and tables.is_caption(words)):
            caption = words
    tables.write_table(page, grid, tables.header_depth(grid, marked), caption)


def _grid(table: Table) -> tuple[list[list[str]], int]:
    """The texts of the cells, merged ones filled out, and how many leading rows are marked to repeat as headers.

    A cell over several columns stands in each of them in the first rows, where headers are, and once in the others.
    """
    grid: list[list[str]] = []
    marked = 0
    for i, row in enumerate(table.rows):
        texts: list[str] = []
        previous: Any = None
        header = row._tr.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None
        marked += header and marked == i
        for cell in row.cells:
            text = fold(" ".join(_text(p) for p in cell.paragraphs))
            texts.append(text if cell._tc is not previous or header or i < 2 else "")
            previous = cell._tc
        grid.append(texts or [""])
    return grid, marked if marked < len(grid) else 0


def _footnotes(document: Any) -> Iterator[str]:
    """The footnotes' texts with their numbers, if the document has any."""
    for relation in document.part.rels.values():
        if relation.reltype.endswith("/footnotes") and not relation.is_external:
            root = etree.fromstring(relation.target_part.blob, etree.XMLParser(resolve_entities=False))
            for note in root.iter(qn("w:footnote")):
                words = fold(" ".join("".join(t.text or "" for t in p.iter(qn("w:t"))) for p in note.iter(qn("w:p"))))
                if words and note.get(qn("w:type")) is None:
                    yield f"{superscript(note.get(qn('w:id'), ''))} {words}".strip()
