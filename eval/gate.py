"""Whether a change may go in: no real drop from the baseline, and every case that must pass passes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from eval import compare as comparing
from eval.compare import ALPHA, Comparison, compare, flips_told, mcnemar, notes, sentence, smallest_drop
from eval.kept import Kept


@dataclass(frozen=True, slots=True)
class Gate:
    """A run held against a baseline."""

    compared: Comparison
    broken: tuple[str, ...]  # each case that must pass and does not, with what is wrong
    smallest: float | None  # the smallest drop that would have been seen, a part of 1; None: none at all

    @property
    def closed(self) -> bool:
        return bool(self.broken) or self.compared.verdict == "worse"


def gate(run: Kept, baseline: Kept) -> Gate:
    """The run held against the baseline; `BadInput` if they have no case in common."""
    compared = compare(baseline, run)
    by_chance = (compared.passed.worse + compared.passed.better + 1) // 2
    if compared.verdict != "no real difference":
        by_chance = min(compared.passed.worse, compared.passed.better)
    return Gate(compared, tuple(_broken(run, baseline)), smallest_drop(compared.passed.n, by_chance))


def _broken(run: Kept, baseline: Kept) -> Iterator[str]:
    """A case must pass if the run or the baseline says so: dropping the mark, or the case, takes a new blessing."""
    for id, was in baseline.results.items():
        if was.case.must and id not in run.results:
            yield f"{id}: was not asked"
    for id, now in run.results.items():
        if now.cause and (now.case.must or (id in baseline.results and baseline.results[id].case.must)):
            yield f"{id}: {now.cause}"


def told(found: Gate) -> str:
    """What was held against what, what is broken, the verdict, and how small a drop would have been seen."""
    return "\n".join([*notes(found.compared), *conclusion(found), *flips_told(found.compared)])


def conclusion(found: Gate) -> Iterator[str]:
    yield f"The gate is {'closed' if found.closed else 'open'}. {sentence(found.compared)}"
    yield from (f"Must pass, and does not: {each}" for each in found.broken)
    yield sight(found)


def sight(found: Gate) -> str:
    """How small a drop this set could have seen."""
    n = found.compared.passed.n
    fewest = next(lost for lost in range(1, 100) if mcnemar(lost, 0) < ALPHA)
    if found.smallest is None:
        return f"With these {n} cases no drop would be seen: {fewest} or more have to flip, nearly all the same way."
    return (
        f"With these {n} cases, and flips like these taken for chance, a drop of {found.smallest * 100:.1f} points "
        f"would be seen four times out of five; fewer than {fewest} flips are never called."
    )


def as_json(found: Gate) -> dict[str, Any]:
    return {
        "open": not found.closed,
        "must_pass_broken": found.broken,
        "smallest_drop": found.smallest,
        "comparison": comparing.as_json(found.compared),
    }
