"""Rows of one table found by what their cells hold, and the cell asked for beside them: text as well as figures.

"When is the office in Lowghyll open?", "how many entries are from Skelwick?", "which bridge is the longest?": the
answer is a cell, or how many rows there are. Only whole tables are read, and every word and number of the question
must be accounted for: a condition that was not understood would make any count wrong.
"""

from __future__ import annotations

import re

from rag.answering.citing import Footnotes, answer_text, answered_figure, scale_of_cell, short_figure
from rag.answering.conditions import Asked, conditions
from rag.answering.counting import (
    AVERAGE,
    HOW_MANY,
    MORE_THAN,
    SUM,
    asks_most_often,
    averaged,
    count,
    difference,
    most_often,
    together,
)
from rag.answering.grid import Grid, Question, Row, grids
from rag.answering.looked import Looked, Reading
from rag.answering.operation import FELL, ROSE
from rag.answering.picking import (
    AFTER,
    AND,
    BEFORE,
    COMPARATIVE,
    FIRST,
    LAST,
    OR,
    SUPERLATIVE,
    cell,
    compared,
    extreme,
    neighbour,
    outermost,
    shared,
)
from rag.answering.sheet import Sheet
from rag.language.rows import row_cells
from rag.language.tokens import content_sequence
from rag.search import Found
from rag.types import Answer, Claim, Headline, Understood

# Of the question's words, by weight, that cells and headers must account for: where one page alone is asked, and else.
ENOUGH_ALONE, ENOUGH = 0.0, 0.75
_CITED = 5  # rows that are cited of those that were counted
_SOME = r"two|three|four|five|six|seven|eight|nine|ten|\d+"
# What no reading below accounts for.
_NOT_READ = re.compile(
    r"\b(?:consecutive\w*|in a row|straight|each|every|per|percent(?:age)?|ratio|respectively|same|neither|nor"
    r"|not|no|never|without|n't|didn't|wasn't|doesn't|besides|except|excluding|other than|other|another|twice"
    r"|times (?:more|as)|if|why|how did|median|typical|closest|nearest|second|third|fourth|2nd|3rd|4th)\b"
    r"|\bfirst place finishes\b"
    r"|\b(?:first|last)\b.*\b(?:wins?|won|victor\w*)\b"
    r"|\b(?:personal|season|career) best|\b(?:begin|start|end)(?:s|ning|ing)? (?:with|in the letter)\b"
    rf"|\b(?:top|first|last|next|previous|highest|lowest|best|bottom) (?:{_SOME})\b"
    rf"|\b(?:{_SOME}) (?:\w+ )?(?:most|largest|highest|lowest|best|smallest|longest|tallest|oldest|first|last)\b",
    re.IGNORECASE,
)
_WHETHER = re.compile(r"\W*(?:is|was|are|were|did|do|does|has|have|had|can|could)\b", re.IGNORECASE)
_NEXT = re.compile(r"\b(?:next|previous|following|preceding)\b", re.IGNORECASE)
_THAN = re.compile(r"\bthan\b", re.IGNORECASE)
_BOTH = re.compile(r"\bboth\b", re.IGNORECASE)
_THE_MOST = re.compile(r"\b(?<!at )(?:most|least)\b", re.IGNORECASE)


def from_cells(found: Found, understood: Understood) -> Looked | None:
    """What the table says that was found first; None where what was found first is no table, or does not account for
    enough of the question."""
    if not found.scored or found.scored[0].passage.statements[0].kind != "row":
        return None
    question = Question(tuple(content_sequence(understood.standalone)), found.weights, understood.periods)
    first = found.scored[0].passage
    page = [each for each in found.tabled if (each.report.id, each.page) == (first.report.id, first.page)]
    alone = is_alone(found)
    if understood.periods and not alone:
        return None  # a row of another time would be as good a find
    looked = [each for grid in grids([first, *page]) if (each := look_up(grid, question, understood, alone=alone))]
    best = max(looked, key=lambda each: each.worth, default=None)
    if best is None or best.worth < (ENOUGH_ALONE if alone else ENOUGH):
        return None
    return best if len(best.open) <= _OPEN.get(best.kind, 0) else None


# Words that may stay open where a wrong condition would hardly go unnoticed: the row next to one that is named.
_OPEN = {
    "next": 1, "most-often": 2, "compared": 1, "first": 1, "last": 1, "first-day": 1, "last-day": 2, "cell": 1,
    "extreme": 1, "difference-counts": 1,
}  # fmt: skip


def is_alone(found: Found) -> bool:
    """Whether all that was found is one page's table: the question is of it, whatever it names."""
    first = found.scored[0].passage if found.scored else None
    return (
        first is not None
        and first.statements[0].kind == "row"
        and all((each.passage.report.id, each.passage.page) == (first.report.id, first.page) for each in found.scored)
    )


def look_up(grid: Grid, question: Question, understood: Understood, *, alone: bool) -> Looked | None:
    """What one table says to the question by its cells; None where nothing in it is named.

    ``alone``: no other page is asked, so that the question is of this one whatever it names.
    """
    asked = Asked(understood.standalone)
    sheet = Sheet(grid)
    if not sheet.rows or _NOT_READ.search(asked.text) or _of_moves(asked):
        return None
    held, open_numbers = conditions(sheet, asked)
    if open_numbers:
        return None
    return _read(Reading(sheet, asked, tuple(held), question, understood, alone=alone))


def _of_moves(asked: Asked) -> bool:
    """Whether it ranks by how far something rose or fell, which no one cell says."""
    return bool(SUPERLATIVE.search(asked.text)) and not (ROSE | FELL).isdisjoint(asked.stems)


def _read(reading: Reading) -> Looked | None:
    """The answer by what the question asks to be done: compare, take from one another, count, rank, go on."""
    text = reading.asked.text
    if reading.pair is not None:
        if MORE_THAN.search(text):
            return difference(reading)
        if OR.search(text):
            return compared(reading) if COMPARATIVE.search(text) else None
        if AVERAGE.search(text):
            return averaged(reading.joined)
        if SUM.search(text) and not SUPERLATIVE.search(text) and not _BOTH.search(text):
            return together(reading.joined)
        return shared(reading) if AND.search(text) and not SUPERLATIVE.search(text) else None
    if MORE_THAN.search(text) or _WHETHER.match(text):
        return None
    if _THAN.search(text) and not any(each.bound for each in reading.held):
        return None  # than what is said of one row: its figure sets a bound that was not read
    if AVERAGE.search(text):
        return averaged(reading)
    if asks_most_often(reading):
        return most_often(reading)
    if SUPERLATIVE.search(text):
        if LAST.search(text) or (FIRST.search(text) and not HOW_MANY.search(text)):
            return None
        looked = extreme(reading)
        return looked or (most_often(reading, least="least" in text) if _THE_MOST.search(text) else None)
    if HOW_MANY.search(text):
        return count(reading)
    if (AFTER.search(text) or BEFORE.search(text)) and not any(each.bound for each in reading.held):
        return neighbour(reading)
    if _NEXT.search(text):
        return None
    if FIRST.search(text) or LAST.search(text):
        return outermost(reading)
    return cell(reading)


def shown(looked: Looked, understood: Understood) -> Answer:
    """The answer with the rows it stands in cited."""
    notes = Footnotes()
    claims = []
    cited = looked.rows if looked.kind in ("sum", "average") else looked.rows[:_CITED]  # what was added up is shown
    numbers = [notes.cite(row.ranked) for row in cited]
    if looked.how:
        counted = looked.kind.startswith("count")  # what is counted is told by how many rows there are
        claims.append(Claim(f"{looked.how if counted else f'{looked.short}: {looked.how}'}.", tuple(numbers)))
    claims += [Claim(_sentence(row), (n,)) for row, n in zip(cited, numbers, strict=True)][:_CITED]
    first, short = looked.rows[0], looked.short
    figure = first.figure(looked.column) if looked.column is not None and not looked.how else None
    header = " ".join(first.cell(looked.column).headers) if looked.column is not None else ""
    if figure is not None and scale_of_cell(first.statement, figure) != 1.0:
        short = short_figure(first.ranked, figure)
    return Answer(
        question=understood.standalone,
        status="answered",
        text=answer_text(claims, []),
        short=short,
        headline=Headline(figure=short, label=header),
        claims=tuple(claims),
        citations=notes.citations,
        figures=(answered_figure(figure, numbers[0]),) if figure else (),
    )


def _sentence(row: Row) -> str:
    """A row as a sentence: "Team: Rovers, Points: 31."."""
    told = [f"{header}: {text}" if header else text for header, text in row_cells(row.statement) if text]
    return f"{', '.join(told)}."
