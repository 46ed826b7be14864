"""What one table says to a question: the cell that it names, or the cells from which the answer is worked out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from rag.answering.cells import by_name, columns_of_periods, lines_named, operands_of, value_columns
from rag.answering.grid import Grid, Named, Question, words_of
from rag.answering.operands import Operand, Reckoned, sort_of
from rag.answering.operation import (
    AS_SHARE,
    ASIDE,
    FELL,
    PERCENT,
    ROSE,
    SEVERAL,
    SHARE,
    SUM,
    TOTAL,
    WHEN,
    Kind,
    is_nested,
    kind_of,
    periods_of,
)
from rag.language.periods import is_year, shifted
from rag.language.tokens import content_sequence
from rag.types import Period, Understood

_FEWEST = 3  # rows without which a ranking says little
_LISTED = 6  # figures that are given side by side
_WORDS_MORE = 0.5  # what a table loses for a label that says more than the question, by its share of the label


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
    lines = lines_named(named, grid, question)
    if kind == "sum" and free.isdisjoint(SUM - TOTAL) and len(wanted) < 2 and len(lines) < 2:
        kind = "value"  # "the total revenue" is the name of one figure
    operands, covered = operands_of(grid, lines, wanted, kind, question, taken)
    if kind == "share" and len(lines) == 1 and (whole := _whole(grid, question, asked=False)):
        of, _ = operands_of(grid, [whole[0].rows[0]], wanted, kind, question, taken)
        operands = [*of, *operands] if lines[0] != whole[0].rows[0] else operands
    if kind == "share" and len(operands) == 2 and not AS_SHARE.search(understood.standalone):
        operands.sort(key=lambda each: abs(each.figure.value))  # "what percentage of the total are grants"
    checked = checked_operands(kind, operands)
    if checked is None or (len(lines) > 1 and kind == "value" and not SEVERAL.search(understood.standalone)):
        return None
    return Reckoned(kind, checked, worth_of(grid, question, taken, covered, free, named), _own(wanted, checked))


def _of_rows(grid: Grid, question: Question, understood: Understood) -> Reckoned | None:
    """The rows of the column that a ranking is asked of: all but totals, where a figure stands in most of them."""
    if not (ROSE | FELL).isdisjoint(question.words):
        return _of_moves(grid, question, understood)
    columns = [column for column in grid.numeric if column in value_columns(grid, question)]
    kind: Kind = "top" if understood.rank == "most" else "bottom"
    wanted = periods_of(understood, kind)
    headed, covered = grid.column_of(question, set(), columns)
    column = headed
    if wanted:
        timed = next(
            (
                own
                for row in grid.rows
                if (own := grid.of_period(row, wanted[0], columns, by_name=by_name(wanted[0], question)))
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
    if (
        len(operands) < _FEWEST
        or len(operands) < 0.8 * len(rows)
        or len({sort_of(each.figure) for each in operands}) > 1
    ):
        return None
    ordered = sorted(operands, key=lambda each: each.figure.value, reverse=kind == "top")
    free = frozenset(question.words) - corner
    return Reckoned(kind, tuple(ordered), worth_of(grid, question, set(), covered, free, []))


def _of_moves(grid: Grid, question: Question, understood: Understood) -> Reckoned | None:
    """Of all rows the two that rose or fell most between two periods: the earlier and the later figure of each."""
    wanted = periods_of(understood, "change")
    if len(wanted) == 1:
        wanted = [shifted(wanted[0], -1), wanted[0]]
    if len(wanted) != 2:
        return None
    columns = value_columns(grid, question)
    pairs: list[tuple[Operand, Operand]] = []
    rows = [row for row in grid.rows if not row.statement.total and not TOTAL & set(words_of(row.label))]
    for row in rows:
        timed = columns_of_periods(grid, row, wanted, columns, question, set())
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
    worth = worth_of(grid, question, set(), 0.0, free - ROSE - FELL, [])
    return Reckoned("moved", (*pairs[0], *pairs[1]), worth)


def _whole(grid: Grid, question: Question, *, asked: bool = True) -> list[Named]:
    """The row of the total, where a total is asked for and no row by name, or what a share is one of."""
    totals = tuple(row for row in grid.rows if row.statement.total and row.statement.figures)
    at = next((at for at, word in enumerate(question.words) if word in TOTAL), None if asked else 0)
    return [Named((at, at + 1), totals[-1:], 0, exact=False)] if totals and at is not None else []


def _of_years(grid: Grid, question: Question, understood: Understood) -> Reckoned | None:
    """What a table says whose rows stand for years."""
    columns = value_columns(grid, question)
    column, covered = grid.column_of(question, set(), columns)
    if column is None:
        return None
    free = frozenset(question.words) - frozenset(content_sequence(grid.columns[column]))
    kind = kind_of(free, understood)
    periods = periods_of(understood, kind)
    if any(not is_year(each) or not by_name(each, question) for each in periods):
        return None
    wanted = [str((period.end - timedelta(days=1)).year) for period in periods]
    rows = [grid.by_year[each] for each in wanted if each in grid.by_year] if wanted else list(grid.by_year.values())
    if len(rows) < len(wanted) or (kind in ("value", "change", "growth") and not wanted):
        return None
    operands = [
        Operand(row, column, figure, row.label.strip()) for row in rows if (figure := row.figure(column)) is not None
    ]
    checked = checked_operands(kind, operands)
    if checked is None or len(operands) < len(rows):
        return None
    return Reckoned(kind, checked, worth_of(grid, question, set(), covered, free, []))


def checked_operands(kind: Kind, operands: list[Operand]) -> tuple[Operand, ...] | None:
    """The operands, where they are as many and as alike as the operation wants; None where they are not."""
    if not operands or len({sort_of(each.figure) for each in operands}) > 1:
        return None
    if kind == "value":
        return tuple(operands) if len(operands) <= _LISTED else None
    if kind in ("where", "count"):
        return tuple(operands) if len(operands) > 1 else None
    if kind == "share" and sort_of(operands[0].figure) == "%":
        return None  # a share of shares says nothing
    least, most = {"change": (2, 2), "growth": (2, 2), "ratio": (2, 2), "share": (2, 2)}.get(kind, (2, 12))
    if kind == "sum" and len(operands) == 1:
        return tuple(operands)  # "the total revenue in 2019" is one cell
    return tuple(operands) if least <= len(operands) <= most else None


def _own(wanted: Sequence[Period], operands: Sequence[Operand]) -> Period | None:
    return wanted[0] if len(wanted) == 1 and len(operands) == 1 else None


def _is_number(word: str) -> bool:
    return len(word) < 4 and any(map(str.isdigit, word))


def worth_of(
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
