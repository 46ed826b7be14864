"""What a citation can vouch for: its figures with unit, qualifier and period, the periods and the words around it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import lru_cache

from rag.language.counts import counts
from rag.language.mentions import Anchor, label_period, mentions
from rag.language.numbers import Number, numbers
from rag.language.periods import day, relation
from rag.language.tokens import content_stem_set, stem, tokens
from rag.ledger import reckoned
from rag.types import (
    Cell,
    Citation,
    Figure,
    Mention,
    Page,
    Passage,
    Period,
    Published,
    Reading,
    Report,
    Statement,
    StatementKind,
)

_YEAR = re.compile(r"(?<![\d,.])(?:1[6-9]|20|21)\d\d(?!\d|,\d)")
_SAYS_YEAR = re.compile(r"\d{4}|\d\d[/–-]\d\d|\bFY\s?\d\d", re.I)
_COMPARES = re.compile(r"\b(?:change|difference|growth|compared|variance|increase|decrease)\b", re.I)
_LETTERS = re.compile(r"[^\W\d_]{3}")
_SHORT_YEAR = re.compile(r"(?<![\d,.])((?:19|20)\d\d)\s?[/–-]\s?(\d\d)(?!\d)")


@dataclass(frozen=True, slots=True)
class Held:
    """One figure that a citation holds."""

    value: float
    unit: str = ""
    qualifier: str = ""
    period: Period | None = None
    written: float = 0.0  # the value as it stands in its cell, where the table gives it a scale
    scale: float = 1.0
    clause: str = ""  # the words of a sentence next to it
    is_cell: bool = False
    own: frozenset[str] = frozenset()  # of a cell: the words of its column, and
    others: tuple[frozenset[str], ...] = ()  # those of each other column
    told: str = ""  # of a cell: its column and itself, as a row is told
    behind: frozenset[str] = frozenset()  # the words right behind it in a sentence


@dataclass(frozen=True, slots=True)
class Vouched:
    """All that one citation can vouch for."""

    n: int
    text: str  # the statement's own words, headers included
    statement: str  # without its headers
    is_row: bool
    published: Period | None
    also: str  # what it covers, and the words for its period
    around: str  # those that are handed down to it: caption, heading, title
    figures: tuple[Held, ...]
    periods: frozenset[Period]
    years: frozenset[int]
    own_stems: frozenset[str]
    stems: frozenset[str]
    words: frozenset[str]
    covers: Period | None  # by the whole report
    initials: str  # of all its words, so that an acronym can be found in them


@lru_cache(maxsize=512)
def vouched(citation: Citation) -> Vouched:
    """What a citation vouches for, read again from its quote, its headers and what stands above it."""
    anchor = _anchor(citation)
    cells = " ".join(f"{header} {cell}" for header, cell in citation.headers)
    text = f"{citation.quote} {cells}".strip()
    around = " ".join((citation.caption, citation.heading, citation.title))
    figures = (*_held(citation, anchor), *_above(citation))
    named = _periods(citation, anchor, figures)
    published = {day(citation.published)} if citation.published else set()
    every = f"{text} {around} {citation.covers} {citation.said}"
    folded = [word for word, _, _ in tokens(every)]
    label = citation.period.label if citation.period else ""
    return Vouched(
        n=citation.n,
        text=text,
        statement=citation.quote,
        is_row=bool(citation.headers),
        published=day(citation.published) if citation.published else None,
        also=f"{citation.covers} {citation.said}",
        around=around,
        figures=figures,
        periods=frozenset(named),
        years=frozenset(_years(f"{every} {label}", named - published)),
        own_stems=content_stem_set(text),
        stems=content_stem_set(every),
        words=frozenset(folded) | frozenset(stem(word) for word in folded),
        covers=anchor.covers,
        initials="".join(word[0] for word in folded),
    )


def _anchor(citation: Citation) -> Anchor:
    covers = label_period(citation.covers, Anchor(citation.published)) if citation.covers else None
    return Anchor(citation.published, covers)


def figures_told(
    text: str, anchor: Anchor, headers: tuple[tuple[str, str], ...] = (), around: str = "", caption: str = ""
) -> tuple[Figure, ...]:
    """The figures of a sentence or a row with their units and periods, as the ledger reads them."""
    cells: list[Cell] = []
    kind: StatementKind = "sentence"
    if headers:
        kind, parts, at = "row", [], 0
        for header, cell in headers:
            cells.append(Cell(at, at + len(cell), (header,) if header else ()))
            parts.append(cell)
            at += len(cell) + 3
        text = " | ".join(parts)
    report = Report("r", "r", "r", "r", "", "r", 1, None, anchor.covers)
    statement = Statement("r:s1", "r:g1", 1, 1, 0, len(text), text, kind, around, caption, tuple(cells))
    passage = Passage("r:g1", report, 1, 1, 0, len(text), text, around, (statement,))
    published = Published(anchor.day, "given") if anchor.day else None
    reading = Reading("text", "", (Page(1, text, ()),), published, anchor.covers)
    return reckoned([passage], reading)[0].statements[0].figures


def _held(citation: Citation, anchor: Anchor) -> list[Held]:
    headers = citation.headers if len(citation.headers) > 1 else ()
    figures = _known(citation)
    if not figures:
        figures = figures_told(citation.quote, anchor, headers, citation.heading, citation.caption)
        figures = _in_its_period(figures, citation, anchor)
    if not headers:
        return [_of_sentence(each, figures, citation.quote) for each in figures]
    return [*_of_cells(figures, headers, citation), *_of_label(headers)]


def _known(citation: Citation) -> tuple[Figure, ...]:
    """The figures that the library knows the statement to hold, at their places in the quote."""
    at = citation.start
    return tuple(
        replace(
            each,
            start=each.start - at,
            end=each.end - at,
            number_start=each.number_start - at,
            number_end=each.number_end - at,
        )
        for each in citation.figures
    )


def _in_its_period(figures: tuple[Figure, ...], citation: Citation, anchor: Anchor) -> tuple[Figure, ...]:
    """The figures, with the period that only the library knew: handed down by what stands before the statement."""
    known = citation.period
    if known is None or any(each.period == known for each in figures):
        return figures
    if citation.headers:
        wider = ("contains", "equal", "unknown")
        return tuple(replace(each, period=known) if relation(each.period, known) in wider else each for each in figures)
    if any(each.period for each in mentions(citation.quote, anchor)):
        return figures
    return tuple(replace(each, period=known) for each in figures)


def _of_sentence(figure: Figure, figures: tuple[Figure, ...], quote: str) -> Held:
    before = max((each.end for each in figures if each.end <= figure.start), default=0)
    after = min((each.start for each in figures if each.start >= figure.end), default=len(quote))
    clause = quote[max(before, figure.start - 60) : min(after, figure.end + 60)]
    behind = quote[figure.number_end : min(after, figure.number_end + 40)]
    return Held(
        figure.value, figure.unit, figure.qualifier, figure.period, clause=clause, behind=content_stem_set(behind)
    )


def _of_cells(figures: tuple[Figure, ...], headers: tuple[tuple[str, str], ...], citation: Citation) -> Iterator[Held]:
    """Each figure with the column in whose cell it is written, looked for from the one before on."""
    row = citation.quote if citation.figures else " | ".join(cell for _, cell in headers)
    stems = [content_stem_set(header) for header, _ in headers]
    column, of_cell = 0, 0
    for figure in figures:
        if of_cell and of_cell >= len(numbers(headers[column][1], taken=[])) and column + 1 < len(headers):
            column, of_cell = column + 1, 0  # the cell's numbers have all been met
        before = column
        written = " ".join(row[figure.number_start : figure.number_end].split())
        column = next((n for n in range(column, len(headers)) if written in headers[n][1]), column)
        of_cell = of_cell + 1 if column == before else 1
        header, cell = headers[column]
        bare = next((abs(each.value) for each in numbers(cell, taken=[])), 0.0)
        scale = float(round(abs(figure.value) / bare)) if bare else 1.0
        yield Held(
            figure.value,
            figure.unit,
            figure.qualifier,
            None if _COMPARES.search(header) else figure.period,  # "Change on 2024" is not about 2024
            written=bare,
            scale=scale or 1.0,
            is_cell=True,
            own=stems[column],
            others=tuple(each for n, each in enumerate(stems) if n and each and each != stems[column]),
            told=f"{header}: {cell}" if header else f", {cell}",
        )


def _of_label(headers: tuple[tuple[str, str], ...]) -> list[Held]:
    """The numbers in the words of a row: "Seen within 15 working days", "Two members of the board"."""
    words = [*(cell for _, cell in headers if _LETTERS.search(cell)), *(header for header, _ in headers)]
    return [Held(each.value, each.unit, each.qualifier) for each in _plain_numbers(words)]


def _above(citation: Citation) -> list[Held]:
    return [
        Held(each.value, each.unit, each.qualifier)
        for each in _plain_numbers((citation.caption, citation.heading, citation.title))
    ]


def _plain_numbers(texts: Iterable[str]) -> list[Number]:
    found: list[Number] = []
    for text in dict.fromkeys(texts):
        found += counts(text)
    return found


def _periods(citation: Citation, anchor: Anchor, figures: Iterable[Held]) -> set[Period]:
    named = {each.period for each in figures if each.period}
    named |= {each for each in (citation.period, anchor.covers) if each}
    if citation.published:
        named.add(day(citation.published))
    texts = [citation.quote, citation.caption, citation.heading, citation.title, citation.said]
    for text in texts:
        named |= {each.period for each in mentions(text, anchor) if each.period}
    for header, cell in citation.headers:
        named |= {each for words in (header, cell) if (each := label_period(words, anchor))}
    return named


def _years(text: str, named: Iterable[Period]) -> set[int]:
    years = {int(each) for each in _YEAR.findall(text)}
    years |= {int(first[:2] + last) for first, last in _SHORT_YEAR.findall(text)}
    for period in named:
        if period.start.year > 1000 and (period.end - period.start).days < 800:
            years |= {period.start.year, (period.end - timedelta(days=1)).year}
    return years


@lru_cache(maxsize=512)
def mentioned(text: str, anchor: Anchor) -> tuple[Mention, ...]:
    """The periods that a text names. They are looked for once, as it takes a millisecond."""
    return tuple(mentions(text, anchor))


def named_in(text: str, anchor: Anchor) -> list[Mention]:
    """The periods that a text names by their year: what "last year" and "in March" mean depends on who says it."""
    return [
        each for each in mentioned(text, anchor) if each.period and not each.relative and _SAYS_YEAR.search(each.words)
    ]


def places(cited: Iterable[Vouched]) -> str:
    """Their markers: "[1][2]"."""
    return "".join(f"[{each.n}]" for each in cited)
