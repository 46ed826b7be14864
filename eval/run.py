"""A run of a set: each case asked, graded, and the place named where it went wrong; a folder a run. No model judges."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval.cases import Case, Evidence
from eval.metrics import FIRST, Grades, grade, is_place, passed, squeezed
from rag.errors import BadInput, FootnoteError
from rag.types import Asked

if TYPE_CHECKING:
    from rag.library import Library

SETS = Path(__file__).parent / "sets"
DEPTH = 50  # passages looked through for the evidence of a case


@dataclass(frozen=True, slots=True)
class Examined:
    """An answer, with what only the library knows about it."""

    answer: dict[str, Any]  # the fixed answer format of the design
    held: tuple[bool, ...] = ()  # for each piece of evidence: does it stand in the library?
    ranks: tuple[int | None, ...] = ()  # and as how manieth passage does search find it? None: not among the first 50
    misplaced: tuple[int, ...] = ()  # citations whose quote does not stand at their place


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one case. `cause` is where it went wrong, None where it passed."""

    case: Case
    examined: Examined
    grades: Grades | None  # None: an error, which is not graded
    cause: str | None


def set_path(which: str) -> Path:
    """A file of cases, or a set that ships by its name."""
    for path in (Path(which), SETS / f"{which}.jsonl"):
        if path.is_file():
            return path
    shipped = ", ".join(sorted(path.stem for path in SETS.glob("*.jsonl")))
    raise BadInput(f'There is no set "{which}": give a file of cases, or the name of one that ships ({shipped}).')


def examine(library: Library, asked: Asked, answer: dict[str, Any], evidence: Sequence[Evidence]) -> Examined:
    """Looks in the library for the evidence of a case, and for what the answer cites."""
    from rag.question import understand
    from rag.search import search

    if answer["status"] == "error":
        return Examined(answer)
    found = search(library, understand(asked), within=asked.within, k=DEPTH).passages
    passages = [asdict(passage) for passage in found]
    return Examined(
        answer,
        tuple(_is_held(library, wanted) for wanted in evidence),
        tuple(
            next((place["rank"] for place in passages if is_place(wanted, place, "text")), None) for wanted in evidence
        ),
        tuple(each["n"] for each in answer["citations"] if not _stands(library, each)),
    )


def _is_held(library: Library, wanted: Evidence) -> bool:
    """Whether the library holds the report and the quote stands on its page."""
    try:
        report = library.report(wanted.report)
        pages = range(1, report.pages + 1) if wanted.page is None else [wanted.page]
        return any(squeezed(wanted.quote) in squeezed(library.page(report, page).text) for page in pages)
    except FootnoteError:
        return False


def _stands(library: Library, citation: dict[str, Any]) -> bool:
    """Whether the citation's quote is what stands at its place."""
    try:
        page = library.page(library.report(citation["report"]), citation["page"])
    except FootnoteError:
        return False
    return bool(page.text[citation["start"] : citation["end"]] == citation["quote"])


def result_of(case: Case, examined: Examined) -> Result:
    """The case graded; an answer that is an error is not."""
    if examined.answer["status"] == "error":
        return Result(case, examined, None, "error")
    grades = grade(case.expect, examined.answer, misplaced=examined.misplaced)
    return Result(case, examined, grades, None if passed(grades) else cause_of(case, examined, grades))


def cause_of(case: Case, examined: Examined, grades: Grades) -> str:
    """The first place where a failed case went wrong, on the way from report to answer."""
    if case.expect.status == "not_found":
        return "should have refused"
    ranks = [rank for rank in examined.ranks if rank]
    wrong_figure, wrong_answer, wrong_place = (grades[name] == 0 for name in ("figure", "answer", "cited"))
    went_wrong = {
        "not read": bool(examined.held) and not any(examined.held),
        "not retrieved": bool(examined.ranks) and not ranks,
        "ranked low": bool(ranks) and min(ranks) > FIRST,
        "wrongly refused": examined.answer["status"] == "not_found",
        "wrong period": grades["period"] == 0,
        "wrong statement": wrong_place and (wrong_figure or wrong_answer),
        "wrong figure": wrong_figure,
        "wrong answer": wrong_answer,
        "cited wrongly": wrong_place or grades["quotes"] == 0,
        "partly answered": examined.answer["status"] == "partial",
    }
    return next(place for place, here in went_wrong.items() if here)


def keep(results: Sequence[Result], summary: dict[str, Any], settings: dict[str, Any], runs: Path, name: str) -> Path:
    """A new folder under `runs` with `results.jsonl`, `summary.json` and the `settings.json` that made them."""
    folder = runs / f"{datetime.now():%Y-%m-%d-%H%M%S-%f}-{name}"
    folder.mkdir(parents=True)
    lines = [json.dumps(_record(result), ensure_ascii=False) + "\n" for result in results]
    (folder / "results.jsonl").write_text("".join(lines), encoding="utf-8")
    for file, content in (("summary.json", summary), ("settings.json", settings)):
        (folder / file).write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return folder


def _record(result: Result) -> dict[str, Any]:
    return {
        "id": result.case.id,
        "passed": result.cause is None,
        "cause": result.cause,
        "grades": result.grades,
        "case": result.case.model_dump(mode="json", exclude_defaults=True),
        **asdict(result.examined),
    }
