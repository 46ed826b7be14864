"""What may be shown as cited: every figure of a claim must stand in a statement it cites. No model is asked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from rag.language.mentions import mentions
from rag.language.numbers import numbers
from rag.language.units import scale_of
from rag.types import Answer, Citation, Claim

_N = r"(\d[\d,]*(?:\.\d+)?)"
_DIFFERENCE = re.compile(rf"(?<!\(){_N} − {_N} = {_N}")  # 4,212 − 4,046 = 166
_CHANGE = re.compile(rf"\({_N} − {_N}\) ÷ {_N} = −?{_N}%")  # (4,212 − 3,412) ÷ 3,412 = 23.4%


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
    held |= {
        result for parts, result, worked in _worked_out(claim.text) if parts <= held and abs(worked - result) < 0.051
    }
    return all(value in held for value in _values(claim.text))


def _worked_out(text: str) -> Iterator[tuple[set[float], float, float]]:
    """The arithmetic shown in the text: the figures it starts from, the result it gives, and the result worked out."""
    for match in _DIFFERENCE.finditer(text):
        a, b, result = (_number(part) for part in match.groups())
        yield {a, b}, result, a - b
    for match in _CHANGE.finditer(text):
        a, b, divisor, result = (_number(part) for part in match.groups()[:4])
        if divisor:
            yield {a, b, divisor}, result, abs(100 * (a - b) / divisor)


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
