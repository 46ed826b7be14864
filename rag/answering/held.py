"""How likely a statement says who or what held in a time that was asked for: what it tells, and of which time."""

from __future__ import annotations

from rag.search import Ranked

# Set by hand near what a fit on a public set gave: see docs/decisions.md.
_SIMILAR, _RELEVANT = 2.0, 0.36
# The score from which a statement may answer, and from which one may that does not tell the time asked about.
_ENOUGH, _ENOUGH_UNDATED = 2.0, 3.5
_TELLS_THE_TIME = 0.9


def timed(ranked: Ranked) -> bool:
    """Whether a statement was weighed by its time: the question asks what held from one time to another."""
    return "held" in ranked.features


def odds_held(ranked: Ranked) -> float:
    """The score of a statement: the log-odds that it answers, but for a constant."""
    features = ranked.features
    return _SIMILAR * features["dense"] + _RELEVANT * features["judged"] + features["held"]


def holds(ranked: Ranked) -> bool:
    """Whether a statement is likely enough to say it; else the period is one that no span covers."""
    dated = ranked.features["held"] >= _TELLS_THE_TIME
    return odds_held(ranked) >= (_ENOUGH if dated else _ENOUGH_UNDATED)
