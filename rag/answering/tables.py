"""What the tables that were found say to a question: the one that accounts for most of it, or several together."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from rag.answering.asked import MONEY, TIME
from rag.answering.elsewhere import elsewhere, undated
from rag.answering.fit import CAPTION_TAIL
from rag.answering.grid import Grid, Question, Words, grids, words_of
from rag.answering.operands import Reckoned
from rag.answering.operation import (
    LATEST,
    TREND,
    WANTS_WORDS,
    kind_of,
    periods_of,
)
from rag.answering.reckoned import checked_operands, reckon
from rag.answering.trend import trend
from rag.language.tokens import content_sequence
from rag.question import counted
from rag.search import Found
from rag.types import Passage, Period, Understood

TABLES = 8  # that are looked through for one answer
ENOUGH = 0.7  # of the question's words, by weight, that table and operation must account for
_NAME = re.compile(r"(?<=\s)[A-Z][\w'’-]*")
BEHIND = 0.06  # what a table loses for each passage that was found before it


def from_table(found: Found, understood: Understood) -> Reckoned | None:
    """What the table says that covers most of the question; None where none covers enough of it."""
    asks_trend = bool(TREND.search(understood.standalone)) and not (understood.rank or understood.periods)
    words = understood.wants in ("reason", "definition", "person", "place") or WANTS_WORDS.search(understood.standalone)
    if words and not asks_trend:
        return None
    asked = understood.standalone
    question = Question(tuple(content_sequence(asked)), found.weights, understood.periods, _named_in(asked))
    known = {each.passage.report.id: each.context for each in found.statements}
    with_rows = [each.passage for each in found.scored if any(row.kind == "row" for row in each.passage.statements)]
    tables = [each for each in grids([*with_rows, *found.tabled]) if _mentions(each, known, found.names)]
    for grid in tables:
        grid.known = known.get(grid.passage.report.id, frozenset())
    over_time = trend(tables, question, understood) if asks_trend else None
    if over_time is not None or words:
        return over_time
    fitting = list(_fitting(tables[:TABLES], 0, question, understood))
    called = {word for each, _ in fitting for operand in each.operands for word in words_of(operand.row.label)}
    if not LATEST.isdisjoint(set(question.words) - called):  # "current assets" are no latest ones
        newest = _newest(found)
        fitting = [each for each in fitting if _day(each[0].operands[0].row.passage) == newest]
    if not fitting:
        best = _from_several(tables[:TABLES], question, understood)
        return best if best is not None and best.worth >= ENOUGH else None
    best, behind = max(fitting, key=lambda each: each[0].worth - each[1])
    if best.worth - behind < ENOUGH:
        return None
    fitting += _fitting(tables[TABLES:], TABLES, question, understood)
    return replace(best, others=elsewhere(best, [each for each, _ in fitting], question))


def _fitting(
    tables: Sequence[Grid], start: int, question: Question, understood: Understood
) -> Iterator[tuple[Reckoned, float]]:
    """What each of some tables says, if it is of the kind asked for, and what it loses for those found before it."""
    for rank, grid in enumerate(tables, start):
        reckoned = reckon(grid, question, understood)
        if reckoned is not None and _of_kind(reckoned, grid, understood):
            yield reckoned, BEHIND * rank


def _named_in(asked: str) -> frozenset[str]:
    """The stems of the words that stand as names in a question; none where all of its words are written so."""
    names = _NAME.findall(asked)
    return frozenset(content_sequence(" ".join(names))) if 2 * len(names) < len(asked.split()) else frozenset()


def _mentions(grid: Grid, known: Mapping[str, frozenset[str]], names: Sequence[frozenset[str]]) -> bool:
    """Whether a table's report mentions everybody whom the question names."""
    held = known.get(grid.passage.report.id)
    return held is None or all(name <= held for name in names)


def _newest(found: Found) -> date:
    """The day of the newest report that was found, of those that mention what the question names."""
    named = max((each.features["named"] for each in found.scored), default=0.0)
    return max((_day(each.passage) for each in found.scored if each.features["named"] == named), default=date.min)


def _day(passage: Passage) -> date:
    return passage.report.published.day if passage.report.published else date.min


def _from_several(tables: Sequence[Grid], question: Question, understood: Understood) -> Reckoned | None:
    """One row's figures of several periods, each from the report that gives it: the same row of the same kind of table,
    under the same header but for the year."""
    kind = kind_of(frozenset(question.words), understood)
    wanted = periods_of(understood, kind)
    if len(wanted) < 2 or kind not in ("change", "growth", "average", "sum", "value"):
        return None
    alike: dict[tuple[Words, Words, Words], dict[Period, Reckoned]] = {}
    for period in wanted:
        alone = replace(understood, period=period, periods=(period,))
        for grid in tables:
            one = reckon(grid, replace(question, periods=(period,)), alone, kind="value")
            if one is not None and len(one.operands) == 1 and _of_kind(one, grid, alone):
                row, header = one.operands[0].row, grid.columns[one.operands[0].column]
                called = words_of(row.label), undated(row.statement.caption), undated(header)
                alike.setdefault(called, {}).setdefault(period, one)
    whole = next((each for each in alike.values() if len(each) == len(wanted)), None)
    if whole is None:
        return None
    operands = [replace(whole[period].operands[0], name=period.label) for period in wanted]
    checked = checked_operands(kind, operands)
    return Reckoned(kind, checked, min(each.worth for each in whole.values())) if checked else None


def _of_kind(reckoned: Reckoned, grid: Grid, understood: Understood) -> bool:
    """Whether the figures are of the kind asked for: people are not counted in days, nor is a share in pounds."""
    units = {each.figure.unit for each in reckoned.operands}
    if understood.wants == "duration":
        return all(TIME.search(unit) for unit in units)
    if understood.wants == "money" and reckoned.kind != "share":
        return not any(TIME.search(unit) or unit == "%" for unit in units)
    noun = counted(understood)
    if understood.wants == "count" and noun and reckoned.kind != "count":
        if any(TIME.search(unit) or unit in MONEY or unit == "%" for unit in units):
            return False
        first = reckoned.operands[0]
        near = (
            first.row.label,
            grid.columns[first.column],
            grid.columns[0],
            CAPTION_TAIL.sub("", first.row.statement.caption),
        )
        return bool(noun & {word for each in near for word in content_sequence(each)})
    return True
