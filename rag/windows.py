"""What is shown of the ranked passages: those of their statements that the question needs, neighbours joined.

On the public chunking set this raised both recall and precision; see docs/decisions.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from rag.types import Passage, Report, Retrieved

# A statement that falls so far short of the best one is left out at a passage's ends.
SHORT_OF_BEST = 1.0
GAP = 200  # characters that may lie between two windows of a page that are joined
LONGEST = 1800  # characters of a window made of several passages


PageText = Callable[[Report, int, int, int], str]  # of a page's text, from start to end


@dataclass(slots=True)
class _Window:
    passage: Passage  # the best of those it is made of
    score: float
    start: int
    end: int
    parts: int = 1


def windows(
    ranked: Sequence[tuple[Passage, float]], statements: Mapping[str, float], k: int, page_text: PageText
) -> tuple[Retrieved, ...]:
    """Up to k windows, best first. ``ranked`` are passages with their score, ``statements`` the score of each id."""
    enough = max((score for score in statements.values()), default=0.0) - SHORT_OF_BEST
    found: list[_Window] = []
    for passage, score in ranked:
        start, end = _needed(passage, statements, enough)
        joined = next((each for each in found if _joins(each, passage, start, end)), None)
        if joined is not None:
            joined.start, joined.end = min(joined.start, start), max(joined.end, end)
            joined.parts += 1
        elif len(found) == k:
            break
        else:
            found.append(_Window(passage, score, start, end))
    return tuple(
        Retrieved(
            rank,
            each.passage.report.path,
            each.passage.page,
            each.start,
            each.end,
            _text(each, page_text),
            round(each.score, 4),
        )
        for rank, each in enumerate(found, start=1)
    )


def _text(window: _Window, page_text: PageText) -> str:
    passage = window.passage
    if window.parts > 1:
        return page_text(passage.report, passage.page, window.start, window.end)
    return passage.text[window.start - passage.start : window.end - passage.start]


def _needed(passage: Passage, statements: Mapping[str, float], enough: float) -> tuple[int, int]:
    """From the first statement that is good enough to the last; the best one where none is."""
    scores = [statements.get(each.id, -1e9) for each in passage.statements]
    good = [at for at, score in enumerate(scores) if score >= enough] or [scores.index(max(scores))]
    return passage.statements[good[0]].start, passage.statements[good[-1]].end


def _joins(window: _Window, passage: Passage, start: int, end: int) -> bool:
    held = window.passage
    return (
        (held.report.id, held.page) == (passage.report.id, passage.page)
        and start - window.end < GAP
        and window.start - end < GAP
        and max(end, window.end) - min(start, window.start) <= LONGEST
    )
