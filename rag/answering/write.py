"""An answer that a language model writes from the found statements: streamed, its marks made footnotes, then checked.

What the check cannot find in the cited statements is sent back once; what still fails is shown marked.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from threading import Event

from rag.answering.check import checked, failures
from rag.answering.citing import Footnotes, answer_text, answered_figure, short_figure
from rag.answering.claims import claims_of
from rag.answering.confidence import confidence
from rag.answering.prompt import NOT_FOUND, Prompt, prompt, repair, standalone
from rag.errors import ModelFailed
from rag.language.counts import counts
from rag.models import tokens_in
from rag.search import Found, Ranked
from rag.types import Answer, AnsweredFigure, Asked, Claim, Figure, Turn, Understood, Usage, Writes

_AT_MOST_EVERY = 0.03  # seconds between two states of a growing answer: a page cannot show more
_MARK = re.compile(r"\s*\[\s*(\d+(?:\s*(?:[,;]|[–-])\s*\d+)*)\s*\]")
_OPEN_MARK = re.compile(r"\s*\[[\d\s,;–-]*$")  # a mark that has not come whole
_PICTURE = re.compile(r"!\[[^\]]*\]\([^)]*\)")
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_LONGEST = 400  # characters of a question that a follow-up is made into
_TRIED = 20  # statements of which one must be likely to answer


def may_answer(found: Found, understood: Understood) -> bool:
    """Whether any statement is likely enough to answer for a model to be asked at all."""
    return any(confidence(each, found, understood) >= found.threshold for each in found.statements[:_TRIED])


def write(found: Found, understood: Understood, extracted: Answer, asked: Asked, model: Writes) -> Iterator[Answer]:
    """The answer as it grows; the last one is complete, with its claims checked. `ModelFailed` where none comes.

    A model that finds nothing in the statements leaves the extracted answer's nearest evidence: see ``_nothing``.
    """
    given = prompt(found, understood, extracted, asked.as_of, model.budget, tokens_in)
    used = Usage(0, 0, None)
    written, shown_at = "", 0.0
    for piece in model(given.messages, asked.cancel):
        if isinstance(piece, Usage):
            used = piece
            continue
        written += piece
        now = time.monotonic()
        if now - shown_at >= _AT_MOST_EVERY and not _may_be_sentinel(written):
            shown_at = now
            yield _growing(written, given, understood)
    if _is_nothing(written):
        yield replace(_nothing(extracted, understood), usage=_as_dict(used))
        return
    answer = _whole(written, given, understood, extracted)
    failed = failures(answer)
    if failed:
        yield replace(answer, done=False)
        try:
            written, more = _again(model, repair(given, written, failed), asked.cancel)
        except ModelFailed as error:
            if error.cause == "stopped":
                raise
        else:
            used = _sum(used, more)
            better = None if _is_nothing(written) else _whole(written, given, understood, extracted)
            if better is None and len(failed) == len(answer.claims):
                yield replace(_nothing(extracted, understood), usage=_as_dict(used))
                return
            if better is not None and better.claims and len(failures(better)) < len(failed):
                answer = better
    yield replace(answer, usage=_as_dict(used))


def standing_alone(asked: Asked, model: Writes) -> str:
    """A follow-up as a question of its own; empty where what the model gives is no such question."""
    written, _ = _again(model, standalone(asked.question, asked.history), asked.cancel)
    line = written.strip().strip("\"'“”").strip()
    known = " ".join([asked.question, *(each.content for each in asked.history)])
    invented = set(re.findall(r"\d+", line)) - set(re.findall(r"\d+", known))
    return line if line and "\n" not in line and len(line) <= _LONGEST and not invented else ""


def _again(model: Writes, messages: tuple[Turn, ...], cancel: Event | None) -> tuple[str, Usage]:
    pieces, used = [], Usage(0, 0, None)
    for piece in model(messages, cancel):
        if isinstance(piece, Usage):
            used = piece
        else:
            pieces.append(piece)
    return "".join(pieces), used


# --- from text to answer ----------------------------------------------------------------------------------------------


def _growing(written: str, given: Prompt, understood: Understood) -> Answer:
    notes = Footnotes()
    text = _with_footnotes(_OPEN_MARK.sub("", written), given.shown, notes)
    return Answer(understood.standalone, "answered", text, citations=notes.citations, answerer="llm", done=False)


def _whole(written: str, given: Prompt, understood: Understood, extracted: Answer) -> Answer:
    """The written text with its footnotes numbered in order of first use and its claims checked."""
    notes = Footnotes()
    text = _with_footnotes(written, given.shown, notes)
    by_number = {notes.cite(each): each for each in _cited(written, given.shown)}
    bare = Answer(understood.standalone, "answered", text, claims=claims_of(text), citations=notes.citations)
    claims = checked(bare).claims
    found = list(_figures(claims, by_number))
    for n, figure in found:
        notes.cite(by_number[n], figure)  # so that its cell is marked
    figures = tuple(answered_figure(figure, n) for n, figure in found)
    told = _disagrees(claims, figures, extracted)
    return Answer(
        question=understood.standalone,
        status="answered",
        text=answer_text(list(claims), list(told)),
        short=_short(figures, by_number, extracted),
        headline=extracted.headline if _agree(figures, extracted) else None,
        claims=claims,
        citations=notes.citations,
        figures=figures,
        notes=told,
        answerer="llm",
    )


def _with_footnotes(written: str, shown: Mapping[int, Ranked], notes: Footnotes) -> str:
    """The text with its marks as footnotes; a mark for nothing that was shown is dropped, and so are links."""
    plain = _LINK.sub(r"\1", _PICTURE.sub("", written)).replace("**", "")

    def footnotes(mark: re.Match[str]) -> str:
        numbers_of = [n for n in _numbers(mark[1]) if n in shown]
        return "".join(f" [{notes.cite(shown[n])}]" for n in numbers_of[:1]) + "".join(
            f"[{notes.cite(shown[n])}]" for n in numbers_of[1:]
        )

    return _MARK.sub(footnotes, plain)


def _cited(written: str, shown: Mapping[int, Ranked]) -> list[Ranked]:
    return [shown[n] for mark in _MARK.finditer(written) for n in _numbers(mark[1]) if n in shown]


def _numbers(mark: str) -> list[int]:
    """ "2, 5" and "2-4" as the numbers they name."""
    found: list[int] = []
    for part in re.split(r"[,;]", mark):
        ends = [int(each) for each in re.findall(r"\d+", part)]
        found += range(ends[0], min(ends[-1], ends[0] + 20) + 1) if len(ends) == 2 else ends
    return found


def _figures(claims: Sequence[Claim], by_number: Mapping[int, Ranked]) -> Iterator[tuple[int, Figure]]:
    """The figures of supported claims, each as the cited statement has it, with its footnote."""
    seen: set[tuple[int, int]] = set()
    for claim in claims:
        values = {round(abs(each.value), 6) for each in counts(claim.text)} if claim.supported else set()
        for n in claim.citations:
            for figure in by_number[n].statement.figures if n in by_number else ():
                if round(abs(figure.value), 6) in values and (n, figure.start) not in seen:
                    seen.add((n, figure.start))
                    yield n, figure


def _agree(figures: tuple[AnsweredFigure, ...], extracted: Answer) -> bool:
    """Whether the figure that was read straight from the reports is among those that the model gives."""
    first = extracted.figures[0].value if extracted.status == "answered" and extracted.figures else None
    return first is not None and any(each.value == first for each in figures)


def _disagrees(claims: Sequence[Claim], figures: tuple[AnsweredFigure, ...], extracted: Answer) -> tuple[str, ...]:
    """The figure that was read straight from the reports, where the model gives figures and that one is not of them."""
    gives = any(counts(claim.text) for claim in claims)
    if not gives or extracted.status != "answered" or not extracted.figures or _agree(figures, extracted):
        return ()
    source = next((each.title for each in extracted.citations if each.n == extracted.figures[0].citation), "")
    return (f"Read straight from the reports the figure is {extracted.short} ({source}).",)


def _short(figures: tuple[AnsweredFigure, ...], by_number: Mapping[int, Ranked], extracted: Answer) -> str | None:
    if _agree(figures, extracted) or (not figures and extracted.status == "answered" and not extracted.figures):
        return extracted.short
    if not figures:
        return None
    first = figures[0]
    ranked = by_number[first.citation]
    return short_figure(ranked, next(each for each in ranked.statement.figures if each.start == first.start))


# --- nothing found ----------------------------------------------------------------------------------------------------


def _may_be_sentinel(written: str) -> bool:
    """Whether what came so far could still become the sentinel, which nobody should see."""
    start = written.strip()
    return NOT_FOUND.startswith(start[: len(NOT_FOUND)])


def _is_nothing(written: str) -> bool:
    return NOT_FOUND in written or not written.strip()


def _nothing(extracted: Answer, understood: Understood) -> Answer:
    """Not found: what was found besides is offered as the nearest evidence, and claimed by no sentence."""
    if extracted.status == "not_found":
        return replace(extracted, answerer="llm")
    nearest = tuple((each.title, each.n) for each in extracted.citations[:2])
    text = "The language model found no answer to this in these reports. What comes nearest is offered here."
    return Answer(
        understood.standalone, "not_found", text, citations=extracted.citations, suggestions=nearest, answerer="llm"
    )


def _sum(one: Usage, other: Usage) -> Usage:
    costs = [each.cost for each in (one, other) if each.cost is not None]
    return Usage(
        one.prompt_tokens + other.prompt_tokens,
        one.completion_tokens + other.completion_tokens,
        sum(costs) if costs else None,
    )


def _as_dict(used: Usage) -> dict[str, float]:
    plain: dict[str, float] = {"prompt_tokens": used.prompt_tokens, "completion_tokens": used.completion_tokens}
    return plain if used.cost is None else plain | {"cost": used.cost}
