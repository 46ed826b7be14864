"""The command line. Each command imports what it needs when it runs, so that `footnote --help` is quick."""

from __future__ import annotations

import contextlib
import gc
import json
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from rag.errors import FootnoteError

if TYPE_CHECKING:
    from rag.library import Library
    from rag.settings import Settings
    from rag.types import Writes
    from ui.jobs import Emit, Job

app = typer.Typer(
    help="Answers questions over your own articles and reports, with a footnote to the exact sentence or table row.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,  # its boxes cost every --help a quarter of a second
    pretty_exceptions_enable=False,
)
sets = typer.Typer(help="Ask sets of questions with known answers.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(sets, name="eval")

SOME_FAILED = 3  # the exit code of an ingest that could not read every file


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs the command line; what Footnote can say in a sentence goes to stderr, and the exit code is 1."""
    try:
        app(arguments, prog_name="footnote")
    except FootnoteError as error:
        typer.echo(str(error), err=True)
        sys.exit(1)
    except OSError as error:
        if error.filename is None:
            raise
        typer.echo(f"{error.filename}: {error.strerror}.", err=True)
        sys.exit(1)


def _day(text: str) -> date:
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        raise typer.BadParameter(f'"{text}" is not a day; write it like 2026-11-22.') from None


def _days(written: str, day: Callable[[object], date]) -> date:
    try:
        return day(written)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def _first_day(written: str) -> date:
    from rag.filters import first_day

    return _days(written, first_day)


def _last_day(written: str) -> date:
    from rag.filters import last_day

    return _days(written, last_day)


InLibrary = Annotated[Path | None, typer.Option("--library", metavar="DIR", help="The library folder.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
AsOf = Annotated[
    date | None,
    typer.Option(
        "--as-of", metavar="DATE", parser=_day, help="The day the question is asked (YYYY-MM-DD); else today."
    ),
]
Scope = Annotated[str, typer.Option("--scope", metavar="PREFIX", help="Only reports whose path starts with this.")]
Collection = Annotated[str, typer.Option("--collection", metavar="NAME", help="Only reports of this collection.")]
PublishedFrom = Annotated[
    date | None,
    typer.Option(
        "--published-from",
        metavar="DATE",
        parser=_first_day,
        help="Only reports published then or later: 2025, 2025-06 or 2025-06-30.",
    ),
]
PublishedTo = Annotated[
    date | None,
    typer.Option(
        "--published-to",
        metavar="DATE",
        parser=_last_day,
        help="Only reports published then or earlier: all of 2025.",
    ),
]

# A question may start with a dash; click would take it for an option.
QUESTION = {"ignore_unknown_options": True}


@app.command()
def ingest(
    paths: Annotated[list[Path] | None, typer.Argument(metavar="PATH...", help="Files and folders.")] = None,
    library: InLibrary = None,
    collection: Annotated[str, typer.Option(metavar="NAME", help="The part of the library they go to.")] = "main",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would change.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Go on, and follow what changes, until Ctrl-C.")] = False,
    reader: Annotated[
        str | None,
        typer.Option(metavar="PACKAGE:CLASS", help="Take documents from a LlamaIndex reader instead of files."),
    ] = None,
    arg: Annotated[list[str] | None, typer.Option(metavar="NAME=VALUE", help="What the reader is given.")] = None,
    report: Annotated[Path | None, typer.Option(metavar="FILE", help="Write what was done as JSON.")] = None,
    as_json: AsJson = False,
) -> None:
    """Read files into the library: new ones, changed ones; retire those that are gone.

    Exit code 0: all were read. 3: some could not be, and are listed. 1: nothing was done.
    """
    from ui import ingesting

    settings = _settings(library)
    if reader:
        paths = [*(paths or ()), ingesting.documents_of(reader, arg or (), settings)]
    elif arg:
        raise typer.BadParameter("it goes with --reader.", param_hint="--arg")
    if not paths:
        raise typer.BadParameter("name a file or a folder.", param_hint="PATH")
    options = ingesting.options_of(settings, paths, collection, plan=dry_run)
    run = partial(ingesting.ingested, options, settings, quiet=as_json, report=report)
    if watch:
        ingesting.watch([Path(path) for path in options["paths"]], settings, run)
        return
    done = run()
    if as_json:
        _print(done)
    if len(done["files"]) == done["failed"]:
        raise typer.Exit(1)
    if done["failed"]:
        raise typer.Exit(SOME_FAILED)


@app.command("set")
def correct(
    report: Annotated[str, typer.Argument(metavar="REPORT", help="A report's path, as `footnote status` lists it.")],
    library: InLibrary = None,
    collection: Annotated[str | None, typer.Option(metavar="NAME", help="Where two have the same path.")] = None,
    published: Annotated[str | None, typer.Option(metavar="DATE", help="When it was published.")] = None,
    covers: Annotated[
        str | None, typer.Option(metavar="PERIOD", help='What it covers: 2025, 2024/25, "Q2 2026".')
    ] = None,
    title: Annotated[str | None, typer.Option(metavar="WORDS", help="What it is called.")] = None,
    forget: Annotated[bool, typer.Option("--forget", help="Take back all that was set before.")] = False,
    as_json: AsJson = False,
) -> None:
    """Correct what was found of a report. It is kept when the report is ingested again."""
    from ui import ingesting, show

    given = {"published": published, "covers": covers, "title": title}
    if forget == any(given.values()):
        raise typer.BadParameter("give --published, --covers or --title, or --forget.", param_hint="REPORT")
    settings = _settings(library)
    options = {"report": report, "collection": collection, "forget": forget, **given}
    done = _run("correct", options | {"limits": ingesting.limits_of(settings)}, settings)
    _print(done) if as_json else show.reports([done])


@app.command(context_settings=QUESTION)
def ask(
    question: Annotated[str | None, typer.Argument(metavar="QUESTION")] = None,
    library: InLibrary = None,
    as_of: AsOf = None,
    as_json: AsJson = False,
    answerer: Annotated[
        Literal["auto", "extract", "llm"],
        typer.Option(help="Who answers: the extractive answerer or a language model."),
    ] = "auto",
    period: Annotated[
        str,
        typer.Option(metavar="PERIOD", help='The period meant, whatever the question says: 2025, 2024/25, "Q2 2026".'),
    ] = "",
    scope: Scope = "",
    collection: Collection = "",
    published_from: PublishedFrom = None,
    published_to: PublishedTo = None,
    batch: Annotated[Path | None, typer.Option(metavar="FILE", help="Ask each line of a file of cases (JSON).")] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where the answers of --batch go, a line each.")
    ] = None,
) -> None:
    """Ask a question, or with --batch all those of a file."""
    if (question is None) == (batch is None):
        raise typer.BadParameter("give a question, or a file of them with --batch.", param_hint="QUESTION")
    if (batch is None) != (out is None):
        raise typer.BadParameter("--batch and --out go together.", param_hint="--out")
    defaults = {"as_of": (as_of or date.today()).isoformat(), "answerer": answerer}
    defaults |= _within(scope, collection, published_from, published_to)
    defaults |= {"period": period} if period else {}
    settings = _settings(library)
    if batch and out:
        _ask_batch(batch, out, defaults, settings)
        return

    from ui import show

    answers: list[dict[str, Any]] = []
    _run("ask", {"questions": [defaults | {"question": question}]}, settings, answers.append)
    answer = answers[0]
    if as_json:
        _print(answer)
    elif answer["status"] != "error":
        show.answer(answer)
    if answer["status"] == "error":
        raise FootnoteError(answer["error"])


def _ask_batch(batch: Path, out: Path, defaults: dict[str, str], settings: Settings) -> None:
    """An answer a line, in the order of the cases; a line that is no case becomes an answer that says so."""
    from eval.cases import Question, lines_of, parse

    def question(number: int, line: str) -> dict[str, Any]:
        try:
            return defaults | parse(Question, number, line).model_dump(mode="json", exclude_defaults=True)
        except FootnoteError as error:
            return {"id": _id_of(line) or str(number), "error": str(error)}

    questions = [question(number, line) for number, line in lines_of(batch)]
    with out.open("w", encoding="utf-8") as file:

        def write(answer: dict[str, Any]) -> None:
            file.write(json.dumps(answer, ensure_ascii=False) + "\n")
            file.flush()

        _run("ask", {"questions": questions}, settings, write)


def _id_of(line: str) -> str:
    """The id of a line that is no case, if it has one."""
    try:
        case = json.loads(line)
    except ValueError:
        return ""
    return str(case.get("id") or "") if isinstance(case, dict) else ""


@app.command(context_settings=QUESTION)
def search(
    question: Annotated[str, typer.Argument(metavar="QUESTION")],
    library: InLibrary = None,
    k: Annotated[int, typer.Option("--k", "-k", min=1, max=1000, metavar="N", help="How many of each.")] = 10,
    as_of: AsOf = None,
    scope: Scope = "",
    collection: Collection = "",
    published_from: PublishedFrom = None,
    published_to: PublishedTo = None,
    explain: Annotated[bool, typer.Option("--explain", help="Say what each feature adds to a score.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the passages that a question finds, and the statements that fit it best, each best first."""
    from ui import show

    options = {"question": question, "as_of": (as_of or date.today()).isoformat(), "k": k}
    options |= _within(scope, collection, published_from, published_to)
    found = _run("search", options, _settings(library))
    _print(found) if as_json else show.found(found, explain=explain)


@app.command(context_settings=QUESTION)
def figures(
    measure: Annotated[str, typer.Argument(metavar="MEASURE", help='What is counted: "referrals in the North East".')],
    library: InLibrary = None,
    period: Annotated[
        str, typer.Option(metavar="PERIOD", help='Only what lies in it: 2025, 2024/25, "Q2 2026", "last year".')
    ] = "",
    as_of: AsOf = None,
    scope: Scope = "",
    collection: Collection = "",
    published_from: PublishedFrom = None,
    published_to: PublishedTo = None,
    as_json: AsJson = False,
) -> None:
    """List what the reports say of a measure, by part and by period: its figures, its gaps, its sources."""
    from ui import figures as shown

    options = {"measure": measure, "period": period, "as_of": (as_of or date.today()).isoformat()}
    options |= _within(scope, collection, published_from, published_to)
    known = _run("figures", options, _settings(library))
    _print(known) if as_json else shown.figures(known)


@app.command()
def status(library: InLibrary = None, as_json: AsJson = False) -> None:
    """Say what the library holds, and what could not be read."""
    from ui import show

    summary = _run("status", {}, _settings(library))
    _print(summary) if as_json else show.summary(summary)


@app.command()
def verify(library: InLibrary = None, as_json: AsJson = False) -> None:
    """Check that the library's parts agree; exit code 1 if they do not."""
    problems = _run("verify", {}, _settings(library))["problems"]
    if as_json:
        _print({"problems": problems})
    else:
        typer.echo("\n".join(problems) or "The library is whole.")
    if problems:
        raise typer.Exit(1)


@app.command()
def rebuild(library: InLibrary = None, as_json: AsJson = False) -> None:
    """Make the indexes anew from the catalog, without embedding anything again."""
    from ui import show

    done = _run("rebuild", {}, _settings(library))
    _print(done) if as_json else show.counts("Rebuilt", done)


@app.command()
def serve(
    library: InLibrary = None,
    host: Annotated[str | None, typer.Option(help="Where to listen; 127.0.0.1 is this machine only.")] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="7860 unless it is set elsewhere.")] = None,
) -> None:
    """Answer in the browser."""
    import signal

    def stop(*_: object) -> None:
        raise SystemExit(0)

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)  # else it would end this process before the library is closed
    settings = _settings(library)
    host, port = host or settings.host, port or settings.port
    _check_free(host, port)
    own = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "::1": "[::1]"}.get(host, host)  # noqa: S104 (nothing is bound to it)
    url = f"http://{own}:{port}"

    from ui.handover import announced
    from ui.jobs import open_library

    with open_library(settings, create=True) as held, announced(settings.library, url) as token:
        from fastapi import APIRouter

        from rag.ask import as_json
        from ui.jobs_api import jobs_router
        from ui.server import serve as serve_library

        if held.model is not None:
            threading.Thread(target=_check_model, args=[held.model], name="model", daemon=True).start()

        @contextlib.asynccontextmanager
        async def told(_: object) -> AsyncIterator[None]:
            gc.collect()
            gc.freeze()  # what is loaded by now stays; to look through it for garbage would hold up questions
            typer.echo(f"Footnote is at {url} (Ctrl-C stops it)")
            yield

        serve_library(
            held,
            host,
            port,
            to_json=as_json,
            examples=settings.examples,
            max_upload_mb=settings.max_upload_mb,
            routers=[jobs_router(held, token, _jobs()), APIRouter(lifespan=told)],
        )


def _check_model(model: Writes) -> None:
    """Says so where the language model cannot answer; the page is there meanwhile."""
    if problem := model.check():
        typer.echo(f"{problem} Until it can, answers are quoted from the reports.", err=True)


def _check_free(host: str, port: int) -> None:
    """Says that a port is taken before the seconds that it takes to get ready."""
    import os
    import socket

    try:
        socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET).close()
    except OSError as error:
        why = os.strerror(error.errno or 0)
        raise FootnoteError(f"Cannot listen at {host}:{port} ({why}); choose another with --port.") from None


@sets.callback()
def _sets() -> None:
    """Ask sets of questions with known answers."""


@sets.command("run")
def eval_run(
    which: Annotated[str, typer.Argument(metavar="SET", help="A set that ships (sample, figures) or a file of cases.")],
    library: InLibrary = None,
    runs: Annotated[Path, typer.Option(metavar="DIR", help="Where the run's folder goes.")] = Path("runs"),
    answerer: Annotated[Literal["auto", "extract", "llm"], typer.Option(help="Who answers.")] = "auto",
    as_json: AsJson = False,
) -> None:
    """Ask every case of a set and say what failed, and where; exit code 1 if one that must pass did not."""
    from eval.cases import read_cases
    from eval.report import summarise, told
    from eval.run import Examined, keep, result_of, set_path

    settings = _settings(library)
    path = set_path(which)
    cases = read_cases(path)
    questions = [
        {**case.model_dump(mode="json", exclude_defaults=True), "answerer": answerer}  # its evidence is looked for, too
        for case in cases
    ]
    examined: list[dict[str, Any]] = []
    _run("examine", {"cases": questions}, settings, examined.append)
    results = [result_of(case, Examined(**each)) for case, each in zip(cases, examined, strict=True)]
    summary = summarise(results)
    made_by = {"set": str(path), "answerer": answerer, "settings": settings.model_dump(mode="json")}
    folder = keep(results, summary, made_by, runs, path.stem)
    _print(summary) if as_json else typer.echo(f"{told(results, summary)}\nKept in {folder}")
    if summary["must_pass_failed"]:
        raise typer.Exit(1)


InRuns = Annotated[Path, typer.Option("--runs", metavar="DIR", help="Where runs are looked for by name.")]
InBaselines = Annotated[Path, typer.Option("--baselines", metavar="DIR", help="Where baselines are kept.")]
Against = Annotated[
    str | None,
    typer.Option("--baseline", metavar="NAME", help="A baseline or a run; else the one blessed for the set."),
]
RunName = Annotated[str, typer.Argument(metavar="RUN", help="A run's folder, or its name under runs.")]
MISUSED = 2  # the exit code of a comparison that could not be made, apart from 1, a gate that is closed


@sets.command("compare")
def eval_compare(
    before: Annotated[str, typer.Argument(metavar="A", help="The run from before.")],
    after: Annotated[str, typer.Argument(metavar="B", help="The run from after.")],
    runs: InRuns = Path("runs"),
    as_json: AsJson = False,
) -> None:
    """Say whether run B is worse, better, or not really different from run A, and list each case that flipped."""
    from eval import compare
    from eval.kept import read_run

    with _misuse():
        found = compare.compare(read_run(before, runs), read_run(after, runs))
    _print(compare.as_json(found)) if as_json else _tell(compare.told(found))


@sets.command("gate")
def eval_gate(
    run: RunName,
    baseline: Against = None,
    runs: InRuns = Path("runs"),
    baselines: InBaselines = Path("eval/baselines"),
    as_json: AsJson = False,
) -> None:
    """Hold a run against its baseline; exit code 1 on a real drop or a broken must-pass case, 2 on misuse."""
    from eval import gate
    from eval.kept import read_baseline, read_run

    with _misuse():
        kept = read_run(run, runs)
        found = gate.gate(kept, read_baseline(baseline or kept.set, baselines, runs))
    _print(gate.as_json(found)) if as_json else _tell(gate.told(found))
    if found.closed:
        raise typer.Exit(1)


@sets.command("bless")
def eval_bless(
    run: RunName,
    why: Annotated[str, typer.Option(metavar="WORDS", help="Why later runs are held against this one.")],
    who: Annotated[str, typer.Option(metavar="NAME", help="Who says so; nobody is written down otherwise.")] = "",
    runs: InRuns = Path("runs"),
    baselines: InBaselines = Path("eval/baselines"),
) -> None:
    """Make a run the baseline of its set, with the reason."""
    from eval.kept import bless, read_run

    with _misuse():
        kept = read_run(run, runs)
        path = bless(kept, why, who=who, today=date.today(), baselines=baselines)
    passed = sum(result.cause is None for result in kept.results.values())
    _tell(f"{path} is now the baseline of {kept.set}: {passed} of {len(kept.results)} cases pass.")
    broken = [result.case.id for result in kept.results.values() if result.cause and result.case.must]
    if broken:
        _tell(f"The gate stays closed until these pass, as they must: {', '.join(broken)}")


@sets.command("report")
def eval_report(
    run: RunName,
    baseline: Against = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Else report.html in the run's folder.")] = None,
    as_markdown: Annotated[bool, typer.Option("--markdown", help="A summary to attach to a change.")] = False,
    runs: InRuns = Path("runs"),
    baselines: InBaselines = Path("eval/baselines"),
) -> None:
    """Write a run as one HTML file, failures first, beside its baseline where there is one."""
    from eval import page
    from eval.gate import gate
    from eval.kept import read_baseline, read_run

    with _misuse():
        kept = read_run(run, runs)
        blessed = baseline or (kept.set if (baselines / f"{kept.set}.json").is_file() else None)
        held = gate(kept, read_baseline(blessed, baselines, runs)) if blessed else None
        if as_markdown and out is None:
            typer.echo(page.markdown(kept, held), nl=False)
            return
        out = out or kept.folder / "report.html"
        out.write_text((page.markdown if as_markdown else page.html)(kept, held), encoding="utf-8")
    _tell(f"Written to {out}")


@contextlib.contextmanager
def _misuse() -> Iterator[None]:
    """What keeps a comparison from being made ends with 2: a gate that could not look is not a gate that is closed."""
    try:
        yield
    except (FootnoteError, OSError) as error:
        said = f"{error.filename}: {error.strerror}." if isinstance(error, OSError) else str(error)
        typer.echo(said, err=True)
        raise typer.Exit(MISUSED) from None


def _tell(text: str) -> None:
    from ui.words import visible

    typer.echo(visible(text))


# --- what the commands share ----------------------------------------------------------------------------------------


def _settings(library: Path | None) -> Settings:
    from rag.settings import read_settings

    settings = read_settings()
    return settings.model_copy(update={"library": library}) if library else settings


def _within(scope: str, collection: str, first: date | None, last: date | None) -> dict[str, str]:
    """The filter that the options make, as a job takes it."""
    if first and last and last < first:
        raise typer.BadParameter(f"{last} is before {first}, where the range starts.", param_hint="--published-to")
    given = {
        "scope": scope,
        "collection": collection,
        "published_from": first.isoformat() if first else "",
        "published_to": last.isoformat() if last else "",
    }
    return {name: value for name, value in given.items() if value}


def _run(name: str, options: dict[str, Any], settings: Settings, emit: Emit = lambda event: None) -> dict[str, Any]:
    from ui import jobs

    return jobs.run(name, options, emit, settings=settings, jobs=_jobs())


def _jobs() -> dict[str, Job]:
    from ui.jobs import JOBS

    return JOBS | {"examine": _examine}


def _examine(library: Library, options: dict[str, Any], emit: Emit) -> dict[str, Any]:
    """The job of `eval run`: answers each case, and looks up in the library what grading it needs."""
    from dataclasses import asdict

    from eval.cases import Expect
    from eval.run import examine
    from ui.jobs import answer, asked_of

    for question in options["cases"]:
        evidence = Expect(**question["expect"]).evidence
        emit(asdict(examine(library, asked_of(question), answer(library, question), evidence)))
    return {"asked": len(options["cases"])}


def _print(result: Any) -> None:
    typer.echo(json.dumps(result, ensure_ascii=False, default=str))
