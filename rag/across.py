"""The passages about one topic in each report of whoever is asked about: what an account of it is made from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from rag.accounts import alike, lines_for, spelt_out
from rag.breadth import called, of_the_newest, topic, wants_account
from rag.language.periods import relation
from rag.language.tokens import content_stem_set
from rag.question import held_in
from rag.types import Passage, Report, Spanned, Understood, Within

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rag.library import Library

_FIGURES = frozenset(("count", "figure", "share", "money", "text"))
MOST_REPORTS = 8  # the newest, that are asked one by one
_NEAR, _WORDED, _ONE_WORD = 16, 40, 12  # passages of a report that each index gives, and that each word does
_MOST_WORDS = 6  # of a topic that are looked up one by one
_PAGES, _MOST_OF_PAGES = 16, 160  # of its pages whose tables are read whole


@dataclass(frozen=True, slots=True)
class Across:
    """Reports of one kind, oldest first, with their passages about a topic and how near each statement is to it."""

    reports: tuple[Report, ...]
    passages: tuple[Passage, ...]
    nearness: dict[str, float]  # statement id -> cosine with the question
    topic: tuple[str, ...]
    weights: dict[str, float]  # stem -> idf in this library
    one: bool  # one report is asked about, of several that there are
    whole: bool  # an account is wanted, not one figure


def across(library: Library, understood: Understood, within: Within) -> Across | None:
    """What each report says of the topic; None where no account is asked for or it is not clear of whose reports."""
    whole = wants_account(understood)
    timed = bool(understood.periods) and held_in(understood) is None
    one_figure = understood.wants in _FIGURES and (timed or of_the_newest(understood))
    if not whole and not one_figure:
        return None
    held = [each for each in library.reports() if within.holds(each)]
    theirs, names = _of_those_named(held, understood)
    about = topic(understood, names)
    if not theirs or not about:
        return None
    reports = _asked(theirs, understood)
    if not whole and not (names and len(reports) == 1):
        return None
    words = sorted({each for word in about for each in alike(word)})
    of_lines = sorted({word for line in lines_for(understood.standalone) for word in line})
    vector = library.embed([Spanned(spelt_out(understood.standalone))])[0].vector
    passages: dict[str, Passage] = {}
    nearness: dict[str, float] = {}
    for report in reports:
        for passage, near in _in_one(library, replace(within, scope=report.path), (words, of_lines), about, vector):
            passages[passage.id] = passage
            nearness |= {s.id: float(n) for s, n in zip(passage.statements, near @ vector, strict=True)}
    return Across(
        tuple(reports),
        tuple(passages.values()),
        nearness,
        about,
        library.idf([*words, *of_lines]),
        len(reports) == 1,
        whole,
    )


def _of_those_named(held: Sequence[Report], understood: Understood) -> tuple[list[Report], frozenset[str]]:
    """The reports in whose title somebody stands whom the question names, and the words of those names.

    Where nobody is named, all of them, if they are of one series.
    """
    titles = {report.id: content_stem_set(report.title) for report in held}
    everywhere = frozenset.intersection(*titles.values()) if titles else frozenset()
    asked = called(understood.standalone)
    named = frozenset(word for title in titles.values() for word in title & asked if not word.isdigit())
    apart = named - everywhere or named
    theirs = [report for report in held if titles[report.id] & apart] if apart else list(held)
    undated = {frozenset(word for word in titles[each.id] if not any(c.isdigit() for c in word)) for each in theirs}
    return (theirs, named) if len(undated) == 1 and (named or len(theirs) > 1) else ([], named)


def _asked(theirs: Sequence[Report], understood: Understood) -> list[Report]:
    """Those that the question is of: the one on the period asked about, the newest, or all of them, oldest first."""
    ordered = sorted(theirs, key=lambda each: each.published.day if each.published else date.min)
    covering = [
        each for each in ordered if each.covers and any(relation(each.covers, p) == "equal" for p in understood.periods)
    ]
    if covering:
        return covering
    return ordered[-1:] if of_the_newest(understood) else ordered[-MOST_REPORTS:]


def _in_one(
    library: Library,
    within: Within,
    words: tuple[list[str], list[str]],
    about: Sequence[str],
    vector: NDArray[np.float32],
) -> list[tuple[Passage, NDArray[np.float32]]]:
    """The passages of one report that are about the topic, best first, with the tables on their pages."""
    near = [id for id, _ in library.dense(vector, _NEAR, within)]
    by_words, by_lines = ([id for id, _ in library.lexical(some, _WORDED, within)] if some else [] for some in words)
    singly = [id for word in about[:_MOST_WORDS] for id, _ in library.lexical(sorted(alike(word)), _ONE_WORD, within)]
    first = library.passages(list(dict.fromkeys([*by_lines[:_NEAR], *by_words[:_NEAR], *singly, *near, *by_words])))
    pages = list(dict.fromkeys((p.report.id, p.page) for p, _ in first.values() if _has_rows(p)))[:_PAGES]
    more = [id for id in library.passages_on(pages)[:_MOST_OF_PAGES] if id not in first]
    return [*first.values(), *library.passages(more).values()]


def _has_rows(passage: Passage) -> bool:
    return any(each.kind == "row" for each in passage.statements)
