"""How well one figure fits a question: what it counts, the part it is of, its unit. Periods are weighed elsewhere."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from rag.answering.facets import Facet, Facets, narrowing, unasked
from rag.language.tokens import content_stem_set, content_stems, stem
from rag.passages import cell_text, label_cells
from rag.question import counted, subject
from rag.search import Found, Ranked
from rag.types import Cell, Figure, Understood

MONEY = frozenset(("GBP", "USD", "EUR", "JPY", "pence", "cents"))
TIME = re.compile(r"\b(?:days?|weeks?|months?|years?|hours?|minutes?)$")
LOOSE = frozenset("nearly almost about around some roughly approximately over".split()) | {
    "close to",
    "more than",
    "just over",
    "just under",
}
_ALL = frozenset(stem(word) for word in ("total", "overall", "all"))
# Words that make a figure another thing than the plain count: unasked, they speak against it.
_TURNS = frozenset(
    stem(word)
    for word in """target targets change difference forecast budget plan planned projected share average mean median per
    proportion rate growth increase decrease variance rank index expected estimate previous met""".split()
)
_HOW_MUCH = re.compile(r"\bhow (?:much|far|many per ?cent)\b|\bper ?cent|\bpercent", re.IGNORECASE)
_CHANGE = re.compile(
    r"\b(?:rise|rose|risen|increased?|grow|grew|grown|growth|fall|fell|fallen|decreased?|declined?|dropp?e?d?|changed?|up|down)\b",
    re.IGNORECASE,
)
_JOINTS = re.compile(r"[,;:]|\b(?:and|but|while|whereas|compared with|against|to|from|than)\b", re.IGNORECASE)
# "48 referrals that had arrived late" counts some of them only.
_RESTRICTS = re.compile(r"\s(?:that|who|which|whose|where)\b")
_ANAPHOR = re.compile(r"\b(?:they|it|these|those|their|its)\b", re.IGNORECASE)
# A name behind one of these says of which part a figure is: "in Harrafell". "To the Partnership" does not.
_NAME = re.compile(
    r"\b(?:in|at|from|within|across|for|by|via|through)\s+(?:the\s+)?(?P<name>[A-Z][\w'’-]+(?:\s+[A-Z][\w'’-]+)*)"
)


@dataclass(frozen=True, slots=True)
class Fit:
    """The fit of one figure."""

    figure: Figure
    score: float
    measured: bool  # it counts what the question names
    narrowed: int  # words that narrow it to a part that was not asked for


def fits(ranked: Ranked, asked: Asked) -> Iterator[Fit]:
    """The fit of each figure of a statement that is of the kind asked for."""
    figures = [figure for figure in ranked.statement.figures if _is_of_kind(figure, asked)]
    if figures:
        yield from (_row_fits if ranked.statement.kind == "row" else _sentence_fits)(ranked, figures, asked)


class Asked:
    """The question's subject in stems with their weights, made once for all figures."""

    def __init__(self, found: Found, understood: Understood) -> None:
        words = [
            stem(word) for word in subject(understood) if word not in ("share", "percentage", "proportion", "percent")
        ]
        self.weights = {word: found.weights.get(word, 1.0) for word in words}
        self.total = sum(self.weights.values()) or 1.0
        self.nouns = counted(understood)
        self.wants = understood.wants
        self.all = content_stem_set(understood.standalone) | self.weights.keys()
        self.change = change_asked(understood.about)
        self.library = Facets(ranked.statement for ranked in found.statements)
        self.facets = self.library.named(understood.about)
        if understood.added:
            given_up = self.library.replaced(self.facets, self.library.named(understood.added))
            self.facets -= given_up
            for word in {word for facet in given_up for word in facet}:
                self.weights.pop(word, None)
            self.total = sum(self.weights.values()) or 1.0
        self.parts = frozenset(word for facet in self.facets for word in facet)
        self.everywhere = _names_everywhere(found)

    def share(self, held: frozenset[str]) -> float:
        """The share of the question's subject, by weight, that these stems hold."""
        return sum(weight for word, weight in self.weights.items() if word in held) / self.total


def change_asked(about: str) -> bool:
    """Whether a question asks how something moved: "by how much did it rise"."""
    return bool(_CHANGE.search(about)) and bool(_HOW_MUCH.search(about))


def _names_everywhere(found: Found) -> frozenset[Facet]:
    """Names that stand in many of the statements, such as the organisation's own: they narrow nothing."""
    counts = Counter(
        narrowing(name) for ranked in found.statements for name in set(_NAME.findall(ranked.statement.text))
    )
    return frozenset(name for name, count in counts.items() if count > 0.05 * len(found.statements))


def _is_of_kind(figure: Figure, asked: Asked) -> bool:
    wants = asked.wants
    if wants == "count":
        if asked.nouns and TIME.search(figure.unit) and not asked.nouns & content_stem_set(figure.unit):
            return False
        if asked.nouns and not figure.counts and not figure.unit and figure.value != int(figure.value):
            return False  # nobody counts 17.1 people
        return figure.unit not in ("%", "percentage points", "times") and figure.unit not in MONEY
    if wants == "share":
        return figure.unit in ("%", "percentage points", "times")
    if wants == "money":
        return figure.unit in MONEY
    if wants == "duration":
        return bool(TIME.search(figure.unit)) or not figure.unit
    return True


def cell_of(ranked: Ranked, figure: Figure) -> Cell:
    """The cell of a row that holds the figure."""
    cells = ranked.statement.cells
    return next((cell for cell in cells if cell.start <= figure.start < max(cell.end, cell.start + 1)), cells[-1])


def _row_fits(ranked: Ranked, figures: list[Figure], asked: Asked) -> Iterator[Fit]:
    statement = ranked.statement
    cells = label_cells(statement)
    labels = [cell_text(statement, cell) for cell in cells]
    label = content_stem_set(" ".join(labels))
    corner = " ".join(header for cell in cells for header in cell.headers)
    around = content_stem_set(f"{statement.caption} {corner}")
    heading = content_stem_set(statement.heading)
    context = ranked.context - asked.parts
    above = around | heading | context
    whole = not asked.facets and not label.isdisjoint(_ALL)
    own_extra = [word for each in labels for word in unasked(narrowing(each), asked.all, asked.facets)]
    for figure in figures:
        header = " ".join(cell_of(ranked, figure).headers)
        own = label | content_stem_set(header)
        held = (own, 1.0), (around, 0.9), (heading, 0.8), (context, 0.5)
        covered = sum(
            weight * next((worth for words, worth in held if word in words), 0.0)
            for word, weight in asked.weights.items()
        )
        extra = [*own_extra, *unasked(narrowing(header), asked.all, asked.facets)]
        missing = _missing(asked, own | above)
        score = 0.9 * covered / asked.total + 0.15 * whole - 0.3 * min(len(extra), 3) - 0.6 * min(len(missing), 2)
        if any(word in _TURNS for word in extra):
            score -= 0.4
        enough = 0.35 if asked.nouns and asked.nouns <= own else 0.6
        measured = covered / asked.total >= enough and not missing
        yield Fit(figure, score + _unit_fit(figure, asked), measured, len(extra))


def _missing(asked: Asked, held: frozenset[str]) -> list[Facet]:
    """The parts that the question asks for and that nothing around the figure names."""
    return [facet for facet in asked.facets if not frozenset(facet) <= held]


def _sentence_fits(ranked: Ranked, figures: list[Figure], asked: Asked) -> Iterator[Fit]:
    above = content_stem_set(ranked.statement.heading) | (ranked.context - asked.parts)
    whole = content_stem_set(ranked.statement.text)
    for figure in figures:
        fit = _sentence_fit(ranked, figure, asked, above, whole)
        yield Fit(figure, fit.score + _unit_fit(figure, asked), fit.measured, fit.narrowed)


def _sentence_fit(ranked: Ranked, figure: Figure, asked: Asked, above: frozenset[str], whole: frozenset[str]) -> Fit:
    statement = ranked.statement
    text, at, until = statement.text, figure.start - statement.start, figure.end - statement.start
    window = _window(statement.text, statement.start, figure, statement.figures)
    counted = content_stem_set(figure.unit) if figure.unit not in MONEY and figure.unit != "%" else frozenset()
    near = content_stem_set(window) | counted
    facets = asked.library.named(window)
    leading = content_stem_set(text[:at]) if not facets or _ANAPHOR.search(window) else frozenset()
    if not facets and _ANAPHOR.search(window):
        facets = asked.library.named(text[:at])
    covered = asked.share(near)
    hits = bool(counted & asked.nouns)
    reach = asked.share(near | leading | above | whole)
    measured = (hits and reach >= 0.5) or (
        max(covered, 0.8 * reach) >= 0.5 and (not asked.nouns or (not counted and bool(asked.nouns & (near | leading))))
    )
    names = {narrowing(match["name"]) for match in _NAME.finditer(window)}
    facets |= {name for name in names if name and name not in asked.everywhere}
    about = ranked.context | asked.all
    extra = {facet for facet in facets if unasked(facet, about, asked.facets) and not frozenset(facet) <= counted}
    turned = [
        word
        for word in content_stems(f"{text[max(0, at - 40) : at]} {figure.unit}")
        if word in _TURNS and word not in asked.all
    ]
    missing = _missing(asked, near | leading | above)
    if _RESTRICTS.match(text, until):
        extra.add(("that",))
    fit = 0.6 * covered + 0.4 * hits - 0.3 * min(len(extra), 2) - 0.3 * bool(turned) - 0.6 * min(len(missing), 2)
    if asked.nouns and counted and not hits:
        fit -= 0.5
    return Fit(figure, fit, measured and not missing, len(extra) + len(turned))


def _window(text: str, offset: int, figure: Figure, others: tuple[Figure, ...]) -> str:
    """The words that belong to one figure of a sentence: from the figure before it to the one behind it."""
    before = max((other.end - offset for other in others if other.end <= figure.start), default=None)
    after = min((other.start - offset for other in others if other.start >= figure.end), default=None)
    start = 0 if before is None else _joint(text, before, figure.start - offset)
    end = len(text) if after is None else _joint(text, figure.end - offset, after)
    return text[start:end]


def _joint(text: str, start: int, end: int) -> int:
    """Where the words between two figures part: at the last conjunction or comma, else right behind the first."""
    joints = list(_JOINTS.finditer(text, start, end))
    return joints[-1].start() if joints else start


def _unit_fit(figure: Figure, asked: Asked) -> float:
    if asked.change and figure.unit in ("%", "percentage points", "times"):
        return 0.2
    if asked.wants == "duration" and not figure.unit:
        return -0.5
    return 0.0
