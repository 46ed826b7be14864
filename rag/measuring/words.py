"""The words of a measure: what they count, what they narrow it to, and the units that can answer them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection
from itertools import takewhile

from rag.answering.asked import MONEY, SHARES, TIME
from rag.answering.facets import WHOLE
from rag.language.mentions import mentions
from rag.language.tokens import content_stem_set, content_words, stem
from rag.search import ANYONE

_MONEY_WORDS = frozenset(
    stem(word) for word in "budget cost costs income spending expenditure price salary revenue deficit surplus".split()
)
_SHARE_WORDS = frozenset(stem(word) for word in "share proportion percentage percent".split())
_A_TIME = re.compile(r"(?:[a-z]+ )?(?:days|weeks|hours|minutes|months)")


class Words:
    """The words of a measure in stems, with what they ask of a figure's unit."""

    def __init__(self, measure: str, nouns: Counter[str]) -> None:
        named = mentions(measure)
        for mention in reversed(named):
            measure = f"{measure[: mention.start]} {measure[mention.end :]}"
        words = [word for word in content_words(measure) if not word.isdigit() and word != "per"]
        plain = [word for word in words if stem(word) not in WHOLE | ANYONE] or words
        self.text = " ".join(plain)
        self.all = frozenset(stem(word) for word in plain)
        self.beginnings = tuple(_beginning(word) for word in plain)
        self.participles = frozenset(word for word in plain if word.endswith("ed"))
        self.generic = plain == words and not any(stem(word) not in WHOLE | ANYONE for word in plain)
        self.by_label = False  # whether it may be what a table lists: "donations" in one of income by source
        self.time = _time_asked(measure)
        self.money = not self.all.isdisjoint(_MONEY_WORDS)
        self.share = not self.all.isdisjoint(_SHARE_WORDS)
        called = {unit: content_stem_set(unit.split()[-1]) for unit in nouns if not family(unit)}
        counted = frozenset(word for own in called.values() for word in own)
        self.counted = counted - ANYONE - WHOLE
        free = self.money or self.share or self.time
        self.nouns: frozenset[str] = frozenset() if free else self.all & (counted if self.generic else self.counted)
        self.beside = self.all - self.nouns  # "opened" of "cases opened"
        self._forms = {stem(word): word.endswith("ed") for word in plain if self.nouns and stem(word) in self.beside}
        self.usual = self._usual({unit: nouns[unit] for unit in called if called[unit] & self.nouns})

    @staticmethod
    def _usual(units: dict[str, int]) -> frozenset[str]:
        """Words that stand before the noun more often than not: the volunteers are "active volunteers"."""
        words: Counter[str] = Counter()
        for unit, count in units.items():
            for word in content_stem_set(unit) - content_stem_set(unit.split()[-1]):
                words[word] += count
        return frozenset(word for word, count in words.items() if 2 * count > sum(units.values()))

    def narrow(self, asked: Collection[frozenset[str]]) -> None:
        """Of "referrals from schools" it is the referrals that are counted: schools are a part that was asked for."""
        self.nouns = self.nouns.difference(*asked) or self.nouns
        self.beside = self.all - self.nouns

    def in_form(self, text: str) -> bool:
        """Whether what is asked beside the noun stands in the text in its form: "cases open" are not "cases opened"."""
        for root, done in self._forms.items():
            forms = [word for word in content_words(text) if stem(word) == root]
            if forms and not any(word.endswith("ed") == done for word in forms):
                return False
        return True

    def fits_unit(self, unit: str) -> bool:
        """Whether a figure of this unit can count what is asked for."""
        if self.generic:  # "regions" stand in every caption: only where so many are counted is it told how many
            return bool(unit) and bool(content_stem_set(unit.split()[-1]) & self.all)
        if self.time:
            return content_stem_set(unit) >= self.time and bool(TIME.search(unit))
        if self.share:
            return unit in SHARES
        if self.money:
            return unit in MONEY or not unit
        if self.nouns:
            return not family(unit) and (not unit or bool(content_stem_set(unit.split()[-1]) & self.nouns))
        return bool(family(unit)) or content_stem_set(unit).isdisjoint(self.counted - self.all)


def _beginning(word: str) -> str:
    """What every form of a word begins with, plain enough for SQL to look for."""
    shared = takewhile(lambda pair: pair[0] == pair[1] and pair[0].isascii(), zip(word, stem(word), strict=False))
    root = "".join(letter for letter, _ in shared)
    return root if len(root) > 5 else root[:3]


def _time_asked(measure: str) -> frozenset[str]:
    """The stems of "working days" where that is all that is asked for."""
    plain = measure.strip().lower()
    return content_stem_set(plain) if _A_TIME.fullmatch(plain) else frozenset()


def family(unit: str) -> str:
    """The unit of what is not counted by its noun: per cent, a currency, a time."""
    return unit if unit in SHARES or unit in MONEY or TIME.search(unit) else ""
