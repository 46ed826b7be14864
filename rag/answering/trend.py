"""One row's figures over all periods that any of the tables gives."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from rag.answering.cells import lines_named, value_columns
from rag.answering.elsewhere import undated
from rag.answering.grid import Grid, Question, Words, words_of
from rag.answering.operands import Operand, Reckoned, sort_of
from rag.answering.operation import (
    PERCENT,
    TELLING,
)
from rag.answering.reckoned import worth_of
from rag.language.periods import relation
from rag.language.tokens import content_sequence
from rag.types import Period, Understood

_FEWEST = 3  # periods without which there is no trend
ENOUGH_FOR_TREND = 0.55  # the same, of a question for a trend, which is asked in many words
_THEN = re.compile(r"[,;?]|\band (?:what|how|why)\b", re.IGNORECASE)
_LONGEST_TREND = 16  # periods that are told


def trend(tables: Sequence[Grid], question: Question, understood: Understood) -> Reckoned | None:
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
            called = undated(grid.columns[operand.column]) if grid.by_year else words_of(operand.row.label)
            key = called, sort_of(figure), months
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
        column, covered = grid.column_of(question, set(), value_columns(grid, question))
        free = frozenset(question.words) - TELLING
        worth = worth_of(grid, question, set(), covered, free, [])
        cells = [(row, column) for row in grid.by_year.values()] if column is not None else []
    else:
        named = [each for each in grid.named(question) if each.column in grid.labels]
        taken = {at for each in named for at in range(*each.place)}
        free = frozenset(word for at, word in enumerate(question.words) if at not in taken) - TELLING
        worth = worth_of(grid, question, taken, 0.0, free, named)
        row = lines_named(named, grid, question)[0] if named else None
        cells = [(row, column) for column in value_columns(grid, question)] if row is not None else []
    for row, column in cells:
        figure = row.figure(column)
        if figure is not None and figure.period is not None:
            yield worth, Operand(row, column, figure, figure.period.label)


def _within(period: Period, asked: Period | None) -> bool:
    return asked is None or relation(period, asked) in ("inside", "equal")
