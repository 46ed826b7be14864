"""The ways reports write figures, against values, units and qualifiers written down by hand in ``numbers.tsv``."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from rag.language.mentions import mentions
from rag.language.numbers import numbers
from rag.ledger import reckoned
from rag.types import Cell, Figure, Page, Passage, Reading, Report, Statement

TABLE = Path(__file__).with_name("numbers.tsv")
FEWEST_CASES = 400
RIGHT = 0.99  # of the rows: every figure with its value, unit and qualifier, and none besides


@dataclass(frozen=True, slots=True)
class Case:
    """A sentence, or a cell and the words it stands under, with the figures it should be found to hold."""

    text: str
    under: str
    expected: str


def cases() -> list[Case]:
    lines = [line for line in TABLE.read_text(encoding="utf-8").splitlines() if not line.startswith("# ")]
    rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
    return [Case(row["text"], row["under"], row["expected"]) for row in rows]


def found(case: Case) -> list[tuple[float, str, str]]:
    """The figures that the text is found to hold; of a cell, with what its table hands down."""
    if case.under:
        return [(round(each.value, 4), each.unit, each.qualifier) for each in _cell_figures(case)]
    taken = [(mention.start, mention.end) for mention in mentions(case.text)]
    return [(round(each.value, 4), each.unit, each.qualifier) for each in numbers(case.text, taken=taken)]


def wanted(case: Case) -> list[tuple[float, str, str]]:
    if case.expected == "none":
        return []
    figures = (each.split("|") for each in case.expected.split(" ; "))
    return [(round(float(value), 4), unit, qualifier) for value, unit, qualifier in figures]


def _cell_figures(case: Case) -> tuple[Figure, ...]:
    """The figures of a row that has a label and this one cell."""
    header, label, caption = case.under.split("|")
    text = f"{label}\t{case.text}"
    cells = (Cell(0, len(label)), Cell(len(label) + 1, len(text), (header,)))
    row = Statement("a:p1:s1", "a:p1:g1", 1, 1, 0, len(text), text, "row", caption=caption, cells=cells)
    report = Report("a", "3f9a0c12", "a.md", "main", "", "Text", 1, None, None)
    passage = Passage("a:p1:g1", report, 1, 1, 0, len(text), text, "", (row,))
    (done,) = reckoned([passage], Reading("Text", "", (Page(1, text, ()),)))
    return done.statements[0].figures


def _missed(case: Case) -> str:
    under = f" under {case.under!r}" if case.under else ""
    return f"{case.text!r}{under}\n   expected {wanted(case)}\n   found    {found(case)}"


def test_there_are_enough_expressions_and_each_stands_there_once() -> None:
    every = cases()

    assert len(every) >= FEWEST_CASES
    assert len({(case.text, case.under) for case in every}) == len(every)


def test_nearly_all_figures_are_read_as_they_are_meant() -> None:
    every = cases()
    missed = [case for case in every if found(case) != wanted(case)]

    rate = 1 - len(missed) / len(every)
    assert rate >= RIGHT, f"{rate:.1%} of {len(every)} right\n" + "\n".join(map(_missed, missed))
