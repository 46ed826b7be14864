"""The ask line: question → understand → search → answer → check → Answer. Every door goes through it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

from rag.answering.check import checked
from rag.answering.extract import extract
from rag.answering.write import may_answer, standing_alone, write
from rag.errors import FootnoteError, ModelFailed
from rag.filters import left_out, why_empty
from rag.question import understand
from rag.search import Found, search
from rag.spelling import spelt
from rag.types import Answer, Asked, Period, Understood, Writes

if TYPE_CHECKING:
    from rag.library import Library

PASSAGES_SHOWN = 10
QUOTED = "This answer is quoted from the reports without it."
NO_MODEL = "No language model is configured: this answer is quoted from the reports."


def ask(library: Library, asked: Asked) -> Answer:
    """The complete answer. What went wrong comes back as an answer with status ``error`` and a sentence."""
    for answer in stream(library, asked):
        last = answer
    return last


def stream(library: Library, asked: Asked) -> Iterator[Answer]:
    """The answer as it grows; the last one is complete.

    The library's model, if it has one, writes it where there is anything to tell, unless ``asked.answerer`` is
    "extract". Where the model fails the answer is quoted, and says so.
    """
    clock = _Clock()
    model = None if asked.answerer == "extract" else library.model
    try:
        understood = spelt(understand(_standing_alone(asked, model)), library)
        clock.lap("understand")
        put = partial(replace, question=asked.question, id=asked.id, understood=understood, as_of=asked.as_of)
        yield put(Answer(asked.question, "answered", ""), done=False)
        found = search(library, understood, asked.within, PASSAGES_SHOWN)
        clock.lap("search")
        answer = extract(found, understood) if found.statements else _nothing_there(library, asked, understood)
        clock.lap("answer")
        answer = checked(answer)
        clock.lap("check")
        notes = left_out(library.undated(asked.within))
        if model is None:
            notes = (*notes, NO_MODEL) if asked.answerer == "llm" else notes
        elif may_answer(found, understood):
            for grown in _written(model, found, understood, answer, asked):
                yield put(grown, done=False)
            answer = grown
            clock.lap("write")
        answer = replace(answer, notes=(*answer.notes, *notes), done=True)
    except FootnoteError as error:
        yield _failed(asked, str(error), clock)
        return
    yield put(answer, passages=found.passages, timings_ms=clock.laps())


def _standing_alone(asked: Asked, model: Writes | None) -> Asked:
    """The question, a follow-up made one that stands alone by the model; as it is where the model does not help."""
    if model is None or not asked.history:
        return asked
    try:
        alone = standing_alone(asked, model)
    except ModelFailed:  # whoever asked the endpoint has logged why
        return asked
    return replace(asked, question=alone, history=()) if alone else asked


def _written(model: Writes, found: Found, understood: Understood, extracted: Answer, asked: Asked) -> Iterator[Answer]:
    """What the model writes as it grows; the extracted answer with a sentence where it fails."""
    try:
        yield from write(found, understood, extracted, asked, model)
    except ModelFailed as error:
        yield replace(extracted, notes=(*extracted.notes, f"{error} {QUOTED}"))


def as_json(answer: Answer) -> dict[str, Any]:
    """The answer in the fixed format of ``footnote ask --json``, with further fields behind those promised."""
    plain = asdict(answer, dict_factory=_plain)
    understood = plain.pop("understood")
    for shown, citation in zip(plain["citations"], answer.citations, strict=True):
        shown["place"] = citation.place
    return plain | {
        "period": understood["period"] if understood else None,
        "understood": understood,
    }


def _nothing_there(library: Library, asked: Asked, understood: Understood) -> Answer:
    """Search found nothing at all: the library holds no report, or none that may be asked, or they are empty."""
    why = why_empty(asked.within, library.reports()) or "they hold no text"
    return Answer(understood.standalone, "not_found", f"Not in these reports: {why}.")


def _failed(asked: Asked, sentence: str, clock: _Clock) -> Answer:
    return Answer(
        asked.question, "error", sentence, id=asked.id, as_of=asked.as_of, error=sentence, timings_ms=clock.laps()
    )


class _Clock:
    """Milliseconds of each step, on a clock that never goes back."""

    def __init__(self) -> None:
        self._start = self._last = time.perf_counter()
        self._laps: dict[str, float] = {}

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self._laps[name] = round(1000 * (now - self._last), 2)
        self._last = now

    def laps(self) -> dict[str, float]:
        return self._laps | {"total": round(1000 * (time.perf_counter() - self._start), 2)}


def _plain(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    return {key: _json(value) for key, value in pairs}


def _json(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Period):
        return asdict(value, dict_factory=_plain)
    return value
