"""A run in numbers and in words: what failed, where, and how good the rest is. Grades nothing itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from statistics import mean, median
from typing import Any

from eval.run import Result


def summarise(results: Sequence[Result]) -> dict[str, Any]:
    """Counts, and each metric's mean with the number of cases it applies to: what was not measured is None, not 0."""
    graded = [result.grades for result in results if result.grades]
    values = {name: [v for g in graded if (v := g[name]) is not None] for name in (graded[0] if graded else ())}
    times = [total for result in results if (total := (result.examined.answer.get("timings_ms") or {}).get("total"))]
    return {
        "cases": len(results),
        "passed": sum(result.cause is None for result in results),
        "must_pass_failed": [result.case.id for result in results if result.cause and result.case.must],
        "causes": dict(Counter(result.cause for result in results if result.cause).most_common()),
        "metrics": {name: {"mean": mean(v) if v else None, "n": len(v)} for name, v in values.items()},
        "median_ms": median(times) if times else None,
    }


def told(results: Sequence[Result], summary: dict[str, Any]) -> str:
    """Each failed case with where it failed, what was expected and what came; then the numbers."""
    return "\n".join([*(line for result in results if result.cause for line in _failure(result)), *_numbers(summary)])


def _failure(result: Result) -> Iterator[str]:
    case = result.case
    yield f"{case.id}: {result.cause}" + (" (must pass)" if case.must else "")
    yield f"    asked     {case.question}" + (f"  [after {case.history[0].content}]" if case.history else "")
    yield f"    expected  {expected(result)}"
    yield f"    got       {got(result.examined.answer)}"


def expected(result: Result) -> str:
    expect = result.case.expect
    parts: list[str] = [expect.status]
    if expect.answer:
        parts.append(" or ".join(expect.answer))
    elif expect.value:
        parts.append(f"{expect.value.number:,g} {expect.value.unit}".strip())
    if expect.period:
        parts.append(f"{expect.period.start} to {expect.period.end}")
    if expect.evidence:
        rank = next((rank for rank in result.examined.ranks if rank), None)
        place = f"passage {rank}" if rank else "not found"
        parts.append(f"{expect.evidence[0].report}, page {expect.evidence[0].page} ({place})")
    return " · ".join(parts)


def got(answer: dict[str, Any]) -> str:
    if answer["status"] == "error":
        return f"error · {answer['error']}"
    parts = [answer["status"], answer["short"] or " ".join(answer["text"].split())[:100]]
    if answer["period"]:
        parts.append(f"{answer['period']['start']} to {answer['period']['end']}")
    parts += [f"{each['report']}, page {each['page']}" for each in answer["citations"][:1]]
    return " · ".join(part for part in parts if part)


def _numbers(summary: dict[str, Any]) -> Iterator[str]:
    yield ""
    for name, metric in summary["metrics"].items():
        yield f"{name:<12}" + (f"{metric['mean']:7.1%} of {metric['n']}" if metric["n"] else " not measured")
    yield ""
    yield f"{summary['passed']} of {summary['cases']} cases passed ({summary['passed'] / summary['cases']:.1%})"
    for cause, count in summary["causes"].items():
        yield f"{count:>5} {cause}"
