"""Whether a figure of a claim is one that its citations hold: value with scale, unit, qualifier, period, column."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterator, Sequence
from datetime import timedelta

from rag.answering.arithmetic import Worked
from rag.answering.vouching import Held, Vouched, places
from rag.language.periods import is_day, relation
from rag.language.rounding import rounds_to
from rag.language.tokens import content_stem_set
from rag.language.units import MONEY, scale_of
from rag.types import Figure, Period

_SHARES = frozenset({"%", "percentage points", "bps"})
_TIMES = frozenset("days weeks months years hours minutes seconds".split())
# What counts the sources or the answer itself: "the highest of the 8 rows", "the reports give two figures".
OF_THE_ANSWER = frozenset("rows figures reports sources statements values numbers".split())

_BARE = re.compile(r"(?!(?:19|20)\d\d$)\d[\d,]*(?:\.\d+)?")
_SPREAD = re.compile(r"\b(?:spread|held|taken|paid|given|run|out|stretched|stands?)\s+$", re.I)
_PART = re.compile(r"[QH][1-4]\b")

_MEANS = {
    "above": "more than|over|above|greater than|higher than|well over|in excess of|upwards of|>",
    "just above": "just over|just above|slightly over|a little over",
    "at least": "at least|no fewer than|no less than|not less than|not fewer than|a minimum of|≥",
    "below": "less than|fewer than|under|below|lower than|well under|<",
    "just below": "just under|just below|slightly under|a little under|nearly|almost",
    "at most": "at most|up to|no more than|not more than|a maximum of|as many as|as much as|≤",
    "at few": "as few as|as little as",
    "about": "about|around|approximately|approx|approx.|roughly|some|close to|circa|ca.|c.|in the region of|~|≈"
    "|an estimated|estimated|±",
}  # fmt: skip
_MEANING = {word: meaning for meaning, words in _MEANS.items() for word in words.split("|")}
# What may be said instead, as it says less.
_WEAKER = {
    "just above": {"above", "at least", "about"},
    "above": {"at least"},
    "just below": {"below", "about", "at most"},
    "below": {"at most"},
}
_STANDINGS = ("provisional", "preliminary", "estimated", "projected")
_STANDING_WORDS = {
    "provisional": re.compile(r"\b(?:provisional|preliminar|not (?:yet )?final)", re.I),
    "preliminary": re.compile(r"\b(?:provisional|preliminar|not (?:yet )?final)", re.I),
    "estimated": re.compile(r"\bestimat|\babout\b|\baround\b|\bapprox|\broughly\b", re.I),
    "projected": re.compile(r"\b(?:project|forecast|expect|plan)", re.I),
}


_ROUNDING = frozenset({"about", "just below", "above", "just above"})


def figure_problem(
    figure: Figure, written: str, claim: str, named: Sequence[Period], cited: Sequence[Vouched]
) -> str | None:
    """What is wrong with one figure of a claim; None where a citation holds it. ``named`` are the claim's periods."""
    reasons: list[tuple[int, str]] = []
    pairs = [(held, each) for each in cited for held in each.figures]
    exact = [(held, each) for held, each in pairs if _same_value(figure, written, claim, held)]
    for held, each in exact or [(held, each) for held, each in pairs if _rounded(figure, held)]:
        reason = next(_reasons(figure, written, claim, named, held, each), None)
        if reason is None:
            return None
        reasons.append(reason)
    if not reasons and _stands_bare(figure, written, cited):
        return None
    return max(reasons)[1] if reasons else f"{written} does not stand in {places(cited)}."


def _stands_bare(figure: Figure, written: str, cited: Sequence[Vouched]) -> bool:
    """Whether the same digits stand in a statement, as what is not read as a figure there: "in the first week 96 …"."""
    if figure.qualifier or figure.unit in MONEY or figure.unit in _SHARES or not _BARE.fullmatch(written):
        return False
    nouns = content_stem_set(figure.unit)
    found = re.compile(
        rf"(?<![\w,.£$€])(?<!\d\s){re.escape(written)}(?![\w%]|[,.]\d|\s(?:%|per|thousand|million|billion))"
    )
    return any(found.search(each.text) and nouns <= each.own_stems for each in cited)


def arithmetic_problem(worked: Worked, named: Sequence[Period], cited: Sequence[Vouched]) -> str | None:
    """What is wrong with a sum that is shown; None where its figures are held and it gives what it says."""
    figures = [held for each in cited for held in each.figures]
    scales: set[float] = set()
    whens: set[Period] = set()
    for part in worked.parts:
        at = {held.scale for held in figures if held.written and _equal(held.written, part)}
        at |= {1.0 for held in figures if _equal(held.value, part) or _equal(held.value, part * worked.scale)}
        if not at:
            return f"{_told(part)} of “{worked.words}” does not stand in {places(cited)}."
        scales |= at
        told = [held for held in figures if _equal(held.value, part) or _equal(held.written, part)]
        whens |= {held.period for held in told if held.period}
    for period in named if whens else ():
        if not _spans(period, whens) and period.start.year > 1000:
            return f"“{worked.words}” is not of {period.label} in {places(cited)}."
    if not worked.holds:
        return f"“{worked.words}” is worked out wrongly."
    if not worked.is_ratio and worked.scale not in scales and worked.scale != 1.0:
        return f"“{worked.words}” is not told at the scale of its figures."
    if not worked.is_ratio and worked.scale == 1.0 and 1.0 not in scales:
        return f"“{worked.words}” leaves out the scale of its figures."
    return None


def _same_value(figure: Figure, written: str, claim: str, held: Held) -> bool:
    if _equal(figure.value, held.value):
        return True
    if held.scale != 1.0 and _equal(figure.value, held.written):
        bare = figure.unit not in MONEY and _says_scale(claim.replace(written, " "), held.scale)
        return bare or _is_told(held, claim)
    return False


def _rounded(figure: Figure, held: Held) -> bool:
    """Whether a figure says another less exactly: "about 4,200" of 4,187."""
    loose, exact = abs(figure.value), abs(held.value)
    if _meaning(figure.qualifier) not in _ROUNDING or held.qualifier or loose <= 10 or _digits(loose) >= _digits(exact):
        return False
    return rounds_to(loose, figure.qualifier, exact) and _right_side(figure, held)


def _digits(value: float) -> int:
    """Those that are no noughts at an end."""
    return len(f"{value:.6f}".rstrip("0").rstrip(".").replace(".", "").strip("0"))


def _right_side(figure: Figure, held: Held) -> bool:
    """ "Nearly 4,200" is of less, "more than 4,100" of more."""
    meaning = _meaning(figure.qualifier)
    if meaning == "just below":
        return abs(held.value) < abs(figure.value)
    return meaning == "about" or abs(held.value) > abs(figure.value)


def _is_told(held: Held, claim: str) -> bool:
    """Whether the claim tells the cell as it stands, behind its own header: "2025: 3,889"."""
    if not held.told or held.told not in claim:
        return False
    ends = re.search(rf"(?<!\w){re.escape(held.told)}(?![\d,.]*\d|\s(?:thousand|million|billion)|%)", claim)
    return bool(ends) and scale_of(claim.replace(held.told, " "))[0] in (1.0, held.scale)


def _says_scale(text: str, scale: float) -> bool:
    """Whether the claim tells the scale of its bare figures apart from them: "3,889 (Income, £ thousand)"."""
    return scale_of(text)[0] == scale


def _reasons(
    figure: Figure, written: str, claim: str, named: Sequence[Period], held: Held, source: Vouched
) -> Iterator[tuple[int, str]]:
    """What is different about a held figure of the same value; the nearer to right, the higher its number."""
    if not _same_unit(figure, claim, held, source):
        yield 1, f"{written} is not what [{source.n}] counts so: there it is {_unit_told(held)}."
    as_a_row = _is_told(held, claim)
    if held.is_cell and not as_a_row and _of_another_column(claim, held, source):
        yield 2, f"{written} stands in another column of [{source.n}]."
    if not as_a_row and not _same_period(figure.period, named, claim, held, source):
        when = held.period.label if held.period else ""
        yield 3, f"{written} is of {when} in [{source.n}]."
    if not _same_qualifier(figure, written, claim, held):
        said = f"“{held.qualifier}”" if held.qualifier else "no such word"
        yield 4, f"{written}: [{source.n}] says {said} of this figure."


def _same_unit(figure: Figure, claim: str, held: Held, source: Vouched) -> bool:
    mine, theirs = figure.unit.lower(), held.unit.lower()
    if mine in OF_THE_ANSWER or mine == theirs:
        return True
    if figure.unit in MONEY or held.unit in MONEY:
        if figure.unit in MONEY and held.unit in MONEY:
            return False
        return (not mine and bool(scale_of(claim)[1] or held.is_cell)) or (
            not theirs and figure.unit in (scale_of(source.text)[1], scale_of(source.around)[1])
        )
    if mine in _SHARES or theirs in _SHARES:
        if mine in _SHARES and theirs in _SHARES:
            return False
        if not mine:
            return held.is_cell and bool(re.search(r"%|per ?cent|percentage|share|points", claim, re.I))
        return not theirs and bool(re.search(r"%|per ?cent|percentage|share", f"{source.text} {source.around}", re.I))
    if time := _time(mine):
        if _time(theirs):
            return time == _time(theirs)
        return not theirs and time in source.words
    if not mine or not theirs:
        return not mine or _is_counted(mine, held, source)
    return bool(content_stem_set(mine) & (content_stem_set(theirs) | held.behind)) or _is_counted(mine, held, source)


def _is_counted(noun: str, held: Held, source: Vouched) -> bool:
    """Whether a noun may be what a figure counts: the source says it, and counts no other number of it."""
    stems = content_stem_set(noun)
    if not stems or not held.unit or held.is_cell:
        return not stems or held.unit in MONEY or bool(stems & source.stems) or not held.is_cell
    taken = {each for other in source.figures if other is not held for each in content_stem_set(other.unit)}
    return bool(stems & source.own_stems) and not stems <= taken


def _time(unit: str) -> str:
    return next((each for each in _TIMES if unit.endswith(each)), "")


def _unit_told(held: Held) -> str:
    return held.unit or "a number"


def _of_another_column(claim: str, held: Held, source: Vouched) -> bool:
    """Whether the claim names the column of another cell of the row, and not its own."""
    said = content_stem_set(claim)
    others = [other - held.own for other in held.others]
    named = any(other and other <= said for other in others)
    apart = held.own - frozenset(word for other in held.others for word in other)
    return named and bool(apart or held.own) and said.isdisjoint(apart or held.own)


def _same_period(mine: Period | None, named: Sequence[Period], claim: str, held: Held, source: Vouched) -> bool:
    if mine is None or held.period is None or mine not in named:
        return True
    if held.unit in _SHARES and not held.is_cell and mine in source.periods:
        return True  # a rise is of both periods that it compares
    how = relation(held.period, mine)
    if how in ("equal", "unknown") or (held.is_cell and _ends_in(held.period, mine)):
        return True
    if how == "inside" and (is_day(held.period) or _names_part(claim, held.period)):
        return True  # "2025 August, Web form: 72"
    if how == "contains" and is_day(mine) and f"{mine.start.day} {mine.start:%B}" in source.text:
        return True  # "Cases open on 31 December, 2023"
    return how in ("inside", "contains", "overlaps") and not held.is_cell and mine in source.periods


def _ends_in(period: Period, named: Period) -> bool:
    """Whether a period is called by when it ends: the year to June 2025 by 2025, three months by their last."""
    return named.start < period.end <= named.end


def _spans(named: Period, whens: Collection[Period]) -> bool:
    """Whether figures of these periods are of all that is named: "from 2018 to 2019", by their own ends or years."""
    if named.start in {each.start for each in whens} and named.end in {each.end for each in whens}:
        return True
    first, last = named.start.year, (named.end - timedelta(days=1)).year
    ends = {(each.end - timedelta(days=1)).year for each in whens}
    return {first, last} <= ends if first < last else any(_ends_in(each, named) for each in whens)


def _names_part(claim: str, period: Period) -> bool:
    part = _PART.match(period.label)
    return f"{period.start:%B}" in claim or bool(part and part.group() in claim)


def _same_qualifier(figure: Figure, written: str, claim: str, held: Held) -> bool:
    mine, theirs = figure.qualifier.lower(), held.qualifier.lower()
    standing = next((each for each in _STANDINGS if each in theirs), "")
    if standing:
        return bool(_STANDING_WORDS[standing].search(claim))
    if any(each in mine for each in _STANDINGS[:2]):
        return bool(_STANDING_WORDS["provisional"].search(f"{held.clause} {theirs}")) or held.is_cell
    if mine == "over" and _SPREAD.search(claim[: max(0, claim.find(f"over {written}"))]):
        mine = ""  # "spread over six evenings"
    mine, theirs = _meaning(mine), _meaning(theirs)
    if mine == theirs or mine in _WEAKER.get(theirs, ()):
        return True
    if theirs:
        return False
    # Of a figure told exactly "about" says less; "nearly" and "more than" are true only of another number.
    return mine == "about" or (mine in ("just below", "just above", "above") and not _equal(figure.value, held.value))


def _meaning(qualifier: str) -> str:
    return _MEANING.get(qualifier.lower(), qualifier.lower())


def _equal(one: float, other: float) -> bool:
    return math.isclose(abs(one), abs(other), rel_tol=1e-9, abs_tol=5e-7)


def _told(value: float) -> str:
    return f"{value:,.10g}"
