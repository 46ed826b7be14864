"""PDF reports: pages of headings, paragraphs, list items, footnotes and table rows, each line with its box."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pypdfium2 as pdfium

from rag.errors import UnreadableReport
from rag.reading import dates, tables
from rag.reading.compose import PageText
from rag.reading.limits import Limits
from rag.reading.pdf_lines import Line, in_reading_order, page_number, running_lines, to_lines
from rag.reading.pdf_tables import Table, find_tables, is_contents
from rag.reading.pdf_words import Word, page_words
from rag.types import BlockKind, Box, Page, Published, Reading

_BULLET = re.compile(r"^(?:[•‣▪◦●○■□–—*·\uf0b7\uf0a7-]|\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)])\s+(?=\S)")
_NUMBERED = re.compile(r"^(?:\d{1,2}(?:\.\d{1,2}){0,3}|[A-Z](?:\.\d{1,2})+)\.?\s+[A-Z]")
_NOTE = re.compile(
    r"^(?:[⁰¹²³⁴⁵⁶⁷⁸⁹]+|[*†‡]|\(?\d{1,2}[.)]|\d{1,2}\s|\(?[a-z]\)|notes?\b|sources?\b)\s*\S", re.IGNORECASE
)
_MARKED_NOTE = re.compile(r"^(?:[⁰¹²³⁴⁵⁶⁷⁸⁹⁽]+|[*†‡]|\(\d{1,2}\)\s)")
_UNITS = re.compile(
    r"^\(?(?:(?:all\s+)?(?:figures|amounts|dollars|values)?\s*(?:are\s+)?(?:in\s+)?)?(?:[£$€]|us\$|thousands?|millions?|billions?|"
    r"per\s?cent|percentages?|number|numbers|full-time|working days|days|hours|index|%|unit)", re.IGNORECASE,
)  # fmt: skip
_SENTENCE_END = (".", "!", "?", ";", ",")


@dataclass(slots=True)
class _Sheet:
    """One page as it was measured, before anything is composed."""

    number: int
    width: float
    height: float
    words: list[Word]
    running: list[Line] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Style:
    """What the report's body looks like, and the sizes of its headings, largest first."""

    body: float
    headings: tuple[float, ...]
    gap: float  # between the lines of a paragraph, as a share of their height
    words: Counter[str]  # every word of the report, to tell a hyphen that breaks a word from one that belongs to it


def read_pdf(content: bytes, name: str, limits: Limits) -> Reading:
    """The pages in order, an empty one with no blocks; `UnreadableReport` if none has text, or it is locked or broken.

    Not for two threads of one process: pdfium is not thread-safe.
    """
    document = _open(content, name)
    try:
        if len(document) > limits.pages:
            raise UnreadableReport(
                f"{name}: {len(document)} pages, over the limit of {limits.pages} (setting reader_pages)"
            )
        sheets = [_sheet(document, i) for i in range(len(document))]
        properties = document.get_metadata_dict(skip_empty=True)
        printed = [document.get_page_label(i) or "" for i in range(len(document))]
    except pdfium.PdfiumError as error:
        raise UnreadableReport(f"{name}: the PDF is damaged ({error})") from error
    finally:
        document.close()
    if not any(sheet.words for sheet in sheets):
        raise UnreadableReport(f"{name}: no text on any page; it looks like a scan, which this version does not read")
    _set_running_apart(sheets)
    style = _style(sheets)
    pages = _compose(sheets, style, printed)
    title = _title(pages, properties, name)
    return Reading(
        "PDF",
        title,
        pages,
        dates.first_date(
            dates.in_imprint(pages[:3]), dates.in_title(title, name), _made(properties), dates.in_file_name(name)
        ),
        dates.covers(title, dates.title_of_file(name)),
    )


def _open(content: bytes, name: str) -> Any:
    try:
        return pdfium.PdfDocument(content)
    except pdfium.PdfiumError as error:
        if "password" in str(error).lower():
            raise UnreadableReport(f"{name}: the PDF is locked with a password") from error
        raise UnreadableReport(f"{name}: the PDF is damaged or cut short") from error


def _sheet(document: Any, index: int) -> _Sheet:
    page = document[index]
    try:
        width, height = page.get_size()
        words = [
            word for word in page_words(page) if word.x1 > 0 and word.x0 < width and word.y1 > 0 and word.y0 < height
        ]
        return _Sheet(index + 1, width, height, words)
    finally:
        page.close()


def _made(properties: dict[str, str]) -> Published | None:
    for key in ("CreationDate", "ModDate"):
        if found := re.match(r"(?:D:)?(\d{4})(\d\d)(\d\d)", properties.get(key, "")):
            return dates.published("-".join(found.groups()), "document properties")
    return None


def _title(pages: Sequence[Page], properties: dict[str, str], name: str) -> str:
    """The title the report's properties give, unless it is a file's name or number; else the first page's heading."""
    stated = properties.get("Title", "").strip()
    if " " in stated and not re.search(r"\.(?:docx?|pdf|indd|qxd)\b|^microsoft word|^untitled", stated, re.IGNORECASE):
        return stated
    return dates.first_heading(pages[:2]) or dates.title_of_file(name)


def _set_running_apart(sheets: Sequence[_Sheet]) -> None:
    """Take running headers and footers out of the sheets' words, so that neither columns nor tables see them."""
    lines = [to_lines(sheet.words) for sheet in sheets]
    for sheet, own, running in zip(
        sheets, lines, running_lines([(own, s.height) for own, s in zip(lines, sheets, strict=True)]), strict=True
    ):
        sheet.running = [own[i] for i in sorted(running)]
        taken = {id(word) for line in sheet.running for word in line.words}
        sheet.words = [word for word in sheet.words if id(word) not in taken]


def _style(sheets: Sequence[_Sheet]) -> _Style:
    sizes: Counter[float] = Counter()
    words: Counter[str] = Counter()
    for sheet in sheets:
        for word in sheet.words:
            sizes[round(word.size, 1)] += len(word.text)
            words[word.text.strip(".,;:!?()“”\"'’").lower()] += 1
    body = sizes.most_common(1)[0][0] if sizes else 10.0
    headings = tuple(sorted((size for size in sizes if size > 1.12 * body), reverse=True))
    return _Style(body, headings, _usual_gap(sheets, body), words)


def _usual_gap(sheets: Sequence[_Sheet], body: float) -> float:
    """The commonest gap between lines of the body's size, as a share of that size."""
    gaps: Counter[float] = Counter()
    for sheet in sheets[:100]:
        lines = [line for line in to_lines(sheet.words) if abs(line.size - body) < 0.05 * body]
        gaps.update(round((low.y0 - high.y1) / body, 1) for high, low in pairwise(lines) if low.y0 - high.y1 < body)
    return max(0.0, gaps.most_common(1)[0][0]) if gaps else 0.2


def _compose(sheets: Sequence[_Sheet], style: _Style, printed: Sequence[str]) -> tuple[Page, ...]:
    pages: list[Page] = []
    before: Table | None = None
    caption = ""
    for sheet in sheets:
        writer = _Writer(style)
        first = min((word.y0 for word in sheet.words), default=sheet.height / 2)
        top = [line for line in sheet.running if line.y0 < first]
        for line in top:
            writer.write("furniture", [line])
        groups = in_reading_order(sheet.words, sheet.width) if sheet.words else []
        for group in groups:
            writer.write_column(to_lines(group), before, caption)
            before, caption = writer.open_table, writer.open_caption
        if not groups:
            before, caption = None, ""
        for line in sheet.running:
            if line not in top:
                writer.write("furniture", [line])
        numbers = [number for line in sheet.running if (number := page_number(line.segments[-1].text))]
        label = printed[sheet.number - 1] or (numbers[-1] if numbers else "")
        label = "" if label == str(sheet.number) else label
        boxes = tuple(writer.boxes)
        pages.append(writer.page.page(sheet.number, label=label, width=sheet.width, height=sheet.height, boxes=boxes))
    return tuple(pages)


class _Writer:
    """Writes one page: what each line is, is told from its size, weight, place and words."""

    def __init__(self, style: _Style) -> None:
        self.style = style
        self.page = PageText()
        self.boxes: list[Box] = []
        self.open_table: Table | None = None  # the table that the column ended with: it may go on on the next page
        self.open_caption = ""

    def write_column(self, lines: Sequence[Line], before: Table | None, caption: str) -> None:
        """Write one column's lines; a table at its top may go on from `before`, under that table's caption."""
        self.open_table, self.open_caption = None, ""
        at = 0
        for table in find_tables(lines, before):
            self._write_text(lines[at : table.first])
            goes_on = at == 0 and table.first == 0 and before is not None and table.headers == before.headers
            above = caption if goes_on else self._caption_above()
            self._write_table(table, above)
            at = table.last
            self.open_table, self.open_caption = table, above
        if at < len(lines):
            self._write_text(lines[at:])
            self.open_table = None

    def write(self, kind: BlockKind, lines: Sequence[Line], level: int = 0) -> None:
        """Write lines as one block, with a box for each."""
        text, spans = self._joined(lines)
        if kind in {"list_item"} and (bullet := _BULLET.match(text)) and not bullet[0].strip(" ().").isalnum():
            cut = bullet.end()
            text = text[cut:]
            spans = [(max(0, start - cut), end - cut) for start, end in spans]
        block = self.page.add(kind, text, level)
        if block is None:
            return
        for line, (start, end) in zip(lines, spans, strict=True):
            if end > start:
                self.boxes.append(Box(block.start + start, block.start + end, line.x0, line.y0, line.x1, line.y1))

    def _joined(self, lines: Sequence[Line]) -> tuple[str, list[tuple[int, int]]]:
        """The lines as one text with each line's span: a space between them, or a broken word made whole."""
        text = ""
        spans: list[tuple[int, int]] = []
        for line in lines:
            words = line.text
            if text and self._breaks_word(text, words):
                text = text[:-1]
                spans[-1] = (spans[-1][0], len(text))
            elif text and not _ends_in_hyphen(text):
                text += " "
            spans.append((len(text), len(text) + len(words)))
            text += words
        return text, spans

    def _breaks_word(self, text: str, following: str) -> bool:
        """Whether the hyphen at the end only breaks a word: the word is seen whole, or never with its hyphen."""
        if not _ends_in_hyphen(text) or not following[:1].islower():
            return False
        head = text[:-1].rsplit(" ", 1)[-1].lstrip("(“\"'‘").lower()
        tail = re.split(r"[\s.,;:!?)”\"’]", following, maxsplit=1)[0].lower()
        return self.style.words[head + tail] > 0 or self.style.words[f"{head}-{tail}"] == 0

    # --- running text -----------------------------------------------------------------------------------------------

    def _write_text(self, lines: Sequence[Line]) -> None:
        left = min((line.x0 for line in lines), default=0.0)
        right = max((line.x1 for line in lines), default=0.0)
        block: list[Line] = []
        for line in lines:
            if block and self._starts_block(block, line, left, right):
                self._write_block(block)
                block = []
            block.append(line)
        if block:
            self._write_block(block)

    def _starts_block(self, block: Sequence[Line], line: Line, left: float, right: float) -> bool:
        last = block[-1]
        gap = line.y0 - last.y1
        usual = block[1].y0 - block[0].y1 if len(block) > 1 else (self.style.gap + 0.05) * last.size
        if gap > usual + 0.22 * last.size or gap < -0.6 * last.size:
            return True
        if abs(line.size - last.size) > 0.08 * last.size or is_contents(line) or is_contents(last):
            return True
        if (last.bold != line.bold or last.italic != line.italic) and len(block) == 1 and self._looks_like_title(last):
            return True
        if _MARKED_NOTE.match(line.text) and line.size < 0.92 * self.style.body:
            return True
        if (tables.is_caption(block[0].text) or last.text.endswith(":")) and _UNITS.match(line.text):
            return True
        if last.bold != line.bold and line.bold and last.text.endswith(_SENTENCE_END):
            return True
        if _BULLET.match(line.text) and (last.text.endswith((".", ":", ";", ",")) or _BULLET.match(block[0].text)):
            return True
        ended = last.text.endswith((".", "!", "?", ":", ".”", '."'))
        if ended and last.x1 < right - 0.2 * (right - left):
            return True
        indented = line.x0 > last.x0 + 0.7 * line.size and not _BULLET.match(block[0].text)
        return ended and indented

    def _looks_like_title(self, line: Line) -> bool:
        return len(line.text) < 120 and not line.text.endswith(_SENTENCE_END)

    def _write_block(self, block: Sequence[Line]) -> None:
        first = block[0]
        text = " ".join(line.text for line in block)
        if is_contents(first) or not any(letter.isalpha() for letter in text):  # a chart's axis, a rule of dashes
            self.write("furniture", block)
        elif tables.is_caption(text) and len(text) < 250 and (first.bold or first.italic or len(block) < 3):
            self.write("caption", block)
        elif level := self._heading_level(block, text):
            self.write("heading", block, level)
        elif first.size < 0.92 * self.style.body and _NOTE.match(text):
            self.write("footnote", block)
        elif _BULLET.match(text):
            self.write("list_item", block)
        else:
            self.write("paragraph", block)

    def _heading_level(self, block: Sequence[Line], text: str) -> int:
        """1 for the largest size of heading; the body's size in bold, then in italics, come after all larger ones."""
        first = block[0]
        if len(block) > 3 or len(text) > 200 or not any(letter.isalpha() for letter in text):
            return 0
        if first.size > 1.12 * self.style.body:
            level = sum(size > first.size * 1.04 for size in _apart(self.style.headings)) + 1
            return min(level, 6) if not text.endswith(".") or len(text) < 60 else 0
        if text.endswith(_SENTENCE_END) or first.size < 0.9 * self.style.body or _UNITS.match(text):
            return 0
        after = min(len(_apart(self.style.headings)), 4)
        if all(line.bold for line in block):
            return after + 1
        if all(line.italic for line in block) and len(block) == 1 and len(text) < 80:
            return after + 2
        if len(block) == 1 and len(text) < 80 and text.isupper() and len(text) > 3:
            return after + 1
        if _NUMBERED.match(text) and "." in text.split()[0] and len(block) == 1 and len(text) < 80:
            return after + 1
        return 0

    # --- tables -----------------------------------------------------------------------------------------------------

    def _caption_above(self) -> str:
        """What the blocks just above a table call it: a caption or heading, and the line that gives its unit."""
        parts: list[str] = []
        for block in reversed(self.page.blocks[-3:]):
            words = self.page.words(block)
            if block.kind in {"heading", "caption"}:
                parts.insert(0, words)
                if block.kind == "caption" or not _UNITS.match(words):
                    break
            elif block.kind in {"paragraph", "footnote"} and len(words) < 100 and _UNITS.match(words):
                parts.insert(0, words)
            elif block.kind == "paragraph" and words.endswith(":") and len(words) < 400:  # "The debts were as follows:"
                parts.insert(0, words)
                break
            elif block.kind == "paragraph" and len(words) < 50 and not words.endswith(_SENTENCE_END[:3]):
                parts.insert(0, words)  # "Year ending June 30,"
            else:
                break
        return ", ".join(part.rstrip(",:") for part in parts)

    def _write_table(self, table: Table, caption: str) -> None:
        for row in table.header_rows:
            cells = list(dict.fromkeys((cell.text, cell.x0, cell.y0, cell.x1, cell.y1) for cell in row.cells if cell))
            block = self.page.add_row([(cell[0], ()) for cell in cells], kind="furniture")
            if block is not None:
                at = block.start
                for text, *place in cells:
                    self.boxes.append(Box(at, at + len(text), *place))
                    at += len(text) + 3
        grid = [row.texts() for row in table.rows]
        indents = [row.cells[0].x0 if row.cells[0] else 0.0 for row in table.rows]
        for row, body in zip(table.rows, tables.body_rows(grid, table.headers, indents), strict=True):
            block = self.page.add_row(body.cells, caption, total=body.total)
            if block is None:
                continue
            shown = [cell for cell in row.cells if cell is not None]
            spans = [cell for cell in block.cells if cell.end > cell.start]
            for cell, span in zip(shown, spans, strict=False):
                self.boxes.append(Box(span.start, span.end, cell.x0, cell.y0, cell.x1, cell.y1))


def _ends_in_hyphen(text: str) -> bool:
    return text.endswith("-") and text[-2:-1].isalpha()


def _apart(sizes: Iterable[float]) -> list[float]:
    """Sizes, largest first, with those nearly the same as a larger one left out."""
    kept: list[float] = []
    for size in sizes:
        if not kept or size < 0.96 * kept[-1]:
            kept.append(size)
    return kept
