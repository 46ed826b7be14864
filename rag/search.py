"""From an understood question to ranked passages, and to ranked statements inside the best of them.

Dense and lexical candidates are fused into passages; each statement of the best passages then gets features that can be
read, and one score, their weighted sum.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rag.language.rows import told
from rag.language.tokens import COMMON, content_stem_set, content_stems, stem, stems, tokens
from rag.question import FIGURES, counted, subject, years_asked
from rag.types import EVERYTHING, Passage, Retrieved, Spanned, Statement, Understood, Within

if TYPE_CHECKING:
    from rag.library import Library

CANDIDATES = 60  # passages asked of each index
FOR_ONE_PERIOD, FOR_EACH_YEAR = 40, 8  # passages looked up by what they count
READ = 24  # passages whose statements are ranked

# Passage score: cosine, and BM25 as a share of what the best passage reached. Set by hand, as are WEIGHTS; what they
# reach on the public sets stands in docs/decisions.md.
DENSE, LEXICAL, BEST_STATEMENT = 1.0, 0.6, 0.35
# Words for whoever or whatever is counted, which say little of what is asked.
ANYONE = frozenset(
    stem(word)
    for word in """people person someone anyone households partnership organisation agency us get got bring brought come
    came receive received happen happened average total new""".split()
)
Name = frozenset[str]
MENTIONS = 400  # passages in which a name is looked up, to know which reports mention it
# A capital inside the question, not behind a preposition of place.
_NAME = re.compile(
    r"(?<!^)(?<!\bin )(?<!\bfrom )(?<!\bat )(?<!\bin the )(?<!\bfrom the )(?<!\bat the )(?<![A-Z][a-z] )"
    r"\b[A-Z][\w'’-]*[a-z][\w'’-]*(?:\s+[A-Z][\w'’-]+)*"
)
# How a measure moved, and against what, is no part of what it is.
MOVES = frozenset(
    stem(word)
    for word in "rise fall grow increase decrease decline drop change develop climb shrink go up down difference "
    "compare compared comparison versus against".split()
)
WEIGHTS = {"dense": 1.0, "passage": 0.6, "coverage": 0.8, "own_words": 0.5, "named": 0.25}


@dataclass(frozen=True, slots=True)
class Ranked:
    """A statement with its passage, its score and the features that made it.

    ``context`` are stems that hold for the whole report: its title, and the names in the question that it mentions.
    """

    statement: Statement
    passage: Passage
    score: float
    features: dict[str, float]
    context: frozenset[str]


@dataclass(frozen=True, slots=True)
class Found:
    """What search returns: passages and statements, best first, and the weight of each word of the question."""

    passages: tuple[Retrieved, ...]
    statements: tuple[Ranked, ...]
    weights: dict[str, float]  # stem -> idf in this library
    unknown: tuple[str, ...]  # words of the question that no passage holds
    names: tuple[frozenset[str], ...] = ()  # organisations and persons named in the question, in stems


def search(library: Library, understood: Understood, within: Within = EVERYTHING, k: int = 10) -> Found:
    """The ``k`` best passages, and all statements of the best ``READ`` ones, each list best first."""
    query = _query_text(understood)
    words = _query_stems(understood)
    vector = library.embed([Spanned(query)])[0].vector
    dense = dict(library.dense(vector, CANDIDATES, within))
    lexical = dict(library.lexical(words, CANDIDATES, within)) if words else {}
    fused = _fused(dense, lexical)
    best = sorted(fused, key=lambda each: (-fused[each], each))[: max(READ, k)]
    lowest = min(fused.values(), default=0.0)
    known = set(best)
    for each in _counting(library, understood, within):
        if each not in known:
            known.add(each)
            fused.setdefault(each, lowest)
            best.append(each)
    held = library.passages(best)
    idf = library.idf(words)
    names = _names(library, understood, within)
    asked = _weights(understood, idf, names)
    contexts = _contexts([passage for passage, _ in held.values()], names)
    ranked: list[Ranked] = []
    for passage_id in best:
        if passage_id in held:
            passage, parts = held[passage_id]
            context = contexts[passage.report.path]
            ranked += _statements(passage, parts @ vector, fused[passage_id], asked, context)
    ranked.sort(key=lambda each: (-each.score, each.statement.id))
    return Found(
        _retrieved(best, held, fused, ranked, k), tuple(ranked), asked, _unknown(library, understood), tuple(names)
    )


def _counting(library: Library, understood: Understood, within: Within) -> list[str]:
    """Passages that count the very noun in the very period: all sources of one figure, however they put it."""
    if understood.wants not in ("count", "figure"):
        return []
    years = years_asked(understood)
    nouns = counted(understood) or frozenset(stem(word) for word in subject(understood)[:3])
    most = FOR_ONE_PERIOD if not years else FOR_EACH_YEAR
    return [
        found
        for period in (years or understood.periods)[:12]
        for noun in sorted(nouns - ANYONE)
        for found in library.counting(period, noun, within, most)
    ]


def _weights(understood: Understood, idf: dict[str, float], names: Iterable[Name]) -> dict[str, float]:
    """How much each word of the question's subject counts: its rarity.

    Words for whoever is counted count little; so, where a figure is asked for, does whose it is: that is checked apart.
    """
    words = [stem(word) for word in subject(understood)] or content_stems(understood.standalone)
    rarest = max(idf.values(), default=1.0)
    # A word that no passage holds is rarer than any that one does.
    weights = {word: idf.get(word, 1.5 * rarest) for word in words}
    for word in content_stems(understood.before):
        weights.setdefault(word, 0.4 * idf.get(word, rarest))
    slight = ANYONE
    if understood.wants in FIGURES:
        slight = ANYONE.union(MOVES, *names)
    return {word: weight * (0.2 if word in slight else 1.0) for word, weight in weights.items()}


def _query_text(understood: Understood) -> str:
    """What is embedded: the question with its periods as reports write them, "2025" for "last year"."""
    periods = " ".join(period.label for period in understood.periods)
    return " ".join(part for part in (understood.about or understood.standalone, periods, understood.before) if part)


def _query_stems(understood: Understood) -> list[str]:
    """The words looked up in the lexical index: the subject, and the years of the periods meant."""
    words = content_stems(_query_text(understood)) or stems(understood.standalone)
    for period in understood.periods:
        words += [word for word in stems(period.label) if word not in words and word not in COMMON]
    return words


def _fused(dense: dict[str, float], lexical: dict[str, float]) -> dict[str, float]:
    """One score a passage. A passage that only one index returned gets the other's lowest score."""
    low_dense = min(dense.values(), default=0.0)
    top = max(lexical.values(), default=1.0) or 1.0
    low_lexical = min(lexical.values(), default=0.0) if len(lexical) >= CANDIDATES else 0.0
    return {
        each: DENSE * dense.get(each, low_dense) + LEXICAL * lexical.get(each, low_lexical) / top
        for each in dense.keys() | lexical.keys()
    }


def _names(library: Library, understood: Understood, within: Within) -> dict[Name, frozenset[str]]:
    """The organisations and persons that the question names, each with the reports within that mention it.

    A place ("in Harrafell") is no such name: it must stand with the figure itself. Nor is one that no report holds.
    """
    found: dict[Name, frozenset[str]] = {}
    for match in _NAME.finditer(understood.standalone):
        name = frozenset(stem(word) for word, _, _ in tokens(match.group()) if word not in COMMON)
        if name and not match.group().isupper() and len(library.idf(sorted(name))) == len(name):
            hits = [library.lexical([word], MENTIONS, within) for word in sorted(name)]
            found[name] = frozenset(set.intersection(*({id.split("@")[0] for id, _ in some} for some in hits)))
    return found


def _contexts(passages: list[Passage], names: dict[Name, frozenset[str]]) -> dict[str, frozenset[str]]:
    """For each report what holds for all of it: the words of its title, and the names asked about that it mentions."""
    contexts: dict[str, frozenset[str]] = {}
    for passage in passages:
        report = passage.report
        if report.path not in contexts:
            mentioned = [name for name, reports in names.items() if report.id in reports]
            contexts[report.path] = content_stem_set(report.title).union(*mentioned)
    return contexts


def _statements(
    passage: Passage,
    similar: NDArray[np.floating[Any]],
    score: float,
    asked: dict[str, float],
    title: frozenset[str],
) -> list[Ranked]:
    total = sum(asked.values()) or 1.0
    ranked = []
    previous: frozenset[str] = frozenset()
    for statement, dense in zip(passage.statements, similar, strict=True):
        own = own_stems(statement)
        around = around_stems(statement)
        covered = sum(
            weight
            * (
                1.0
                if word in own
                else 0.7
                if word in around
                else 0.5
                if word in title
                else 0.3
                if word in previous
                else 0.0
            )
            for word, weight in asked.items()
        )
        features = {
            "dense": float(dense),
            "passage": score,
            "coverage": covered / total,
            "own_words": sum(weight for word, weight in asked.items() if word in own) / total,
            "named": float(bool(title & asked.keys())),
        }
        ranked.append(
            Ranked(statement, passage, sum(WEIGHTS[name] * value for name, value in features.items()), features, title)
        )
        previous = own
    return ranked


@lru_cache(maxsize=20_000)
def _stem_set(text: str) -> frozenset[str]:
    return frozenset(stems(text))


def own_stems(statement: Statement) -> frozenset[str]:
    """The stems of a statement, a row's column headers included."""
    return _stem_set(told(statement))


def around_stems(statement: Statement) -> frozenset[str]:
    """The stems of what stands over a statement: its caption and heading path."""
    return _stem_set(f"{statement.caption} {statement.heading}")


def _retrieved(
    best: list[str], held: dict[str, tuple[Passage, np.ndarray]], fused: dict[str, float], ranked: list[Ranked], k: int
) -> tuple[Retrieved, ...]:
    """The passages in their final order: the fused score and that of the best statement inside."""
    top: dict[str, float] = {}
    for each in ranked:
        top.setdefault(each.passage.id, each.score)
    scores = {each: fused[each] + BEST_STATEMENT * top.get(each, 0.0) for each in best if each in held}
    ordered = sorted(scores, key=lambda each: (-scores[each], each))[:k]
    return tuple(
        Retrieved(
            rank,
            held[each][0].report.path,
            held[each][0].page,
            held[each][0].start,
            held[each][0].end,
            held[each][0].text,
            round(scores[each], 4),
        )
        for rank, each in enumerate(ordered, start=1)
    )


def _unknown(library: Library, understood: Understood) -> tuple[str, ...]:
    """Words of the question's subject that stand in no passage of the library, as the asker wrote them."""
    words = subject(understood)
    known = library.idf([stem(word) for word in words])
    return tuple(word for word in words if stem(word) not in known)
