"""Questions to ask a benchmark's library: those of a file, or built from the statements of its real text."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from eval.bench.recombined import Real
from rag.language.tokens import COMMON, tokens
from rag.types import Statement

_WORDS = 7  # of a statement in a question, at most
_LEAST = 4  # a statement with fewer says too little to be asked about


def from_files(paths: Iterable[Path]) -> list[str]:
    """The "question" of every line of JSON."""
    return [json.loads(line)["question"] for path in paths for line in path.read_text("utf-8").splitlines() if line]


def from_statements(real: Sequence[Real], seed: int = 1) -> Iterator[str]:
    """A question about each statement that says enough, in an order by chance: its words that are not common ones.

    What has a figure that counts something is asked how many there were; what has a period, when; the rest, what.
    """
    statements = [statement for each in real for statement in each.passage.statements]
    random.Random(seed).shuffle(statements)
    for statement in statements:
        words = _words(statement)
        if len(words) >= _LEAST:
            yield f"{_opening(statement)} {' '.join(words)}?"


def _opening(statement: Statement) -> str:
    counted = next((figure.unit for figure in statement.figures if figure.unit.isalpha() and figure.unit.islower()), "")
    if counted:
        return f"How many {counted}"
    return "When" if statement.period and statement.said in statement.text else "What about"


def _words(statement: Statement) -> list[str]:
    """The first words, as they are written, that are neither common nor the figure or date that is asked for."""
    found: dict[str, str] = {}
    for folded, start, end in tokens(statement.text):
        if folded not in COMMON and len(folded) > 2 and not folded[0].isdigit():
            found.setdefault(folded, statement.text[start:end])
    return list(found.values())[:_WORDS]
