"""What is said when the reports do not say: what was looked for, and the nearest thing that they do hold."""

from __future__ import annotations

import re
from datetime import date

from rag.answering.citing import Footnotes, short_figure, source
from rag.answering.confidence import confidence
from rag.answering.figures import Candidate, Candidates
from rag.language.tokens import content_stem_set
from rag.question import subject
from rag.search import Found, Ranked
from rag.types import Answer, Period, Understood

OFFERED = 3
_COUNTED = re.compile(
    r"\bhow (?:many|much)\s+(?P<what>(?!did\b|do\b|does\b|has\b|have\b|was\b|is\b).+?)"
    r"(?=\s+(?:did|do|does|were|was|are|is|have|has|had|came|come|will|would|can|could)\b|\s*[?.,]|$)",
    re.IGNORECASE,
)


def nearest_figures(weighed: Candidates, found: Found, understood: Understood) -> Answer | None:
    """No figure for the period asked: the same measure's figures for other periods, nearest first; None without any."""
    wanted = understood.period
    sure = [
        each
        for each in weighed.of(wanted)
        if each.measured and confidence(each.ranked, found, understood, each.reach) >= found.threshold
    ]
    if wanted is None or not sure:
        return None
    near = _one_a_period([each for each in sure if each.score >= sure[0].score - 0.9])
    near.sort(key=lambda each: _distance(each.period, wanted))
    if not near:
        return None
    notes = Footnotes()
    suggestions = tuple(
        (
            f"{each.period.label if each.period else ''}: {short_figure(each.ranked, each.figure)}",
            notes.cite(each.ranked, each.figure),
        )
        for each in near[:OFFERED]
    )
    first = near[0]
    nearest = (
        f"The nearest is for {first.period.label if first.period else ''}: {short_figure(first.ranked, first.figure)}."
    )
    return Answer(
        question=understood.standalone,
        status="not_found",
        text=f"No figure for {_looked_for(understood)} in {wanted.label} in these reports. {nearest}",
        citations=notes.citations,
        suggestions=suggestions,
    )


def nothing_said(ordered: list[Ranked], understood: Understood) -> Answer:
    """Nothing sure enough: what was looked for, and the two statements that come nearest."""
    notes = Footnotes()
    suggestions = tuple((source(each), notes.cite(each)) for each in ordered[:2])
    when = f" in {understood.period.label}" if understood.period else ""
    return Answer(
        question=understood.standalone,
        status="not_found",
        text=f"Nothing on {_looked_for(understood)}{when} in these reports. What comes nearest is offered here.",
        citations=notes.citations,
        suggestions=suggestions,
    )


def _looked_for(understood: Understood) -> str:
    """What was asked for in a few of the asker's words: "referrals in the North East"."""
    counted = _COUNTED.search(understood.about)
    words = " ".join(subject(understood)) or "this"
    return counted["what"] if counted and content_stem_set(counted["what"]) & content_stem_set(words) else words


def _one_a_period(ordered: list[Candidate]) -> list[Candidate]:
    """The first figure of each period that lies apart from the one asked for."""
    first: dict[tuple[date, date], Candidate] = {}
    for each in ordered:
        if each.period and each.relation != "unknown":
            first.setdefault((each.period.start, each.period.end), each)
    return list(first.values())


def _distance(period: Period | None, wanted: Period) -> int:
    if period is None:
        return 10**6
    lengths = [(each.end - each.start).days for each in (period, wanted)]
    # A quarter is nearest to a quarter: a year's figure beside it would only be mistaken for one.
    return abs((period.end - wanted.end).days) + 3 * abs(lengths[0] - lengths[1])
