"""The figures of a sentence that count a measure, each with the part that the words around it narrow it to.

What differs, limits or supposes is left out: it is better to miss a repetition than to fill a cell wrongly.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from rag.answering.asked import HOPED, NAMED_PLACE
from rag.answering.facets import narrowing
from rag.language import periods
from rag.language.mentions import Anchor, mentions
from rag.language.tokens import COMMON, content_stem_set, stem, tokens
from rag.measuring.coverage import Standing, kind_of
from rag.measuring.tables import (
    STANDINGS,
    Counted,
    Found,
    Narrowed,
    Tables,
    counted_as,
    narrowed_by,
    standing_of,
)
from rag.measuring.words import Words, family
from rag.types import Figure, Period, Statement

_JOINTS = re.compile(
    r"(?<!\d),|,(?!\d)|(?<!\b\d{4})[;:]|\b(?:and|but|while|whereas|compared with|against|than)\b", re.IGNORECASE
)
# What is no statement of how many there were: suppositions, rules of counting, "grew from quarter to quarter".
_SUPPOSED = re.compile(
    r"^\W*(?:if|suppose)\b|\bwould\b|\bthe same (?:person|household|family|day)\b|\b(?:are|is) (?:one|counted)\b"
    r"|\bfrom (?P<of>quarter|month|year|week) to (?P=of)\b",
    re.IGNORECASE,
)
# A sentence that opens so is about what the one before it named.
_GOES_ON = re.compile(
    r"\W*(?:those\b|these\b|(?:it|they|he|she) (?!confirms|is|was|were|shows)"
    r"|(?:the|this|that) (?:region|area|office|town|team|service|channel|desk)\b)",
    re.IGNORECASE,
)
# A difference, a base, a part, a rate, a limit: figures that count something else than how many there were.
_DIFFERS = frozenset(stem(word) for word in "more fewer less additional extra other further".split())
_DIFFERS_BEHIND = re.compile(
    r"\s+(?:more|fewer|less|higher|lower|additional|extra|other|further|above|below|short)\b", re.IGNORECASE
)
_DIFFERS_BEFORE = re.compile(
    r"(?:\b(?:by|in)|\b(?:rise|increase|growth|fall|drop|decrease|decline|difference|sample|one in|some) of"
    r"|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|\d+|none|half|most|many|some|each|any) (?:out )?of "
    r"(?:the |our |its |all |those )?)\s*$",
    re.IGNORECASE,
)
_A_PART = re.compile(r"\bof (?:these|them|those|whom|which)\b|\bof the [\w ]{3,30},", re.IGNORECASE)
_RESTRICTS = re.compile(r"\s(?:that|who|which|whose|where)\b", re.IGNORECASE)
_A_RATE = re.compile(
    r"\s*\(?(?:an?|per|each|every)\s+(?:month|week|day|quarter|year|[a-z]+)\b|\s+for (?:every|each)\b", re.IGNORECASE
)
_A_LIMIT = re.compile(r"\b(?:within|after|than|every|at least|up to)\s*$", re.IGNORECASE)
_NARROWS = re.compile(
    r"\s+(?:(?:made|received|taken)\s+)?(?:from|by|via|through|about|concerning)\s+(?:the\s+|an?\s+)?(?P<word>[a-z][\w-]+)"
)
_DONE = re.compile(r"\b(?P<word>\w+ed)\s+(?:a total of\s+)?$", re.IGNORECASE)
_REPEATS = re.compile(r"\b(?:against|compared (?:with|to)|from|up on|down on|than)\s*$", re.IGNORECASE)
_SETS_TARGETS = re.compile(r"\b(?:set|sets|setting)\b.{0,20}\btargets?\b", re.IGNORECASE)
_ITS_OWN_TIME = re.compile(r"\s+in the (?P<kind>quarter|year|month)\b", re.IGNORECASE)
_YEAR_LABEL = re.compile(r"\W*(?P<year>(?:19|20)\d\d):?\s")
_SO_FAR = re.compile(r"\b(?:so far|to date|since)\b", re.IGNORECASE)
_ASIDE = re.compile(r"[\s,]*(?:where|which|who|when|whose|since)\b", re.IGNORECASE)
# The words that may stand before a bare number so that it still counts what was named: "the number of … rose to".
_PLAIN = COMMON | frozenset(
    """number total figure provisional final revised received made rose fell grew risen fallen grown rising falling
    reached totalled recorded registered counted reported handled stood came went year last previous same quarter month
    nearly almost around calendar""".split()
)


@dataclass(frozen=True, slots=True)
class _Place:
    """One figure in its sentence: the clauses up to its own, and the text before and behind it."""

    statement: Statement
    figure: Figure
    clauses: tuple[tuple[int, int], ...]  # of the whole sentence
    here: int  # its own among them

    @property
    def text(self) -> str:
        return self.statement.text

    @property
    def before(self) -> str:
        return self.text[: self.figure.start - self.statement.start]

    @property
    def behind(self) -> str:
        return self.text[self.figure.end - self.statement.start :]

    @property
    def clause(self) -> str:
        return self.text[slice(*self.clauses[self.here])]

    @property
    def lead(self) -> str:
        """What of its clause stands before it."""
        return self.before[self.clauses[self.here][0] :]


def in_sentence(found: Found, words: Words, tables: Tables) -> Iterator[Counted]:
    """Each figure of the sentence that counts the measure, of the parts that it names."""
    statement = found[2]
    everything = content_stem_set(f"{statement.text} {statement.heading}")
    if not words.all <= everything or _SUPPOSED.search(statement.text):
        return
    edges = [0, *(match.start() for match in _JOINTS.finditer(statement.text)), len(statement.text)]
    clauses = tuple((start, end) for start, end in pairwise(edges) if end > start)
    before: Counted | None = None
    for figure in statement.figures:
        if before and _repeats(before, figure, statement):
            yield replace(before, figure=replace(figure, unit=before.figure.unit), standing="")
            continue
        at = figure.start - statement.start
        here = next(n for n, (start, end) in enumerate(clauses) if start <= at < end or n == len(clauses) - 1)
        if labelled := _YEAR_LABEL.match(statement.text, *clauses[here]):
            figure = replace(figure, period=periods.year(int(labelled["year"])))
        place = _Place(statement, figure, clauses, here)
        if not _counts(place, words, tables) or _of_another_time(place):
            continue
        narrowed = _narrowings(place, words, tables)
        if narrowed is not None:
            before = counted_as(found, figure, narrowed, _standing(place, words))
            yield before


def _repeats(before: Counted, figure: Figure, statement: Statement) -> bool:
    """Whether a bare number tells the one before it for another period: "4,212 referrals, against 4,046 in 2024"."""
    between = statement.text[before.figure.end - statement.start : figure.start - statement.start]
    apart = before.figure.period and figure.period and before.figure.period != figure.period
    if figure.unit or not apart or len(between) > 90 or not _REPEATS.search(between):
        return False
    for mention in reversed(mentions(between)):
        between = between[: mention.start] + between[mention.end :]
    return not re.search(r"\d", between)


# --- whether it counts ------------------------------------------------------------------------------------------------


def _counts(place: _Place, words: Words, tables: Tables) -> bool:
    """Whether a figure counts the measure, and not a difference, a limit, or a part of unknown size."""
    figure, lead, behind = place.figure, place.lead, place.behind
    unit = content_stem_set(figure.unit)
    if not words.fits_unit(figure.unit) or _DIFFERS & unit:
        return False
    if _DIFFERS_BEHIND.match(behind) or _DIFFERS_BEFORE.search(lead) or _A_RATE.match(behind):
        return False
    if _RESTRICTS.match(behind) or _A_PART.search(place.before) or (family(figure.unit) and _A_LIMIT.search(lead)):
        return False
    own = content_stem_set(place.clause) | unit
    if words.nouns and not words.beside <= own.union(*tables.asked):
        return False
    if not words.in_form(place.clause):
        return False
    if words.nouns & unit or words.time:
        return True
    if family(figure.unit):
        return words.all <= own
    return not unit and _plainly(lead, figure.period, words)


def _plainly(lead: str, period: Period | None, words: Words) -> bool:
    """Whether a bare number counts the measure: its clause names it, and nothing that would be counted instead."""
    said = [word for word, _, _ in tokens(lead)]
    timed = {word for mention in mentions(lead) for word, _, _ in tokens(mention.words)}
    if (words.nouns or words.all).isdisjoint(stem(word) for word in said):
        return False
    if period is not None and kind_of(period) in ("month", "other") and not timed:
        return False
    own = words.all | words.usual
    return all(word in _PLAIN or word in timed or stem(word) in own or word.isdigit() for word in said)


def _of_another_time(place: _Place) -> bool:
    """Whether the period read off the sentence is not the figure's own: that of an aside, of another figure, or of
    "151 in the quarter, of which 11 in August"."""
    period = place.figure.period
    if period is None:
        return False
    kind = kind_of(period)
    told = _ITS_OWN_TIME.match(place.behind)
    if told and told["kind"].lower() not in kind:
        return True
    if kind != "month":
        return False
    if _SO_FAR.search(place.text):
        return True  # what has run up since the year began is no month's
    named = [mention for mention in mentions(place.text, Anchor(period.start)) if mention.period]
    homes = {
        next((n for n, (start, end) in enumerate(place.clauses) if start <= mention.start < end), place.here)
        for mention in named
    }
    return bool(homes) and place.here not in homes and all(_anothers(place, n) for n in homes)


def _anothers(place: _Place, n: int) -> bool:
    """Whether a clause is an aside, or has a figure of its own."""
    start, end = place.clauses[n]
    begins = (figure.start - place.statement.start for figure in place.statement.figures)
    return bool(_ASIDE.match(place.text, start, end)) or any(start <= at < end for at in begins)


# --- of which part ----------------------------------------------------------------------------------------------------


def _narrowings(place: _Place, words: Words, tables: Tables) -> list[Narrowed] | None:
    """What narrows a figure; None where that is not to be told, or is not what was asked for."""
    named = _named(place, words, tables) or _named_above(place, words, tables) or _done(place, tables)
    if (not named and _GOES_ON.match(place.text)) or not tables.asked <= named.keys():
        return None
    narrowed = [Narrowed(key - words.all, called, tables.scopes.get(key, "")) for key, called in named.items()]
    if not words.time:
        unit = place.figure.unit
        return [*narrowed, narrowed_by("" if family(unit) else unit, words)]
    leads = content_stem_set(place.lead), content_stem_set(place.before)
    subjects = next((some for lead in leads if (some := [key for key in tables.subjects if key <= lead])), [])
    if tables.subjects and not subjects:
        return None
    return [Narrowed(max(subjects, key=len, default=frozenset())), *narrowed]


def _named(place: _Place, words: Words, tables: Tables) -> dict[frozenset[str], str]:
    """The parts that a figure's clause names, else that it names with the nearest before it; each as it is called."""
    for start, _ in reversed(place.clauses[: place.here + 1]):
        run = place.text[start : place.clauses[place.here][1]]
        keys = tables.named(run) | tables.qualified(place.clause)
        named = {key: tables.called.get(key, "") for key in keys}
        for match in NAMED_PLACE.finditer(run):
            name = narrowing(match["name"])
            if name and name not in tables.everywhere and not any(set(name) <= each for each in named):
                named[frozenset(name)] = match["name"]
        named = named or _narrowed_behind(run, words)
        if named:
            return named
    return {}


def _narrowed_behind(run: str, words: Words) -> dict[frozenset[str], str]:
    """The part behind the noun that no table lists: "referrals from dentists"."""
    for match in _NARROWS.finditer(run):
        key = frozenset(narrowing(match["word"])) - COMMON
        of_noun = bool(content_stem_set(run[: match.start()]) & words.nouns)
        if key and of_noun and match["word"] not in _PLAIN and key.isdisjoint(HOPED | STANDINGS | words.all):
            return {key: match["word"]}
    return {}


def _named_above(place: _Place, words: Words, tables: Tables) -> dict[frozenset[str], str]:
    """The part that is all of the heading above; of points under a heading, the one that it names."""
    last = place.statement.heading.rpartition(" > ")[2]
    if (whole := frozenset(narrowing(last))) in tables.scopes:
        return {whole: tables.called.get(whole, "")}
    above = tables.named(last) if place.statement.kind == "item" else frozenset()
    return {key: tables.called.get(key, "") for key in above} if len(above) == 1 else {}


def _done(place: _Place, tables: Tables) -> dict[frozenset[str], str]:
    """What was done with the things counted, where tables tell such counts apart: "and closed 2,402"."""
    verb = _DONE.search(place.before) if tables.qualifiers else None
    word = verb["word"].lower() if verb else ""
    return {frozenset((word,)): word} if word and word not in _PLAIN else {}


def _standing(place: _Place, words: Words) -> Standing:
    near = f"{place.before[-45:]} {place.figure.unit}"
    if (content_stem_set(near) & HOPED) - words.all or _SETS_TARGETS.search(place.before):
        return "target"
    earlier = place.text[: place.clauses[place.here][0]]
    own = standing_of(place.figure, f"{place.clause} {place.figure.qualifier}")
    return own or standing_of(place.figure, earlier if "provisional" in earlier.lower() else "")
