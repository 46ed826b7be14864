"""What other reports give under the same name, where the question does not say whose figure is meant."""

from __future__ import annotations

from collections.abc import Sequence

from rag.answering.grid import Question, Words
from rag.answering.operands import Reckoned
from rag.answering.operation import (
    ASIDE,
)
from rag.language.rounding import rounds_to
from rag.language.tokens import content_sequence

_OTHERS = 3  # reports told beside the one that answers
_SOME_DAYS = 10  # by which years of the same name may differ: 52 weeks and a year
_AS_WELL = 0.05  # by how much less of the question they may account for
_SEVERAL_KINDS = ("top", "bottom", "moved", "trend")  # of which no other report is told


def elsewhere(best: Reckoned, fitting: Sequence[Reckoned], question: Question) -> tuple[Reckoned, ...]:
    """What other reports give that the question names as well, where it differs: whose is meant, it does not say.

    Figures of different periods differ by rights, and so do those of a part: neither is told.
    """
    if best.kind in _SEVERAL_KINDS or (best.kind == "value" and len(best.operands) > 1):
        return ()
    heads = {*question.words, *ASIDE, *_heads(best)}
    told = [best]
    for each in fitting:
        alike = each.kind == best.kind and each.worth >= best.worth - _AS_WELL and _as_long(best, each, question)
        if (
            alike
            and heads >= _heads(each)
            and all(each.report.id != one.report.id and not _agree(each, one) for one in told)
        ):
            told.append(each)
    return tuple(told[1 : 1 + _OTHERS])


def _heads(reckoned: Reckoned) -> set[str]:
    """The words, dates aside, over the cells that are used."""
    headers = (" ".join(each.row.cell(each.column).headers) for each in reckoned.operands)
    return {word for header in headers for word in undated(header)}


def _as_long(best: Reckoned, other: Reckoned, question: Question) -> bool:
    """Whether the other's figures are for the same period; where a year is asked for, for any year of that name."""
    one, two = best.operands[0].figure.period, other.operands[0].figure.period
    if one is None or two is None or not question.periods:
        return one == two or best.kind != "value"
    return abs((one.end - one.start).days - (two.end - two.start).days) < _SOME_DAYS


def _agree(one: Reckoned, other: Reckoned) -> bool:
    """Whether two reports give the same figures, as they are or rounded."""
    pairs = zip(one.operands, other.operands, strict=False)
    return len(one.operands) == len(other.operands) and all(
        a.figure.value == b.figure.value
        or rounds_to(a.figure.value, a.figure.qualifier, b.figure.value)
        or rounds_to(b.figure.value, b.figure.qualifier, a.figure.value)
        for a, b in pairs
    )


def undated(words: str) -> Words:
    """The stems of a header or caption but for what tells its time."""
    return tuple(word for word in content_sequence(words) if not any(char.isdigit() for char in word))
