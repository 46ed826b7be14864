"""A document as it flows: its lines, tables, charts and pictures in order, and which line names which table.

The readers of Word, OpenDocument, RTF and slides find the parts; here they are written to a page, alike for all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from rag.errors import UnreadableReport
from rag.reading import tables
from rag.reading.compose import PageText
from rag.reading.limits import Limits
from rag.types import BlockKind

_UNITS = re.compile(
    r"^\(?(?:(?:all\s+)?(?:figures|amounts|values|dollars)?\s*(?:are\s+)?(?:in\s+)?)?(?:[£$€%]|us\$|(?:gbp|usd|eur)\b|"
    r"thousands?\b|millions?\b|billions?\b|per\s?cent\b|percentages?\b|numbers?\b|full-time\b|working days\b|days\b|"
    r"hours\b|index\b|units?\b)",
    re.IGNORECASE,
)
_OF_A_PICTURE = re.compile(r"^(?:figure|fig\.|chart|graph|image|photo|map|diagram)", re.IGNORECASE)
_SENTENCE_END = (".", "!", "?", ";", ",")
_NAME_LENGTH = 80  # a line this short without a full stop, just above a table, is its name
_LINES_ABOVE = 3


@dataclass(frozen=True, slots=True)
class Line:
    """One paragraph, heading, list item, caption or note, on one line."""

    kind: BlockKind
    text: str
    level: int = 0


@dataclass(frozen=True, slots=True)
class TablePart:
    """A table's texts, or those of a chart's data, with its first `marked` rows marked as headers by the file."""

    grid: tuple[tuple[str, ...], ...]
    marked: int = 0
    title: str = ""  # what the table or chart itself says it is
    unit: str = ""  # of a chart: its value axis
    chart: bool = False


@dataclass(frozen=True, slots=True)
class Picture:
    """Where a picture stands: a caption below it is its own, not that of the table which follows."""


Part = Line | TablePart | Picture


def check_rows(parts: Iterable[Part], name: str, limits: Limits) -> None:
    """Refuse a file whose tables have more rows than the limit."""
    rows = sum(len(part.grid) for part in parts if isinstance(part, TablePart))
    if rows > limits.rows:
        raise UnreadableReport(
            f"{name}: its tables have {rows:,} rows, over the limit of {limits.rows:,} (setting reader_rows)"
        )


def write(page: PageText, parts: Iterable[Part]) -> None:
    """Write the parts in order; each table with the caption, heading and unit lines that stand by it."""
    kept = [tidy for part in parts if (tidy := _tidy(part)) is not None]
    below = _captions_stand_below(kept)
    for i, part in enumerate(kept):
        if isinstance(part, Line):
            page.add(part.kind, part.text, part.level)
        elif isinstance(part, TablePart):
            depth = part.marked if part.chart else tables.header_depth(part.grid, part.marked)
            tables.write_table(page, part.grid, depth, _caption(kept, i, below))


def is_unit(text: str) -> bool:
    """Whether a short line says in what a table counts: "£ thousand", "(per cent)", "Figures in millions"."""
    return len(text) < 100 and bool(_UNITS.match(text)) and not text.endswith(".")


def _tidy(part: Part) -> Part | None:
    """The part without rows and columns that hold nothing; None if that leaves nothing."""
    if isinstance(part, Picture):
        return part
    if isinstance(part, Line):
        return part if part.text else None
    rows = [(i < part.marked, row) for i, row in enumerate(part.grid) if any(row)]
    width = max((len(row) for _, row in rows), default=0)
    padded = [(marked, [*row, *[""] * (width - len(row))]) for marked, row in rows]
    filled = [column for column in range(width) if any(row[column] for _, row in padded)]
    grid = tuple(tuple(row[column] for column in filled) for _, row in padded)
    marked = sum(marked for marked, _ in rows)
    if not grid:
        return None
    return TablePart(grid, marked if marked < len(grid) else 0, part.title, part.unit, part.chart)


# --- which line names which table -----------------------------------------------------------------------------------


def _caption(parts: Sequence[Part], i: int, below: bool) -> str:
    table = parts[i]
    assert isinstance(table, TablePart)
    above, named = _above(parts, i, below)
    after = _name_below(parts, i)
    if table.chart:  # a figure's caption stands below it, but its own title is drawn in it
        return _joined([*([table.title or after] if table.title or after else above), table.unit])
    if after and (below or (not named and not _goes_on_with_table(parts, i + 2))):
        above = [after, *(text for text in above if is_unit(text))]
    return _joined([table.title, *above, table.unit])


def _joined(words: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(text.rstrip(",:") for text in words if text))


def _above(parts: Sequence[Part], i: int, below: bool) -> tuple[list[str], bool]:
    """The lines just above a table that say what it is and in which unit, and whether one is a caption proper."""
    words: list[str] = []
    for at in range(i - 1, max(-1, i - 1 - _LINES_ABOVE), -1):
        line = parts[at]
        if not isinstance(line, Line) or (below and _is_name(line) and _is_table(parts, at - 1)):
            break
        if _is_name(line) or line.kind == "heading":
            if _OF_A_PICTURE.match(line.text) and at and isinstance(parts[at - 1], Picture):
                break
            words.insert(0, line.text)
            if not is_unit(line.text):
                return words, line.kind != "heading" or tables.is_caption(line.text)
        elif line.kind != "paragraph":
            break
        elif line.text.endswith(":") and len(line.text) < 400:  # "The debts were as follows:"
            return [line.text, *words], False
        elif is_unit(line.text) or (len(line.text) < _NAME_LENGTH and not line.text.endswith(_SENTENCE_END)):
            words.insert(0, line.text)
        else:
            break
    return words, False


def _name_below(parts: Sequence[Part], i: int) -> str:
    """The caption just below a table; that of a figure only where the table is a chart's."""
    line = parts[i + 1] if i + 1 < len(parts) else None
    table = parts[i]
    if not isinstance(line, Line) or not isinstance(table, TablePart) or not _is_name(line):
        return ""
    return line.text if table.chart or not _OF_A_PICTURE.match(line.text) else ""


def _captions_stand_below(parts: Sequence[Part]) -> bool:
    """Whether this document writes its captions below the tables: more of them follow a table than stand before one."""
    seen = [part for part in parts if not (isinstance(part, Line) and is_unit(part.text))]
    above = below = 0
    for one, other in pairwise(seen):
        above += _is_name(one) and isinstance(other, TablePart) and not other.chart
        below += _is_name(other) and isinstance(one, TablePart) and not one.chart
    return below > above


def _goes_on_with_table(parts: Sequence[Part], at: int) -> bool:
    while at < len(parts) and isinstance(line := parts[at], Line) and is_unit(line.text):
        at += 1
    return _is_table(parts, at)


def _is_table(parts: Sequence[Part], at: int) -> bool:
    return 0 <= at < len(parts) and isinstance(parts[at], TablePart)


def _is_name(part: Part) -> bool:
    """Whether a part is a line that names a table or figure, by its style or its words."""
    return isinstance(part, Line) and (
        part.kind == "caption" or (part.kind in {"paragraph", "heading"} and tables.is_caption(part.text))
    )
