"""A PDF's bookmarks: which lines are headings, and how they are nested, as the report itself says."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import pypdfium2 as pdfium

from rag.reading import tables
from rag.reading.pdf.lines import Line

_MOST = 20_000
_DEEPEST = 6
_LINES = 3  # that one title may take
_NUMBER = re.compile(
    r"^(?:(?:chapter|section|part|item|note|appendix)\s+)?(?:\d+|[A-Z]|[IVX]+)(?:\.\d+)*[.:)]?\s+", re.I
)

Titles = Mapping[str, int]  # a page's bookmarks, their letters and digits only, with their levels
Look = tuple[float, bool, bool]  # size, bold, italic


@dataclass(slots=True)
class Outline:
    """The lines that are headings, each with its level and all lines of its title, and the level of each look."""

    titles: dict[int, tuple[int, int]] = field(default_factory=dict)  # id of a line: (level, number of the title)
    looks: dict[Look, int] = field(default_factory=dict)

    def level_of(self, line: Line) -> int:
        """The level of a heading that has no bookmark: that of those which look the same, else below all that stand
        out more; 0 if there are no bookmarks to go by."""
        if not self.looks:
            return 0
        look = _look(line)
        if look in self.looks:
            return self.looks[look]
        return min(6, 1 + max((level for other, level in self.looks.items() if _outranks(other, look)), default=0))


def bookmarks(document: Any) -> dict[int, dict[str, int]]:
    """The titles that the bookmarks give each page (from 0), with their levels from 1."""
    found: dict[int, dict[str, int]] = defaultdict(dict)
    try:
        for bookmark in islice(document.get_toc(max_depth=_DEEPEST), _MOST):
            place = bookmark.get_dest()
            page = place.get_index() if place else None
            if page is not None:
                for title in (bookmark.get_title(), bookmark.get_title().upper()):
                    found[page].setdefault(_letters(title), bookmark.level + 1)
    except (pdfium.PdfiumError, UnicodeDecodeError):
        return {}
    return found


def outline_of(pages: Iterable[tuple[Titles, Sequence[Sequence[Line]]]]) -> Outline:
    """Which lines the bookmarks name, from each page's titles and the lines of its columns."""
    outline = Outline()
    levels: dict[Look, Counter[int]] = defaultdict(Counter)
    number = 0
    for titles, columns in pages:
        largest: dict[str, list[Line]] = {}  # where a title stands more than once
        for column in columns if titles else ():
            for title, lines in _named(column, titles):
                if title not in largest or lines[0].size > 1.02 * largest[title][0].size:
                    largest[title] = lines
        for title, lines in largest.items():
            number += 1
            outline.titles.update({id(line): (titles[title], number) for line in lines})
            levels[_look(lines[0])][titles[title]] += 1
    if number > 1:
        outline.looks = {look: counted.most_common(1)[0][0] for look, counted in levels.items()}
    return outline


def _named(lines: Sequence[Line], titles: Titles) -> Iterable[tuple[str, list[Line]]]:
    """The titles that stand among the lines, each with the lines it takes."""
    most = 1.5 * max(map(len, titles)) + 20  # letters, with spaces and a number
    for start in range(len(lines)):
        if len(lines[start].text) > most:
            continue
        text = ""
        for end in range(start + 1, min(start + _LINES, len(lines)) + 1):
            text = f"{text} {lines[end - 1].text}".strip()
            title = next((t for t in (_letters(text), _letters(_NUMBER.sub("", text))) if t in titles), "")
            if len(text) > most or text.endswith((".", ",", ";")) or tables.is_caption(text):
                break
            if title:
                yield title, list(lines[start:end])
                break


def _letters(text: str) -> str:
    return "".join([letter for letter in text if letter.isalnum()])


def _look(line: Line) -> Look:
    return round(2 * line.size) / 2, line.bold, line.italic


def _outranks(one: Look, other: Look) -> bool:
    """Whether the first stands out more: larger, or as large and bold."""
    if abs(one[0] - other[0]) > 0.04 * other[0]:
        return one[0] > other[0]
    return one[1] and not other[1]
