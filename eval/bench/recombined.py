"""New passages from the statements of real ones, when a benchmark needs more than there is. Nothing is stored.

A made passage is some statements of a few real passages of one kind of report, in order, as long as a real passage. Its
statements keep their figures, periods, headings and vectors; its own vector is the mean of theirs, of length 1: nothing
is embedded. So it is real in every sentence and row, and means nothing as a whole.
"""

from __future__ import annotations

import hashlib
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count, islice
from typing import TYPE_CHECKING

import numpy as np

from rag.index.catalog import Entry, Held
from rag.passages import PASSAGE_CHARS
from rag.types import Block, BlockKind, Embedded, Page, Passage, Report, Statement, StatementKind

if TYPE_CHECKING:
    from numpy.typing import NDArray

PASSAGES_A_REPORT = 50
RUN = 3  # statements of one real passage in a made one, at most
_BLOCKS: dict[StatementKind, BlockKind] = {"sentence": "paragraph", "item": "list_item", "row": "table_row"}


@dataclass(frozen=True, slots=True)
class Real:
    """A real passage, and the vectors of its statements: (statements, dimensions)."""

    passage: Passage
    parts: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Made:
    """A made report, ready to be published, and what its passages are found by."""

    entry: Entry
    embedded: tuple[Embedded, ...]


def reports(real: Sequence[Real], seed: int = 1) -> Iterator[Made]:
    """Made reports without end, the same ones for the same passages and seed."""
    chance = random.Random(seed)
    kinds: dict[str, list[Real]] = defaultdict(list)
    for each in real:
        kinds[each.passage.report.kind].append(each)
    for number in count(1):
        like = chance.choice(real).passage.report  # so that each kind has its share
        yield _report(number, like, kinds[like.kind], PASSAGES_A_REPORT, chance)


def shortened(made: Made, passages: int) -> Made:
    """The report with its first passages only."""
    kept = made.entry.passages[:passages]
    entry = Entry(_held(kept), made.entry.pages[:passages], kept, made.entry.hashes[:passages])
    return Made(entry, made.embedded[:passages])


def _report(number: int, like: Report, real: Sequence[Real], passages: int, chance: random.Random) -> Made:
    id = f"made-{number:06}"
    report = replace(
        like,
        id=id,
        revision=hashlib.sha256(id.encode()).hexdigest()[:8],
        path=f"made/{number // 1000:03}/{id}",
        title=f"{like.title} ({number})",
        pages=passages,
        notes=(),
    )
    made = [_passage(report, page, real, chance) for page in range(1, passages + 1)]
    whole = tuple(passage for passage, _, _ in made)
    hashes = tuple(hashlib.sha256(passage.id.encode()).digest() for passage in whole)
    return Made(
        Entry(_held(whole), tuple(page for _, page, _ in made), whole, hashes),
        tuple(embedded for _, _, embedded in made),
    )


def _passage(
    report: Report, number: int, real: Sequence[Real], chance: random.Random
) -> tuple[Passage, Page, Embedded]:
    """A passage that is a page of its own."""
    id = f"{report.id}@{report.revision}:p{number}"
    text, parts = "", []
    statements: list[Statement] = []
    for statement, part in islice(_drawn(real, chance), 60):
        between = "" if not text else " " if statement.kind == "sentence" else "\n"
        if text and len(text) + len(between) + len(statement.text) > PASSAGE_CHARS:
            break
        text += between
        moved = shifted(statement, len(text) - statement.start)
        ordinal = len(statements) + 1
        statements.append(
            replace(moved, id=f"{id}:s{ordinal}", passage_id=f"{id}:g{number}", page=number, ordinal=ordinal)
        )
        parts.append(part)
        text += statement.text
    blocks = tuple(Block(_BLOCKS[each.kind], each.start, each.end) for each in statements)
    heading = statements[0].heading
    passage = Passage(f"{id}:g{number}", report, number, number, 0, len(text), text, heading, tuple(statements))
    together = np.stack(parts)
    mean = together.mean(axis=0)
    return passage, Page(number, text, blocks), Embedded(mean / np.linalg.norm(mean), together)


def _drawn(real: Sequence[Real], chance: random.Random) -> Iterator[tuple[Statement, NDArray[np.float32]]]:
    """Statements without end: up to `RUN` that follow each other in a passage, then some of another."""
    while True:
        drawn = chance.choice(real)
        first = chance.randrange(len(drawn.passage.statements))
        for at in range(first, min(first + chance.randint(1, RUN), len(drawn.passage.statements))):
            yield drawn.passage.statements[at], drawn.parts[at]


def shifted(statement: Statement, by: int) -> Statement:
    """The same statement elsewhere on a page: all that stands in it moves with it."""
    return replace(
        statement,
        start=statement.start + by,
        end=statement.end + by,
        cells=tuple(replace(cell, start=cell.start + by, end=cell.end + by) for cell in statement.cells),
        figures=tuple(
            replace(
                figure,
                start=figure.start + by,
                end=figure.end + by,
                number_start=figure.number_start + by,
                number_end=figure.number_end + by,
            )
            for figure in statement.figures
        ),
    )


def _held(passages: Sequence[Passage]) -> Held:
    report = replace(passages[0].report, pages=len(passages))
    statements = [statement for passage in passages for statement in passage.statements]
    return Held(
        report=report,
        root="made",
        sha256=hashlib.sha256(report.id.encode()).hexdigest(),
        size=sum(len(passage.text) for passage in passages),
        mtime_ns=0,
        pipeline="made",
        passages=len(passages),
        statements=len(statements),
        figures=sum(len(statement.figures) for statement in statements),
    )
