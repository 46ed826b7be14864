"""What tables divide a measure into, and how a label narrows a figure to such a part: a region, a channel, "closed"."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rag.answering.asked import HOPED, NAMED_PLACE
from rag.answering.facets import Facets, narrowing
from rag.language.mentions import NOWHEN, label_period, mentions
from rag.language.rows import cell_text, label_cells
from rag.language.tokens import content_stem_set, content_words, stem, stems
from rag.measuring.coverage import Standing
from rag.measuring.words import Words
from rag.search import MOVES
from rag.types import Cell, Figure, Report, Statement

TAIL = re.compile(r"\b(?:from|by|per|to|as)\b.*", re.IGNORECASE | re.DOTALL)
TABLE = re.compile(r"^\W*(?:table|figure|chart)\s+\w+[.:]?", re.IGNORECASE)
ALL_OF_IT = re.compile(r"\W*(?:all|total|overall|whole|sum)\b", re.IGNORECASE)
A_UNIT = re.compile(r"\bper ?cent|%|\b(?:days|weeks|hours|minutes)\b|[£$€]", re.IGNORECASE)
_LED_TO = re.compile(r"\b(?:in|by|from|for|at|via|through)\b|[,:–]", re.IGNORECASE)
_EXPLAINS = re.compile(r"\b(?:from|by|per|to|for|within)\b.*|[,;:].*", re.IGNORECASE)
_IN_BRACKETS = re.compile(r"\([^)]*\)")
# Words that make a figure another thing than the plain count.
TURNS = frozenset(
    stem(word) for word in "change difference share proportion rate growth increase decrease variance rank index per "
    "previous cumulative".split()
)  # fmt: skip
STANDINGS = frozenset(stem(word) for word in "provisional final revised confirmed actual result outturn".split())
_NO_PART = HOPED | TURNS | MOVES | STANDINGS | {"cent"}
Found = tuple[Report, str, Statement]  # of what, the label of its page


@dataclass(frozen=True, slots=True)
class Counted:
    """One figure that counts the measure, and the part that it is of."""

    found: Found
    figure: Figure
    key: frozenset[str]  # the stems of what narrows it
    label: str  # in the source's words
    scope: str
    standing: Standing


_NO_DIMENSION = frozenset(
    stem(word) for word in "measure indicator heading item metric kpi month quarter year period date description "
    "number total figure what".split()
)  # fmt: skip


class Tables:
    """What the found tables divide their figures into, for the sentences to be understood by."""

    def __init__(self, found: Sequence[Found], words: Words) -> None:
        statements = [statement for _, _, statement in found]
        self.facets = Facets(statements)
        self.scopes: dict[frozenset[str], str] = {}  # parts, each with the head of the column that lists it: "Region"
        self.called: dict[frozenset[str], str] = {}  # what the tables call each part
        self.odd: dict[frozenset[str], re.Pattern[str]] = {}  # parts that are called by common words only
        self.qualifiers: set[frozenset[str]] = set()  # "opened", "closed"
        self.wholes: set[frozenset[str]] = set()  # what names no part: "All categories", "Category", other measures
        rows = [statement for statement in statements if statement.kind == "row"]
        for row in rows:
            if _is_about(row, words):
                self._list(row, words)
        self.asked = self._asked(words)
        self.subjects = self._subjects(rows, words) if words.time else set()  # what is measured in the unit asked for
        self.wholes |= self.subjects
        self.nouns = words.counted.difference(*self.scopes)
        self._aside = self.nouns | words.all | _NO_PART
        self._named: dict[str, frozenset[frozenset[str]]] = {}
        self.everywhere = _everywhere([statement.text for statement in statements if statement.kind != "row"])

    def _subjects(self, rows: Sequence[Statement], words: Words) -> set[frozenset[str]]:
        texts = [
            text
            for row in rows
            if any(words.fits_unit(figure.unit) for figure in row.figures)
            for text in (row.caption, cell_text(row, row.cells[0]))
        ]
        subjects = {frozenset(narrowing(subject_of(text))) - words.all for text in texts}
        return subjects - {frozenset()} - self.scopes.keys()

    def _asked(self, words: Words) -> frozenset[frozenset[str]]:
        """The parts that the measure's own words narrow it to: the longest that stand there."""
        there = [key for key in self.scopes if key <= words.all and key != words.all]
        return frozenset(key for key in there if not any(key < other for other in there))

    def _list(self, statement: Statement, words: Words) -> None:
        """Note the parts that a row's label names."""
        for cell in label_cells(statement):
            text, dimension = cell_text(statement, cell), dimension_of(cell)
            self.wholes.add(frozenset(narrowing(dimension)))
            if cell.headers and not dimension:  # a measure's name is no part of one
                self.wholes.add(frozenset(narrowing(text)))
            if ALL_OF_IT.match(text):
                self.wholes.add(frozenset(narrowing(text)))
            elif key := name_of(text, dimension):
                self.called.setdefault(key, text)
                if dimension:
                    self.scopes.setdefault(key, dimension)
                if not narrowing(text):  # "In person"
                    self.odd.setdefault(key, re.compile(rf"\b{re.escape(text)}\b", re.IGNORECASE))
        for each in statement.cells:
            self.wholes |= {frozenset(narrowing(header)) for header in each.headers[:-1]}
            self.wholes |= {frozenset(narrowing(header)) for header in each.headers if A_UNIT.search(header)}
        for label in (*(cell_text(statement, cell) for cell in label_cells(statement)), *_headers(statement)):
            key = name_of(TAIL.sub("", label))
            own = key - words.all - words.participles - words.usual
            if key & words.nouns and len(own) == 1 and own.isdisjoint(HOPED | TURNS | STANDINGS):
                self.qualifiers.add(own)
                self.called.setdefault(own, label)

    def named(self, text: str) -> frozenset[frozenset[str]]:
        """The parts that stand in a text."""
        if text not in self._named:  # captions and headings come again with every row
            named = {frozenset(facet) for facet in self.facets.named(text)}
            named = {key for key in named if key in self.asked or self._is_a_part(key)}
            self._named[text] = frozenset((*named, *(key for key, said in self.odd.items() if said.search(text))))
        return self._named[text]

    def _is_a_part(self, key: frozenset[str]) -> bool:
        return key.isdisjoint(self._aside) and (key in self.scopes or key not in self.wholes)

    def qualified(self, clause: str) -> set[frozenset[str]]:
        """What the clause says of the noun as a table's label does: "opened 2,571 cases" under "Cases opened"."""
        here = frozenset(content_words(clause)) if self.qualifiers else frozenset()
        return {key for key in self.qualifiers if key <= here}


def _everywhere(texts: Sequence[str]) -> frozenset[tuple[str, ...]]:
    """Names that stand in more than one sentence in twenty, such as the organisation's own: they narrow nothing."""
    names = Counter(narrowing(name) for text in texts for name in set(NAMED_PLACE.findall(text)))
    return frozenset(name for name, count in names.items() if count > 0.05 * len(texts))


def _is_about(statement: Statement, words: Words) -> bool:
    """Whether a row or its table names the measure: in its label, the caption or headers, or else the heading above."""
    headers = " ".join(_headers(statement))
    heading = "" if statement.caption else statement.heading.rpartition(" > ")[2]
    label = " ".join(cell_text(statement, cell) for cell in label_cells(statement) if not dimension_of(cell))
    said = content_stem_set(f"{label} {statement.caption} {headers} {heading}")
    return not said.isdisjoint(words.nouns or words.all)


def _headers(statement: Statement) -> Iterator[str]:
    return (header for cell in statement.cells for header in cell.headers)


def dimension_of(cell: Cell) -> str:
    """What kind of part the column of a row's label lists: "Region"; nothing for "Measure" or "Month"."""
    head = cell.headers[-1] if cell.headers else ""
    stems = content_stem_set(head)
    return head if stems and stems.isdisjoint(_NO_DIMENSION) and len(stems) < 3 else ""


@dataclass(frozen=True, slots=True)
class Narrowed:
    """Words that narrow a figure to a part, and where a table lists such words, under what head."""

    key: frozenset[str] = frozenset()
    label: str = ""
    scope: str = ""


def narrowed_by(text: str, words: Words, dimension: str = "") -> Narrowed:
    """What a label narrows its figures to: nothing for "Total", a period, or the measure itself."""
    if ALL_OF_IT.match(text) or not text.strip():
        return Narrowed()
    key = name_of(text, dimension) - words.all - words.participles - words.usual - HOPED - STANDINGS
    if key <= _of_time(text):
        return Narrowed()
    return Narrowed(key, _IN_BRACKETS.sub(" ", text).strip(), dimension)


@lru_cache(maxsize=20_000)
def _of_time(text: str) -> frozenset[str]:
    """The stems of the words that name periods."""
    return content_stem_set(" ".join(mention.words for mention in mentions(text)))


@lru_cache(maxsize=20_000)
def name_of(text: str, dimension: str = "") -> frozenset[str]:
    """The stems that tell a label from others of its table: "not upheld" from "upheld"; of "In person" all."""
    key = frozenset(narrowing(text))
    if dimension and not key and label_period(text, NOWHEN) is None:
        key = frozenset(stems(text))
    for word in content_words(text):
        if word.endswith("ed") and stem(word) in key:
            key = key - {stem(word)} | {word}  # "cases opened" are not "cases open"
    return key | {"not"} if key and re.search(r"\b(?:not|no|non)\b", text, re.IGNORECASE) else key


def subject_of(text: str) -> str:
    """A label or caption without its table's number, its period and what only explains it."""
    text = _EXPLAINS.sub("", TABLE.sub("", text))
    for mention in reversed(mentions(text)):
        text = text[: mention.start] + text[mention.end :]
    return text.strip()


def named_alone(text: str, words: Words, tables: Tables) -> Narrowed:
    """The one part that a caption or heading names; none where it names several, or none that the tables know."""
    led = _LED_TO.search(text)
    named = {key} if (key := frozenset(narrowing(text)) - words.all) in tables.scopes else set()
    if not named and led:
        named = set(tables.named(text[led.end() :]))
    key = next(iter(named)) - words.all if len(named) == 1 else frozenset()
    return Narrowed(key, tables.called.get(key, ""), tables.scopes.get(key, ""))


def counted_as(found: Found, figure: Figure, narrowed: Iterable[Narrowed], standing: Standing) -> Counted:
    """The figure as one of the part that all of these name together; a name inside a longer one adds nothing."""
    some = {each.key: each for each in narrowed if each.key}
    kept = [each for each in some.values() if not any(each.key < other for other in some)]
    label = " · ".join(dict.fromkeys(each.label for each in kept if each.label))
    scope = " and ".join(dict.fromkeys(each.scope for each in kept if each.scope))
    return Counted(found, figure, frozenset(word for each in kept for word in each.key), label, scope, standing)


def standing_of(figure: Figure, told: str) -> Standing:
    """What the words around a figure say of it."""
    told = told.lower()
    if "revis" in told:
        return "revised"
    if re.search(r"\bfinal\b|\bconfirm", told):
        return "final"
    return "provisional" if figure.provisional or "provisional" in told else ""
