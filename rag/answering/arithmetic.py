"""Sums that an answer shows, worked out again: "(4,212 − 3,412) ÷ 3,412 = 23.4%"."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Iterator
from dataclasses import dataclass

_NUMBER = r"\d[\d,]*(?:\.\d+)?"
# "(4,212 − 3,412) ÷ 3,412 = 23.4%", "2,652 − 2,287 = £365 thousand"
_ARITHMETIC = re.compile(
    rf"(?P<sum>\(?−?{_NUMBER}(?:[()]*\s[−+÷×]\s[(−]*{_NUMBER})+\)*) = "
    rf"(?P<sign>−?)[^\s\d−]{{0,3}}\s?(?P<result>{_NUMBER})(?:\s(?P<scale>thousand|million|billion)\b)?(?P<share>%?)"
)
_SCALES = {"thousand": 1e3, "million": 1e6, "billion": 1e9}
_OPERATIONS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Div: operator.truediv, ast.Mult: operator.mul}
_ASCII_SIGNS = re.compile(r"(?<=[\d)]) (?P<sign>[-–x*/]) (?=[(−\d])")
_SAME_SIGN = {"-": "−", "–": "−", "x": "×", "*": "×", "/": "÷"}


@dataclass(frozen=True, slots=True)
class Worked:
    """Arithmetic shown in a text: the figures it starts from, what it says they give, and whether they do."""

    start: int
    end: int
    words: str
    parts: frozenset[float]
    result: float
    scale: float  # that the result is told at
    count: float  # by which a sum was divided for a mean: as many as were added, and no figure of any source
    is_ratio: bool  # of two figures, so that their scale falls out
    holds: bool


def worked_out(text: str) -> Iterator[Worked]:
    """Every sum that the text shows, in order."""
    text = _ASCII_SIGNS.sub(lambda found: f" {_SAME_SIGN[found['sign']]} ", text)
    for match in _ARITHMETIC.finditer(text):
        written = _balanced(match["sum"])
        values = [_number(each) for each in re.findall(_NUMBER, written)]
        added = written.count(" + ")
        mean = added and " ÷ " in written and values[-1] == added + 1
        parts = values[:-1] if mean else values
        percent = bool(match["share"]) and " × " in written and 100 in parts
        if percent:
            parts = [value for value in parts if value != 100]
        scale = _SCALES.get(match["scale"] or "", 1.0)
        shown = _number(match["result"]) * (-1 if match["sign"] else 1)
        told = shown / 100 if match["share"] and " ÷ " in written and not percent else shown
        worked = _evaluated(written)
        # As exact as the result is written: 23.4 stands for anything from 23.35 to 23.45.
        decimals = len(match["result"].partition(".")[2]) + (2 if told != shown else 0)
        holds = worked is not None and abs(worked - told) <= 0.51 * 10.0**-decimals
        yield Worked(
            match.start(),
            match.end(),
            match.group(),
            frozenset(round(value, 6) for value in parts),
            round(abs(shown * scale), 6),
            scale,
            values[-1] if mean else 0.0,
            " ÷ " in written and not mean,
            holds,
        )


def _balanced(written: str) -> str:
    """Without a bracket that opens around the whole: "more (986 − 884 = 102)"."""
    return written[1:] if written.startswith("(") and written.count("(") > written.count(")") else written


def _evaluated(written: str) -> float | None:
    """What a sum of plain numbers gives; None of one that cannot be worked out."""
    plain = written.replace(",", "").replace("−", "-").replace("÷", "/").replace("×", "*")
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
