"""One question, several reports: what each gives, side by side, where the question does not say which is meant."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from rag.answering.citing import answer_text
from rag.types import Answer, Claim, Headline

_NUMBERS = re.compile(r"\W*\d[\d/–-]*\b")
_AS_HEADLINE = 2  # values that stand together in large letters
_COUNTED = {2: "Two", 3: "Three", 4: "Four", 5: "Five"}


def beside(first: Answer, others: Sequence[Answer], titles: Sequence[str]) -> Answer:
    """One answer of several reports' own, with their titles in that order.

    Issues of one series ("Annual report 2023", "Annual report 2024") speak of the same thing: the first answers and
    the others are told beside it. Otherwise each may be meant, and none stands for the answer.
    """
    renumbered = [first]
    for other in others:
        renumbered.append(_from(other, 1 + sum(len(each.citations) for each in renumbered)))
    one_series = len({_NUMBERS.sub("", title) for title in titles}) == 1
    claims = list(first.claims) if one_series else []
    for answer, title in list(zip(renumbered, titles, strict=True))[one_series:]:
        cited = tuple(dict.fromkeys(n for claim in answer.claims for n in claim.citations))
        if len(answer.claims) == 1:
            claims.append(Claim(f"{title} gives {answer.short}.", cited))
        else:
            claims += [Claim(f"{title}: {answer.claims[0].text}", answer.claims[0].citations), *answer.claims[1:]]
    notes = list(first.notes)
    if not one_series:
        many = _COUNTED.get(len(titles), str(len(titles)))
        notes.append(f"{many} reports give a different figure under this name, and the question does not say whose.")
    shorts = [answer.short or "" for answer in renumbered]
    together = " or ".join(shorts)
    return replace(
        first,
        text=answer_text(claims, notes),
        short=first.short if one_series else together,
        headline=first.headline if one_series else _headline(first, shorts),
        claims=tuple(claims),
        citations=tuple(citation for answer in renumbered for citation in answer.citations),
        figures=tuple(figure for answer in renumbered for figure in answer.figures),
        conflicts=tuple(_value(answer) for answer in renumbered[one_series:]),
        notes=tuple(notes),
    )


def _headline(first: Answer, shorts: Sequence[str]) -> Headline:
    label = first.headline.label if first.headline else ""
    if len(shorts) <= _AS_HEADLINE:
        return Headline(figure=" or ".join(shorts), label=label)
    return Headline(figure=f"{len(shorts)} reports differ", label=label)


def _value(answer: Answer) -> dict[str, Any]:
    figure = answer.figures[0]
    return {"value": figure.value, "short": answer.short, "citation": figure.citation, "provisional": False}


def _from(answer: Answer, start: int) -> Answer:
    """The answer with its footnotes numbered from ``start`` on."""
    more = start - 1
    return replace(
        answer,
        claims=tuple(replace(each, citations=tuple(n + more for n in each.citations)) for each in answer.claims),
        citations=tuple(replace(each, n=each.n + more) for each in answer.citations),
        figures=tuple(replace(each, citation=each.citation + more) for each in answer.figures),
    )
