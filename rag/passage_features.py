"""What can be measured of a found passage against a question, each feature by a name that a person can read.

Their weights are in `rag/weights.json`; `eval/bench/fit` fits them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from rag.language.periods import relation
from rag.language.rows import row_label, told
from rag.language.tokens import content_sequence, stems
from rag.types import Passage, Period, Understood

_YEAR = re.compile(r"(?:19|20)\d\d")
_LATEST = re.compile(r"\b(?:latest|most recent|newest|last report|current)\b", re.IGNORECASE)
_UNKNOWN = 1.5  # times the rarity of the rarest word: one that no passage holds


@dataclass(frozen=True, slots=True)
class Given:
    """A passage with what the indexes and its own statements gave it."""

    passage: Passage
    dense: float  # cosine
    lexical: float  # BM25, as a share of what the best passage reached
    best: float  # the score of its best statement


@dataclass(frozen=True, slots=True)
class Wording:
    """The question's words in order, as stems, with the weight of each."""

    words: tuple[str, ...]
    weights: Mapping[str, float]
    years: frozenset[str]

    @classmethod
    def of(cls, understood: Understood, idf: Mapping[str, float]) -> Wording:
        words = _sequence(understood.standalone)
        rarest = max(idf.values(), default=1.0)
        years = {word for word in words if _YEAR.fullmatch(word)}
        years |= {word for period in understood.periods for word in stems(period.label) if _YEAR.fullmatch(word)}
        return cls(words, {word: idf.get(word, _UNKNOWN * rarest) for word in words}, frozenset(years))


def features(
    found: Sequence[Given],
    wording: Wording,
    understood: Understood,
    mentioned: frozenset[str],
) -> list[dict[str, float]]:
    """The features of each passage. ``mentioned`` are the ids of the reports that hold all names asked about."""
    whole = sum(wording.weights.values()) or 1.0
    pairs = set(pairwise(wording.words))
    measured = [_of_words(each.passage, wording, pairs, whole) for each in found]
    held: dict[str, set[tuple[str, str]]] = {}
    for each, (_, own) in zip(found, measured, strict=True):
        held.setdefault(each.passage.report.id, set()).update(own)
    newest = _newest(found, mentioned) if _LATEST.search(understood.standalone) else None
    return [
        {
            "dense": each.dense,
            "lexical": each.lexical,
            "best_statement": each.best,
            **words,
            "report_phrase": _worth(held[each.passage.report.id], wording.weights) / (2 * whole),
            "named": float(each.passage.report.id in mentioned),
            "of_period": _of_period(each.passage, understood.periods),
            "latest": float(newest is not None and _day(each.passage) == newest),
        }
        for each, (words, _) in zip(found, measured, strict=True)
    ]


def _of_words(
    passage: Passage, wording: Wording, pairs: set[tuple[str, str]], whole: float
) -> tuple[dict[str, float], set[tuple[str, str]]]:
    """The features that words make, and the question's pairs of neighbours that the passage holds."""
    words, weights = set(wording.words), wording.weights
    title = set(_sequence(passage.report.title))
    there = title | set(_sequence(passage.heading))
    held: set[tuple[str, str]] = set()
    phrase = run = label = exact = part = 0.0
    for statement in passage.statements:
        own = _sequence(told(statement))
        there.update(own)
        common = words.intersection(own)
        if len(common) > 1:
            shared = pairs.intersection(pairwise(own))
            held |= shared
            phrase = max(phrase, _worth(shared, weights))
            run = max(run, _longest_run(own, wording.words, weights))
        if statement.kind == "row" and (named := _sequence(row_label(statement))) and common:
            inside = words.intersection(named)
            worth = sum(weights[word] for word in inside) / whole
            part = max(part, worth * len(inside) / len(set(named)))
            if len(inside) == len(set(named)):
                in_order = _holds(wording.words, named)
                exact = max(exact, float(in_order))
                label = max(label, worth * (1.0 if in_order else 0.5))
    return {
        "covered": sum(weights[word] for word in words & there) / whole,
        "phrase": phrase / (2 * whole),
        "run": run / whole,
        "label": label,
        "label_exact": exact,
        "label_part": part,
        "years": len(wording.years & there) / len(wording.years) if wording.years else 0.0,
        "title": float(bool(words & title)),
    }, held


def _worth(pairs: set[tuple[str, str]], weights: Mapping[str, float]) -> float:
    return sum(weights[one] + weights[other] for one, other in pairs)


def _longest_run(own: Sequence[str], asked: Sequence[str], weights: Mapping[str, float]) -> float:
    """The weight of the longest run of the question's words that the statement holds as the question does."""
    best = 0.0
    before: dict[int, float] = {}
    at: dict[str, list[int]] = {}
    for place, word in enumerate(asked):
        at.setdefault(word, []).append(place)
    for word in own:
        before = {place: before.get(place - 1, 0.0) + weights[word] for place in at.get(word, ())}
        best = max(best, *before.values(), 0.0) if before else best
    return best


def _holds(asked: Sequence[str], label: Sequence[str]) -> bool:
    return any(tuple(asked[at : at + len(label)]) == tuple(label) for at in range(len(asked) - len(label) + 1))


def _of_period(passage: Passage, periods: Sequence[Period]) -> float:
    covers = passage.report.covers
    return float(covers is not None and any(relation(covers, period) == "equal" for period in periods))


def _day(passage: Passage) -> int:
    published = passage.report.published
    return published.day.toordinal() if published else 0


def _newest(found: Sequence[Given], mentioned: frozenset[str]) -> int | None:
    """The day of the newest of the reports that hold the names asked about."""
    days = [_day(each.passage) for each in found if not mentioned or each.passage.report.id in mentioned]
    return max(days, default=None)


@lru_cache(maxsize=20_000)
def _sequence(text: str) -> tuple[str, ...]:
    """The stems of the words of a text that say what it is about, in order, each as often as it stands there."""
    return tuple(content_sequence(text))
