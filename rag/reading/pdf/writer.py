"""Writes one PDF page's blocks: what each line is, is told from its size, weight, place and words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rag.reading import tables
from rag.reading.compose import PageText
from rag.reading.pdf.cells import Cell, Table, is_contents
from rag.reading.pdf.lines import Line
from rag.reading.pdf.outline import Outline
from rag.reading.pdf.sheets import Sheet, Style, apart
from rag.reading.pdf.tables import find_tables
from rag.types import BlockKind, Page

_BULLET = re.compile(r"^(?:[•‣⁃▪▫◦●○■□◆◇❖►▶▸➢➤✓✔✗✘☐☑☒–—*·\uf000-\uf0ff-]|\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)])\s+(?=\S)")
_SAYS_SOMETHING = re.compile(r"[\w✓✔✗✘☐☑☒]")  # of a bullet: it is kept
_NUMBERED = re.compile(r"^(?:\d{1,2}(?:\.\d{1,2}){0,3}|[A-Z](?:\.\d{1,2})+)\.?\s+[A-Z]")
_NOTE = re.compile(
    r"^(?:[⁰¹²³⁴⁵⁶⁷⁸⁹]+|[*†‡]|\(?\d{1,2}[.)]|\d{1,2}\s|\(?[a-z]\)|notes?\b|sources?\b)\s*\S", re.IGNORECASE
)
_MARKED_NOTE = re.compile(r"^(?:[⁰¹²³⁴⁵⁶⁷⁸⁹⁽]+|[*†‡]|\(\d{1,2}\)\s)")
_UNITS = re.compile(
    r"^\(?(?:(?:all\s+)?(?:figures|amounts|dollars|values)?\s*(?:are\s+)?(?:in\s+)?)?(?:[£$€]|us\$|thousands?|millions?|billions?|"
    r"per\s?cent|percentages?|number|numbers|full-time|working days|days|hours|index|%|unit)", re.IGNORECASE,
)  # fmt: skip
_CONTINUED = re.compile(r"[\s(\[–—-]*\b(?:continued|cont['’]?d|cont)\b\.?[)\]]?", re.IGNORECASE)
_SENTENCE_END = (".", "!", "?", ";", ",")
_UNSPACED = re.compile(r"[\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]")  # scripts that write no spaces

Text = tuple[BlockKind, list[Line], int]  # a block to be: its kind, lines and level


class Writer:
    """One page as it is written. `turn` says how the page is turned for the lines that are being written."""

    def __init__(self, sheet: Sheet, style: Style, outline: Outline) -> None:
        self.sheet, self.style, self.outline = sheet, style, outline
        self.turn = sheet.turn
        self.page = PageText()
        self.boxes: list[tuple[int, int, int, tuple[float, float, float, float]]] = []
        self.open_table: Table | None = None  # the table that the column ended with: it may go on on the next page
        self.open_caption = ""
        self._open: Text | None = None  # the column's last text: it may go on in the next column
        self._notes: list[Text] = []  # from the foot of a column

    def finished(self, label: str) -> Page:
        """The whole page; nothing is written after it."""
        self._close_text()
        boxes = tuple(self.sheet.box(*box) for box in self.boxes)
        return self.page.page(
            self.sheet.number, label=label, width=self.sheet.width, height=self.sheet.height, boxes=boxes
        )

    def write_column(self, lines: Sequence[Line], before: Table | None, caption: str) -> None:
        """Write one column's lines; a table at its top may go on from `before`, under that table's caption."""
        self.open_table, self.open_caption = None, ""
        at = 0
        for table in self._tables(lines, before):
            self._write_text(lines[at : table.first])
            self._close_text()
            goes_on = at == 0 and table.first == 0 and before is not None and table.headers == before.headers
            above = caption if goes_on else self._caption_above()
            if at == 0 and caption and _is_continued(above, caption):
                above = caption  # "Table 1 (continued)" says neither what it is of nor in which unit
            elif table.beside:
                above = self.open_caption
            self._write_table(table, above)
            at = table.last
            self.open_table, self.open_caption = table, above
        if at < len(lines):
            self._write_text(lines[at:], at_foot=True)
            self.open_table = None

    def write_notes(self) -> None:
        """Write the footnotes of all columns: they stand after the page's text, never inside it."""
        self._close_text()
        for kind, lines, level in self._notes:
            self.write(kind, lines, level)
        self._notes = []

    def write(self, kind: BlockKind, lines: Sequence[Line], level: int = 0) -> None:
        """Write lines as one block, with a box for each."""
        self._close_text()
        text, spans = self._joined(lines)
        if kind == "list_item" and (bullet := _BULLET.match(text)) and not _SAYS_SOMETHING.search(bullet[0]):
            cut = bullet.end()
            text = text[cut:]
            spans = [(max(0, start - cut), end - cut) for start, end in spans]
        block = self.page.add(kind, text, level)
        if block is None:
            return
        for line, (start, end) in zip(lines, spans, strict=True):
            if end > start:
                self._box(block.start + start, block.start + end, line)

    def _box(self, start: int, end: int, at: Line | Cell) -> None:
        self.boxes.append((self.turn, start, end, (at.x0, at.y0, at.x1, at.y1)))

    def _joined(self, lines: Sequence[Line]) -> tuple[str, list[tuple[int, int]]]:
        """The lines as one text with each line's span: a space between them, or a broken word made whole."""
        text = ""
        spans: list[tuple[int, int]] = []
        for line in lines:
            words = line.text
            if text and self._breaks_word(text, words):
                text = text[:-1]
                spans[-1] = (spans[-1][0], len(text))
            elif text and not _ends_in_hyphen(text) and not (_UNSPACED.match(text[-1]) and _UNSPACED.match(words)):
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

    def _write_text(self, lines: Sequence[Line], at_foot: bool = False) -> None:
        """Write lines block by block. The last is kept open, and so are the footnotes if the column ends here."""
        texts = list(self._texts(lines))
        if at_foot:
            notes = self._at_foot(texts)
            self._notes += texts[notes:]
            texts = texts[:notes]
        for text in texts:
            if self._open is not None and self._goes_on(self._open, text):
                text = (self._open[0], [*self._open[1], *text[1]], self._open[2])
            else:
                self._close_text()
            self._open = text

    def _close_text(self) -> None:
        if self._open is not None:
            text, self._open = self._open, None
            self.write(*text)

    def _texts(self, lines: Sequence[Line]) -> Iterator[Text]:
        left = min((line.x0 for line in lines), default=0.0)
        right = max((line.x1 for line in lines), default=0.0)
        block: list[Line] = []
        for line in lines:
            if block and self._starts_block(block, line, left, right):
                yield self._told(block)
                block = []
            block.append(line)
        if block:
            yield self._told(block)

    def _at_foot(self, texts: Sequence[Text]) -> int:
        """Where the footnotes begin that end a column: small type from the first that is marked as one."""
        first = len(texts)
        for i in reversed(range(len(texts))):
            kind, lines, _ = texts[i]
            if kind == "footnote":
                first = i
            elif kind != "paragraph" or lines[0].size >= 0.92 * self.style.body:
                break
        return first

    def _goes_on(self, text: Text, following: Text) -> bool:
        """Whether a paragraph goes on at the top of the next column: in the same type and inside a sentence."""
        (kind, lines, _), (next_kind, next_lines, _) = text, following
        last, first = lines[-1], next_lines[0]
        if kind not in {"paragraph", "list_item"} or next_kind != "paragraph" or first.y0 > last.y0:
            return False
        alike = abs(first.size - last.size) < 0.08 * last.size and (first.bold, first.italic) == (
            last.bold,
            last.italic,
        )
        if not alike or last.text.endswith((".", "!", "?", ":", ";", ".”", '."')):
            return False
        if first.text[:1].islower() or _ends_in_hyphen(last.text):
            return True
        longest = max(line.x1 - line.x0 for line in lines)
        return len(lines) > 1 and last.x1 - last.x0 > 0.85 * longest and len(next_lines) > 1

    def _starts_block(self, block: Sequence[Line], line: Line, left: float, right: float) -> bool:
        last = block[-1]
        if self.outline.titles.get(id(line)) != self.outline.titles.get(id(last)):
            return True
        gap = line.y0 - last.y1
        usual = block[1].y0 - block[0].y1 if len(block) > 1 else (self.style.gap + 0.05) * last.size
        if gap > usual + 0.22 * last.size or gap < -0.6 * last.size:
            return True
        if abs(line.size - last.size) > 0.08 * last.size or is_contents(line) or is_contents(last):
            return True
        if (last.bold != line.bold or last.italic != line.italic) and len(block) == 1 and self._looks_like_title(last):
            return True
        if len(block) == 1 and self._is_in_capitals(last) and not line.text.isupper() and line.text[:1].isupper():
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

    def _is_in_capitals(self, line: Line) -> bool:
        return (
            line.text.isupper() and 3 < len(line.text) < 80 and self._looks_like_title(line) and line.text[0].isalpha()
        )

    def _looks_like_title(self, line: Line) -> bool:
        return len(line.text) < 120 and not line.text.endswith(_SENTENCE_END)

    def _told(self, block: list[Line]) -> Text:
        """What a block's lines are."""
        first = block[0]
        text = " ".join(line.text for line in block)
        if titled := self.outline.titles.get(id(first)):
            return "heading", block, titled[0]
        if is_contents(first) or not any(letter.isalpha() for letter in text):  # a chart's axis, a rule of dashes
            return "furniture", block, 0
        if tables.is_caption(text) and len(text) < 250 and (first.bold or first.italic or len(block) < 3):
            return "caption", block, 0
        if level := self._heading_level(block, text):
            return "heading", block, self.outline.level_of(first) or level
        if first.size < 0.92 * self.style.body and _NOTE.match(text):
            return "footnote", block, 0
        return ("list_item" if _BULLET.match(text) else "paragraph"), block, 0

    def _heading_level(self, block: Sequence[Line], text: str) -> int:
        """1 for the largest size of heading; the body's size in bold, then in italics, come after all larger ones."""
        first = block[0]
        if len(block) > 3 or len(text) > 200 or not any(letter.isalpha() for letter in text):
            return 0
        if first.size > 1.12 * self.style.body:
            level = sum(size > first.size * 1.04 for size in apart(self.style.headings)) + 1
            return min(level, 6) if not text.endswith(".") or len(text) < 60 else 0
        if text.endswith(_SENTENCE_END) or first.size < 0.9 * self.style.body or _UNITS.match(text):
            return 0
        after = min(len(apart(self.style.headings)), 4)
        if all(line.bold for line in block):
            return after + 1
        if all(line.italic for line in block) and len(block) == 1 and len(text) < 80:
            return after + 2
        if len(block) == 1 and self._is_in_capitals(first):
            return after + 1
        if _NUMBERED.match(text) and "." in text.split()[0] and len(block) == 1 and len(text) < 80:
            return after + 1
        return 0

    # --- tables -----------------------------------------------------------------------------------------------------

    def _tables(self, lines: Sequence[Line], before: Table | None) -> Iterator[Table]:
        """The tables among a column's lines; none reaches over a line that the bookmarks call a heading."""
        start = 0
        for end in [i for i, line in enumerate(lines) if id(line) in self.outline.titles] + [len(lines)]:
            for table in find_tables(lines[start:end], before if start == 0 else None):
                table.first, table.last = table.first + start, table.last + start
                yield table
            start = end + 1

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
                for text, x0, y0, x1, y1 in cells:
                    self.boxes.append((self.turn, at, at + len(text), (x0, y0, x1, y1)))
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
                self._box(span.start, span.end, cell)


def _is_continued(above: str, caption: str) -> bool:
    """Whether a caption says that the table which ended the page before goes on."""
    name = _CONTINUED.sub("", above).strip(" ,:")
    return name != above and caption.lower().startswith(name.lower())


def _ends_in_hyphen(text: str) -> bool:
    return text.endswith("-") and text[-2:-1].isalpha()
