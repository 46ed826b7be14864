"""What reports say of a topic in words: the sentences that explain it, with the figures that they hold."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.accounts import alike
from rag.across import Across
from rag.answering.asked import MONEY
from rag.language.tokens import content_stem_set
from rag.search import Ranked
from rag.types import Passage, Period, Statement

_MOVED = re.compile(
    r"\b(?:increas|decreas|grew|declin|higher|lower|rose|fell|driven by|due (?:primarily )?to|offset|flat"
    r"|compared (?:to|with))\w*\b",
    re.IGNORECASE,
)
_SUPPOSED = re.compile(r"\b(?:may|might|could|would|can|if)\b", re.IGNORECASE)
_INTRODUCES = re.compile(
    r"as follows|following table|(?:in|the) tables? below|above tables?|:\s*$|\brefer to\b|\bsee note\b", re.IGNORECASE
)
_NUMBERED = re.compile(r"\W*\d{1,2}[.)]\s")
_SHORT, _LONG = 40, 450  # characters of a sentence that is shown
_ENOUGH, _ENOUGH_OF_MANY = 0.5, 0.35  # of the topic that a sentence and what stands over it must hold
_RIGHT_ON_IT = 0.6  # of it, that a lone sentence must
_OWN = 0.3  # of it, that the sentence itself must
_MANY = 4  # words of a topic, beyond which no one sentence holds most of it
_ALIKE = 0.8  # of their words that two sentences share which say the same
_IN_THE_SAME_WORDS = 0.6  # what a sentence gains that is worded as the best one
_BEHIND = 0.9  # how much less than the best the others may be worth
MOST = 4


@dataclass(frozen=True, slots=True)
class Remark:
    """A sentence of a report with how much it says of the topic."""

    passage: Passage
    statement: Statement
    at: int  # of its report, oldest first
    worth: float
    held: float  # the share of the topic

    @property
    def ranked(self) -> Ranked:
        return Ranked(self.statement, self.passage, self.worth, {}, frozenset())

    @property
    def has_amounts(self) -> bool:
        return any(_amount(self.statement, each.unit, each.value) for each in self.statement.figures)


def commentary(held: Across, most: int) -> list[Remark]:
    """The best sentence of each report, oldest first, then further ones as far as there is room."""
    by_report: dict[int, list[Remark]] = defaultdict(list)
    order = {report.id: at for at, report in enumerate(held.reports)}
    for passage in held.passages:
        for statement in passage.statements:
            remark = _remark(passage, statement, order[passage.report.id], held)
            if remark is not None:
                by_report[remark.at].append(remark)
    first = max((each for some in by_report.values() for each in some), key=lambda one: one.worth, default=None)
    if first is None:
        return []
    # What one report says of the topic in such words, the others most often say in the same.
    by_report = {at: [_beside(each, first) for each in some] for at, some in by_report.items()}
    chosen: list[Remark] = []
    rounds = [sorted(each, key=lambda one: (-one.worth, one.statement.id)) for each in by_report.values()]
    rounds.sort(key=lambda each: -each[0].at)
    while len(chosen) < most and any(rounds):
        for each in rounds:
            while each and any(_say_the_same(each[0], other) for other in chosen):
                each.pop(0)
            if each and len(chosen) < most:
                chosen.append(each.pop(0))
    best = max((each.worth for each in chosen), default=0.0)
    return sorted(
        (each for each in chosen if each.worth >= best - _BEHIND),
        key=lambda each: (each.at, each.statement.page, each.statement.ordinal),
    )


def _beside(remark: Remark, first: Remark) -> Remark:
    mine, theirs = content_stem_set(remark.statement.text), content_stem_set(first.statement.text)
    return replace(remark, worth=remark.worth + _IN_THE_SAME_WORDS * len(mine & theirs) / len(mine | theirs))


def _remark(passage: Passage, statement: Statement, at: int, held: Across) -> Remark | None:
    text = statement.text
    if statement.kind == "row" or not _SHORT <= len(text) <= _LONG or _INTRODUCES.search(text):
        return None
    if not text.rstrip(' ”"’').endswith(".") or _NUMBERED.match(text):
        return None  # a table that was read as text, or a clause of a form
    own = content_stem_set(text)
    over = content_stem_set(statement.heading.rpartition(" > ")[2])
    whole = sum(held.weights.get(word, 3.0) for word in held.topic) or 1.0
    inside = sum(held.weights.get(word, 3.0) for word in held.topic if alike(word) & own) / whole
    outside = sum(held.weights.get(word, 3.0) for word in held.topic if alike(word) & over - own) / whole
    share = inside + 0.6 * outside
    if inside < _OWN or share < (_ENOUGH if len(held.topic) <= _MANY else _ENOUGH_OF_MANY):
        return None
    amounts = min(2, sum(_amount(statement, each.unit, each.value) for each in statement.figures))
    if not amounts and (_SUPPOSED.search(text) or not _MOVED.search(text)):
        return None
    worth = (
        share
        + held.nearness.get(statement.id, 0.0)
        + 0.15 * amounts
        + 0.25 * bool(_MOVED.search(text))
        - 0.35 * bool(_SUPPOSED.search(text))
        - 0.3
        * (statement.period is not None and _months(statement.period) in (6, 9))  # what its quarter brought is wanted
    )
    return Remark(passage, statement, at, worth, share)


def _months(period: Period) -> int:
    return round((period.end - period.start).days / 30.4)


def _amount(statement: Statement, unit: str, value: float) -> bool:
    return unit in MONEY or unit == "%" or abs(value) >= 10_000


def _say_the_same(one: Remark, other: Remark) -> bool:
    """Whether two sentences say the same: of other figures, they do not."""
    mine, theirs = content_stem_set(one.statement.text), content_stem_set(other.statement.text)
    if one.at != other.at and one.has_amounts:
        return mine == theirs
    return len(mine & theirs) >= _ALIKE * min(len(mine), len(theirs))


def spoken_of(remarks: Sequence[Remark]) -> bool:
    """Whether sentences alone are an account: with amounts, of several reports or right on the topic."""
    telling = [each for each in remarks if each.has_amounts]
    return len({each.at for each in telling}) > 1 or any(each.held >= _RIGHT_ON_IT for each in telling)
