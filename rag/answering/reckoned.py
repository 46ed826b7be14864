"""What tables say to a question: the cell that it names, or the cells from which the answer is worked out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from rag.answering.asked import HOPED, MONEY, TIME
from rag.answering.citing import scale_of_cell
from rag.answering.fit import CAPTION_TAIL
from rag.answering.grid import Grid, Named, Question, Row, Words, grids, words_of, year_of
from rag.answering.operation import (
    AS_SHARE,
    ASIDE,
    FELL,
    FISCAL,
    LATEST,
    PERCENT,
    QUARTER,
    ROSE,
    SEVERAL,
    SHARE,
    SUM,
    TELLING,
    TOTAL,
    TREND,
    WANTS_WORDS,
    WHEN,
    Kind,
    is_nested,
    kind_of,
    periods_of,
)
from rag.language.periods import is_day, is_year, relation, shifted, year
from rag.language.rounding import rounds_to
from rag.language.tokens import content_sequence
from rag.question import counted
from rag.search import Found
from rag.types import Figure, Passage, Period, Report, Understood

_OTHERS = 3  # reports told beside the one that answers
_SOME_DAYS = 10  # by which years of the same name may differ: 52 weeks and a year
_AS_WELL = 0.05  # by how much less of the question they may account for
_SEVERAL_KINDS = ("top", "bottom", "moved", "trend")  # of which no other report is told
_LISTED = 6  # figures that are given side by side
_FEWEST = 3  # rows without which a ranking says little
TABLES = 8  # that are looked through for one answer
ENOUGH = 0.7  # of the question's words, by weight, that table and operation must account for
ENOUGH_FOR_TREND = 0.55  # the same, of a question for a trend, which is asked in many words
_THEN = re.compile(r"[,;?]|\band (?:what|how|why)\b", re.IGNORECASE)
_LONGEST_TREND = 16  # periods that are told
_WORDS_MORE = 0.5  # what a table loses for a label that says more than the question, by its share of the label
_NAME = re.compile(r"(?<=\s)[A-Z][\w'’-]*")
BEHIND = 0.06  # what a table loses for each passage that was found before it


@dataclass(frozen=True, slots=True)
class Operand:
    """One figure of a table, with what its row and column are called."""

    row: Row
    column: int
    figure: Figure
    name: str

    @property
    def scale(self) -> float:
        return scale_of_cell(self.row.statement, self.figure)


@dataclass(frozen=True, slots=True)
class Reckoned:
    """What a table says to a question: how it is worked out, the operands, and how much of the question that covers."""

    kind: Kind
    operands: tuple[Operand, ...]
    worth: float
    period: Period | None = None  # the one asked for, where the figure's own is another
    others: tuple[Reckoned, ...] = ()  # the same of other reports, where they give another value

    @property
    def report(self) -> Report:
        return self.operands[0].row.passage.report


def from_table(found: Found, understood: Understood) -> Reckoned | None:
    """What the table says that covers most of the question; None where none covers enough of it."""
    trend = bool(TREND.search(understood.standalone)) and not (understood.rank or understood.periods)
    words = understood.wants in ("reason", "definition", "person", "place") or WANTS_WORDS.search(understood.standalone)
    if words and not trend:
        return None
    asked = understood.standalone
    question = Question(tuple(content_sequence(asked)), found.weights, understood.periods, _named_in(asked))
    known = {each.passage.report.id: each.context for each in found.statements}
    with_rows = [each.passage for each in found.scored if any(row.kind == "row" for row in each.passage.statements)]
    tables = [each for each in grids([*with_rows, *found.tabled]) if _mentions(each, known, found.names)]
    for grid in tables:
        grid.known = known.get(grid.passage.report.id, frozenset())
    over_time = _trend(tables, question, understood) if trend else None
    if over_time is not None or words:
        return over_time
    fitting = list(_fitting(tables[:TABLES], 0, question, understood))
    called = {word for each, _ in fitting for operand in each.operands for word in words_of(operand.row.label)}
    if not LATEST.isdisjoint(set(question.words) - called):  # "current assets" are no latest ones
        newest = _newest(found)
        fitting = [each for each in fitting if _day(each[0].operands[0].row.passage) == newest]
    if not fitting:
        best = _from_several(tables[:TABLES], question, understood)
        return best if best is not None and best.worth >= ENOUGH else None
    best, behind = max(fitting, key=lambda each: each[0].worth - each[1])
    if best.worth - behind < ENOUGH:
        return None
    fitting += _fitting(tables[TABLES:], TABLES, question, understood)
    return replace(best, others=_elsewhere(best, [each for each, _ in fitting], question))


def _fitting(
    tables: Sequence[Grid], start: int, question: Question, understood: Understood
) -> Iterator[tuple[Reckoned, float]]:
    """What each of some tables says, if it is of the kind asked for, and what it loses for those found before it."""
    for rank, grid in enumerate(tables, start):
        reckoned = reckon(grid, question, understood)
        if reckoned is not None and _of_kind(reckoned, grid, understood):
            yield reckoned, BEHIND * rank


def _named_in(asked: str) -> frozenset[str]:
    """The stems of the words that stand as names in a question; none where all of its words are written so."""
    names = _NAME.findall(asked)
    return frozenset(content_sequence(" ".join(names))) if 2 * len(names) < len(asked.split()) else frozenset()


def _elsewhere(best: Reckoned, fitting: Sequence[Reckoned], question: Question) -> tuple[Reckoned, ...]:
    """What other reports give that the question names as well, where it differs: whose is meant, it does not say.

    Figures of different periods differ by rights, and so do those of a part: neither is told.
    """
    if best.kind in _SEVERAL_KINDS or (best.kind == "value" and len(best.operands) > 1):
        return ()
    heads = {*question.words, *ASIDE, *_heads(best)}
    told = [best]
    for each in fitting:
        alike = each.kind == best.kind and each.worth >= best.worth - _AS_WELL and _as_long(best, each, question)
        if (
            alike
            and heads >= _heads(each)
            and all(each.report.id != one.report.id and not _agree(each, one) for one in told)
        ):
            told.append(each)
    return tuple(told[1 : 1 + _OTHERS])


def _heads(reckoned: Reckoned) -> set[str]:
    """The words, dates aside, over the cells that are used."""
    headers = (" ".join(each.row.cell(each.column).headers) for each in reckoned.operands)
    return {word for header in headers for word in _undated(header)}


def _as_long(best: Reckoned, other: Reckoned, question: Question) -> bool:
    """Whether the other's figures are for the same period; where a year is asked for, for any year of that name."""
    one, two = best.operands[0].figure.period, other.operands[0].figure.period
    if one is None or two is None or not question.periods:
        return one == two or best.kind != "value"
    return abs((one.end - one.start).days - (two.end - two.start).days) < _SOME_DAYS


def _agree(one: Reckoned, other: Reckoned) -> bool:
    """Whether two reports give the same figures, as they are or rounded."""
    pairs = zip(one.operands, other.operands, strict=False)
    return len(one.operands) == len(other.operands) and all(
        a.figure.value == b.figure.value
        or rounds_to(a.figure.value, a.figure.qualifier, b.figure.value)
        or rounds_to(b.figure.value, b.figure.qualifier, a.figure.value)
        for a, b in pairs
    )


def _mentions(grid: Grid, known: Mapping[str, frozenset[str]], names: Sequence[frozenset[str]]) -> bool:
    """Whether a table's report mentions everybody whom the question names."""
    held = known.get(grid.passage.report.id)
    return held is None or all(name <= held for name in names)


def _trend(tables: Sequence[Grid], question: Question, understood: Understood) -> Reckoned | None:
    """One row's figures of all periods of one length that any of the tables gives, in time order: the row that the
    question names best, with the most periods."""
    asked = _THEN.split(understood.standalone, maxsplit=1)[0]  # not what the reports make of it
    question = replace(question, words=tuple(content_sequence(asked)))
    shares = bool(PERCENT.search(asked))
    found: dict[tuple[Words, str, int], dict[Period, Operand]] = {}
    worths: dict[tuple[Words, str, int], float] = {}
    for rank, grid in enumerate(tables):
        for worth, operand in _over_time(grid, question):
            figure, period = operand.figure, operand.figure.period
            if (figure.unit == "%") != shares or period is None or not _within(period, understood.period):
                continue
            months = round((period.end - period.start).days / 30.4)
            called = _undated(grid.columns[operand.column]) if grid.by_year else words_of(operand.row.label)
            key = called, _sort(figure), months
            worths[key] = max(worth - 0.01 * rank, worths.get(key, 0.0))
            found.setdefault(key, {}).setdefault(period, operand)
    long = [key for key, each in found.items() if len(each) >= _FEWEST and worths[key] >= ENOUGH_FOR_TREND]
    if not long:
        return None
    best = max(long, key=lambda key: (round(worths[key], 1), len(found[key]), -key[2]))
    ordered = [operand for _, operand in sorted(found[best].items(), key=lambda each: each[0].end)]
    return Reckoned("trend", tuple(ordered[-_LONGEST_TREND:]), worths[best])


def _over_time(grid: Grid, question: Question) -> Iterator[tuple[float, Operand]]:
    """The figures of the row that the question names, or of the column where rows stand for years, each with what the
    question leaves open."""
    if grid.by_year:
        column, covered = grid.column_of(question, set(), _columns(grid, question))
        free = frozenset(question.words) - TELLING
        worth = _worth(grid, question, set(), covered, free, [])
        cells = [(row, column) for row in grid.by_year.values()] if column is not None else []
    else:
        named = [each for each in grid.named(question) if each.column in grid.labels]
        taken = {at for each in named for at in range(*each.place)}
        free = frozenset(word for at, word in enumerate(question.words) if at not in taken) - TELLING
        worth = _worth(grid, question, taken, 0.0, free, named)
        row = _lines(named, grid, question)[0] if named else None
        cells = [(row, column) for column in _columns(grid, question)] if row is not None else []
    for row, column in cells:
        figure = row.figure(column)
        if figure is not None and figure.period is not None:
            yield worth, Operand(row, column, figure, figure.period.label)


def _within(period: Period, asked: Period | None) -> bool:
    return asked is None or relation(period, asked) in ("inside", "equal")


def _newest(found: Found) -> date:
    """The day of the newest report that was found, of those that mention what the question names."""
    named = max((each.features["named"] for each in found.scored), default=0.0)
    return max((_day(each.passage) for each in found.scored if each.features["named"] == named), default=date.min)


def _day(passage: Passage) -> date:
    return passage.report.published.day if passage.report.published else date.min


def _from_several(tables: Sequence[Grid], question: Question, understood: Understood) -> Reckoned | None:
    """One row's figures of several periods, each from the report that gives it: the same row of the same kind of table,
    under the same header but for the year."""
    kind = kind_of(frozenset(question.words), understood)
    wanted = periods_of(understood, kind)
    if len(wanted) < 2 or kind not in ("change", "growth", "average", "sum", "value"):
        return None
    alike: dict[tuple[Words, Words, Words], dict[Period, Reckoned]] = {}
    for period in wanted:
        alone = replace(understood, period=period, periods=(period,))
        for grid in tables:
            one = reckon(grid, replace(question, periods=(period,)), alone, kind="value")
            if one is not None and len(one.operands) == 1 and _of_kind(one, grid, alone):
                row, header = one.operands[0].row, grid.columns[one.operands[0].column]
                called = words_of(row.label), _undated(row.statement.caption), _undated(header)
                alike.setdefault(called, {}).setdefault(period, one)
    whole = next((each for each in alike.values() if len(each) == len(wanted)), None)
    if whole is None:
        return None
    operands = [replace(whole[period].operands[0], name=period.label) for period in wanted]
    checked = _checked(kind, operands)
    return Reckoned(kind, checked, min(each.worth for each in whole.values())) if checked else None


def _undated(words: str) -> Words:
    return tuple(word for word in content_sequence(words) if not any(char.isdigit() for char in word))


def _of_kind(reckoned: Reckoned, grid: Grid, understood: Understood) -> bool:
    """Whether the figures are of the kind asked for: people are not counted in days, nor is a share in pounds."""
    units = {each.figure.unit for each in reckoned.operands}
    if understood.wants == "duration":
        return all(TIME.search(unit) for unit in units)
    if understood.wants == "money" and reckoned.kind != "share":
        return not any(TIME.search(unit) or unit == "%" for unit in units)
    noun = counted(understood)
    if understood.wants == "count" and noun and reckoned.kind != "count":
        if any(TIME.search(unit) or unit in MONEY or unit == "%" for unit in units):
            return False
        first = reckoned.operands[0]
        near = (
            first.row.label,
            grid.columns[first.column],
            grid.columns[0],
            CAPTION_TAIL.sub("", first.row.statement.caption),
        )
        return bool(noun & {word for each in near for word in content_sequence(each)})
    return True


def reckon(grid: Grid, question: Question, understood: Understood, kind: Kind | None = None) -> Reckoned | None:
    """What one table says to the question, by the operation that the question asks for where none is given."""
    if grid.by_year:
        return _of_years(grid, question, understood)
    named = [each for each in grid.named(question) if each.column in grid.labels]
    if PERCENT.search(understood.standalone):
        # "The percentage change in revenue" does not name the row "Percentage of revenue".
        named = [each for each in named if each.exact or SHARE.isdisjoint(words_of(each.rows[0].label))]
    if understood.rank and not WHEN.search(understood.standalone):
        return _of_rows(grid, question, understood)
    if not named:
        named = _whole(grid, question)
    if not named:
        return None
    taken = {at for each in named for at in range(*each.place)}
    free = frozenset(word for at, word in enumerate(question.words) if at not in taken)
    kind = kind or kind_of(free, understood)
    if is_nested(free):
        return None
    wanted = periods_of(understood, kind)
    lines = _lines(named, grid, question)
    if kind == "sum" and free.isdisjoint(SUM - TOTAL) and len(wanted) < 2 and len(lines) < 2:
        kind = "value"  # "the total revenue" is the name of one figure
    operands, covered = _operands(grid, lines, wanted, kind, question, taken)
    if kind == "share" and len(lines) == 1 and (whole := _whole(grid, question, asked=False)):
        of, _ = _operands(grid, [whole[0].rows[0]], wanted, kind, question, taken)
        operands = [*of, *operands] if lines[0] != whole[0].rows[0] else operands
    if kind == "share" and len(operands) == 2 and not AS_SHARE.search(understood.standalone):
        operands.sort(key=lambda each: abs(each.figure.value))  # "what percentage of the total are grants"
    checked = _checked(kind, operands)
    if checked is None or (len(lines) > 1 and kind == "value" and not SEVERAL.search(understood.standalone)):
        return None
    return Reckoned(kind, checked, _worth(grid, question, taken, covered, free, named), _own(wanted, checked))


def _of_rows(grid: Grid, question: Question, understood: Understood) -> Reckoned | None:
    """The rows of the column that a ranking is asked of: all but totals, where a figure stands in most of them."""
    if not (ROSE | FELL).isdisjoint(question.words):
        return _of_moves(grid, question, understood)
    columns = [column for column in grid.numeric if column in _columns(grid, question)]
    kind: Kind = "top" if understood.rank == "most" else "bottom"
    wanted = periods_of(understood, kind)
    headed, covered = grid.column_of(question, set(), columns)
    column = headed
    if wanted:
        timed = next(
            (
                own
                for row in grid.rows
                if (own := grid.of_period(row, wanted[0], columns, by_name=_by_name(wanted[0], question)))
            ),
            [],
        )
        column = headed if headed in timed else timed[0] if timed else None
    elif headed is None and len(columns) == 1:
        column = columns[0]
    corner = frozenset(content_sequence(grid.columns[0]))
    if column is None or (headed is None and not corner & set(question.words)):
        return None
    rows = [row for row in grid.rows if not row.statement.total and not TOTAL & set(words_of(row.label))]
    operands = [
        Operand(row, column, figure, row.called(question.words))
        for row in rows
        if row.label and (figure := row.figure(column))
    ]
    if len(operands) < _FEWEST or len(operands) < 0.8 * len(rows) or len({_sort(each.figure) for each in operands}) > 1:
        return None
    ordered = sorted(operands, key=lambda each: each.figure.value, reverse=kind == "top")
    free = frozenset(question.words) - corner
    return Reckoned(kind, tuple(ordered), _worth(grid, question, set(), covered, free, []))


def _of_moves(grid: Grid, question: Question, understood: Understood) -> Reckoned | None:
    """Of all rows the two that rose or fell most between two periods: the earlier and the later figure of each."""
    wanted = periods_of(understood, "change")
    if len(wanted) == 1:
        wanted = [shifted(wanted[0], -1), wanted[0]]
    if len(wanted) != 2:
        return None
    columns = _columns(grid, question)
    pairs: list[tuple[Operand, Operand]] = []
    rows = [row for row in grid.rows if not row.statement.total and not TOTAL & set(words_of(row.label))]
    for row in rows:
        timed = _timed(grid, row, wanted, columns, question, set())
        figures = [row.figure(column) for column in timed]
        if len(figures) == 2 and figures[0] and figures[1]:
            name = row.called(question.words)
            pairs.append((Operand(row, timed[0], figures[0], name), Operand(row, timed[1], figures[1], name)))
    if len(pairs) < _FEWEST or len(pairs) < 0.8 * len(rows):
        return None
    fell = not FELL.isdisjoint(question.words)
    least = understood.rank == "least"
    pairs.sort(key=lambda pair: pair[1].figure.value - pair[0].figure.value, reverse=fell == least)
    free = frozenset(question.words) - frozenset(content_sequence(grid.columns[0]))
    worth = _worth(grid, question, set(), 0.0, free - ROSE - FELL, [])
    return Reckoned("moved", (*pairs[0], *pairs[1]), worth)


def _whole(grid: Grid, question: Question, *, asked: bool = True) -> list[Named]:
    """The row of the total, where a total is asked for and no row by name, or what a share is one of."""
    totals = tuple(row for row in grid.rows if row.statement.total and row.statement.figures)
    at = next((at for at, word in enumerate(question.words) if word in TOTAL), None if asked else 0)
    return [Named((at, at + 1), totals[-1:], 0, exact=False)] if totals and at is not None else []


def _of_years(grid: Grid, question: Question, understood: Understood) -> Reckoned | None:
    """What a table says whose rows stand for years."""
    columns = _columns(grid, question)
    column, covered = grid.column_of(question, set(), columns)
    if column is None:
        return None
    free = frozenset(question.words) - frozenset(content_sequence(grid.columns[column]))
    kind = kind_of(free, understood)
    periods = periods_of(understood, kind)
    if any(not is_year(each) or not _by_name(each, question) for each in periods):
        return None
    wanted = [str((period.end - timedelta(days=1)).year) for period in periods]
    rows = [grid.by_year[each] for each in wanted if each in grid.by_year] if wanted else list(grid.by_year.values())
    if len(rows) < len(wanted) or (kind in ("value", "change", "growth") and not wanted):
        return None
    operands = [
        Operand(row, column, figure, row.label.strip()) for row in rows if (figure := row.figure(column)) is not None
    ]
    checked = _checked(kind, operands)
    if checked is None or len(operands) < len(rows):
        return None
    return Reckoned(kind, checked, _worth(grid, question, set(), covered, free, []))


def _lines(named: Sequence[Named], grid: Grid, question: Question) -> list[Row]:
    """The rows asked for, in the question's order; one that two stretches name is asked for once."""
    lines: list[tuple[Row, ...]] = []
    for each in named:
        if lines and (both := tuple(row for row in lines[-1] if row in each.rows)):
            lines[-1] = both
        else:
            lines.append(each.rows)
    return [max(rows, key=lambda row: (_beside(row, question), -row.at)) for rows in lines]


def _beside(row: Row, question: Question) -> float:
    """Of rows called the same, the one whose section the question names."""
    sections = [header for cell in row.statement.cells[:1] for header in cell.headers]
    return question.weight(set(question.words) & {word for each in sections for word in content_sequence(each)})


def _operands(
    grid: Grid, lines: Sequence[Row], wanted: Sequence[Period], kind: Kind, question: Question, taken: set[int]
) -> tuple[list[Operand], float]:
    """The cells that the question names, and the weight of the words by which it names their columns."""
    columns = _columns(grid, question)
    headed, worth = grid.column_of(question, taken, columns)
    same = grid.like(headed, columns) if headed is not None else []
    operands: list[Operand] = []
    for row in lines:
        timed = _timed(grid, row, wanted, columns, question, taken)
        if wanted and not timed:
            return [], 0.0
        own = timed or _headed(grid, row, same, kind, question) or _standing(grid, row, columns, kind, question)
        if not wanted and kind in ("change", "growth") and len(lines) == 1:
            own = _standing(grid, row, columns, "average", question)[-2:]  # the last two of all
        for column in own:
            figure = row.figure(column)
            if figure is not None:
                operands.append(Operand(row, column, figure, year_of(grid.columns[column], figure)))
    if len(wanted) == 1 and kind in ("change", "growth") and len(operands) == 1 and len(lines) == 1:
        before = _before(grid, operands[0], columns)
        operands += [before] if before else []
    return operands, worth


def _headed(grid: Grid, row: Row, same: Sequence[int], kind: Kind, question: Question) -> list[int]:
    """The columns of a header that is named: all that are headed the same, those that stand wanted of several years."""
    if len({grid.columns[column] for column in same}) > 1:
        return _standing(grid, row, same, kind, question)
    return [column for column in same if row.figure(column)]


def _columns(grid: Grid, question: Question) -> list[int]:
    """The columns of values; those of what was hoped for only where that is asked for."""
    asked = frozenset(question.words)
    return [
        column
        for column in range(len(grid.columns))
        if column not in grid.labels and HOPED.isdisjoint(frozenset(content_sequence(grid.columns[column])) - asked)
    ]


def _timed(
    grid: Grid, row: Row, wanted: Sequence[Period], columns: Sequence[int], question: Question, taken: set[int]
) -> list[int]:
    """A column for each period; where several are of one period, the one whose header the question names."""
    found = []
    for period in wanted:
        own = grid.of_period(row, period, columns, by_name=_by_name(period, question))
        if len(own) > 1:
            headed, _ = grid.column_of(question, taken, own)
            own = [headed if headed is not None else own[0]]
        if not own:
            return []
        found += own
    return found


def _standing(grid: Grid, row: Row, columns: Sequence[int], kind: Kind, question: Question) -> list[int]:
    """Without a period or a header named: a lone figure, the latest of several periods, or all of them for a mean."""
    figures = [(column, figure) for column in columns if (figure := row.figure(column))]
    if len(figures) < 2:
        return [column for column, _ in figures]
    if QUARTER in question.words and (of := [each for each in figures if _is_quarter(each[1].period)]):
        figures = of
    times = [_when(grid, column, figure) for column, figure in figures]
    if not LATEST.isdisjoint(question.words) and all(times):
        last = max(time for time in times if time)
        return [next(column for (column, _), time in zip(figures, times, strict=True) if time == last)]
    if not all(times) or len(set(times)) < len(times):
        return []
    ordered = [
        column for _, (column, _) in sorted(zip(times, figures, strict=True), key=lambda each: each[0] or date.min)
    ]
    if kind in ("most", "least", "average", "sum", "where", "count"):
        return ordered
    return ordered[-1:]


def _by_name(period: Period, question: Question) -> bool:
    """Whether a column headed "2025" may be for the period: for 2025 and for fiscal 2025, but not for 2024/25."""
    return (period.start.month, period.start.day) == (1, 1) or not FISCAL.isdisjoint(question.words) or is_day(period)


def _is_quarter(period: Period | None) -> bool:
    return period is not None and 88 <= (period.end - period.start).days <= 93


def _when(grid: Grid, column: int, figure: Figure) -> date | None:
    called = year_of(grid.columns[column], figure)
    if called.isdigit():
        return year(int(called)).end
    return figure.period.end if figure.period else None


def _before(grid: Grid, operand: Operand, columns: Sequence[int]) -> Operand | None:
    """The same row's figure of the period before."""
    at = _when(grid, operand.column, operand.figure)
    earlier = [
        (when, column, figure)
        for column in columns
        if (figure := operand.row.figure(column))
        and (when := _when(grid, column, figure))
        and at
        and when < at
        and figure.unit == operand.figure.unit
    ]
    if not earlier:
        return None
    _, column, figure = max(earlier, key=lambda each: (each[0], -each[1]))
    return Operand(operand.row, column, figure, year_of(grid.columns[column], figure))


def _checked(kind: Kind, operands: list[Operand]) -> tuple[Operand, ...] | None:
    """The operands, where they are as many and as alike as the operation wants; None where they are not."""
    if not operands or len({_sort(each.figure) for each in operands}) > 1:
        return None
    if kind == "value":
        return tuple(operands) if len(operands) <= _LISTED else None
    if kind in ("where", "count"):
        return tuple(operands) if len(operands) > 1 else None
    if kind == "share" and _sort(operands[0].figure) == "%":
        return None  # a share of shares says nothing
    least, most = {"change": (2, 2), "growth": (2, 2), "ratio": (2, 2), "share": (2, 2)}.get(kind, (2, 12))
    if kind == "sum" and len(operands) == 1:
        return tuple(operands)  # "the total revenue in 2019" is one cell
    return tuple(operands) if least <= len(operands) <= most else None


def _sort(figure: Figure) -> str:
    return "%" if figure.unit in ("%", "percentage points") else figure.unit if figure.unit in MONEY else ""


def _own(wanted: Sequence[Period], operands: Sequence[Operand]) -> Period | None:
    return wanted[0] if len(wanted) == 1 and len(operands) == 1 else None


def _is_number(word: str) -> bool:
    return len(word) < 4 and any(map(str.isdigit, word))


def _worth(
    grid: Grid, question: Question, taken: set[int], covered: float, free: frozenset[str], named: Sequence[Named]
) -> float:
    """The share of the question's words, by weight, that the table and the operation account for."""
    times = {word for period in question.periods for word in content_sequence(period.label)}
    open_words = {word for word in free if word not in ASIDE and word not in times and not word.isdigit()}
    context = {*grid.context, *grid.known}
    rest = question.weight(word for word in open_words if word not in context)
    held = question.weight(question.words[at] for at in taken)
    whole = held + question.weight(open_words)
    unexact = sum(0.1 + _WORDS_MORE * (1 - each.share) for each in named if not each.exact)
    if any(map(_is_number, open_words.difference(grid.context))) or not grid.held.isdisjoint(
        open_words & question.names
    ):
        return 0.0  # under another number, or of another of its parts than the one named
    return 1 - max(0.0, rest - covered) / (whole or 1.0) - unexact
