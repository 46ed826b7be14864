"""The weights of the ranking, read from `weights.json`: fitted by `eval/bench/fit`, or set by hand where it says so."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

# The probability from which a statement is given as the answer. With the cross-encoder this refuses 62 % of clapnq's
# questions without an answer and 9 % of those with one, in folds that nothing was fitted on: see docs/decisions.md.
THRESHOLD = 0.45

FILE = Path(__file__).with_name("weights.json")


@dataclass(frozen=True, slots=True)
class Weights:
    """A weight for each feature of a passage and of a statement, and what makes a score a probability."""

    passage: dict[str, float]
    statement: dict[str, float]
    judged: float  # a statement's gain for each unit of log-odds that the cross-encoder gives it
    answers: dict[str, float]  # of the log-odds that a statement answers, where it was read by the cross-encoder
    answers_unread: dict[str, float]  # the same where it was not


def read(file: Path = FILE) -> Weights:
    """The weights in the file."""
    held = json.loads(file.read_text(encoding="utf-8"))
    return Weights(**{name: held[name] for name in Weights.__dataclass_fields__})


def gains(weights: dict[str, float], features: dict[str, float]) -> dict[str, float]:
    """What each feature adds to a score: its value times its weight."""
    return {name: weights[name] * value for name, value in features.items()}


WEIGHTS = read()
