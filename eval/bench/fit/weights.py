"""Fits the weights of passages and of the probability that a statement answers, with scipy: JSON lines in, JSON out.

    python weights.py LABELLED.jsonl OUT.json

A softmax over a question's passages, each set counting the same, no weight below 0; a logistic regression for the
probability, questions with and without an answer counting the same. Prints what each feature adds.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import minimize

JUDGED = 0.2  # what a unit of the cross-encoder's log-odds adds to a statement's score: .1 to .3 did as well
PROBABLE = ("dense", "coverage", "judged")
_RIDGE = 2e-3

Case = tuple[Any, Any, list[str], set[str]]  # features (passages, features), gold (passages,), reports, gold reports
Sets = dict[str, list[Case]]


def passages_of(cases: Sequence[dict[str, Any]], names: Sequence[str]) -> Sets:
    """The passages of each set's questions that have evidence."""
    found: Sets = defaultdict(list)
    for case in cases:
        if case["reports"] and case["scored"]:
            features = np.array([[each["features"][name] for name in names] for each in case["scored"]])
            gold = np.array([float(each["gold"]) for each in case["scored"]])
            found[case["set"]].append(
                (features, gold, [each["report"] for each in case["scored"]], set(case["reports"]))
            )
    return found


def fitted(sets: Sets) -> Any:
    """The weights (features,) under which a gold passage comes first most surely."""
    width = next(iter(sets.values()))[0][0].shape[1]

    def loss(weights: Any) -> tuple[float, Any]:
        total, slope = _RIDGE * weights @ weights, 2 * _RIDGE * weights
        for cases in sets.values():
            useful = [case for case in cases if 0 < case[1].sum() < len(case[1])]
            for features, gold, _, _ in useful:
                scores = features @ weights
                exp = np.exp(scores - scores.max())
                share, right = exp / exp.sum(), exp * gold / (exp * gold).sum()
                total -= np.log((exp * gold).sum() / exp.sum()) / len(useful) / len(sets)
                slope = slope - features.T @ (right - share) / len(useful) / len(sets)
        return total, slope

    return minimize(loss, np.ones(width), jac=True, method="L-BFGS-B", bounds=[(0, None)] * width).x


def hits(cases: Sequence[Case], weights: Any) -> tuple[float, float]:
    """How often the first passage, and one of the first five, is of a gold report."""
    first = five = 0
    for features, _, reports, gold in cases:
        order = np.argsort(-(features @ weights), kind="stable")[:5]
        first += reports[order[0]] in gold
        five += bool(gold & {reports[at] for at in order})
    return round(first / len(cases), 3), round(five / len(cases), 3)


def probable(cases: Sequence[dict[str, Any]]) -> dict[str, float]:
    """The weights of the log-odds that the best statement answers."""
    rows, answers = [], []
    for case in cases:
        if not case["statements"] or (case["status"] != "not_found" and not case["placed"]):
            continue
        best = max(case["statements"], key=lambda each: each["score"] + JUDGED * each["features"].get("judged", 0.0))
        rows.append([1.0, *(best["features"].get(name, 0.0) for name in PROBABLE)])
        answers.append(float(case["status"] != "not_found"))
    x, y = np.array(rows), np.array(answers)
    each = np.where(y == 1, 0.5 / y.sum(), 0.5 / (1 - y).sum())

    def loss(weights: Any) -> tuple[float, Any]:
        p = 1 / (1 + np.exp(-(x @ weights)))
        lost = -(each * (y * np.log(p + 1e-9) + (1 - y) * np.log(1 - p + 1e-9))).sum()
        return lost + 1e-4 * weights[1:] @ weights[1:], x.T @ (each * (p - y)) + 2e-4 * np.r_[0, weights[1:]]

    weights = minimize(loss, np.zeros(x.shape[1]), jac=True, method="L-BFGS-B").x
    return dict(zip(("bias", *PROBABLE), (round(float(each), 2) for each in weights), strict=True))


def _reported(sets: Sets, names: Sequence[str], weights: Any, say: Callable[[str], None]) -> None:
    halves = [{name: cases[side::2] for name, cases in sets.items()} for side in (0, 1)]
    crossed = [fitted(half) for half in halves]
    for name, cases in sets.items():
        held_out = [hits(halves[1 - side][name], crossed[side]) for side in (0, 1)]
        say(f"{name}: fitted {hits(cases, weights)}, on the half not fitted on {held_out}")
    for at, name in enumerate(names):
        without = {
            key: [(np.delete(x, at, 1), gold, reports, right) for x, gold, reports, right in cases]
            for key, cases in sets.items()
        }
        less = fitted(without)
        say(f"without {name}: " + ", ".join(f"{key} {hits(cases, less)}" for key, cases in without.items()))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("labelled", type=Path)
    parser.add_argument("out", type=Path)
    given = parser.parse_args()
    cases = [json.loads(line) for line in given.labelled.read_text(encoding="utf-8").splitlines()]
    names = list(next(case for case in cases if case["scored"])["scored"][0]["features"])
    sets = passages_of(cases, names)
    weights = fitted(sets)
    _reported(sets, names, weights, print)
    found = {
        "passage": dict(zip(names, (round(float(each), 3) for each in weights), strict=True)),
        "judged": JUDGED,
        "answers": probable([case for case in cases if case["set"] in ("squad", "clapnq", "mtrag")]),
    }
    given.out.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
