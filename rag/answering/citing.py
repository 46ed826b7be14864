"""Citations, and the words in which a statement is told beside them. Spans are copied, never searched for."""

from __future__ import annotations

import re

from rag.answering.asked import MONEY
from rag.answering.fit import cell_of
from rag.language.rows import cell_text, row_cells, row_label, told
from rag.search import Ranked
from rag.types import Citation, Claim, Figure

_SCALE_WORDS = {1e3: "thousand", 1e6: "million", 1e9: "billion"}
_SIGNS = {"GBP": "£", "USD": "$", "EUR": "€", "JPY": "¥"}
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
        for citation in self._citations:
            if citation.statement_id == statement.id:
                return citation.n
        report = passage.report
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
            caption=statement.caption,
            said=statement.said,
            period=figure.period if figure and figure.period else statement.period,
            passage_start=passage.start,
            passage_text=passage.text,
        )
        self._citations.append(citation)
        return citation.n


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
    bare = re.sub(r"[^\d.]", "", number)
    told_value = float(bare) if bare and bare.count(".") < 2 and bare != "." else 0.0
    scale = round(abs(figure.value) / told_value) if told_value else 1
    sign = _SIGNS.get(figure.unit, "")
    if sign and sign not in number:
        number = f"{sign}{number}"
    if scale in _SCALE_WORDS:
        number = f"{number} {_SCALE_WORDS[scale]}"
    if figure.unit == "%" and "%" not in number and "per" not in number:
        number = f"{number}%"
    return number


def source(ranked: Ranked) -> str:
    """Where a statement stands, in words: "Annual report 2025, page 6"."""
    report = ranked.passage.report
    return f"{report.title}, page {ranked.statement.page}" if report.pages > 1 else report.title


def answer_text(claims: list[Claim], notes: list[str]) -> str:
    """The whole answer as plain text with its markers."""
    marked = [f"{claim.text} {''.join(f'[{n}]' for n in claim.citations)}" for claim in claims]
    return " ".join([*marked, *notes])
