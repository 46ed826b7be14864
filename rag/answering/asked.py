"""What a question asks of a figure: the measure, the parts it is narrowed to, the noun counted, the kind of unit."""

from __future__ import annotations

import re
from collections import Counter

from rag.answering.facets import Facet, Facets, narrowing
from rag.language import units
from rag.language.tokens import content_stem_set, stem
from rag.question import counted, subject
from rag.search import ANYONE, MOVES, Found
from rag.types import Understood

MONEY = units.MONEY
SHARES = frozenset(("%", "percentage points", "bps", "times"))
TIME = re.compile(r"\b(?:days?|weeks?|months?|years?|hours?|minutes?)$")
# What is hoped for is not what was: unasked, such a figure is never the answer.
HOPED = frozenset(stem(word) for word in "target targets goal forecast budget plan planned projected expected".split())

_HOW_MUCH = re.compile(r"\bhow (?:much|far|many per ?cent)\b|\bper ?cent|\bpercent", re.IGNORECASE)
_CHANGE = re.compile(
    r"\b(?:rise|rose|risen|increased?|grow|grew|grown|growth|fall|fell|fallen|decreased?|declined?|dropp?e?d?|changed?|up|down)\b",
    re.IGNORECASE,
)
_A_RATE = re.compile(r"\b(?:month|monthly|week|weekly|day|daily|each|per|every)\b", re.IGNORECASE)
_SAID_AS_SHARE = ("share", "percentage", "proportion", "percent")
# A name behind one of these says of which part a figure is: "in Harrafell". "To the Partnership" does not.
NAMED_PLACE = re.compile(
    r"\b(?:in|at|from|within|across|for|by|via|through)\s+(?:the\s+)?(?P<name>[A-Z][\w'’-]+(?:\s+[A-Z][\w'’-]+)*)"
)


class Asked:
    """The question in stems with their weights, made once for all figures."""

    def __init__(self, found: Found, understood: Understood) -> None:
        self.wants = understood.wants
        self.change = change_asked(understood.about)
        self.rate = bool(_A_RATE.search(understood.standalone))
        self.all = content_stem_set(understood.standalone)
        self.library = Facets(ranked.statement for ranked in found.statements)
        facets = self.library.named(understood.about)
        words = [stem(word) for word in subject(understood) if word not in _SAID_AS_SHARE]
        if understood.added:
            given_up = self.library.replaced(facets, self.library.named(understood.added))
            facets -= given_up
            words = [word for word in words if not any(word in facet for facet in given_up)]
        self.weights = {word: found.weights.get(word, 1.0) for word in words}
        self.all |= self.weights.keys()
        self.units = units = _units(found)
        self.nouns = counted(understood) or (
            frozenset(words) & units - HOPED if self.wants == "figure" else frozenset()
        )
        places = {
            place
            for match in NAMED_PLACE.finditer(understood.about)
            if not match["name"].isupper()  # "the UK" may stand spelt out
            and (place := narrowing(match["name"]))
            and not any(set(place) <= set(facet) for facet in facets)
        }
        # A label that sentences count ("4,212 referrals") is a measure; any other is a part of one.
        # A ranking is over the parts: none of them is asked for.
        self.parts = set() if understood.rank else {facet for facet in facets if not units & set(facet)} | places
        self.facets = facets
        named = frozenset(word for name in found.names for word in name)
        narrowed = named | frozenset(word for part in self.parts for word in part) - self.nouns
        aside = narrowed | ANYONE | MOVES
        measure = {word: weight for word, weight in self.weights.items() if word not in aside}
        self.measure = measure or self.weights
        self.part_words = narrowed
        # A part of a table is asked for as such; any other name is somebody whose figure it must be.
        self.names = tuple(name for name in found.names if not any(name <= set(facet) for facet in facets))
        self.everywhere = _names_everywhere(found)

    def of_another(self, held: frozenset[str]) -> bool:
        """Whether somebody is named in the question whom neither the report nor these stems name."""
        return any(not name <= held for name in self.names)

    def missing(self, near: frozenset[str], whole: frozenset[str]) -> int:
        """How many of the parts asked for are not named: a table's parts near the figure, other places anywhere."""
        return sum(not frozenset(part) <= (near if part in self.facets else whole) for part in self.parts)


def share(weights: dict[str, float], *held: tuple[frozenset[str], float]) -> float:
    """The share of the weights whose words are held, each by the first that holds it, at what that is worth."""
    covered = sum(
        weight * next((worth for words, worth in held if word in words), 0.0) for word, weight in weights.items()
    )
    return covered / (sum(weights.values()) or 1.0)


def change_asked(about: str) -> bool:
    """Whether a question asks how something moved: "by how much did it rise"."""
    return bool(_CHANGE.search(about)) and bool(_HOW_MUCH.search(about))


def _units(found: Found) -> frozenset[str]:
    """The stems of the nouns that the found sentences count."""
    units = {
        figure.unit
        for ranked in found.statements
        if ranked.statement.kind != "row"
        for figure in ranked.statement.figures
        if figure.unit and figure.unit not in MONEY and figure.unit not in SHARES and not TIME.search(figure.unit)
    }
    return frozenset(word for unit in units for word in content_stem_set(unit.split()[-1])) - ANYONE


def _names_everywhere(found: Found) -> frozenset[Facet]:
    """Names that stand in many of the statements, such as the organisation's own: they narrow nothing."""
    counts = Counter(
        narrowing(name) for ranked in found.statements for name in set(NAMED_PLACE.findall(ranked.statement.text))
    )
    return frozenset(name for name, count in counts.items() if count > 0.05 * len(found.statements))
