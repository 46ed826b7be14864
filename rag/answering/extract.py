"""An answer built from statements, not generated: the figure or phrase asked for, then the statements, cited.

What cannot be found is said, with the nearest thing that the reports do say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from rag.answering.citing import Footnotes, answer_text, claim_text, short_figure, source
from rag.answering.confidence import SURE_ENOUGH, confidence
from rag.answering.figures import Candidate, Candidates, is_provisional, period_relation, sub_periods
from rag.answering.fit import LOOSE, MONEY
from rag.answering.nearest import nearest_figures, nothing_said
from rag.answering.phrases import phrase_asked
from rag.language.periods import relation
from rag.language.tokens import content_stem_set, content_stems, stem
from rag.question import subject
from rag.search import Found, Ranked
from rag.types import Answer, AnsweredFigure, Claim, Figure, Headline, Period, Understood

FIGURES = ("count", "figure", "share", "money", "duration")
_REASONS = re.compile(
    r"\b(?:because|due to|owing to|driven by|as a result|reflects?|reflecting|thanks to|caused by|explained by|led to|"
    r"so that|in order to|in response|attribut\w+|reasons?|causes?|first,|second,)\b",
    re.IGNORECASE,
)
_LISTS = re.compile(r"\W*(?:first|second|third|fourth|finally|another|also|one (?:is|was)|the other)\b", re.IGNORECASE)
# A sentence that only says where the answer stands.
_POINTS_ELSEWHERE = re.compile(r"\b(?:set out|described|explained|given|shown|listed|found) (?:in|on) (?:the |an? )?(?:chapter|section|table|page|appendix|annex|note)", re.IGNORECASE)  # fmt: skip
_AT_THE_END = re.compile(r"\b(?:(?:at|by) the (?:end|close) of|year[- ]end|end of)\b", re.IGNORECASE)
_A_DAY = re.compile(r"\b\d{1,2} [A-Z][a-z]+ \d{4}\b|\b[A-Z][a-z]+ \d{1,2}, \d{4}\b")
_REVISED = re.compile(r"\brevised (?:up |down )?from\b", re.IGNORECASE)
_OPENS = re.compile(
    r"\W*(?P<article>an?\s|the\s)?(?P<what>[\w\s'’-]{1,40}?)\s(?:is|are|means?|counts?|refers?)\b", re.IGNORECASE
)
_ASKS_FOR_MEANING = frozenset("counts count counted defined define mean means meant meaning definition".split())
_DEFINES = re.compile(
    r"\b(?:is|are|means?|refers? to|counts? as|is counted|are counted|defined as|we call)\b", re.IGNORECASE
)


def extract(found: Found, understood: Understood) -> Answer:
    """The answer that the found statements give, or ``not_found`` with the nearest evidence."""
    if not found.statements:
        return Answer(understood.standalone, "not_found", "Not in these reports: nothing in them is near the question.")
    if understood.wants not in FIGURES:
        return _from_statements(found, understood)
    weighed = Candidates(found, understood)
    answer = _from_figures(weighed, found, understood)
    if answer is not None:
        return answer
    if understood.wants in ("count", "share", "money") or weighed.asks_for_a_part:
        return nearest_figures(weighed, found, understood)
    return _from_statements(found, understood)


# --- figures ----------------------------------------------------------------------------------------------------------


def _from_figures(weighed: Candidates, found: Found, understood: Understood) -> Answer | None:
    whole = _fitting(weighed, found, understood, understood.period if len(understood.periods) <= 1 else None)
    parts = sub_periods(understood)
    if parts and understood.wants != "share" and (not whole or whole[0].relation != "equal"):
        series = [
            (period, [each for each in _fitting(weighed, found, understood, period) if not each.narrowed])
            for period in parts
        ]
        if sum(bool(ordered) for _, ordered in series) >= 2:
            return _series(series, understood)
    return _single(whole, weighed.of(understood.period), understood) if whole else None


def _fitting(weighed: Candidates, found: Found, understood: Understood, wanted: Period | None) -> list[Candidate]:
    """The figures that may be shown for a period, best first; none if the best of them is not sure enough."""
    at_the_end = bool(_AT_THE_END.search(understood.standalone))
    fitting = [each for each in weighed.of(wanted) if each.measured and _may_stand_for(each, wanted, at_the_end)]
    return fitting if fitting and confidence(fitting[0].ranked, found, understood) >= SURE_ENOUGH else []


def _may_stand_for(candidate: Candidate, wanted: Period | None, at_the_end: bool) -> bool:
    """A period may stand for another of nearly its length: "the last five years" counted from different months."""
    if wanted is None or candidate.relation in ("equal", "unknown"):
        return True
    if candidate.relation == "apart" or candidate.period is None:
        return False
    period = candidate.period
    if period.end == wanted.end and ((period.end - period.start).days == 1 or at_the_end):
        return True  # what is counted on the last day stands for the period's end
    shared = (min(period.end, wanted.end) - max(period.start, wanted.start)).days
    return shared >= 0.7 * max((period.end - period.start).days, (wanted.end - wanted.start).days)


def _single(ordered: list[Candidate], every: list[Candidate], understood: Understood) -> Answer:
    best = _last_revision(ordered[0], every)
    notes = Footnotes()
    n = notes.cite(best.ranked, best.figure)
    claims = [Claim(claim_text(best.ranked, best.figure), (n,))]
    conflicts: list[dict[str, Any]] = []
    for other in _disagreeing(best, ordered):
        m = notes.cite(other.ranked, other.figure)
        said = short_figure(other.ranked, other.figure)
        claims.append(Claim(f"{_other_source(other, best)} {said} ({source(other.ranked)}).", (m,)))
        conflicts.append(
            {"value": other.figure.value, "short": said, "citation": m, "provisional": is_provisional(other)}
        )
    remarks = _remarks(best, understood)
    return Answer(
        question=understood.standalone,
        status="answered",
        text=answer_text(claims, remarks),
        short=short_figure(best.ranked, best.figure),
        headline=_headline(best, understood),
        claims=tuple(claims),
        citations=notes.citations,
        figures=(_figure(best, n),),
        conflicts=tuple(conflicts),
        notes=tuple(remarks),
    )


def _other_source(other: Candidate, best: Candidate) -> str:
    if is_provisional(other) and not is_provisional(best):
        return "A provisional figure was"
    return "An earlier report gave" if _published_after(best, other) else "Another source gives"


def _remarks(best: Candidate, understood: Understood) -> list[str]:
    remarks = ["The figure is provisional."] if is_provisional(best) else []
    wanted = understood.period
    if wanted and best.relation == "unknown":
        remarks.append(f"The source does not say which period the figure is for; asked was {wanted.label}.")
    elif wanted and best.relation != "equal" and best.period:
        remarks.append(f"The figure is for {best.period.label}; asked was {wanted.label}.")
    return remarks


def _figure(candidate: Candidate, n: int) -> AnsweredFigure:
    figure = candidate.figure
    return AnsweredFigure(figure.value, figure.unit, figure.qualifier, figure.period, n)


def _series(series: list[tuple[Period, list[Candidate]]], understood: Understood) -> Answer:
    """One figure a period, each cited; a period without one is named."""
    notes = Footnotes()
    claims: list[Claim] = []
    figures: list[AnsweredFigure] = []
    shorts: list[str] = []
    missing = [period.label for period, ordered in series if not ordered]
    for period, ordered in series:
        if not ordered:
            continue
        best = ordered[0]
        n = notes.cite(best.ranked, best.figure)
        short = short_figure(best.ranked, best.figure)
        shorts.append(f"{short} ({period.label})")
        claims.append(Claim(f"{period.label}: {short} ({source(best.ranked)}).", (n,)))
        figures.append(_figure(best, n))
    remarks = [f"No figure for {_listed(missing)} in these reports."] if missing else []
    return Answer(
        question=understood.standalone,
        status="answered",
        text=answer_text(claims, remarks),
        short="; ".join(shorts),
        claims=tuple(claims),
        citations=notes.citations,
        figures=tuple(figures),
        notes=tuple(remarks),
    )


def _disagreeing(best: Candidate, ordered: list[Candidate]) -> list[Candidate]:
    """Other values for the same thing and period, one for each value, at most two. Rounding is not disagreement."""
    if best.narrowed or best.period is None or best.figure.unit in ("%", "times"):
        return []
    found: list[Candidate] = []
    for other in ordered[1:]:
        if other.ranked.statement.id == best.ranked.statement.id or other.narrowed:
            continue
        same = other.score >= best.score - 0.9 and relation(other.period, best.period) == "equal"
        if (
            same
            and _same_measure(best, other)
            and not any(_agrees(other.figure, each.figure) for each in (best, *found))
        ):
            found.append(other)
    return found[:2]


def _last_revision(best: Candidate, every: list[Candidate]) -> Candidate:
    """The best candidate, or the one that revises it: a sentence that says so, or a table in a later report."""
    for other in every:
        if relation(other.period, best.period) != "equal" or other.figure.value == best.figure.value:
            continue
        if (
            other.measured
            and not other.narrowed
            and other.ranked.statement.kind == "row"
            and _published_after(other, best)
        ):
            low, high = sorted((other.figure.value, best.figure.value))
            if low > 0 and high / low < 1.1:
                return other
        text = other.ranked.statement.text
        if (
            other.figure.value != best.figure.value
            and _REVISED.search(text)
            and relation(other.period, best.period) == "equal"
        ):
            earlier = [each for each in other.ranked.statement.figures if each.start < other.figure.start]
            if any(each.value == best.figure.value for each in earlier):
                return other
    return best


def _published_after(one: Candidate, other: Candidate) -> bool:
    dates = [each.ranked.passage.report.published for each in (one, other)]
    return dates[0] is not None and dates[1] is not None and dates[0].day > dates[1].day


def _same_measure(one: Candidate, other: Candidate) -> bool:
    units = (one.figure.unit, other.figure.unit)
    if (units[0] in MONEY or units[1] in MONEY) and units[0] != units[1]:
        return False
    counted = [content_stem_set(unit) for unit in units]
    if all(counted) and not counted[0] & counted[1]:
        return False
    # Two numbers of very different size are two measures that share their words.
    low, high = sorted(abs(each.figure.value) for each in (one, other))
    return low > 0 and high / low < 1.25


def _agrees(one: Figure, other: Figure) -> bool:
    loose = one.qualifier in LOOSE or other.qualifier in LOOSE
    return abs(one.value - other.value) <= (0.02 if loose else 0.0) * max(abs(one.value), abs(other.value))


def _headline(best: Candidate, understood: Understood) -> Headline:
    figure = best.figure
    short = short_figure(best.ranked, figure)
    number = short.removeprefix(figure.qualifier).strip()
    noun = "" if figure.unit in MONEY or figure.unit in ("%", "times") or number.endswith(figure.unit) else figure.unit
    if not noun and best.ranked.statement.kind == "row":
        asked = re.search(r"\bhow many\s+([\w'’-]+)", understood.about, re.IGNORECASE)
        counts = content_stem_set(figure.counts)
        noun = asked.group(1) if asked and content_stem_set(asked.group(1)) & counts else ""
    label = " · ".join(part for part in (noun, best.period.label if best.period else "") if part)
    return Headline(figure=number, qualifier=figure.qualifier, label=label)


# --- other statements -------------------------------------------------------------------------------------------------


def _from_statements(found: Found, understood: Understood) -> Answer:
    fits = _fits(found, understood)
    ordered = sorted(found.statements, key=lambda each: (-fits[each.statement.id], each.statement.id))
    best = ordered[0]
    if confidence(best, found, understood) < SURE_ENOUGH:
        return nothing_said(ordered, understood)
    notes = Footnotes()
    chosen = [best, *_companions(best, found, fits, understood)]
    claims = [Claim(claim_text(each), (notes.cite(each),)) for each in chosen]
    return Answer(
        question=understood.standalone,
        status="answered",
        text=answer_text(claims, []),
        short=phrase_asked(best, understood, found.weights),
        claims=tuple(claims),
        citations=notes.citations,
    )


def _fits(found: Found, understood: Understood) -> dict[str, float]:
    """For each statement its search score, moved by the kind of statement wanted, its period and its age."""
    newest = max(
        (each.passage.report.published.day for each in found.statements[:20] if each.passage.report.published),
        default=None,
    )
    fits = {each.statement.id: _fit(each, found, understood, newest) for each in found.statements}
    if understood.wants == "reason":
        for each, lead in _led_to(found):
            fits[each.statement.id] = max(fits[each.statement.id] + 0.4, fits[lead.statement.id] + 0.25)
    return fits


def _fit(ranked: Ranked, found: Found, understood: Understood, newest: date | None) -> float:
    statement, published = ranked.statement, ranked.passage.report.published
    score = ranked.score
    if understood.period:
        score += _TIMELY[period_relation(ranked, statement.period, understood.period)]
    elif newest and published:
        score += 0.1 * max(0.0, 1.0 - (newest - published.day).days / (3 * 365.25))
    if understood.wants == "definition":
        score += _defining(statement.text, understood)
    if understood.wants in ("date", "person", "place"):
        phrase = phrase_asked(ranked, understood, found.weights)
        score += 0.2 if phrase else -0.1
        if phrase and understood.wants == "date" and _A_DAY.search(phrase):
            score += 0.1  # "18 September 2023" says more than "2023"
    if statement.text.rstrip().endswith("?") or len(statement.text) < 25 or _POINTS_ELSEWHERE.search(statement.text):
        score -= 0.4
    return score


def _defining(text: str, understood: Understood) -> float:
    """What a sentence gains by saying what a thing is: most if it opens with "A referral is", for a referral."""
    opening = _OPENS.match(text)
    asked = {stem(word) for word in subject(understood) if word not in _ASKS_FOR_MEANING}
    if opening is not None and set(content_stems(opening["what"])) == asked:
        return 0.25 if (opening["article"] or "").lower().startswith("the") else 0.5
    return 0.1 if _DEFINES.search(text) else 0.0


_TIMELY = {"equal": 0.25, "inside": 0.15, "contains": 0.1, "overlaps": 0.0, "apart": -0.4, "unknown": 0.0}


def _led_to(found: Found) -> Iterator[tuple[Ranked, Ranked]]:
    """Each statement that gives a reason, with the best of the three before it on its page: what it explains."""
    at = {(each.passage.report.path, each.statement.page, each.statement.ordinal): each for each in found.statements}
    for each in found.statements:
        if _REASONS.search(each.statement.text):
            path, page, ordinal = each.passage.report.path, each.statement.page, each.statement.ordinal
            before = [at.get((path, page, ordinal - back)) for back in (0, 1, 2, 3)]
            yield each, max((one for one in before if one), key=lambda one: one.score)


def _companions(best: Ranked, found: Found, fits: dict[str, float], understood: Understood) -> list[Ranked]:
    """Up to three statements behind the best, in the same passage, that belong to the answer, in reading order."""
    if understood.wants not in ("reason", "text", "definition") or best.statement.kind == "row":
        return []
    behind = sorted(
        (
            each
            for each in found.statements
            if each.passage.id == best.passage.id and each.statement.ordinal > best.statement.ordinal
        ),
        key=lambda each: each.statement.ordinal,
    )
    chosen: list[Ranked] = []
    for each in behind[:3]:
        # What comes after the fact that is asked about is most often its reason.
        listed = understood.wants == "reason" and (len(chosen) < 2 or _LISTS.match(each.statement.text))
        if not listed and (len(chosen) >= 2 or fits[each.statement.id] < fits[best.statement.id] - 0.5):
            break
        if each.statement.kind == "row":
            break
        chosen.append(each)
    return chosen


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
