"""Tables in fixed-width text: figures that stand above each other in columns two or more spaces apart. Spans only."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

from rag.reading import tables

Span = tuple[int, int]

_GAP = re.compile(r"(?:[ \u00a0]{2,}|\t|(?:[ \u00a0]?\.){3,}[ \u00a0]?)+")
_LEADERS = re.compile(r"(?: ?\.){3,}")
_LABELLED = re.compile(r"[ \t]*([^\s:|*•-][^:|]{0,60}?)[ \t]*:[ \t]+(\S.{0,40}?)[ \t]*$")
_RULE = re.compile(r"[\s=_+~–—-]*[=_~–—-]{2}[\s=_+~–—-]*")
_UNIT = re.compile(
    r"[(\[][^()]{1,80}[)\]]|(?:all )?(?:figures|amounts|numbers|values|percentages?)\b[^.]{0,60}|"
    r"(?:in )?(?:[£$€]\s?(?:m|k|bn|'?000s?|millions?|thousands?|billions?)|thousands|millions|per ?cent|%)"
    r"(?: of [^.]{1,40})?",
    re.IGNORECASE,
)
_GOES_ON = re.compile(r"(?:\b(?:and|or|of|the|for|to|in|with|by)|[&,-])$", re.IGNORECASE)
_LONGEST = 400  # a line of a table is no longer
_MOST_HEADERS = 4


@dataclass(frozen=True, slots=True)
class AlignedTable:
    """Where a table stands among the lines, and its cells as spans of the text, an empty cell as one of no width."""

    first: int  # the line of its caption, headers or body that comes first
    after: int  # the line behind its last
    captions: tuple[Span, ...]
    headers: tuple[tuple[str, ...], ...]  # row by row, a text for each column
    body: tuple[tuple[Span, ...], ...]
    indents: tuple[float, ...]
    contents: bool = False  # a list of pages, not of figures


@dataclass(frozen=True, slots=True)
class _Piece:
    """Words between gaps: their span in the text, and the columns of the screen they stand in."""

    start: int
    end: int
    left: int
    right: int


@dataclass(slots=True)
class _Line:
    index: int
    pieces: list[_Piece]
    figures: bool  # it may be a row of the body
    rule: bool = False


def aligned_tables(text: str, lines: Sequence[Span]) -> Iterator[AlignedTable]:
    """The tables among these lines, in order; they share no line."""
    tabbed = _tabbed(text, lines)
    at = floor = tried = 0
    while at < len(lines):
        line = _line(text, lines, at)
        if line is None or at in tabbed:
            at += 1
            continue
        table = None
        if line.figures and at >= tried:
            body = _stretch(text, lines, line)
            table = _table(text, lines, body, floor)
            if table is None and len(body) > 6:
                tried = body[-1].index  # what fits nowhere is not tried again from every line of it
        table = table or _labelled(text, lines, at)
        if table is None:
            at += 1
            continue
        yield table
        at = floor = table.after


def _tabbed(text: str, lines: Sequence[Span]) -> set[int]:
    """The lines whose cells are told by tabs alone, as in exported tables: all between empty ones have as many."""
    tabbed: set[int] = set()
    for empty, run in groupby(range(len(lines)), lambda i: not text[slice(*lines[i])].strip()):
        counts = {i: text.count("\t", *lines[i]) for i in run} if "\t" in text and not empty else {}
        if len({count for count in counts.values() if count}) == 1:
            tabbed.update(i for i, count in counts.items() if count)
    return tabbed


def _line(text: str, lines: Sequence[Span], index: int) -> _Line | None:
    """The line's pieces; None for one that is empty, too long, or not there."""
    if not 0 <= index < len(lines):
        return None
    start, end = lines[index]
    words = text[start:end]
    if len(words) > _LONGEST or not words.strip():
        return None
    if _RULE.fullmatch(words):
        return _Line(index, _pieces(words, start), figures=False, rule=True)
    if "  " not in words and "\t" not in words and ".." not in words:
        return _Line(index, _pieces(words, start, whole=True), figures=False)
    pieces = _pieces(words, start)
    values = [text[piece.start : piece.end] for piece in pieces[1:]]
    return _Line(index, pieces, figures=any(map(tables.is_figure, values)))


def _labelled(text: str, lines: Sequence[Span], first: int) -> AlignedTable | None:
    """The table of three or more lines like ``2019: 548``, one below the other, from this line on."""
    body: list[tuple[Span, ...]] = []
    for index in range(first, len(lines)):
        found = _LABELLED.match(text, *lines[index])
        if not found or not tables.is_figure(found[2]):
            break
        body.append((found.span(1), found.span(2)))
    if len(body) < 3:
        return None
    return AlignedTable(first, first + len(body), (), (), tuple(body), (0.0,) * len(body))


def _pieces(words: str, start: int, whole: bool = False) -> list[_Piece]:
    columns = _screen(words)
    cuts = [0, len(words)]
    if not whole:
        cuts[1:1] = [place for gap in _GAP.finditer(words) for place in gap.span()]
    pieces = []
    for left, right in zip(cuts[::2], cuts[1::2], strict=True):
        inner = words[left:right]
        left += len(inner) - len(inner.lstrip())
        right = left + len(inner.strip())
        if right > left:
            pieces.append(_Piece(start + left, start + right, columns[left], columns[right]))
    return pieces


def _screen(words: str) -> Sequence[int]:
    """The column of the screen where each character stands: tabs jump to the next eighth, wide letters take two."""
    if words.isascii() and "\t" not in words:
        return range(len(words) + 1)
    at, columns = 0, [0]
    for char in words:
        if char == "\t":
            at += 8 - at % 8
        elif not unicodedata.combining(char):
            at += 2 if unicodedata.east_asian_width(char) in "WF" else 1
        columns.append(at)
    return columns


def _stretch(text: str, lines: Sequence[Span], first: _Line) -> list[_Line]:
    """The lines from the first that may be one table's body: rows of figures and labels that stand alone, with rules
    and single empty lines between them."""
    body, waiting = [first], list[_Line]()
    index, after = first.index + 1, first.index + 1
    while index < len(lines):
        line = _line(text, lines, index)
        index += 1
        if line is None:
            if index - after > 1 and _line(text, lines, index - 2) is None:
                break  # two empty lines
            continue
        if len(line.pieces) == 1 and not line.rule and _label(text, line.pieces[0])[1]:
            line.figures = True  # its label may leave one space only
        if line.figures:
            body += [*waiting, line]
            waiting, after = [], index
        elif line.rule:
            continue
        elif len(line.pieces) == 1 and len(waiting) < 2:
            waiting.append(line)
        else:
            break
    return body


def _table(text: str, lines: Sequence[Span], body: list[_Line], floor: int) -> AlignedTable | None:
    """The table that these lines make, or the first of them; None if they make none."""
    fitted = _longest_fit(text, body)
    if fitted is None:
        return None
    bands, rows = fitted
    body = body[: len(rows)]
    headers, sections, first = _headers(text, lines, bands, body[0].index, floor)
    named = len(headers) and sum(map(bool, headers[-1][1:])) == len(bands) - 1
    if sum(line.figures for line in body) < (2 if named else 3):
        return None
    captions, first = _captions(text, lines, first, floor)
    rows = [[line.pieces, *([] for _ in bands[1:])] for line in sections] + rows
    spans, indents = _joined(text, rows, [*sections, *body])
    return AlignedTable(
        first,
        body[-1].index + 1,
        tuple(captions),
        tuple(headers),
        tuple(spans),
        tuple(indents),
        contents=not headers and len(bands) == 2 and _is_contents(text, lines, body, spans),
    )


def _longest_fit(text: str, body: list[_Line]) -> tuple[Bands, list[Placed]] | None:
    """The columns of all these lines, or of those before an empty line, or of as many of the first as have some."""
    breaks = [i for i in range(1, len(body)) if body[i].index - body[i - 1].index > 1]
    for size in (len(body), *breaks[::-1][:20]):
        if fitted := _fit(text, body[:size]):
            return fitted
    low, high, best = 1, len(body), None
    while low + 1 < high:
        size = (low + high) // 2
        if fitted := _fit(text, body[:size]):
            best, low = fitted, size
        else:
            high = size
    return best


Bands = list[tuple[int, int]]  # the columns of the screen that each column of the table takes
Placed = list[list[_Piece]]  # the pieces of one line, column by column


def _fit(text: str, body: Sequence[_Line]) -> tuple[Bands, list[Placed]] | None:
    """The columns in which every line's pieces stand, taken from the lines that have most; None if there are none."""
    while not body[-1].figures:
        body = body[:-1]
    figures = [line for line in body if line.figures]
    for count in sorted({len(line.pieces) for line in figures}, reverse=True):
        full = [line.pieces for line in figures if len(line.pieces) == count]
        bands = [
            (min(pieces[i].left for pieces in full), max(pieces[i].right for pieces in full)) for i in range(count)
        ]
        if any(left[1] > right[0] for left, right in pairwise(bands)):
            continue
        placed = [_place(text, line, bands) for line in body]
        if all(placed) and _is_straight([row for row, line in zip(placed, body, strict=True) if line.figures]):
            rows = [row for row in placed if row]
            spread = [
                (
                    min([band[0], *(piece.left for row in rows for piece in row[i] if i)]),
                    max([band[1], *(piece.right for row in rows for piece in row[i] if i)]),
                )
                for i, band in enumerate(bands)
            ]
            return spread, rows
    return None


def _place(text: str, line: _Line, bands: Bands) -> Placed:
    """The line's pieces, column by column; nothing if one stands in no column, or two share one."""
    row: Placed = [[] for _ in bands]
    pieces = line.pieces
    if pieces[0].left < bands[0][1]:
        label, full = _label(text, pieces[0])
        row[0], pieces = [label], [*full, *pieces[1:]]
    for piece in pieces:
        over = _over(piece, bands)
        for part in [piece] if len(over) == 1 else _words(text, piece):
            over = _over(part, bands)
            if len(over) != 1:
                return []
            row[over[0]].append(part)
    for i, cell in enumerate(row):
        if i and any(text[left.end : right.start] not in {" ", "\u00a0"} for left, right in pairwise(cell)):
            return []
    return row if line.figures or row[0] else []


def _label(text: str, piece: _Piece) -> tuple[_Piece, list[_Piece]]:
    """A line's first piece without the figures that follow its words after one space, and those figures."""
    words = _words(text, piece)
    keep = len(words)
    while keep > 1 and tables.is_figure(text[words[keep - 1].start : words[keep - 1].end]):
        keep -= 1
    if keep == len(words) or not any(char.isalpha() for char in text[piece.start : words[keep - 1].end]):
        return piece, []
    return replace(piece, end=words[keep - 1].end, right=words[keep - 1].right), words[keep:]


def _over(piece: _Piece, bands: Bands) -> list[int]:
    """The columns that a piece stands in, or the nearest one where it stands just beside it."""
    over = [i for i, (left, right) in enumerate(bands) if piece.left < right and piece.right > left]
    if over:
        return over
    far = [(max(left - piece.right, piece.left - right), i) for i, (left, right) in enumerate(bands)]
    distance, nearest = min(far)
    return [nearest] if distance <= 2 else []


def _words(text: str, piece: _Piece) -> list[_Piece]:
    """A piece that fills its column to the next one, word by word."""
    return [
        replace(inner, left=piece.left + inner.left, right=piece.left + inner.right)
        for found in re.finditer(r"\S+", text[piece.start : piece.end])
        for inner in [_Piece(piece.start + found.start(), piece.start + found.end(), found.start(), found.end())]
    ]


def _is_straight(rows: Sequence[Placed]) -> bool:
    """Whether each column's values begin or end above each other, give or take a sign or mark."""
    for column in range(1, len(rows[0])):
        cells = [row[column] for row in rows if row[column]]
        if len(cells) < 2:
            continue
        lefts = Counter(cell[0].left for cell in cells)
        rights = Counter(cell[-1].right + extra for cell in cells for extra in (0, 1))
        if max(*lefts.values(), *rights.values()) < 0.6 * len(cells):
            return False
    return True


# --- above the body ---------------------------------------------------------------------------------------------------


def _headers(
    text: str, lines: Sequence[Span], bands: Bands, first: int, floor: int
) -> tuple[list[tuple[str, ...]], list[_Line], int]:
    """The header rows above the body, outermost first; the labels that stand alone between them and the body; and the
    line where they begin."""
    headers: list[tuple[str, ...]] = []
    sections: list[_Line] = []
    index, top, rule, empty = first - 1, first, list[_Piece](), 0
    while len(headers) < _MOST_HEADERS and index >= floor:
        line = _line(text, lines, index)
        if line is None:
            empty += 1
            if empty > 1 or headers:
                break
        elif line.rule:
            rule = line.pieces
        elif row := _header_row(text, line, bands, rule, lowest=not headers):
            headers.insert(0, row)
            top, rule = index, []
        elif headers or len(sections) == 2 or len(line.pieces) > 1 or tables.is_caption(text[slice(*lines[index])]):
            break
        else:
            sections.insert(0, line)
        index -= 1
    return (headers, sections, top) if headers else ([], [], first)


def _header_row(text: str, line: _Line, bands: Bands, rule: Sequence[_Piece], lowest: bool) -> tuple[str, ...]:
    """What the line says above each column, or nothing if it is no header: a rule below it may say how far it spans."""
    pieces = line.pieces
    words = [text[piece.start : piece.end] for piece in pieces]
    if line.figures or (pieces[0].left < bands[0][1] and (len(pieces) == 1 or words[0].endswith(":"))):
        return ()
    if any(word.endswith((".", ";")) and len(word) > 20 for word in words):
        return ()
    for without in (0, 1):  # one for each column, or for each but the labels'
        if lowest and len(pieces) == len(bands) - without and (not without or pieces[0].left >= bands[0][1]):
            return ("",) * without + tuple(words)
    row = [""] * len(bands)
    for piece, word in zip(pieces, words, strict=True):
        reach = [p for p in rule if p.left < piece.right and p.right > piece.left] if 1 < len(rule) < len(bands) else []
        wide = replace(piece, left=min(p.left for p in [piece, *reach]), right=max(p.right for p in [piece, *reach]))
        over = _over(wide, bands) or [i for i in _beside(wide, bands) if i]
        if not over:
            return ()
        for i in over:
            row[i] = f"{row[i]} {word}".strip()
    return tuple(row)


def _beside(piece: _Piece, bands: Bands) -> list[int]:
    """The columns left and right of a header that stands over the gap between them."""
    before = [i for i, band in enumerate(bands) if band[1] <= piece.left]
    return [before[-1], before[-1] + 1] if before and before[-1] + 1 < len(bands) else []


def _captions(text: str, lines: Sequence[Span], first: int, floor: int) -> tuple[list[Span], int]:
    """The table's title and unit lines just above it, and the line where they begin; an empty line may come between."""
    captions: list[Span] = []
    index = first - 1
    while index >= floor and len(captions) < 3:
        words = text[slice(*lines[index])].strip()
        if not words:
            if index != first - 1:
                break
        elif len(words) < 200 and (tables.is_caption(words) or _UNIT.fullmatch(words)):
            start = lines[index][0] + text[slice(*lines[index])].index(words)
            captions.insert(0, (start, start + len(words)))
            first = index
            if tables.is_caption(words):
                break
        else:
            break
        index -= 1
    return captions, first


# --- the body ---------------------------------------------------------------------------------------------------------


def _joined(text: str, rows: Sequence[Placed], body: Sequence[_Line]) -> tuple[list[tuple[Span, ...]], list[float]]:
    """The rows' cells as spans, and their labels' indents; a label that runs over two lines is one."""
    spans: list[tuple[Span, ...]] = []
    indents: list[float] = []
    for row, line, before in zip(rows, body, [None, *body], strict=False):
        at = min(piece.start for cell in row for piece in cell)
        cells = [(cell[0].start, cell[-1].end) if cell else (at, at) for cell in row]
        indent = float(row[0][0].left) if row[0] else 0.0
        if before and not before.figures and line.figures and before.index == line.index - 1 and row[0]:
            above, own = text[slice(*spans[-1][0])], text[slice(*cells[0])]
            if indent >= indents[-1] and (own[0].islower() or _GOES_ON.search(above)):
                cells[0] = (spans[-1][0][0], cells[0][1])
                indent = indents[-1]
                spans.pop()
                indents.pop()
        label = text[slice(*cells[0])]
        cells[0] = (cells[0][0], cells[0][0] + len(label.rstrip(" :.")))
        spans.append(tuple(cells))
        indents.append(indent)
    return spans, indents


def _is_contents(text: str, lines: Sequence[Span], body: Sequence[_Line], rows: Sequence[tuple[Span, ...]]) -> bool:
    """Whether it is a list of contents: leaders to whole numbers that only rise."""
    numbers = [text[slice(*row[1])] for row in rows if row[1][1] > row[1][0]]
    if not all(number.isdecimal() for number in numbers):
        return False
    led = sum(bool(_LEADERS.search(text, *lines[line.index])) for line in body)
    return led * 2 > len(body) and all(int(a) <= int(b) for a, b in pairwise(numbers))
