"""The figures from which a table's answer is worked out, and what that answer is called: nouns alone."""

from __future__ import annotations

from dataclasses import dataclass

from rag.answering.asked import MONEY
from rag.answering.citing import scale_of_cell
from rag.answering.grid import Row
from rag.answering.operation import (
    Kind,
)
from rag.types import Figure, Period, Report


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


def sort_of(figure: Figure) -> str:
    """What a figure may be compared by: money of one currency, shares, or plain counts."""
    return "%" if figure.unit in ("%", "percentage points") else figure.unit if figure.unit in MONEY else ""
