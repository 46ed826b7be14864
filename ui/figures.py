"""What `footnote figures` prints: a grid a kind of period, what disagrees, what is missing, and the sources.

Knows no library; takes what the job returns.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.table import Table
from rich.text import Text

from rag.measuring.coverage import TITLES, Kind, bound
from ui.show import line, out, path_of
from ui.words import count, listed

NOTHING = "·"
ACROSS = 13  # columns that fit beside the parts
OF_MANY = 20  # parts from which those of two things at once ("Housing · North") are left to --json
LISTED = 12
_WITHIN_A_YEAR = {
    "quarter": ("Q1", "Q2", "Q3", "Q4"),
    "month": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(),
}
_SIGNS = {"GBP": "£", "USD": "$", "EUR": "€", "JPY": "¥"}
_MARKS = {"provisional": "p", "target": "t"}
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
Json = Mapping[str, Any]


class Sources:
    """The reports that the grids rest on, numbered in order of first use, with the pages used of each."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, str], int] = {}
        self._first: list[Json] = []
        self._places: list[dict[str, None]] = []

    def cite(self, figure: Json) -> int:
        """The number of the report that told the figure last."""
        citation = figure["citations"][0]
        key = citation["collection"], citation["report"]
        if key not in self._numbers:
            self._numbers[key] = len(self._numbers) + 1
            self._first.append(citation)
            self._places.append({})
        n = self._numbers[key]
        self._places[n - 1][citation["place"]] = None
        return n

    def lines(self) -> Iterator[str]:
        """The list, a line a report."""
        for n, (citation, places) in enumerate(zip(self._first, self._places, strict=True), start=1):
            when = f" ({citation['published']})" if citation["published"] else ""
            yield f"{n:>3} {citation['title']}{when} — {path_of(citation['report'])}, {_places(list(places))}"


def figures(given: Json) -> None:
    """All that is known of a measure, or a sentence that says that nothing is."""
    if not given["known"]:
        out.print(line(_unknown(given)))
        return
    parts, hidden = _shown(given["parts"])
    sources = Sources()
    out.print(line(_headline(given), style="bold"))
    marks: set[str] = set()
    for kind in TITLES:
        if any(cell["kind"] == kind for part in parts for cell in part["cells"]):
            _grid(kind, parts, given, sources, marks)
    if marks:
        out.print(Text(f"{'; '.join(_legend(marks))}.", style="dim"))
    if hidden:
        out.print(Text(f"{hidden} parts of two things at once are left out: --json tells them.", style="dim"))
    _disagreements(parts, sources)
    if given["near"]:
        out.print(line(f"These reports also count {listed(given['near'])}."))
    _gaps(given["gaps"])
    _undated(given["undated"], sources)
    for note in given.get("notes", ()):
        out.print(line(note, style="italic"))
    out.print()
    out.print(Text("Sources:", style="dim"))
    for each in sources.lines():
        out.print(line(each))


def _unknown(given: Json) -> str:
    if given.get("empty"):
        return f"No figures: {given['empty']}."
    if given["reaches"]:
        return (
            f'No figure for "{given["measure"]}" in {given["period"]["label"]} in these reports; '
            f"they have some for {given['reaches']['label']}."
        )
    near = f" They do count {listed(given['near'])}." if given["near"] else ""
    return f'No figure in these reports counts "{given["measure"]}".{near}'


def _shown(parts: Sequence[Json]) -> tuple[list[Json], int]:
    """The parts that a grid has room for, and how many are left out."""
    if len(parts) <= OF_MANY:
        return list(parts), 0
    single = [part for part in parts if " · " not in part["label"]]
    return single, len(parts) - len(single)


def _headline(given: Json) -> str:
    reports = {
        (citation["collection"], citation["report"]) for figure in _all(given) for citation in figure["citations"]
    }
    told = sum(len(figure["citations"]) for figure in _all(given))
    when = given["period"] or given["reaches"]
    period = f", {when['label']}" if when else ""
    return f"{given['measure']}{period}: {count(told, 'figure')} in {count(len(reports), 'report')}"


def _all(given: Json) -> Iterator[Json]:
    for part in given["parts"]:
        for cell in part["cells"]:
            yield from cell["figures"]
    yield from given["undated"]


# --- the grids --------------------------------------------------------------------------------------------------------


def _grid(kind: Kind, parts: Sequence[Json], given: Json, sources: Sources, marks: set[str]) -> None:
    """Parts down and periods across; of quarters and months of several years those of one part, years across."""
    held = [(part, cell) for part in parts for cell in part["cells"] if cell["kind"] == kind]
    starts = [int(cell["period"]["start"][:4]) for _, cell in held]
    years = list(range(min(starts), max(starts) + 1))
    if (
        kind in _WITHIN_A_YEAR
        and len(years) > 1
        and len({cell["period"]["start"] for _, cell in held}) > 2 * len(years)
    ):
        _years_across(kind, parts, years, sources, marks)
        return
    periods = {cell["period"]["start"] + cell["period"]["end"]: cell["period"]["label"] for _, cell in held}
    gaps = [gap["period"] for gap in given["gaps"] if gap["kind"] == kind]
    if kind != "other":
        periods |= {gap["start"] + gap["end"]: gap["label"] for gap in gaps}
    if len(periods) > ACROSS or (len(periods) > 5 and (kind == "other" or (len(years) > 1 and kind in _WITHIN_A_YEAR))):
        _down(kind, held, sources, marks)
        return
    if kind == "year" and len(years) <= ACROSS:
        periods |= {f"{year}-01-01{year + 1}-01-01": str(year) for year in years}
    order = sorted(periods)
    units = {part["unit"] for part, _ in held}
    only = units.pop() if len(units) == 1 else ""  # then it is told once
    table = _table(
        ", ".join(
            each
            for each in (
                TITLES[kind],
                str(years[0]) if kind in _WITHIN_A_YEAR and len(years) == 1 else "",
                _unit(only),
            )
            if each
        )
    )
    for key in order:
        table.add_column(_short(periods[key], kind, len(years)), justify="right", no_wrap=True)
    scope = ""
    for part in parts:
        cells = {
            cell["period"]["start"] + cell["period"]["end"]: cell for cell in part["cells"] if cell["kind"] == kind
        }
        if not cells:
            continue
        if part["scope"] != scope and part["scope"]:
            table.add_row(line(f"{part['scope']}:", style="dim"))
        scope = part["scope"]
        name = part["label"] if only else _named(part)
        _rows(table, name, [cells.get(key) for key in order], sources, marks)
    out.print()
    out.print(table)


def _years_across(kind: Kind, parts: Sequence[Json], years: Sequence[int], sources: Sources, marks: set[str]) -> None:
    """One part's quarters or months, a row each, with a column a year."""
    counts = [sum(cell["kind"] == kind for cell in part["cells"]) for part in parts]
    part = next(part for part, count in zip(parts, counts, strict=True) if 2 * count >= max(counts))
    cells = {cell["period"]["start"]: cell for cell in part["cells"] if cell["kind"] == kind}
    others = sum(count > 0 for count in counts) - 1
    table = _table(f"{TITLES[kind]}, {_named(part)}")
    for year in years[-ACROSS:]:
        table.add_column(str(year), justify="right", no_wrap=True)
    names = _WITHIN_A_YEAR[kind]
    for n, name in enumerate(names):
        month = n * 12 // len(names) + 1
        row = [cells.get(f"{year}-{month:02}-01") for year in years[-ACROSS:]]
        table.add_row(name, *(_cell(cell, sources, marks) for cell in row))
    out.print()
    out.print(table)
    if others:
        more = f"{count(others, 'more part')} by {kind}: --period {years[-1]} shows a year of them, --json tells all."
        out.print(Text(more, style="dim"))


def _down(kind: Kind, held: Sequence[tuple[Json, Json]], sources: Sources, marks: set[str]) -> None:
    """The periods down, of the first part that has any: there are too many to stand side by side."""
    first = held[0][0]
    table = _table(f"{TITLES[kind]}, {_named(first)}")
    table.add_column("", justify="right", no_wrap=True)
    for part, cell in held:
        if part is first:
            table.add_row(line(cell["period"]["label"]), _cell(cell, sources, marks))
    out.print()
    out.print(table)


def _table(title: str) -> Table:
    table = Table(
        title=title, title_justify="left", title_style="bold", box=None, header_style="dim", padding=(0, 1, 0, 0)
    )
    table.add_column("", min_width=14, max_width=28, overflow="fold")
    return table


def _rows(table: Table, name: str, cells: Sequence[Json | None], sources: Sources, marks: set[str]) -> None:
    """A part's row, and one of its targets where it has any beside what was."""
    hoped = [_only(cell, "target") for cell in cells]
    was = [cell if cell and _actual(cell) else None for cell in cells]
    if any(was):
        table.add_row(line(name), *(_cell(cell, sources, marks) for cell in was))
    if any(hoped):
        name = "  target" if any(was) else f"{name}, target"
        table.add_row(line(name, style="dim"), *(_cell(cell, sources, marks) for cell in hoped))


def _actual(cell: Json) -> list[Json]:
    return [figure for figure in cell["figures"] if figure["standing"] != "target"]


def _only(cell: Json | None, standing: str) -> Json | None:
    """The cell with the figures of one standing alone; None without any."""
    some = [figure for figure in cell["figures"] if figure["standing"] == standing] if cell else []
    return (
        {**cell, "figures": some, "best": 0, "disagreeing": len({f["value"] for f in some}) > 1}
        if cell and some
        else None
    )


def _cell(cell: Json | None, sources: Sources, marks: set[str]) -> Text:
    """The best figure with its marks and the number of its source."""
    if cell is None:
        marks.add(NOTHING)
        return Text(NOTHING, style="dim")
    figure = cell["figures"][cell["best"]]
    mark = _MARKS.get(figure["standing"], "") + ("!" if cell["disagreeing"] else "")
    marks.update(mark)
    text = Text(f"{bound(figure['qualifier'])}{_number(figure['value'])}{mark}")
    if cell["disagreeing"]:
        text.stylize("bold")
    return text.append(str(sources.cite(figure)).translate(_RAISED), style="dim")


def _legend(marks: set[str]) -> Iterator[str]:
    told = {
        NOTHING: f"{NOTHING} no figure",
        "p": "p provisional",
        "t": "t target",
        "!": "! sources disagree",
    }
    yield from (words for mark, words in told.items() if mark in marks)
    yield "raised numbers are sources"


def _number(value: float) -> str:
    if abs(value) >= 1e6 and value % 1000 == 0:
        return f"{value / 1e6:,.3f}".rstrip("0").rstrip(".") + "m"
    if abs(value) >= 1e5 and value % 1000 == 0:
        return f"{value / 1e3:,.0f}k"
    return f"{value:,.10g}" if value < 1e10 else f"{value:,.0f}"


def _named(part: Json) -> str:
    return f"{part['label']} ({_unit(part['unit'])})" if part["unit"] else str(part["label"])


def _unit(unit: str) -> str:
    return _SIGNS.get(unit, unit)


def _short(label: str, kind: Kind, years: int) -> str:
    """ "Mar" for "March 2025", "Q1" for "Q1 2025", where the year stands in the title."""
    if kind not in _WITHIN_A_YEAR or years > 1:
        return label
    return label[: 3 if kind == "month" else 2]


# --- beneath them -----------------------------------------------------------------------------------------------------


def _disagreements(parts: Sequence[Json], sources: Sources) -> None:
    apart = []
    for part in parts:
        for cell in part["cells"]:
            targets = _only(cell, "target")
            if cell["disagreeing"] and (was := _actual(cell)):
                apart.append((part, part["label"], cell["period"], [each for each in was if not each["gives_way"]]))
            if targets and targets["disagreeing"]:
                apart.append((part, f"{part['label']}, target", cell["period"], targets["figures"]))
    if not apart:
        return
    out.print()
    out.print(Text("Sources disagree:", style="dim"))
    for part, name, period, figures in apart[:LISTED]:
        told = " · ".join(f"{_written(part, figure)} ({_who(figure, sources)})" for figure in figures)
        out.print(line(f"  {period['label']}, {name}: {told}"))
    if len(apart) > LISTED:
        out.print(Text(f"  … and {len(apart) - LISTED} more: --json tells them all.", style="dim"))


def _who(figure: Json, sources: Sources) -> str:
    reports = {citation["report"] for citation in figure["citations"]}
    more = f" and {len(reports) - 1} more" if len(reports) > 1 else ""
    return f"{figure['citations'][0]['title']}{more} {str(sources.cite(figure)).translate(_RAISED)}"


def _written(part: Json, figure: Json) -> str:
    qualifier = f"{figure['qualifier']} " if figure["qualifier"] else ""
    return f"{qualifier}{_SIGNS.get(part['unit'], '')}{_number(figure['value'])}"


def _gaps(gaps: Sequence[Json]) -> None:
    if gaps:
        out.print()
    for part in dict.fromkeys(gap["part"] for gap in gaps):
        missing = [gap["period"]["label"] for gap in gaps if gap["part"] == part]
        of = "" if part == "all" else f" of {part}"
        out.print(line(f"No figure{of} for {listed(missing, LISTED)}."))


def _undated(undated: Sequence[Json], sources: Sources) -> None:
    if not undated:
        return
    out.print()
    out.print(Text("Without a period:", style="dim"))
    for figure in undated[:5]:
        quote = " ".join(figure["citations"][0]["quote"].split())
        short = quote if len(quote) <= 80 else f"{quote[:79]}…"
        out.print(line(f"  {_number(figure['value'])}{str(sources.cite(figure)).translate(_RAISED)}  {short}"))
    if len(undated) > 5:
        out.print(Text(f"  … and {len(undated) - 5} more: --json tells them all.", style="dim"))


def _places(places: Sequence[str]) -> str:
    """ "pages 3, 6 and 14"."""
    kinds = {place.partition(" ")[0] for place in places}
    if len(kinds) > 1 or len(places) == 1:
        return listed(places, 6)
    rest = [place.partition(" ")[2] for place in places]
    return f"{kinds.pop()}s {listed(sorted(rest, key=lambda each: (len(each.split()[0]), each)), 6)}"
