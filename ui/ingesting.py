"""The ingest command: what it hands to the job, from where, how often, and what it tells."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from rag.errors import BadInput, FootnoteError
from rag.reading.limits import Limits
from rag.settings import Settings
from ui import jobs, show
from ui.progress import Ingesting


def limits_of(settings: Settings) -> dict[str, Any]:
    """What one file may cost, as the settings say."""
    return {each.name: getattr(settings, f"reader_{each.name}") for each in fields(Limits)}


def options_of(settings: Settings, paths: Sequence[Path], collection: str, *, plan: bool) -> dict[str, Any]:
    """The job's options. Links are not resolved here: the file that was named is the one to be listed."""
    return {
        "paths": [str(path.absolute()) for path in paths],
        "collection": collection,
        "plan": plan,
        "limits": limits_of(settings),
    }


def ingested(
    options: dict[str, Any], settings: Settings, *, quiet: bool = False, report: Path | None = None
) -> dict[str, Any]:
    """Do the job and say what it did, or in a plan would do; the same goes to the file `report` as JSON."""
    with Ingesting(quiet=quiet) as progress:
        done = jobs.run("ingest", options, progress.event, settings=settings, jobs=jobs.JOBS)
    if not quiet:
        (show.planned if options["plan"] else show.ingested)(done)
    if report:
        report.write_text(json.dumps(done, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return done


def watch(paths: Sequence[Path], settings: Settings, run: Callable[[], dict[str, Any]]) -> None:
    """Ingest now and after each change, until Ctrl-C. The library is held only while there is something to do."""
    from ui.watching import follow

    for path in paths:
        if not path.exists():
            raise BadInput(f"There is no file or folder {path}.")

    def changed() -> bool:
        try:
            run()
        except FootnoteError as error:
            show.out.print(show.line(str(error)))
            return False
        show.out.print(show.line("Watching for changes; Ctrl-C stops it.", style="dim"))
        return True

    follow(paths, settings.library, changed)


def documents_of(spec: str, arguments: Sequence[str], settings: Settings) -> Path:
    """The folder in which the documents of a LlamaIndex reader are kept, to be ingested like any other.

    They are loaded here, in the command's own process, also where a server holds the library.
    """
    from rag.llama import keep_documents, load_documents

    pairs = [argument.partition("=") for argument in arguments]
    for name, equals, _ in pairs:
        if not equals:
            raise BadInput(f'--arg takes NAME=VALUE, not "{name}".')
    given = {name: _value(value) for name, _, value in pairs}
    source = " ".join([spec, *sorted(arguments)])
    return keep_documents(settings.library, load_documents(spec, given), source)


def _value(text: str) -> Any:
    """A number, a list or true and false as JSON writes them; else the words themselves."""
    try:
        return json.loads(text)
    except ValueError:
        return text
