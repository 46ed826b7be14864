"""What each statement says in figures: value, unit, what is counted, the period meant, and whether it is provisional.

A period is named in the statement, or handed down to it: by a table's headers and caption, by the heading, by the
sentence before, by the report.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from rag.language.mentions import NOWHEN, Anchor, label_period, mentions
from rag.language.numbers import Number, numbers
from rag.language.periods import relation, shifted
from rag.language.rows import cell_text, label_cells, row_label
from rag.language.units import DOLLARS, MONEY, handed_down
from rag.types import Cell, Figure, Mention, Page, Passage, Period, Reading, Statement

# A sentence that opens so speaks of what the one before it was about, and of its time.
_GOES_ON = re.compile(
    r"(?:of (?:these|those|them|whom)|this|these|those|they|that|it|both|among (?:these|them))\b", re.I
)
_MOVED_FROM = re.compile(
    r"\b(?:rose|risen|rise|fell|fallen|fall|grew|grown|went|up|down|increased?|decreased?|dropped|moved|changed)"
    r"(?:\s+by\s+[^;:]{1,24}?)?\s+from\s+$",
    re.I,
)
# "66 complaints, of which 20 were upheld", "opened 2,418 cases and closed 2,402"
_SAME_NOUN = re.compile(r"\bof (?:which|whom|these|them|those)[,\s]+$|^\s+and\s+[\w'’-]+\s+$", re.I)
_PROVISIONAL = re.compile(
    r"\bfigures?(?: for (?P<when>[^.;,]{3,40}?)| in this \w+| given here)?(?: (?:is|are)| remain)"
    r" (?:all )?provisional\b",
    re.I,
)
_COMPARED_WORDS = re.compile(r"\b(?:previous|before|prior|preceding|earlier|same)\b", re.I)
_COMPARED_BEFORE = re.compile(r"\b(?:than|compared with|compared to|against|up on|down on)\s+(?:[^.;]{0,24})$", re.I)
_COMPARED_BEFORE_A_YEAR = re.compile(
    r"\b(?:than (?:in|for|during)|compared (?:with|to)|(?:up|down) (?:from|on))\s+(?:[^.;]{0,24})$", re.I
)
_CLAUSE = re.compile(r"[,;:]|\b(?:and|but|while|whereas)\b", re.I)
# "4,212 referrals, compared with 4,046 in 2024": the year is the second figure's alone.
_COMPARED_BETWEEN = re.compile(r"\b(?:than|compared (?:with|to)|(?:up|down) (?:from|on)|against|from)\b", re.I)
_LISTED = re.compile(r"\s*(?:,|and|,\s*and)\s*")
_COMPARES = re.compile(r"\b(?:change|difference|growth|compared|variance|increase|decrease)\b", re.I)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_YEAR_TO = re.compile(r"\byears? (?:ended|ending|to) (?:[a-z]+ \d{1,2}|\d{1,2} [a-z]+|[a-z]+)[\s,:]*$", re.I)
_BRACKETED = re.compile(r"^\(\s*[\d.,]+\s?(?:%|pp|bps)?\s*\)\s?(?P<behind>%|pp|bps)?$")
# What of a heading is a table's unit line and not its subject: "(in thousands)", "£m".
_UNIT_LINE = re.compile(
    r"\([^()]*\)|\bin (?:[\w.]+ of )?(?:thousands|millions|billions)\b(?: of [\w.]+)?"
    r"|[£$€]\s?['’]?(?:m|bn|000s?|thousand|million)\b",
    re.I,
)
# What a page says of the amounts of its table: "(in thousands, except per share data)", "Expressed in US $000's".
_TABLE_LINE = re.compile(
    r"\((?:[\w.$’']+\s){0,4}?in (?:[\w.$£€]+\s){0,2}(?:thousands|millions|billions)\b[^()]*\)"
    r"|\b(?:expressed|presented|stated|reported) in (?:[\w.$£€]+\s){0,2}"
    r"(?:thousands|millions|billions|[£$€]\s?['’]?000['’]?s)\b[^.;:]*",
    re.I,
)
_SPEAKS_OF_IT = re.compile(r"\b(?:it|they) (?:was|were|is|are|rose|fell|had|stood|reached)\b", re.I)


def reckoned(passages: list[Passage], reading: Reading) -> list[Passage]:
    """The passages of one reading, each statement with its period and its figures."""
    whole = Anchor(reading.published.day if reading.published else None, reading.covers)
    # A message of a mailbox speaks from its own day, and of no period that the whole mailbox covers.
    own = {page.number: Anchor(page.published.day, None) for page in reading.pages if page.published}
    provisional = _told_provisional(reading, whole)
    lines = {page.number: _table_line(page) for page in reading.pages}
    done = [
        _marked(_understood(passage, own.get(passage.page, whole), lines.get(passage.page, "")), provisional)
        for passage in passages
    ]
    return _with_currencies(done)


def _table_line(page: Page) -> str:
    """The unit line that stands in a page's text, where the page has one table and one such line: it is the table's."""
    rows = [block.kind == "table_row" for block in page.blocks if block.kind != "furniture"]
    tables = sum(row and not before for before, row in pairwise([False, *rows]))
    if tables != 1:
        return ""
    text = (page.text[block.start : block.end] for block in page.blocks if block.kind in ("paragraph", "caption"))
    said = {match.group() for each in text for match in _TABLE_LINE.finditer(each)}
    return said.pop() if len(said) == 1 else ""


# --- provisional figures ----------------------------------------------------------------------------------------------


def _told_provisional(reading: Reading, anchor: Anchor) -> list[Period]:
    """The periods whose figures a report calls provisional: "Figures for Q4 2024 are provisional", or all of them."""
    told: list[Period] = []
    for page in reading.pages:
        for match in _PROVISIONAL.finditer(page.text):
            named = [m.period for m in mentions(match["when"] or "", anchor) if m.period]
            told += named or ([anchor.covers] if anchor.covers else [])
    return told


def _marked(passage: Passage, told: list[Period]) -> Passage:
    if not told:
        return passage
    return replace(
        passage,
        statements=tuple(
            replace(
                statement,
                figures=tuple(replace(figure, provisional=_inside_any(figure, told)) for figure in statement.figures),
            )
            for statement in passage.statements
        ),
    )


def _inside_any(figure: Figure, told: list[Period]) -> bool:
    return figure.unit != "%" and any(relation(figure.period, period) in ("equal", "inside") for period in told)


# --- periods and figures ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Time:
    period: Period | None
    said: str = ""


def _understood(passage: Passage, anchor: Anchor, table_line: str) -> Passage:
    around = _around(passage.heading, anchor)
    done: list[Statement] = []
    before = around
    for statement in passage.statements:
        if statement.heading != passage.heading:
            around = _around(statement.heading, anchor)
        stem = passage.id.rsplit(":", 1)[0]
        named = replace(statement, id=f"{stem}:s{statement.ordinal}")
        if statement.kind == "row":
            done.append(_row(named, anchor, around, table_line))
            continue
        goes_on = _GOES_ON.match(statement.text) or _SPEAKS_OF_IT.search(statement.text)
        understood = _sentence(named, anchor, before if goes_on else around)
        before = _Time(understood.period, understood.said)
        done.append(understood)
    return replace(passage, statements=tuple(done))


def _around(heading: str, anchor: Anchor) -> _Time:
    """The period that a heading hands down, else the one the report covers."""
    for mention in _mentioned(heading, anchor):
        if mention.period and not _only_issue(mention.period, anchor):
            return _said(mention)
    return _Time(None if anchor.covers and _only_issue(anchor.covers, anchor) else anchor.covers)


def _only_issue(period: Period, anchor: Anchor) -> bool:
    """The month in a newsletter's title is when it came out, not what its figures are about."""
    return period == anchor.covers and (period.end - period.start).days <= 31


def _sentence(statement: Statement, anchor: Anchor, around: _Time) -> Statement:
    text = statement.text
    named = mentions(text, anchor)
    resolved = [mention for mention in named if mention.period]
    own = next((_said(m) for m in resolved if not _only_compared(text, m)), around)
    counted = numbers(text, taken=[(mention.start, mention.end) for mention in named])
    figures: list[Figure] = []
    for number in counted:
        period = _time_of(text, number, counted, resolved, around).period
        if period and not resolved and _MOVED_FROM.search(text, 0, number.start):
            period = shifted(period, -1)  # "rose from 12.4 to 17.8": the first is the year before's
        figure = _figure(number, statement.start, period)
        if figures and not figure.unit and _SAME_NOUN.search(text[figures[-1].end - statement.start : number.start]):
            figure = replace(figure, unit=figures[-1].unit)
        figures.append(figure)
    for at, mention in enumerate(_respectively(text, counted, resolved)):
        figures[at] = replace(figures[at], period=mention.period)
    return replace(statement, period=own.period, said=own.said, figures=tuple(figures))


def _respectively(text: str, counted: list[Number], named: list[Mention]) -> list[Mention]:
    """The periods of all figures, where as many of each are listed: "3,801 and 4,046 in 2023 and 2024"."""

    def listed(spans: list[tuple[int, int]]) -> bool:
        return all(_LISTED.fullmatch(text, one[1], other[0]) for one, other in pairwise(spans))

    times, values = [(m.start, m.end) for m in named], [(n.start, n.end) for n in counted]
    apart = len(times) > 1 and (times[-1] <= values[0] or values[-1] <= times[0]) if values else False
    return named if apart and len(times) == len(values) and listed(times) and listed(values) else []


def _time_of(text: str, number: Number, counted: list[Number], named: list[Mention], around: _Time) -> _Time:
    """The period of one figure among several: the nearest named, where no other figure stands between the two."""

    def distance(mention: Mention) -> int:
        behind = mention.start >= number.end
        gap = mention.start - number.end if behind else number.start - mention.end
        low, high = (number.end, mention.start) if behind else (mention.end, number.start)
        between = sum(1 for other in counted if low <= other.start < high)
        if not behind and text[low : low + 1] == ",":
            low += 1  # "In March, there were 351"
        # "4,212 (2024: 4,046)"
        bracketed = behind and "(" in text[low:high] and text[mention.end : mention.end + 1] != ")"
        apart = bracketed or bool(_CLAUSE.search(text, low, high))
        # "4,046 in 2024 to 4,212 in 2025": a period binds to the figure before it.
        return gap + 60 * between + 30 * apart - (8 if behind else 0)

    named = [m for m in named if not _COMPARED_BETWEEN.search(text, number.end, max(number.end, m.start))]
    if not named:
        return around
    nearest = min(named, key=distance)
    if _only_compared(text, nearest) and distance(nearest) > 25:
        return around  # "51 complaints, compared with 20 in the previous year"
    return _Time(nearest.period, nearest.words)


def _said(mention: Mention) -> _Time:
    """The words are kept only where the period needed working out: "last year"."""
    return _Time(mention.period, mention.words if mention.relative else "")


def _only_compared(text: str, mention: Mention) -> bool:
    """Whether a period is named only to compare with: "than last year", "in the previous year"."""
    if not mention.relative:
        return bool(_COMPARED_BEFORE_A_YEAR.search(text[: mention.start]))
    return bool(_COMPARED_WORDS.search(mention.words) or _COMPARED_BEFORE.search(text[: mention.start]))


def _row(statement: Statement, anchor: Anchor, around: _Time, table_line: str) -> Statement:
    labels = label_cells(statement)
    label = row_label(statement)
    label_headers = " ".join(header for cell in labels for header in cell.headers)
    captioned = next((m for m in _mentioned(statement.caption, anchor) if m.period), None)
    outer = captioned.period if captioned else around.period
    down = [_with_its_day(cell_text(statement, each), (*each.headers, statement.caption)) for each in labels]
    down += [words for each in labels for words in reversed(each.headers) if _YEAR.search(words)]  # a section's
    figures: list[Figure] = []
    for cell in statement.cells[len(labels) :]:
        header = " ".join(cell.headers)
        period = _cell_period(header, down, outer, anchor)
        figures += _cell_figures(statement, cell, header, label, label_headers, period, table_line)
    own = _down([cell_text(statement, each) for each in labels], Anchor(anchor.day, outer)) or outer
    said = label if own is not None and own is not outer else captioned.words if captioned else around.said
    return replace(statement, period=own, said=said, figures=tuple(figures))


def _down(labels: Iterable[str], anchor: Anchor) -> Period | None:
    """The period that a row's labels name together, each inside the one before: "2025", then "March"."""
    found: Period | None = None
    for label in labels:
        named = _named(label, Anchor(anchor.day, found or anchor.covers))
        if named and (found is None or relation(named, found) == "inside"):
            found = named
    return found


# Headers, labels, captions and headings come again with every row, so what they name is remembered. Periods are equal
# whatever their labels: hence the last argument.


def _named(words: str, anchor: Anchor) -> Period | None:
    """The period that a header or label names."""
    return _named_once(words, anchor, _told_apart(anchor))


def _mentioned(words: str, anchor: Anchor) -> tuple[Mention, ...]:
    """The periods that a caption or heading names."""
    return _mentioned_once(words, anchor, _told_apart(anchor))


def _told_apart(anchor: Anchor) -> object:
    return (anchor.covers.label, anchor.covers.kind) if anchor.covers else None


@lru_cache(maxsize=4096)
def _named_once(words: str, anchor: Anchor, told_apart: object) -> Period | None:
    return label_period(words, anchor)


@lru_cache(maxsize=4096)
def _mentioned_once(words: str, anchor: Anchor, told_apart: object) -> tuple[Mention, ...]:
    return tuple(mentions(words, anchor))


def _with_its_day(label: str, above: Iterable[str]) -> str:
    """A row's bare year with the day that its column or the caption names: "2024" under "Year ending June 30,"."""
    begun = next((found[0].rstrip(" ,:") for words in above if (found := _YEAR_TO.search(words))), "")
    if not begun or not (label.isdigit() and len(label) == 4):
        return label
    return f"{begun}, {label}" if begun[-1].isdigit() else f"{begun} {label}"


def _cell_period(header: str, labels: list[str], outer: Period | None, anchor: Anchor) -> Period | None:
    """A cell's period: its column's and its row's together ("March" under "2025"), else what stands around it."""
    if _COMPARES.search(header):
        header = ""  # "Change on 2024" is not about 2024
    across = _named(header, Anchor(anchor.day, outer))
    down = _down(labels, Anchor(anchor.day, across or outer))
    if across is None and down is not None:
        across = _named(header, Anchor(anchor.day, down))
    if across is not None and down is not None:
        return down if relation(down, across) in ("inside", "equal") else across
    return across or down or outer


def _cell_figures(
    statement: Statement,
    cell: Cell,
    header: str,
    label: str,
    label_headers: str,
    period: Period | None,
    table_line: str,
) -> Iterator[Figure]:
    offset = cell.start - statement.start
    text = statement.text[offset : cell.end - statement.start]
    # A mention inside the cell is no figure ("2025", "12 June 2026").
    taken = [(mention.start, mention.end) for mention in mentions(text, NOWHEN) if not _is_count(text, mention)]
    sections = [each for own in label_cells(statement) for each in own.headers]
    around = (statement.caption, " ".join(_UNIT_LINE.findall(statement.heading)), table_line)
    scale, unit = handed_down(header, label, sections, around)
    counts = _joined((label, header, label_headers, statement.caption))
    for number in numbers(text, taken=taken):
        figure = _figure(number, cell.start, period)
        plain = not number.unit or number.unit in MONEY
        value = number.value * (scale if plain and number.value == _bare(text, number) else 1.0)
        if value > 0 and _is_negative(text, f"{header} {label}"):
            value = -value
        own = unit if unit in DOLLARS and number.unit == "USD" and "US" not in text else number.unit or unit
        yield replace(figure, value=value, unit=own, counts=counts)


def _is_negative(text: str, about: str) -> bool:
    """Whether a bracketed share is a fall: "(0.5)%" is; "(34%)" is only where changes are told, else a share."""
    found = _BRACKETED.match(text.strip())
    return bool(found and (found["behind"] or _COMPARES.search(about)))


def _is_count(text: str, mention: Mention) -> bool:
    """A bare four-digit cell such as "2019" could be a year or a count; alone in its cell it is taken as a count."""
    return text.strip() == mention.words and mention.words.isdigit()


def _bare(text: str, number: Number) -> float:
    """The value of the digits alone, to see whether a scale word was beside them."""
    digits = re.sub(r"[^\d.]", "", text[number.number_start : number.number_end])
    return (float(digits) if digits and digits.count(".") <= 1 and digits != "." else number.value) * (
        -1 if number.value < 0 else 1
    )


def _figure(number: Number, offset: int, period: Period | None) -> Figure:
    return Figure(
        start=offset + number.start,
        end=offset + number.end,
        number_start=offset + number.number_start,
        number_end=offset + number.number_end,
        value=number.value,
        unit=number.unit,
        qualifier=number.qualifier,
        period=period,
    )


def _joined(parts: Iterable[str]) -> str:
    return " · ".join(part for part in parts if part)


# --- the currency of a column -----------------------------------------------------------------------------------------


def _with_currencies(passages: list[Passage]) -> list[Passage]:
    """Accounts write the currency's sign in a column's first row and in its totals: what stands between two of them, in
    a table that says "in thousands" or the like, is in that currency too."""
    known = {each.id: each for passage in passages for each in passage.statements}
    for rows in _tables(passages):
        last: dict[tuple[str, ...], tuple[int, str]] = {}  # by column: the row that bore the last sign, and which
        for at, row in enumerate(rows):
            for cell, figure in _scaled(row):
                if figure.unit not in MONEY:
                    continue
                before, currency = last.get(cell.headers, (at, ""))
                if currency == figure.unit:
                    for between in rows[before + 1 : at]:
                        known[between.id] = _in_currency(known[between.id], cell.headers, currency)
                last[cell.headers] = at, figure.unit
    return [replace(p, statements=tuple(known[each.id] for each in p.statements)) for p in passages]


def _tables(passages: list[Passage]) -> Iterator[list[Statement]]:
    """The rows of each table that says a scale."""
    rows: list[Statement] = []
    for statement in (each for passage in passages for each in passage.statements):
        goes_on = rows and statement.kind == "row" and statement.caption == rows[-1].caption
        if rows and not (goes_on and (statement.page != rows[-1].page or statement.start == rows[-1].end + 1)):
            yield rows
            rows = []
        if statement.kind == "row":
            rows.append(statement)
    if rows:
        yield rows


def _scaled(row: Statement) -> Iterator[tuple[Cell, Figure]]:
    """The row's figures that its table's words multiply, each with its cell."""
    for cell in row.cells[1:]:
        for figure in row.figures:
            written = row.text[figure.number_start - row.start : figure.number_end - row.start]
            bare = re.sub(r"[^\d.]", "", written)
            inside = cell.start <= figure.number_start < cell.end
            if inside and bare.count(".") < 2 and bare.strip(".") and abs(figure.value) > 1.5 * float(bare):
                yield cell, figure


def _in_currency(row: Statement, headers: tuple[str, ...], currency: str) -> Statement:
    """The row with the figures of one column, where they have no unit, in a currency."""
    bare = {figure for cell, figure in _scaled(row) if cell.headers == headers and not figure.unit}
    return replace(row, figures=tuple(replace(each, unit=currency) if each in bare else each for each in row.figures))
