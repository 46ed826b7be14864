"""A table of the found passages, and what of it a question names: rows by their cells' words, columns by their headers.

Labels are looked for in the question, never the question in the labels: a label that the question holds word for word
is what it asks about, however many other words it has.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

from rag.answering.fit import CAPTION_TAIL
from rag.language.periods import is_day, is_year, relation
from rag.language.rows import cell_text, label_cells, row_label
from rag.language.tokens import content_sequence
from rag.search import Ranked
from rag.types import Cell, Figure, Passage, Period, Statement

Words = tuple[str, ...]
Place = tuple[int, int]  # words of the question, half-open

_YEAR = re.compile(r"(?<![\d.,])(?:19|20)\d\d(?![\d,]|\.\d)")
_SPLIT = re.compile(r"(?<!\d)((?:19|20)\d\d)\s?[/–-]\s?(\d\d)(?!\d)")
_FISCAL = re.compile(r"\bFY?\s?['’]?(\d\d)\b")
_MARKS = re.compile(r"\(\d{1,2}\)|[*†‡]+|(?<=[a-z])\d{1,2}\b")  # of footnotes, behind a label
_ASIDE = re.compile(r"\([^()]*\)")  # "Net cash provided by (used in) operating activities"
_SLIGHT = 0.75  # of a label's weight that the question must hold, where it does not hold all of it in its order
_LONGEST = 12  # words of a cell that a question may name


@dataclass(frozen=True, slots=True)
class Question:
    """A question's words in order, as stems, with how rare each is, and the periods it asks of."""

    words: Words
    weights: dict[str, float]
    periods: tuple[Period, ...]
    names: frozenset[str] = frozenset()  # of the words those that are written as names, which must hold

    def weight(self, words: Iterable[str]) -> float:
        return sum(self.weights.get(word, 1.0) for word in words)

    def place(self, label: Words) -> Place | None:
        """Where the question holds a label word for word."""
        size = len(label)
        if not 0 < size <= min(len(self.words), _LONGEST) or self.weights.keys().isdisjoint(label):
            return None
        for at in range(len(self.words) - size + 1):
            if self.words[at : at + size] == label:
                return at, at + size
        return None


@dataclass(frozen=True, slots=True)
class Row:
    """One row as it was read, with its place among the others."""

    passage: Passage
    statement: Statement
    at: int

    @property
    def label(self) -> str:
        return row_label(self.statement)

    def called(self, kind: Collection[str]) -> str:
        """What it is called by those of its labels whose header names one of these: its town, where towns are meant."""
        cells = label_cells(self.statement)
        meant = [cell for cell in cells if not set(kind).isdisjoint(content_sequence(" ".join(cell.headers)))]
        return " ".join(cell_text(self.statement, cell) for cell in meant or cells)

    @property
    def ranked(self) -> Ranked:
        """As what is cited: rows that no search ranked are cited too."""
        return Ranked(self.statement, self.passage, 0.0, {}, frozenset())

    def text(self, column: int) -> str:
        cells = self.statement.cells
        return cell_text(self.statement, cells[column]) if column < len(cells) else ""

    def cell(self, column: int) -> Cell:
        return self.statement.cells[column]

    def figure(self, column: int) -> Figure | None:
        """The figure of a cell that is one."""
        if column >= len(self.statement.cells):
            return None
        cell = self.statement.cells[column]
        return next((each for each in self.statement.figures if cell.start <= each.number_start < cell.end), None)


@dataclass(frozen=True, slots=True)
class Named:
    """Rows that one stretch of the question names, by what stands in one column."""

    place: Place
    rows: tuple[Row, ...]
    column: int
    share: float = 1.0  # of the label's words, by weight, that the question holds, where not word for word
    exact: bool = True


class Grid:
    """The rows of one table, in order."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = tuple(rows)
        self.known: frozenset[str] = frozenset()  # what holds for all of its report, besides what stands in it
        self._named: dict[Words, list[Named]] = {}  # by the question's words: it is asked for each of its periods

    @property
    def passage(self) -> Passage:
        return self.rows[0].passage

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The header of each column, of all its rows."""
        widest = max(self.rows, key=lambda row: len(row.statement.cells)).statement.cells
        return tuple(" ".join(cell.headers) for cell in widest)

    @cached_property
    def labels(self) -> range:
        """The columns that name a row."""
        sizes = [len(label_cells(row.statement)) for row in self.rows]
        return range(max(set(sizes), key=sizes.count))

    @cached_property
    def numeric(self) -> tuple[int, ...]:
        """The columns whose cells are figures, for the most part."""
        return tuple(
            column
            for column in range(len(self.columns))
            if column not in self.labels
            and 2 * sum(row.figure(column) is not None for row in self.rows)
            >= sum(bool(row.text(column)) for row in self.rows)
        )

    @cached_property
    def context(self) -> Words:
        """The words that hold for all of it: its caption, the headings over it, its report's title."""
        first = self.rows[0].statement
        sections = [header for cell in label_cells(first) for header in cell.headers]
        # "Average wait from referral to first appointment" is no table of referrals.
        words = (CAPTION_TAIL.sub("", first.caption), first.heading, self.passage.report.title, *sections)
        return tuple(dict.fromkeys(word for each in words for word in content_sequence(each)))

    @cached_property
    def held(self) -> frozenset[str]:
        """The words of all its cells and headers."""
        cells = (row.text(column) for row in self.rows for column in range(len(row.statement.cells)))
        return frozenset(word for each in (*self.columns, *cells) for word in content_sequence(each))

    def named(self, question: Question) -> list[Named]:
        """What the question names, longest first, no word of it twice; where no label stands in it word for word, the
        row whose label it holds for the most part."""
        if question.words not in self._named:
            self._named[question.words] = self._looked_for(question)
        return self._named[question.words]

    def _looked_for(self, question: Question) -> list[Named]:
        found: dict[tuple[Place, int], list[Row]] = defaultdict(list)
        for row in self.rows:
            for column in range(len(row.statement.cells)):
                text = row.text(column)
                if not text or len(text) > 120 or not (column in self.labels or _names(text)):
                    continue
                place = question.place(words_of(text))
                if place is not None and (row.statement.figures or column not in self.labels):
                    found[place, column].append(row)  # a heading among the rows has no figure, and none is its
        chosen: list[Named] = []
        for (place, column), rows in sorted(
            found.items(), key=lambda each: (-question.weight(question.words[slice(*each[0][0])]), each[0][1])
        ):
            if all(place[1] <= other.place[0] or other.place[1] <= place[0] for other in chosen):
                chosen.append(Named(place, tuple(rows), column))
        if not any(each.column in self.labels for each in chosen):
            near = self._nearest(question, chosen)
            chosen += [near] if near else []
        return sorted(chosen, key=lambda each: each.place)

    def _nearest(self, question: Question, chosen: list[Named]) -> Named | None:
        taken = {at for each in chosen for at in range(*each.place)}
        free = {word: at for at, word in enumerate(question.words) if at not in taken}
        best: tuple[float, float, Row, Words] | None = None
        for row in self.rows:
            label = set(words_of(_ASIDE.sub(" ", row.label)))
            held = label & free.keys()
            share = question.weight(held) / (question.weight(label) or 1.0)
            worth = question.weight(held)
            if held and row.statement.figures and share >= _SLIGHT and (best is None or (worth, share) > best[:2]):
                best = worth, share, row, tuple(held)
        if best is None:
            return None
        places = [free[word] for word in best[3]]
        called = words_of(best[2].label)
        same = tuple(row for row in self.rows if words_of(row.label) == called and row.statement.figures)
        return Named((min(places), max(places) + 1), same, 0, best[1], exact=False)

    @cached_property
    def by_year(self) -> dict[str, Row]:
        """The rows by the year that is their label, where rows stand for years."""
        found = {row.label.strip(): row for row in self.rows if _YEAR.fullmatch(row.label.strip())}
        return found if 2 * len(found) >= len(self.rows) and len(found) > 1 else {}

    def column_of(self, question: Question, taken: set[int], columns: Sequence[int]) -> tuple[int | None, float]:
        """The column whose header the free words of the question name best, and the weight of those words."""
        free = {word for at, word in enumerate(question.words) if at not in taken and not _YEAR.fullmatch(word)}
        scored = []
        for column in columns:
            header = set(content_sequence(_YEAR.sub(" ", self.columns[column])))
            held = header & free
            scored.append((question.weight(held) - 0.1 * question.weight(header - free), -column, bool(held)))
        best = max(scored, default=None)
        return (-best[1], best[0]) if best and best[2] else (None, 0.0)

    def like(self, column: int, columns: Sequence[int]) -> list[int]:
        """Of some columns those that are headed like one of them, but for the year: "2024 Number" and "2023 Number"."""
        headers = {each: content_sequence(_YEAR.sub(" ", self.columns[each])) for each in columns}
        return [each for each in columns if headers[each] == headers[column]]

    def of_period(self, row: Row, period: Period, columns: Sequence[int], *, by_name: bool = True) -> list[int]:
        """The columns of a row that are for a period: exactly, else (``by_name``) by the year their header says."""
        figures = [(column, figure) for column in columns if (figure := row.figure(column))]
        equal = [column for column, figure in figures if figure.period and relation(figure.period, period) == "equal"]
        if equal:
            return equal
        if not (is_day(period) or is_year(period)):
            return [c for c, f in figures if f.period and relation(f.period, period) == "inside" and is_day(f.period)]
        if not by_name:
            return []
        year = str((period.end - timedelta(days=1)).year)
        # Of two years in a header ("2019 vs 2018") neither is the column's.
        headed = [column for column, _ in figures if years_in(self.columns[column]) == {year}]
        return headed or [column for column, figure in figures if _closes_in(figure.period, year)]


def grids(passages: Sequence[Passage]) -> list[Grid]:
    """The tables of passages, in the order in which the passages are given."""
    found: dict[tuple[str, int, str, str], list[tuple[Passage, Statement]]] = {}
    for passage in passages:
        for statement in passage.statements:
            if statement.kind == "row" and statement.cells:
                key = passage.report.id, statement.page, statement.caption, statement.heading
                found.setdefault(key, []).append((passage, statement))
    made = []
    for rows in found.values():
        unique = {statement.id: (passage, statement) for passage, statement in rows}
        ordered = sorted(unique.values(), key=lambda each: each[1].ordinal)
        made.append(Grid([Row(passage, statement, at) for at, (passage, statement) in enumerate(ordered)]))
    return made


def year_of(header: str, figure: Figure | None) -> str:
    """What a column of one period is called: its header's year, else its period."""
    years = years_in(header)
    whole = figure is None or figure.period is None or not 1 < (figure.period.end - figure.period.start).days < 360
    if whole and len(years) == 1 and not _SPLIT.search(header):
        return years.pop()
    return figure.period.label if figure and figure.period else header


def years_in(header: str) -> set[str]:
    """The years that a header names: "2019", "FY19"."""
    split = {match[1][:2] + match[2] for match in _SPLIT.finditer(header)}  # "2023/24" is the year that ends in 2024
    plain = _SPLIT.sub(" ", header)
    return {*split, *_YEAR.findall(plain), *(f"20{short}" for short in _FISCAL.findall(plain))}


def words_of(label: str) -> Words:
    """The words of a label in order, as stems, without the marks of its footnotes."""
    return tuple(content_sequence(_MARKS.sub(" ", label)))


def _names(text: str) -> bool:
    """Whether a cell holds words or a year that a question may name it by, not a bare amount."""
    return any(char.isalpha() for char in text) or bool(_YEAR.fullmatch(text.strip()))


def _closes_in(period: Period | None, year: str) -> bool:
    """Whether a year, or the day of a balance, ends in a year: the year to March 2019 is 2019's in accounts."""
    if period is None or not (is_day(period) or is_year(period)):
        return False
    return str((period.end - timedelta(days=1)).year) == year
