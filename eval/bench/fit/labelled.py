"""The questions of the public sets with what search finds for each: passages, their statements, and which are gold."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from rag.index.embed import MiniLM
from rag.language.rows import told
from rag.library import Library
from rag.question import understand
from rag.search import Ranked, search
from rag.spelling import spelt
from rag.types import Asked, Judge, Statement, Turn

TRAINED_ON = ("squad", "clapnq", "timeqa", "chunking", "ramdocs")
WEIGHED_ON = ("squad", "clapnq", "tatqa", "chunking", "mtrag", "tenq")
FOLDS = 2
SPLIT_BY_REPORT = ("squad", "timeqa", "clapnq")
PASSAGES = 8  # of a question; further ones only where they are gold
_AS_OF = "2026-11-22"  # of a set that names no day


def labelled(bench: Path, libraries: Path, name: str, judge: Judge | None = None) -> Iterator[dict[str, Any]]:
    """Each case of a set as plain JSON. Its corpus must have been ingested into the library of the set's name."""
    with Library.open(libraries / name, MiniLM(), judge=judge) as library:
        for line in (bench / name / "cases.jsonl").read_text(encoding="utf-8").splitlines():
            case = json.loads(line)
            asked = Asked(
                case["question"],
                date.fromisoformat(case.get("as_of", _AS_OF)),
                tuple(Turn(turn["role"], turn["content"]) for turn in case.get("history", [])),
                case.get("scope", ""),
            )
            understood = spelt(understand(asked), library)
            found = search(library, understood, asked.within)
            gold = case["expect"].get("evidence") or []
            yield {
                "id": case["id"],
                "set": name,
                "question": understood.standalone,
                "status": case["expect"].get("status"),
                "fold": fold_of(name, case["id"], [each["report"] for each in gold]),
                "reports": [each["report"] for each in gold],
                "placed": any(each.get("start") is not None for each in gold),
                "passages": _passages(found.statements, gold),
                "scored": [
                    {
                        "report": each.passage.report.path,
                        "gold": is_gold(each.passage.report.path, each.passage.start, each.passage.end, gold),
                        "features": each.features,
                    }
                    for each in found.scored
                ],
                "statements": [
                    {"gold": _gold(each, gold), "score": each.score, "features": each.features}
                    for each in found.statements[:40]
                ],
            }


def fold_of(name: str, case: str, reports: Sequence[str]) -> int:
    """The fold of a question: where a set's questions are each of one report, all of a report are of one fold."""
    key = name + (reports[0] if name in SPLIT_BY_REPORT and reports else case)
    return int(hashlib.md5(key.encode(), usedforsecurity=False).hexdigest(), 16) % FOLDS


def is_gold(report: str, start: int, end: int, gold: list[dict[str, Any]]) -> bool:
    """Whether a passage holds evidence: by place where the set knows it, else by its report."""
    own = [each for each in gold if each["report"] == report]
    placed = [each for each in own if each.get("start") is not None]
    if not placed:
        return bool(own)
    return any(min(each["end"], end) - max(each["start"], start) > 20 for each in placed)


def overlaps(start: int, end: int, evidence: dict[str, Any]) -> bool:
    """Whether half of the shorter of a statement and a piece of evidence is common to both."""
    if evidence.get("start") is None:
        return False
    common = min(end, evidence["end"]) - max(start, evidence["start"])
    return bool(common > 0 and common >= 0.5 * min(end - start, evidence["end"] - evidence["start"]))


def _gold(ranked: Ranked, gold: list[dict[str, Any]]) -> bool:
    statement = ranked.statement
    return any(
        each["report"] == ranked.passage.report.path and overlaps(statement.start, statement.end, each) for each in gold
    )


def _passages(ranked: tuple[Ranked, ...], gold: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The passages of the best statements, whole, best first."""
    found: dict[str, dict[str, Any]] = {}
    for each in ranked:
        passage = each.passage
        if passage.id in found or (len(found) >= PASSAGES and not _gold(each, gold)):
            continue
        own = [one for one in gold if one["report"] == passage.report.path]
        found[passage.id] = {
            "title": passage.report.title,
            "heading": passage.heading,
            "statements": [_statement(statement, own) for statement in passage.statements],
        }
    return list(found.values())


def _statement(statement: Statement, gold: list[dict[str, Any]]) -> dict[str, Any]:
    mine = [each for each in gold if overlaps(statement.start, statement.end, each)]
    spans = [
        (each["answer_start"] - statement.start, each["answer_end"] - statement.start)
        for each in mine
        if each.get("answer_start") is not None
        and statement.start <= each["answer_start"]
        and each["answer_end"] <= statement.end
    ]
    return {"told": told(statement), "gold": bool(mine), "answer": spans[0] if spans else None}
