"""What a question says of the rows it means: the cells it names, the numbers and days it sets against a column."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from rag.answering.sheet import Sheet, years
from rag.language.mentions import mentions
from rag.language.numbers import word_value
from rag.language.tokens import COMMON, content_sequence, stem, tokens
from rag.types import Period

_LONGEST = 9  # words of a cell that a question may name
_NEAR = 4  # words around a number in which its column may be named
_AT_LEAST = r"at least|no less than|not less than|minimum of|no fewer than"
_AT_MOST = r"at most|no more than|up to|not more than|maximum of"
_ABOVE = (
    r"more than|(?:greater|higher|larger|bigger|longer|older|taller|better) than|over|above|exceed(?:s|ed|ing)?|beyond"
)
_BELOW = r"less than|(?:fewer|lower|smaller|shorter|younger) than|under|below"
_BOUND = re.compile(
    rf"\b(?:(?P<least>{_AT_LEAST})|(?P<most>{_AT_MOST})|(?P<above>{_ABOVE}|after|later than)"
    rf"|(?P<below>{_BELOW}|before|prior to|earlier than)|(?P<since>since|starting in)|(?P<until>until)"
    r"|(?P<equal>exactly|equal to))(?:\s+(?:the|a|an|of|year|years|season))*(?:\s+[a-z]+(?:\s+of)?)?\s*[$£€]?$",
    re.IGNORECASE,
)
_BEHIND = re.compile(
    r"^\s*(?:\w+\s+){0,2}?(?:(?:or|and) (?P<least>more|over|above|higher|greater|better|later|after|older)"
    r"|(?:or|and) (?P<most>less|fewer|under|below|lower|earlier|before|younger))\b",
    re.IGNORECASE,
)
_RANGE = re.compile(
    r"\b(?:between|from)\s+(?:the years?\s+)?(?P<low>[\d,.]+)\s+(?:and|to|through|until|-)\s+(?P<high>[\d,.]+)", re.I
)
_DECADE = re.compile(r"\b(1\d[1-9]0|20[1-9]0)'?s\b")  # "the 1900s" may be a century
_SIGNS = frozenset("$£€")
_SCORE = re.compile(r".*\d\s?[–—-]\s?\d")


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a question, with where it stands in it."""

    stem: str
    text: str
    start: int
    end: int


class Asked:
    """A question's words in order."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.words = tuple(Word(stem(word), word, start, end) for word, start, end in tokens(text))

    @cached_property
    def stems(self) -> tuple[str, ...]:
        return tuple(word.stem for word in self.words)

    def within(self, start: int, end: int) -> frozenset[int]:
        """Which words stand between two places of its text."""
        return frozenset(at for at, word in enumerate(self.words) if start <= word.start and word.end <= end)


@dataclass(frozen=True, slots=True)
class Held:
    """What words of a question say of rows: those for which it holds, and by which column."""

    places: frozenset[int]
    column: int
    rows: frozenset[int]  # by ``Row.at``
    kind: str = "text"  # "text", "number", "day"
    exact: bool = True
    bound: bool = False  # the rows beyond a number or day, not those of it
    wider: frozenset[int] = frozenset()  # rows that hold the same words among others, where ``rows`` hold no others
    also: tuple[int, ...] = ()  # other columns that hold the same words

    @property
    def first(self) -> int:
        return min(self.places)


def conditions(sheet: Sheet, asked: Asked) -> tuple[list[Held], set[int]]:
    """What a question says of the rows, in its order, and the places of its numbers that nothing accounts for."""
    named = _named(sheet, asked)
    taken = {at for each in named for at in each.places}
    dates, taken = _dated(sheet, asked, taken)
    figures, open_numbers = _numbered(sheet, asked, taken | {at for each in dates for at in each.places})
    return sorted([*named, *dates, *figures], key=lambda each: each.first), open_numbers


# --- words ------------------------------------------------------------------------------------------------------------


def _named(sheet: Sheet, asked: Asked) -> list[Held]:
    """The stretches of the question that stand in cells, the longest first, no word twice."""
    spans: dict[tuple[str, ...], list[tuple[int, int]]] = defaultdict(list)
    size = len(asked.words)
    for start in range(size):
        for end in range(start + 1, min(size, start + _LONGEST) + 1):
            if _may_name(sheet, asked, start, end):
                spans[asked.stems[start:end]].append((start, end))
    whole: dict[tuple[tuple[int, int], int], set[int]] = defaultdict(set)
    part: dict[tuple[tuple[int, int], int], set[int]] = defaultdict(set)
    for row in sheet.rows:
        for column in sheet.columns:
            words, variants = _words_of(row.text(column))
            for length in range(1, min(len(words), _LONGEST) + 1):
                for at in range(len(words) - length + 1):
                    piece = words[at : at + length]
                    for place in spans.get(piece, ()):
                        if piece in variants:
                            whole[place, column].add(row.at)
                        elif _is_name(asked, place, row.text(column)):
                            part[place, column].add(row.at)
    by_place: dict[tuple[int, int], list[tuple[int, bool]]] = defaultdict(list)
    for place, column in {*whole, *part}:
        by_place[place].append((column, (place, column) in whole))
    chosen: list[Held] = []
    for place in sorted(by_place, key=lambda p: (-_content(asked, *p), -(p[1] - p[0]), p)):
        if any(set(range(*place)) & each.places for each in chosen):
            continue
        options = sorted(by_place[place], key=lambda option: (not option[1], option[0]))
        if any(exact for _, exact in options):
            options = [option for option in options if option[1]]
        near = asked.stems[max(0, place[0] - 3) : place[1] + 3]
        columns = [column for column, _ in options]
        meant, _ = sheet.column_of([w for w in near if w not in asked.stems[slice(*place)]], columns)
        column = meant if meant is not None else columns[0]
        exact = options[0][1]
        rows = (whole if exact else part)[place, column]
        wider = frozenset(part[place, column] | rows)
        also = tuple(each for each in columns if each != column) if meant is None else ()
        chosen.append(Held(frozenset(range(*place)), column, frozenset(rows), "text", exact, False, wider, also))
    return chosen


def _may_name(sheet: Sheet, asked: Asked, start: int, end: int) -> bool:
    """Whether a stretch may be what a cell says, not only the words of a question or a header."""
    words = asked.words[start:end]
    if words[0].text in COMMON and end - start < 3:
        return False
    if words[-1].text in COMMON and len(words[-1].text) > 1 and asked.text[words[-1].start - 1] != "-":
        return False  # but "Quay A" ends so, and "drop-in"
    telling = [word for word in words if word.text not in COMMON and word.stem not in ASIDE]
    if not telling:
        return False
    if all(word.text[0].isdigit() for word in telling):
        return False
    heads = frozenset().union(*sheet.headed)
    return not all(word.stem in heads for word in telling) or len(telling) > 2


def _is_name(asked: Asked, place: tuple[int, int], text: str) -> bool:
    """Whether one word that stands among others in a cell is a name there, in the form in which it is asked for.

    "Buildings" are not the rows of the Chrysler Building, nor is what was "built" what a note says it of.
    """
    if place[1] - place[0] > 1:
        return True
    word = asked.words[place[0]].text
    if place[0] and asked.words[place[0] - 1].text in ("which", "what", "many", "name"):
        return False  # the kind of thing that is asked for
    return bool(
        re.search(rf"(?<!\w){re.escape(word[0].upper() + word[1:])}(?!\w)|(?<!\w){re.escape(word.upper())}(?!\w)", text)
    )


def _content(asked: Asked, start: int, end: int) -> int:
    return sum(word.text not in COMMON for word in asked.words[start:end])


def _words_of(text: str) -> tuple[tuple[str, ...], frozenset[tuple[str, ...]]]:
    if not text or len(text) > 300:
        return (), frozenset()
    return _cut(text)


def _cut(text: str) -> tuple[tuple[str, ...], frozenset[tuple[str, ...]]]:
    """A cell's words, and in which of their stretches it is named whole: with and without what is in brackets."""
    words = _stems(text)
    plain = _stems(re.sub(r"\([^)]*\)|\[[^\]]*\]|\"", " ", text))
    return words, frozenset({words, plain} - {()})


def _stems(text: str) -> tuple[str, ...]:
    return tuple(stem(word) for word, _, _ in tokens(text))


# --- days -------------------------------------------------------------------------------------------------------------


def _dated(sheet: Sheet, asked: Asked, taken: set[int]) -> tuple[list[Held], set[int]]:
    """The months, days and years of the question, held against a column of days."""
    found: list[Held] = []
    if not sheet.dated:
        return found, taken
    decade = _DECADE.search(asked.text)
    spans: list[tuple[int, int, Callable[[Period], bool]]] = []
    if decade:
        first = int(decade[1])
        spans.append((decade.start(), decade.end(), lambda p: first <= p.start.year < first + 10))
    ranged = _RANGE.search(asked.text)
    if ranged and all(_is_year(ranged[group]) for group in ("low", "high")):
        low, high = int(ranged["low"]), int(ranged["high"])
        spans.append((ranged.start(), ranged.end(), lambda p: low <= p.start.year <= high))
    spans += [
        (mention.start, mention.end, _bounded(asked, mention.start, mention.period))
        for mention in mentions(asked.text)
        if mention.period and not mention.relative and (mention.period.end - mention.period.start).days < 40
    ]
    for word in asked.words:
        if _is_year(word.text) and word.stem not in _given(sheet) and not re.match(r"'?s\b", asked.text[word.end :]):
            tail = re.match(r"[/–-]\d\d\b", asked.text[word.end :])
            spans.append((word.start, word.end + (tail.end() if tail else 0), _bounded_year(asked, word)))
    for start, end, holds in spans:
        places = asked.within(start, end)
        if not places or places & taken or any(asked.stems[at] in _given(sheet) for at in places):
            continue  # a day or year that heads a column sets no row apart
        near = asked.stems[max(0, min(places) - _NEAR) : max(places) + _NEAR]
        meant, _ = sheet.column_of(near, sorted(sheet.dated))
        column = meant if meant is not None else min(sheet.dated)
        rows = frozenset(
            row.at for row in sheet.rows if (period := sheet.day(row, column)) is not None and holds(period)
        )
        found.append(Held(places, column, rows, "day", bound=bool(_side(asked, start, end))))
        taken = taken | places
    return found, taken


def _is_year(text: str) -> bool:
    return len(text) == 4 and bool(years(text))


def _side(asked: Asked, start: int, end: int) -> str:
    before = _BOUND.search(asked.text[max(0, start - 40) : start])
    if before:
        return str(before.lastgroup)
    behind = _BEHIND.match(asked.text[end:])
    return str(behind.lastgroup) if behind else ""


def _bounded(asked: Asked, start: int, wanted: Period) -> Callable[[Period], bool]:
    side = _side(asked, start, start)
    if side in ("above",):
        return lambda p: p.start >= wanted.end
    if side in ("below", "until"):
        return lambda p: p.end <= wanted.start
    if side in ("since", "least"):
        return lambda p: p.start >= wanted.start
    return lambda p: wanted.start <= p.start and p.end <= wanted.end


def _bounded_year(asked: Asked, word: Word) -> Callable[[Period], bool]:
    wanted, side = int(word.text), _side(asked, word.start, word.end)
    if side == "above":
        return lambda p: p.start.year > wanted
    if side == "below":
        return lambda p: p.start.year < wanted
    if side in ("since", "least"):
        return lambda p: p.start.year >= wanted
    if side in ("until", "most"):
        return lambda p: p.start.year <= wanted
    return lambda p: p.start.year == wanted


# --- numbers ----------------------------------------------------------------------------------------------------------


def _numbered(sheet: Sheet, asked: Asked, taken: set[int]) -> tuple[list[Held], set[int]]:
    found: list[Held] = []
    open_numbers: set[int] = set()
    ranged = _RANGE.search(asked.text)
    for at, word in enumerate(asked.words):
        value = _value(word)
        if word.stem in _given(sheet) and at not in taken and value is not None:
            if _side(asked, word.start, word.end):
                open_numbers.add(at)  # a bound on the columns, not on the rows
            continue
        if value is None or at in taken or any(at in each.places for each in found):
            continue
        if _SCORE.match(asked.text[max(0, word.start - 2) : word.end + 2]):
            open_numbers.add(at)
            continue
        side = _side(asked, word.start, word.end)
        if not word.text[0].isdigit() and not side:
            continue  # "the two teams" counts nothing in a column
        column, places = _column_beside(sheet, asked, at, taken)
        if column is None and asked.text[max(0, word.start - 1) : word.start] in _SIGNS:
            column = next((c for c in sorted(sheet.numeric) if _SIGNS & set("".join(sheet.heads[c]))), None)
            places = {at}
        if column is None:
            open_numbers.add(at)
            continue
        if ranged and ranged.start() <= word.start < ranged.end() and (high := _plain(ranged["high"])) is not None:
            holds = _from_to(value, high)
            places = places | asked.within(ranged.start(), ranged.end())
        else:
            holds = _comparing(side, value)
        rows = frozenset(row.at for row in sheet.rows if (n := sheet.number(row, column)) is not None and holds(n))
        found.append(Held(frozenset(places), column, rows, "number", bound=bool(side)))
    return found, open_numbers


def _given(sheet: Sheet) -> frozenset[str]:
    """The words that hold for the whole table, or head a column: a year there sets no row apart."""
    headers = (word for header in sheet.heads for part in header for word in content_sequence(part))
    return frozenset({*sheet.grid.context, *headers})


def _from_to(low: float, high: float) -> Callable[[float], bool]:
    return lambda v: low <= v <= high


def _comparing(side: str, value: float) -> Callable[[float], bool]:
    if side in ("least", "since"):
        return lambda v: v >= value
    if side in ("most", "until"):
        return lambda v: v <= value
    if side == "above":
        return lambda v: v > value
    if side == "below":
        return lambda v: v < value
    return lambda v: abs(v - value) < 1e-9


def _value(word: Word) -> float | None:
    if word.text[0].isdigit():
        return _plain(re.sub(r"(?<=\d)(?:st|nd|rd|th)$", "", word.text))
    return word_value(word.text) if word.text not in ("a", "an", "one", "half") else None


def _plain(text: str) -> float | None:
    try:
        return float(text.replace(",", "").rstrip("."))
    except ValueError:
        return None


def _column_beside(sheet: Sheet, asked: Asked, at: int, taken: set[int]) -> tuple[int | None, set[int]]:
    """The column of numbers that is named beside a number: behind it ("80 laps"), else before it ("rank of 5")."""
    behind = [n for n in range(at + 1, min(len(asked.words), at + _NEAR)) if n not in taken]
    before = [n for n in range(max(0, at - _NEAR), at) if n not in taken]
    for places in (behind, before):
        stems = {asked.stems[n]: n for n in places}
        column, named = sheet.column_of(stems, sorted(sheet.numeric))
        if column is not None:
            return column, {at, *(stems[word] for word in named)}
    return None, set()


ASIDE = frozenset(
    stem(word)
    for word in """what which who whom where when how many much number total name list listed table chart row entry
    first last next previous after before most least highest lowest largest smallest longest shortest best worst time
    times year only one two amount same other than more less fewer at over under above below did does do come came
    there all each latest earliest final top average difference between combined sum following prior consecutive
    there's different unique according tell fewer fewest most higher larger bigger greater longer taller heavier older
    faster smaller shorter lighter younger slower earlier later better worse oldest youngest tallest heaviest fastest
    slowest deepest biggest greatest newest""".split()
)
