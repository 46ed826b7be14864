"""Which figure answers: every figure of the found statements, scored by its fit, its source and its period.

A figure of another period never becomes the answer; it can be offered as the nearest.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta

from rag.answering.asked import Asked
from rag.answering.citing import answered_figure
from rag.answering.fit import fits
from rag.language.periods import Relation, relation
from rag.language.rounding import LOOSE
from rag.search import Found, Ranked
from rag.types import AnsweredFigure, Figure, Period, PeriodKind, Understood

STATEMENTS = 150  # the best statements whose figures are weighed
NEAR = 0.3  # the score by which an older figure may be ahead of the latest
NEWEST_AMONG = 60  # figures among which the newest sets what is fresh


@dataclass(frozen=True, slots=True)
class Candidate:
    """A figure that might answer, with how its period lies to the one asked for."""

    ranked: Ranked
    figure: Figure
    score: float
    measured: bool  # it counts what the question names
    narrowed: int  # words that narrow it to a part that was not asked for
    reach: float = 0.0  # the share of the measure's words that stand with it
    rate: bool = False  # "a month": it stands for no longer period
    relation: Relation = "unknown"

    @property
    def period(self) -> Period | None:
        return self.figure.period


class Candidates:
    """The figures of the found statements that are of the kind asked for, weighed once for any period."""

    def __init__(self, found: Found, understood: Understood) -> None:
        asked = Asked(found, understood)
        self.asked = asked
        # A provisional figure gives way to a final one, unless it is what is asked for.
        sign = -1 if "provision" in asked.all else 1
        self._weighed = [
            Candidate(
                ranked,
                fit.figure,
                ranked.score + fit.score + sign * _standing(ranked, fit.figure),
                fit.measured,
                fit.narrowed,
                fit.reach,
                fit.rate and not asked.rate,
            )
            for ranked in found.statements[:STATEMENTS]
            for fit in fits(ranked, asked)
        ]
        self._weighed.sort(key=lambda each: -each.score)
        newest = [known for each in self._weighed[:NEWEST_AMONG] if (known := _dated(each)) is not None]
        self._newest = max(newest, default=None)

    @property
    def asks_for_a_part(self) -> bool:
        """Whether the question names a part that these reports divide their figures into."""
        return bool(self.asked.parts)

    def of(self, wanted: Period | None) -> list[Candidate]:
        """All of them for one period, best first; without a period the latest are preferred."""
        timed = [self._timed(each, wanted) for each in self._weighed]
        # A figure of a part never goes before one of the whole: where the whole is asked it is the wrong figure.
        return sorted(
            timed, key=lambda each: (each.narrowed > 0, -each.score, each.ranked.statement.id, each.figure.start)
        )

    def latest(self, ordered: list[Candidate]) -> Candidate:
        """Without a period asked for: the latest of those that fit about as well as the best."""
        best = ordered[0]
        if best.period is None:
            return best
        near = [each for each in ordered if each.score >= best.score - NEAR and each.narrowed <= best.narrowed]
        return max(near, key=lambda each: (each.period.end if each.period else date.min, each.score))

    def _timed(self, weighed: Candidate, wanted: Period | None) -> Candidate:
        if wanted is None:
            lies: Relation = "unknown"
            timely = _freshness(weighed, self._newest)
        else:
            lies = period_relation(weighed.ranked, weighed.period, wanted)
            timely = _TIMELY[lies] + _own_report(weighed.ranked, wanted) - 0.25 * _undated(weighed.ranked)
            if lies == "inside" and wanted.kind is PeriodKind.ROLLING and weighed.period:
                # Of what has run since a day, the longest stretch says most.
                timely += 0.8 * (weighed.period.start == wanted.start) - (wanted.end - weighed.period.end).days / 365
        return replace(weighed, score=weighed.score + timely, relation=lies)


_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_TIMELY = {"equal": 0.5, "inside": -0.35, "contains": -0.2, "overlaps": -0.3, "apart": -0.6, "unknown": -0.1}


def period_relation(ranked: Ranked, period: Period | None, wanted: Period | None) -> Relation:
    """How a figure's period lies to the wanted one.

    A figure without a period is as old as its report, at most a year more.
    """
    if wanted is None:
        return "unknown"
    if period is not None:
        return relation(period, wanted)
    published = ranked.passage.report.published
    if published is None:
        return "unknown"
    implied = Period(date(published.day.year - 1, 1, 1), published.day + timedelta(days=1), "")
    return "apart" if relation(implied, wanted) == "apart" else "unknown"


def answered(candidate: Candidate, n: int) -> AnsweredFigure:
    """The candidate's figure as the answer shows it, tied to its footnote."""
    return answered_figure(candidate.figure, n)


def is_provisional(candidate: Candidate) -> bool:
    """Whether the source calls the figure provisional."""
    statement = candidate.ranked.statement
    figure = candidate.figure
    return figure.provisional or _provisional(statement.text, figure.qualifier, statement.caption)


def _provisional(text: str, qualifier: str, caption: str) -> bool:
    return "provisional" in f"{qualifier} {text} {caption}".lower() and "revis" not in text.lower()


def _standing(ranked: Ranked, figure: Figure) -> float:
    """Which source to prefer for one thing: final over provisional, exact over loose."""
    statement = ranked.statement
    provisional = figure.provisional or _provisional(statement.text, figure.qualifier, statement.caption)
    return -0.3 * provisional - 0.05 * (figure.qualifier in LOOSE)


def _own_report(ranked: Ranked, wanted: Period) -> float:
    """A report on the very period asked about is the one to ask."""
    covers = ranked.passage.report.covers
    return 0.35 if covers and relation(covers, wanted) == "equal" else 0.0


def _undated(ranked: Ranked) -> bool:
    """Whether a sentence names no time itself: its period is only that of the report around it."""
    statement = ranked.statement
    return statement.kind != "row" and not statement.said and not _YEAR.search(statement.text)


def _dated(candidate: Candidate) -> date | None:
    """The day by which a figure is as fresh as it is: the end of its period, else its report's own date."""
    published = candidate.ranked.passage.report.published
    return candidate.period.end if candidate.period else published.day if published else None


def _freshness(candidate: Candidate, newest: date | None) -> float:
    """Without a period asked for, the latest is meant: 0.3 for the newest, nothing for three years before it."""
    known = _dated(candidate)
    if known is None or newest is None:
        return 0.0
    return 0.3 * max(0.0, 1.0 - (newest - known).days / (3 * 365.25))
