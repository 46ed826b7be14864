"""A series of figures as a picture: bars drawn in SVG, each of them a link to its footnote, and a table below.

Draws what an answer already holds and works nothing out. No library, no script: widths are percentages, so that the
bars follow the page and the letters keep their size; colours are the stylesheet's.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from dateutil.relativedelta import relativedelta
from markupsafe import Markup

from rag.answering.asked import SHARES, TIME
from rag.answering.citing import SIGNS
from rag.language.tokens import content_stem_set
from rag.language.units import MONEY
from rag.types import Answer, AnsweredFigure, Citation, Period, PeriodKind
from ui.evidence import card_id
from ui.words import days, isolated, shown, visible

FEWEST = 3  # points that make a trend
_YEAR = 365.2425
_STEPS = (  # a step's name, its mean length in days, and what the next one is away
    ("year", _YEAR, relativedelta(years=1)),
    ("half-year", _YEAR / 2, relativedelta(months=6)),
    ("quarter", _YEAR / 4, relativedelta(months=3)),
    ("month", _YEAR / 12, relativedelta(months=1)),
    ("week", 7.0, relativedelta(weeks=1)),
    ("day", 1.0, relativedelta(days=1)),
)
_UNEVEN = 0.1  # of a step: by so much months and quarters differ from their mean
_ASTRAY = 0.15  # of a step: so far a period may begin from where the steps before it lead
_DRAWN_GAP = 3  # missing periods that are each given their place; of more, one place stands for all


@dataclass(frozen=True, slots=True)
class Point:
    """One figure of a series, and the footnote that it rests on."""

    period: Period
    value: float
    qualifier: str
    citation: Citation

    @property
    def label(self) -> str:
        """The period in words that need no context: "last year" says nothing on an axis."""
        return visible(self.period.label) if re.search(r"\d", self.period.label) else days(self.period)


@dataclass(frozen=True, slots=True)
class Gap:
    """Where a period lies between two points and has no figure; several in a row, if they are many."""

    label: str
    many: bool = False


@dataclass(frozen=True, slots=True)
class Series:
    """Figures of one unit for periods of one kind, in time order, the missing periods between them kept."""

    name: str  # what is measured: "Referrals"
    unit: str  # "%", "GBP", "working days", "referrals"
    step: str  # "year", "quarter"
    places: tuple[Point | Gap, ...]

    @property
    def points(self) -> tuple[Point, ...]:
        return tuple(place for place in self.places if isinstance(place, Point))

    @property
    def title(self) -> str:
        """ "Referrals by year", "Average wait by quarter (working days)"."""
        said = _is_currency(self.unit) or self.unit.casefold() in ("", "%", self.name.casefold())
        return f"{self.name} by {self.step}" + ("" if said else f" ({visible(self.unit)})")

    def written(self, point: Point, short: bool = False) -> str:
        """The point's figure: "£3.22 million", "15%", "33,000"."""
        return amount(point.value, self.unit, short)


# --- which figures make a trend -------------------------------------------------------------------------------------


def series_of(answer: Answer) -> Series | None:
    """The trend that an answer gives, or that its first sentence does; None where its dated figures are too few, or
    are not of one kind."""
    first = answer.claims[0].citations if answer.claims else ()
    of_first = [figure for figure in answer.figures if figure.citation in first]
    return _series(answer, answer.figures) or _series(answer, of_first)


def _series(answer: Answer, figures: Sequence[AnsweredFigure]) -> Series | None:
    sources = {citation.n: citation for citation in answer.citations}
    dated = [(figure.period, figure) for figure in figures if figure.period and figure.citation in sources]
    unit = _unit([figure.unit for _, figure in dated])
    if answer.status not in ("answered", "partial") or unit is None:
        return None
    chosen: dict[Period, AnsweredFigure] = {}
    for period, figure in dated:
        if not math.isfinite(figure.value) or chosen.setdefault(period, figure).value != figure.value:
            return None  # two values for one period: which of them would be drawn?
    periods = sorted(chosen)
    step = _step(periods)
    if len(periods) < FEWEST or step is None:
        return None
    each = [chosen[period] for period in periods]
    points = [
        Point(figure.period or period, figure.value, visible(figure.qualifier), sources[figure.citation])
        for period, figure in zip(periods, each, strict=True)
    ]
    word = "financial year" if step[0] == "year" and periods[0].kind is PeriodKind.FISCAL else step[0]
    return Series(_name(answer, unit, points, each), unit, word, _placed(points, *step[1:]))


def _unit(units: Sequence[str]) -> str | None:
    """The one unit of all; None if they are mixed. A bare number stands beside any noun, as in a table's cell."""
    nouns = {unit for unit in units if unit}
    if any(unit in SHARES or unit in MONEY or TIME.search(unit) for unit in nouns):
        return units[0] if len(set(units)) == 1 else None
    stems = [content_stem_set(unit) for unit in nouns]
    if len(stems) > 1 and not frozenset.intersection(*map(frozenset, stems)):
        return None
    return max(nouns, key=lambda unit: (units.count(unit), -len(unit)), default="")


def _step(periods: Sequence[Period]) -> tuple[str, float, relativedelta] | None:
    """What the periods are counted in: (name, days, distance); None if they are not of one kind, or overlap."""
    lengths = [(period.end - period.start).days for period in periods]
    if not lengths or len({period.kind for period in periods}) > 1:
        return None
    if any(later.start < earlier.end for earlier, later in pairwise(periods)):
        return None
    mean = round(sum(lengths) / len(lengths))
    named = [step for step in _STEPS if all(abs(length / step[1] - 1) <= _UNEVEN for length in lengths)]
    step = named[0] if named else ("period", float(mean), relativedelta(days=mean))
    if not named and max(lengths) > min(lengths) * (1 + _UNEVEN):
        return None
    away = [(period.start - periods[0].start).days / step[1] for period in periods]
    return step if not named or all(abs(steps - round(steps)) <= _ASTRAY for steps in away) else None


def _placed(points: Sequence[Point], length: float, distance: relativedelta) -> tuple[Point | Gap, ...]:
    """The points with the gaps between them."""
    first = points[0].period.start
    at = [round((point.period.start - first).days / length) for point in points]
    places: list[Point | Gap] = [points[0]]
    for (before, after), point in zip(pairwise(at), points[1:], strict=True):
        labels = [_label(points[0].period, distance, steps) for steps in (before + 1, after - 1)]
        missing = after - before - 1
        if missing > _DRAWN_GAP:
            places.append(Gap(" – ".join(labels), many=True))
        else:
            places += [Gap(_label(points[0].period, distance, steps)) for steps in range(before + 1, after)]
        places.append(point)
    return tuple(places)


def _label(first: Period, distance: relativedelta, steps: int) -> str:
    """The period so many steps after the first, as the first is called."""
    start, end = first.start + distance * steps, first.start + distance * (steps + 1)
    if first.kind is PeriodKind.FISCAL and distance.years:
        return f"{start.year}/{(start.year + 1) % 100:02}"
    if first.label.startswith("Q") and distance.months == 3 and first.kind is PeriodKind.CALENDAR:
        return f"Q{(start.month + 2) // 3} {start.year}"
    return days(Period(start, end, ""))


def _name(answer: Answer, unit: str, points: Sequence[Point], figures: Sequence[AnsweredFigure]) -> str:
    """What is measured: the noun that is counted, else what was asked, else what all the cited cells stand under."""
    if unit and unit not in SHARES and unit not in MONEY and not TIME.search(unit):
        return _capital(unit)
    shared = set.intersection(*(_above(point, figure) for point, figure in zip(points, figures, strict=True)))
    other = {"%": "Per cent", "": "Figures"}.get(unit, "Amount" if unit in MONEY else unit)
    return _capital(_asked(answer) or min(shared, key=len, default=other))


_NO_NAME = re.compile(r"(?:grand )?total|all\b.*|overall|sum|value|number|amount|figure|\W*|year|period|.*\d.*", re.I)
_ASKING = re.compile(r"^(?:(?:how (?:many|much)|what (?:is|was|are|were)|give me|show me|the|our)\b\s*)+", re.I)
_ASKS = re.compile(r"^(?:how|what|which|who|when|where|why|did|does|do|is|was|are|were|has|have|since)\b", re.I)
_WORKED_OUT = re.compile(
    r"\b(?:change|trend|growth|ris|ros|fall|fell|increas|decreas|differ|average|mean|total|compar)", re.I
)
_LONGEST_NAME = 40
_MARK = re.compile(r"\s*[(⁽][\d⁰¹²³⁴-⁹]{1,2}[)⁾]\s*$")  # of a note, behind a label


def _above(point: Point, figure: AnsweredFigure) -> set[str]:
    """The row's label and the column header of the cell that a figure stands in, where they say what is measured."""
    headers = point.citation.headers
    at = [cell.column for cell in point.citation.cells if cell.start <= figure.start < cell.end]
    found = {headers[0][1], *(headers[column][0] for column in at if column < len(headers))} if headers else set()
    words = {_MARK.sub("", visible(each)).strip() for each in found}
    return {each for each in words if len(each) <= _LONGEST_NAME and not _NO_NAME.fullmatch(each)}


def _asked(answer: Answer) -> str:
    """The asker's own words for it, where they are few, no sentence, and not about what is worked out of it."""
    words = visible(answer.understood.about) if answer.understood else ""
    words = _ASKING.sub("", words.strip(" ,.;:?!")).strip()
    other = _ASKS.match(words) or _WORKED_OUT.search(words)
    return words if len(words) <= _LONGEST_NAME and re.fullmatch(r"[\w' -]+", words) and not other else ""


def _capital(words: str) -> str:
    words = visible(words).strip()
    return words[:1].upper() + words[1:]


# --- in words -------------------------------------------------------------------------------------------------------


def amount(value: float, unit: str, short: bool = False) -> str:
    """A number with its sign, its thousands separated, and per cent or money as they are written."""
    sign, size = "−" if value < 0 else "", abs(value)
    if unit == "%":
        return f"{sign}{_number(size)}%"
    if _is_currency(unit):
        return f"{sign}{SIGNS.get(unit, f'{unit} ')}{_money(size, short)}"
    return f"{sign}{_number(size)}"


def _is_currency(unit: str) -> bool:
    """Whether it is written before the number: pounds are, pence are not."""
    return unit in MONEY and unit.isupper()


def _number(size: float) -> str:
    return f"{size:,.0f}" if size == round(size) else f"{round(size, 6):,.10g}" if size < 1e9 else f"{size:,.2f}"


def _money(size: float, short: bool) -> str:
    """In millions or billions where three decimals say it exactly."""
    for scale, word, letters in ((1e9, "billion", "bn"), (1e6, "million", "m")):
        scaled = round(size / scale, 3)
        if scaled >= 1 and math.isclose(scaled * scale, size, rel_tol=1e-12):
            return f"{_number(scaled)}{letters if short else f' {word}'}"
    return f"{size:,.0f}" if size == round(size) else f"{size:,.2f}"


def in_words(series: Series) -> str:
    """The trend in a sentence: from, to, highest, lowest, and what is missing."""
    points, (first, *_, last) = series.points, series.points
    if len({point.value for point in points}) == 1:
        told = [f"{_said(series, first)} throughout, from {first.label} to {last.label}"]
    else:
        most, least = max(points, key=lambda point: point.value), min(points, key=lambda point: point.value)
        told = [f"from {_when(series, first)} to {_when(series, last)}", f"highest {_when(series, most)}"]
        told += [f"lowest {_when(series, least)}"]
    gaps = [place.label for place in series.places if isinstance(place, Gap)]
    told += [f"no figure for {', '.join(gaps)}"] if gaps else []
    return f"{series.title}: {'; '.join(told)}."


def _when(series: Series, point: Point) -> str:
    return f"{_said(series, point)} {'on' if series.step == 'day' else 'in'} {point.label}"


def _said(series: Series, point: Point) -> str:
    return f"{point.qualifier} {series.written(point)}".strip()


# --- the picture ----------------------------------------------------------------------------------------------------

_SIZE = 13  # pixels, as the stylesheet sets values and periods
_SMALL = 11  # qualifiers
_PLOT = 140  # the height from the lowest to the highest value
_ROW, _BAR = 40, 8  # the height of a row and of the bar in it
_LINE = 18  # what a row is taller by where a figure has a line of its own
_WIDEST_BAR = 10.0  # per cent of the width
_LONGEST = 30  # letters of a period or a qualifier
_FEW = 7  # columns between which there is room for words
# Beside one another where that fits, else below one another. The stylesheet knows these widths of the chart.
_ALWAYS, _WIDTHS = 270, (330, 420, 520)


def svg(series: Series, turn: int = 1) -> Markup:
    """The drawing: columns where their labels fit, rows where they would collide, both if that hangs on the width."""
    need = sum(max(_need(series, place) for place in series.places) for _ in series.places)
    if need <= _ALWAYS:
        return _columns(series, turn, "columns")
    fitting = [width for width in _WIDTHS if need <= width]
    if not fitting:
        return _rows(series, turn, "rows")
    wide, narrow = f"columns from-{fitting[0]}", f"rows below-{fitting[0]}"
    return Markup("{}{}").format(_columns(series, turn, wide), _rows(series, turn, narrow))


def _need(series: Series, place: Point | Gap) -> float:
    """The pixels that a place's labels take beside one another."""
    if isinstance(place, Gap):
        return max(_width("…" if place.many else place.label, _SIZE), _width(_nothing(series), _SIZE)) + 8
    value = _width(series.written(place, short=True), _SIZE) + 2 + _width(str(place.citation.n), 10)
    return max(value, _width(place.qualifier, _SMALL), _width(place.label, _SIZE)) + 8


def _nothing(series: Series) -> str:
    """What stands over a gap between columns."""
    return "no figure" if len(series.places) <= _FEW else "–"


def _width(text: str, size: int) -> float:
    """About as many pixels as the text takes, on the generous side: which font there will be is not known."""
    return size * sum(0.33 if sign in " ,.ijl'/-–" else 0.9 if sign in "mwMW" else 0.64 for sign in text)


def _range(series: Series) -> tuple[float, float]:
    """Bars stand on zero, so it belongs to the range."""
    values = [point.value for point in series.points]
    low, high = min(0.0, *values), max(0.0, *values)
    return (low, high) if low < high else (0.0, 1.0)


def _columns(series: Series, turn: int, layout: str) -> Markup:
    low, high = _range(series)
    label = 8 + _SIZE + (_SMALL + 6 if any(point.qualifier for point in series.points) else 0)
    top, foot = label if high > 0 else 8, label if low < 0 else 0
    floor = top + _PLOT + foot
    slot = 100 / len(series.places)
    zero = top + _PLOT * high / (high - low)
    axis, bars = [_line("axis", "0", zero, "100%", zero)], []
    for at, place in enumerate(series.places):
        middle = (at + 0.5) * slot
        if isinstance(place, Gap):
            axis.append(_text(middle, floor + 20, "…" if place.many else place.label, "none"))
            axis.append(_text(middle, zero - 8, _nothing(series), "none"))
            continue
        axis.append(_text(middle, floor + 20, place.label, "when"))
        tall = max(1.0, _PLOT * abs(place.value) / (high - low))
        above = place.value >= 0
        wide = min(slot * 0.62, _WIDEST_BAR)
        bar = _rect("bar", middle - wide / 2, zero - tall if above else zero, wide, tall)
        under = zero - tall - 7 if above else zero + tall + _SIZE + 4
        said = under - _SIZE - 4 if above else under + _SMALL + 4
        bars.append(
            _link(
                series,
                place,
                turn,
                _rect("hit", at * slot, 0, slot, floor + 26),
                bar,
                _text(middle, said, place.qualifier, "said") if place.qualifier else Markup(""),
                _value(series, place, middle, under, "middle"),
            )
        )
    return _drawing(series, turn, layout, floor + 28, axis, bars)


def _rows(series: Series, turn: int, layout: str) -> Markup:
    low, high = _range(series)
    zero = 100 * -low / (high - low)
    below = _LINE if any(_beside(series, point) > _ALWAYS for point in series.points) else 0
    tall = _ROW + below
    axis: list[Markup] = []
    bars: list[Markup] = []
    for at, place in enumerate(series.places):
        line, under = at * tall + 18, at * tall + 24 + below
        if isinstance(place, Gap):
            axis.append(_text(0, line, place.label, "none", "start"))
            axis.append(_text(100, line + below, "no figure", "none", "end"))
            continue
        axis.append(_text(0, line, place.label, "when", "start"))
        if low < 0:
            axis.append(_line("axis", f"{zero:.2f}%", under - 3, f"{zero:.2f}%", under + _BAR + 3))
        wide = max(0.3, 100 * abs(place.value) / (high - low))
        bar = _rect("bar", zero if place.value >= 0 else zero - wide, under, wide, _BAR)
        value = _value(series, place, 100, line + below, "end", said=True)
        bars.append(_link(series, place, turn, _rect("hit", 0, at * tall, 100, tall), bar, value))
    return _drawing(series, turn, layout, tall * len(series.places) + 2, axis, bars)


def _beside(series: Series, point: Point) -> float:
    """The pixels that a row's period and figure take on one line."""
    said = _width(point.qualifier, _SMALL) + _width(series.written(point), _SIZE) + _width(str(point.citation.n), 10)
    return _width(_brief(point.label), _SIZE) + 16 + said


def _drawing(
    series: Series, turn: int, layout: str, tall: float, axis: Sequence[Markup], bars: Sequence[Markup]
) -> Markup:
    """The axis is the image and says the trend. The bars stand beside it: inside an image no link would be heard."""
    name = f"t{turn}-{layout.split()[0]}"
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" class="{layout}" width="100%" height="{tall:.0f}">'
        '<g role="img" aria-labelledby="{name}-title" aria-describedby="{name}-desc">'
        '<title id="{name}-title">{title}</title><desc id="{name}-desc">{desc}</desc>{axis}</g>{bars}</svg>'
    ).format(
        layout=layout,
        tall=tall,
        name=name,
        title=shown(series.title),
        desc=shown(in_words(series)),
        axis=_joined(axis),
        bars=_joined(bars),
    )


def _link(series: Series, point: Point, turn: int, *parts: Markup) -> Markup:
    """A point is all of it the link that its footnote number is."""
    n, source = point.citation.n, point.citation.title or point.citation.report
    return Markup('<a class="fn point" href="#{}" aria-label="{}">{}</a>').format(
        card_id(turn, n),
        shown(f"{point.label}: {_said(series, point)}, footnote {n}: {source}"),
        _joined(parts),
    )


def _value(series: Series, point: Point, x: float, y: float, anchor: str, said: bool = False) -> Markup:
    """The figure with its footnote number raised behind it."""
    before = Markup("")
    if said and point.qualifier:
        before = Markup('<tspan class="said">{} </tspan>').format(shown(_brief(point.qualifier)))
    return Markup(
        '<text class="value" x="{:.2f}%" y="{:.1f}" text-anchor="{}">{}{}'
        '<tspan class="n" dx="2" dy="-4">{}</tspan></text>'
    ).format(x, y, anchor, before, shown(series.written(point, short=not said)), point.citation.n)


def _text(x: float, y: float, words: str, name: str, anchor: str = "middle") -> Markup:
    return Markup('<text class="{}" x="{:.2f}%" y="{:.1f}" text-anchor="{}">{}</text>').format(
        name, x, y, anchor, shown(_brief(words))
    )


def _brief(words: str) -> str:
    """What has room on a line of its own; the link's name and the table say all of it."""
    return words if len(words) <= _LONGEST else f"{words[: _LONGEST - 1].rstrip()}…"


def _rect(name: str, x: float, y: float, wide: float, tall: float) -> Markup:
    return Markup('<rect class="{}" x="{:.2f}%" y="{:.1f}" width="{:.2f}%" height="{:.1f}"/>').format(
        name, x, y, wide, tall
    )


def _line(name: str, x1: str, y1: float, x2: str, y2: float) -> Markup:
    return Markup('<line class="{}" x1="{}" y1="{:.1f}" x2="{}" y2="{:.1f}"/>').format(name, x1, y1, x2, y2)


# --- the picture on the page ----------------------------------------------------------------------------------------


def trend(answer: Answer, turn: int, footnote: Callable[[int, str, int], Markup]) -> Markup:
    """The chart of an answer that gives a series, with the same in a table; nothing of any other answer."""
    series = series_of(answer)
    if series is None:
        return Markup("")
    return Markup(
        '<figure class="trend" aria-labelledby="t{0}-trend"><figcaption id="t{0}-trend" dir="auto">{1}</figcaption>'
        "{2}<details><summary>Show as a table</summary>{3}</details></figure>"
    ).format(turn, shown(series.title), svg(series, turn), _table(series, turn, footnote))


def _table(series: Series, turn: int, footnote: Callable[[int, str, int], Markup]) -> Markup:
    rows = []
    for place in series.places:
        if isinstance(place, Gap):
            row = Markup('<tr class="dim"><th scope="row">{}</th><td>no figure</td><td></td></tr>')
            rows.append(row.format(isolated(place.label)))
            continue
        source = place.citation
        title = source.title or source.report
        where = f"{title}, {source.place}" if source.pages > 1 else title
        rows.append(
            Markup('<tr><th scope="row">{}</th><td>{}</td><td>{}{}</td></tr>').format(
                isolated(place.label), isolated(_said(series, place)), isolated(where), footnote(source.n, title, turn)
            )
        )
    return Markup(
        "<table><caption>{}</caption><thead><tr>"
        '<th scope="col">{}</th><th scope="col">{}</th><th scope="col">Source</th></tr></thead>'
        "<tbody>{}</tbody></table>"
    ).format(shown(in_words(series)), _capital(series.step), shown(series.name), _joined(rows))


def _joined(parts: Iterable[Markup]) -> Markup:
    return Markup("").join(parts)
