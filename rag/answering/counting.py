"""How many rows of a table there are of what is asked, and what is added up or taken from one another there."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence

from rag.answering.citing import written
from rag.answering.grid import Row
from rag.answering.looked import Looked, Reading
from rag.answering.sheet import distinct
from rag.language.tokens import stem

HOW_MANY = re.compile(r"\b(?:how many|(?:number|amount|count) of)\b", re.IGNORECASE)
MORE_THAN = re.compile(r"\b(?:how (?:many|much) (?:more|fewer|less)|difference)\b", re.IGNORECASE)
SUM = re.compile(r"\b(?:total|combined|sum|altogether|together|in all|overall)\b", re.IGNORECASE)
AVERAGE = re.compile(r"\b(?:average|mean)\b", re.IGNORECASE)
_MOST_OFTEN = re.compile(
    r"\b(?:the most (?:times|often|frequently)|most (?:often|frequently|common(?:ly)?|times)"
    r"|(?:listed|appears?|appeared|named|occurs?|mentioned|shown) (?:the )?most)\b|\bthe most\W*$",
    re.IGNORECASE,
)
_MOST_ADDED = 20  # figures that are shown added up
_DIFFERENT = re.compile(r"\b(?:different|unique|distinct)\b", re.IGNORECASE)
_MORE_SAID = re.compile(
    r"\b(?:that|which|who|whose|with|made|than|where|when|have(?! been)|has(?! been)|had)\b", re.IGNORECASE
)
_ADDED_UP = frozenset(
    stem(word) for word in "medal point goal score vote".split()
)  # what a total is of, where none is named
_ROWS = frozenset(stem(word) for word in "time row entry line item record".split())


def count(reading: Reading) -> Looked | None:
    """How many rows hold what is asked; where the noun counted heads a column of numbers, that number or their sum."""
    sheet, noun = reading.sheet, reading.counted
    by_times = not set(noun[:1]).isdisjoint(_ROWS)
    column, named = (None, frozenset()) if by_times else sheet.column_of(noun, sheet.columns)
    if column is not None and column in sheet.measures and not ({each.column for each in reading.held} & {column}):
        return _figures(reading, column, noun)
    if column is None and noun and sheet.total is not None and set(noun) & _ADDED_UP:
        return _figures(reading, sheet.total, noun)
    if reading.pair or not reading.rows:
        return None
    if not reading.held:
        return _all(reading, column, named)
    after = _beyond(reading)
    if after is not None:
        return reading.looked(
            str(len(after)), after, None, "count-beyond", f"{len(after)} rows of {len(sheet.rows)} rows", noun
        )
    some = list(reading.wider)
    if any(each.column == column and each.exact and len(each.rows) == 1 for each in reading.held):
        return None  # "the number of visitors from Saltby", where that is a row of visitors
    if len(some) == 1 and not by_times and any(each.kind == "text" for each in reading.held):
        return None  # of one row something is asked that it says in a cell
    kind = "count-held"
    many = len(some)
    if column is not None and column not in sheet.numeric:
        some = [row for row in some if row.text(column)]
        many = len(distinct([row.text(column) for row in some]))
        if many != len(some) and not _DIFFERENT.search(reading.asked.text):
            return None  # each once, or each time it stands there: the question does not say
    elif column is None and not by_times:
        kind += "-unk"
    how = f"{len(some)} rows of {len(sheet.rows)} rows"
    return reading.looked(str(many), some, None, kind, how if many == len(some) else f"{many} different in {how}", noun)


def _all(reading: Reading, column: int | None, named: Collection[str]) -> Looked | None:
    """How many there are in all: of what heads a column, if nothing more is said of them."""
    sheet, noun = reading.sheet, set(reading.counted)
    others = [word for word in reading.free if word not in noun and any(word in header for header in sheet.headed)]
    if others or _MORE_SAID.search(reading.asked.text):
        return None
    if column is None or column in sheet.numeric:
        if noun.isdisjoint({*_ROWS, *sheet.grid.context}):
            return None
        return reading.looked(str(len(sheet.rows)), sheet.rows, None, "count-rows", f"all {len(sheet.rows)} rows", noun)
    if noun - set(named) - {*sheet.grid.context}:
        return None
    some = [row for row in sheet.rows if row.text(column)]
    many = len(distinct([row.text(column) for row in some]))
    how = f"{len(some)} rows of {len(sheet.rows)} rows"
    kind = "count-col" if many == len(some) else "count-distinct"
    return reading.looked(str(many), some, None, kind, how if many == len(some) else f"{many} different in {how}", noun)


def _beyond(reading: Reading) -> list[Row] | None:
    """The rows behind or before the one row that is named, where it asks for those."""
    text = reading.asked.text
    after, before = re.search(r"\bafter\b", text), re.search(r"\bbefore\b", text)
    if len(reading.held) != 1 or len(reading.rows) != 1 or reading.held[0].kind != "text" or not (after or before):
        return None
    at = reading.rows[0].at
    return [row for row in reading.sheet.rows if (row.at > at if after else row.at < at)]


def _figures(reading: Reading, column: int, noun: Sequence[str]) -> Looked | None:
    """The number of the one row that is meant, or those of several added up."""
    rows = reading.rows
    if not reading.held or reading.pair:
        if not SUM.search(reading.asked.text) or reading.pair:
            return None
        return added(reading, rows, column, noun)
    if len(rows) == 1:
        return reading.looked(rows[0].text(column), rows, column, "figure", used=noun)
    return added(reading, rows, column, noun) if len(rows) > 1 else None


def added(reading: Reading, rows: Sequence[Row], column: int, used: Sequence[str] = ()) -> Looked | None:
    """The figures of a column added up, where each of the rows has one."""
    values = [value for row in rows if (value := reading.sheet.number(row, column)) is not None]
    if len(values) < len(rows) or not 1 < len(values) <= _MOST_ADDED:
        return None
    if HOW_MANY.search(reading.asked.text) and any(value != int(value) for value in values):
        return None  # what is counted is whole: these are times of day, or shares
    shown = [written(value) for value in (*values, round(sum(values), 6))]
    return reading.looked(shown[-1], rows, column, "sum", f"{' + '.join(shown[:-1])} = {shown[-1]}", used)


def together(reading: Reading) -> Looked | None:
    """What several things named come to together: the figures of their rows added up, else how many rows they are."""
    column, named = reading.sheet.column_of(reading.counted or reading.free, sorted(reading.sheet.measures))
    if column is not None:
        return added(reading, reading.rows, column, [*named, *reading.counted])
    if reading.sheet.total is not None and set(reading.free) & _ADDED_UP:
        return added(reading, reading.rows, reading.sheet.total, reading.counted)
    noun_column, _ = reading.sheet.column_of(reading.counted, reading.sheet.columns)
    return count(reading) if HOW_MANY.search(reading.asked.text) and noun_column is not None else None


def averaged(reading: Reading) -> Looked | None:
    """The mean of a column's figures, shown."""
    rows = reading.rows
    column, named = reading.sheet.column_of(reading.free, sorted(reading.sheet.measures))
    values = [value for row in rows if column is not None and (value := reading.sheet.number(row, column)) is not None]
    if column is None or len(values) < len(rows) or not 1 < len(values) <= _MOST_ADDED:
        return None
    mean = sum(values) / len(values)
    shown = f"({' + '.join(written(value) for value in values)}) ÷ {len(values)} = {written(round(mean, 2))}"
    return reading.looked(written(round(mean, 2)), rows, column, "average", shown, named)


def most_often(reading: Reading, *, least: bool = False) -> Looked | None:
    """What stands most often in the column asked for."""
    column = reading.target
    if column is None or not reading.sheet.repeated(column) or column in reading.sheet.numeric:
        return None
    tally = Counter(text for row in reading.rows if (text := row.text(column)))
    ranked = tally.most_common()
    if least:
        ranked.reverse()
    if len(ranked) < 2 or ranked[0][1] == ranked[1][1]:
        return None
    text, times = ranked[0]
    rows = [row for row in reading.rows if row.text(column) == text]
    return reading.looked(text, rows, column, "most-often", f"{times} of {len(reading.rows)} rows", reading.noun)


def asks_most_often(reading: Reading) -> bool:
    """Whether it asks what stands there most often."""
    return bool(_MOST_OFTEN.search(reading.asked.text))


def difference(reading: Reading) -> Looked | None:
    """By how much the figures of two things named differ, or how many more rows there are of one."""
    if reading.pair is None:
        return None
    rest = reading.without(*reading.pair)
    one, other = ([row for row in rest.rows if row.at in each.rows] for each in reading.pair)
    if not one or not other:
        return None
    words = reading.counted or reading.free
    column, named = reading.sheet.column_of(words, sorted(reading.sheet.measures))
    if column is None and len(reading.sheet.measures) == 1 and len(one) == len(other) == 1:
        column = min(reading.sheet.measures)
    if column is not None:
        if len(one) > 1 or len(other) > 1:
            return None
        a, b = reading.sheet.number(one[0], column), reading.sheet.number(other[0], column)
        if a is None or b is None:
            return None
        rows = [one[0], other[0]]
    else:
        if not HOW_MANY.search(reading.asked.text):
            return None
        a, b = float(len(one)), float(len(other))
        rows = [*one, *other]
    high, low = sorted((a, b), reverse=True)
    shown = [written(value) for value in (high, low, round(high - low, 6))]
    kind = "difference" if column is not None else "difference-counts"
    return reading.looked(shown[2], rows, column, kind, f"{shown[0]} − {shown[1]} = {shown[2]}", [*named, *words])
