"""Running headers, footers and page numbers: what stands on page after page and belongs to none."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from rag.language.units import scale_of
from rag.reading.pdf.lines import Line
from rag.reading.tables import is_figure

_PAGE_NUMBER = re.compile(
    r"^(?:page\s+|p\.\s*|[-–—]\s*)?(\d{1,4}|[ivxlc]{1,6})(?:\s*(?:of|/)\s*\d+|\s*[-–—])?$", re.IGNORECASE
)
_BESIDE_NUMBER = re.compile(r"\s*[|·•–—]\s*")  # "Annual report 2025 | 12"
_EDGE = 0.12  # of the page's height: where running headers and footers stand

Lines = Sequence[tuple[Sequence[Line], float]]  # of each page its lines and its height


def running_lines(pages: Lines) -> list[set[int]]:
    """For each page the indexes of its running lines."""
    found = _repeated(pages)
    for more in (_numbered, _alternating, _naming_chapters):
        for running, others in zip(found, more(pages, found), strict=True):
            running |= others
    return found


def page_number(text: str) -> str:
    """The number on a line that is only a page number, else nothing."""
    found = _PAGE_NUMBER.match(text.strip())
    return found[1] if found else ""


def number_on(line: Line) -> str:
    """The page number at either end of a running line, else nothing."""
    ends = [line.segments[-1].text, line.segments[0].text]
    parts = _BESIDE_NUMBER.split(line.text)
    ends += [parts[-1], parts[0]]
    return next((number for text in ends if (number := page_number(text))), "")


def _repeated(pages: Lines) -> list[set[int]]:
    """A line is running if the same words, whatever their digits, stand at the same height near the edge of three pages
    (of two, in a report of two or three), or begin or end a third of the pages, wherever these end; or if it is a page
    number at the very edge."""
    enough = _enough(pages)
    placed = _places(pages)
    outermost: Counter[str] = Counter()
    for lines, _ in pages:
        outermost.update({_place(line)[0] for line in (*lines[:1], *lines[-1:])})
    found: list[set[int]] = []
    for lines, height in pages:
        running = set()
        for i, line in enumerate(lines):
            outer = i in {0, len(lines) - 1}
            at_edge = _at_edge(line, height)
            if not outer and not at_edge:
                continue
            words, at = _place(line)
            if at_edge:
                times = max(placed[words, at + near] for near in (-1, 0, 1))
                alone = outer and bool(page_number(line.text))
            else:
                times, alone = (outermost[words] if outermost[words] >= len(pages) / 3 else 0), False
            if (times >= enough and not _of_table(lines, i)) or alone:
                running.add(i)
        found.append(running)
    return found


def _numbered(pages: Lines, found: Sequence[set[int]]) -> list[set[int]]:
    """The outermost lines with the page's number at one end, counted on from page to page: beside it may stand the
    chapter's name, so that the words are never the same."""
    numbers: list[list[tuple[int, int]]] = []  # of each page (line, how far its number is from the page's)
    for page, ((lines, height), running) in enumerate(zip(pages, found, strict=True)):
        at = [i for i in _outermost(lines, running) if _at_edge(lines[i], height) and len(lines[i].text) < 120]
        numbers.append([(i, int(n) - page) for i in at if (n := number_on(lines[i])).isdigit()])
    offsets = Counter(offset for page in numbers for offset in {offset for _, offset in page})
    usual, times = offsets.most_common(1)[0] if offsets else (0, 0)
    if times < _enough(pages):
        return [set() for _ in pages]
    return [
        {i for i, offset in page if offset == usual and not _of_table(lines, i)}
        for page, (lines, _) in zip(numbers, pages, strict=True)
    ]


def _alternating(pages: Lines, found: Sequence[set[int]]) -> list[set[int]]:
    """The outermost lines that are those of the next page but one, where the page between has its own so high."""
    more: list[set[int]] = []
    for page, (lines, height) in enumerate(pages):
        heights = {
            _place(pages[near][0][i])[1] for near in (page - 1, page + 1) if 0 <= near < len(pages) for i in found[near]
        }
        own = set()
        for i in _outermost(lines, found[page]):
            place = _place(lines[i])
            again = any(
                place in {_place(pages[near][0][j]) for j in _outermost(pages[near][0], set())}
                for near in (page - 2, page + 2)
                if 0 <= near < len(pages)
            )
            if again and place[1] in heights and _at_edge(lines[i], height) and not _of_table(lines, i):
                own.add(i)
        more.append(own)
    return more


def _naming_chapters(pages: Lines, found: Sequence[set[int]]) -> list[set[int]]:
    """The outermost lines that stand where running lines do in other chapters, and repeat a heading in smaller type."""
    outer = [
        {i for i in _outermost(lines, running) if _at_edge(lines[i], height) and len(lines[i].text) < 100}
        for (lines, height), running in zip(pages, found, strict=True)
    ]
    heights = Counter(
        _place(lines[i])[1] for (lines, _), own, running in zip(pages, outer, found, strict=True) for i in own | running
    )
    usual = {at for at, times in heights.items() if times >= max(3, 0.4 * len(pages))}
    outer = [{i for i in own if _place(lines[i])[1] in usual} for own, (lines, _) in zip(outer, pages, strict=True)]
    if not any(outer):
        return outer
    largest: dict[str, float] = {}
    for lines, _ in pages:
        for line in lines:
            if len(line.text) < 100:
                words = _heading_words(line)
                largest[words] = max(largest.get(words, 0.0), line.size)
    return [
        {i for i in own if largest.get(_heading_words(lines[i]), 0.0) > 1.1 * lines[i].size}
        for own, (lines, _) in zip(outer, pages, strict=True)
    ]


def _heading_words(line: Line) -> str:
    return line.text.casefold().strip(" .|·–—")


def _enough(pages: Lines) -> int:
    return 3 if len(pages) > 3 else 2


def _places(pages: Lines) -> Counter[tuple[str, int]]:
    """On how many pages the same words stand at the same height near the edge."""
    placed: Counter[tuple[str, int]] = Counter()
    for lines, height in pages:
        placed.update({_place(line) for line in lines if _at_edge(line, height)})
    return placed


def _outermost(lines: Sequence[Line], running: set[int]) -> set[int]:
    """The first and the last line that are not known to be running."""
    others = [i for i in range(len(lines)) if i not in running]
    return {others[0], others[-1]} if others else set()


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
