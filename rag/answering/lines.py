"""Lines of accounts: the rows that a question is about, each with its figures of one length of period, oldest first."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import NamedTuple

from rag.accounts import alike, lines_for
from rag.across import Across
from rag.answering.asked import MONEY
from rag.answering.citing import scale_of_cell
from rag.answering.fit import CAPTION_TAIL
from rag.answering.grid import Grid, Row, grids, words_of
from rag.answering.operation import PERCENT
from rag.breadth import words_asked
from rag.language.periods import is_day, is_year, relation, shifted
from rag.language.rows import label_cells
from rag.language.tokens import content_sequence, stem
from rag.types import Figure, Period, Understood

MOST_LINES = 4
_ENOUGH = 0.5  # of the topic, by weight, that a line must account for
_BEHIND = 0.25  # how much less of it the lines beside the best may
_OF_LABEL = 0.6  # of a label's weight that the topic must hold
_SUBJECT = 0.25  # what a row gains whose label holds the first word of the topic
_COMPONENT = 0.25  # what a row gains that is one of the parts by which the question divides
_PARTS = frozenset(stem(word) for word in "segment category region product geography service".split())
_WHOLE = 0.95  # of the topic that a heading must name, for the rows under it to be its components
_FIRST = 0.6  # what it is worth at least, if the question names it whole
_UNASKED = 0.15  # what a row loses that stands under a part which was not asked for
_ONE_AMONG_SEVERAL, _ALONE = 6, 8  # points that are told
_IN_ONE_REPORT = 2
# Words of a label by which the same line differs from one report to the next, or which name no measure.
_LOOSE = frozenset(stem(word) for word in "total used generated provided company's".split())
_NET = frozenset((stem("net"),))
_RATE = re.compile(r"\b(?:rate|percentage|per ?cent|%|margin)\b", re.IGNORECASE)
# Under "Changes in operating assets" of a cash flow statement stands not a balance but how it moved.
_IN_CHANGES = frozenset((stem("changes"),))
_CASH = stem("cash")
_PART_OF_YEAR = re.compile(r"\b(?:three|six|nine|3|6|9) months\b", re.IGNORECASE)
_UNIT_OR_TIME = re.compile(
    r"\b(?:in (?:millions|thousands|billions)|unaudited|months ended|year ended|weeks ended)\b", re.IGNORECASE
)
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
    called: frozenset[str]  # the words of its label that are its name in every report
    months: int
    points: tuple[Point, ...]
    worth: float
    covers: frozenset[str]  # the words of the topic for which it stands

    @property
    def unit(self) -> str:
        return self.points[-1].figure.unit


@dataclass(frozen=True, slots=True)
class _Cell:
    worth: float
    at: int  # of its report, oldest first
    point: Point
    covers: frozenset[str]


def lines(held: Across, understood: Understood) -> list[Line]:
    """The lines that the question is about, those that account for most of it first, none twice."""
    topic = _Topic(held, understood)
    found: dict[_Key, list[_Cell]] = defaultdict(list)
    order = {report.id: at for at, report in enumerate(held.reports)}
    rows = [(row, grid) for grid in grids(held.passages) for row in grid.rows]
    parted = _parted(rows, topic)
    repeated = _repeated(rows, topic, parted)
    for row, grid in rows:
        worth, covers = topic.worth(row)
        label = topic.label(row)
        part = _part(row) if label in parted else frozenset()
        worth -= _UNASKED * bool(part - topic.named - _LOOSE)
        if worth < _ENOUGH or _Place(label, part, id(grid)) in repeated:
            continue
        for point in _points(row, grid, understood):
            months = round((point.period.end - point.period.start).days / 30.4)
            cell = _Cell(worth + 0.01 * (point.figure.unit in MONEY), order[row.passage.report.id], point, covers)
            found[_Key(label, part, point.figure.unit == "%", months)].append(cell)
    every = [line for key, cells in found.items() if (line := _line(key, cells, understood, held))]
    return _chosen(every, held)


class _Key(NamedTuple):
    """By what figures of several reports are of one line."""

    label: frozenset[str]
    part: frozenset[str]  # of the table, where its label stands in several of them
    rate: bool
    months: int


def _part(row: Row) -> frozenset[str]:
    return _words(_parts(row))


def _parts(row: Row) -> list[str]:
    """The headings over a row's label, outermost first, without those that only tell a unit or a time."""
    return [
        header for cell in label_cells(row.statement) for header in cell.headers if not _UNIT_OR_TIME.search(header)
    ]


def _parted(rows: Iterable[tuple[Row, Grid]], topic: _Topic) -> frozenset[frozenset[str]]:
    """The labels that stand in several parts of one table: "Operating income" of each region."""
    parts: dict[tuple[frozenset[str], int], set[frozenset[str]]] = defaultdict(set)
    for row, grid in rows:
        if row.statement.figures:
            parts[topic.label(row), id(grid)].add(_part(row))
    return frozenset(label for (label, _), some in parts.items() if len(some) > 1)


def _repeated(rows: Iterable[tuple[Row, Grid]], topic: _Topic, parted: frozenset[frozenset[str]]) -> frozenset[_Place]:
    """The labels that stand twice in one part of a table, with other figures: which is meant, they do not say."""
    given: dict[_Place, set[tuple[float, ...]]] = defaultdict(set)
    for row, grid in rows:
        if row.statement.figures:
            label = topic.label(row)
            place = _Place(label, _part(row) if label in parted else frozenset(), id(grid))
            given[place].add(tuple(figure.value for figure in row.statement.figures))
    return frozenset(place for place, values in given.items() if len(values) > 1)


class _Place(NamedTuple):
    """A label in one part of one table."""

    label: frozenset[str]
    part: frozenset[str]
    grid: int


class _Topic:
    """What a question is about, against which rows are held."""

    def __init__(self, held: Across, understood: Understood) -> None:
        self.words = held.topic
        self.weights = held.weights
        self.known = frozenset(each for word in held.topic for each in alike(word))
        self.named = self.known | words_asked(understood)
        self.read_from = {frozenset(line) - _LOOSE: topic for line, topic in lines_for(understood.standalone).items()}

    def worth(self, row: Row) -> tuple[float, frozenset[str]]:
        """The share of the topic that a row accounts for, as far as its label or its part of the table is of it, and
        the words of the topic that it stands for."""
        label = self.label(row)
        if not row.statement.figures or (_IN_CHANGES & _part(row) and _CASH not in label):
            return 0.0, frozenset()
        above = _above(row)
        part = _words(above[:1])
        if label in self.read_from:
            own = self._held(label) | self._held(self.read_from[label])
            behind = 0.01 * list(self.read_from).index(label)
            return max(0.9, self._weight(own) / (self._weight(self.words) or 1.0)) - behind, own
        # "Operations" over a cash flow's rows is not the whole of "cash from operations": they are not its components.
        whole = self._weight(self._held(part)) >= _WHOLE * self._weight(self.words) or self._broken_down(above)
        under = bool(part) and part <= self.known | _LOOSE and whole
        name = label - _NET or label
        named = bool(name) and self._weight(name & self.named) >= _OF_LABEL * self._weight(name)
        if not named and not under:
            return 0.0, frozenset()
        own = self._held(label)
        around = self._held(_words(above)) - own
        # A row under a heading that the question names is a component of what is asked about.
        handed_down = 0.7 if named else 0.8
        worth = (self._weight(own) + handed_down * self._weight(around)) / (self._weight(self.words) or 1.0)
        worth += _SUBJECT * (self.words[0] in own and worth < 1 - _SUBJECT)  # what a question opens with, it is about
        if under and not named and self._broken_down(above):
            worth += _COMPONENT
        if label and label <= self.named and own and (len(label) > 1 or self.words[0] in own | around):
            worth = max(worth, _FIRST)
        return worth, own | around

    def label(self, row: Row) -> frozenset[str]:
        """The words by which a row is the same line in several reports; of one that is but a total, those above it."""
        own = frozenset(word for word in words_of(row.label) if word.isalpha()) - _LOOSE
        if own - _NET:
            return own
        # "Other, net" is of what stands over it, and not the whole of it.
        return (
            frozenset((row.label.lower(),)) if own or not _LOOSE & set(words_of(row.label)) else _words(_above(row)[:1])
        )

    def _broken_down(self, above: Sequence[str]) -> bool:
        """Whether the question asks for the parts that a table divides its figures into."""
        return not _PARTS.isdisjoint(self.words) and not (_PARTS & frozenset(self.words)).isdisjoint(_words(above))

    def _held(self, words: frozenset[str]) -> frozenset[str]:
        """The words of the topic for which these stand."""
        return frozenset(word for word in self.words if not alike(word).isdisjoint(words))

    def _weight(self, words: Iterable[str]) -> float:
        return sum(self.weights.get(word, 3.0) for word in words)


def _above(row: Row) -> list[str]:
    """What stands over a row, nearest first: the part of its table, its table's caption, its heading."""
    parts = _parts(row)[::-1]
    heading = row.statement.heading.rpartition(" > ")[2]
    return [*parts, heading, CAPTION_TAIL.sub("", row.statement.caption)]


def _words(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(word for text in texts for word in content_sequence(text) if word.isalpha())


def _points(row: Row, grid: Grid, understood: Understood) -> Iterator[Point]:
    """The figures of a row whose column is told by its period alone."""
    rates = bool(_RATE.search(understood.standalone)) or bool(PERCENT.search(understood.standalone))
    cells = [
        Point(row, figure, figure.period)
        for column in range(len(row.statement.cells))
        if column not in grid.labels
        and (figure := _timed(row, column)) is not None
        and figure.period is not None
        and not _to_come(figure.period, row)
        and not (_PART_OF_YEAR.search(" ".join(row.cell(column).headers)) and is_year(figure.period))
        and (figure.unit != "%" or (rates and not _CHANGES.search(" ".join(row.cell(column).headers))))
    ]
    for each in cells:
        if sum(other.period == each.period and other.figure.unit == each.figure.unit for other in cells) == 1:
            yield each


def _timed(row: Row, column: int) -> Figure | None:
    """The figure of a cell; where its header was read without its months, of the span of the column beside it, which
    is that of the year before."""
    figure, beside = row.figure(column), row.figure(column + 1)
    if figure is None or figure.period is None or beside is None or beside.period is None:
        return figure
    if not is_year(figure.period) or is_year(beside.period) or is_day(beside.period) or beside.unit != figure.unit:
        return figure
    later = shifted(beside.period, 1)
    whole = _to_come(figure.period, row) or _PART_OF_YEAR.search(" ".join(row.cell(column).headers))
    if not whole or relation(later, figure.period) != "inside" or _to_come(later, row):
        return figure
    return replace(figure, period=later)


def _to_come(period: Period, row: Row) -> bool:
    """Whether a period ends only after its report was published: its column's header was not read whole."""
    published = row.passage.report.published
    return published is not None and period.end > published.day + timedelta(days=1)


def _line(key: _Key, cells: Sequence[_Cell], understood: Understood, held: Across) -> Line | None:
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
    last = ordered[-1].row
    label = re.sub(r"[®™]|\s*[⁽(]\d[⁾)]", "", last.label).strip(" :")
    if not _words([label]) - _LOOSE:
        label = f"{_above(last)[0].strip(' :')}, {label.lower()}".removeprefix(", ")
    top = max(asked, key=lambda each: each.worth)
    return Line(label, key.label, key.months, ordered, top.worth, top.covers)


def _chosen(every: Sequence[Line], held: Across) -> list[Line]:
    """The best of each measure, at the length of period that has most points; balances and quarters go first."""
    least = 1 if held.one else 2
    ordered = sorted(
        (each for each in every if len(each.points) >= least),
        key=lambda each: (
            -round(each.worth, 1),
            -each.points[-1].period.end.toordinal(),
            -_length(each),
            each.months,
            -each.worth,
        ),
    )
    chosen: list[Line] = []
    open_words = frozenset(held.topic)
    for each in ordered:
        # Beside the best stand those that are nearly as near, and those that stand for what it does not.
        near = each.worth >= ordered[0].worth - _BEHIND
        wanted = len(chosen) < MOST_LINES and (near or each.covers & open_words)
        if wanted and not any(_same(each, other) for other in chosen):
            chosen.append(each)
            open_words -= each.covers
    most = _IN_ONE_REPORT if held.one else _ALONE if len(chosen) == 1 else _ONE_AMONG_SEVERAL
    return [replace(each, points=each.points[-most:]) for each in chosen]


def _length(line: Line) -> int:
    return len(line.points) + 2 * (line.months in (0, 3))


def _same(one: Line, other: Line) -> bool:
    """Whether two lines tell of one measure: by their label, or by their figures."""
    values = {(each.period, abs(each.figure.value)) for each in one.points}
    return one.called == other.called or any((each.period, abs(each.figure.value)) in values for each in other.points)
