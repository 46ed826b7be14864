"""Runs that were kept, read back; and baselines, the runs that later ones are held against. Nothing is asked here."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from eval.cases import Case, lines_of
from eval.run import Examined, Result
from rag.errors import BadInput

RUNS = Path("runs")
BASELINES = Path("eval/baselines")  # of the folder stood in: a baseline is kept with what it guards
SHAPING = ("answerer", "embedding_model", "openai_model")  # settings that shape answers and say nothing of a machine


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of each case of a set, in a run or in a baseline."""

    name: str
    folder: Path  # where it is kept
    set: str
    results: Mapping[str, Result]  # by the id of the case
    settings: Mapping[str, Any]
    why: str = ""  # why a baseline was blessed
    when: str = ""  # and when


def read_run(which: str, runs: Path = RUNS) -> Kept:
    """A run by its folder, or by the folder's name under `runs`."""
    for folder in (Path(which), runs / which):
        if (folder / "results.jsonl").is_file():
            break
    else:
        raise BadInput(f'There is no run "{which}": give a run\'s folder, or its name under {runs}.')
    settings = _json(folder / "settings.json")
    records = (_line(folder / "results.jsonl", number, line) for number, line in lines_of(folder / "results.jsonl"))
    results = _results(records, folder / "results.jsonl")
    shaping = {**settings, **(settings.get("settings") or {})}
    return Kept(
        folder.resolve().name,
        folder,
        Path(str(settings.get("set", ""))).stem,
        results,
        {name: shaping[name] for name in SHAPING if shaping.get(name)},
    )


def read_baseline(which: str, baselines: Path = BASELINES, runs: Path = RUNS) -> Kept:
    """A baseline by its file or its name, or a run in its place."""
    for path in (Path(which), baselines / f"{which}.json"):
        if path.is_file():
            break
    else:
        try:
            return read_run(which, runs)
        except BadInput:
            raise BadInput(
                f'There is no baseline "{which}" in {baselines}, and no such run: '
                'bless one with footnote eval bless RUN --why "…".'
            ) from None
    held = _json(path)
    if not isinstance(held.get("results"), list):
        raise BadInput(f"{path} is no baseline: it holds no results.")
    results = _results(held["results"], path)
    return Kept(
        path.stem,
        path.parent,
        held.get("set", path.stem),
        results,
        held.get("settings", {}),
        held.get("why", ""),
        held.get("date", ""),
    )


def bless(kept: Kept, why: str, *, today: date, who: str = "", baselines: Path = BASELINES) -> Path:
    """Writes the run as the baseline of its set, with the reason; who is written down only where it is given."""
    if not why.strip():
        raise BadInput('Say why this run is what later ones are held against: --why "…".')
    if not kept.set:
        raise BadInput(f"{kept.name} does not say which set it asked; run the set again.")
    made = {"set": kept.set, "run": kept.name, "date": today.isoformat(), "why": why.strip()}
    made |= {"who": who} if who else {}
    baselines.mkdir(parents=True, exist_ok=True)
    path = baselines / f"{kept.set}.json"
    head = json.dumps(made | {"settings": dict(kept.settings)}, ensure_ascii=False, indent=2)
    # A result a line: what changes from one blessing to the next is then read case by case.
    lines = ",\n".join("    " + json.dumps(_record(each), ensure_ascii=False) for each in kept.results.values())
    path.write_text(f'{head[:-2]},\n  "results": [\n{lines}\n  ]\n}}\n', encoding="utf-8")
    return path


def _record(result: Result) -> dict[str, Any]:
    """A result as a baseline keeps it: of the answer, what is needed to show it beside another."""
    answer = result.examined.answer
    places = [{key: each[key] for key in ("report", "page", "quote")} for each in answer.get("citations", ())[:1]]
    said = {key: answer.get(key) for key in ("status", "short", "text", "period", "error")}
    return {
        "id": result.case.id,
        "passed": result.cause is None,
        "cause": result.cause,
        "grades": result.grades,
        "case": result.case.model_dump(mode="json", exclude_defaults=True),
        "answer": said | {"citations": places},
    }


def _results(records: Iterable[Any], path: Path) -> dict[str, Result]:
    results: dict[str, Result] = {}
    for number, record in enumerate(records, 1):
        try:
            result = Result(
                Case.model_validate(record["case"]),
                Examined(record["answer"], *(tuple(record.get(part, ())) for part in ("held", "ranks", "misplaced"))),
                record["grades"],
                record["cause"],
            )
        except (KeyError, TypeError, ValidationError) as error:
            raise BadInput(f"{path}: result {number} is not one that footnote eval run kept ({_why(error)}).") from None
        if result.case.id in results:
            raise BadInput(f'{path}: result {number} has the id "{result.case.id}" of an earlier one.')
        results[result.case.id] = result
    if not results:
        raise BadInput(f"{path} holds no results.")
    return results


def _why(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False)[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    return f"no {error}" if isinstance(error, KeyError) else str(error)


def _json(path: Path) -> dict[str, Any]:
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BadInput(f"There is no file {path}.") from None
    except (OSError, ValueError) as error:
        raise BadInput(f"{path} cannot be read: {error}.") from error
    if not isinstance(held, dict):
        raise BadInput(f"{path} holds no JSON object.")
    return held


def _line(path: Path, number: int, line: str) -> Any:
    try:
        return json.loads(line)
    except ValueError as error:
        raise BadInput(f"{path}: line {number}: {error}.") from error
