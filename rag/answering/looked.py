"""One question read against one table: what it holds of the rows, what it asks for, which of its words stay open."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from rag.answering.conditions import ASIDE, Asked, Held
from rag.answering.grid import Question, Row
from rag.answering.sheet import Sheet
from rag.language.tokens import COMMON, stem
from rag.types import Understood

# Verbs and nouns that say no more than that a row is one: no cell need hold them.
_SAYS_NOTHING = frozenset(
    stem(word)
    for word in """play compete participate hold take place occur happen appear feature receive get record use serve
    belong include show show say make call join go see produce publish air release contain exist range present
    given mention display know overall altogether ever actually currently chart data information following
    finish earn construct locate event compare column race medal chosen represent order
    consist see found together whole entire did win score people person team count one thing item kind type
    many different
    times time number value""".split()
)
_HOW_MANY = re.compile(
    r"\b(?:how many|(?:total |combined |overall )?(?:number|amount|count) of|how much)\s+"
    r"(?P<noun>(?:[\w'’-]+\s*){1,6})",
    re.IGNORECASE,
)
_ASKED_FOR = re.compile(
    r"\b(?:what|which|whose|name|list|tell me|give)\s+(?:(?:is|was|are|were|the|of|a|an|one|me|other|all)\s+)*"
    r"(?:(?:types?|kinds?|names?|sorts?|titles?) of (?:the |a )?)?"
    r"(?P<noun>(?:[\w'’-]+\s*){1,4})",
    re.IGNORECASE,
)
_ENDS_NOUN = frozenset(
    """is was are were did do does has have had in on at by for from to that which who with where when there than
    be been being of the will would can could and or after before between during under over listed not won came went
    made played scored come comes""".split()
)
_OF_NOUNS = frozenset("different unique distinct total overall first last next only previous".split())  # no part of one
# The column that a question word asks for, where it names none.
_WANTED = (
    (re.compile(r"^\W*(?:and |but |so )?(?:who|whom|whose|by whom)\b", re.I), "who"),
    (re.compile(r"^\W*(?:where|(?:at|in) wh(?:at|ich) (?:place|location))\b", re.I), "where"),
    (re.compile(r"\b(?:when\b|(?:what|which) (?:was the |is the )?(?:year|date|season|day)\b)", re.I), "when"),
    (re.compile(r"\bhow long\b", re.I), "long"), (re.compile(r"\bhow tall|how high\b", re.I), "tall"),
    (re.compile(r"\bhow old\b", re.I), "old"), (re.compile(r"\bhow heavy\b", re.I), "heavy"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Looked:
    """What a table says: the words of the answer, the rows it stands in, how it is told, and what it accounts for."""

    short: str
    rows: tuple[Row, ...]
    column: int | None
    worth: float
    how: str = ""
    kind: str = ""
    open: tuple[str, ...] = ()  # words of the question that nothing accounts for


@dataclass(frozen=True)
class Reading:
    """A question against a sheet, with what it says of the rows."""

    sheet: Sheet
    asked: Asked
    held: tuple[Held, ...]
    question: Question
    understood: Understood
    alone: bool

    def without(self, *dropped: Held) -> Reading:
        """The same question where some of what it holds is meant otherwise."""
        return replace(self, held=tuple(each for each in self.held if each not in dropped))

    @cached_property
    def taken(self) -> frozenset[int]:
        return frozenset(at for each in self.held for at in each.places)

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """The rows for which all of it holds."""
        return tuple(row for row in self.sheet.rows if all(row.at in each.rows for each in self.held))

    @cached_property
    def wider(self) -> tuple[Row, ...]:
        """The same, with the rows that hold what is named among other things."""
        return tuple(row for row in self.sheet.rows if all(row.at in (each.wider or each.rows) for each in self.held))

    @cached_property
    def pair(self) -> tuple[Held, Held] | None:
        """Two things named that stand in one column, and in no row both."""
        texts = [each for each in self.held if each.kind in ("text", "day")]
        for at, one in enumerate(texts):
            for other in texts[at + 1 :]:
                if one.column == other.column and not one.rows & other.rows and one.rows and other.rows:
                    return one, other
        return None

    @cached_property
    def joined(self) -> Reading:
        """The same question where several things named in one column are meant together, not any one of them."""
        texts = [each for each in self.held if each.kind == "text"]
        if self.pair is None:
            return self
        one = [each for each in texts if each.column == self.pair[0].column]
        rows = frozenset().union(*(each.rows for each in one))
        wider = frozenset().union(*(each.wider for each in one))
        places = frozenset().union(*(each.places for each in one))
        return replace(
            self.without(*one), held=(*self.without(*one).held, Held(places, one[0].column, rows, wider=wider))
        )

    @cached_property
    def free(self) -> tuple[str, ...]:
        """The question's words that are in no condition."""
        return tuple(word for at, word in enumerate(self.asked.stems) if at not in self.taken)

    @cached_property
    def counted(self) -> tuple[str, ...]:
        """The noun that is counted, as stems; empty where nothing is."""
        found = _HOW_MANY.search(self.asked.text)
        return self._noun(found.start("noun"), found["noun"]) if found else ()

    @cached_property
    def noun(self) -> tuple[str, ...]:
        """The noun behind which or what, as stems."""
        found = _ASKED_FOR.search(self.asked.text)
        return self._noun(found.start("noun"), found["noun"]) if found else ()

    def _noun(self, start: int, text: str) -> tuple[str, ...]:
        end = start
        for word in re.finditer(r"[\w'’-]+", text):
            if word.group().lower() in _ENDS_NOUN:
                break
            end = start + word.end()
        return tuple(
            self.asked.stems[at]
            for at in sorted(self.asked.within(start, end))
            if at not in self.taken and self.asked.words[at].text not in COMMON | _OF_NOUNS
        )

    @cached_property
    def target(self) -> int | None:
        """The column that is asked for: the one its noun or question word names.

        Where other pages are asked too, its own header must be named: a date in a table is not when anything happened.
        """
        column = self._asked_for()
        if column is None or self.alone or self.sheet.headed[column] & set(self.free):
            return column
        return None

    def _asked_for(self) -> int | None:
        held = {each.column for each in self.held if len(each.rows) < len(self.sheet.rows) and each.kind == "text"}
        columns = [column for column in self.sheet.columns if column not in held]
        wanted = next((word for pattern, word in _WANTED if pattern.search(self.asked.text)), "")
        for words in ((wanted,) if wanted == "who" else (), self.noun, (wanted,) if wanted else ()):
            if not words:
                continue
            if words == ("when",) and (timed := self._timed(columns)) is not None:
                return timed
            if words == ("when",) and len(self.sheet.dated & set(columns)) > 1:
                column, _ = self.sheet.column_of(self.free, sorted(self.sheet.dated & set(columns)))
                if column is not None:
                    return column
            column, _ = self.sheet.column_of(words, columns)
            if column is not None:
                return column
        if wanted == "when" and len(self.sheet.dated) == 1:
            return min(self.sheet.dated)
        if not wanted and not self.noun:
            column, _ = self.sheet.column_of(self.free, columns)
            return column
        return None

    def _timed(self, columns: Iterable[int]) -> int | None:
        """The column of times whose whole header is named: "on Wednesdays"."""
        headed = self.sheet.headed
        named = [column for column in columns if headed[column] and headed[column] <= set(self.free)]
        return next((c for c in named if any(":" in text for text in self.sheet.values(c))), None)

    def open_words(self, used: Iterable[str] = ()) -> tuple[str, ...]:
        """The words that no condition, header or caption accounts for."""
        known = {*used, *self.sheet.grid.context} | set().union(*self.sheet.headed)
        return tuple(
            word.stem
            for at, word in enumerate(self.asked.words)
            if at not in self.taken
            and word.text not in COMMON
            and word.stem not in ASIDE
            and word.stem not in _SAYS_NOTHING
            and word.stem not in known
        )

    def looked(
        self, short: str, rows: Iterable[Row], column: int | None, kind: str, how: str = "", used: Iterable[str] = ()
    ) -> Looked | None:
        """An answer, with the share of the question's words, by weight, that it accounts for."""
        rows = tuple(rows)
        if not any(char.isalnum() for char in short) or not rows:
            return None
        left = self.open_words(used)
        held = self.question.weight(
            self.asked.stems[at] for at in self.taken if self.asked.words[at].text not in COMMON
        )
        headed = set().union(*self.sheet.headed)
        held += self.question.weight(word for word in self.free if word in headed)
        share = held / ((held + self.question.weight(left)) or 1.0)
        return Looked(short, rows, column, share, how, kind, left)
