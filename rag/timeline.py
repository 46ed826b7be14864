"""What held when: the spans of time that a report's statements tell, and how well they fit the time asked about.

A state that begins in one sentence ("In 2005 he moved to B.") holds until the next thing begins or it is said to end;
a sentence without a date is taken to speak of the time told last before it. Which of them tell what is asked for is
not decided here: see `rag.search`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from rag.language.mentions import mentions
from rag.types import Mention, Period, Statement

FAR_BACK = 4  # statements before a dateless one of which it may take the time
_EARLIEST, _LATEST = date(1, 1, 1), date(9999, 1, 1)
_A_DAY_OR_TWO = timedelta(days=2)
_UNTIL = re.compile(
    r"\b(?:until|till|up to|before|prior to|ending|through|by the end of)\s+(?:the\s+)?$", re.IGNORECASE
)
_RANGE = re.compile(r"\d\s*(?:-|–|—|to|until|till|through)\s*\w", re.IGNORECASE)
_AT_LENGTH = timedelta(days=370)
# "(1888–1979)", "(3 April 1909 – 29 July 1976)" behind a name: a life says nothing of what held in it.
_LIFE = re.compile(r"\([^()]*?\b1?\d{3}\b[^()]*?[-–—][^()]*?\b\d{4}\b[^()]*\)")
_BORN = re.compile(r"\bborn\s+(?:(?:on|in)\s+)?$", re.IGNORECASE)
_A_LIFE = 30  # years, at the least

# How much a statement gains in log-odds by the time it tells. Set by hand, near what a fit on a public set gave.
_BOTH_EDGES, _BEGINS_THEN, _ENDS_THEN, _COVERS, _WITHIN, _APART = 3.6, 2.9, 1.4, 1.1, 0.8, -0.4
_INHERITED = 0.5  # of that, where the time is told by a sentence before


@dataclass(frozen=True, slots=True)
class Span:
    """From when to when something held, half-open; ``began`` and ``ended`` say whether the text itself tells it."""

    start: date
    end: date
    began: bool = True
    ended: bool = True


@dataclass(frozen=True, slots=True)
class Told:
    """The spans of a statement, and whether they are those of a sentence before it."""

    spans: tuple[Span, ...]
    inherited: bool = False


def spans(text: str) -> tuple[Span, ...]:
    """The spans that a sentence tells, in its order: "assistant in 1881, professor in 1886" tells two, one after the
    other."""
    lives = [m.span() for m in _LIFE.finditer(text) if _is_a_life(m.group())]
    told = [
        _span(text, each, each.period)
        for each in mentions(text)
        if each.period is not None
        and not _BORN.search(text, max(0, each.start - 24), each.start)
        and not any(start <= each.start and each.end <= end for start, end in lives)
    ]
    for n, (first, then) in enumerate(pairwise(tuple(told))):
        if not first.ended and then.began and first.start < then.start:
            told[n] = Span(first.start, then.start, ended=False)
        elif not first.ended and not then.began and first.start < then.end:
            told[n] = told[n + 1] = Span(first.start, then.end)
    return tuple(told)


def _span(text: str, mention: Mention, period: Period) -> Span:
    before = text[max(0, mention.start - 24) : mention.start]
    if period.start.year == _UNKNOWN_START or _UNTIL.search(before):
        return Span(_EARLIEST, period.end, began=False)
    if period.end - period.start > _AT_LENGTH or _RANGE.search(mention.words):
        return Span(period.start, period.end)
    return Span(period.start, _LATEST, ended=False)


_UNKNOWN_START = 1000  # the year in which "before 2005" begins: see `rag.language.mentions`


def _is_a_life(bracket: str) -> bool:
    """Whether the years in brackets lie as far apart as a life's."""
    years = [int(year) for year in re.findall(r"\b\d{4}\b", bracket)]
    return max(years) - min(years) >= _A_LIFE


def told_by(statements: Iterable[Statement]) -> dict[str, Told]:
    """What each statement of a report tells, by its id; those that tell no time inherit it from the last before."""
    told: dict[str, Told] = {}
    last: tuple[Statement, Span] | None = None
    for each in sorted(statements, key=lambda one: (one.page, one.ordinal)):
        own = spans(each.text)
        if own:
            told[each.id] = Told(own)
            last = each, own[-1]
        elif last and last[0].page == each.page and each.ordinal - last[0].ordinal <= FAR_BACK:
            told[each.id] = Told((last[1],), inherited=True)
        else:
            told[each.id] = Told(())
    return told


def held(told: Told, asked: Period) -> float:
    """How much likelier a statement is to say what held in the period asked: 0 for one that tells no time."""
    gain = max((_gain(each, asked) for each in told.spans), default=0.0)
    return gain * (_INHERITED if told.inherited and gain > 0 else 1.0)


def _gain(span: Span, asked: Period) -> float:
    begins = span.began and _alike(span.start, asked.start)
    ends = span.ended and _alike(span.end - _A_DAY_OR_TWO, asked.end - _A_DAY_OR_TWO)
    if begins:
        return _BOTH_EDGES if ends else _BEGINS_THEN
    if ends:
        return _ENDS_THEN
    shared = (min(span.end, asked.end) - max(span.start, asked.start)).days / max(1, (asked.end - asked.start).days)
    if shared <= 0:
        return _APART
    if span.start > asked.start or span.end < asked.end:
        return _WITHIN * shared
    # What began long before has the longer had time to end.
    since = 0.0 if span.ended or not span.began else (asked.start - span.start).days / 365.25
    return _COVERS / (1 + since / 5)


def _alike(one: date, other: date) -> bool:
    """Whether two edges are the same, as people round them: to the year."""
    return one.year == other.year
