"""The words of a statement that a question asks for: a date, a person, a place. None where they cannot be told."""

from __future__ import annotations

import re
from collections.abc import Mapping

from rag.answering.facets import narrowing
from rag.language.counts import counts
from rag.language.mentions import NOWHEN, Anchor, mentions
from rag.language.numbers import numbers
from rag.language.rows import told
from rag.language.tokens import content_stem_set, stems
from rag.question import FIGURES, is_marked
from rag.search import Ranked
from rag.types import Understood

_NAME = re.compile(r"\b[A-Z][\w'’.-]*(?:\s+(?:(?:of|de|von|van|the|and|for|&)\s+)?[A-Z][\w'’.-]*)*")
_LIST = re.compile(rf"(?:{_NAME.pattern})(?:, (?:{_NAME.pattern}))+,?(?: (?:and|or) (?:the )?(?:{_NAME.pattern}))?")
_BY = re.compile(r"\b(?:by|is|are|was|were|under)\s+$", re.IGNORECASE)
_LEADS_ON = frozenset("a an the of in on at by to for from with about and or that which who is are was were as".split())
_WEEKDAYS = frozenset("monday tuesday wednesday thursday friday saturday sunday".split())
_WORD = re.compile(r"\w+")
_ROLE = re.compile(
    r"\b(?:the|an?)\s+(?:[\w’'-]+\s+){0,2}(?:chair|director|manager|secretary|treasurer|board|committee|team|officer|head|"
    r"minister|president|member|council|leader|trustee|chief executive)"
    r"(?:\s+(?:of|for)\s+(?:the\s+)?[a-z]+(?:\s+(?:sector|board|service|team|council))?)?\b",
    re.IGNORECASE,
)


def phrase_asked(ranked: Ranked, understood: Understood, weights: Mapping[str, float]) -> str | None:
    """The date, name, place or number in the statement that the question wants, nearest to the rare words it shares."""
    text = " ".join(ranked.statement.text.split())
    asked = content_stem_set(understood.standalone)
    told: dict[tuple[int, int], str] = {}  # "on Monday" is told as the day it was
    if understood.wants == "date":
        published = ranked.passage.report.published
        dates = mentions(text, Anchor(published.day if published else None, ranked.passage.report.covers))
        told |= {(m.start, m.end): m.period.label for m in dates if m.relative and m.period}
        spans = [(m.start, m.end) for m in dates if not asked >= frozenset(stems(m.words))]
    elif understood.wants in ("person", "place"):
        spans = [
            span
            for span in ((m.start(), m.end()) for m in _NAME.finditer(text))
            if not content_stem_set(text[span[0] : span[1]]) & asked and _is_name(text, *span)
        ]
        spans = _none_beside(spans, text, asked)
        dated = [(m.start, m.end) for m in mentions(text, NOWHEN)]
        spans = [span for span in spans if not any(a < span[1] and span[0] < b for a, b in dated)]
        if not spans and understood.wants == "person":
            # A role answers only where the sentence says that it is the one: "is chaired by the independent member".
            spans = [
                m.span()
                for m in _ROLE.finditer(text)
                if _BY.search(text, 0, m.start()) and not content_stem_set(m.group()) <= asked
            ]
    elif understood.wants in ("count", "share", "money", "duration"):
        spans = [(n.number_start, n.number_end) for n in counts(text)]
    else:
        return None
    if not spans:
        return None
    shared = [
        (m.start(), weights.get(stems(m.group())[0], 0.5))
        for m in _WORD.finditer(text)
        if frozenset(stems(m.group())) & asked
    ]

    def distance(span: tuple[int, int]) -> float:
        # Each shared word pulls by its weight: "Skelwick (North East)" among seven offices.
        return -sum(weight / (5 + min(abs(at - span[0]), abs(at - span[1]))) for at, weight in shared)

    start, end = min(spans, key=distance)
    return told.get((start, end)) or text[start:end].strip(" ,.")


def _none_beside(spans: list[tuple[int, int]], text: str, asked: frozenset[str]) -> list[tuple[int, int]]:
    """Without the names that stand in one list with what is asked about: they are others, and say nothing of it."""
    lists = [(m.start(), m.end()) for m in _LIST.finditer(text) if content_stem_set(m.group()) & asked]
    return [span for span in spans if not any(start <= span[0] and span[1] <= end for start, end in lists)]


def short_answer(ranked: Ranked, understood: Understood, weights: Mapping[str, float]) -> str | None:
    """The words that answer: as the cross-encoder marks them, where they are of the kind asked for, else by pattern."""
    found = phrase_asked(ranked, understood, weights)
    own = marked(ranked) if is_marked(understood) else None
    said_before = own is not None and content_stem_set(own) <= content_stem_set(understood.standalone)
    if own is None or said_before or not is_of_kind(own, understood) or _breaks_off(own):
        return found
    if understood.wants in ("person", "place"):
        return _whole_list(own, told(ranked.statement))
    return own if found is None else found


def _whole_list(words: str, text: str) -> str:
    """The names with the others of their list: all of them are the answer."""
    whole = next((m.group() for m in _LIST.finditer(text) if words in m.group() and "," in words), None)
    return whole.strip(" ,.;:") if whole else words


def _breaks_off(words: str) -> bool:
    """Whether the last word leads to another: "A complaint about" names nothing."""
    return words.split()[-1].lower() in _LEADS_ON


def is_of_kind(words: str, understood: Understood) -> bool:
    """Whether words can be what is asked for: a number for a number, none for a person or a place."""
    if understood.wants in FIGURES:
        return bool(numbers(words))
    return understood.wants not in ("person", "place") or not any(char.isdigit() for char in words)


def marked(ranked: Ranked) -> str | None:
    """The words of a sentence that the cross-encoder marks as the answer; None of a row, or of what it did not read."""
    if ranked.judged is None or ranked.statement.kind == "row":
        return None
    return told(ranked.statement)[ranked.judged.start : ranked.judged.end].strip(" ,.;:") or None


def _is_name(text: str, start: int, end: int) -> bool:
    """A capital at a sentence's start makes no name, unless another follows."""
    words = text[start:end].split()
    if words[-1].endswith(("’s", "'s")) or words[0].lower() in _WEEKDAYS or not narrowing(text[start:end]):
        return False  # "the Partnership’s director" names nobody
    first = start == 0 or text[start - 2 : start - 1] in ".!?"
    return not (first and len(words) == 1)
