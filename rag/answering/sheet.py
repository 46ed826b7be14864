"""The columns of one table as they can be compared: what their headers say, their numbers and their dates."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property, lru_cache
from itertools import pairwise

from rag.answering.grid import Grid, Row
from rag.language.mentions import mentions
from rag.language.periods import year
from rag.language.tokens import content_sequence, stem, stems
from rag.types import Cell, Period

_YEAR = re.compile(r"(?<![\d.,:])(1\d{3}|20\d\d)(?![\d,:]|\.\d)")
_YEAR_ALONE = re.compile(r"\W*(?:c\.|ca\.|circa)?\s*(?:1\d{3}|20\d\d)\s*(?:[–/-]\s*\d{2,4})?\W*$")
_CLOCK = re.compile(r"^\W*(?:(\d{1,2}):)?(\d{1,3}):(\d\d(?:\.\d+)?)\b")
_NUMBER = re.compile(
    r"^[^\w\d]*(?:[a-z]{1,2}\s)?[^\w\d]*([−-]?\d[\d,]*(?:\.\d+)?)(?![\d:]|\s?[–−-]\s?\d)", re.IGNORECASE
)
_SCORE = re.compile(r"\d\s?[–—-]\s?\d")  # "3–1", "1990–1994": two numbers
_ORDINAL = re.compile(r"^\W*\d+(?:st|nd|rd|th)\b")
_UNIT_LETTERS = 14  # of an amount's unit: "12 million euros"
_UNIT = re.compile(r"\([^)]*\)")

# What a question may call a column that is headed otherwise.
_ALSO = {
    stem(word): frozenset(stem(header) for header in headers.split())
    for words, headers in {
        "who person people whom": "name player driver winner rider author artist director candidate athlete "
        "representative recipient officer member leader wrestler skipper jockey actor actress singer president coach",
        "where place city town": "location place city town venue hometown site",
        "country nation nationality": "country nation nationality",
        "team club": "team club", "opponent played against": "opponent", "film movie": "film movie title",
        "song track single": "song track title single", "album": "album title", "show": "show title series program",
        "match game": "match game", "date day": "date", "when": "date year season", "season": "season year",
        "tall height high": "height", "long length": "length duration", "old age": "age",
        "heavy weight weigh": "weight", "fast speed": "speed", "deep": "depth", "large big size": "area size",
        "attend crowd spectator": "attendance", "position place rank finish ranking": "position rank place pos finish",
        "score": "score result", "result outcome": "result score", "cost expensive": "price cost",
        "earn money": "earnings prize winnings", "inhabitant people populous": "population", "built": "built",
        "win": "win w", "loss lose": "loss l losses", "point": "pts points", "role character": "role character",
    }.items()
    for word in words.split()
}  # fmt: skip


_TOTAL = frozenset({stem("total")})
_RANKING = frozenset(
    stem(word)
    for word in "no number rank pos position place code id heat lane seed finish start grid round week".split()
)


class Sheet:
    """A grid whose cells can be compared; the rows that only sum up others are left out."""

    def __init__(self, grid: Grid) -> None:
        self.grid = grid
        self.heads = _heads(grid)
        self.rows = tuple(
            _aligned(row, self.heads) for row in grid.rows if not row.statement.total and not _sums_up(row)
        )

    @cached_property
    def columns(self) -> range:
        return range(len(self.heads))

    @cached_property
    def headed(self) -> tuple[frozenset[str], ...]:
        """The words of each header, as stems, without its unit."""
        return tuple(
            frozenset(content_sequence(_UNIT.sub(" ", header))) or frozenset(stems(header))
            for header in (" ".join(each) for each in self.heads)
        )

    def values(self, column: int) -> list[str]:
        return [text for row in self.rows if (text := row.text(column))]

    @cached_property
    def dated(self) -> frozenset[int]:
        """The columns of days, months or years."""
        return frozenset(
            column
            for column in self.columns
            if (texts := self.values(column)) and sum(day(text) is not None for text in texts) >= 0.7 * len(texts)
        )

    @cached_property
    def numeric(self) -> frozenset[int]:
        """The columns of numbers that are no years."""
        return frozenset(column for column in self.columns if column not in self.dated and self._is_numeric(column))

    def _is_numeric(self, column: int) -> bool:
        filled = [row for row in self.rows if row.text(column)]
        return bool(filled) and sum(self.number(row, column) is not None for row in filled) >= 0.6 * len(filled)

    @cached_property
    def measures(self) -> frozenset[int]:
        """The columns of numbers that measure something, not of those that only tell the rows apart."""
        return frozenset(column for column in self.numeric if not self._only_tells_apart(column))

    def _only_tells_apart(self, column: int) -> bool:
        header = " ".join(self.heads[column]).strip().lower()
        if not header or "#" in header or not _RANKING.isdisjoint(stems(header)):
            return True
        numbers = [self.number(row, column) for row in self.rows]
        return len(numbers) > 2 and all(
            one is not None and other is not None and other - one == 1 for one, other in pairwise(numbers)
        )

    def number(self, row: Row, column: int) -> float | None:
        """The number of a cell: as it was read, else the one that it opens with, a time in seconds."""
        text = row.text(column)
        clock = _CLOCK.match(text)
        if clock:
            hours, minutes, seconds = (float(part or 0) for part in clock.groups())
            return 3600 * hours + 60 * minutes + seconds
        if _SCORE.search(text) or not _is_amount(text):
            return None
        figure = row.figure(column)
        if figure is not None:
            return figure.value
        found = _NUMBER.match(text)
        return float(found[1].replace(",", "").replace("−", "-")) if found else None

    def day(self, row: Row, column: int) -> Period | None:
        return day(row.text(column))

    def repeated(self, column: int) -> bool:
        texts = self.values(column)
        return len(set(texts)) < len(texts)

    def column_of(self, words: Iterable[str], columns: Iterable[int]) -> tuple[int | None, frozenset[str]]:
        """The column that some words name best, and which of them do: by its own header before one like it."""
        free = set(words)
        scored: list[tuple[float, int, frozenset[str]]] = []
        for column in columns:
            header = self.headed[column]
            own = header & free
            like = {word for word in free - own if _ALSO.get(word, frozenset()) & header}
            if own or like:
                score = (len(own) or 0.5) - 0.1 * len(header - own)
                scored.append((score, column, frozenset(own | like)))
        if not scored:
            return None, frozenset()
        best = max(scored, key=lambda each: (each[0], -each[1]))
        alike = [c for score, c, _ in scored if score == best[0] and self.headed[c] == self.headed[best[1]]]
        if len(alike) > 1 and best[1] in self.numeric:
            return None, frozenset()  # which of two columns headed "Votes" is meant, their headers do not say
        return best[1], best[2]

    @cached_property
    def total(self) -> int | None:
        """The one column of totals."""
        found = [column for column in sorted(self.measures) if self.headed[column] == _TOTAL]
        return found[0] if len(found) == 1 else None

    @cached_property
    def label(self) -> int | None:
        """The column that names the rows: the first of words."""
        return next((c for c in self.columns if c not in self.dated | self.numeric and not self.repeated(c)), None)


Header = tuple[str, ...]


def _heads(grid: Grid) -> tuple[Header, ...]:
    """The headers of all columns in order: a row without some of them has no cell there."""
    heads = [cell.headers for cell in max(grid.rows, key=lambda row: len(row.statement.cells)).statement.cells]
    for row in grid.rows:
        at = 0
        for cell in row.statement.cells:
            if cell.headers in heads[at:]:
                at = heads.index(cell.headers, at) + 1
            elif cell.headers and cell.headers not in heads:
                heads.insert(at, cell.headers)
                at += 1
    return tuple(heads)


def _aligned(row: Row, heads: Sequence[Header]) -> Row:
    """The row with an empty cell wherever it has none, so that one place is one column in all rows."""
    cells = row.statement.cells
    if len(cells) == len(heads):
        return row
    filled: list[Cell] = []
    left = list(cells)
    for head in heads:
        if left and left[0].headers == head:
            filled.append(left.pop(0))
        else:
            end = filled[-1].end if filled else row.statement.start
            filled.append(Cell(end, end, head))
    if left:
        return row  # its cells stand in no order of the columns
    return replace(row, statement=replace(row.statement, cells=tuple(filled)))


def _is_amount(text: str) -> bool:
    """Whether a cell is an amount or a rank, not a text that opens with a number: "28th Harbour Regatta"."""
    plain = _UNIT.sub(" ", text)
    ordinal = _ORDINAL.search(plain)
    return sum(char.isalpha() for char in plain) <= (3 if ordinal else _UNIT_LETTERS)


def _sums_up(row: Row) -> bool:
    return bool(
        re.match(
            r"\W*(?:grand |sub-?)?totals?\b|\W*(?:career|overall|averages?|all)(?: totals?)?\W*$",
            row.label,
            re.IGNORECASE,
        )
    )


@lru_cache(maxsize=65536)
def day(text: str) -> Period | None:
    """The day, month or year that a cell is; None of a cell that only mentions one among other things."""
    if len(text) > 40 or not any(char.isdigit() for char in text):
        return None
    if _YEAR_ALONE.match(text):
        found = _YEAR.search(text)
        return year(int(found[1])) if found else None
    named = [mention for mention in mentions(text) if mention.period]
    if named and named[0].start <= 12 and named[0].period is not None and named[0].period.start > date(1000, 1, 1):
        return named[0].period
    return None


def years(text: str) -> list[str]:
    """The years that stand in a text."""
    return _YEAR.findall(text)


def distinct(texts: Sequence[str]) -> list[str]:
    """Each text once, in order."""
    return list(dict.fromkeys(" ".join(text.split()).casefold() for text in texts))
