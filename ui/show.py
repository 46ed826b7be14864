"""What the command line prints: answers, passages, what an ingest did. Knows no library; takes what the jobs return.

Text of reports was written by somebody else: nothing of it is taken for markup, and control characters are left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from ui.jobs import OUTCOMES
from ui.words import visible

_out = Console(highlight=False, soft_wrap=True)


def answer(given: Mapping[str, Any]) -> None:
    """The short answer, the period that was understood, the claims with their marks, and what they rest on."""
    if given["status"] == "not_found":
        _out.print(Text("Not in these reports.", style="bold"))
    elif given["short"]:
        _out.print(_line(given["short"], style="bold"))
    if given["period"]:
        start, end, label = (given["period"][key] for key in ("start", "end", "label"))
        _out.print(Text.assemble((f" {label} ", "reverse"), (f"  from {start}, before {end}", "dim")))
    if given["text"]:
        _out.print(_line(given["text"]))
    for note in given.get("notes") or ():
        _out.print(_line(note, style="italic"))
    if given["citations"]:
        _out.print()
        _out.print(Text("Nearest:" if given["status"] == "not_found" else "Sources:", style="dim"))
    for each in given["citations"]:
        _out.print(_line(f"[{each['n']}] {each['title']} — {each['report']}, page {each['page']}"))
        _out.print(_line(f"    {each['quote']}", style="dim"))


def passages(found: Sequence[Mapping[str, Any]]) -> None:
    if not found:
        _out.print("Nothing found.")
    for each in found:
        _out.print(_line(f"{each['rank']}. {each['report']}, page {each['page']}  ({each['score']:.3f})", style="bold"))
        _out.print(_line(f"   {' '.join(each['text'].split())}"))


def summary(held: Mapping[str, Any]) -> None:
    """What the library holds; what could not be read comes last, each file with its reason."""
    counts("Library", {key: value for key, value in held.items() if key != "unread"})
    unread(held.get("unread", ()))


def counts(title: str, given: Mapping[str, Any]) -> None:
    table = Table(title=title, title_justify="left", show_header=False, box=None)
    for key, value in given.items():
        shown = f"{value:,}" if isinstance(value, int) else str(value)
        table.add_row(key.replace("_", " "), _line(shown))
    _out.print(table)


def ingested(done: Mapping[str, Any]) -> None:
    """How many files became what, and each file that could not be read with the reason."""
    parts = [f"{done[name]} {name}" for name in OUTCOMES if done[name]] or ["no files"]
    _out.print(f"{', '.join(parts)}; {done['embedded']:,} texts embedded; {done['seconds']:.1f} s")
    unread([file for file in done["files"] if file["outcome"] == "failed"])


def unread(files: Sequence[Mapping[str, Any]]) -> None:
    """The files that could not be read, each with the reason; nothing if there are none."""
    if not files:
        return
    table = Table(title=f"Not read ({len(files)})", title_justify="left", box=None, header_style="dim")
    table.add_column("file", overflow="fold")
    table.add_column("why", overflow="fold")
    for file in files:
        table.add_row(_line(file["path"]), _line(file["reason"]))
    _out.print(table)


class Ingesting:
    """The events of an ingest as they come: a bar on a terminal, a line a file elsewhere, nothing if quiet."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._quiet = quiet
        self._bar = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=Console(stderr=True),
            transient=True,
            disable=quiet or not _out.is_terminal,
        )
        self._task = self._bar.add_task("Reading", total=None)

    def __enter__(self) -> Ingesting:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def event(self, event: Mapping[str, Any]) -> None:
        path = visible(event["path"])
        about = path or event["stage"]  # the stages of a group of files name none
        self._bar.update(self._task, description=about, completed=event["done"], total=event["total"])
        if path and not self._quiet and self._bar.disable and event["stage"] != "unchanged":
            _out.print(_line(f"{event['done']}/{event['total']} {event['stage']}: {path}"))


def _line(text: str, style: str = "") -> Text:
    return Text(visible(text).replace("\r", ""), style=style)
