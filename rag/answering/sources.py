"""Sources that disagree on one figure: which to prefer, which to show beside it. Rounding is not disagreement."""

from __future__ import annotations

import re

from rag.answering.asked import HOPED, MONEY
from rag.answering.figures import Candidate, is_provisional
from rag.language.periods import relation
from rag.language.rounding import LOOSE
from rag.language.rows import row_label
from rag.language.tokens import content_stem_set
from rag.types import Figure

_SUPPOSED = re.compile(r"\b(?:would|could|might) have (?:been|had|come)\b", re.IGNORECASE)
_REVISED = re.compile(r"\brevised (?:up |down )?from\b", re.IGNORECASE)


def last_revision(best: Candidate, every: list[Candidate]) -> Candidate:
    """The best candidate, or the one that revises it: a sentence that says so, or a table in a later report."""
    for other in every:
        if relation(other.period, best.period) != "equal" or other.figure.value == best.figure.value:
            continue
        if _restated(other, best) or _says_revised_from(other, best):
            return other
    return best


def _restated(other: Candidate, best: Candidate) -> bool:
    """Whether a later report's table gives the figure anew."""
    if (
        not other.measured
        or other.narrowed
        or other.ranked.statement.kind != "row"
        or not _published_after(other, best)
    ):
        return False
    low, high = sorted((other.figure.value, best.figure.value))
    return low > 0 and (high / low < 1.1 or (is_provisional(best) and _one_row(best, other)))


def _says_revised_from(other: Candidate, best: Candidate) -> bool:
    """Whether the sentence says that it was revised from the best one's value: "revised from 1,016 to 1,025"."""
    statement = other.ranked.statement
    revised = _REVISED.search(statement.text)
    if revised is None:
        return False
    behind = [each for each in statement.figures if each.start - statement.start >= revised.end() - 1]
    return bool(behind) and behind[0].value == best.figure.value


def _one_row(one: Candidate, other: Candidate) -> bool:
    """Whether both are the same row, of the same kind of table, of two reports."""
    rows = one.ranked.statement, other.ranked.statement
    return all(row.kind == "row" for row in rows) and row_label(rows[0]) == row_label(rows[1])


def disagreeing(best: Candidate, ordered: list[Candidate]) -> list[Candidate]:
    """Other values for the same thing and period, one for each value, at most two, each where it was first given."""
    if best.narrowed or best.period is None or best.figure.unit in ("%", "times"):
        return []
    found: list[Candidate] = []
    for other in ordered:
        if other.ranked.statement.id == best.ranked.statement.id or other.narrowed or _is_no_fact(other, best):
            continue
        same = other.score >= best.score - 0.9 and relation(other.period, best.period) == "equal"
        if (
            same
            and _same_measure(best, other)
            and not any(_agrees(other.figure, each.figure) for each in (best, *found))
        ):
            found.append(other)
    return [_first_given(each, ordered) for each in found[:2]]


def _is_no_fact(other: Candidate, best: Candidate) -> bool:
    """Whether a sentence gives what was hoped for, or what would have been: that disagrees with nothing that was."""
    text, own = other.ranked.statement.text, best.ranked.statement.text
    hoped = not HOPED.isdisjoint(content_stem_set(text)) and HOPED.isdisjoint(content_stem_set(own))
    return other.ranked.statement.kind != "row" and (hoped or bool(_SUPPOSED.search(text)))


def _first_given(candidate: Candidate, ordered: list[Candidate]) -> Candidate:
    """The earliest source of the same value: a provisional figure is cited from the bulletin that gave it."""
    same = [
        each
        for each in ordered
        if each.figure.value == candidate.figure.value
        and not each.narrowed
        and relation(each.period, candidate.period) == "equal"
        and each.ranked.passage.report.published
    ]
    return min(same, key=lambda each: each.ranked.passage.report.published.day, default=candidate)  # type: ignore[union-attr]


def how_it_differs(other: Candidate, best: Candidate) -> str:
    if is_provisional(other) and not is_provisional(best):
        return "A provisional figure was"  # its own qualifier need not say so again
    return "An earlier report gave" if _published_after(best, other) else "Another source gives"


def _published_after(one: Candidate, other: Candidate) -> bool:
    dates = [each.ranked.passage.report.published for each in (one, other)]
    return dates[0] is not None and dates[1] is not None and dates[0].day > dates[1].day


def _same_measure(one: Candidate, other: Candidate) -> bool:
    units = (one.figure.unit, other.figure.unit)
    if (units[0] in MONEY or units[1] in MONEY) and units[0] != units[1]:
        return False
    counted = [content_stem_set(unit) for unit in units]
    if all(counted) and not counted[0] & counted[1]:
        return False
    # Two numbers of very different size are two measures that share their words.
    low, high = sorted(abs(each.figure.value) for each in (one, other))
    return low > 0 and high / low < 1.25


def _agrees(one: Figure, other: Figure) -> bool:
    loose = one.qualifier in LOOSE or other.qualifier in LOOSE
    return abs(one.value - other.value) <= (0.02 if loose else 0.0) * max(abs(one.value), abs(other.value))
