"""One figure a period: several years side by side, the difference of two, the change from the first to the last.

Whatever is worked out is worked out in the open, and ``check`` works it out again.
"""

from __future__ import annotations

import re
from datetime import date

from rag.answering.asked import SHARES, change_asked
from rag.answering.citing import Footnotes, answer_text, listed, short_figure, source, written
from rag.answering.figures import Candidate, answered
from rag.language.tokens import content_stem_set
from rag.types import Answer, AnsweredFigure, Claim, Headline, Period, Understood

_SUM = re.compile(r"\b(?:sum of|combined|altogether|together|added up|in total)\b", re.IGNORECASE)
_AVERAGE = re.compile(r"\b(?:average|mean) (?:of|number|amount)\b|\bon average\b", re.IGNORECASE)
_DIFFERENCE = re.compile(r"\bhow (?:many|much) (?:more|fewer|less)\b|\bdifference\b", re.IGNORECASE)


def series(by_period: list[tuple[Period, list[Candidate]]], understood: Understood, least: int = 2) -> Answer | None:
    """Like beside like, each figure cited and used once; a period without one is named. None with too few."""
    if change_asked(understood.about):
        # What changed is worked out from the counts: each year's own per cent is another thing.
        by_period = [
            (period, [each for each in ordered if each.figure.unit not in SHARES]) for period, ordered in by_period
        ]
    asked = understood.standalone
    chosen = _chosen(by_period)
    if len(chosen) < least:
        return None
    notes = Footnotes()
    claims: list[Claim] = []
    figures: list[AnsweredFigure] = []
    told: list[str] = []
    for period, best in chosen:
        n = notes.cite(best.ranked, best.figure)
        short = short_figure(best.ranked, best.figure)
        told.append(f"{short} ({period.label})")
        claims.append(Claim(f"{period.label}: {short} ({source(best.ranked)}).", (n,)))
        figures.append(answered(best, n))
    given = [period for period, _ in chosen]
    # Of a trend that names no years, one that lies before or behind it is not missing.
    ends = (given[0].start, given[-1].end) if not understood.periods else (date.min, date.max)
    missing = [
        period.label
        for period, _ in by_period
        if period not in given and ends[0] <= period.start and period.end <= ends[1]
    ]
    remarks = [f"No figure found for {listed(missing)}."] if missing else []
    short, headline = "; ".join(told), None
    # A total of which a part is missing would be no total.
    complete = len(chosen) == len(by_period) or not (_SUM.search(asked) or _AVERAGE.search(asked))
    worked = _worked_out(figures, told, understood) if complete and chosen[0][0] == by_period[0][0] else None
    if worked is None and len(chosen) > 2:
        headline = _last_of(chosen)
    if worked is not None:
        claim, headline = worked
        claims.insert(0, claim)
        short = headline.figure
    return Answer(
        question=understood.standalone,
        status="answered",
        text=answer_text(claims, remarks),
        short=short,
        headline=headline,
        claims=tuple(claims),
        citations=notes.citations,
        figures=tuple(figures),
        notes=tuple(remarks),
    )


def _last_of(chosen: list[tuple[Period, Candidate]]) -> Headline:
    """The last figure of a series, large, and where it started."""
    (start, first), (end, last) = chosen[0], chosen[-1]
    since = f"from {short_figure(first.ranked, first.figure)} in {start.label}"
    return Headline(figure=short_figure(last.ranked, last.figure), label=f"{end.label} · {since}")


def _chosen(by_period: list[tuple[Period, list[Candidate]]]) -> list[tuple[Period, Candidate]]:
    """For each period its best figure that is of the whole, of exactly that period, and of the unit of the others."""
    exact = [
        (period, [each for each in ordered if each.relation == "equal" and not each.narrowed])
        for period, ordered in by_period
    ]
    bests = [ordered[0] for _, ordered in exact if ordered]
    unit = max(bests, key=lambda each: each.score).figure.unit if bests else ""
    chosen: list[tuple[Period, Candidate]] = []
    used: set[tuple[str, int]] = set()
    for period, ordered in exact:
        for each in ordered:
            place = (each.ranked.statement.id, each.figure.start)
            if _alike(each.figure.unit, unit) and place not in used:
                chosen.append((period, each))
                used.add(place)
                break
    return chosen


def _alike(one: str, other: str) -> bool:
    words = content_stem_set(one), content_stem_set(other)
    return (one in SHARES) == (other in SHARES) and (not all(words) or bool(words[0] & words[1]))


def _worked_out(
    figures: list[AnsweredFigure], told: list[str], understood: Understood
) -> tuple[Claim, Headline] | None:
    first, last = figures[0], figures[-1]
    if len(figures) < 2:
        return None
    if len(figures) == 2 and _DIFFERENCE.search(understood.standalone):
        return _difference(figures, told)
    if _SUM.search(understood.standalone) or _AVERAGE.search(understood.standalone):
        return _added(figures, understood)
    if change_asked(understood.about) and first.value > 0 and first.unit not in SHARES:
        return _change(first, last, told)
    return None


def _difference(figures: list[AnsweredFigure], told: list[str]) -> tuple[Claim, Headline]:
    high, low = sorted(figures, key=lambda each: -each.value)
    shown = [written(each) for each in (high.value, low.value, high.value - low.value)]
    label = " and ".join(figure.period.label for figure in figures if figure.period)
    text = f"The difference between {told[0]} and {told[1]}: {shown[0]} − {shown[1]} = {shown[2]}."
    return Claim(text, (high.citation, low.citation)), Headline(figure=shown[2], label=f"difference · {label}")


def _added(figures: list[AnsweredFigure], understood: Understood) -> tuple[Claim, Headline]:
    """The sum of all figures, or their average."""
    mean = bool(_AVERAGE.search(understood.standalone))
    total = sum(figure.value for figure in figures)
    added = " + ".join(written(figure.value) for figure in figures)
    result = written(total / len(figures) if mean else total)
    when = listed([figure.period.label for figure in figures if figure.period])
    what = "average" if mean else "sum"
    text = f"The {what} of {when}: {f'({added}) ÷ {len(figures)}' if mean else added} = {result}."
    return Claim(text, tuple(figure.citation for figure in figures)), Headline(figure=result, label=f"{what} · {when}")


def _change(first: AnsweredFigure, last: AnsweredFigure, told: list[str]) -> tuple[Claim, Headline]:
    share = 100 * (last.value - first.value) / first.value
    a, b = written(last.value), written(first.value)
    sign = "+" if share > 0 else "−" if share < 0 else ""
    text = f"The change from {told[0]} to {told[-1]}: ({a} − {b}) ÷ {b} = {'−' if share < 0 else ''}{abs(share):.1f}%."
    return (
        Claim(text, (first.citation, last.citation)),
        Headline(figure=f"{sign}{abs(share):.1f}%", label=f"{told[0]} to {told[-1]}"),
    )
