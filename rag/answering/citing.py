"""Citations, and the words in which a statement is told beside them. Spans are copied, never searched for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.answering.asked import MONEY
from rag.answering.fit import cell_of
from rag.language.rows import cell_text, row_cells, row_label, told
from rag.search import Ranked
from rag.types import Answer, AnsweredFigure, Citation, CitedCell, Claim, Figure, Headline, Statement, Understood, place

_SCALE_WORDS = {1e3: "thousand", 1e6: "million", 1e9: "billion"}
SIGNS = {"GBP": "£", "USD": "$", "EUR": "€", "JPY": "¥", "AUD": "A$", "CAD": "C$", "HKD": "HK$", "INR": "₹"}
_SPELT_OUT = re.compile(r"\b(?:days?|weeks?|months?|hours?|minutes?|percentage points)$")


class Footnotes:
    """The citations of one answer, numbered in order of first use; a statement is cited once."""

    def __init__(self) -> None:
        self._citations: list[Citation] = []

    @property
    def citations(self) -> tuple[Citation, ...]:
        return tuple(self._citations)

    def cite(self, ranked: Ranked, figure: Figure | None = None) -> int:
        """The number of the footnote for a statement; its period is that of the figure it is cited for."""
        statement, passage = ranked.statement, ranked.passage
        cells = _cells_of(statement, figure)
        for at, citation in enumerate(self._citations):
            if citation.statement_id == statement.id:
                more = tuple(cell for cell in cells if cell not in citation.cells)
                held = _with(citation.figures, figure)
                self._citations[at] = replace(citation, cells=citation.cells + more, figures=held)
                return citation.n
        report = passage.report
        period = figure.period if figure and figure.period else statement.period
        citation = Citation(
            n=len(self._citations) + 1,
            report=report.path,
            title=report.title,
            published=report.published.day if report.published else None,
            page=statement.page,
            start=statement.start,
            end=statement.end,
            quote=statement.text,
            statement_id=statement.id,
            kind=report.kind,
            pages=report.pages,
            heading=statement.heading,
            covers=report.covers.label if report.covers else "",
            headers=tuple(row_cells(statement)) if statement.kind == "row" else (),
            cells=cells,
            label=passage.label,
            caption=statement.caption,
            # The words stand for the statement's period: a cell of another column has a period of its own.
            said=statement.said if period == statement.period else "",
            period=period,
            passage_start=passage.start,
            passage_text=passage.text,
            figures=_with(statement.figures, figure),
        )
        self._citations.append(citation)
        return citation.n


def _with(figures: tuple[Figure, ...], cited: Figure | None) -> tuple[Figure, ...]:
    """The figures, the cited one as it is cited: its period may be known better than from its own header."""
    return tuple(cited if cited and each.start == cited.start else each for each in figures)


def _cells_of(statement: Statement, figure: Figure | None) -> tuple[CitedCell, ...]:
    """The cell of the row in which the figure stands."""
    if figure is None or statement.kind != "row":
        return ()
    return tuple(
        CitedCell(column, cell.start, cell.end)
        for column, cell in enumerate(statement.cells)
        if cell.start <= figure.number_start < cell.end
    )


def answered_figure(figure: Figure, n: int) -> AnsweredFigure:
    """A figure as the answer shows it, with its own place, tied to its footnote."""
    return AnsweredFigure(figure.value, figure.unit, figure.qualifier, figure.period, n, figure.start, figure.end)


def claim_text(ranked: Ranked, figure: Figure | None = None) -> str:
    """The statement as a sentence: prose as it stands, a row told with the headers of the cells that matter."""
    statement = ranked.statement
    if statement.kind != "row" or not statement.cells:
        return told(statement)
    cells = statement.cells[1:] if figure is None else (cell_of(ranked, figure),)
    pairs = ", ".join(f"{' '.join(cell.headers)}: {cell_text(statement, cell)}".removeprefix(": ") for cell in cells)
    caption = f" ({statement.caption.rstrip('.')})" if statement.caption else ""
    label = row_label(statement) if figure else cell_text(statement, statement.cells[0])
    return f"{label}, {pairs}{caption}." if pairs else f"{label}{caption}."


def short_figure(ranked: Ranked, figure: Figure) -> str:
    """The figure at its shortest, with its qualifier, and with the unit and scale that a table hands down."""
    statement = ranked.statement
    number = statement.text[figure.number_start - statement.start : figure.number_end - statement.start].strip()
    number = re.sub(r"\s+", " ", number)
    if statement.kind == "row":
        number = _with_unit(number, figure)
    if figure.unit not in MONEY and _SPELT_OUT.search(figure.unit) and figure.unit not in number:
        number = f"{number} {figure.unit}"
    return f"{figure.qualifier} {number}".strip()


def _with_unit(number: str, figure: Figure) -> str:
    """ "3,850" under "£ thousand" reads "£3,850 thousand"."""
    scale = _scale(number, figure)
    sign = SIGNS.get(figure.unit, "")
    if sign and sign not in number:
        number = f"{sign}{number.removeprefix('$')}"
    if scale in _SCALE_WORDS:
        number = f"{number} {_SCALE_WORDS[scale]}"
    if figure.unit == "%" and "%" not in number and "per" not in number:
        number = f"{number}%"
    return number


def scale_of_cell(statement: Statement, figure: Figure) -> float:
    """What the table multiplies the figure by as it is written: 1000 under "£ thousand"."""
    return _scale(statement.text[figure.number_start - statement.start : figure.number_end - statement.start], figure)


def _scale(number: str, figure: Figure) -> float:
    bare = re.sub(r"[^\d.]", "", number)
    told_value = float(bare) if bare and bare.count(".") < 2 and bare != "." else 0.0
    return float(round(abs(figure.value) / told_value)) if told_value else 1.0


def written(value: float) -> str:
    """A number as arithmetic shows it, which ``check`` reads again: "4,212", "−12.5"."""
    return f"{'−' if value < 0 else ''}{abs(round(value, 6)):,.10g}"


def bracketed(value: float) -> str:
    """A number behind a sign of arithmetic: a negative one in brackets."""
    return f"({written(value)})" if value < 0 else written(value)


def listed(names: Sequence[str]) -> str:
    """ "2023, 2024 and 2025"."""
    *some, last = names
    return f"{', '.join(some)} and {last}" if some else last


def source(ranked: Ranked) -> str:
    """Where a statement stands, in words: "Annual report 2025, page 6"."""
    report = ranked.passage.report
    if report.pages == 1:
        return report.title
    return f"{report.title}, {place(report.kind, ranked.statement.page, ranked.passage.label)}"


@dataclass(frozen=True, slots=True)
class Placed:
    """A row of a ranking: what it is called, and the figure by which it has its place."""

    name: str
    ranked: Ranked
    figure: Figure


def ranking(first: Placed, second: Placed, how: str, understood: Understood) -> Answer:
    """The first row of a ranking with the next one beside it; ``how`` says what it is the first of."""
    notes = Footnotes()
    a, b = (notes.cite(each.ranked, each.figure) for each in (first, second))
    said, next_said = (short_figure(each.ranked, each.figure) for each in (first, second))
    claims = [Claim(f"{first.name}: {said}, {how}.", (a,)), Claim(f"Next: {second.name}, {next_said}.", (b,))]
    when = first.figure.period.label if first.figure.period else ""
    label = " · ".join(part for part in (said, when if when not in first.name else "") if part)
    return Answer(
        question=understood.standalone,
        status="answered",
        text=answer_text(claims, []),
        short=first.name,
        headline=Headline(figure=first.name, label=label),
        claims=tuple(claims),
        citations=notes.citations,
        figures=(answered_figure(first.figure, a), answered_figure(second.figure, b)),
    )


def answer_text(claims: list[Claim], notes: list[str]) -> str:
    """The whole answer as plain text with its markers."""
    marked = [f"{claim.text} {''.join(f'[{n}]' for n in claim.citations)}" for claim in claims]
    return " ".join([*marked, *notes])
