"""Runs with a known truth, made without asking anything."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from eval.cases import Case
from eval.kept import Kept
from eval.run import Examined, Result


def result(id: str, passes: bool, *, must: bool = False, **answer: Any) -> Result:
    case = Case.model_validate(
        {
            "id": id,
            "question": f"Question {id}?",
            "as_of": "2026-11-22",
            "expect": {"answer": ["12"]},
            "must_pass": must,
        }
    )
    short = "12" if passes else "13"
    said = {"status": "answered", "short": short, "text": f"It is {short}.", "period": None, "citations": []} | answer
    grades = {"status": 1.0, "answer": float(passes), "figure": None}
    return Result(case, Examined(said), grades, None if passes else "wrong answer")


def kept(results: Iterable[Result], name: str = "run", which: str = "known") -> Kept:
    return Kept(name, Path(), which, {each.case.id: each for each in results}, {"answerer": "extract"})


_plain = cache(result)


def run_of(passes: Iterable[object], name: str = "run") -> Kept:
    return kept((_plain(f"c{number}", bool(each)) for number, each in enumerate(passes)), name)


def flipped(n: int, passed: int, *, worse: int, better: int) -> tuple[Kept, Kept]:
    """Two runs over n cases. Of those that passed in the first, `worse` fail in the second; `better` others pass."""
    before = [i < passed for i in range(n)]
    after = [worse <= i < passed + better for i in range(n)]
    return run_of(before, "before"), run_of(after, "after")
