"""Words become lines, and a line's words its text."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from statistics import median

from rag.reading.compose import superscript
from rag.reading.pdf.words import Word


class Line:
    """Words on one line of one column, in the order they are read. `size` is the height of most of its letters."""

    __slots__ = ("_segments", "_text", "bold", "italic", "size", "words", "x0", "x1", "y0", "y1")

    def __init__(self, words: list[Word]) -> None:
        self.words = words
        level = [word for word in words if not word.raised]
        self.x0 = min([word.x0 for word in words])
        self.x1 = max([word.x1 for word in words])
        self.y0 = min([word.y0 for word in level or words])
        self.y1 = max([word.y1 for word in words])
        self.size = _usual_size(words)
        self.bold = all(word.bold for word in level)
        self.italic = all(word.italic for word in level)
        self._text: str | None = None
        self._segments: list[Line] | None = None

    @property
    def text(self) -> str:
        if self._text is None:
            self._text = join_words(self.words)
        return self._text

    @property
    def segments(self) -> list[Line]:
        """The line cut where the space is too wide to be one between words."""
        if self._segments is None:
            cuts: list[list[Word]] = [[self.words[0]]]
            for before, word in zip(self.words, self.words[1:], strict=False):
                if _gap(before, word) > 0.8 * self.size:
                    cuts.append([])
                cuts[-1].append(word)
            self._segments = [self] if len(cuts) == 1 else [Line(cut) for cut in cuts]
        return self._segments


def _usual_size(words: Sequence[Word]) -> float:
    sizes: Counter[float] = Counter()
    for word in words:
        sizes[round(word.size, 1)] += len(word.text)
    return max(sizes, key=sizes.__getitem__)


def join_words(words: Sequence[Word]) -> str:
    """The words with a space where there is one on the page; superscripts cling to what they mark."""
    parts: list[str] = []
    before: Word | None = None
    for word in words:
        if before is not None and not word.raised and _gap(before, word) > 0.08 * word.size:
            parts.append(" ")
        parts.append(superscript(word.text) if word.raised else word.text)
        before = word
    return "".join(parts)


def _gap(before: Word, word: Word) -> float:
    """The space between two neighbours, whichever way they are read."""
    return max(word.x0 - before.x1, before.x0 - word.x1)


def to_lines(words: Sequence[Word]) -> list[Line]:
    """Words on the same height as lines, from the top down."""
    rows: list[list[Word]] = []
    middle, reach = 0.0, 0.0  # of the row's first word, not its last: lines that are each a little lower would chain
    for height, _, word in sorted([(word.middle, i, word) for i, word in enumerate(words) if not word.raised]):
        if rows and height - middle < 0.4 * min(reach, word.size):
            rows[-1].append(word)
        else:
            rows.append([word])
            middle, reach = height, word.size
    for word in words:
        if word.raised:
            _row_of(rows, word).append(word)
    lines = [Line(_as_read(row)) for row in rows if row]
    return sorted(lines, key=_top)


def _top(line: Line) -> float:
    return line.y0


def _left(word: Word) -> float:
    return word.x0


def _row_of(rows: list[list[Word]], word: Word) -> list[Word]:
    """The row whose words the superscript stands beside."""
    beside = [row for row in rows if any(w.y0 <= word.middle <= w.y1 and _beside(w, word) for w in row)]
    if beside:
        return beside[0]
    rows.append([])
    return rows[-1]


def _beside(one: Word, other: Word) -> bool:
    return min(abs(one.x1 - other.x0), abs(other.x1 - one.x0)) < 0.6 * one.size


# --- one row's words --------------------------------------------------------------------------------------------------


def _as_read(row: Sequence[Word]) -> list[Word]:
    """A row's words in reading order, letters that are only spaced out put together."""
    words = sorted(row, key=_left)
    if len(words) > 3 and sum([len(word.text) == 1 for word in words]) > 3:
        words = _closed_up(words)
    if any(word.backwards for word in words):
        words = _turned_round(words)
    return words


def _closed_up(words: list[Word]) -> list[Word]:
    """``R E P O R T`` as one word, where a whole line is spaced out so; a wider space parts two words."""
    gaps = [word.x0 - before.x1 for before, word in itertools.pairwise(words)]
    usual = median(gaps)
    letters = sum(word.text.isalpha() and len(word.text) == 1 for word in words)
    if letters < 4 or any(len(word.text) > 1 for word in words) or not 0 < usual < 0.8 * words[0].size:
        return words
    if letters < 0.6 * len(words) or not all(w.text.isupper() for w in words if w.text.isalpha()):
        return words
    groups: list[list[Word]] = [[words[0]]]
    for gap, word in zip(gaps, words[1:], strict=True):
        if gap > 1.6 * usual:
            groups.append([])
        groups[-1].append(word)
    return [_one_word(group) for group in groups]


def _one_word(words: Sequence[Word]) -> Word:
    first = words[0]
    y0, y1 = min(word.y0 for word in words), max(word.y1 for word in words)
    text = "".join(word.text for word in words)
    return Word(text, first.x0, y0, words[-1].x1, y1, first.size, first.bold, first.italic)


def _turned_round(words: list[Word]) -> list[Word]:
    """Words in the order they are read on a line where some are read from right to left: Hebrew, Arabic. Figures
    follow the words around them."""
    backwards = sum(word.backwards for word in words)
    mostly = backwards > sum(word.text.isalpha() and not word.backwards for word in words)
    found: list[Word] = []
    run: list[Word] = []
    for word in reversed(words) if mostly else words:
        against = word.text[:1].isalpha() and word.backwards != mostly
        if not against:
            found += reversed(run)
            run = []
            found.append(word)
        else:
            run.append(word)
    return found + list(reversed(run))
