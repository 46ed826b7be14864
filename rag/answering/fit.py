"""How well one figure fits a question: what it counts, the part it is of, its unit. Periods are weighed elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from rag.answering.asked import HOPED, MONEY, NAMED_PLACE, SHARES, TIME, Asked, share
from rag.answering.facets import narrowing, unasked
from rag.language.rows import cell_text, label_cells
from rag.language.tokens import content_stem_set, content_stems, stem, stems
from rag.search import Ranked
from rag.types import Cell, Figure

_ALL = frozenset(stem(word) for word in ("total", "overall", "all"))
# Words that make a figure another thing than the plain count: unasked, they speak against it.
_TURNS = frozenset(
    stem(word) for word in "change difference share average mean median per proportion rate growth increase decrease "
    "variance rank index previous met".split()
)  # fmt: skip
_AVERAGES = frozenset(stem(word) for word in "average mean median share proportion rate".split())
CAPTION_TAIL = re.compile(r"\b(?:from|by|per|to)\b.*", re.IGNORECASE | re.DOTALL)
_JOINTS = re.compile(r"[,;:]|\b(?:and|but|while|whereas|compared with|against|than)\b", re.IGNORECASE)
# "48 referrals that had arrived late" counts some of them only.
_RESTRICTS = re.compile(r"\s(?:that|who|which|whose|where)\b")
# "One of the seven targets" counts one.
_BASE = re.compile(
    r"\b(?:one|two|three|four|five|six|seven|eight|nine|ten|\d+|none|half|most|many|some|each|any) (?:out )?of "
    r"(?:the |our |its |all |those )?$",
    re.IGNORECASE,
)
_RATE = re.compile(
    r"\b(?:an?|per|each|every)\s+(?:month|week|day|quarter|year)\b(?!\s+(?:earlier|ago|before|later))", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Fit:
    """The fit of one figure."""

    figure: Figure
    score: float
    measured: bool  # it counts what the question names, of the parts that it names
    narrowed: int  # words that narrow it to a part that was not asked for
    reach: float = 0.0  # the share of the measure's words, by weight, that stand with it
    rate: bool = False  # "a month": it stands for no longer period


def fits(ranked: Ranked, asked: Asked) -> Iterator[Fit]:
    """The fit of each figure of a statement that is of the kind asked for."""
    figures = [figure for figure in ranked.statement.figures if _is_of_kind(figure, asked)]
    if figures:
        yield from (_row_fits if ranked.statement.kind == "row" else _sentence_fits)(ranked, figures, asked)


def _is_of_kind(figure: Figure, asked: Asked) -> bool:
    unit = figure.unit
    if "±" in figure.qualifier:
        return False  # how far another figure may be off
    if unit == "times" and "time" in asked.nouns:
        return True  # "22 times" counts times here, and is no multiple
    if asked.wants == "share":
        return unit in SHARES
    if asked.wants == "money":
        return unit in MONEY
    if asked.wants == "duration":
        return bool(TIME.search(unit)) or not unit
    if not asked.nouns or (asked.wants == "figure" and asked.change and unit in SHARES):
        return asked.wants == "figure" or (unit not in SHARES and unit not in MONEY)
    if not figure.counts and not unit and figure.value != int(figure.value):
        return False  # nobody counts 17.1 people
    # "How many people work here" asks for no working days: of a time's unit its last word is what is counted.
    other_time = bool(TIME.search(unit)) and not asked.nouns & content_stem_set(unit.split()[-1])
    return unit not in SHARES and unit not in MONEY and not other_time


def cell_of(ranked: Ranked, figure: Figure) -> Cell:
    """The cell of a row that holds the figure."""
    cells = ranked.statement.cells
    return next((cell for cell in cells if cell.start <= figure.start < max(cell.end, cell.start + 1)), cells[-1])


# --- rows -------------------------------------------------------------------------------------------------------------


def _row_fits(ranked: Ranked, figures: list[Figure], asked: Asked) -> Iterator[Fit]:
    statement = ranked.statement
    cells = label_cells(statement)
    labels = [cell_text(statement, cell) for cell in cells]
    label = content_stem_set(" ".join(labels))
    corner = " ".join(header for cell in cells for header in cell.headers)
    # "Average wait from referral to first appointment" is about the wait.
    title = CAPTION_TAIL.sub("", statement.caption)
    head, caption = content_stem_set(f"{title} {corner}"), content_stem_set(statement.caption)
    heading = content_stem_set(statement.heading)
    context = ranked.context - asked.part_words
    averaged = bool(asked.nouns) and not _AVERAGES.isdisjoint((label | head) - asked.all)
    whole = not asked.parts and not label.isdisjoint(_ALL)
    counts = label & asked.units
    another = bool(counts) and counts.isdisjoint(asked.all) and not asked.units.isdisjoint(asked.measure)
    own_extra = [word for each in labels for word in unasked(narrowing(each), asked.all, asked.facets)]
    for figure in figures:
        header = " ".join(cell_of(ranked, figure).headers)
        own = label | content_stem_set(header)
        held = (own, 1.0), (head, 0.9), (heading, 0.8), (context, 0.5), (caption, 0.3)
        extra = [*own_extra, *unasked(narrowing(header), asked.all, asked.facets)]
        beside = own | head | caption | heading | context
        missing = asked.missing(beside, beside)
        hoped = not HOPED.isdisjoint((own | head if "target" in own else own) - asked.all)
        score = 0.9 * share(asked.weights, *held) + 0.15 * whole - 0.3 * min(len(extra), 3) - 0.6 * min(missing, 2)
        if any(word in _TURNS for word in extra) or hoped or averaged:
            score -= 0.4
        enough = 0.42 if asked.nouns and asked.nouns <= own else 0.55
        elsewhere = (
            bool(missing)
            or another
            or asked.of_another(ranked.context | beside)
            or (bool(asked.parts) and bool(own_extra))
        )
        reach = share(asked.measure, *held)
        measured = reach >= enough and not (elsewhere or hoped or averaged)
        yield Fit(figure, score + _unit_fit(figure, asked), measured, len(extra), reach)


# --- sentences --------------------------------------------------------------------------------------------------------


def _sentence_fits(ranked: Ranked, figures: list[Figure], asked: Asked) -> Iterator[Fit]:
    statement = ranked.statement
    text = statement.text
    above = content_stem_set(statement.heading) | (ranked.context - asked.part_words)
    everything = content_stem_set(text)
    clauses = _clauses(text)
    for figure in figures:
        at, until = figure.start - statement.start, figure.end - statement.start
        here = next(n for n, (start, end) in enumerate(clauses) if start <= at < end or n == len(clauses) - 1)
        counted = _counted(figure)
        own = content_stem_set(text[slice(*clauses[here])]) | counted
        facets, named_in = _parts_named(text, clauses, here, asked)
        near = own | content_stem_set(text[slice(*clauses[named_in])])
        missing = asked.missing(near | above | (everything if len(clauses) == 1 else frozenset()), everything | above)
        names = {narrowing(match["name"]) for match in NAMED_PLACE.finditer(text[slice(*clauses[here])])}
        facets |= {name for name in names if name and name not in asked.everywhere}
        known = ranked.context | asked.all
        extra = {facet for facet in facets if unasked(facet, known, asked.facets) and not frozenset(facet) <= counted}
        if _RESTRICTS.match(text, until):
            extra.add(("that",))
        said = frozenset(stems(f"{text[max(0, at - 45) : at]} {figure.unit} {text[until : until + 12]}"))
        hoped = not HOPED.isdisjoint(said - asked.all)
        turned = any(word in _TURNS and word not in asked.all for word in content_stems(text[max(0, at - 40) : at]))
        hits = bool(counted & asked.nouns)
        covered = share(asked.weights, (own, 1.0))
        reach = share(asked.measure, (own, 1.0), (everything, 0.8), (above, 0.7))
        of_noun = hits or not asked.nouns or (not counted and bool(asked.nouns & near))
        score = 0.6 * covered + 0.4 * hits - 0.3 * min(len(extra), 2) - 0.3 * (turned or hoped) - 0.6 * min(missing, 2)
        if asked.nouns and counted and not hits:
            score -= 0.5
        base = _BASE.search(text, 0, at)
        other = asked.of_another(ranked.context | everything)
        measured = reach >= 0.55 and of_noun and not (missing or hoped or base or other)
        yield Fit(
            figure,
            score + _unit_fit(figure, asked),
            measured,
            len(extra) + turned,
            reach,
            bool(_RATE.search(text[until : until + 40])),
        )


def _counted(figure: Figure) -> frozenset[str]:
    return frozenset() if figure.unit in MONEY or figure.unit in SHARES else content_stem_set(figure.unit)


def _clauses(text: str) -> list[tuple[int, int]]:
    """The spans between commas and conjunctions. A comma inside a number joins nothing and parts nothing."""
    edges = [0, *(match.start() for match in _JOINTS.finditer(text) if not _in_number(text, match.start())), len(text)]
    return [(start, end) for start, end in pairwise(edges) if end > start]


def _in_number(text: str, at: int) -> bool:
    return text[at - 1 : at].isdigit() and text[at + 1 : at + 2].isdigit()


def _parts_named(
    text: str, clauses: list[tuple[int, int]], here: int, asked: Asked
) -> tuple[set[tuple[str, ...]], int]:
    """The parts that a figure's clause names, else those of the nearest clause before it that names any."""
    for n in range(here, -1, -1):
        if facets := asked.library.named(text[slice(*clauses[n])]):
            return facets, n
    return set(), here


def _unit_fit(figure: Figure, asked: Asked) -> float:
    if asked.change and figure.unit in SHARES:
        return 0.2
    if asked.wants == "duration" and not figure.unit:
        return -0.5
    return 0.0
