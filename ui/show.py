"""What the command line prints: answers, passages, what an ingest did. Knows no library; takes what the jobs return.

Text of reports was written by somebody else: nothing of it is taken for markup, and control characters are left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ui.jobs import OUTCOMES
from ui.words import visible

out = Console(highlight=False, soft_wrap=True)


def answer(given: Mapping[str, Any]) -> None:
    """The short answer, the period that was understood, the claims with their marks, and what they rest on."""
    if given["status"] == "not_found":
        out.print(Text("Not in these reports.", style="bold"))
    elif given["short"]:
        out.print(line(given["short"], style="bold"))
    if given["period"]:
        start, end, label = (given["period"][key] for key in ("start", "end", "label"))
        out.print(Text.assemble((f" {label} ", "reverse"), (f"  from {start}, before {end}", "dim")))
    if given["text"]:
        out.print(line(given["text"]))
    for note in given.get("notes") or ():
        out.print(line(note, style="italic"))
    if given["citations"]:
        out.print()
        out.print(Text("Nearest:" if given["status"] == "not_found" else "Sources:", style="dim"))
    for each in given["citations"]:
        out.print(line(f"[{each['n']}] {each['title']} — {each['report']}, {each['place']}"))
        out.print(line(f"    {each['quote']}", style="dim"))


def found(given: Mapping[str, Any], *, explain: bool = False) -> None:
    """What a search found: passages, then the statements that fit best; to explain, with what each feature adds."""
    if not given["passages"]:
        out.print(line(f"Nothing found{': ' if given['empty'] else ''}{given['empty']}."))
    for each in given["passages"]:
        _place(each, f"page {each['page']}")
    if given["statements"]:
        out.print()
        out.print(Text("The statements that fit best:", style="dim"))
    for each in given["statements"]:
        _place(each, each["place"])
        if explain:
            _why(each["why"])
    if explain and given["weighed"]:
        out.print()
        out.print(Text("The passages as they were weighed:", style="dim"))
        for each in given["weighed"]:
            at = f"page {each['page']}, characters {each['start']}–{each['end']}"
            out.print(line(f"{each['rank']}. {path_of(each['report'])}, {at}  ({each['score']:.3f})", style="bold"))
            _why(each["why"])
    for note in given["notes"]:
        out.print(line(note, style="italic"))


def _why(added: Mapping[str, float]) -> None:
    """What each feature adds to a score, the most first; what adds nothing is left out."""
    told = sorted(((name, worth) for name, worth in added.items() if worth), key=lambda each: -abs(each[1]))
    out.print(line("   " + " · ".join(f"{name.replace('_', ' ')} {worth:+.2f}" for name, worth in told), style="dim"))


def _place(each: Mapping[str, Any], place: str) -> None:
    out.print(line(f"{each['rank']}. {path_of(each['report'])}, {place}  ({each['score']:.3f})", style="bold"))
    out.print(line(f"   {' '.join(each['text'].split())}"))


def summary(held: Mapping[str, Any], most: int = 200) -> None:
    """What the library holds, report by report; what could not be read comes last, each file with its reason."""
    counts("Library", {key: value for key, value in held.items() if key not in {"unread", "held"}})
    reports(held.get("held", ())[:most])
    if len(held.get("held", ())) > most:
        out.print(Text(f"… and {len(held['held']) - most:,} more: --json tells them all.", style="dim"))
    in_part([{"path": each["path"], "notes": each["notes"]} for each in held.get("held", ())])
    unread(held.get("unread", ()))


def reports(held: Sequence[Mapping[str, Any]]) -> None:
    """Each report with its date, where that was found, and the period it covers."""
    if not held:
        return
    table = Table(title=f"Reports ({len(held)})", title_justify="left", box=None, header_style="dim")
    for name in ("report", "published", "found in", "covers"):
        table.add_column(name, overflow="fold")
    table.add_column("pages", justify="right")
    for each in held:
        published, covers = each["published"], each["covers"]
        found = f"{published['source']}{'' if published['certain'] else ' (uncertain)'}" if published else ""
        table.add_row(
            line(path_of(each["path"])),
            str(published["day"]) if published else Text("not found", style="dim"),
            line(found),
            line(covers["label"]) if covers else Text("not said", style="dim"),
            f"{each['pages']:,}",
        )
    out.print(table)


def counts(title: str, given: Mapping[str, Any]) -> None:
    table = Table(title=title, title_justify="left", show_header=False, box=None)
    for key, value in given.items():
        shown = f"{value:,}" if isinstance(value, int) else str(value)
        table.add_row(key.replace("_", " "), line(shown))
    out.print(table)


def ingested(done: Mapping[str, Any]) -> None:
    """What became of the files, and each that could not be read, or not all of it, with the reason."""
    table = Table(box=None, header_style="dim", padding=(0, 2, 0, 0))
    for name in ("", "files", "pages", "passages"):
        table.add_column(name, justify="right" if name else "left")
    for outcome in OUTCOMES:
        files = [file for file in done["files"] if file["outcome"] == outcome]
        if files:
            sums = (len(files), *(sum(file[name] for file in files) for name in ("pages", "passages")))
            table.add_row(outcome, *(f"{value:,}" if value else "" for value in sums))
    out.print(table if done["files"] else "There are no files there.")
    rate = f", {done['embedded'] / done['seconds']:,.0f} a second" if done["embedded"] and done["seconds"] else ""
    out.print(f"{done['embedded']:,} texts embedded{rate}; {done['seconds']:.1f} s")
    renamed([file for file in done["files"] if file["was"]])
    in_part(done["files"])
    unread([file for file in done["files"] if file["outcome"] == "failed"])


def planned(done: Mapping[str, Any]) -> None:
    """What an ingest would do, a line a file that it would touch."""
    for file in done["files"]:
        if file["outcome"] not in {"unchanged", "failed"}:
            was = f" (was {path_of(file['was'])})" if file["was"] else ""
            out.print(line(f"would be {file['outcome']}: {path_of(file['path'])}{was}"))
    parts = [f"{done[name]:,} {name}" for name in OUTCOMES if done[name]] or ["no files"]
    out.print(f"Nothing was changed. An ingest would find: {', '.join(parts)}")
    unread([file for file in done["files"] if file["outcome"] == "failed"])


def renamed(files: Sequence[Mapping[str, Any]]) -> None:
    for file in files:
        out.print(line(f"renamed: {path_of(file['was'])} is now {path_of(file['path'])}"))


def unread(files: Sequence[Mapping[str, Any]]) -> None:
    """The files that could not be read, each with the reason; nothing if there are none."""
    _listed("Not read", [(file["path"], file["reason"]) for file in files])


def in_part(files: Sequence[Mapping[str, Any]]) -> None:
    """The files of which not all could be read; nothing if there are none."""
    _listed("Read in part", [(file["path"], note) for file in files for note in file["notes"]])


def _listed(title: str, files: Sequence[tuple[str, str]]) -> None:
    if not files:
        return
    table = Table(title=f"{title} ({len({path for path, _ in files})})", title_justify="left", box=None)
    table.header_style = "dim"
    table.add_column("file", overflow="fold")
    table.add_column("why", overflow="fold")
    for path, reason in files:
        table.add_row(line(path_of(path)), line(reason))
    out.print(table)


def path_of(path: str) -> str:
    """A file's path on one line: its name may hold a line's end."""
    return visible(path).replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")


def line(text: str, style: str = "") -> Text:
    return Text(visible(text).replace("\r", ""), style=style)
