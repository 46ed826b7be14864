"""Whether the figures that gold answers take from tables are held: `python -m eval.bench.tables BENCH [--set SET]`.

For each gold figure of a set, a second, dumb look at the file says where it stands in a table and what stands beside
and above it there. It is held if a row statement of that report has it in a cell of its own, and

* the row's label is the one the second look saw, where it saw any;
* the cell's headers hold the texts the second look saw above it;
* where those texts name one year, and the cell is no mere word, the figure has a resolved period that holds it.

`valued` are those held whose value is also the gold value multiplied out, of those whose scale the gold tells (in
`wikitables` it never does) and in `tatqa` the table too: in half of them only text behind the table does.

The second looks. `wikitables`: the csv module's grid, the first row as headers and the first filled cell as label.
`tatqa`: lxml's cells, the rows of ``thead`` as headers. A gold answer, or a quote given for it, counts where it is a
cell of the body (in `tatqa` a figure: with a digit, no bare year, not the label), and is held only if every cell with
that text is. `tenq`: the words on a page as pdfium gives them; a figure's label is what stands to the left on its line,
its year the nearest one printed above it. A figure of an answer to a question about a table, an amount of money or
shares or a percentage, counts once for each gold filing that prints it in a row of figures whose label shares a word
with the answer's sentence or the question, and is held if one of those rows is. Where the sentence gives one period in
days ("the three months ended June 25, 2022") that ends in the column's year, the figure's period must be that.

What the looks cannot tell is told by reading the misses: `--misses FILE` lists each with its reason.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
from lxml import html

from eval.cases import lines_of
from rag.language.mentions import NOWHEN, mentions
from rag.language.numbers import numbers
from rag.language.periods import relation
from rag.language.rows import cell_text, row_label
from rag.language.tokens import content_stem_set
from rag.language.units import MONEY
from rag.passages import split
from rag.reading.sandbox import Sandbox, read_directly
from rag.types import Cell, Period, Reading, Report, Statement

_SCALES = {"scale:percent": 1.0, "scale:thousand": 1e3, "scale:million": 1e6, "scale:billion": 1e9}
_SCALE_SAID = re.compile(r"thousand|million|billion|['’]?000s?\b|[£$€]['’]?(?:m|bn|k)\b", re.IGNORECASE)
_GAP = 10.0  # points between a label and the first figure of its row: more than between two words
_YEAR = re.compile(r"(?<!\w)(?:19|20)\d\d(?!\w)")
_DATED = re.compile(r"[A-Z][a-z]+ \d{1,2}, \d{4}|\d{1,2} [A-Z][a-z]+ \d{4}")
_NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?|\.\d+")
_MARKS = re.compile(r"[\s$£€()%*†‡⁽⁾⁰¹²³⁴⁵⁶⁷⁸⁹]+")  # what a cell's text may have more or less of
_LETTERS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a second look sees a figure in a table: what stands in its cell, left of it and above it."""

    text: str
    label: str
    headers: tuple[str, ...] = ()
    page: int = 1
    year: int | None = None  # of its column
    when: Period | None = None  # the answer's, where it tells days
    value: float | None = None  # multiplied out


@dataclass(frozen=True, slots=True)
class Checked:
    """One gold figure of one case in one gold report: the reason why it is not held, or nothing; and the reason why its
    value is not the gold value, where the gold tells that."""

    case: str
    report: str
    figure: str
    why: str
    why_not_valued: str | None = None


def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m eval.bench.tables", description="Whether gold figures are held.")
    asked.add_argument("bench", type=Path, help="the folder with the public sets")
    asked.add_argument("--set", choices=sorted(LOOKS), action="append", help="only this set; may be given again")
    asked.add_argument("--misses", type=Path, help="write each miss to this file")
    options = asked.parse_args()
    missed: list[str] = []
    for name in options.set or sorted(LOOKS):
        checked = check_set(options.bench / name, LOOKS[name])
        held = [each for each in checked if not each.why]
        told = [each for each in held if each.why_not_valued is not None]
        print(f"{name:12}{_share(held, checked)} held", end="")
        print(f", {_share([each for each in told if not each.why_not_valued], told)} valued" if told else "")
        reasons = ((each, each.why or each.why_not_valued) for each in checked)
        missed += [f"{name}\t{each.case}\t{each.report}\t{each.figure}\t{why}" for each, why in reasons if why]
        for why, count in Counter(each.why.split(":")[0] for each in checked if each.why).most_common():
            print(f"{'':12}{count:>6} {why}")
    if options.misses:
        options.misses.write_text("".join(f"{line}\n" for line in missed), encoding="utf-8")


def _share(some: Sequence[Checked], every: Sequence[Checked]) -> str:
    return f"{len(some):>6} of {len(every):>5} ({100 * len(some) / max(1, len(every)):.1f} %)"


Look = Callable[[dict[str, Any], Path], Iterator[tuple[str, list[Place], bool]]]


def check_set(folder: Path, look: Look) -> list[Checked]:
    """Every gold figure that the second look sees in a table of a gold report, checked."""
    cases = [json.loads(line) for _, line in lines_of(folder / "cases.jsonl")]
    checked: list[Checked] = []
    rows: dict[str, list[Statement]] = {}
    with Sandbox(read=read_directly) as sandbox:
        for case in cases:
            for report in sorted({each["report"] for each in case["expect"].get("evidence", [])}):
                path = folder / "corpus" / report
                for figure, places, every in look(case, path):
                    if report not in rows:
                        rows[report] = _rows(sandbox.read(path), path)
                    checked.append(_checked(case["id"], report, figure, places, every, rows[report]))
    return checked


def _checked(
    case: str, report: str, figure: str, places: Sequence[Place], every: bool, rows: Sequence[Statement]
) -> Checked:
    worst = max if every else min  # nothing lacking comes before any reason
    why = worst(why_not(replace(place, value=None), rows) for place in places)
    if all(place.value is None for place in places):
        return Checked(case, report, figure, why)
    return Checked(case, report, figure, why, worst(why_not(place, rows) for place in places))


def _rows(reading: Reading, path: Path) -> list[Statement]:
    """The row statements of a report."""
    report = Report("r", "r", path.name, "", reading.title, reading.kind, len(reading.pages), None, reading.covers)
    return [each for passage in split(reading, report) for each in passage.statements if each.kind == "row"]


# --- the check --------------------------------------------------------------------------------------------------------


def why_not(place: Place, rows: Iterable[Statement]) -> str:
    """Nothing if a row holds the figure as the second look saw it; else what the row that came nearest lacks."""
    nearest, furthest = "no cell of its own: no row has it", -1
    for row in rows:
        for cell in row.cells if row.page == place.page else ():
            if _same(cell_text(row, cell), place.text):
                reached, why = _lacks(place, row, cell)
                if not why:
                    return ""
                if reached > furthest:
                    nearest, furthest = why, reached
    return nearest


def _lacks(place: Place, row: Statement, cell: Cell) -> tuple[int, str]:
    """How many of the tests a cell passes, and what it lacks for the next."""
    own = row_label(row)
    label = " ".join((*row.cells[0].headers, own))
    if place.label and _LETTERS.sub("", place.label) != _LETTERS.sub("", own) and not _within(place.label, label):
        return 0, f'another label: "{label}" for "{place.label}"'
    headers = " ".join(cell.headers)
    if lost := [text for text in place.headers if not _within(text, headers)]:
        return 1, f'a header lost: "{headers}" without "{lost[0]}"'
    figures = [figure for figure in row.figures if cell.start <= figure.number_start < cell.end]
    if not figures and (place.year or place.value is not None):
        return 2, f'no figure: "{cell_text(row, cell)}"'
    if place.year and not any(_in_year(figure.period, place.year) for figure in figures):
        told = figures[0].period.label if figures[0].period else "none"
        return 3, f'another period: {told} for {place.year} under "{headers}"'
    if place.when and not any(_agree(figure.period, place.when) for figure in figures):
        told = figures[0].period.label if figures[0].period else "none"
        return 3, f'another period: {told} for {place.when.label} under "{headers}"'
    if place.value is not None and not any(_is_near(f.value, place.value) for f in figures):
        return 4, f"another value: {figures[0].value:g} for {place.value:g}"
    return 5, ""


def _same(one: str, other: str) -> bool:
    return _MARKS.sub("", one) == _MARKS.sub("", other)


def _is_near(value: float, wanted: float) -> bool:
    """Whether two values are the same but for their sign: prose calls an expense of (694) one of 694."""
    return abs(abs(value) - abs(wanted)) <= 1e-6 * abs(wanted)


def _within(words: str, text: str) -> bool:
    """Whether the words are in the text: as whole words, so that the label "1" is not in "1996"."""
    letters, inside = _LETTERS.sub("", words), _LETTERS.sub("", text)
    return letters in inside if len(letters) > 3 else re.search(rf"(?<!\w){re.escape(words)}(?!\w)", text) is not None


def _in_year(period: Period | None, year: int) -> bool:
    return period is not None and period.start.year <= year <= (period.end - timedelta(days=1)).year


def _agree(period: Period | None, when: Period) -> bool:
    """Whether both are the same days, or one is a day of the other or its eve: balances stand at a quarter's ends."""
    if period is None:
        return False
    how = relation(period, when)
    a_day = min(period.end - period.start, when.end - when.start) == timedelta(days=1)
    return how == "equal" or (a_day and (how in ("inside", "contains") or when.end == period.start))


# --- second looks -----------------------------------------------------------------------------------------------------


def look_at_csv(case: dict[str, Any], path: Path) -> Iterator[tuple[str, list[Place], bool]]:
    """Answers that are cells of the file's body."""
    with path.open(encoding="utf-8", newline="") as file:
        head, *body = [[_folded(text) for text in row] for row in csv.reader(file)]
    yield from _in_grid(case["expect"]["answer"], [head], body)


def look_at_html(case: dict[str, Any], path: Path) -> Iterator[tuple[str, list[Place], bool]]:
    """Answers, and the quotes given for them, that are cells with a digit in a table's body."""
    expect = case["expect"]
    said = [*expect["answer"], *(each.get("quote", "") for each in expect["evidence"])]
    wanted = [words for words in dict.fromkeys(said) if re.search(r"\d", words) and not _YEAR.fullmatch(words)]
    for table in html.parse(str(path), html.HTMLParser(encoding="utf-8")).iter("table"):
        head = [_texts(row) for row in table.xpath("./thead/tr")]
        body = [_texts(row) for row in table.xpath("./tbody/tr")]
        tags = case["tags"] if _SCALE_SAID.search(table.text_content()) else []
        for words, places, every in _in_grid(wanted, head, body, labels=False):
            yield words, [replace(place, value=_scaled(place.text, tags)) for place in places], every


def _scaled(text: str, tags: Sequence[str]) -> float | None:
    """A cell's value in the scale that the answer is said to have."""
    scale = next((_SCALES[tag] for tag in tags if tag in _SCALES), None)
    found = _NUMBER.search(text)
    return scale * float(found.group().replace(",", "")) if scale and found else None


def _texts(row: Any) -> list[str]:
    return [_folded(cell.text_content()) for cell in row if cell.tag in ("td", "th")]


def _in_grid(
    wanted: Sequence[str], head: Sequence[Sequence[str]], body: Sequence[Sequence[str]], labels: bool = True
) -> Iterator[tuple[str, list[Place], bool]]:
    """Each wanted text with all the places where it is a cell of the body, a row's label too if `labels`."""
    for words in map(_folded, wanted):
        places = []
        for row in body:
            first = next((i for i, text in enumerate(row) if text), 0)
            for column, text in enumerate(row):
                if not text or text != words or (column == first and not labels):
                    continue
                above = tuple(texts[column] for texts in head if column < len(texts) and texts[column])
                years = {int(year) for header in above for year in _YEAR.findall(header)}
                year = years.pop() if len(years) == 1 and column > first and re.search(r"\d", text) else None
                label = row[first] if column > first and (labels or not first) else ""
                places.append(Place(text, label, above, year=year))
        if places:
            yield words, places, True


def _folded(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


@dataclass(frozen=True, slots=True)
class _Seen:
    """A word as pdfium gives it, in points from the bottom left."""

    text: str
    x0: float
    x1: float
    y: float


def look_at_pdf(case: dict[str, Any], path: Path) -> Iterator[tuple[str, list[Place], bool]]:
    """The figures of the answer to a question about a table that stand in a row of figures in the filing."""
    if "table" not in case["tags"]:
        return
    pages = _pages(path)
    for paragraph in case["expect"]["answer"][0].split("\n"):
        named = mentions(paragraph, NOWHEN)
        dated = {each.period for each in named if each.period and _DATED.search(each.words)}
        about = content_stem_set(f"{paragraph} {case['question']}")
        for number in numbers(paragraph, taken=[(each.start, each.end) for each in named]):
            if number.unit not in MONEY | {"%", "shares"}:
                continue  # the number of a list, the terms of a sum
            written = paragraph[number.number_start : number.number_end]
            places = [
                _dated(place, dated)
                for page, lines in pages.items()
                for place in _in_rows(page, lines, number.value, number.unit == "%")
                if content_stem_set(place.label) & about
            ]
            if places:
                yield written, places, False


@lru_cache(maxsize=8)
def _pages(path: Path) -> dict[int, list[list[_Seen]]]:
    """Each page's lines, from the top, as words from the left."""
    document = pdfium.PdfDocument(path)
    try:
        return {number: _lines(document[number - 1]) for number in range(1, len(document) + 1)}
    finally:
        document.close()


def _lines(page: Any) -> list[list[_Seen]]:
    """Letters near each other are a word; words at the same height are a line."""
    text = page.get_textpage()
    words: list[_Seen] = []
    for index in range(text.count_chars()):
        letter = text.get_text_range(index, 1)
        if not letter.strip():
            words.append(_Seen("", 0, 0, 0))
            continue
        x0, y0, x1, y1 = text.get_charbox(index, loose=True)
        last, y = words[-1] if words else _Seen("", 0, 0, 0), (y0 + y1) / 2
        if last.text and abs(last.y - y) < 3 and -2 < x0 - last.x1 < 2:
            words[-1] = _Seen(last.text + letter, last.x0, x1, last.y)
        else:
            words.append(_Seen(letter, x0, x1, y))
    lines: list[list[_Seen]] = []
    for word in sorted((word for word in words if word.text), key=lambda word: -word.y):
        if lines and abs(lines[-1][0].y - word.y) < 3:
            lines[-1].append(word)
        else:
            lines.append([word])
    return [sorted(line, key=lambda word: word.x0) for line in lines]


def _in_rows(page: int, lines: Sequence[list[_Seen]], value: float, percent: bool) -> Iterator[Place]:
    """The places on a page where a value stands in a row of figures: a label, a gap, and no words behind it."""
    for at, line in enumerate(lines):
        first = next((i for i, word in enumerate(line) if i and re.match(r"[$(]*\d|[$(—–]+$", word.text)), 0)
        behind = line[first:]
        if not first or behind[0].x0 - line[first - 1].x1 < _GAP:
            continue
        if any(re.search(r"[A-Za-z]{2}", word.text) for word in behind):
            continue
        for i, word in enumerate(behind):
            found = _NUMBER.search(word.text)
            marked = "%" in "".join(each.text for each in behind[i : i + 2] if each.text.strip(")") in (word.text, "%"))
            if not found or not _is_value(float(found.group().replace(",", "")), value) or percent != marked:
                continue
            label = " ".join(each.text for each in line[:first])
            yield Place(found.group(), label, page=page, year=_year_above(lines[:at], word), value=value)


def _is_value(printed: float, value: float) -> bool:
    return printed > 0 and any(_is_near(printed * scale, value) for scale in (1, 1e3, 1e6, 1e9))


def _year_above(lines: Sequence[list[_Seen]], word: _Seen) -> int | None:
    """The year in the nearest line above that is no prose and has one over the word."""
    for line in reversed(lines):
        if sum(each.text.isalpha() for each in line) > 12:
            continue
        for each in line:
            year = _YEAR.search(each.text)
            if year and abs((each.x0 + each.x1) / 2 - (word.x0 + word.x1) / 2) < 30:
                return int(year.group())
    return None


def _dated(place: Place, dated: Iterable[Period]) -> Place:
    """The place with the period that the answer gives in days, if just one of these ends in the column's year."""
    ends = [period for period in dated if place.year in (None, (period.end - timedelta(days=1)).year)]
    return replace(place, when=ends[0]) if len(ends) == 1 else place


LOOKS: dict[str, Look] = {"tenq": look_at_pdf, "tatqa": look_at_html, "wikitables": look_at_csv}


if __name__ == "__main__":
    main()
