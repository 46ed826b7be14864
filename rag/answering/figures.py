"""Which figure answers: every figure of the found statements, scored by what it counts, its unit and its period.

A figure of another period never becomes the answer; it can be offered as the nearest.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

from rag.answering.facets import Facet, Facets, narrowing, unasked
from rag.language.periods import Relation, relation, year
from rag.language.tokens import content_stems, stem, stems
from rag.passages import cell_text, label_cells, row_label
from rag.question import subject
from rag.search import Found, Ranked
from rag.types import Cell, Figure, Period, Understood, Wants

NEWEST_AMONG = 60  # figures of the best statements among which the newest sets what is fresh

MONEY = frozenset(("GBP", "USD", "EUR", "JPY", "pence", "cents"))
TIME = re.compile(r"\b(?:days?|weeks?|months?|years?|hours?|minutes?)$")
LOOSE = frozenset("nearly almost about around some roughly approximately over".split()) | {
    "close to",
    "more than",
    "just over",
    "just under",
}
# Words that make a figure another thing than the plain count: unasked, they speak against it.
_TURNS = frozenset(
    stem(word)
    for word in """target targets change difference forecast budget plan planned projected share average mean median per
    proportion rate growth increase decrease variance rank index expected estimate previous met""".split()
)
_ASKED_NOUN = re.compile(
    r"\bhow many\s+(?:(?:new|more|other|different|of the|full-time|active)\s+)*(?P<noun>[\w'’-]+(?:\s+[\w'’-]+)?)",
    re.IGNORECASE,
)
_CHANGE = re.compile(
    r"\b(?:rise|rose|risen|increased?|grow|grew|grown|growth|fall|fell|fallen|decreased?|declined?|dropp?e?d?|changed?|up|down)\b",
    re.IGNORECASE,
)
_JOINTS = re.compile(r"[,;:]|\b(?:and|but|while|whereas|compared with|against|to|from|than)\b", re.IGNORECASE)
# "48 referrals that had arrived late" counts some of them only.
_RESTRICTS = re.compile(r"\s(?:that|who|which|whose|where)\b")
_ANAPHOR = re.compile(r"\b(?:they|it|these|those|their|its)\b", re.IGNORECASE)
_NAME = re.compile(r"(?<![.!?]\s)(?<!^)\b[A-Z][\w'’-]+(?:\s+[A-Z][\w'’-]+)*")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A figure that might answer, with how its period lies to the one asked for."""

    ranked: Ranked
    figure: Figure
    score: float
    measured: bool  # it counts what the question names
    narrowed: int  # words that narrow it to a part that was not asked for
    relation: Relation = "unknown"

    @property
    def period(self) -> Period | None:
        return self.figure.period


class Candidates:
    """The figures of the found statements that are of the kind asked for, weighed once for any period."""

    def __init__(self, found: Found, understood: Understood) -> None:
        asked = _Asked(found, understood)
        self._part = bool(asked.facets)
        self._weighed = [
            _weighed(ranked, figure, asked)
            for ranked in found.statements
            for figure in ranked.statement.figures
            if _is_of_kind(figure, understood.wants)
        ]
        self._weighed.sort(key=lambda each: -each.score)
        newest = [known for each in self._weighed[:NEWEST_AMONG] if (known := _dated(each)) is not None]
        self._newest = max(newest, default=None)

    @property
    def asks_for_a_part(self) -> bool:
        """Whether the question names a part that these reports divide their figures into."""
        return self._part

    def of(self, wanted: Period | None) -> list[Candidate]:
        """All of them for one period, best first; without a period the latest are preferred."""
        timed = [self._timed(each, wanted) for each in self._weighed]
        # A figure of a part never goes before one of the whole: where the whole is asked it is the wrong figure.
        return sorted(
            timed, key=lambda each: (each.narrowed > 0, -each.score, each.ranked.statement.id, each.figure.start)
        )

    def _timed(self, weighed: Candidate, wanted: Period | None) -> Candidate:
        if wanted is None:
            lies: Relation = "unknown"
            timely = _freshness(weighed, self._newest)
        else:
            lies = period_relation(weighed.ranked, weighed.period, wanted)
            timely = _TIMELY[lies] + _own_report(weighed.ranked, wanted)
        return Candidate(
            weighed.ranked, weighed.figure, weighed.score + timely, weighed.measured, weighed.narrowed, lies
        )


_TIMELY = {"equal": 0.5, "inside": -0.35, "contains": -0.2, "overlaps": -0.3, "apart": -0.6, "unknown": -0.1}


class _Asked:
    """The question's subject in stems with their weights, made once for all figures."""

    def __init__(self, found: Found, understood: Understood) -> None:
        words = [
            stem(word) for word in subject(understood) if word not in ("share", "percentage", "proportion", "percent")
        ]
        self.weights = {word: found.weights.get(word, 1.0) for word in words}
        self.total = sum(self.weights.values()) or 1.0
        named = _ASKED_NOUN.search(understood.about)
        self.nouns = frozenset(content_stems(named["noun"])) if named else frozenset()
        self.wants = understood.wants
        self.all = frozenset(content_stems(understood.standalone)) | self.weights.keys()
        self.change = bool(_CHANGE.search(understood.about))
        self.library = Facets(ranked.statement for ranked in found.statements)
        self.facets = self.library.named(understood.about)
        if understood.added:
            given_up = self.library.replaced(self.facets, self.library.named(understood.added))
            self.facets -= given_up
            for word in {word for facet in given_up for word in facet}:
                self.weights.pop(word, None)
            self.total = sum(self.weights.values()) or 1.0
        self.everywhere = _names_everywhere(found)

    def share(self, held: frozenset[str]) -> float:
        """The share of the question's subject, by weight, that these stems hold."""
        return sum(weight for word, weight in self.weights.items() if word in held) / self.total


def _names_everywhere(found: Found) -> frozenset[Facet]:
    """Names that stand in many of the statements, such as the organisation's own: they narrow nothing."""
    counts = Counter(
        narrowing(name) for ranked in found.statements for name in set(_NAME.findall(ranked.statement.text))
    )
    return frozenset(name for name, count in counts.items() if count > 0.05 * len(found.statements))


def _is_of_kind(figure: Figure, wants: Wants) -> bool:
    if wants == "count":
        return figure.unit not in ("%", "percentage points", "times") and figure.unit not in MONEY
    if wants == "share":
        return figure.unit in ("%", "percentage points", "times")
    if wants == "money":
        return figure.unit in MONEY
    if wants == "duration":
        return bool(TIME.search(figure.unit)) or not figure.unit
    return True


def _weighed(ranked: Ranked, figure: Figure, asked: _Asked) -> Candidate:
    is_row = ranked.statement.kind == "row"
    fit, narrowed, measured = _row_fit(ranked, figure, asked) if is_row else _sentence_fit(ranked, figure, asked)
    provisional = "provision" in asked.all
    score = ranked.score + fit + _unit_fit(figure, asked) + _standing(ranked, figure) * (-1 if provisional else 1)
    return Candidate(ranked, figure, score, measured, narrowed)


def period_relation(ranked: Ranked, period: Period | None, wanted: Period | None) -> Relation:
    """How a figure's period lies to the wanted one.

    A figure without a period is as old as its report, at most a year more.
    """
    if wanted is None:
        return "unknown"
    if period is not None:
        return relation(period, wanted)
    published = ranked.passage.report.published
    if published is None:
        return "unknown"
    implied = Period(date(published.day.year - 1, 1, 1), published.day + timedelta(days=1), "")
    return "apart" if relation(implied, wanted) == "apart" else "unknown"


def cell_of(ranked: Ranked, figure: Figure) -> Cell:
    """The cell of a row that holds the figure."""
    cells = ranked.statement.cells
    return next((cell for cell in cells if cell.start <= figure.start < max(cell.end, cell.start + 1)), cells[-1])


def _row_fit(ranked: Ranked, figure: Figure, asked: _Asked) -> tuple[float, int, bool]:
    statement = ranked.statement
    labels = [cell_text(statement, cell) for cell in label_cells(statement)]
    header = " ".join(cell_of(ranked, figure).headers)
    own = frozenset(content_stems(f"{row_label(statement)} {header}"))
    corner = " ".join(header for cell in label_cells(statement) for header in cell.headers)
    around = frozenset(content_stems(f"{statement.caption} {corner}"))
    heading = frozenset(content_stems(statement.heading))
    title = ranked.context
    held = (own, 1.0), (around, 0.9), (heading, 0.8), (title, 0.5)
    covered = sum(
        weight * next((worth for words, worth in held if word in words), 0.0) for word, weight in asked.weights.items()
    )
    extra = [word for label in (*labels, header) for word in unasked(narrowing(label), asked.all, asked.facets)]
    turned = any(word in _TURNS for word in extra)
    missing = _missing(asked, own | around | heading | title)
    whole = not asked.facets and any(word in ("total", "overal", "all") for word in stems(labels[0]))
    fit = (
        0.9 * covered / asked.total
        + 0.15 * whole
        - 0.3 * min(len(extra), 3)
        - 0.4 * turned
        - 0.6 * min(len(missing), 2)
    )
    enough = 0.35 if asked.nouns and asked.nouns <= own else 0.6
    return fit, len(extra), covered / asked.total >= enough and not missing


def _missing(asked: _Asked, held: frozenset[str]) -> list[Facet]:
    """The parts that the question asks for and that nothing around the figure names."""
    return [facet for facet in asked.facets if not frozenset(facet) <= held]


def _sentence_fit(ranked: Ranked, figure: Figure, asked: _Asked) -> tuple[float, int, bool]:
    statement = ranked.statement
    text, at, until = statement.text, figure.start - statement.start, figure.end - statement.start
    window = _window(statement.text, statement.start, figure, statement.figures)
    counted = frozenset(content_stems(figure.unit)) if figure.unit not in MONEY and figure.unit != "%" else frozenset()
    near = frozenset(content_stems(window)) | counted
    above = frozenset(content_stems(statement.heading)) | ranked.context
    facets = asked.library.named(window)
    leading = frozenset(content_stems(text[:at])) if not facets or _ANAPHOR.search(window) else frozenset()
    if not facets and _ANAPHOR.search(window):
        facets = asked.library.named(text[:at])
    covered = asked.share(near)
    hits = bool(counted & asked.nouns)
    reach = asked.share(near | leading | above | frozenset(content_stems(text)))
    measured = (hits and reach >= 0.5) or (
        max(covered, 0.8 * reach) >= 0.5 and (not asked.nouns or (not counted and bool(asked.nouns & (near | leading))))
    )
    names = {narrowing(match.group()) for match in _NAME.finditer(window)}
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
    return fit, len(extra) + len(turned), measured and not missing


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


def _unit_fit(figure: Figure, asked: _Asked) -> float:
    if asked.wants == "count" and TIME.search(figure.unit) and not asked.nouns & frozenset(content_stems(figure.unit)):
        return -0.6
    if asked.change and figure.unit in ("%", "percentage points", "times"):
        return 0.2
    if asked.wants == "duration" and not figure.unit:
        return -0.5
    return 0.0


def is_provisional(candidate: Candidate) -> bool:
    """Whether the source calls the figure provisional."""
    statement = candidate.ranked.statement
    return _provisional(statement.text, candidate.figure.qualifier, statement.caption)


def _provisional(text: str, qualifier: str, caption: str) -> bool:
    return "provisional" in f"{qualifier} {text} {caption}".lower() and "revis" not in text.lower()


def _standing(ranked: Ranked, figure: Figure) -> float:
    """Which source to prefer for one thing: final over provisional, exact over loose."""
    provisional = _provisional(ranked.statement.text, figure.qualifier, ranked.statement.caption)
    return -0.3 * provisional - 0.05 * (figure.qualifier in LOOSE)


def _own_report(ranked: Ranked, wanted: Period) -> float:
    """A report on the very period asked about is the one to ask."""
    covers = ranked.passage.report.covers
    return 0.2 if covers and relation(covers, wanted) == "equal" else 0.0


def _dated(candidate: Candidate) -> date | None:
    """The day by which a figure is as fresh as it is: the end of its period, else its report's own date."""
    published = candidate.ranked.passage.report.published
    return candidate.period.end if candidate.period else published.day if published else None


def _freshness(candidate: Candidate, newest: date | None) -> float:
    """Without a period asked for, the latest is meant: 0.3 for the newest, nothing for three years before it."""
    known = _dated(candidate)
    if known is None or newest is None:
        return 0.0
    return 0.3 * max(0.0, 1.0 - (newest - known).days / (3 * 365.25))


def sub_periods(understood: Understood) -> tuple[Period, ...]:
    """The periods that a question asks of one by one: those it lists, or each year of a range of up to twelve."""
    if len(understood.periods) > 1:
        return understood.periods
    period = understood.period
    if period is None or (period.end - period.start).days <= 366:
        return ()
    first, last = period.start.year, (period.end - timedelta(days=1)).year
    return tuple(year(number) for number in range(first, last + 1)) if 1 <= last - first < 12 else ()
