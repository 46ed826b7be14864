"""Rows of one table found by what their cells hold, and the cell asked for beside them: text as well as figures.

"When is the office in Lowghyll open?", "how many entries are from Skelwick?", "which bridge is the longest?": the
answer is a cell, or how many rows there are. Only whole tables are counted.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.answering.citing import Footnotes, answer_text, answered_figure, written
from rag.answering.grid import Grid, Named, Question, Row, grids
from rag.answering.operation import condition
from rag.language.rows import row_cells
from rag.language.tokens import content_sequence, content_stem_set, stem
from rag.question import counted
from rag.search import Found
from rag.types import Answer, Claim, Headline, Understood

# Of the question's words, by weight, that cells and headers must account for: where one page alone is asked, and else.
ENOUGH_ALONE, ENOUGH = 0.4, 0.75
_CITED = 5  # rows that are cited of those that were counted

_MOST = re.compile(
    r"\b(?:(?<!at )most|highest|largest|biggest|greatest|longest|tallest|heaviest|oldest|best|top|maximum|fastest)\b",
    re.I,
)
_LEAST = re.compile(
    r"\b(?:(?<!at )least|fewest|lowest|smallest|shortest|lightest|youngest|worst|minimum|slowest)\b", re.I
)
_FIRST = re.compile(r"\b(?:first|earliest|initial)\b", re.I)
_LAST = re.compile(r"\b(?:last|latest|final|most recent)\b", re.I)
_AFTER = re.compile(r"\b(?:after|next|following|follows|below|succeeded)\b", re.I)
_BEFORE = re.compile(r"\b(?:before|previous|prior|preceding|preceded|above)\b", re.I)
_HOW_MANY = re.compile(r"\b(?:how many|number of|total number|amount of times)\b", re.I)
_TOTAL = re.compile(r"\b(?:total|combined|sum|altogether)\b", re.I)
_AVERAGE = re.compile(r"\b(?:average|mean)\b", re.I)
_DIFFERENCE = re.compile(
    r"\b(?:difference|how (?:many|much) (?:more|fewer|less)|(?:longer|taller|older) (?:is|was|did))\b", re.I
)
_ASIDE = frozenset(
    stem(word)
    for word in """what which who whom where when how many much number total name list listed table chart row entry
    first last next previous after before most least highest lowest largest smallest longest shortest best worst time
    times year only one two amount same other than more less fewer at least over under above below did does do come came
    there all each latest earliest final top average difference between combined sum following prior consecutive
    there's""".split()
)
# The column by which something is the longest or the oldest.
_BY = {
    "longest": "length", "shortest": "length", "tallest": "height", "heaviest": "weight", "lightest": "weight",
    "oldest": "age", "youngest": "age", "fastest": "speed", "slowest": "speed", "deepest": "depth",
}  # fmt: skip
# A header that says what a kind of question asks for.
_OF_KIND = {
    "person": "name player driver winner rider author artist director candidate athlete president coach member leader",
    "place": "location place city town country venue state county nation region area stadium",
    "date": "year date season day time",
}


@dataclass(frozen=True, slots=True)
class Looked:
    """What a table says: the words of the answer, the rows it stands in, how it is told, and what it accounts for."""

    short: str
    rows: tuple[Row, ...]
    column: int | None
    worth: float
    how: str = ""


def from_cells(found: Found, understood: Understood) -> Looked | None:
    """What the table says that was found first; None where what was found first is no table, or does not account for
    enough of the question."""
    if not found.scored or found.scored[0].passage.statements[0].kind != "row":
        return None
    question = Question(tuple(content_sequence(understood.standalone)), found.weights, understood.periods)
    first = found.scored[0].passage
    page = [each for each in found.tabled if (each.report.id, each.page) == (first.report.id, first.page)]
    alone = all((each.passage.report.id, each.passage.page) == (first.report.id, first.page) for each in found.scored)
    if understood.periods and not alone:
        return None  # a row of another time would be as good a find
    looked = [each for grid in grids([first, *page]) if (each := look_up(grid, question, understood, alone=alone))]
    best = max(looked, key=lambda each: each.worth, default=None)
    return best if best is not None and best.worth >= (ENOUGH_ALONE if alone else ENOUGH) else None


def look_up(grid: Grid, question: Question, understood: Understood, *, alone: bool) -> Looked | None:
    """What one table says to the question by its cells; None where nothing in it is named.

    ``alone``: no other page is asked, so that the question is of this one whatever it names.
    """
    asked = understood.standalone
    named = grid.named(question)
    taken = {at for each in named if each.exact for at in range(*each.place)}
    columns = range(len(grid.columns))
    target, worth = _target(grid, question, taken, understood)
    rows = _filtered(grid, [each.rows for each in named if each.exact])
    held = [each for each in named if each.exact]
    rows, inside = _containing(grid, rows, question, taken)
    if inside and not held:
        held = [Named((min(inside), max(inside) + 1), tuple(rows), -1)]
    taken |= inside
    score = _worth(grid, question, taken, worth)
    if _HOW_MANY.search(asked) and not (target in grid.numeric and held):
        if alone and _TOTAL.search(asked) and held and (column := _named_number(grid, question, taken)) is not None:
            return _sum(rows, column, score)
        wider = _holding(grid, held) or rows
        return _count(grid, question, wider if held else None, score, understood)
    if (_AFTER.search(asked) or _BEFORE.search(asked)) and len(held) == 1 and len(rows) <= _CITED:
        at = rows[-1].at + 1 if _AFTER.search(asked) else rows[0].at - 1
        column = target if target is not None and target != held[0].column else held[0].column
        if 0 <= at < len(grid.rows):
            return _cell(grid.rows[at], column, score)
        return None
    number = _numeric_column(grid, question, taken)
    if _DIFFERENCE.search(asked) and len(held) == 2 and number is not None:
        return _difference(held[0].rows[0], held[1].rows[0], number, score)
    if (_MOST.search(asked) or _LEAST.search(asked)) and number is not None:
        return _extreme(grid, rows if held else grid.rows, number, target, score, largest=bool(_MOST.search(asked)))
    if (_TOTAL.search(asked) or _AVERAGE.search(asked)) and number is not None and not held:
        return None
    if (_FIRST.search(asked) or _LAST.search(asked)) and (held or target is not None):
        some = rows if held else grid.rows
        column = target if target is not None else grid.labels[0]
        return _cell(some[-1] if _LAST.search(asked) else some[0], column, score - 0.1 * (not held))
    if not held or len(rows) > _CITED:
        return None
    if target is None and number is not None:
        target = number
    if target is None and not alone:
        return None  # of all that stands beside what is named, nothing is asked for
    if target is None:
        spare = [column for column in columns if column not in {each.column for each in held}]
        target = spare[0] if spare else None
        score -= 0.15
    return _cell(rows[0], target, score) if target is not None else None


def _filtered(grid: Grid, named: Sequence[tuple[Row, ...]]) -> list[Row]:
    """The rows that everything named holds for; of two things that exclude each other, those of the first."""
    rows = list(grid.rows)
    for each in named:
        both = [row for row in rows if row in each]
        rows = both or rows
    return rows


def _containing(grid: Grid, rows: list[Row], question: Question, taken: set[int]) -> tuple[list[Row], set[int]]:
    """Of the rows those whose cells hold a word of the question among others, and the places of those words in it."""
    headers = {word for header in grid.columns for word in content_sequence(header)} | set(grid.context)
    inside: set[int] = set()
    for at, word in enumerate(question.words):
        if at in taken or word in _ASIDE or word in headers or (word.isdigit() and len(word) < 4):
            continue
        holding = [row for row in rows if word in content_stem_set(row.statement.text)]
        if holding:
            rows = holding
            inside.add(at)
    return rows, inside


def _target(grid: Grid, question: Question, taken: set[int], understood: Understood) -> tuple[int | None, float]:
    """The column asked for: the one whose header the question names, else one for the kind of answer wanted."""
    column, worth = grid.column_of(question, taken, range(len(grid.columns)))
    if column is not None:
        return column, worth
    kinds = {stem(word) for word in _OF_KIND.get(understood.wants, "").split()}
    fitting = [at for at, header in enumerate(grid.columns) if kinds & set(content_sequence(header))]
    return (fitting[0], 0.0) if fitting else (None, 0.0)


def _numeric_column(grid: Grid, question: Question, taken: set[int]) -> int | None:
    by = tuple(stem(_BY[word]) for word in _BY if stem(word) in question.words)
    column, _ = grid.column_of(replace(question, words=(*question.words, *by)), taken, grid.numeric)
    return column if column is not None else grid.numeric[0] if len(grid.numeric) == 1 else None


def _cell(row: Row, column: int, worth: float) -> Looked | None:
    text = row.text(column)
    return Looked(text, (row,), column, worth) if text else None


def _count(
    grid: Grid,
    question: Question,
    rows: Sequence[Row] | None,
    worth: float,
    understood: Understood,
) -> Looked | None:
    """How many rows there are of those that the question narrows down to."""
    some = list(rows) if rows is not None else list(grid.rows)
    some = [row for row in some if not row.statement.total]
    set_to = condition(understood.standalone)
    if set_to is not None:
        column = _numeric_column(grid, question, set())
        if column is None:
            return None
        some = [row for row in some if (figure := row.figure(column)) and set_to.holds(figure.value)]
    elif rows is None:
        noun = counted(understood)
        if not noun & {word for header in grid.columns for word in content_sequence(header)}:
            return None
    return Looked(str(len(some)), tuple(some), None, worth, f"{len(some)} of {len(grid.rows)} rows") if some else None


def _holding(grid: Grid, held: Sequence[Named]) -> list[Row]:
    """The rows whose cells hold all words of what is named, among others too: "Battlecat" and "Battlecat, Rashad"."""
    stretches = [
        {word for row in each.rows for word in content_sequence(row.text(each.column))}
        for each in held
        if each.column >= 0
    ]
    if not stretches or any(len(each.rows) > 1 for each in held):
        return []
    wanted = set().union(*stretches)
    return [row for row in grid.rows if wanted <= content_stem_set(row.statement.text)]


def _named_number(grid: Grid, question: Question, taken: set[int]) -> int | None:
    """The column of figures whose header the question names."""
    column, _ = grid.column_of(question, taken, grid.numeric)
    return column


def _sum(rows: Sequence[Row], column: int, worth: float) -> Looked | None:
    """The figures of a column added up, where each of the rows has one."""
    figures = [row.figure(column) for row in rows]
    values = [figure.value for figure in figures if figure is not None]
    if len(values) < len(rows) or not 1 < len(values) <= 20:
        return None
    shown = [written(value) for value in (*values, sum(values))]
    return Looked(shown[-1], tuple(rows), column, worth, f"{' + '.join(shown[:-1])} = {shown[-1]}")


def _difference(one: Row, other: Row, column: int, worth: float) -> Looked | None:
    a, b = one.figure(column), other.figure(column)
    if a is None or b is None:
        return None
    high, low = sorted((a.value, b.value), reverse=True)
    shown = [written(value) for value in (high, low, high - low)]
    return Looked(shown[2], (one, other), column, worth, f"{shown[0]} − {shown[1]} = {shown[2]}")


def _extreme(
    grid: Grid, rows: Sequence[Row], number: int, target: int | None, worth: float, *, largest: bool
) -> Looked | None:
    """The row with the largest or smallest figure of a column, of those that are no total."""
    figures = [
        (figure.value, -row.at, row) for row in rows if not row.statement.total and (figure := row.figure(number))
    ]
    if len(figures) < 2:
        return None
    _, _, row = (max if largest else min)(figures, key=lambda each: (each[0], each[1] if largest else -each[1]))
    column = target if target is not None and target != number else grid.labels[0]
    how = f"the {'highest' if largest else 'lowest'} of {len(figures)}"
    looked = _cell(row, column, worth)
    return Looked(looked.short, looked.rows, looked.column, looked.worth, how) if looked else None


def _worth(grid: Grid, question: Question, taken: set[int], covered: float) -> float:
    """The share of the question's words, by weight, that named cells and headers account for."""
    headers = {word for header in grid.columns for word in content_sequence(header)} | set(grid.context)
    open_words = [
        word
        for at, word in enumerate(question.words)
        if at not in taken and word not in _ASIDE and word not in headers and not word.isdigit()
    ]
    held = question.weight(question.words[at] for at in taken) + covered
    return held / ((held + question.weight(open_words)) or 1.0)


def shown(looked: Looked, understood: Understood) -> Answer:
    """The answer with the rows it stands in cited."""
    notes = Footnotes()
    claims = []
    numbers = [notes.cite(row.ranked) for row in looked.rows[:_CITED]]
    if looked.how:
        claims.append(Claim(f"{looked.short}: {looked.how}.", tuple(numbers)))
    claims += [Claim(_sentence(row), (n,)) for row, n in zip(looked.rows[:_CITED], numbers, strict=True)]
    first = looked.rows[0]
    figure = first.figure(looked.column) if looked.column is not None and not looked.how else None
    header = " ".join(first.cell(looked.column).headers) if looked.column is not None else ""
    return Answer(
        question=understood.standalone,
        status="answered",
        text=answer_text(claims, []),
        short=looked.short,
        headline=Headline(figure=looked.short, label=header),
        claims=tuple(claims),
        citations=notes.citations,
        figures=(answered_figure(figure, numbers[0]),) if figure else (),
    )


def _sentence(row: Row) -> str:
    """A row as a sentence: "Team: Rovers, Points: 31."."""
    told = [f"{header}: {text}" if header else text for header, text in row_cells(row.statement) if text]
    return f"{', '.join(told)}."
