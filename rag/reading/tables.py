"""A table as a grid of texts: which rows are headers, and what stands above each cell. Knows no file format."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise

from rag.language.units import scale_of
from rag.reading.compose import PageText

_FIGURE = re.compile(
    r"^[\s(<>~≈±+\-–−]*(?:[£$€¥]|[A-Z]{3}\s)?[\s(+\-–−]*\d[\d,.\s]*\)?(?:\s?%|\s?[a-z]{1,2}|\s?pp|\s?bps)?"
    r"[\s)%*†‡⁰¹²³⁴⁵⁶⁷⁸⁹⁽⁾ᵃ-ᶻ]*(?:\s?[\[(][a-z\d]{1,2}[\])])*$"
)
_YEAR = re.compile(r"^(?:FY\s?)?(?:19|20)\d\d(?:\s?[/–-]\s?\d{2,4})?[\s*†‡⁰¹²³⁴⁵⁶⁷⁸⁹a-z]{0,3}$")
_EMPTY_MARKS = frozenset({"-", "–", "—", "−", "..", "…", ":", "n/a", "N/A", "na", "nil", "*", "[c]", "[x]", "[z]"})
_PERIOD = re.compile(
    r"\b(?:months?|weeks?|quarters?|years?|period)\s+(?:ended|ending|to)\b|^as (?:of|at)\b", re.IGNORECASE
)
_DATED = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
# Signs that have cells of their own.
_BEFORE = frozenset(
    {"£", "$", "€", "¥", "US$", "(", "$(", "$ (", "£(", "€(", "($", "(£", "(€"}
)  # signs that have cells
_BEHIND = frozenset({")", "%", ")%", ") %", "pp", "pt", "pts"})
_SIGNS = _BEFORE | _BEHIND
_CAPTION = re.compile(r"^(?:table|figure|chart|exhibit|schedule)\s+[A-Z]{0,2}\d[\w.]*\b", re.IGNORECASE)

Grid = Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table's body: its cells as ``(text, headers)``, the label first."""

    cells: tuple[tuple[str, tuple[str, ...]], ...]
    total: bool = False  # it sums up others


_TOTAL = re.compile(
    r"\W*(?:(?:grand|sub)[\s-]?)?totals?\b|\W*(?:overall|all)\b(?!\s+other)|.*\btotals?\W*$"
    r"|\W*(?:sum|(?:full |whole )?year)\W*$",
    re.IGNORECASE,
)


def is_total(label: str) -> bool:
    """Whether a row's label says that it sums up others: "Total", "All regions", "Sub-total", "Net sales, total"."""
    return bool(_TOTAL.match(label))


def is_figure(text: str) -> bool:
    """Whether a cell holds a figure (or a mark for a missing one); a bare year is a header, not a figure."""
    text = text.strip()
    return text in _EMPTY_MARKS or (bool(_FIGURE.match(text)) and not _YEAR.match(text))


def is_year(text: str) -> bool:
    """Whether a cell holds a bare year: 2024, 2024/25, FY2024."""
    return bool(_YEAR.match(text.strip()))


def is_period(text: str) -> bool:
    """Whether a header begins to say a period that those below it end: "Three months ended", "As of June 30,"."""
    return bool(_PERIOD.search(text))


def is_caption(text: str) -> bool:
    """Whether a line names a table or figure: "Table 2: …"."""
    return bool(_CAPTION.match(text))


def header_depth(grid: Grid, marked: int = 0) -> int:
    """How many leading rows are headers: those the file marks, and rows that only go on with them (years, units).

    Where nothing is marked, headers are told by their words: they hold no figures, or nothing but years. At least one
    row where the table has two or more, at most four, and never all of them.
    """
    most = min(max(4, marked + 1), len(grid) - 1)
    if most < 1:
        return 0
    depth = marked
    while marked and depth < most and _goes_on(grid[:depth], grid[depth]):
        depth += 1
    if marked:
        return depth
    if not any(is_figure(text) for row in grid[1:] for text in row[1:]):
        return 1  # a table of words: its first row names the columns
    while depth < most and not any(is_figure(text) for text in grid[depth][1:]):
        if not any(grid[depth][1:]) and depth:
            break  # a label alone below a header row is a section of the body
        depth += 1
    return depth


def _goes_on(above: Grid, row: Sequence[str]) -> bool:
    """Whether a row below marked headers is one more of them."""
    return _continues(row) or _names_years(above[-1], row) or _completes(above, row)


def _names_years(above: Sequence[str], row: Sequence[str]) -> bool:
    """Whether a row below headers holds nothing but years, or years among words ("2018 | 2017 | Change"), and is not
    the first of the body, whose columns all have their names."""
    values = [text for text in row[1:] if text]
    years = sum(is_year(text) for text in values)
    named = bool(row[0]) and all(above) and len(above) >= len(row)
    return bool(years) and not named and (years == len(values) or not any(is_figure(text) for text in values))


def _completes(above: Grid, row: Sequence[str]) -> bool:
    """Whether a row without figures names the columns, where the rows above it hold but a title over all of them."""
    titled = all(sum(map(bool, each[1:])) <= 1 for each in above)
    values = [text for text in row[1:] if text]
    return titled and len(values) > 1 and len(set(values)) > 1 and not any(is_figure(text) for text in values)


def _continues(row: Sequence[str]) -> bool:
    """Whether a row continues a header: nothing in its first column, and no figures."""
    values = [text for text in row[1:] if text]
    return not row[0] and bool(values) and not any(is_figure(text) for text in values)


def column_headers(rows: Grid, width: int, spread: bool = True) -> list[tuple[str, ...]]:
    """For each column, what the header rows say above it, outermost first, each text once.

    `spread`: whether a header may stand over empty cells to its right, where it is not known what it spans.
    """
    padded = [[*row, *[""] * (width - len(row))] for row in rows]
    for row in padded if spread else ():
        _spread_alone(row, padded)
    for outer in padded[:-1] if spread else ():
        _spread(outer, padded[-1])
    headers = [tuple(dict.fromkeys(row[column] for row in padded if row[column])) for column in range(width)]
    period = [text for text in headers[0] if _PERIOD.search(text)] if width else []
    if period and any(_DATED.search(text) for above in headers for text in above):  # else it is that of the labels
        headers[1:] = [tuple(dict.fromkeys((*period, *above))) for above in headers[1:]]
    return headers


def _spread_alone(row: list[str], rows: Grid) -> None:
    """Let the one text of a header row stand over all columns that have a header, if it begins a period or says a
    scale: "Years ended December 31," or "(in thousands)" are centred over the table, in whatever cell that is."""
    said = [column for column in range(1, len(row)) if row[column]]
    if len(said) != 1 or not (_PERIOD.search(row[said[0]]) or scale_of(row[said[0]])[0] != 1.0):
        return
    for column in range(1, len(row)):
        if any(other[column] for other in rows):
            row[column] = row[said[0]]


def _spread(outer: list[str], inner: Sequence[str]) -> None:
    """Let an outer header stand over the empty columns to its right, as "Three months ended" does over its two years,
    in tables that leave those cells empty and do not say that they are spanned."""
    known = any(text and text == after for text, after in pairwise(outer))  # some spans are marked, so all are
    if known or len(outer) < 3 or not outer[1]:
        return
    for column in range(2, len(outer)):
        if not outer[column] and inner[column]:
            outer[column] = outer[column - 1]


@dataclass(slots=True)
class _Section:
    """A label that stands alone. `flat`: its rows are not indented under it; None until the first of them is seen."""

    text: str
    indent: float
    flat: bool | None = None


def body_rows(grid: Grid, headers: Sequence[tuple[str, ...]], indents: Sequence[float] = ()) -> list[Row]:
    """The body's rows with their headers. A label that stands alone opens a section, and joins the headers of the
    labels below it: "Basic" is under "Earnings per share:". A section ends where its indent does (`indents` has one for
    each row), or, if its rows are not indented, with its total."""
    rows: list[Row] = []
    sections: list[_Section] = []
    for i, texts in enumerate(grid):
        indent = indents[i] if indents else 0.0
        values = [text for text in texts[1:] if text]
        if texts[0] and all(text == texts[0] for text in values):  # alone, or one cell over the whole width
            sections = [s for s in sections if s.flat is None or (not s.flat and indent > s.indent + 0.5)]
            sections.append(_Section(texts[0], indent))
            rows.append(Row(((texts[0], ()),)))
            continue
        for section in sections:
            if section.flat is None:
                section.flat = indent <= section.indent + 0.5
        sections = [s for s in sections if s.flat or indent > s.indent + 0.5]
        label = (texts[0], (headers[0] if headers else ()) + tuple(section.text for section in sections))
        rest = tuple((text, headers[c] if c < len(headers) else ()) for c, text in enumerate(texts) if c and text)
        rows.append(Row((label, *rest), is_total(texts[0])))
        if is_total(texts[0]):
            sections = _left_open(sections, texts[0])
    return rows


def _left_open(sections: list[_Section], total: str) -> list[_Section]:
    """The sections that a total leaves open: it ends those whose rows are not indented, and the one it names, as "Total
    cost of revenue" does "Cost of revenue:", with all inside it."""
    words = total.lower()
    for at, section in enumerate(sections):
        if section.text.lower().rstrip(" :") in words:
            return sections[:at]
    return [section for section in sections if not section.flat] if words.startswith("total") else sections


def write_table(
    page: PageText, grid: Grid, depth: int, caption: str, heads: Grid = (), totals: Collection[int] = ()
) -> None:
    """Write a whole table: its header rows as furniture, then its body's rows.

    `heads`: the header rows again with each text in all the columns it spans, where the file says that. `totals`: the
    body's rows that the file marks as totals.
    """
    width = max((len(row) for row in grid), default=0)
    for row in grid[:depth]:
        seen = [text for i, text in enumerate(row) if text and (i == 0 or text != row[i - 1])]
        page.add_row([(text, ()) for text in seen], kind="furniture")
    headers = column_headers(heads or grid[:depth], width)
    joined = [row if _SIGNS.isdisjoint(row) else join_signs(row, headers) for row in grid[depth:]]
    for i, body in enumerate(body_rows(joined, headers)):
        page.add_row(body.cells, caption, total=body.total or (i in totals and len(body.cells) > 1))


def join_signs(row: Sequence[str], headers: list[tuple[str, ...]]) -> list[str]:
    """The row with signs that have cells of their own joined to their figures: "$ | 1,284", "(97 | )", "12.5 | %". A
    figure whose column has no header takes that of its sign's."""
    joined = list(row)
    for column, text in enumerate(row):
        before = text in _BEFORE
        if not column or not (before or text in _BEHIND):
            continue
        places = range(column + 1, len(row)) if before else range(column - 1, 0, -1)
        at = next((i for i in places if joined[i]), 0)
        if not at or not re.search(r"\d|^[–—-]$", joined[at]):
            continue
        joined[at] = text + joined[at] if before else joined[at] + text
        joined[column] = ""
        if column < len(headers) and at < len(headers) and not headers[at]:
            headers[at] = headers[column]
    return joined
