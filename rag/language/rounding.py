"""Whether two ways of writing a figure agree: rounding is no disagreement."""

from __future__ import annotations

import math

LOOSE = frozenset("nearly almost about around some roughly approximately over".split()) | {
    "close to",
    "more than",
    "just over",
    "just under",
}


def rounds_to(loose: float, qualifier: str, exact: float) -> bool:
    """Whether a figure as it is told agrees with a more exact one: "nearly 4,200" does with 4,187."""
    if qualifier in ("more than", "over", "at least", "just over", "well over", "above"):
        return loose <= exact < loose + 2 * _unit_of(loose)
    if qualifier in ("less than", "under", "fewer than", "at most", "just under", "up to", "below"):
        return loose - 2 * _unit_of(loose) < exact <= loose
    if qualifier in LOOSE or qualifier in ("circa", "approx", "an estimated", "estimated", "~"):
        return abs(exact - loose) <= max(_unit_of(loose) / 2, 0.02 * abs(loose))
    decimals = _decimals(loose)
    if _decimals(exact) > decimals:
        return math.isclose(round(exact, decimals), loose, abs_tol=1e-9) or abs(exact - loose) <= 0.5 * 10.0**-decimals
    # A bare number is round only from two noughts on: 20 is no other way to write 22.
    return _unit_of(loose) >= 100 > _unit_of(exact) and abs(exact - loose) <= _unit_of(loose) / 2


def _decimals(value: float) -> int:
    written = f"{value:.6f}".rstrip("0")
    return len(written.partition(".")[2])


def _unit_of(value: float) -> float:
    """What the last digit that is no nought counts: of 4,200 hundreds, of 12.6 tenths."""
    if decimals := _decimals(value):
        return 10.0**-decimals
    whole = int(abs(value))
    return float(10 ** (len(str(whole)) - len(str(whole).rstrip("0")))) if whole else 1.0
