"""Words become lines, lines stand in columns, and what repeats from page to page is furniture."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import median

from rag.language.units import scale_of
from rag.reading.compose import superscript
from rag.reading.pdf_words import Word
from rag.reading.tables import is_figure

_PAGE_NUMBER = re.compile(
    r"^(?:page\s+|p\.\s*|[-–—]\s*)?(\d{1,4}|[ivxlc]{1,6})(?:\s+of\s+\d+|\s*[-–—])?$", re.IGNORECASE
)
_EDGE = 0.12  # of the page's height: where running headers and footers stand


@dataclass
class Line:
    """Words on one line of one column, left to right."""

    words: list[Word]

    @cached_property
    def text(self) -> str:
        return join_words(self.words)

    @cached_property
    def x0(self) -> float:
        return min(word.x0 for word in self.words)

    @cached_property
    def x1(self) -> float:
        return max(word.x1 for word in self.words)

    @cached_property
    def y0(self) -> float:
        return min(word.y0 for word in self.words if not word.raised or len(self.words) == 1)

    @cached_property
    def y1(self) -> float:
        return max(word.y1 for word in self.words)

    @cached_property
    def size(self) -> float:
        """The height of most of its letters."""
        sizes: Counter[float] = Counter()
        for word in self.words:
            sizes[round(word.size, 1)] += len(word.text)
        return sizes.most_common(1)[0][0]

    @cached_property
    def bold(self) -> bool:
        return all(word.bold for word in self.words if not word.raised)

    @cached_property
    def italic(self) -> bool:
        return all(word.italic for word in self.words if not word.raised)

    @cached_property
    def segments(self) -> list[Line]:
        """The line cut where the space is too wide to be one between words."""
        cuts: list[list[Word]] = [[self.words[0]]]
        for before, word in zip(self.words, self.words[1:], strict=False):
            if word.x0 - before.x1 > 0.8 * self.size:
                cuts.append([])
            cuts[-1].append(word)
        return [Line(cut) for cut in cuts]


def join_words(words: Sequence[Word]) -> str:
    """The words with a space where there is one on the page; superscripts cling to what they mark."""
    parts: list[str] = []
    before: Word | None = None
    for word in words:
        if before is not None and not word.raised and word.x0 - before.x1 > 0.08 * word.size:
            parts.append(" ")
        parts.append(superscript(word.text) if word.raised else word.text)
        before = word
    return "".join(parts)


def to_lines(words: Sequence[Word]) -> list[Line]:
    """Words on the same height as lines, from the top down."""
    rows: list[list[Word]] = []
    for word in sorted((word for word in words if not word.raised), key=lambda word: word.middle):
        if rows and _same_height(rows[-1], word):
            rows[-1].append(word)
        else:
            rows.append([word])
    for word in words:
        if word.raised:
            _row_of(rows, word).append(word)
    lines = [Line(sorted(row, key=lambda word: word.x0)) for row in rows if row]
    return sorted(lines, key=lambda line: line.y0)


def _same_height(row: Sequence[Word], word: Word) -> bool:
    first = row[0]  # not the last: lines that are each a little lower would chain into one
    return abs(first.middle - word.middle) < 0.4 * min(first.size, word.size)


def _row_of(rows: list[list[Word]], word: Word) -> list[Word]:
    """The row whose words the superscript stands beside."""
    beside = [row for row in rows if any(w.y0 <= word.middle <= w.y1 and _beside(w, word) for w in row)]
    if beside:
        return beside[0]
    rows.append([])
    return rows[-1]


def _beside(one: Word, other: Word) -> bool:
    return min(abs(one.x1 - other.x0), abs(other.x1 - one.x0)) < 0.6 * one.size


# --- columns ----------------------------------------------------------------------------------------------------------


def in_reading_order(words: list[Word], width: float, depth: int = 0) -> list[list[Word]]:
    """The words in groups to be read one after another: what spans the page, then each column, then what follows."""
    cut = _gutter(words, width) if depth < 2 and len(words) > 40 else None
    if cut is None:
        return [words]
    x, top, bottom = cut
    above = [word for word in words if word.middle < top]
    left = [word for word in words if top <= word.middle <= bottom and word.x1 <= x]
    right = [word for word in words if top <= word.middle <= bottom and word.x1 > x]
    below = [word for word in words if word.middle > bottom]
    groups: list[list[Word]] = []
    for part in (above, left, right, below):
        if part:
            groups += in_reading_order(part, width, depth + 1)
    return groups


def _gutter(words: list[Word], width: float) -> tuple[float, float, float] | None:
    """The middle of a gap between two columns of prose, with the top and bottom of the columns."""
    best: tuple[int, float, float, float] | None = None
    low, high = min(word.x0 for word in words), max(word.x1 for word in words)
    if high - low < 0.4 * width:
        return None
    bands = [line.words for line in to_lines(words)]
    for x in _thinnest(words, low + 0.25 * (high - low), low + 0.75 * (high - low)):
        for run in _runs_clear_of(bands, x):
            if best is not None and len(run) <= best[0]:
                continue
            if _is_prose([word for word in run if word.x1 <= x]) and _is_prose([word for word in run if word.x0 >= x]):
                best = (len(run), x, min(word.y0 for word in run), max(word.y1 for word in run))
    return best[1:] if best else None


def _thinnest(words: Sequence[Word], low: float, high: float, step: float = 3.0) -> list[float]:
    """The few places between low and high that the fewest words come near: where a gutter may be."""
    crossings = [0] * (int((high - low) / step) + 1)
    for word in words:
        first, last = int((word.x0 - 4 - low) / step), int((word.x1 + 4 - low) / step)
        for i in range(max(0, first), min(len(crossings), last + 1)):
            crossings[i] += 1
    places = sorted(range(len(crossings)), key=crossings.__getitem__)[:6]
    return [low + i * step for i in places if crossings[i] < 0.7 * max(crossings)]


def _runs_clear_of(bands: Sequence[list[Word]], x: float) -> list[list[Word]]:
    """Runs of lines across the page, as their words, no word of which comes within 4 points of x."""
    runs: list[list[Word]] = [[]]
    for band in bands:
        if any(word.x0 < x + 4 and word.x1 > x - 4 for word in band):
            runs.append([])
        else:
            runs[-1] += band
    return [run for run in runs if len(run) > 30]


def _is_prose(words: Sequence[Word]) -> bool:
    """Lines of several words that mostly fill their column: not the cells of a table."""
    if len(words) < 15 or sum(word.text[:1].isalpha() for word in words) < 0.65 * len(words):
        return False
    lines = to_lines(words)
    if len(lines) < 4 or len(words) / len(lines) < 3.2:
        return False
    column = max(line.x1 for line in lines) - min(line.x0 for line in lines)
    return median(line.x1 - line.x0 for line in lines) > 0.66 * column


# --- furniture --------------------------------------------------------------------------------------------------------


def running_lines(pages: Sequence[tuple[list[Line], float]]) -> list[set[int]]:
    """For each page of ``(lines, height)``, the indexes of its running headers, footers and page numbers.

    A line is running if the same words, whatever their digits, stand at the same height near the edge of three pages
    (of two, in a report of two or three), or begin or end a third of the pages, wherever these end.
    """
    enough = 3 if len(pages) > 3 else 2
    placed: Counter[tuple[str, int]] = Counter()
    outermost: Counter[str] = Counter()
    for lines, height in pages:
        placed.update({_place(line) for line in lines if _at_edge(line, height)})
        outermost.update({_place(line)[0] for line in (*lines[:1], *lines[-1:])})
    found: list[set[int]] = []
    for lines, height in pages:
        running = set()
        for i, line in enumerate(lines):
            words, at = _place(line)
            outer = i in {0, len(lines) - 1}
            if _at_edge(line, height):
                times = max(placed[words, at + near] for near in (-1, 0, 1))
                alone = outer and bool(page_number(line.text))
            else:
                times, alone = (outermost[words] if outer and outermost[words] >= len(pages) / 3 else 0), False
            if (times >= enough and not _of_table(lines, i)) or alone:
                running.add(i)
        found.append(running)
    return found


def _of_table(lines: Sequence[Line], i: int) -> bool:
    """Whether a line is a table's row, or its header or unit line close above, perhaps with labels of sections between:
    each may look like that of another page."""
    labels = 0
    for line, below in zip(lines[i : i + 8], [*lines[i + 1 : i + 8], None], strict=False):
        if sum(is_figure(segment.text) for segment in line.segments[1:]) > 1:
            return True
        if len(line.segments) < 2:
            if line is lines[i] and scale_of(line.text)[0] == 1.0:  # no "(in millions)"
                return False
            labels += line is not lines[i]
        if below is None or labels > 3 or below.y0 - line.y1 > 1.2 * line.size:
            return False
    return False


def _at_edge(line: Line, height: float) -> bool:
    return line.y1 < _EDGE * height or line.y0 > (1 - _EDGE) * height


def _place(line: Line) -> tuple[str, int]:
    return re.sub(r"\d+", "#", line.text), round(line.y0 / 4)


def page_number(text: str) -> str:
    """The number on a line that is only a page number, else nothing."""
    found = _PAGE_NUMBER.match(text.strip())
    return found[1] if found else ""
