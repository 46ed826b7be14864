"""Delimited text (CSV, TSV): which character parts the fields, and the fields as a sheet."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

from rag.errors import UnreadableReport
from rag.reading.limits import Limits
from rag.reading.sheets.grid import Sheet

_DELIMITERS = "\t;|,"  # where two fit equally well, the one that is rarer inside texts and figures
_SAMPLE = 300  # rows that tell how a file is written
_RUNAWAY = 50  # lines in one field: its quotation mark was never closed
_SAYS = re.compile(r'"?sep=(.)"?\s*(?:\r\n|\n|\r)', re.IGNORECASE)  # Excel's own way of telling
_COMMENT = re.compile(r"#+\s+(?!of\b)[^\W\d]|##")  # "# made by …"; a header may begin with "#" or "# of …" too

csv.field_size_limit(2**31 - 1)  # the file's size is limited already, so no field is too long


@dataclass(frozen=True, slots=True)
class _Dialect:
    """How a file is written."""

    delimiter: str = ","
    escape: str | None = None  # before a quotation mark inside quotation marks, where it is not doubled
    quoting: bool = True
    spaced: bool = False  # with a space behind each delimiter, before quotation marks too

    def records(self, text: str) -> Iterator[list[str]]:
        return csv.reader(
            io.StringIO(text, newline=""),  # the csv module wants line ends as they are
            delimiter=self.delimiter,
            escapechar=self.escape,
            quoting=csv.QUOTE_MINIMAL if self.quoting else csv.QUOTE_NONE,
            skipinitialspace=self.spaced,
        )

    def agreement(self, text: str) -> tuple[float, int]:
        """The share of the first rows that have the same number of fields, two or more, and that number."""
        counts = [len(record) for record in islice(self.records(text), _SAMPLE) if any(record)]
        many = Counter(count for count in counts if count > 1)
        width, agreeing = max(many.items(), key=lambda item: (item[1], item[0]), default=(1, 0))
        return round(agreeing / max(1, len(counts)), 1), width


def delimited_sheet(text: str, name: str, limits: Limits, *, tabbed: bool = False) -> Sheet:
    """The rows of the text as one sheet. `tabbed`: its name says that tabs part the fields."""
    said = _SAYS.match(text)
    text = text[said.end() :] if said else text
    dialect = _dialect(text, said[1] if said else "", tabbed)
    width = dialect.agreement(text)[1]
    rows: dict[int, dict[int, str]] = {}
    for at, record in enumerate(dialect.records(text)):
        fields = _as_line(record, dialect.delimiter, width)
        if cells := {column: field for column, field in enumerate(fields) if field and not field.isspace()}:
            rows[at] = cells
        if len(rows) > limits.rows:
            most = f"{limits.rows:,}"
            raise UnreadableReport(
                f"{name}: the file has more than {most} rows, over the limit of {most} (setting reader_rows)"
            )
    return Sheet("", rows, one_table=True)


def _dialect(text: str, said: str, tabbed: bool) -> _Dialect:
    """How the text is written: decided by which way of reading gives rows of the same length."""
    dialect = _Dialect(escape="\\" if '\\"' in text and '""' not in text else None)
    dialect = replace(dialect, quoting=not _runs_away(text, dialect))
    if said:
        return replace(dialect, delimiter=said)
    ways = [replace(dialect, delimiter=delimiter) for delimiter in _DELIMITERS]
    ways += [replace(way, spaced=True) for way in ways if f'{way.delimiter} "' in text]
    scored = [(way.agreement(text), way) for way in ways]
    usable = [(score, way) for score, way in scored if score[1] > 1]
    if tabbed:
        usable = [(score, way) for score, way in usable if way.delimiter == "\t"] or usable
    return max(usable, key=lambda item: (item[0][0], item[1].spaced, item[0][1]))[1] if usable else dialect


def _runs_away(text: str, dialect: _Dialect) -> bool:
    """Whether a quotation mark that is never closed would swallow the rest of the file."""
    if text.count('"') % 2 == 0:
        return False
    return any(
        field.count("\n") > _RUNAWAY
        for delimiter in _DELIMITERS
        for record in replace(dialect, delimiter=delimiter).records(text)
        for field in record
    )


def _as_line(record: list[str], delimiter: str, width: int) -> list[str]:
    """The fields, or one text where the row is a comment, or a line of prose that happens to hold the delimiter."""
    if not record:
        return record
    prose = 1 < len(record) < width and all(field[:1] == " " for field in record[1:]) and " " in record[0].strip()
    if prose or _COMMENT.match(record[0]) or (record[0].startswith("#") and len(record) != width):
        return [delimiter.join(record).strip("# ")]
    return record
