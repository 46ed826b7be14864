"""A report's sheets as they were measured, before anything is composed, and what they tell of its style."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from rag.reading.pdf.lines import Line, to_lines
from rag.reading.pdf.running import running_lines
from rag.reading.pdf.words import Word
from rag.types import Box


@dataclass(slots=True)
class Sheet:
    """One page. `words` are those that most of its text is turned like, placed on the page turned so that they are
    upright; `aside` those that are turned another way."""

    number: int
    width: float  # as a viewer shows it
    height: float
    words: list[Word] = field(default_factory=list)
    turn: int = 0  # degrees against the clock
    aside: dict[int, list[Word]] = field(default_factory=dict)
    scanned: bool = False  # its words were seen in a picture
    slope: float = 0.0  # how far its lines fall for each point to the right; the words' places are straightened
    lines: list[Line] = field(default_factory=list)  # of the words across the page, without those that are running
    running: list[Line] = field(default_factory=list)

    def size(self, turn: int) -> tuple[float, float]:
        """Width and height of the page when it is turned."""
        return (self.height, self.width) if turn in {90, 270} else (self.width, self.height)

    def box(self, turn: int, start: int, end: int, place: tuple[float, float, float, float]) -> Box:
        """A place on the page as it is turned as a box on the page as a viewer shows it."""
        x0, y0, x1, y1 = place
        fall = self.slope * ((x0 + x1) / 2 - self.size(turn)[0] / 2)
        y0, y1 = y0 + fall, y1 + fall
        match turn:
            case 90:
                x0, y0, x1, y1 = y0, self.height - x1, y1, self.height - x0
            case 180:
                x0, y0, x1, y1 = self.width - x1, self.height - y1, self.width - x0, self.height - y0
            case 270:
                x0, y0, x1, y1 = self.width - y1, x0, self.width - y0, x1
        return Box(start, end, x0, y0, x1, y1)


@dataclass(frozen=True, slots=True)
class Style:
    """What the report's body looks like, and the sizes of its headings, largest first."""

    body: float
    headings: tuple[float, ...]
    gap: float  # between the lines of a paragraph, as a share of their height
    words: Counter[str]  # every word of the report, to tell a hyphen that breaks a word from one that belongs to it


def set_running_apart(sheets: Sequence[Sheet]) -> None:
    """Find the sheets' lines, and take running headers and footers out, so that neither columns nor tables see them."""
    for sheet in sheets:
        sheet.lines = to_lines(sheet.words)
    pages = [(sheet.lines, sheet.size(sheet.turn)[1]) for sheet in sheets]
    for sheet, running in zip(sheets, running_lines(pages), strict=True):
        if running:
            sheet.running = [sheet.lines[i] for i in sorted(running)]
            sheet.lines = [line for i, line in enumerate(sheet.lines) if i not in running]
            sheet.words = [word for line in sheet.lines for word in line.words]


def style_of(sheets: Sequence[Sheet]) -> Style:
    sizes: Counter[float] = Counter()
    words: Counter[str] = Counter()
    for sheet in sheets:
        for word in sheet.words:
            sizes[round(word.size, 1)] += len(word.text)
            words[word.text.strip(".,;:!?()“”\"'’").lower()] += 1
    body = sizes.most_common(1)[0][0] if sizes else 10.0
    headings = tuple(sorted((size for size in sizes if size > 1.12 * body), reverse=True))
    return Style(body, headings, _usual_gap(sheets, body), words)


def apart(sizes: Iterable[float]) -> list[float]:
    """Sizes, largest first, with those nearly the same as a larger one left out."""
    kept: list[float] = []
    for size in sizes:
        if not kept or size < 0.96 * kept[-1]:
            kept.append(size)
    return kept


def _usual_gap(sheets: Sequence[Sheet], body: float) -> float:
    """The commonest gap between lines of the body's size, as a share of that size."""
    gaps: Counter[float] = Counter()
    for sheet in sheets[:100]:
        lines = [line for line in sheet.lines if abs(line.size - body) < 0.05 * body]
        gaps.update(round((low.y0 - high.y1) / body, 1) for high, low in pairwise(lines) if low.y0 - high.y1 < body)
    return max(0.0, gaps.most_common(1)[0][0]) if gaps else 0.2
