"""From an understood question to ranked passages, and to ranked statements inside the best of them.

Dense and lexical candidates are fused; each passage and each statement of the best ones then gets features that can be
read, and one score, their weighted sum. A cross-encoder, where the library has one, reads the statements of the first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rag.across import Across, across
from rag.language.rows import told
from rag.language.tokens import COMMON, content_stem_set, content_stems, stem, stems, tokens
from rag.passage_features import Given, Wording, features
from rag.question import FIGURES, counted, held_in, is_marked, subject, years_asked
from rag.timeline import held, told_by
from rag.types import EVERYTHING, Judged, Passage, Period, Retrieved, Shown, Spanned, Statement, Understood, Within
from rag.weights import THRESHOLD, WEIGHTS, gains
from rag.windows import windows

if TYPE_CHECKING:
    from rag.library import Library
    from rag.types import Judge

CANDIDATES = 60  # passages asked of each index
FOR_ONE_PERIOD, FOR_EACH_YEAR = 40, 8  # passages looked up by what they count
READ = 24  # passages whose statements are ranked

TABLED, _MOST_TABLED = 3, 80  # of the first passages, whose tables are read whole; passages read for them
JUDGED = 3  # passages that the cross-encoder reads
# Of the first score: a statement so far behind is not read, which takes time. Behind the best passage, fewer are.
SHOWN_SHORT_OF_BEST = (0.8, 0.6)
# Where what held at a time is asked: statements that it reads, those whose times are told, the characters of statements
# that it reads together, what the time counts for in choosing them, and what a statement of another report loses.
READ_FOR_A_TIME, TIMED, ROOM, HELD, ELSEWHERE = 6, 80, 520, 0.15, -1.0

# By which candidates are first put together: cosine, and BM25 as a share of what the best passage reached. Set by hand.
DENSE, LEXICAL = 1.0, 0.6
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


@dataclass(frozen=True, slots=True)
class Ranked:
    """A statement with its passage, its score and the features that made it.

    ``judged`` is what the cross-encoder says of it, None where it did not read it. The feature ``judged`` is its
    relevance, for an unread statement the least of any that were read; it is no part of the score. Where what held at a
    time is asked, the feature ``held`` is how well its time fits: no part of it either. ``context`` are
    stems that hold for the whole report: its title, and the names in the question that it mentions.
    """

    statement: Statement
    passage: Passage
    score: float
    features: dict[str, float]
    context: frozenset[str]
    judged: Judged | None = None


@dataclass(frozen=True, slots=True)
class Scored:
    """A passage with its score and the features that made it."""

    passage: Passage
    score: float
    features: dict[str, float]


@dataclass(frozen=True, slots=True)
class Found:
    """What search returns: passages and statements, best first, and the weight of each word of the question."""

    passages: tuple[Retrieved, ...]
    statements: tuple[Ranked, ...]
    weights: dict[str, float]  # stem -> idf in this library
    unknown: tuple[str, ...]  # words of the question that no passage holds
    names: tuple[frozenset[str], ...] = ()  # organisations and persons named in the question, in stems
    scored: tuple[Scored, ...] = ()  # every passage that was weighed, best first, before windows were cut from them
    tabled: tuple[Passage, ...] = ()  # the other passages of the pages whose tables came first: tables are read whole
    threshold: float = THRESHOLD  # the probability from which a statement may answer
    across: Across | None = None  # of a question that wants an account: what each report says of its topic


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
    tops = _first_of_each(ranked)
    lowest = min((dense[each] for each in tops if each in dense), default=0.0)
    most = max((lexical[each] for each in tops if each in lexical), default=1.0) or 1.0
    given = [
        Given(held[each][0], dense.get(each, lowest), lexical.get(each, 0.0) / most, top) for each, top in tops.items()
    ]
    mentioned = frozenset.intersection(*names.values()) if names else frozenset()
    scored = _scored(given, Wording.of(understood, idf), understood, mentioned)
    first = {each.statement.id: each.score for each in ranked}
    if library.judge is not None and is_marked(understood):
        if ranked and (period := held_in(understood)):
            ranked = _timed(library.judge, understood.about, period, scored, ranked)
        elif ranked:
            shown = _shown(scored, ranked, first)
            ranked = _judged(ranked, _read(library.judge, understood.standalone, shown))
    return Found(
        windows([(each.passage, each.score) for each in scored], first, k, library.page_text),
        tuple(ranked),
        asked,
        _unknown(library, understood),
        tuple(names),
        tuple(scored),
        tuple(_tabled(library, scored)),
        library.threshold,
        across(library, understood, within),
    )


def _tabled(library: Library, scored: Sequence[Scored]) -> list[Passage]:
    """The passages of the pages on which the rows stand that were found first."""
    pages: dict[tuple[str, int], None] = {}
    for each in scored[:TABLED]:
        if each.passage.statements[0].kind == "row" or each.passage.statements[-1].kind == "row":
            pages[each.passage.report.id, each.passage.page] = None
    ids = library.passages_on(list(pages))
    return [passage for passage, _ in library.passages(ids[:_MOST_TABLED]).values()]


def _first_of_each(ranked: Sequence[Ranked]) -> dict[str, float]:
    """The score of the best statement of each passage."""
    best: dict[str, float] = {}
    for each in ranked:
        best.setdefault(each.passage.id, each.score)
    return best


def _scored(
    given: Sequence[Given], wording: Wording, understood: Understood, mentioned: frozenset[str]
) -> list[Scored]:
    """The passages by their fitted score, best first."""
    scored = [
        Scored(each.passage, sum(gains(WEIGHTS.passage, measured).values()), measured)
        for each, measured in zip(given, features(given, wording, understood, mentioned), strict=True)
    ]
    return sorted(scored, key=lambda each: (-each.score, each.passage.id))


def _shown(
    scored: Sequence[Scored], ranked: Sequence[Ranked], first: dict[str, float]
) -> list[tuple[Passage, list[Statement]]]:
    """The statements of the best passages that may matter."""
    enough = [max(first.values()) - short for short in SHOWN_SHORT_OF_BEST]
    return [
        (
            each.passage,
            [statement for statement in each.passage.statements if first.get(statement.id, 0.0) >= enough[n > 0]]
            or list(each.passage.statements[:1]),
        )
        for n, each in enumerate(scored[:JUDGED])
    ]


def _read(judge: Judge, question: str, shown: Sequence[tuple[Passage, Sequence[Statement]]]) -> dict[str, Judged]:
    """What the cross-encoder says of statements, by their id."""
    said = judge(
        question, [Shown(_above(passage), tuple(told(statement) for statement in some)) for passage, some in shown]
    )
    return {
        statement.id: one
        for (_, some), all_said in zip(shown, said, strict=True)
        for statement, one in zip(some, all_said, strict=True)
        if one is not None
    }


def _judged(ranked: Sequence[Ranked], judged: dict[str, Judged]) -> list[Ranked]:
    """The statements with what the cross-encoder says of those that it read."""
    least = min((one.relevance for one in judged.values()), default=0.0)
    return [
        replace(
            each,
            judged=(one := judged.get(each.statement.id)),
            features={**each.features, "judged": one.relevance if one else least},
        )
        for each in ranked
    ]


def _timed(
    judge: Judge, about: str, period: Period, scored: Sequence[Scored], ranked: Sequence[Ranked]
) -> list[Ranked]:
    """The statements of the reports found first with how well their time fits, read for what is asked without its time.

    A sentence that begins a state names no end, so that beside the asker's years it would look like another one.
    """
    reports = {each.passage.report.id for each in scored[:JUDGED]}
    first = [each.statement for each in ranked if each.passage.report.id in reports][:TIMED]
    times = told_by(first)
    fits = {each: held(one, period) for each, one in times.items()}
    ranked = [
        replace(each, features={**each.features, "held": fits.get(each.statement.id, ELSEWHERE)}) for each in ranked
    ]
    likely = sorted(ranked, key=lambda each: (-each.score - HELD * each.features["held"], each.statement.id))
    return _judged(ranked, _read(judge, about, _in_groups(likely[:READ_FOR_A_TIME])))


def _in_groups(some: Sequence[Ranked]) -> list[tuple[Passage, list[Statement]]]:
    """Statements of a passage together and in their order, as many as the cross-encoder has room for."""
    groups: list[tuple[Passage, list[Statement]]] = []
    for each in sorted(some, key=lambda one: (one.passage.id, one.statement.ordinal)):
        held_there = sum(len(told(one)) for one in groups[-1][1]) if groups else 0
        if groups and groups[-1][0].id == each.passage.id and held_there + len(told(each.statement)) <= ROOM:
            groups[-1][1].append(each.statement)
        else:
            groups.append((each.passage, [each.statement]))
    return groups


def _above(passage: Passage) -> str:
    """Report and heading, as they stood over the passages that the cross-encoder was fitted on."""
    title, heading = passage.report.title, passage.heading
    return f"{title} > {heading}" if heading and heading != title else title


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
        measured = {
            "dense": float(dense),
            "passage": score,
            "coverage": covered / total,
            "own_words": sum(weight for word, weight in asked.items() if word in own) / total,
            "named": float(bool(title & asked.keys())),
        }
        ranked.append(
            Ranked(
                statement,
                passage,
                sum(gains(WEIGHTS.statement, measured).values()),
                measured,
                title,
            )
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


def _unknown(library: Library, understood: Understood) -> tuple[str, ...]:
    """Words of the question's subject that stand in no passage of the library, as the asker wrote them."""
    words = subject(understood)
    known = library.idf([stem(word) for word in words])
    return tuple(word for word in words if stem(word) not in known)
