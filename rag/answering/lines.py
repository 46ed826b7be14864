"""Lines of accounts: the rows that a question is about, each with its figures of one length of period, oldest first."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rag.accounts import alike, lines_for
from rag.across import Across
from rag.answering.asked import MONEY
from rag.answering.citing import scale_of_cell
from rag.answering.fit import CAPTION_TAIL
from rag.answering.grid import Grid, Row, grids, words_of
from rag.answering.operation import PERCENT
from rag.breadth import words_asked
from rag.language.periods import relation
from rag.language.rows import label_cells
from rag.language.tokens import content_sequence, stem
from rag.types import Figure, Period, Understood

MOST_LINES = 4
_ENOUGH = 0.5  # of the topic, by weight, that a line must account for
_BEHIND = 0.25  # how much less of it the lines beside the best may
_OF_LABEL = 0.75  # of a label's weight that the topic must hold
_SUBJECT = 0.25  # what a row gains whose label holds the first word of the topic
_UNASKED = 0.15  # what a row loses that stands under a part which was not asked for
_ONE_AMONG_SEVERAL, _ALONE = 5, 8  # points that are told
_IN_ONE_REPORT = 2
# Words of a label by which the same line differs from one report to the next, or which name no measure.
_LOOSE = frozenset(stem(word) for word in "total used generated provided company's".split())
_RATE = re.compile(r"\b(?:rate|percentage|per ?cent|%|margin)\b", re.IGNORECASE)
_CHANGES = re.compile(r"\bchange\b|%", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Point:
    """One figure of a line, where it stands."""

    row: Row
    figure: Figure
    period: Period

    @property
    def scale(self) -> float:
        return scale_of_cell(self.row.statement, self.figure)


@dataclass(frozen=True, slots=True)
class Line:
    """One measure over time, oldest first: all its periods are of one length, ``months``; 0 is a day's balance."""

    label: str
    months: int
    points: tuple[Point, ...]
    worth: float

    @property
    def unit(self) -> str:
        return self.points[-1].figure.unit


@dataclass(frozen=True, slots=True)
class _Cell:
    worth: float
    at: int  # of its report, oldest first
    point: Point


def lines(held: Across, understood: Understood) -> list[Line]:
    """The lines that the question is about, those that account for most of it first, none twice."""
    topic = _Topic(held, understood)
    found: dict[tuple[object, ...], list[_Cell]] = defaultdict(list)
    order = {report.id: at for at, report in enumerate(held.reports)}
    for grid in grids(held.passages):
        for row in grid.rows:
            worth = topic.worth(row, grid)
            if worth < _ENOUGH:
                continue
            for point in _points(row, grid, understood):
                months = round((point.period.end - point.period.start).days / 30.4)
                key = (topic.key(row), point.figure.unit == "%", months)
                found[key].append(
                    _Cell(worth + 0.01 * (point.figure.unit in MONEY), order[row.passage.report.id], point)
                )
    every = [line for key, cells in found.items() if (line := _line(cells, int(str(key[2])), understood, held))]
    return _chosen(every, held)


class _Topic:
    """What a question is about, against which rows are held."""

    def __init__(self, held: Across, understood: Understood) -> None:
        self.words = held.topic
        self.weights = held.weights
        self.known = frozenset(each for word in held.topic for each in alike(word))
        self.named = self.known | words_asked(understood)
        self.read_from = [frozenset(line) - _LOOSE for line in lines_for(understood.standalone)]

    def worth(self, row: Row, grid: Grid) -> float:
        """The share of the topic that a row accounts for, as far as its label or its part of the table is of it."""
        label = self._label(row)
        if not row.statement.figures:
            return 0.0
        above = _above(row)
        part = _words(above[:1])
        if label in self.read_from and label:
            return 0.9 - 0.01 * self.read_from.index(label)
        under = bool(part) and part <= self.known | _LOOSE
        named = bool(label) and self._weight(label & self.named) >= _OF_LABEL * self._weight(label)
        if not named and not under:
            return 0.0
        own = self._held(label)
        around = self._held(_words(above)) - own
        worth = (self._weight(own) + 0.7 * self._weight(around)) / (self._weight(self.words) or 1.0)
        worth += _SUBJECT * (self.words[0] in own and worth < 1 - _SUBJECT)  # what a question opens with, it is about
        inside = _words(header for cell in label_cells(row.statement) for header in cell.headers)
        return worth - _UNASKED * bool(inside - self.known - _LOOSE and not named) - 0.05 * (not named)

    def key(self, row: Row) -> tuple[frozenset[str], frozenset[str]]:
        """By what a line is the same in several reports: its label and the part of the table that it stands in."""
        parts = _words(header for cell in label_cells(row.statement) for header in cell.headers)
        label = self._label(row)
        return label or _words(_above(row)[:1]), parts

    def _label(self, row: Row) -> frozenset[str]:
        return frozenset(word for word in words_of(row.label) if word.isalpha()) - _LOOSE

    def _held(self, words: frozenset[str]) -> frozenset[str]:
        """The words of the topic for which these stand."""
        return frozenset(word for word in self.words if not alike(word).isdisjoint(words))

    def _weight(self, words: Iterable[str]) -> float:
        return sum(self.weights.get(word, 3.0) for word in words)


def _above(row: Row) -> list[str]:
    """What stands over a row, nearest first: the part of its table, its table's caption, its heading."""
    parts = [header for cell in label_cells(row.statement) for header in reversed(cell.headers)]
    heading = row.statement.heading.rpartition(" > ")[2]
    return [*parts, heading, CAPTION_TAIL.sub("", row.statement.caption)]


def _words(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(word for text in texts for word in content_sequence(text) if word.isalpha())


def _points(row: Row, grid: Grid, understood: Understood) -> Iterator[Point]:
    """The figures of a row whose column is told by its period alone."""
    rates = bool(_RATE.search(row.label)) or bool(PERCENT.search(understood.standalone))
    cells = [
        Point(row, figure, figure.period)
        for column in range(len(row.statement.cells))
        if column not in grid.labels
        and (figure := row.figure(column)) is not None
        and figure.period is not None
        and (figure.unit != "%" or (rates and not _CHANGES.search(" ".join(row.cell(column).headers))))
    ]
    for each in cells:
        if sum(other.period == each.period and other.figure.unit == each.figure.unit for other in cells) == 1:
            yield each


def _line(cells: Sequence[_Cell], months: int, understood: Understood, held: Across) -> Line | None:
    """One point for each period: from the row that fits best, in the report that gave it first."""
    if held.one or not understood.periods:
        asked = cells
    else:
        asked = [
            c for c in cells if any(relation(c.point.period, p) in ("equal", "inside") for p in understood.periods)
        ]
    best: dict[Period, _Cell] = {}
    for each in sorted(asked, key=lambda each: (-each.worth, each.at)):
        best.setdefault(each.point.period, each)
    ordered = tuple(best[period].point for period in sorted(best, key=lambda period: period.end))
    if not ordered:
        return None
    label = re.sub(r"[®™]|\s*[⁽(]\d[⁾)]", "", ordered[-1].row.label).strip(" :")
    return Line(label, months, ordered, max(each.worth for each in asked))


def _chosen(every: Sequence[Line], held: Across) -> list[Line]:
    """The best of each measure, at the length of period that has most points; balances and quarters go first."""
    least = 1 if held.one else 2
    ordered = sorted(
        (each for each in every if len(each.points) >= least),
        key=lambda each: (-round(each.worth, 1), -each.points[-1].period.end.toordinal(), -_length(each), each.months),
    )
    chosen: list[Line] = []
    for each in ordered:
        if len(chosen) == MOST_LINES or each.worth < ordered[0].worth - _BEHIND:
            break
        if not any(_same(each, other) for other in chosen):
            chosen.append(each)
    most = _IN_ONE_REPORT if held.one else _ALONE if len(chosen) == 1 else _ONE_AMONG_SEVERAL
    return [Line(each.label, each.months, each.points[-most:], each.worth) for each in chosen]


def _length(line: Line) -> int:
    return len(line.points) + 2 * (line.months in (0, 3))


def _same(one: Line, other: Line) -> bool:
    """Whether two lines tell of one measure: by their label, or by their figures."""
    values = {(each.period, abs(each.figure.value)) for each in one.points}
    return one.label.lower() == other.label.lower() or any(
        (each.period, abs(each.figure.value)) in values for each in other.points
    )
