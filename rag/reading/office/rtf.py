"""RTF documents (.rtf): paragraphs and tables in document order, as one page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from rag.errors import UnreadableReport
from rag.reading import dates
from rag.reading.compose import PageText, fold, superscript
from rag.reading.limits import Limits
from rag.reading.office import flow
from rag.reading.office import package as office
from rag.reading.office.flow import Line, Part, TablePart
from rag.reading.office.rtf_source import MARK, Aside, Cell, Paragraph, Raise, Row, Source, Thing
from rag.reading.text.plain import text_blocks
from rag.types import BlockKind, Reading

_HEADING_STYLE = re.compile(r"^heading (\d)$", re.IGNORECASE)
_NOTE_MARKS = superscript("0123456789")
_NEAR = 30  # twentieths of a point: cell edges nearer than this are one column's


def read_rtf(content: bytes, name: str, limits: Limits) -> Reading:
    """One page with headings, list items, table rows and notes; headers, footers, comments, hidden and deleted text are
    left out."""
    if not content.lstrip().startswith(b"{\\rtf"):
        raise UnreadableReport(f"{name}: the file is not an RTF document")
    source = Source(content.lstrip().decode("latin-1"))
    source.read()
    body = _Body(source.things, source.styles)
    parts = [*body.parts(source.decoded()), *body.notes]
    flow.check_rows(parts, name, limits)
    page = PageText()
    flow.write(page, parts)
    if not page.blocks:
        raise UnreadableReport(f"{name}: the document holds no text{'; it is cut short' if source.open_groups else ''}")
    finished = page.page()
    title = office.own_title(source.title()) or dates.first_heading((finished,)) or dates.title_of_file(name)
    return Reading(
        "RTF document",
        title,
        (finished,),
        dates.first_date(
            dates.in_imprint((finished,)),
            dates.in_title(title, name),
            office.last_made(source.day("revtim"), source.day("creatim")),
            dates.in_file_name(name),
        ),
        dates.covers(title, dates.first_heading((finished,)), dates.title_of_file(name)),
        ("The document is cut short: what follows its last words is missing.",) if source.open_groups else (),
    )


@dataclass(slots=True)
class _Frame:
    """What has been read of the body, a note or a box: words since the last mark, cells since the last row …"""

    kind: str = ""
    words: list[str] = field(default_factory=list)
    cells: list[str] = field(default_factory=list)
    rows: list[tuple[Row, list[str]]] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    after: list[Part] = field(default_factory=list)  # boxes, which follow the paragraph they stand in


class _Body:
    """Makes lines and tables of decoded text with marks."""

    def __init__(self, things: list[Thing], styles: dict[int, str]) -> None:
        self.notes: list[Line] = []
        self._things = things
        self._styles = styles
        self._guessed: dict[int, bool] = {}  # which lines may be headings by their looks, and whether they are bold

    def parts(self, text: str) -> list[Part]:
        frames = [_Frame()]
        raised = False
        for i, piece in enumerate(MARK.split(text)):
            thing = self._things[int(piece)] if i % 2 else None
            frame = frames[-1]
            match thing:
                case None:
                    frame.words.append(superscript(piece) if raised else piece)
                case Raise(on):
                    raised = on
                case Cell():
                    frame.cells.append(_taken(frame.words))
                case Row():
                    frame.rows.append((thing, frame.cells))
                    frame.cells = []
                case Paragraph(in_table=True):
                    frame.words.append(" ")
                case Paragraph():
                    self._end_paragraph(frame, thing)
                case Aside(""):
                    if len(frames) > 1:
                        self._end_aside(frames.pop(), frames[-1])
                case Aside(kind):
                    frames.append(_Frame(kind))
        while len(frames) > 1:  # cut short inside a note
            self._end_aside(frames.pop(), frames[-1])
        self._flush(frames[0])
        return self._with_guessed_headings(frames[0].parts)

    def _end_aside(self, frame: _Frame, outer: _Frame) -> None:
        self._end_paragraph(frame, Paragraph(0, 9, False, False, False))
        self._flush(frame)
        if frame.kind == "footnote":
            self.notes.append(Line("footnote", fold(" ".join(p.text for p in frame.parts if isinstance(p, Line)))))
        else:
            outer.after += frame.parts

    def _flush(self, frame: _Frame) -> None:
        """Write the table that has ended, and the boxes that wait for it."""
        if frame.cells:  # a row that lacks its end
            frame.rows.append((Row(), frame.cells))
            frame.cells = []
        if frame.rows:
            frame.parts += _table(frame.rows)
            frame.rows = []
        frame.parts += frame.after
        frame.after = []

    def _end_paragraph(self, frame: _Frame, paragraph: Paragraph) -> None:
        text = _taken(frame.words)
        if not text:
            if not frame.cells:  # an empty paragraph ends a table
                self._flush(frame)
            return
        if frame.cells:  # a paragraph of a cell, in a file that does not mark such
            frame.words.append(f"{text} ")
            return
        if frame.rows:
            boxes, frame.after = frame.after, []
            self._flush(frame)
            frame.after = boxes
        kind, level = self._role(paragraph)
        if kind == "paragraph" and not frame.kind:
            guessed = list(text_blocks(text, [(0, len(text.rstrip(_NOTE_MARKS)))]))
            if len(guessed) == 1 and guessed[0].kind == "list_item":
                kind, text = "list_item", text[guessed[0].start :]
            elif len(guessed) == 1 and guessed[0].kind == "heading" and not flow.is_unit(text):
                self._guessed[len(frame.parts)] = paragraph.bold
        frame.parts.append(Line(kind, text, level))
        self._flush(frame)

    def _role(self, paragraph: Paragraph) -> tuple[BlockKind, int]:
        style = self._styles.get(paragraph.style, "")
        if 0 <= paragraph.outline < 9:
            return "heading", paragraph.outline + 1
        if found := _HEADING_STYLE.match(style):
            return "heading", int(found[1])
        if style == "title":
            return "heading", 1
        if style == "caption":
            return "caption", 0
        if re.match(r"toc \d|toc heading|table of figures", style):
            return "furniture", 0
        return ("list_item" if paragraph.listed or style.startswith("list ") else "paragraph"), 0

    def _with_guessed_headings(self, parts: list[Part]) -> list[Part]:
        """The parts, where the file names no headings with those that look like one; the bold ones, if any are."""
        if any(isinstance(part, Line) and part.kind == "heading" for part in parts):
            return parts
        bold = any(self._guessed.values())
        level = 1
        for i, is_bold in sorted(self._guessed.items()):
            part = parts[i] if i < len(parts) else None
            if isinstance(part, Line) and part.kind == "paragraph" and (is_bold or not bold):
                parts[i] = Line("heading", part.text, level)
                level = 2
        return parts


def _taken(words: list[str]) -> str:
    text = fold("".join(words).replace("\u00ad", ""))
    words.clear()
    return text


def _table(rows: Iterable[tuple[Row, list[str]]]) -> Iterator[Part]:
    """A table whose cells stand in the columns that their right edges say; a frame around text is that text."""
    rows = list(rows)
    if max(len(cells) for _, cells in rows) < 2:
        yield from (Line("paragraph", text) for _, cells in rows for text in cells)
        return
    edges = _columns([edge for row, cells in rows if len(row.edges) == len(cells) for edge in row.edges])
    grid: list[tuple[str, ...]] = []
    marked = 0
    above: dict[int, str] = {}
    for row, cells in rows:
        marked += row.header and marked == len(grid)
        texts: list[str] = []
        whole: dict[int, str] = {}
        spread = row.header or (len(grid) < 2 and (len(cells) > 1 or not grid))
        known = len(row.edges) == len(cells)
        for i, text in enumerate(cells):
            column = len(texts)
            reach = _column(edges, row.edges[i]) + 1 if known else column + 1
            if i in row.down:
                text = above.get(column, text)
            elif i in row.across:
                text = texts[-1] if texts and spread else ""
            wide = max(1, reach - column)
            texts += [text, *[text if spread else ""] * (wide - 1)]
            whole.update(dict.fromkeys(range(column, column + wide), text))
        grid.append(tuple(texts))
        above = whole
    yield TablePart(tuple(grid), marked)


def _columns(edges: Iterable[int]) -> list[int]:
    """The right edges of a table's columns: those nearly the same are one."""
    found: list[int] = []
    for edge in sorted(edges):
        if not found or edge > found[-1] + _NEAR:
            found.append(edge)
    return found


def _column(edges: list[int], edge: int) -> int:
    return max((i for i, known in enumerate(edges) if known <= edge), default=0)
