"""How often a wrong figure stands for the answer: `python -m eval.bench.wrong SET LIBRARY`.

Counted are the answered questions whose known answer is a number. Where several reports are told side by side none of
them stands for the answer; whether one of them is right is told apart. An answer of the right digits at another scale
is wrong, and told apart too: some sets leave a table's "in thousands" out of what they hold to be right.
"""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

from eval.bench.public import asked_of, cases
from rag.ask import ask
from rag.language.numbers import numbers
from rag.types import Answer

TOLERANCE = 0.01  # of the value, where a case gives none
SCALES = (1e3, 1e6, 1e9)


def main() -> None:
    outcomes: Counter[str] = Counter()
    for case, library in cases("eval.bench.wrong", "Wrong figures among answers."):
        answer = ask(library, asked_of(case))
        outcomes["answered"] += answer.status == "answered"
        if answer.status == "answered" and case["expect"].get("value"):
            outcomes["of a number"] += 1
            outcomes[_outcome(answer, case["expect"]["value"])] += 1
    for outcome, count in outcomes.items():
        print(f"{outcome:<40}{count:>6}{count / max(1, outcomes['answered']):>8.1%}")


def _outcome(answer: Answer, known: dict[str, Any]) -> str:
    told = [figure.value for figure in answer.figures]
    told += [number.value for number in numbers(answer.short or "", taken=[])]
    several = bool(answer.figures) and answer.figures[0].citation in {each["citation"] for each in answer.conflicts}
    if any(_equal(value, known) for value in told):
        return "several, one of them right" if several else "right"
    if several:
        return "several, none of them right"
    scaled = [value * factor for value in told for scale in SCALES for factor in (scale, 1 / scale)]
    return "right digits, another scale" if any(_equal(value, known) for value in scaled) else "wrong"


def _equal(value: float, known: dict[str, Any]) -> bool:
    """Whether a value is the known one; a fall may be told without its sign."""
    return math.isclose(abs(value), abs(known["number"]), rel_tol=known.get("tolerance", TOLERANCE), abs_tol=1e-9)


if __name__ == "__main__":
    main()
