"""The order in which a page's columns are read."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from rag.reading.pdf.lines import Line, to_lines
from rag.reading.pdf.words import Word
from rag.reading.tables import is_figure

_DEEPEST = 6  # cuts within cuts: three columns under a headline, more of them below it


def in_reading_order(
    words: list[Word], width: float, lines: list[Line] | None = None, depth: int = 0
) -> list[list[Line]]:
    """The words as lines in groups to be read one after another: what spans the page, then each column, then what
    follows. `lines` are those of the words across the page, where they are known."""
    if not words:
        return []
    bands = to_lines(words) if lines is None else lines
    cut = _gutter(words, bands, width) if depth < _DEEPEST and len(words) > 40 else None
    if cut is None:
        return [bands]
    x, top, bottom = cut
    above = [word for word in words if word.middle < top]
    left = [word for word in words if top <= word.middle <= bottom and word.x1 <= x]
    right = [word for word in words if top <= word.middle <= bottom and word.x1 > x]
    below = [word for word in words if word.middle > bottom]
    return [group for part in (above, left, right, below) for group in in_reading_order(part, width, None, depth + 1)]


def _gutter(words: list[Word], bands: Sequence[Line], width: float) -> tuple[float, float, float] | None:
    """The middle of a gap between two columns of prose, with the top and bottom of the columns."""
    low, high = min([word.x0 for word in words]), max([word.x1 for word in words])
    if high - low < 0.4 * width:
        return None
    best: tuple[int, float, float, float] | None = None
    tried: set[tuple[int, int]] = set()  # places close together part the same words
    for x in _thinnest(words, low + 0.25 * (high - low), low + 0.75 * (high - low)):
        for run in _runs_clear_of(bands, x):
            left, right = [word for word in run if word.x1 <= x], [word for word in run if word.x0 >= x]
            if (best is not None and len(run) <= best[0]) or (id(run[0]), len(left)) in tried:
                continue
            tried.add((id(run[0]), len(left)))
            if _are_columns(left, right):
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


def _runs_clear_of(bands: Sequence[Line], x: float) -> list[list[Word]]:
    """Runs of lines across the page, as their words, no word of which comes within 4 points of x."""
    runs: list[list[Word]] = [[]]
    for band in bands:
        if any(word.x0 < x + 4 and word.x1 > x - 4 for word in band.words):
            runs.append([])
        else:
            runs[-1] += band.words
    return [run for run in runs if len(run) > 30]


def _are_columns(left: Sequence[Word], right: Sequence[Word]) -> bool:
    """Whether the two sides are read one after the other: prose, or prose beside a table, not the two parts of one."""
    if _is_prose(left):
        return _is_prose(right) or (_flows(left) and _is_table(right))
    return _is_prose(right) and _flows(right) and _is_table(left)


def _is_prose(words: Sequence[Word]) -> bool:
    """Lines of several words that mostly fill their column, and perhaps a table between them: not a table's cells."""
    if len(words) < 15:
        return False
    lines = to_lines(words)
    if any(rows := [_is_row(line) for line in lines]):
        bare = any(row and is_figure(line.segments[0].text) for line, row in zip(lines, rows, strict=True))
        if bare or sum(rows) > 0.5 * len(lines):  # figures whose labels are on the other side
            return False
        lines = [line for line, row in zip(lines, rows, strict=True) if not row]
        words = [word for line in lines for word in line.words]
    if sum([word.text[:1].isalpha() for word in words]) < 0.65 * len(words):
        return False
    if len(lines) < 4 or len(words) / len(lines) < 3.2:
        return False
    column = max([line.x1 for line in lines]) - min([line.x0 for line in lines])
    return median([line.x1 - line.x0 for line in lines]) > 0.66 * column


def _flows(words: Sequence[Word]) -> bool:
    """Whether most lines begin inside a sentence, as those of a paragraph do and those of a table's labels do not."""
    lines = to_lines(words)
    return len(lines) > 4 and sum([line.text[:1].islower() for line in lines]) > 0.6 * len(lines)


def _is_table(words: Sequence[Word]) -> bool:
    """Rows that have a label and figures of their own."""
    lines = to_lines(words)
    rows = [line for line in lines if _is_row(line) and line.text[:1].isalpha()]
    return len(rows) > 2 and len(rows) > 0.6 * len(lines)


def _is_row(line: Line) -> bool:
    return any(is_figure(segment.text) for segment in line.segments[1:])
