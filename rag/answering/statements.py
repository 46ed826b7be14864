"""Answers that are statements: the one that fits best, and those behind it that belong to the answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from rag.answering.asked import MONEY, NAMED_PLACE, SHARES, TIME, change_asked
from rag.answering.citing import Footnotes, answer_text, answered_figure, claim_text, short_figure
from rag.answering.confidence import SURER, confidence
from rag.answering.facets import narrowing
from rag.answering.figures import period_relation
from rag.answering.held import holds, odds_held, timed
from rag.answering.nearest import nothing_said
from rag.answering.otherwise import OTHERWISE, otherwise
from rag.answering.phrases import phrase_asked, short_answer
from rag.language.tokens import content_stem_set, content_stems, stem
from rag.question import FIGURES, asks_whether, is_marked, subject
from rag.search import Found, Ranked, around_stems, own_stems
from rag.types import Answer, Claim, Figure, Headline, Understood
from rag.weights import WEIGHTS

_REASONS = re.compile(
    r"\b(?:because|due to|owing to|driven by|as a result|reflects?|reflecting|thanks to|caused by|explained by|led to|"
    r"so that|in order to|in response|attribut\w+|account(?:s|ed)? for|put down to|reasons?|causes?|first,|second,)\b",
    re.IGNORECASE,
)
_LISTS = re.compile(r"\W*(?:first|second|third|fourth|finally|another|also|one (?:is|was)|the other)\b", re.IGNORECASE)
# A sentence that only says where the answer stands.
_POINTS_ELSEWHERE = re.compile(
    r"\b(?:set out|described|explained|given|shown|listed|found) (?:in|on) (?:the |an? )?"
    r"(?:chapter|section|table|page|appendix|annex|note)",
    re.IGNORECASE,
)
_BYLINE = re.compile(r"\s[·|•]\s")  # "Tarnshire Gazette · 24 June 2026 · News" says nothing
# A sentence that opens so explains the one before it; any other explains what it names itself.
_GOES_ON = re.compile(
    r"\W*(?:first|second|third|there (?:was|were|is|are)|this|that|these|it|they|because|among|"
    r"(?:the |one |another |a )?(?:main )?reasons?)\b",
    re.IGNORECASE,
)
_LEANS = re.compile(
    r"\W*(?:and|but|second|third|fourth|secondly|thirdly|also|finally|if this|this is why)\b", re.IGNORECASE
)
_DEFINES = re.compile(
    r"\b(?:is|are|means?|refers? to|counts? as|is counted|are counted|defined as|we call)\b", re.IGNORECASE
)
_OPENS = re.compile(
    r"\W*(?P<article>an?\s|the\s)?(?P<what>[\w\s'’-]{1,40}?)\s(?:is|are|means?|counts?|refers?)\b", re.IGNORECASE
)
_ASKS_FOR_MEANING = frozenset("counts count counted defined define mean means meant meaning definition".split())
_A_DAY = re.compile(r"\b\d{1,2} [A-Z][a-z]+ \d{4}\b|\b[A-Z][a-z]+ \d{1,2}, \d{4}\b")


def best_statements(found: Found, understood: Understood, least: float = 0.0) -> Answer:
    """The statement that fits best and those that belong to it; the nearest ones where it is not ``least`` likely."""
    fits = _fits(found, understood)
    ordered = sorted(found.statements, key=lambda each: (-fits[each.statement.id], each.statement.id))
    best = next((each for each in ordered if asks_whether(understood) or not _is_asked(each, understood)), ordered[0])
    short = short_answer(best, understood, found.weights)
    sure = confidence(best, found, understood)
    enough = max(least, found.threshold, _asked_of_it(best, short, understood))
    fails = not holds(best) if timed(best) else sure < enough
    if fails or _another_time(best, understood) or _counts_nothing(best, understood):
        return nothing_said(ordered, understood)
    notes = Footnotes()
    chosen = [*_opening(best, found), *_companions(best, found, fits, understood)]
    explains = any(_REASONS.search(each.statement.text) for each in chosen)
    if understood.wants == "reason" and not explains and sure < SURER:
        return nothing_said(ordered, understood)  # what is told explains nothing
    claims = [Claim(claim_text(each), (notes.cite(each),)) for each in chosen]
    lone = _lone_share(best, understood)
    if lone is not None:
        n = notes.cite(best)
        return Answer(
            question=understood.standalone,
            status="answered",
            text=answer_text(claims[:1], []),
            short=short_figure(best, lone),
            headline=Headline(figure=short_figure(best, lone), label=lone.period.label if lone.period else ""),
            claims=tuple(claims[:1]),
            citations=tuple(citation for citation in notes.citations if citation.n == n),
            figures=(answered_figure(lone, n),),
        )
    others = otherwise(best, short, found, understood)
    remarks = [OTHERWISE] if others else []
    return Answer(
        question=understood.standalone,
        status="answered",
        text=answer_text(claims, remarks),
        short=short,
        claims=tuple(claims),
        conflicts=tuple(
            {"value": None, "short": words, "citation": notes.cite(each), "provisional": False}
            for each, words in others
        ),
        citations=notes.citations,
        notes=tuple(remarks),
    )


def _asked_of_it(best: Ranked, short: str | None, understood: Understood) -> float:
    """The probability that a statement must reach which lacks something that is asked for: who, when and where want a
    name or a date, and a place wants to be named."""
    lacks = short is None and understood.wants in ("person", "date", "place")
    return SURER if lacks or _elsewhere(best, understood) else 0.0


def _lone_share(best: Ranked, understood: Understood) -> Figure | None:
    """The one share or multiple in a sentence that was asked how much something changed."""
    shares = [figure for figure in best.statement.figures if figure.unit in SHARES]
    return shares[0] if len(shares) == 1 and change_asked(understood.about) else None


def _another_time(best: Ranked, understood: Understood) -> bool:
    """Whether a figure is asked for and the best statement speaks of another time, or of a part of the time."""
    if understood.period is None or (understood.wants not in FIGURES and not understood.rank):
        return False
    return period_relation(best, best.statement.period, understood.period) in ("apart", "inside")


def _counts_nothing(best: Ranked, understood: Understood) -> bool:
    """Whether how many is asked and the statement has but times, shares and money: "13.1 days" counts nobody."""
    figures = best.statement.figures
    if understood.wants != "count" or not figures or TIME.search(understood.about):
        return False
    return all(each.unit in SHARES or each.unit in MONEY or TIME.search(each.unit) for each in figures)


def _elsewhere(best: Ranked, understood: Understood) -> bool:
    """Whether the question is of a place that neither the statement nor anything around it names."""
    named = {word for match in NAMED_PLACE.finditer(understood.about) for word in narrowing(match["name"])}
    around = own_stems(best.statement) | around_stems(best.statement) | content_stem_set(best.passage.report.title)
    return not named <= around


def _fits(found: Found, understood: Understood) -> dict[str, float]:
    """For each statement its search score, moved by the kind of statement wanted, its period and its age."""
    dates = [each.passage.report.published for each in found.statements[:20]]
    newest = max((published.day for published in dates if published), default=None)
    fits = {each.statement.id: _fit(each, found, understood, newest) for each in found.statements}
    if found.statements and timed(found.statements[0]):
        return {each.statement.id: odds_held(each) for each in found.statements}
    if understood.wants in ("date", "person", "place"):
        enough = max(fits.values(), default=0.0) - _TOO_FAR_BEHIND
        for each in found.statements:
            own = fits[each.statement.id]
            fits[each.statement.id] += _naming(each, found, understood) if own >= enough else _NAMES_NONE
    if understood.wants == "reason":
        for each in found.statements:
            if each.statement.kind == "row":
                fits[each.statement.id] -= 0.6  # a row of figures gives no reason
        for each, lead in _led_to(found):
            # The reason and what it is the reason of in one sentence is the best there is.
            covered = each.features["coverage"]
            own = fits[each.statement.id] + (0.75 if covered >= 0.7 else 0.4 if covered >= 0.5 else 0.1)
            goes_on = _GOES_ON.match(each.statement.text) and lead.features["coverage"] >= 0.6
            borrowed = fits[lead.statement.id] + 0.25 if goes_on else 0.0
            fits[each.statement.id] = max(own, borrowed)
    return fits


def _is_asked(ranked: Ranked, understood: Understood) -> bool:
    """Whether a statement says no more than the question does, as "The chair of the board" where who chairs it."""
    return content_stem_set(ranked.statement.text) <= content_stem_set(understood.standalone)


def _fit(ranked: Ranked, found: Found, understood: Understood, newest: date | None) -> float:
    statement, published = ranked.statement, ranked.passage.report.published
    score = ranked.score
    if _is_asked(ranked, understood):
        score -= 1.0
    if is_marked(understood):
        score += WEIGHTS.judged * ranked.features.get("judged", 0.0)
    if understood.period:
        score += _TIMELY[period_relation(ranked, statement.period, understood.period)]
    elif newest and published:
        score += 0.1 * max(0.0, 1.0 - (newest - published.day).days / (3 * 365.25))
    if understood.wants == "definition":
        score += _defining(statement.text, understood)
    if change_asked(understood.about) and any(figure.unit in ("%", "times") for figure in statement.figures):
        score += 0.25
    if (
        statement.text.rstrip().endswith("?")
        or len(statement.text) < 25
        or " · " in statement.text
        or _POINTS_ELSEWHERE.search(statement.text)
    ):
        score -= 0.4
    return score - 1.0 if statement.kind != "row" and _BYLINE.search(statement.text) else score


def _naming(ranked: Ranked, found: Found, understood: Understood) -> float:
    """What a statement gains by holding a date, a person or a place, as asked for."""
    phrase = phrase_asked(ranked, understood, found.weights)
    if phrase and understood.wants == "date" and _A_DAY.search(phrase):
        return 0.3  # "18 September 2023" says more than "2023"
    return 0.2 if phrase else _NAMES_NONE


def _defining(text: str, understood: Understood) -> float:
    """What a sentence gains by saying what a thing is: most if it opens with "A referral is", for a referral."""
    opening = _OPENS.match(text)
    asked = {stem(word) for word in subject(understood) if word not in _ASKS_FOR_MEANING}
    if opening is not None and set(content_stems(opening["what"])) == asked:
        return 0.25 if (opening["article"] or "").lower().startswith("the") else 0.5
    return 0.1 if _DEFINES.search(text) else 0.0


_NAMES_NONE = -0.1  # holds no date, person or place where one is asked for
_TOO_FAR_BEHIND = 0.5  # to come first by a name or a date, which is not looked for then: that takes time
_TIMELY = {"equal": 0.25, "inside": 0.15, "contains": 0.1, "overlaps": 0.0, "apart": -0.4, "unknown": 0.0}


def _led_to(found: Found) -> Iterator[tuple[Ranked, Ranked]]:
    """Each statement that gives a reason, with the best of the three before it on its page: what it explains."""
    at = {(each.passage.report.path, each.statement.page, each.statement.ordinal): each for each in found.statements}
    for each in found.statements:
        if _REASONS.search(each.statement.text):
            path, page, ordinal = each.passage.report.path, each.statement.page, each.statement.ordinal
            before = [at.get((path, page, ordinal - back)) for back in (0, 1, 2, 3)]
            yield each, max((one for one in before if one), key=lambda one: one.score)


def _opening(best: Ranked, found: Found) -> list[Ranked]:
    """The best statement behind those that it leans on: one that opens with "And" or "Second" is not the first."""
    at = {(each.passage.id, each.statement.ordinal): each for each in found.statements}
    opening = [best]
    while len(opening) < 4 and _LEANS.match(opening[0].statement.text):
        before = at.get((best.passage.id, opening[0].statement.ordinal - 1))
        if before is None or before.statement.kind == "row":
            break
        opening.insert(0, before)
    return opening


def _companions(best: Ranked, found: Found, fits: dict[str, float], understood: Understood) -> list[Ranked]:
    """Up to three statements behind the best, in the same passage, that belong to the answer, in reading order."""
    if understood.wants not in ("reason", "text", "definition") or best.statement.kind == "row":
        return []
    behind = sorted(
        (
            each
            for each in found.statements
            if each.passage.id == best.passage.id
            and each.statement.ordinal > best.statement.ordinal
            and each.statement.heading == best.statement.heading
        ),
        key=lambda each: each.statement.ordinal,
    )
    chosen: list[Ranked] = []
    for each in behind[:3]:
        # What comes after the fact that is asked about is most often its reason.
        listed = understood.wants == "reason" and (len(chosen) < 2 or _LISTS.match(each.statement.text))
        if not listed and (len(chosen) >= 2 or fits[each.statement.id] < fits[best.statement.id] - 0.5):
            break
        if each.statement.kind == "row" or _BYLINE.search(each.statement.text):
            break
        chosen.append(each)
    return chosen
