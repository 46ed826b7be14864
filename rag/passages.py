"""A reading becomes passages of statements, each with its exact span.

Nothing is looked for afterwards: every span is recorded here, while the text is cut.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from rag.language.rows import told
from rag.language.sentences import sentences
from rag.ledger import reckoned
from rag.reading.limits import Limits
from rag.reading.sandbox import Sandbox, Sandboxes, read_directly
from rag.types import Block, Page, Passage, Reading, Report, Spanned, Statement

# About 200 tokens of the embedding model. Measured on the public chunking set in docs/decisions.md.
PASSAGE_CHARS = 900
# A heading or a table opens a new passage unless the one before is shorter than this.
SHORT_PASSAGE_CHARS = 250
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Cut:
    """One file, read and cut: all that can be said of it before it is embedded."""

    report: Report
    pages: tuple[Page, ...]
    passages: tuple[Passage, ...]
    texts: tuple[Spanned, ...]  # what is embedded, one a passage


def read_and_cut(path: Path, limits: Limits, draft: Report) -> Cut:
    """The file at `path`, read under the name it has in the draft and cut. This is what runs in the sandbox, so that
    a text that takes the splitter too long costs that file only."""
    return cut(read_directly(path, limits, PurePosixPath(draft.path).name), draft)


def read_in(sandbox: Sandbox[Cut] | Sandboxes[Cut]) -> Callable[[Path, Report], Cut]:
    """What the ingest line reads with: `read_and_cut` in its sandbox, failures under the file's own name."""
    return lambda path, draft: sandbox.read(path, draft, name=PurePosixPath(draft.path).name)


def cut(reading: Reading, draft: Report) -> Cut:
    """The reading as passages of the report that the draft begins: its ids are there, and what a person corrected."""
    reading = replace(
        reading,
        title=draft.title or reading.title,
        published=draft.published or reading.published,
        covers=draft.covers or reading.covers,
    )
    report = replace(
        draft,
        title=reading.title,
        kind=reading.kind,
        pages=len(reading.pages),
        published=reading.published,
        covers=reading.covers,
        notes=reading.notes,
    )
    passages = tuple(split(reading, report))
    return Cut(report, reading.pages, passages, tuple(rendered(passage) for passage in passages))


def split(reading: Reading, report: Report) -> list[Passage]:
    """All passages of a reading, in reading order, with ids that name report, revision, page and place."""
    found: list[Passage] = []
    headings: dict[int, str] = {}
    for page in reading.pages:
        for group in _groups(page, headings):
            passage_id = f"{report.id}@{report.revision}:p{page.number}:g{len(found) + 1}"
            start, end = group[0].start, group[-1].end
            found.append(
                Passage(
                    id=passage_id,
                    report=report,
                    page=page.number,
                    ordinal=len(found) + 1,
                    start=start,
                    end=end,
                    text=page.text[start:end],
                    heading=group[0].heading,
                    statements=tuple(replace(statement, passage_id=passage_id) for statement in group),
                    label=page.label,
                )
            )
    return reckoned(found, reading)


def rendered(passage: Passage) -> Spanned:
    """The text of a passage as it is embedded and indexed: report and heading first, rows with their headers.

    The spans are those of the statements, in order.
    """
    parts = [". ".join(part for part in (passage.report.title, passage.heading) if part)]
    at = len(parts[0]) + 1
    spans: list[tuple[int, int]] = []
    caption = ""
    for statement in passage.statements:
        if statement.caption and statement.caption != caption:
            caption = statement.caption
            parts.append(caption)
            at += len(caption) + 1
        text = told(statement)
        spans.append((at, at + len(text)))
        parts.append(text)
        at += len(text) + 1
    return Spanned("\n".join(parts), tuple(spans))


# --- cutting ----------------------------------------------------------------------------------------------------------


def _groups(page: Page, headings: dict[int, str]) -> Iterator[list[Statement]]:
    """Runs of statements of about one passage's size; ``headings`` is the path so far and is kept up to date."""
    group: list[Statement] = []
    ordinal = 0
    table = ""
    for block in page.blocks:
        length = group[-1].end - group[0].start if group else 0
        if block.kind == "heading":
            for level in [level for level in headings if level >= max(1, block.level)]:
                del headings[level]
            headings[max(1, block.level)] = _SPACE.sub(" ", page.text[block.start : block.end]).strip(" #*=-")
        breaks = block.kind == "heading" or (block.kind == "table_row") != (table != "") or block.caption != table
        table = (block.caption or "table") if block.kind == "table_row" else ""
        if breaks and length >= SHORT_PASSAGE_CHARS:
            yield group
            group = []
        heading = " > ".join(headings[level] for level in sorted(headings))
        for statement in _statements(page, block, heading):
            ordinal += 1
            if group and statement.end - group[0].start > PASSAGE_CHARS:
                yield group
                group = []
            group.append(replace(statement, ordinal=ordinal))
    if group:
        yield group


def _statements(page: Page, block: Block, heading: str) -> Iterator[Statement]:
    if block.kind in ("heading", "caption", "furniture"):
        return
    if block.kind == "table_row":
        yield _statement(page, block, heading, block.start, block.end)
        return
    for start, end in sentences(page.text, block.start, block.end):
        yield _statement(page, block, heading, start, end)


def _statement(page: Page, block: Block, heading: str, start: int, end: int) -> Statement:
    kinds = {"table_row": "row", "list_item": "item"}
    return Statement(
        id="",
        passage_id="",
        page=page.number,
        ordinal=0,
        start=start,
        end=end,
        text=page.text[start:end],
        kind=kinds.get(block.kind, "sentence"),  # type: ignore[arg-type]
        heading=heading,
        caption=block.caption,
        cells=block.cells,
        total=block.total,
    )
