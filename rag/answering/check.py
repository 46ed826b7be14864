"""What may be shown as cited: every figure of a claim must stand in a statement it cites. No model is asked."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from rag.language.mentions import mentions
from rag.language.numbers import numbers
from rag.language.units import scale_of
from rag.types import Answer, Citation, Claim

_NUMBER = r"\d[\d,]*(?:\.\d+)?"
# "(4,212 − 3,412) ÷ 3,412 = 23.4%", "2,652 − 2,287 = £365 thousand"
_ARITHMETIC = re.compile(
    rf"(?P<sum>\(?−?{_NUMBER}(?:[()]*\s[−+÷]\s[(−]*{_NUMBER})+\)*) = "
    rf"(?P<sign>−?)[^\s\d−]{{0,3}}\s?(?P<result>{_NUMBER})(?:\s(?P<scale>thousand|million|billion)\b)?(?P<share>%?)"
)
_SCALES = {"thousand": 1e3, "million": 1e6, "billion": 1e9}
_OPERATIONS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Div: operator.truediv}


def checked(answer: Answer) -> Answer:
    """The answer with each claim marked supported or not. A claim without a citation is not supported."""
    by_number = {citation.n: citation for citation in answer.citations}
    claims = tuple(
        replace(claim, supported=_supported(claim, [by_number[n] for n in claim.citations if n in by_number]))
        for claim in answer.claims
    )
    return replace(answer, claims=claims)


def _supported(claim: Claim, cited: list[Citation]) -> bool:
    if not cited:
        return False
    held = {value for citation in cited for value in _held(citation)}
    for worked in _worked_out(claim.text):
        if worked.parts <= held and worked.holds:
            held |= {worked.result, worked.count}
    return all(value in held for value in _values(claim.text))


@dataclass(frozen=True, slots=True)
class _Worked:
    """Arithmetic shown in a text: the figures it starts from, what it says they give, and whether they do."""

    parts: frozenset[float]
    result: float
    count: float  # by which a sum was divided for a mean: as many as were added, and no figure of any source
    holds: bool


def _worked_out(text: str) -> Iterator[_Worked]:
    for match in _ARITHMETIC.finditer(text):
        written = match["sum"]
        values = [_number(each) for each in re.findall(_NUMBER, written)]
        added = written.count(" + ")
        mean = added and " ÷ " in written and values[-1] == added + 1
        parts = frozenset(round(value, 6) for value in (values[:-1] if mean else values))
        scale = _SCALES.get(match["scale"] or "", 1.0)
        shown = _number(match["result"]) * (-1 if match["sign"] else 1)
        told = shown / 100 if match["share"] and " ÷ " in written else shown
        worked = _evaluated(written)
        # As exact as the result is written: 23.4 stands for anything from 23.35 to 23.45.
        decimals = len(match["result"].partition(".")[2]) + (2 if told != shown else 0)
        holds = worked is not None and abs(worked - told) <= 0.51 * 10.0**-decimals
        yield _Worked(parts, round(abs(shown * scale), 6), values[-1] if mean else 0.0, holds)


def _evaluated(written: str) -> float | None:
    """What a sum of plain numbers gives; None of one that cannot be worked out."""
    plain = written.replace(",", "").replace("−", "-").replace("÷", "/")
    try:
        return _value(ast.parse(plain, mode="eval").body)
    except (SyntaxError, ValueError, ZeroDivisionError):
        return None


def _value(node: ast.expr) -> float:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return float(node.value)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_value(node.operand)
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATIONS:
        return float(_OPERATIONS[type(node.op)](_value(node.left), _value(node.right)))
    raise ValueError(ast.dump(node))


def _number(written: str) -> float:
    return float(written.replace(",", ""))


def _held(citation: Citation) -> set[float]:
    """All the values that a citation can vouch for: its quote's, and what its table and report hand down.

    A cell's value counts as it stands and at the scale that its headers or caption give it.
    """
    held: set[float] = set()
    for header, cell in citation.headers:
        told_by = (header, *citation.headers[0], citation.caption, citation.heading)
        scales = [scale_of(words)[0] for words in told_by]
        scale = next((each for each in scales if each != 1.0), 1.0)
        held |= {value * factor for value in _values(cell) for factor in (1.0, scale)}
    period = citation.period.label if citation.period else ""
    around = (citation.caption, citation.title, citation.covers, period, f"page {citation.page}")
    headers = (header for header, _ in citation.headers)
    return held.union(*(_values(text) for text in (citation.quote, *headers, *around)))


def _values(text: str) -> set[float]:
    """The values of the figures in a text, multiplied out: "£4.2 million" is not "£4.2 billion"."""
    taken = [(mention.start, mention.end) for mention in mentions(text)]
    return {round(abs(number.value), 6) for number in numbers(text, taken=taken)}
