"""Which row of a table is meant, and which of its cells: the one named, the highest, the next, the last."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from rag.answering.grid import Row
from rag.answering.looked import Looked, Reading
from rag.answering.sheet import years
from rag.language.tokens import stem

MOST = re.compile(
    r"\b(?:(?<!at )most|highest|largest|biggest|greatest|longest|tallest|heaviest|oldest|best|top|maximum|fastest"
    r"|deepest|strongest|widest|quickest|higher|larger|bigger|greater|longer|taller|heavier|older|faster|more)\b",
    re.I,
)
LEAST = re.compile(
    r"\b(?:(?<!at )least|fewest|lowest|smallest|shortest|lightest|youngest|worst|minimum|slowest|newest|narrowest"
    r"|lower|smaller|shorter|lighter|younger|slower|fewer|less)\b",
    re.I,
)
SUPERLATIVE = re.compile(
    r"\b(?:(?<!at )(?:most|least)|highest|largest|biggest|greatest|longest|tallest|heaviest|oldest|best|top|maximum"
    r"|fastest|deepest|strongest|widest|quickest|fewest|lowest|smallest|shortest|lightest|youngest|worst|minimum"
    r"|slowest|newest|narrowest)\b",
    re.I,
)
COMPARATIVE = re.compile(
    r"\b(?:higher|larger|bigger|greater|longer|taller|heavier|older|faster|more|lower|smaller|shorter|lighter|younger"
    r"|slower|fewer|less|better|earlier|later|first|last|most|highest|largest|least|before|after)\b",
    re.I,
)
FIRST = re.compile(r"\b(?:first|earliest|initial)\b", re.IGNORECASE)
LAST = re.compile(r"\b(?:last|latest|final|most recent)\b", re.IGNORECASE)
AFTER = re.compile(
    r"\b(?:(?:right |directly |immediately |just )?after|next|following|follows|followed|below|succeeded)\b", re.I
)
BEFORE = re.compile(r"\b(?:before|previous|prior|preceding|preceded|precedes|above)\b", re.IGNORECASE)
AND = re.compile(r"\band\b", re.IGNORECASE)
OR = re.compile(r"\bor\b", re.IGNORECASE)
_ADDED_UP = frozenset(stem(word) for word in "medal point goal score vote".split())
_LOW_IS_BEST = frozenset(stem(word) for word in "rank position pos place time finish ranking standing".split())
_BETTER, _WORSE = (
    re.compile(r"\b(?:best|top|better|highest|higher)\b", re.I),
    re.compile(r"\b(?:worst|lowest|lower)\b", re.I),
)
_FAST, _SLOW = re.compile(r"\b(?:fast|quick)(?:est|er)\b", re.I), re.compile(r"\bslow(?:est|er)\b", re.I)
# The column by which something is the longest or the oldest.
_BY = {
    "longest": "length duration time", "shortest": "length height duration time",
    "tallest": "height", "heaviest": "weight",
    "lightest": "weight", "oldest": "age", "youngest": "age", "fastest": "speed time", "slowest": "speed time",
    "deepest": "depth", "largest": "area size population", "biggest": "area size population",
    "smallest": "area size population", "longer": "length duration", "taller": "height", "older": "age",
    "higher": "rank position",
    "highest": "height elevation altitude", "shorter": "length height", "larger": "area size", "bigger": "area size",
    "top": "rank position", "best": "rank position", "strongest": "magnitude",
}  # fmt: skip
_EITHER = re.compile(r"\b(\w+er|more|less) or (\w+er|more|less)\b(?=.*\bthan\b)", re.IGNORECASE)
_HOW = re.compile(r"\W*how (?!many|much)", re.IGNORECASE)
_LISTED = 8  # that are told where all are asked for
_OLD, _NEW = re.compile(r"\boldest\b|\bearliest\b", re.I), re.compile(r"\bnewest\b|\blatest\b|\byoungest\b", re.I)
_VALUE = re.compile(
    r"^\W*(?:what|how)\b(?:'s)?\s+(?:is|was|are|were|long|tall|high|old|many|much|big|large)\b", re.IGNORECASE
)


def measure(reading: Reading, words: Sequence[str] | None = None) -> tuple[int | None, list[str]]:
    """The column of numbers by which rows are compared: the one named, the one of its adjective, else the only one."""
    sheet = reading.sheet
    held = {each.column for each in reading.held}
    ranked = bool(_BETTER.search(reading.asked.text) or _WORSE.search(reading.asked.text))
    numeric = [column for column in sorted(sheet.numeric if ranked else sheet.measures) if column not in held]
    free = [word for word in reading.free if reading.counted or word not in reading.noun[:1]]
    column, named = sheet.column_of(free if words is None else words, numeric)
    if column is not None:
        return column, [*named]
    by = [
        stem(each) for word in _BY if re.search(rf"\b{word}\b", reading.asked.text, re.I) for each in _BY[word].split()
    ]
    column, named = sheet.column_of(by, numeric)
    if column is None and not by and sheet.total in numeric and any(word in _ADDED_UP for word in reading.free):
        return sheet.total, [*(_ADDED_UP & set(reading.free))]
    return column, [*named]


def is_largest(reading: Reading, column: int) -> bool:
    """Whether the largest number is meant: the best rank is the smallest."""
    text = reading.asked.text
    low_best = bool(reading.sheet.headed[column] & _LOW_IS_BEST)
    if low_best and (_BETTER.search(text) or _FAST.search(text)):
        return False
    if low_best and (_WORSE.search(text) or _SLOW.search(text)):
        return True
    return not LEAST.search(text)


def extreme(reading: Reading) -> Looked | None:
    """The row with the largest or smallest figure of a column, and the cell that is asked for of it."""
    sheet = reading.sheet
    column, named = measure(reading)
    by_day = None
    if (
        column is None
        and (_OLD.search(reading.asked.text) or _NEW.search(reading.asked.text))
        and len(sheet.dated) == 1
    ):
        by_day = min(sheet.dated)
    if column is None and by_day is None:
        return None
    if by_day is not None:
        days = [(period.start, row) for row in reading.rows if (period := sheet.day(row, by_day))]
        row = _outer_day(days, last=bool(_NEW.search(reading.asked.text)))
        target = reading.target if reading.target is not None else sheet.label
        return _told(reading, row, target, "extreme-day") if row is not None and target is not None else None
    assert column is not None
    figures = [(value, row) for row in reading.rows if (value := sheet.number(row, column)) is not None]
    if len(figures) < 2:
        return None
    largest = is_largest(reading, column)
    best = (max if largest else min)(value for value, _ in figures)
    rows = [row for value, row in figures if value == best]
    how = f"the {'highest' if largest else 'lowest'} of {len(figures)} rows"
    wants_value = bool(_VALUE.search(reading.asked.text)) and (
        reading.target == column or not (set(reading.noun) - set(named)) or bool(reading.counted)
    )
    if wants_value:
        return reading.looked(rows[0].text(column), rows[:1], column, "extreme-value", how, named)
    target = reading.target if reading.target not in (None, column) else None
    kind = "extreme"
    if target is None:
        target, kind = sheet.label, "extreme-label"
        if target is None or target in {each.column for each in reading.held}:
            return None
    if len({row.text(target) for row in rows}) > 1:
        return None
    return _told(reading, rows[0], target, kind, how, [*named, *reading.noun])


def _outer_day(days: list[tuple[date, Row]], *, last: bool) -> Row | None:
    if len(days) < 2:
        return None
    best = (max if last else min)(day for day, _ in days)
    rows = [row for day, row in days if day == best]
    return rows[0] if len(rows) == 1 else None


def _told(reading: Reading, row: Row, column: int, kind: str, how: str = "", used: Sequence[str] = ()) -> Looked | None:
    """The cell of a row, as what it is asked for: of a day its year, where a year is wanted."""
    text = row.text(column)
    if re.search(r"\b(?:what|which) year\b", reading.asked.text, re.I):
        found = years(text)
        if len(set(found)) != 1:
            return None
        text = found[0]
    if re.search(r"^\W*how (?:many|much|long|tall|old|far)\b", reading.asked.text, re.I) and not re.search(r"\d", text):
        return None
    if re.match(r"\W*(?:who|where)\b", reading.asked.text, re.I) and re.fullmatch(r"[\W\d]*", text):
        return None
    return reading.looked(text, [row], column, kind, how, used)


def neighbour(reading: Reading) -> Looked | None:
    """The cell asked for in the row behind or before the one named."""
    if len(reading.held) != 1 or not reading.rows or len(reading.rows) > 3 or reading.held[0].kind == "number":
        return None
    held, rows = reading.held[0], reading.rows
    after = bool(AFTER.search(reading.asked.text))
    at = rows[-1].at + 1 if after else rows[0].at - 1
    row = next((row for row in reading.sheet.rows if row.at == at), None)
    if row is None:
        return None
    target = reading.target if reading.target is not None else held.column
    return _told(reading, row, target, "next", used=reading.noun)


def outermost(reading: Reading) -> Looked | None:
    """The first or last row there is of what is asked: by its day, where it has one, else as the table goes."""
    last = bool(LAST.search(reading.asked.text))
    target = reading.target
    kind = "last" if last else "first"
    by, _ = measure(reading)
    if by is not None and by != target:
        return None  # first by what a column measures, not as the table goes
    dated = sorted(reading.sheet.dated)
    row: Row | None = None
    also = _also_named(reading, target)
    rows = [row for row in reading.rows if all(any(map(str.isalnum, row.text(column))) for column in also)]
    if dated:
        days = [(period.start, row) for row in rows if (period := reading.sheet.day(row, dated[0]))]
        row = _outer_day(days, last=last) if len(days) > 1 else days[0][1] if days else None
        kind += "-day"
    elif rows:
        row = rows[-1 if last else 0]
    if row is None:
        return None
    if target is None:
        target = reading.sheet.label
        kind += "-label"
        if target is None or target in {each.column for each in reading.held}:
            return None
    return _told(reading, row, target, kind, used=reading.noun)


def _also_named(reading: Reading, target: int | None) -> list[int]:
    """The columns that the question names besides the one it asks for: its rows are those that say something there."""
    columns = [column for column in reading.sheet.columns if column != target and column not in reading.sheet.dated]
    return [column for column in columns if reading.sheet.headed[column] & set(reading.free)]


def compared(reading: Reading) -> Looked | None:
    """Which of two things named has more, came first."""
    if reading.pair is None:
        return None
    rest = reading.without(*reading.pair)
    one, other = ([row for row in rest.rows if row.at in each.rows] for each in reading.pair)
    text = reading.asked.text
    label = reading.pair[0].column
    column, named = measure(reading)
    if column is None and reading.pair[0].kind == "text" and re.search(r"\b(?:more|most|fewer|fewest)\b", text, re.I):
        return _more_rows(reading, one, other, label)
    if len(one) != 1 or len(other) != 1:
        return None
    if _EITHER.search(text):
        return _which_way(reading, one[0], other[0], column, named)
    if re.search(r"\b(?:first|earlier|before|last|later|after|older|newer)\b", text, re.I) and column is None:
        dated = sorted(reading.sheet.dated)
        if not dated:
            return None
        column, named = dated[0], []
        days = [reading.sheet.day(row, column) for row in (one[0], other[0])]
        if days[0] is None or days[1] is None or days[0].start == days[1].start:
            return None
        late = bool(re.search(r"\b(?:last|later|after|newer)\b", text, re.I))
        row = (one[0], other[0])[(days[0].start < days[1].start) == late]
        return reading.looked(row.text(label), [row, *one, *other], column, "compared-day", "", named)
    if column is None:
        return None
    a, b = reading.sheet.number(one[0], column), reading.sheet.number(other[0], column)
    if a is None or b is None or a == b:
        return None
    largest = is_largest(reading, column)
    if re.search(r"\b(?:first|earlier|better)\b", text, re.I):
        largest = False
    row = one[0] if (a > b) == largest else other[0]
    how = f"{one[0].text(column)} and {other[0].text(column)}"
    rows = dict.fromkeys([row, one[0], other[0]])
    return reading.looked(row.text(label), rows, column, "compared", how, named)


def _more_rows(reading: Reading, one: list[Row], other: list[Row], label: int) -> Looked | None:
    """Of which of two things there are more rows."""
    if len(one) == len(other) or not one or not other or max(len(one), len(other)) < 2:
        return None
    fewer = bool(re.search(r"\bfew(?:er|est)\b", reading.asked.text, re.I))
    first, second = sorted((one, other), key=len, reverse=not fewer)
    how = f"{len(first)} rows, and {len(second)} of {second[0].text(label)}"
    used = [*reading.counted, *reading.noun]
    return reading.looked(first[0].text(label), [first[0], *second, *first[1:]], label, "more-rows", how, used)


def _which_way(reading: Reading, one: Row, other: Row, column: int | None, named: Sequence[str]) -> Looked | None:
    """Which of two adjectives holds: "is the Long arm longer or shorter than the Old basin"."""
    ways = _EITHER.search(reading.asked.text)
    by = column if column is not None else measure(reading, [])[0]
    if ways is None or by is None:
        return None
    a, b = reading.sheet.number(one, by), reading.sheet.number(other, by)
    more, less = (ways[1], ways[2]) if not LEAST.search(ways[1]) else (ways[2], ways[1])
    if a is None or b is None or a == b or not MOST.search(more) or not LEAST.search(less):
        return None
    if reading.sheet.headed[by] & _LOW_IS_BEST:
        return None
    how = f"{one.text(by)} and {other.text(by)}"
    return reading.looked(more if a > b else less, [one, other], by, "which-way", how, [*named, stem(more), stem(less)])


def cell(reading: Reading) -> Looked | None:
    """The cell asked for of the one row that is named."""
    rows = reading.rows
    if not reading.held or not rows:
        return None
    target = reading.target
    if target is None and reading.alone and len(rows) == 1 and not _HOW.match(reading.asked.text):
        column, _ = measure(reading)
        if column is not None:
            target = column
    if target is None:
        return None  # of all that stands beside what is named, nothing is asked for
    texts = list(dict.fromkeys(text for row in rows if (text := row.text(target))))
    if len(texts) > 1:
        return _list(reading, target)
    return _told(reading, rows[0], target, "cell", used=reading.noun)


def shared(reading: Reading) -> Looked | None:
    """The cell that stands beside both of two things named."""
    if reading.pair is None or reading.target is None:
        return None
    rest = reading.without(*reading.pair)
    rows = [row for row in rest.rows if any(row.at in each.rows for each in reading.pair)]
    texts = {row.text(reading.target) for row in rows}
    if len(texts) != 1:
        return None
    return reading.looked(texts.pop(), rows, reading.target, "shared", used=reading.noun)


def _list(reading: Reading, target: int) -> Looked | None:
    """All that hold what is asked, where more than one is asked for."""
    rows = [row for row in reading.rows if row.text(target)]
    if re.search(r"\b(?:name|list) (?:a|an|one)\b", reading.asked.text, re.I):
        return _told(reading, rows[0], target, "one-of", used=reading.noun)
    noun = reading.noun[:1] or reading.counted[:1]
    plural = any(
        word.text.endswith("s") and word.stem in noun and word.text != word.stem for word in reading.asked.words
    )
    texts = list(dict.fromkeys(row.text(target) for row in rows))
    if not plural or len(texts) > _LISTED:
        return None
    return reading.looked(", ".join(texts), rows, target, "list", used=reading.noun)
