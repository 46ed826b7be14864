"""A public set's cases, asked one after the other of a library of its corpus."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from rag.index.crossencoder import CrossEncoder
from rag.index.embed import MiniLM
from rag.library import Library
from rag.types import Asked, Turn

AS_OF = "2026-11-22"  # of a case that does not say


def cases(prog: str, description: str) -> Iterator[tuple[dict[str, Any], Library]]:
    """Each case of the set that the command line names, with the open library that it names."""
    parser = argparse.ArgumentParser(prog=f"python -m {prog}", description=description)
    parser.add_argument("set", type=Path, help="a folder with cases.jsonl")
    parser.add_argument("library", type=Path, help="a library of its corpus")
    given = parser.parse_args()
    with Library.open(given.library, MiniLM(), judge=CrossEncoder()) as library:
        for line in (given.set / "cases.jsonl").read_text(encoding="utf-8").splitlines():
            yield json.loads(line), library


def asked_of(case: dict[str, Any]) -> Asked:
    """A public set's case as it is asked."""
    history = tuple(Turn(turn["role"], turn["content"]) for turn in case.get("history", ()))
    return Asked(case["question"], date.fromisoformat(case.get("as_of", AS_OF)), history, scope=case.get("scope", ""))
