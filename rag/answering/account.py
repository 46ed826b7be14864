"""An account of a topic: its lines over time with the change worked out, then the sentences that explain it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

from rag.across import Across
from rag.answering.asked import MONEY
from rag.answering.citing import Footnotes, answer_text, answered_figure, bracketed, claim_text, short_figure, written
from rag.answering.commentary import MOST, Remark, commentary, spoken_of
from rag.answering.lines import Line, Point, lines
from rag.search import Found
from rag.types import Answer, AnsweredFigure, Claim, Headline, Understood

MOST_CLAIMS = 6
_SURE = 0.85  # of what is asked that one line must account for, to be the figure asked for
_SPANS = {3: "three months", 6: "six months", 9: "nine months", 12: "year"}
_SPAN = re.compile(r"\b(?:three|six|nine|twelve) months ended \w+ \d{1,2}, \d{4}", re.IGNORECASE)
_TIMED = re.compile(r"\b(?:19|20)\d\d\b|\bquarter\b|\bmonths\b")


def account(found: Found, understood: Understood) -> Answer | None:
    """What the reports of whoever is asked about tell of the topic; None where they tell too little of it."""
    held = found.across
    if held is None:
        return None
    told = lines(held, understood)
    if not held.whole:
        told = [line for line in told[:1] if line.worth >= _SURE]
    remarks = commentary(held, max(MOST_CLAIMS - len(told), MOST - 2)) if held.whole else []
    if not told and not spoken_of(remarks):
        return None
    notes = Footnotes()
    figures: list[AnsweredFigure] = []
    claims = [_of_line(line, notes, figures) for line in told]
    if told and held.one:  # the newest is the one asked for
        figures.insert(0, figures.pop(len(told[0].points) - 1))
    claims += [_of_remark(remark, notes, figures) for remark in remarks]
    return Answer(
        question=understood.standalone,
        status="answered",
        text=answer_text(claims, []),
        short=_short(told, held),
        headline=_headline(told[0]) if told else None,
        claims=tuple(claims),
        citations=notes.citations,
        figures=tuple(figures),
    )


def _of_line(line: Line, notes: Footnotes, figures: list[AnsweredFigure]) -> Claim:
    """ "Total net sales, three months to June 2022: $82 million; to June 2023: $90 million; change …"."""
    numbers = []
    for point in line.points:
        numbers.append(notes.cite(point.row.ranked, replace(point.figure, period=point.period)))
        figures.append(answered_figure(point.figure, numbers[-1]))
    given = [f"{_when(point, line)}: {short_figure(point.row.ranked, point.figure)}" for point in line.points]
    if line.months:
        given[0] = f"{_SPANS.get(line.months, f'{line.months} months')} {given[0]}"
    change = _change(line)
    return Claim(f"{line.label}, {'; '.join(given)}{'; ' + change if change else ''}.", tuple(dict.fromkeys(numbers)))


def _when(point: Point, line: Line) -> str:
    last = point.period.end - timedelta(days=1)
    return f"to {last:%B %Y}" if line.months else f"{last.day} {last:%B %Y}"


def _change(line: Line) -> str:
    """The change to the last from a year before it, else from the first, with its arithmetic."""
    if len(line.points) < 2:
        return ""
    last = line.points[-1]
    before = [each for each in line.points[:-1] if 355 <= (last.period.end - each.period.end).days <= 375]
    first = before[-1] if before else line.points[0]
    scale = last.scale if last.scale == first.scale else 1.0
    a, b = last.figure.value / scale, first.figure.value / scale
    since = f"from {_when(first, line).removeprefix('to ')}"
    if a == b:
        return ""
    if line.unit == "%":
        return f"{since}: {written(a)} − {bracketed(b)} = {written(round(a - b, 2))} percentage points"
    if a <= 0 or b <= 0:
        return ""
    share = round(100 * (a - b) / b, 1)
    return f"{since}: ({written(a)} − {written(b)}) ÷ {written(b)} = {written(share)}%"


def _of_remark(remark: Remark, notes: Footnotes, figures: list[AnsweredFigure]) -> Claim:
    """The sentence as it stands; before it its period, where it names none itself."""
    statement = remark.statement
    n = notes.cite(remark.ranked)
    figures += [answered_figure(each, n) for each in statement.figures if each.unit in MONEY or each.unit == "%"]
    text = claim_text(remark.ranked)
    if not _TIMED.search(statement.text) and (when := _told_under(remark)):
        text = f"{when}: {text}"
    return Claim(text, (n,))


def _told_under(remark: Remark) -> str:
    """The time that the heading over a sentence names, else when its report was published."""
    named = _SPAN.search(remark.statement.heading)
    published = remark.passage.report.published
    return _capital(named.group()) if named else f"Published {published.day:%B %Y}" if published else ""


def _capital(text: str) -> str:
    """ "Three Months Ended March 31, 2023" within a sentence's case."""
    first, second, third, *rest = text.split()
    return " ".join([first.capitalize(), second.lower(), third.lower(), *rest])


def _short(told: list[Line], held: Across) -> str | None:
    if not told:
        return None
    first, last = told[0].points[0], told[0].points[-1]
    shown = short_figure(last.row.ranked, last.figure)
    if not held.whole:
        return shown
    shown = f"{shown} ({last.period.label})"
    return (
        shown
        if held.one or first is last
        else f"{short_figure(first.row.ranked, first.figure)} ({first.period.label}); {shown}"
    )


def _headline(line: Line) -> Headline:
    last = line.points[-1]
    return Headline(figure=short_figure(last.row.ranked, last.figure), label=f"{line.label} · {last.period.label}")
