"""What may be shown as cited: a claim says what its citations say, or it is marked. No model is asked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from rag.answering.arithmetic import Worked, worked_out
from rag.answering.naming import (
    date_problems,
    link_problem,
    name_problems,
    period_problems,
    shortened_bodies,
    year_problems,
)
from rag.answering.opposites import direction_problem, negation_problem
from rag.answering.subject import coverage_problem, states_a_fact
from rag.answering.support import OF_THE_ANSWER, arithmetic_problem, figure_problem
from rag.answering.vouching import Vouched, figures_told, mentioned, named_in, vouched
from rag.language.mentions import NOWHEN, Anchor
from rag.types import Answer, Citation, Claim, Figure, Mention

_BRACKETED = re.compile(r"\s*(?:\((?P<inside>(?:[^()]|\([^()]*\))*)\)|“(?P<quoted>[^”]*)”)")


_JOINTS = re.compile(r"; |, and |, while |, whereas |, but ")


def checked(answer: Answer) -> Answer:
    """The answer with each claim marked supported or not. A claim without a citation is not supported."""
    by_number = {citation.n: citation for citation in answer.citations}
    claims = tuple(
        replace(claim, supported=not problems(claim, _cited(claim, by_number), answer.citations))
        for claim in answer.claims
    )
    return replace(answer, claims=claims)


def failures(answer: Answer) -> list[tuple[str, tuple[str, ...]]]:
    """The sentences of a checked answer that are not supported, each with what is wrong with it."""
    by_number = {citation.n: citation for citation in answer.citations}
    failed = [claim for claim in answer.claims if not claim.supported]
    return [(claim.text, problems(claim, _cited(claim, by_number), answer.citations)) for claim in failed]


def _cited(claim: Claim, by_number: dict[int, Citation]) -> list[Citation]:
    return [by_number[n] for n in claim.citations if n in by_number]


def problems(claim: Claim, cited: Sequence[Citation], all_cited: Sequence[Citation] = ()) -> tuple[str, ...]:
    """What is wrong with a claim, each a short sentence; empty where its citations support it.

    ``cited`` are the citations that it names, ``all_cited`` those of the whole answer.
    """
    text = claim.text
    unknown = sorted(set(claim.citations) - {each.n for each in cited})
    if unknown:
        return tuple(f"[{n}] is none of the sources." for n in unknown)
    if not cited:
        spans = [(each.start, each.end) for each in mentioned(text, NOWHEN)]
        stated = any(each.unit not in OF_THE_ANSWER for each in figures_told(text, NOWHEN))
        known = [vouched(each) for each in all_cited]
        if next(link_problem(text, ()), None) or states_a_fact(text, spans, stated, known):
            return ("It states a fact and names no source.",)
        return ()
    return tuple(dict.fromkeys(_told_wrongly(text, cited)))


def _told_wrongly(text: str, cited: Sequence[Citation]) -> Iterator[str]:
    for day in {each.published for each in cited if each.published}:
        text = text.removeprefix(f"Published {day:%B %Y}: ")
    text = shortened_bodies(text, [each.passage_text for each in cited])
    sources = [vouched(each) for each in cited]
    anchor = Anchor(cited[0].published, sources[0].covers)
    body = _without_places(text, cited)
    every = mentioned(text, anchor)
    named = named_in(text, anchor)
    spans = [(each.start, each.end) for each in every]
    parts = _JOINTS.split(body) if len(cited) > 1 else [body]
    figures = [each for part in parts for each in _figures_of(part, body, anchor)]
    yield from link_problem(text, sources)
    yield from _figure_problems(body, text, figures, named_in(body, anchor), sources)
    yield from period_problems(named, sources)
    yield from year_problems(every, sources)
    yield from name_problems(text, spans, sources)
    yield from date_problems(text, sources)
    for problem in (direction_problem(body, figures, sources), negation_problem(body, sources)):
        if problem:
            yield problem
    if problem := coverage_problem(
        body, [(each.start, each.end) for each in mentioned(body, anchor)], sources, bool(figures)
    ):
        yield problem


def _figure_problems(
    body: str, text: str, figures: Sequence[Figure], named: Sequence[Mention], sources: Sequence[Vouched]
) -> Iterator[str]:
    sums = list(worked_out(body))
    told = [each.period for each in named if each.period]
    for worked in sums:
        beside = body.rfind("; ", 0, worked.start) + 1  # of a list each part has periods of its own
        named_there = [each.period for each in named if each.period and each.start >= beside]
        if problem := arithmetic_problem(worked, named_there, sources):
            yield problem
    given = {value for worked in sums for value in (worked.result, worked.count)}
    for figure in figures:
        shown = body[figure.number_start : figure.number_end].strip()
        if _inside(figure, sums) or figure.unit in OF_THE_ANSWER or round(abs(figure.value), 6) in given:
            continue
        if problem := figure_problem(figure, shown, text, told, sources):
            yield problem


def _figures_of(part: str, body: str, anchor: Anchor) -> list[Figure]:
    """The figures of a part of a claim, at their places in the whole: of several sources each has its own period."""
    at = body.index(part)
    return [
        replace(
            each,
            start=each.start + at,
            end=each.end + at,
            number_start=each.number_start + at,
            number_end=each.number_end + at,
        )
        for each in _with_labels(part, figures_told(part, anchor), mentioned(part, anchor))
    ]


def _with_labels(text: str, figures: Sequence[Figure], named: Sequence[Mention]) -> list[Figure]:
    """The figures, each behind a label with its label's period: "2021: 3,298; 2022: 3,556"."""
    own = {mention.period for mention in named}
    figures = [each if each.period in own else replace(each, period=None) for each in figures]
    labels = {mention.end: mention.period for mention in named if text[mention.end : mention.end + 2] == ": "}
    return [replace(each, period=labels[each.start - 2]) if each.start - 2 in labels else each for each in figures]


def _inside(figure: Figure, sums: Sequence[Worked]) -> bool:
    return any(worked.start <= figure.number_start < worked.end for worked in sums)


def _without_places(text: str, cited: Sequence[Citation]) -> str:
    """The claim without brackets that only say where it stands: a table's caption, a report's title and page."""

    def kept(found: re.Match[str]) -> str:
        inside = (found["inside"] or found["quoted"] or "").strip().rstrip(".").lower()
        titles = [each.title.lower() for each in cited] + [each.caption.strip().rstrip(".").lower() for each in cited]
        place = any(title and (inside == title or inside.startswith(f"{title}, ")) for title in titles)
        return "" if place else found.group()

    bare = _BRACKETED.sub(kept, text)
    for title in sorted({each.title for each in cited if len(each.title) > 6}, key=len, reverse=True):
        bare = bare.replace(f"to {title}, ", "").replace(title, "")
    return bare
