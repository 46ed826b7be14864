"""The parts a library divides its figures into, read from its own tables: regions, channels, kinds of case.

They tell "North" from "North East", and a figure for schools from one for all channels.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from rag.language.mentions import NOWHEN, label_period
from rag.language.rows import row_label
from rag.language.tokens import COMMON, stem, tokens
from rag.search import ANYONE
from rag.types import Statement

Facet = tuple[str, ...]  # the stems of a label, in order

# Words of a label that narrow nothing: totals, and what tables call their columns.
WHOLE = frozenset(
    stem(word)
    for word in """total totals all overall number count figure year month quarter annual whole region regions channel
    channels sum value amount actual received table services service area areas measure indicator
    january february march april may june july august september october november december
    jan feb mar apr jun jul aug sep sept oct nov dec q1 q2 q3 q4""".split()
)
_JOINING = COMMON - frozenset(("other", "own", "same", "each"))
_IN_BRACKETS = re.compile(r"\([^)]*\)")
MOST_WORDS = 4


class Facets:
    """The labels of some tables' rows and columns, to be looked for in questions and sentences."""

    def __init__(self, statements: Iterable[Statement]) -> None:
        self._labels: set[Facet] = set()
        self._tables: dict[str, set[Facet]] = {}
        self._named: dict[str, frozenset[Facet]] = {}  # of texts that were looked through: a clause is, for each figure
        for statement in statements:
            if statement.kind != "row":
                continue
            labels = [row_label(statement), *(header for cell in statement.cells for header in cell.headers)]
            for label in labels:
                facet = narrowing(label)
                if 0 < len(facet) <= MOST_WORDS and not _names_a_period(label):
                    self._labels.add(facet)
                    self._tables.setdefault(statement.caption, set()).add(facet)

    def replaced(self, old: set[Facet], new: set[Facet]) -> set[Facet]:
        """Those of the old labels that stand in one table with a new one, and so give way to it."""
        return {facet for facet in old - new if any(facet in table and table & new for table in self._tables.values())}

    def named(self, text: str) -> set[Facet]:
        """The labels that stand in the text, the longest at each place."""
        if not self._labels:
            return set()
        if text not in self._named:
            self._named[text] = frozenset(self._looked_for(text))
        return set(self._named[text])

    def _looked_for(self, text: str) -> set[Facet]:
        words = [stem(word) for word, _, _ in tokens(text) if word not in _JOINING]
        found: set[Facet] = set()
        at = 0
        while at < len(words):
            length = next(
                (
                    n
                    for n in range(min(MOST_WORDS, len(words) - at), 0, -1)
                    if tuple(words[at : at + n]) in self._labels
                ),
                0,
            )
            if length:
                found.add(tuple(words[at : at + length]))
            at += max(1, length)
        return found


@lru_cache(maxsize=20_000)
def _names_a_period(label: str) -> bool:
    return label_period(label, NOWHEN) is not None


@lru_cache(maxsize=20_000)
def narrowing(label: str) -> Facet:
    """The stems of a label that say of which part a figure is; empty for "Total" or "All regions (per cent)"."""
    return tuple(
        stemmed
        for word, _, _ in tokens(_IN_BRACKETS.sub(" ", label))
        if word not in _JOINING and not word.isdigit() and (stemmed := stem(word)) not in WHOLE | ANYONE
    )


def unasked(label: Sequence[str], asked: frozenset[str], asked_facets: set[Facet]) -> tuple[str, ...]:
    """The words of a label that the question does not ask for; all of them where it asks for a longer label."""
    own = frozenset(label)
    if own and own <= asked and any(own < frozenset(facet) for facet in asked_facets):
        return tuple(label)  # "North" where "North East" is asked
    return tuple(word for word in label if word not in asked)
