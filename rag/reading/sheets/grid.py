"""A sheet as texts in a grid, and what is on it: tables with their lines above and below, and text beside them.

Empty rows and columns part one thing from the next. But tables have empty rows and columns inside them too, so what has
no header of its own goes on with the table above it, and figures beside an empty column with the labels before it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from rag.reading.sheets import headers

_MOST_COVERED = 2_000_000  # cells under merged ones that are followed: more is a mistake or an attack
_MOST_HEADER_ROWS = 3  # above an empty row
_SAMPLE = 60  # rows that tell what a column holds
_LONG_NOTE = 25  # a text this long behind a note's number is the note


@dataclass(frozen=True, slots=True)
class Merged:
    """A merged cell; all four are inside it."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass
class Sheet:
    """The filled cells of a sheet as texts, by row and column."""

    name: str
    rows: dict[int, dict[int, str]]
    merged: Sequence[Merged] = ()
    indents: dict[tuple[int, int], float] = field(default_factory=dict)
    strong: set[int] = field(default_factory=set)  # rows in bold from end to end
    one_table: bool = False  # a delimited file: its columns are never parted

    @cached_property
    def over(self) -> dict[int, dict[int, Merged]]:
        """For each cell under a merged one, the merged one; clipped to the filled part of the sheet."""
        found: dict[int, dict[int, Merged]] = {}
        last = max(self.rows, default=0)
        right = max((column for cells in self.rows.values() for column in cells), default=0)
        left_over = _MOST_COVERED
        for cell in self.merged:
            if cell.left not in self.rows.get(cell.top, {}):
                continue
            for row in range(cell.top, min(cell.bottom, last) + 1):
                columns = range(cell.left, min(cell.right, max(right, cell.left)) + 1)
                left_over -= len(columns)
                if left_over < 0:
                    return found
                found.setdefault(row, {}).update(dict.fromkeys(columns, cell))
        return found

    @cached_property
    def is_list(self) -> bool:
        """Whether it is a delimited file of one column."""
        return self.one_table and len({column for cells in self.rows.values() for column in cells}) == 1

    def text(self, row: int, column: int) -> str:
        """What is seen in a cell: its own text, or that of the merged cell it lies under."""
        if own := self.rows.get(row, {}).get(column):
            return own
        cell = self.over.get(row, {}).get(column)
        return self.rows[cell.top][cell.left] if cell else ""

    def filled(self, row: int) -> set[int]:
        """The columns in which a row shows something."""
        return set(self.rows.get(row, ())) | set(self.over.get(row, ()))


@dataclass
class Text:
    """A line outside tables."""

    row: int
    left: int
    right: int
    words: str
    below: bool = False  # it stands directly below a table


@dataclass
class Table:
    """A table: its rows and columns, how many of the rows are headers, and the table whose headers it shares."""

    rows: list[int]
    columns: list[int]
    depth: int
    band: int  # tables side by side are in one band
    goes_on: Table | None = None
    kinds: list[headers.Kind] = field(default_factory=list)  # of its columns' bodies

    @property
    def head(self) -> Table:
        """The table that has the headers."""
        return self.goes_on or self


Item = Text | Table


def items(sheet: Sheet) -> list[Item]:
    """All that is on the sheet, in reading order."""
    rows = sorted({*sheet.rows, *sheet.over})
    columns = sorted({column for row in rows for column in sheet.filled(row)})
    return _Finder(sheet).find(rows, columns) if columns else []


class _Finder:
    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.open: list[Table] = []  # the tables of the last band that had some
        self.band = 0

    def find(self, rows: list[int], columns: list[int]) -> list[Item]:
        """The items of a part of the sheet, band by band: bands have an empty row between them."""
        found: list[Item] = []
        for band in self._with_headers(list(_bands(rows)), columns):
            found += self._band(band, columns)
        return found

    def _with_headers(self, bands: list[list[int]], columns: list[int]) -> Iterator[list[int]]:
        """The bands, those that are nothing but a header together with the figures below the empty row."""
        at = 0
        while at < len(bands):
            band = bands[at]
            while at + 1 < len(bands) and self._is_header_of(band, bands[at + 1], columns):
                at += 1
                band = band + bands[at]
            yield band
            at += 1

    def _is_header_of(self, band: list[int], below: list[int], columns: list[int]) -> bool:
        rows = [row for row in band if self._own(row, columns) and not self._line(row, columns)]
        if not 0 < len(rows) <= _MOST_HEADER_ROWS or rows[-1] != band[-1]:
            return False
        body = [row for row in below if not self._line(row, columns)][:_SAMPLE]
        together = self._filled(rows + body, columns)
        mine, theirs = self._filled(rows, columns), self._filled(body, columns)
        if len(set(mine) & set(theirs)) < max(1, len(together) - 1):
            return False
        grid = [[self.sheet.text(row, column) for column in together] for row in [*rows, *body]]
        kinds = headers.column_kinds(grid[len(rows) :], len(together))
        if "figure" not in kinds or headers.looks_like_header(grid[len(rows)], kinds):
            return False
        return all(headers.looks_like_header(row, kinds) for row in grid[: len(rows)])

    def _band(self, rows: list[int], columns: list[int]) -> list[Item]:
        self.band += 1
        columns = self._filled(rows, columns)
        if going_on := self._going_on(rows, columns):
            return going_on
        above, middle, below = self._parted(rows, columns)
        found: list[Item] = [*above]
        if middle:
            pieces = self._pieces(middle, columns)
            if len(pieces) > 1:
                open_before, tables = self.open, []
                for piece_rows, piece in pieces:
                    self.open = open_before
                    inside = self.find(piece_rows, piece)
                    tables += [item for item in inside if isinstance(item, Table)]
                    found += inside
                for table in tables:
                    table.band = self.band
                self.open = tables or open_before
            else:
                found.append(self._table(middle, pieces[0][1]))
        return found + below

    def _filled(self, rows: Sequence[int], columns: Sequence[int]) -> list[int]:
        """Those of the columns that show something in these rows."""
        filled: set[int] = set()
        for row in rows:
            filled |= self.sheet.filled(row)
        return sorted(filled.intersection(columns))

    # --- lines and tables -----------------------------------------------------------------------------------------

    def _own(self, row: int, columns: Sequence[int]) -> list[int]:
        """The columns of a row's own texts: a merged cell counts once, where it begins."""
        cells = self.sheet.rows.get(row, {})
        return [column for column in columns if column in cells]

    def _line(self, row: int, columns: Sequence[int]) -> Text | None:
        """A row as a line of text: one cell, or a title with its unit far to the right; None if it is more."""
        own = self._own(row, columns)
        cells = self.sheet.rows.get(row, {})
        if len(own) == 1:
            cell = self.sheet.over.get(row, {}).get(own[0])
            return Text(row, own[0], cell.right if cell else own[0], cells[own[0]])
        if len(own) == 2 and own[1] - own[0] > 1 and own[0] == columns[0] and headers.is_unit(cells[own[1]]):
            return Text(row, own[0], own[1], f"{cells[own[0]]}, {cells[own[1]]}")
        return None

    def _parted(self, rows: list[int], columns: list[int]) -> tuple[list[Text], list[int], list[Text]]:
        """The lines above a table, its rows, and the lines below it. Without a row of two cells all are lines."""
        if self.sheet.is_list:
            return [], rows, []
        above: list[Text] = []
        start = 0
        while start < len(rows):
            own = self._own(rows[start], columns)
            line = self._line(rows[start], columns)
            if own and (line is None or not self._opens(line, rows[start + 1 :], columns)):
                break
            above += [line] if line and own else []
            start += 1
        if start == len(rows):
            return above, [], []
        end = self._notes_from(rows, start, columns)
        below = [text for row in rows[end:] if (text := self._note(row, columns))]
        return above, rows[start:end], below

    def _opens(self, line: Text, following: list[int], columns: Sequence[int]) -> bool:
        """Whether a lone cell above the rest is a line of text, and not a header over some of the columns."""
        if line.left == columns[0] or headers.is_unit(line.words) or len(line.words) > 60 or not following:
            return True
        next_row = next((row for row in following if self._own(row, columns)), None)
        if next_row is None or self._line(next_row, columns):  # lines below each other, or a header above a section
            return not any(headers.kind_of(self.sheet.text(row, line.left)) == "figure" for row in following[:20])
        return line.right == line.left and len(line.words) > 30

    def _notes_from(self, rows: list[int], start: int, columns: Sequence[int]) -> int:
        """Where the lines below a table begin: at the first note among the lone cells at its end."""
        at = len(rows)
        while at > start + 1 and self._note(rows[at - 1], columns) is not None:
            at -= 1
        for i in range(at, len(rows)):
            note = self._note(rows[i], columns)
            if note and (headers.is_note(note.words) or headers.says_unit(note.words) or len(note.words) > 100):
                return i
            if note and note.words.endswith(".") and " " in note.words:
                return i
        return len(rows)

    def _note(self, row: int, columns: Sequence[int]) -> Text | None:
        """A row as a line below a table; a note may have its number in a cell of its own."""
        own = self._own(row, columns)
        cells = self.sheet.rows.get(row, {})
        if not own:
            return Text(row, columns[0], columns[0], "", True)
        if len(own) == 2 and len(columns) > 2 and own[1] - own[0] == 1 and own[0] == columns[0]:
            mark, words = cells[own[0]].strip("()[].: "), cells[own[1]]
            if len(mark) <= 2 and len(words) > _LONG_NOTE and self._holds_figures(row, own[1]):
                return Text(row, own[0], own[1], f"{mark}. {words}" if mark.isalnum() else f"{mark} {words}", True)
        line = self._line(row, columns)
        if line is not None:
            line.below = True
        return line

    def _holds_figures(self, below: int, column: int) -> bool:
        """Whether the cells above this one are figures, but for a header."""
        above = [headers.kind_of(self.sheet.text(row, column)) for row in range(below - 20, below)]
        return above.count("figure") >= max(1, above.count("word"))

    def _table(self, rows: list[int], columns: list[int]) -> Table:
        grid = [[self.sheet.text(row, column) for column in columns] for row in rows[:100]]
        if len(columns) == 2 and headers.are_key_values(grid[:100]):
            depth = 0
        elif len(columns) == 1:
            depth = int(headers.column_kinds(grid[1:], 1) != ["word"] and headers.header_depth(grid) > 0)
        else:
            depth = headers.header_depth(grid, [self._crosses(row) for row in rows[:10]])
        table = Table(rows, columns, depth, self.band, kinds=headers.column_kinds(grid[depth:], len(columns)))
        self.open = [table]
        return table

    def _crosses(self, row: int) -> bool:
        """Whether a merged cell begins in this row that lies over several columns, or reaches further down."""
        return any(cell.right > cell.left or cell.bottom > row for cell in set(self.sheet.over.get(row, {}).values()))

    # --- what goes on ---------------------------------------------------------------------------------------------

    def _going_on(self, rows: list[int], columns: list[int]) -> list[Item]:
        """The band as further rows of the tables above, if it fits into their columns and has no header of its own."""
        spans = [range(table.columns[0], table.columns[-1] + 1) for table in self.open]
        if not columns or not all(any(column in span for span in spans) for column in columns):
            return []
        found: list[Item] = []
        tables: list[Table] = []
        for table, span in zip(self.open, spans, strict=True):
            inside = [column for column in span if column in set(columns)]
            own = [row for row in rows if self._own(row, inside)]
            if not own:
                continue
            above, middle, below = self._parted(own, inside)
            if not middle or not self._fits(table, middle, bool(above)):
                return []
            sections = [line.row for line in above] if len(above) == 1 and not _is_unit(above[0]) else []
            found += [] if sections else above
            more = Table(sections + middle, table.columns, 0, self.band, table.head, table.kinds)
            tables.append(more)
            found += [more, *below]
        self.open = tables or self.open
        return found

    def _fits(self, table: Table, rows: list[int], titled: bool) -> bool:
        """Whether rows go on with a table: its columns hold the same kinds, and the first of them is no header."""
        grid = [[self.sheet.text(row, column) for column in table.columns] for row in rows[:_SAMPLE]]
        if not any(row[0] for row in grid):
            return False
        if all(kind == "word" for kind in table.kinds):  # only looks tell a header among words
            repeated = grid[0] == [self.sheet.text(table.head.rows[0], column) for column in table.columns]
            strong = rows[0] in self.sheet.strong
            wide = sum(1 for text in grid[0] if text) > 1
            return not titled and not repeated and not strong and wide and len(table.columns) > 1
        return not headers.looks_like_header(grid[0], table.kinds)

    # --- columns --------------------------------------------------------------------------------------------------

    def _pieces(self, rows: list[int], columns: list[int]) -> list[tuple[list[int], list[int]]]:
        """The rows and columns of the tables that stand side by side, with an empty column between them."""
        filled = self._filled(rows, columns)
        if self.sheet.one_table:
            return [(rows, filled)]
        pieces: list[list[int]] = []
        for column in filled:
            if pieces and column - pieces[-1][-1] == 1:
                pieces[-1].append(column)
            else:
                pieces.append([column])
        joined: list[list[int]] = []
        for piece in pieces:
            if joined and self._belongs(joined[-1], piece, rows):
                joined[-1] = joined[-1] + piece
            else:
                joined.append(piece)
        if len(joined) == 1:
            return [(rows, joined[0])]
        return [([row for row in rows if not self.sheet.filled(row).isdisjoint(piece)], piece) for piece in joined]

    def _belongs(self, before: list[int], piece: list[int], rows: list[int]) -> bool:
        """Whether columns behind an empty one belong to those before it: they have no labels of their own."""
        mine = [row for row in rows if self._own(row, piece)]
        theirs = [row for row in rows if self._own(row, before)]
        if len(set(mine) & set(theirs)) * 10 < len(mine) * 8 or not mine:
            return False
        first = [self.sheet.text(row, piece[0]) for row in mine]
        if first[0] and first[0] in {self.sheet.text(row, before[0]) for row in theirs[:3]}:
            return False  # the same header again: the same table again
        if len(mine) < 2:
            return headers.kind_of(first[0]) != "word"
        if headers.column_kinds([[text] for text in first[1:]], 1) == ["figure"]:
            return True
        return (len(piece) == 1 or len(before) == 1) and mine[0] == theirs[0] and len(mine) > 2


def _is_unit(line: Text) -> bool:
    return headers.is_unit(line.words)


def _bands(rows: list[int]) -> Iterator[list[int]]:
    """Runs of rows without an empty one between them."""
    band: list[int] = []
    for row in rows:
        if band and row - band[-1] > 1:
            yield band
            band = []
        band.append(row)
    if band:
        yield band
