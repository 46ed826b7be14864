"""The page of what is known of a measure: its grids, every figure a link to its statement. Knows no library."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple
from urllib.parse import urlencode

from markupsafe import Markup

from rag.measuring.coverage import KINDS, TITLES, WHOLE_OF_IT, Coverage, Kind, Part, Slot, Source, Told, bound
from rag.types import Period
from ui.reader import document
from ui.words import count, day, isolated, listed, read_link, shown

PATH = "/figures"
LISTED = 12  # disagreements, gaps and undated figures told one by one
PLACES = 8  # pages of one source that are linked
_WITHIN_A_YEAR = ("quarter", "month")
_SIGNS = {"GBP": "£", "USD": "$", "EUR": "€", "JPY": "¥"}
_MARKS = {"provisional": "p", "target": "t", "disagreeing": "!"}
_WORDS = {"p": "provisional", "t": "target", "!": "sources disagree"}
Days = tuple[str, str]


class Row(NamedTuple):
    """A line of a grid: of a part what was, or what was hoped for."""

    part: Part
    target: bool
    slots: dict[Days, Slot]


class Numbered:
    """The reports that the page rests on, numbered in order of first use, with the pages used of each."""

    def __init__(self) -> None:
        self._first: dict[tuple[str, str], Source] = {}
        self._pages: dict[tuple[str, str], dict[int, Source]] = {}

    def cite(self, source: Source) -> int:
        key = source.collection, source.report
        self._first.setdefault(key, source)
        self._pages.setdefault(key, {}).setdefault(source.page, source)
        return list(self._first).index(key) + 1

    def __bool__(self) -> bool:
        return bool(self._first)

    def shown(self) -> Markup:
        """The numbered list, every page used a link."""
        return Markup('<section class="rests"><h2 id="sources">Sources</h2><ol>{}</ol></section>').format(
            _joined(self._line(key, source) for key, source in self._first.items())
        )

    def _line(self, key: tuple[str, str], source: Source) -> Markup:
        pages = sorted(self._pages[key].items())
        links = Markup(", ").join(
            Markup('<a href="{}">{}</a>').format(read_link(each.report, number), isolated(each.place))
            for number, each in pages[:PLACES]
        )
        more = f" and {len(pages) - PLACES} more" if len(pages) > PLACES else ""
        return Markup('<li><b>{}</b>{}<span class="path" dir="auto">{}</span><span class="at">{}{}</span></li>').format(
            isolated(source.title or source.report),
            Markup(' <span class="dim">{}</span>').format(day(source.published)) if source.published else "",
            shown(source.report),
            links,
            more,
        )


# --- whole pages ------------------------------------------------------------------------------------------------------


def figures_page(found: Coverage, period: str = "", empty: str = "") -> Markup:
    """What is known of a measure, that nothing is, or an invitation where none was asked for.

    ``period`` is what stands in its field; ``empty`` says why there are no reports at all, as the end of a sentence.
    """
    if empty:
        body = Markup('<p class="dim">No figures: {}.</p>').format(shown(empty))
    elif not found.measure:
        body = _invitation(found)
    elif not found.known:
        body = _unknown(found, period)
    else:
        body = _known(found, period)
    return _whole(found.measure, period, body)


def refused(measure: str, period: str, sentence: str) -> Markup:
    """The page with its fields as they were filled in, and what is wrong with them."""
    return _whole(measure, period, Markup('<p class="sorry" role="alert" dir="auto">{}</p>').format(shown(sentence)))


def figures_link(measure: str, period: str = "") -> str:
    """Where the page tells what is known of the measure."""
    return f"{PATH}?{urlencode({'measure': measure} | ({'period': period} if period else {}))}"


def _whole(measure: str, period: str, body: Markup) -> Markup:
    form = Markup(
        '<form class="seek" action="{}" role="search"><label class="what" for="measure">What is counted?</label>'
        '<input id="measure" name="measure" value="{}" placeholder="referrals in the North East" maxlength="400" '
        'dir="auto" autocomplete="off"><label class="when" for="period">Period</label><input id="period" name="period" '
        'value="{}" placeholder="all" maxlength="60" dir="auto" autocomplete="off"><button>Show</button></form>'
    ).format(PATH, shown(measure), shown(period))
    return document(
        f"{measure} · Figures · Footnote" if measure else "Figures · Footnote",
        Markup('<div class="shelf figures"><h1>Figures</h1>{}{}</div>').format(form, body),
        current=PATH,
    )


def _invitation(found: Coverage) -> Markup:
    return Markup(
        '<p class="dim">Name what these reports count, and see every figure of it by part and by period, with the '
        "gaps. Each figure opens the statement it stands in.</p>{}"
    ).format(_offered(found.near, "Most counted in these reports"))


def _unknown(found: Coverage, period: str) -> Markup:
    if found.reaches and found.period:
        return Markup(
            '<div class="none"><p>No figure for “{}” in {} in these reports; they have some for {}.</p>{}</div>'
        ).format(
            isolated(found.measure),
            isolated(found.period.label),
            isolated(found.reaches.label),
            Markup('<ul class="next"><li><a href="{}">All periods</a></li></ul>').format(figures_link(found.measure))
            if period  # one that the measure itself names cannot be left out
            else "",
        )
    near = Markup("<p>They do count:</p>{}").format(_offered(found.near)) if found.near else Markup("")
    return Markup('<div class="none"><p>No figure in these reports counts “{}”.</p>{}</div>').format(
        isolated(found.measure), near
    )


def _offered(measures: Sequence[str], name: str = "Measures in these reports") -> Markup:
    if not measures:
        return Markup("")
    return Markup('<ul class="next" aria-label="{}">{}</ul>').format(
        name,
        _joined(
            Markup('<li><a href="{}" dir="auto">{}</a></li>').format(figures_link(each), shown(each))
            for each in measures
        ),
    )


def _known(found: Coverage, period: str) -> Markup:
    numbered, marks = Numbered(), set[str]()
    sections = {_id(kind): (TITLES[kind], _grid(kind, found, numbered, marks)) for kind in KINDS}
    legend = _legend(marks) if any(grid for _, grid in sections.values()) else Markup("")
    sections["apart"] = "Sources disagree", _disagreements(found.parts, numbered)
    sections["undated"] = "Without a period", _undated(found.undated, numbered)
    sections["sources"] = "Sources", numbered.shown() if numbered else Markup("")
    if found.near:
        sections["others"] = (
            "These reports also count",
            Markup('<section><h2 id="others">These reports also count</h2>{}</section>').format(_offered(found.near)),
        )
    jumps = Markup(" · ").join(
        Markup('<a href="#{}">{}</a>').format(id, name) for id, (name, section) in sections.items() if section
    )
    return Markup('{}<nav class="meta" aria-label="On this page">{}</nav>{}{}').format(
        _headline(found, period), jumps, legend, _joined(section for _, section in sections.values())
    )


def _headline(found: Coverage, period: str) -> Markup:
    told = [each for part in found.parts for slot in part.slots for each in slot.told] + list(found.undated)
    sources = [source for each in told for source in each.sources]
    reports = {(source.collection, source.report) for source in sources}
    when = found.period or found.reaches
    words = [isolated(when.label)] if when else []
    words += [shown(f"{count(len(sources), 'figure')} in {count(len(reports), 'report')}")]
    if period and found.reaches:
        reach = isolated(found.reaches.label)
        words.append(Markup('<a href="{}">all periods, {}</a>').format(figures_link(found.measure), reach))
    return Markup('<div class="asked"><h2 dir="auto">{}</h2><p class="meta">{}</p></div>').format(
        shown(found.measure), Markup(" · ").join(words)
    )


def _legend(marks: set[str]) -> Markup:
    keys = [(Markup('<i class="gap"></i>'), "no figure")] if "gap" in marks else []
    keys += [(_sign(mark), words) for mark, words in _WORDS.items() if mark in marks]
    keys.append((Markup('<i class="n">1</i>'), "its source, listed below"))
    lines = _joined(Markup('<li><span aria-hidden="true">{}</span> {}</li>').format(*key) for key in keys)
    return Markup('<ul class="key" aria-label="Marks">{}</ul>').format(lines)


# --- the grids --------------------------------------------------------------------------------------------------------


def _grid(kind: Kind, found: Coverage, numbered: Numbered, marks: set[str]) -> Markup:
    """Parts down and periods across; periods of odd lengths stand down, for their names are long."""
    rows = [row for part in found.parts for row in _rows(part, kind)]
    if not rows:
        return Markup("")
    gaps = [gap for gap in found.gaps if gap.kind == kind]
    periods = {_days(slot.period): slot.period for row in rows for slot in row.slots.values()}
    periods |= {_days(gap.period): gap.period for gap in gaps}
    across = [periods[key] for key in sorted(periods)]
    units = {row.part.unit for row in rows}
    only = units.pop() if len(units) == 1 else ""  # then it is told once
    told = [*([_SIGNS.get(only, only)] if only else []), *([_reach(across)] if kind in _WITHIN_A_YEAR else [])]
    table = (_down if kind == "other" else _across)(kind, rows, across, not only, numbered, marks)
    missing = _joined(
        Markup('<p class="meta">No figure{} for {}.</p>').format(
            "" if part == WHOLE_OF_IT else Markup(" of {}").format(isolated(part)),
            shown(listed([gap.period.label for gap in each], LISTED)),
        )
        for part, each in ((part, list(each)) for part, each in groupby(gaps, key=lambda gap: gap.part))
    )
    return Markup(
        '<section class="grid"><h2 id="{0}">{1}{2}</h2>{3}<div class="wide" tabindex="0" role="group" '
        'aria-labelledby="{0}">{4}</div></section>'
    ).format(
        _id(kind),
        TITLES[kind],
        Markup(' <span class="dim">{}</span>').format(Markup(" · ").join(map(isolated, told))) if told else "",
        missing,
        table,
    )


def _id(kind: Kind) -> str:
    return f"by-{kind.replace(' ', '-')}"


def _rows(part: Part, kind: Kind) -> Iterator[Row]:
    """The part's line, and one of its targets where it has any."""
    slots = [slot for slot in part.slots if slot.kind == kind]
    was = {_days(slot.period): Slot(slot.period, kind, slot.actual) for slot in slots if slot.actual}
    hoped = {_days(slot.period): Slot(slot.period, kind, slot.targets) for slot in slots if slot.targets}
    if was:
        yield Row(part, False, was)
    if hoped:
        yield Row(part, True, hoped)


def _across(
    kind: Kind, rows: Sequence[Row], periods: Sequence[Period], units: bool, numbered: Numbered, marks: set[str]
) -> Markup:
    head = _years(kind, periods) if kind in _WITHIN_A_YEAR else _head(isolated(period.label) for period in periods)
    begins = {n for n, period in enumerate(periods) if n and period.start.year != periods[n - 1].start.year}
    begins = begins if kind in _WITHIN_A_YEAR else set()
    bodies = []
    for scope, group in groupby(rows, key=lambda row: row.part.scope):
        above = Markup("")
        if scope:
            above = Markup('<tr class="scope"><th scope="rowgroup">{}</th><td colspan="{}"></td></tr>').format(
                isolated(scope), len(periods)
            )
        lines = _joined(
            Markup('<tr{}><th scope="row">{}</th>{}</tr>').format(
                Markup(' class="hoped"') if row.target else "",
                _name(row, rows, units),
                _joined(
                    _cell(row, row.slots.get(_days(period)), n in begins, numbered, marks)
                    for n, period in enumerate(periods)
                ),
            )
            for row in group
        )
        bodies.append(Markup("<tbody>{}{}</tbody>").format(above, lines))
    return Markup('<table class="known">{}{}</table>').format(head, _joined(bodies))


def _head(names: Iterator[Markup]) -> Markup:
    columns = _joined(Markup('<th scope="col">{}</th>').format(name) for name in names)
    return Markup('<thead><tr><th scope="col"><span class="unseen">Part</span></th>{}</tr></thead>').format(columns)


def _years(kind: Kind, periods: Sequence[Period]) -> Markup:
    """Two lines of headers: the years, and under each its quarters or months."""
    years = [(year, list(each)) for year, each in groupby(periods, key=lambda period: period.start.year)]
    above = _joined(
        Markup('<th scope="colgroup" colspan="{}"{}><span>{}</span></th>').format(
            len(each), Markup(' class="begins"') if n else "", year
        )
        for n, (year, each) in enumerate(years)
    )
    below = _joined(
        Markup('<th scope="col"{}>{}</th>').format(
            Markup(' class="begins"') if n and not m else "", _short(kind, period)
        )
        for n, (_, each) in enumerate(years)
        for m, period in enumerate(each)
    )
    return Markup(
        '<thead><tr><th scope="col" rowspan="2"><span class="unseen">Part</span></th>{}</tr><tr>{}</tr></thead>'
    ).format(above, below)


def _short(kind: Kind, period: Period) -> str:
    return f"Q{(period.start.month + 2) // 3}" if kind == "quarter" else f"{period.start:%b}"


def _down(
    kind: Kind, rows: Sequence[Row], periods: Sequence[Period], units: bool, numbered: Numbered, marks: set[str]
) -> Markup:
    head = _head(_name(row, rows, units) for row in rows)
    lines = _joined(
        Markup('<tr><th scope="row">{}</th>{}</tr>').format(
            isolated(period.label),
            _joined(
                _cell(row, row.slots[_days(period)], False, numbered, marks)
                if _days(period) in row.slots
                else Markup('<td><span class="unseen">no figure</span></td>')  # nobody could expect one
                for row in rows
            ),
        )
        for period in periods
    )
    return Markup('<table class="known">{}<tbody>{}</tbody></table>').format(head, lines)


def _name(row: Row, rows: Sequence[Row], units: bool) -> Markup:
    name = isolated(row.part.label)
    if units and row.part.unit:
        name += Markup(" ({})").format(isolated(_SIGNS.get(row.part.unit, row.part.unit)))
    if not row.target:
        return name
    beside = any(other.part is row.part and not other.target for other in rows)
    return Markup('<span class="unseen">{}, </span>target').format(name) if beside else name + ", target"


def _reach(periods: Sequence[Period]) -> str:
    first, last = periods[0].start.year, periods[-1].start.year
    return str(first) if first == last else f"{first}–{last}"


def _cell(row: Row, slot: Slot | None, begins: bool, numbered: Numbered, marks: set[str]) -> Markup:
    """The best figure with its marks and the number of its source, or a gap that can be seen and heard."""
    kinds = [name for name, is_so in (("begins", begins), ("gap", slot is None)) if is_so]
    classes = Markup(' class="{}"').format(" ".join(kinds)) if kinds else Markup("")
    if slot is None:
        marks.add("gap")
        return Markup('<td{}><span class="unseen">no figure</span></td>').format(classes)
    told = slot.best
    signs = [_MARKS[each] for each in (told.standing, "disagreeing" if slot.disagreeing else "") if each in _MARKS]
    marks.update(signs)
    source, words = told.sources[0], _whole_figure(row.part, slot.period, told, [_WORDS[sign] for sign in signs])
    return Markup(
        '<td{0}><a href="{1}" title="{2}" aria-label="{2}">{3}</a><span class="after" aria-hidden="true">{4}'
        '<span class="n">{5}</span></span></td>'
    ).format(
        classes,
        _where(source),
        shown(words),
        shown(bound(told.qualifier) + _number(told.value)),
        _joined(map(_sign, signs)),
        numbered.cite(source),
    )


def _sign(mark: str) -> Markup:
    return Markup('<i class="sign{}">{}</i>').format(" bad" if mark == _MARKS["disagreeing"] else "", mark)


def _where(source: Source) -> str:
    """The statement in the reader; of a table's row the figure's own cell, as the evidence of an answer marks it."""
    start, end = (source.figure_start, source.figure_end) if source.cell else (source.start, source.end)
    return read_link(source.report, source.page, start, end)


def _whole_figure(part: Part, period: Period, told: Told, said: Sequence[str]) -> str:
    """ "4,212 (sources disagree), 2025, North East. Annual report 2025, page 8"."""
    words = f" ({', '.join(said)})" if said else ""
    of = "" if part.label == WHOLE_OF_IT else f", {part.label}"
    return f"{_written(part.unit, told)}{words}, {period.label}{of}. {_source(told.sources[0])}"


def _source(source: Source) -> str:
    return f"{source.title or source.report}, {source.place}"


# --- beneath them -----------------------------------------------------------------------------------------------------


def _disagreements(parts: Sequence[Part], numbered: Numbered) -> Markup:
    """Each value that stands against another, side by side with who tells it."""
    apart: list[tuple[Row, Slot, list[Told]]] = []
    for part in parts:
        for row in (row for kind in KINDS for row in _rows(part, kind)):
            for slot in row.slots.values():
                others = [each for each in slot.told if each != slot.best and not each.gives_way]
                if slot.disagreeing:
                    apart.append((row, slot, [slot.best, *others]))
    if not apart:
        return Markup("")
    listed = _joined(
        Markup('<h3>{}, {}{}</h3><div class="two">{}</div>').format(
            isolated(slot.period.label),
            isolated(row.part.label),
            ", target" if row.target else "",
            _joined(_box(row.part.unit, each, numbered) for each in standing),
        )
        for row, slot, standing in apart[:LISTED]
    )
    more = Markup('<p class="meta">… and {} more.</p>').format(len(apart) - LISTED) if len(apart) > LISTED else ""
    return Markup('<section class="apart"><h2 id="apart">Sources disagree</h2>{}{}</section>').format(listed, more)


def _box(unit: str, told: Told, numbered: Numbered) -> Markup:
    source = told.sources[0]
    said: list[str] = [told.standing] if told.standing else []
    said += [f"{source.published:%b %Y}"] if source.published else []
    more = len({(each.collection, each.report) for each in told.sources}) - 1
    return Markup('<div class="box">{}<strong>{}</strong><p class="dim"><a href="{}">{}</a>{}{}</p></div>').format(
        Markup('<span class="tag">{}</span>').format(" · ".join(said)) if said else "",
        isolated(_written(unit, told)),
        _where(source),
        isolated(_source(source)),
        Markup('<span class="n" aria-hidden="true">{}</span>').format(numbered.cite(source)),
        f" and {count(more, 'more report')}" if more else "",
    )


def _undated(undated: Sequence[Told], numbered: Numbered) -> Markup:
    """Figures of which no period is known, each with its statement."""
    if not undated:
        return Markup("")
    lines = _joined(
        Markup('<li><a href="{}">{}</a>{} <q dir="auto">{}</q> <span class="dim">{}</span></li>').format(
            _where(each.sources[0]),
            isolated(_written("", each)),
            Markup('<span class="n" aria-hidden="true">{}</span>').format(numbered.cite(each.sources[0])),
            shown(_briefly(each.sources[0].quote)),
            isolated(_source(each.sources[0])),
        )
        for each in undated[:LISTED]
    )
    more = Markup('<p class="meta">… and {} more.</p>').format(len(undated) - LISTED) if len(undated) > LISTED else ""
    return Markup('<section class="undated"><h2 id="undated">Without a period</h2><ul>{}</ul>{}</section>').format(
        lines, more
    )


def _briefly(quote: str) -> str:
    words = " ".join(quote.split())
    return words if len(words) <= 200 else f"{words[:199]}…"


# --- in words ---------------------------------------------------------------------------------------------------------


def _written(unit: str, told: Told) -> str:
    """ "nearly £4,200", "12%", "15 working days"."""
    qualifier = f"{told.qualifier} " if told.qualifier and "provisional" not in told.qualifier else ""
    number = _number(told.value)
    if unit in _SIGNS:
        return f"{qualifier}{_SIGNS[unit]}{number}"
    return f"{qualifier}{number}{unit if unit == '%' else f' {unit}' if unit else ''}"


def _number(value: float) -> str:
    text = f"{abs(value):,.0f}" if value == round(value) else f"{abs(round(value, 6)):,.10g}"
    return f"−{text}" if value < 0 else text


def _days(period: Period) -> Days:
    return period.start.isoformat(), period.end.isoformat()


def _joined(parts: Iterable[Markup]) -> Markup:
    return Markup("").join(parts)
