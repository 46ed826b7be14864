"""Which cells of a table a question means: its rows, the columns of the periods asked for, those that stand for all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from rag.answering.asked import HOPED
from rag.answering.grid import Grid, Named, Question, Row, year_of
from rag.answering.operands import Operand
from rag.answering.operation import (
    FISCAL,
    LATEST,
    QUARTER,
    Kind,
)
from rag.language.periods import is_day, year
from rag.language.tokens import content_sequence
from rag.types import Figure, Period


def lines_named(named: Sequence[Named], grid: Grid, question: Question) -> list[Row]:
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


def operands_of(
    grid: Grid, lines: Sequence[Row], wanted: Sequence[Period], kind: Kind, question: Question, taken: set[int]
) -> tuple[list[Operand], float]:
    """The cells that the question names, and the weight of the words by which it names their columns."""
    columns = value_columns(grid, question)
    headed, worth = grid.column_of(question, taken, columns)
    same = grid.like(headed, columns) if headed is not None else []
    operands: list[Operand] = []
    for row in lines:
        timed = columns_of_periods(grid, row, wanted, columns, question, taken)
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


def value_columns(grid: Grid, question: Question) -> list[int]:
    """The columns of values; those of what was hoped for only where that is asked for."""
    asked = frozenset(question.words)
    return [
        column
        for column in range(len(grid.columns))
        if column not in grid.labels and HOPED.isdisjoint(frozenset(content_sequence(grid.columns[column])) - asked)
    ]


def columns_of_periods(
    grid: Grid, row: Row, wanted: Sequence[Period], columns: Sequence[int], question: Question, taken: set[int]
) -> list[int]:
    """A column for each period; where several are of one period, the one whose header the question names."""
    found = []
    for period in wanted:
        own = grid.of_period(row, period, columns, by_name=by_name(period, question))
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


def by_name(period: Period, question: Question) -> bool:
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
