"""What the commands do to a library, as jobs: options in, events out, a result at the end, all of it JSON.

A command does its job itself when it can take the library; when a server holds the library, the server does it and the
command prints the same.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.errors import BadInput
from rag.types import Answer, Asked, Report, Turn, place
from ui.handover import ServerGone, find_server

if TYPE_CHECKING:
    from rag.index.catalog import Correction
    from rag.ingest import IngestReport
    from rag.library import Library
    from rag.search import Found, Ranked, Scored
    from rag.settings import Settings

Emit = Callable[[dict[str, Any]], None]
Job = Callable[["Library", dict[str, Any], Emit], dict[str, Any]]

OUTCOMES = ("added", "changed", "renamed", "unchanged", "retired", "failed")  # what may become of a file
_MENDING = ("verify", "rebuild")  # open a library that is damaged, too


def run(
    name: str, options: dict[str, Any], emit: Emit, *, settings: Settings, jobs: Mapping[str, Job]
) -> dict[str, Any]:
    """Does a job on the library of the settings, here or in the server that holds it, and returns its result."""
    server = find_server(settings.library)
    if server:
        try:
            return server.run(name, options, emit)
        except ServerGone:
            pass  # it left without removing its note: the library's lock says whether it is free
    planning = name == "ingest" and bool(options.get("plan"))
    if planning and not (settings.library / "catalog.db").is_file():
        return _planned_anew(options, settings)
    with open_library(settings, create=name == "ingest", mend=name in _MENDING) as library:
        return jobs[name](library, options, emit)


def _planned_anew(options: dict[str, Any], settings: Settings) -> dict[str, Any]:
    """What an ingest into a library that is yet to be made would do; none is made."""
    from rag.folders import root_of
    from rag.ingest import PIPELINE, foreseen
    from rag.plan import plan
    from rag.reading.limits import Limits

    roots = [root_of(Path(path)) for path in options["paths"]]
    return _told(foreseen(plan(roots, (), (), {}, PIPELINE, settings.library, Limits())))


def open_library(settings: Settings, *, create: bool = False, mend: bool = False) -> Library:
    """The library of the settings, with the embedding model they name."""
    from rag.index.crossencoder import CrossEncoder
    from rag.index.embed import EndpointEmbed, MiniLM
    from rag.library import Library
    from rag.models import model_of
    from rag.types import Embed

    embed: Embed
    if settings.embedding_base_url:
        key = settings.embedding_key.get_secret_value()
        embed = EndpointEmbed(settings.embedding_base_url, settings.embedding_model, key=key)
    else:
        embed = MiniLM()
    judge = CrossEncoder() if settings.cross_encoder else None
    return Library.open(
        settings.library,
        embed,
        judge=judge,
        threshold=settings.answer_threshold,
        model=model_of(settings),
        chroma_url=settings.chroma_url,
        create=create,
        mend=mend,
    )


# --- the jobs -------------------------------------------------------------------------------------------------------


def ingest(library: Library, options: dict[str, Any], emit: Emit) -> dict[str, Any]:
    """Reads files and folders into the library, an event a file. `plan`: only says what would become of each."""
    from rag.ingest import foreseen, ingest, planned
    from rag.passages import read_and_cut, read_in
    from rag.reading.limits import Limits
    from rag.reading.sandbox import Sandboxes

    paths, collection = [Path(path) for path in options["paths"]], options["collection"]
    limits = Limits(**options["limits"])
    if options.get("plan"):
        return _told(foreseen(planned(library, paths, collection, limits=limits)))
    with Sandboxes(read_and_cut, limits, _readers()) as sandboxes:
        return _told(
            ingest(
                library,
                paths,
                read=read_in(sandboxes),
                collection=collection,
                on_event=lambda event: emit(asdict(event)),
                at_once=sandboxes.count,
                limits=limits,
            )
        )


def ask(library: Library, options: dict[str, Any], emit: Emit) -> dict[str, Any]:
    """Answers questions in their order, an event an answer. What fails costs that question only."""
    for question in options["questions"]:
        emit(answer(library, question))
    return {"asked": len(options["questions"])}


def search(library: Library, options: dict[str, Any], emit: Emit) -> dict[str, Any]:
    """The passages that a question finds, and the statements in them that fit it best, each list best first."""
    from rag.filters import left_out, why_empty
    from rag.question import understand
    from rag.search import search
    from rag.spelling import spelt

    asked = asked_of(options)
    found = search(library, spelt(understand(asked), library), within=asked.within, k=options["k"])
    return {
        "question": asked.question,
        "passages": [asdict(passage) for passage in found.passages],
        "statements": [_ranked(rank, each) for rank, each in enumerate(_by_all(found)[: options["k"]], start=1)],
        "weighed": [_weighed(rank, each) for rank, each in enumerate(found.scored[: options["k"]], start=1)],
        "empty": "" if found.passages else why_empty(asked.within, library.reports()),
        "notes": left_out(library.undated(asked.within)),
    }


def figures(library: Library, options: dict[str, Any], emit: Emit) -> dict[str, Any]:
    """What is known of a measure: every figure that counts it, by part and by period."""
    from rag.filters import left_out, why_empty
    from rag.measures import known, period_named
    from rag.measuring.coverage import as_json

    within = asked_of({"question": options["measure"], **options}).within
    period = period_named(options.get("period", ""), options["measure"], date.fromisoformat(options["as_of"]))
    return as_json(known(library, options["measure"], period, within)) | {
        "empty": why_empty(within, library.reports()),
        "notes": left_out(library.undated(within)),
    }


def status(library: Library, options: dict[str, Any], emit: Emit) -> dict[str, Any]:
    """What the library holds."""
    return library.summary() | {"held": [listed(report) for report in library.reports()]}


def correct(library: Library, options: dict[str, Any], emit: Emit) -> dict[str, Any]:
    """Notes what a person says of a report, and reads it again in that light."""
    from rag.index.catalog import Correction
    from rag.ingest import correct
    from rag.passages import read_and_cut, read_in
    from rag.reading.limits import Limits
    from rag.reading.sandbox import Sandbox

    report = library.report(options["report"], options.get("collection"))
    said = Correction()
    if not options.get("forget"):
        before = library.catalog.corrections().get(report.id, said)
        given = correction_of(options)
        said = Correction(
            title=given.title or before.title,
            published=given.published or before.published,
            covers=given.covers or before.covers,
        )
    with Sandbox(read_and_cut, Limits(**options["limits"])) as sandbox:
        return listed(correct(library, report, said, read=read_in(sandbox)))


def verify(library: Library, options: dict[str, Any], emit: Emit) -> dict[str, Any]:
    """What is wrong with the library, a sentence each."""
    return {"problems": library.verify()}


def rebuild(library: Library, options: dict[str, Any], emit: Emit) -> dict[str, Any]:
    """Makes the vector and word indexes anew from the catalog."""
    return library.rebuild()


JOBS: dict[str, Job] = {
    "ingest": ingest,
    "ask": ask,
    "search": search,
    "figures": figures,
    "status": status,
    "correct": correct,
    "verify": verify,
    "rebuild": rebuild,
}


def _readers() -> int:
    """How many files to read at the same time: embedding takes the larger part of all cores."""
    return max(1, (os.cpu_count() or 2) // 2)


def _told(done: IngestReport) -> dict[str, Any]:
    return {name: getattr(done, name) for name in OUTCOMES} | asdict(done)


def correction_of(options: Mapping[str, Any]) -> Correction:
    """What a person says of a report, from the words given; `BadInput` where they name no day or no period."""
    from rag.index.catalog import Correction
    from rag.reading import dates

    published, covers = options.get("published"), options.get("covers")
    day = dates.day(published) if published else None
    if published and day is None:
        raise BadInput(f'"{published}" is not a day; write it like 2026-06-12.')
    period = dates.covers(covers) if covers else None
    if covers and period is None:
        raise BadInput(f'"{covers}" is not a period; write it like 2025, 2024/25, Q2 2026 or "April to June 2026".')
    return Correction(options.get("title") or None, day, period)


def listed(report: Report) -> dict[str, Any]:
    """One report as `status` and `set` tell it."""
    published, covers = report.published, report.covers
    return {
        "path": report.path,
        "collection": report.collection,
        "title": report.title,
        "kind": report.kind,
        "pages": report.pages,
        "published": published and {"day": published.day, "source": published.source, "certain": published.certain},
        "covers": covers and {"label": covers.label, "start": covers.start, "end": covers.end, "kind": covers.kind},
        "notes": list(report.notes),
    }


def _by_all(found: Found) -> list[Ranked]:
    """The statements by their score and what the cross-encoder adds to it."""
    return sorted(found.statements, key=lambda each: -sum(_why(each).values()))


def _why(found: Ranked) -> dict[str, float]:
    """What each feature of a statement adds to its score: its value times its weight."""
    from rag.weights import WEIGHTS, gains

    return _rounded(gains({**WEIGHTS.statement, "judged": WEIGHTS.judged}, found.features))


def _weighed(rank: int, found: Scored) -> dict[str, Any]:
    """One passage as it was weighed, before windows were cut from it, with what each feature adds to its score."""
    from rag.weights import WEIGHTS, gains

    passage = found.passage
    return {
        "rank": rank,
        "report": passage.report.path,
        "page": passage.page,
        "start": passage.start,
        "end": passage.end,
        "score": round(found.score, 4),
        "why": _rounded(gains(WEIGHTS.passage, found.features)),
    }


def _rounded(gains: dict[str, float]) -> dict[str, float]:
    return {name: round(gain, 4) for name, gain in gains.items()}


def _ranked(rank: int, found: Ranked) -> dict[str, Any]:
    """One statement as `search` tells it."""
    statement, passage = found.statement, found.passage
    return {
        "rank": rank,
        "report": passage.report.path,
        "page": statement.page,
        "start": statement.start,
        "end": statement.end,
        "text": statement.text,
        "score": round(sum(_why(found).values()), 4),
        "why": _why(found),
        "place": place(passage.report.kind, statement.page, passage.label),
        "heading": statement.heading,
        "statement_id": statement.id,
    }


def answer(library: Library, question: dict[str, Any]) -> dict[str, Any]:
    """The answer to one question of `ask`; what goes wrong is an answer with status error, so that the others go on.

    A line that was refused where it was read comes here with the reason as its `error`.
    """
    from rag.ask import as_json
    from rag.ask import ask as ask_library

    def failed(reason: str) -> dict[str, Any]:
        return as_json(Answer(question.get("question", ""), "error", reason, id=question.get("id", ""), error=reason))

    if "error" in question:
        return failed(question["error"])
    try:
        return as_json(ask_library(library, asked_of(question)))
    except Exception as error:
        logging.getLogger(__name__).exception("A question could not be answered")
        return failed(f"The question could not be answered ({type(error).__name__}: {error}).")


def asked_of(question: dict[str, Any]) -> Asked:
    """What is asked, from a question as JSON."""
    return Asked(
        question["question"],
        date.fromisoformat(question["as_of"]),
        tuple(Turn(**turn) for turn in question.get("history", ())),
        scope=question.get("scope", ""),
        answerer=question.get("answerer", "auto"),
        id=question.get("id", ""),
        collection=question.get("collection", ""),
        published_from=_day(question.get("published_from")),
        published_to=_day(question.get("published_to")),
        period=question.get("period", ""),
    )


def _day(written: str | None) -> date | None:
    return date.fromisoformat(written) if written else None
