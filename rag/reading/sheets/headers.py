"""What the cells of a sheet's table are: headers, units, notes, totals. Judged by words and shapes; knows no file.

`tables.header_depth` judges by words alone. A sheet gives more to go by: what a header says is of another kind than
what stands below it, and what is merged is known.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

from rag.reading import tables
from rag.reading.tables import Grid

Kind = Literal["", "word", "figure", "year", "date"]

_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_DATE = re.compile(
    rf"(?:\d{{4}}[-/.]\d\d?(?:[-/.]\d\d?)?|\d\d?[-/.]\d\d?[-/.](?:\d\d){{1,2}}|(?:\d\d?[-\s])?{_MONTH}[-\s]+(?:\d\d)?\d\d|"
    rf"{_MONTH}\s+\d\d?,?\s+\d{{4}})(?:[T\s]+\d\d?:\d\d.*)?",
    re.IGNORECASE,
)
_CLOCK = re.compile(r"-?\d+:\d\d(?::\d\d)?(?:\.\d+)?(?:\s?[ap]m)?", re.IGNORECASE)
_ERROR = re.compile(r"#(?:N/A|DIV/0!|REF!|NAME\?|VALUE!|NUM!|NULL!)", re.IGNORECASE)
_MOST_HEADERS = 5
_SAMPLE = 60  # rows of the body looked at

_SCALE = r"(?:[£$€¥]|US\$|GBP|USD|EUR)?\s?['’]?(?:0?00s?|k|m|mn|bn|thousands?|millions?|billions?|pounds|dollars|euros)"
_MEASURE = (
    rf"(?:{_SCALE}|[£$€¥]|US\$|GBP|USD|EUR|%|per\s?cent(?:ages?)?|percentages?|numbers?|count|index|rate|hours|days|"
    r"weeks|months|years|minutes|fte|headcount|tonnes|km|kg|unit|units|persons|people|households|proportion|no\.|n)"
)
_UNIT = re.compile(
    rf"[(\[]?\s*(?:units?\s*[:=]\s*.{{1,40}}|(?:(?:all\s+)?(?:figures|amounts|values|numbers|data)?\s*(?:are\s+|shown\s+)*in\s+)?"
    rf"(?:{_MEASURE}[\s,/]*(?:of\s+)?){{1,3}}(?:per\s+[\w\s,]{{1,30}})?)\s*[)\]]?\.?",
    re.IGNORECASE,
)
_UNIT_SAID = re.compile(
    r"\b(?:figures|amounts|values|sums|numbers|data|expressed|shown|given|all)\b[^.]{0,30}\bin\s+(?:£|\$|€|US\$|GBP|USD|EUR|thousands?|"
    r"millions?|billions?|per\s?cent|percentages?)|\bunits?\s*[:=]",
    re.IGNORECASE,
)
_NOTE = re.compile(
    r"(?:(?:sources?|notes?|n\.?b\.?|key|contact|last updated|copyright|footnotes?|disclaimer|caveats?)\b|"
    rf"(?:first\s+)?(?:published|released|issued|created|generated|exported|extracted|downloaded|printed|produced|prepared|"
    rf"updated|made|retrieved|accessed|version|revised|date)\b(?:\s+(?:on|at|in|date))*\s*:?\s*(?:\d|{_MONTH}\b|by\b)|"
    r"v\d|©|[*†‡§¹²³⁴⁵⁶⁷⁸⁹]|"
    r"\(?\d{1,2}[.:)]\s|\(?[a-z][.:)]\s|\[[a-z\d]{1,3}\]\s?|[a-z.\-–]{1,2}\s?=\s|"
    r"(?:all\s+|the\s+)?(?:figures|totals|percentages|data|numbers|this|these)\b(?:(?!who|that|which)[^,:]){0,25}"
    r"\b(?:are|is|may|do|does|were|was|have|has)\b)",
    re.IGNORECASE,
)
_TOTAL_WORD = re.compile(r"\W*(?:(?:grand|sub)[\s-]?)?totals?\W*", re.IGNORECASE)
_NO_TOTAL = re.compile(r"\bof\s+(?:the\s+)?totals?\W*$|\ball-", re.IGNORECASE)  # "% of total", "All-weather court"
_ABOUT = frozenset(
    """title subtitle author authors published publisher publication date version status contact email e-mail telephone
    phone source sources period coverage description subject department organisation organization prepared reference
    frequency geography owner updated created issued copyright licence license notes currency units unit""".split()
)


def kind_of(text: str) -> Kind:
    """What one cell is; nothing for an empty one, a mark for a missing figure, or an error."""
    text = text.strip()
    if not text or _ERROR.fullmatch(text):
        return ""
    if tables.is_year(text):
        return "year"
    if tables.is_figure(text):
        return "figure" if any(char.isdigit() for char in text) else ""
    if _CLOCK.fullmatch(text):
        return "figure"
    return "date" if _DATE.fullmatch(text) else "word"


def column_kinds(grid: Grid, width: int) -> list[Kind]:
    """For each column the kind of at least half of its cells, "word" where there is no such kind."""
    kinds: list[Kind] = []
    for column in range(width):
        seen = Counter(kind for row in grid[:_SAMPLE] if column < len(row) and (kind := kind_of(row[column])))
        typed = [(count, kind) for kind, count in seen.items() if kind != "word"]
        best = max(typed, default=(0, "word"))
        kinds.append(best[1] if best[0] * 2 >= sum(seen.values()) > 0 else "word")  # type: ignore[arg-type]
    return kinds


def looks_like_header(row: Sequence[str], kinds: Sequence[Kind]) -> bool:
    """Whether a row stands above columns of these kinds and is not one of theirs: words or years above figures."""
    agree = differ = 0
    for text, kind in zip(row, kinds, strict=False):
        own = kind_of(text)
        if kind != "word" and own:
            agree += own == kind
            differ += own != kind
    if any(kind != "word" for kind in kinds):
        return differ > agree or (agree > 0 and _counts_up(row))
    return True


def _counts_up(row: Sequence[str]) -> bool:
    """Whether a row's values number the columns: "Week | 1 | 2 | 3"."""
    values = [text for text in row[1:] if text]
    if len(values) < 3 or not all(text.isdigit() for text in values) or kind_of(row[0]) not in {"word", ""}:
        return False
    return {int(after) - int(text) for text, after in pairwise(values)} == {1}


def header_depth(grid: Grid, crossing: Sequence[bool] = ()) -> int:
    """How many leading rows are headers. `crossing[i]`: a merged cell reaches from row i into row i + 1, or lies over
    several columns of row i."""
    if len(grid) < 2:
        return 0
    width = max(len(row) for row in grid)
    if not looks_like_header(grid[0], column_kinds(grid[1:], width)):
        return 0
    depth = 1
    while depth < min(_MOST_HEADERS, len(grid) - 1):
        row, above = grid[depth], grid[depth - 1]
        kinds = column_kinds(grid[depth + 1 :], width)
        if not (is_units(row[1:]) and not is_units(above[1:])) and not (
            looks_like_header(row, kinds)
            and _goes_on(above, row, kinds, bool(crossing) and depth <= len(crossing) and crossing[depth - 1])
        ):
            break
        depth += 1
    return depth


def _goes_on(above: Sequence[str], row: Sequence[str], kinds: Sequence[Kind], merged: bool) -> bool:
    """Whether a row completes the header row above it: fills what that leaves open or only groups."""
    values = [text for text in row[1:] if text]
    if not values or any(kind_of(text) == "figure" for text in values):
        return bool(values) and merged and _counts_up(row)
    typed = any(kind != "word" for kind in kinds[1:])
    if merged and (typed or not row[0] or row[0] == above[0]):
        return True
    gaps = [column for column, text in enumerate(above) if column and not text and column < len(row) and row[column]]
    if gaps and (typed or not row[0] or not above[0]):
        return not above[0] or not row[0] or len(gaps) * 2 >= len(values)
    return not row[0] and typed


def is_units(texts: Sequence[str]) -> bool:
    """Whether a row of cells says nothing but units: "£000 | % | %"."""
    filled = [text for text in texts if text]
    return bool(filled) and all(is_unit(text) for text in filled)


def is_unit(text: str) -> bool:
    """Whether a line or header says a unit and nothing else: "£ thousand", "(in millions)", "Per cent"."""
    return len(text) < 70 and bool(_UNIT.fullmatch(text.strip()))


def says_unit(text: str) -> bool:
    """Whether a sentence tells the unit of a table: "All figures are in £ thousand."."""
    return len(text) < 300 and bool(_UNIT_SAID.search(text))


def is_note(text: str) -> bool:
    """Whether a line below a table is a note: "Source: …", "1. Figures are …", "* provisional"."""
    return bool(_NOTE.match(text.strip()))


def is_title(text: str) -> bool:
    """Whether a line may name what stands below it: short, no sentence, no note."""
    text = text.strip()
    return len(text) < 160 and not text.endswith((".", ";", "!", "?")) and (not is_note(text) or is_unit(text))


def names_total(label: str, first: bool) -> bool:
    """Whether a label says that its row sums up others; behind the first label only the word itself counts."""
    if _NO_TOTAL.search(label):
        return False
    return bool(_TOTAL_WORD.fullmatch(label)) or (first and tables.is_total(label))


def are_key_values(grid: Grid) -> bool:
    """Whether two columns are names and what they stand for ("Published | 12 June 2026"), not a table with a header."""
    if len(grid) < 2 or any(len([text for text in row if text]) > 2 for row in grid):
        return False
    keys = [row[0].strip() for row in grid if row and row[0]]
    if len(keys) < 2 or len(set(keys)) < len(keys) or any(len(key) > 50 for key in keys):
        return False
    colons = sum(key.endswith(":") for key in keys)
    known = sum(key.rstrip(":").lower().split()[0] in _ABOUT for key in keys if key.rstrip(": "))
    first = keys[0].rstrip(":").lower().split()
    return colons * 2 >= len(keys) or (known >= 2 and known * 2 >= len(keys) and bool(first) and first[0] in _ABOUT)
