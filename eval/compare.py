"""Two runs held side by side, case by case: worse, better, or no real difference. Nothing is asked or graded here.

The verdict is on pass and fail, by McNemar's exact test: of the cases that flipped, would a coin have fallen so
unevenly? The metrics say where a difference lies. As there are many of them, each has to clear more (Holm 1979).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from math import comb
from statistics import mean
from typing import Any, Literal

import numpy as np

from eval.kept import Kept
from eval.report import expected, got
from eval.run import Result
from rag.errors import BadInput

Verdict = Literal["worse", "better", "no real difference"]
Pair = tuple[Result, Result]  # one case, before and after

ALPHA = 0.05
RESAMPLES = 10_000
SEED = 20_260_101  # the same two runs give the same interval
POWER = 0.8  # a drop counts as one that can be seen when it is seen four times out of five


@dataclass(frozen=True, slots=True)
class Difference:
    """A number over the cases that both runs have it for. `low` to `high` is a 95% interval of after − before."""

    name: str
    n: int
    before: float
    after: float
    low: float
    high: float
    worse: int  # cases where it fell
    better: int
    p: float  # of falling so unevenly by chance
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Comparison:
    """What two runs say about the cases that they have in common."""

    before: Kept
    after: Kept
    passed: Difference
    metrics: tuple[Difference, ...]
    flips: tuple[Pair, ...]  # those now failing first
    changed: tuple[str, ...]  # in both, but not the same question with the same expectation: not compared
    only_before: tuple[str, ...]
    only_after: tuple[str, ...]

    @property
    def verdict(self) -> Verdict:
        return self.passed.verdict


def compare(before: Kept, after: Kept) -> Comparison:
    """The cases of the two runs paired by id; `BadInput` if they have none in common."""
    both = [id for id in before.results if id in after.results]
    changed = [id for id in both if not _same_case(before.results[id], after.results[id])]
    pairs = [(before.results[id], after.results[id]) for id in both if id not in set(changed)]
    if not pairs:
        raise BadInput(f"{before.name} and {after.name} have no case in common: there is nothing to compare.")
    flips = [pair for pair in pairs if _passes(pair[0]) != _passes(pair[1])]
    return Comparison(
        before,
        after,
        _difference("passed", [(_passes(old), _passes(new)) for old, new in pairs]),
        _metrics(pairs),
        tuple(sorted(flips, key=lambda pair: _passes(pair[1]))),
        tuple(changed),
        tuple(id for id in before.results if id not in after.results),
        tuple(id for id in after.results if id not in before.results),
    )


def mcnemar(worse: int, better: int) -> float:
    """The exact two-sided p of McNemar's test: the chance that a coin splits the flips at least this unevenly."""
    flips = worse + better
    tail = sum(comb(flips, k) for k in range(min(worse, better) + 1))
    return float(min(1.0, 2 * tail / 2**flips))


def holm(ps: Sequence[float]) -> list[float]:
    """The p of each of several tests, raised so that one false alarm among all of them stays as rare as for one."""
    order = sorted(range(len(ps)), key=lambda i: ps[i])
    raised, most = [0.0] * len(ps), 0.0
    for rank, i in enumerate(order):
        most = max(most, min(1.0, ps[i] * (len(ps) - rank)))
        raised[i] = most
    return raised


def bootstrap(differences: Sequence[float]) -> tuple[float, float]:
    """A 95% percentile interval of the mean of paired differences (Efron 1979)."""
    values, counts = np.unique(np.asarray(differences), return_counts=True)
    # Drawing n cases with replacement is drawing how often each value comes up.
    draws = np.random.default_rng(SEED).multinomial(len(differences), counts / len(differences), RESAMPLES)
    low, high = np.quantile(draws @ values / len(differences), [ALPHA / 2, 1 - ALPHA / 2])
    return float(low), float(high)


def smallest_drop(n: int, flips_each_way: int) -> float | None:
    """The smallest drop that n cases show as "worse" four times out of five, a part of 1; None if they cannot.

    As many cases as flipped each way are taken to go on flipping by chance. Simulated with a fixed seed, so it is
    good to about a case.
    """
    possible = range(1, n - 2 * flips_each_way + 1)
    noise = flips_each_way / n

    def is_seen(lost: int) -> bool:
        chances = [noise + lost / n, noise, 1 - 2 * noise - lost / n]
        drawn = np.random.default_rng(SEED).multinomial(n, np.clip(chances, 0, 1), 1_000).tolist()
        called = sum(worse >= _called_from(worse + better) for worse, better, _ in drawn)
        return bool(called >= POWER * len(drawn))

    at = bisect_left(possible, True, key=is_seen)
    return possible[at] / n if at < len(possible) else None


@cache
def _called_from(flips: int) -> int:
    """How many of so many flips have to be losses for the verdict "worse"."""
    most = range(flips // 2, flips + 1)
    return most.start + bisect_left(most, True, key=lambda worse: mcnemar(worse, flips - worse) < ALPHA)


def told(found: Comparison) -> str:
    """The verdict, the numbers, what was left out, and each flipped case with both answers."""
    return "\n".join([*notes(found), *table(found), "", sentence(found), *flips_told(found)])


def sentence(found: Comparison) -> str:
    it = found.passed
    return (
        f"{found.verdict[0].upper()}{found.verdict[1:]}: {it.before:.1%} of {it.n} cases passed before, {it.after:.1%} "
        f"after ({it.worse} now fail, {it.better} now pass, p = {it.p:.2g})."
    )


def notes(found: Comparison) -> Iterator[str]:
    """What a reader has to know before the numbers: which sets, and which cases are not compared."""
    before, after = found.before, found.after
    yield f"before  {before.name}" + (f", blessed {before.when}: {before.why}" if before.why else "")
    yield f"after   {after.name}"
    if before.set != after.set:
        common = "1 case in common is" if found.passed.n == 1 else f"{found.passed.n} cases in common are"
        yield f"Two sets, {before.set} and {after.set}: only the {common} compared."
    left_out = {
        "are asked or graded otherwise than before, and left out": found.changed,
        "are in the first only": found.only_before,
        "are in the second only": found.only_after,
    }
    for what, ids in left_out.items():
        if ids:
            yield f"{len(ids)} of the cases {what}: {', '.join(ids[:10])}{' …' if len(ids) > 10 else ''}"
    yield ""


def table(found: Comparison) -> Iterator[str]:
    yield f"{'':<12}{'cases':>6}{'before':>9}{'after':>9}{'change':>9}  {'95% interval':<19}verdict"
    for each in (found.passed, *found.metrics):
        interval = f"{each.low * 100:+.1f} to {each.high * 100:+.1f}"
        yield (
            f"{each.name:<12}{each.n:>6}{each.before:>9.1%}{each.after:>9.1%}{(each.after - each.before) * 100:>+9.1f}"
            f"  {interval:<19}{each.verdict}"
        )


def flips_told(found: Comparison) -> Iterator[str]:
    for old, new in found.flips:
        yield ""
        yield f"{new.case.id}: {flip(old, new)}" + (" (must pass)" if new.case.must else "")
        yield f"    asked     {new.case.question}"
        yield f"    expected  {expected(new)}"
        yield f"    before    {got(old.examined.answer)}"
        yield f"    after     {got(new.examined.answer)}"


def flip(old: Result, new: Result) -> str:
    """The way a case flipped, and what is or was wrong with it."""
    return f"now passes (was: {old.cause})" if new.cause is None else f"now fails: {new.cause}"


def as_json(found: Comparison) -> dict[str, Any]:
    """The comparison as JSON: the same numbers, and each flip with both answers whole."""

    def number(each: Difference) -> dict[str, Any]:
        return {name: getattr(each, name) for name in Difference.__slots__} | {"difference": each.after - each.before}

    return {
        "before": found.before.name,
        "after": found.after.name,
        "sets": [found.before.set, found.after.set],
        "verdict": found.verdict,
        "passed": number(found.passed),
        "metrics": [number(each) for each in found.metrics],
        "flips": [
            {
                "id": new.case.id,
                "question": new.case.question,
                "must_pass": new.case.must,
                "now": "passes" if new.cause is None else "fails",
                "cause": new.cause or old.cause,
                "before": old.examined.answer,
                "after": new.examined.answer,
            }
            for old, new in found.flips
        ],
        "changed": found.changed,
        "only_before": found.only_before,
        "only_after": found.only_after,
    }


def _passes(result: Result) -> float:
    return float(result.cause is None)


def _same_case(old: Result, new: Result) -> bool:
    """Whether the same was asked and expected. An id is not enough: a case without one has the number of its line."""
    marks = {"tags": (), "must_pass": False}
    return old.case == new.case or old.case.model_copy(update=marks) == new.case.model_copy(update=marks)


def _metrics(pairs: Sequence[Pair]) -> tuple[Difference, ...]:
    """Each metric over the cases where both runs measured it."""
    names = list(dict.fromkeys(name for pair in pairs for each in pair for name in each.grades or ()))
    measured = {name: [both for pair in pairs if (both := _both(name, *pair))] for name in names}
    found = [_difference(name, values) for name, values in measured.items() if values]
    return tuple(
        replace(each, p=p, verdict=_verdict(p, each.before, each.after, each.worse, each.better))
        for each, p in zip(found, holm([each.p for each in found]), strict=True)
    )


def _both(name: str, old: Result, new: Result) -> tuple[float, float] | None:
    before, after = ((each.grades or {}).get(name) for each in (old, new))
    return None if before is None or after is None else (before, after)


def _difference(name: str, values: Sequence[tuple[float, float]]) -> Difference:
    before, after = (mean(side) for side in zip(*values, strict=True))
    worse, better = sum(new < old for old, new in values), sum(new > old for old, new in values)
    low, high = bootstrap([new - old for old, new in values])
    p = mcnemar(worse, better)
    verdict = _verdict(p, before, after, worse, better)
    return Difference(name, len(values), before, after, low, high, worse, better, p, verdict)


def _verdict(p: float, before: float, after: float, worse: int, better: int) -> Verdict:
    """In words. A metric with degrees (token F1) has to fall in its mean as well as in most cases, or rise in both."""
    if p >= ALPHA or (after - before) * (better - worse) <= 0:
        return "no real difference"
    return "worse" if after < before else "better"
