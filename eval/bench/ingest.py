"""How Footnote ingests: beside LlamaIndex and LangChain on the same texts, and alone on many pages and many files.

`make bench-ingest` runs all of it, `--only` a part. Each system and each command runs in a process of its own, one
after the other; its memory is that of all the processes it starts, together. What is ingested is made in a temporary
folder, the texts from the sample library with other numbers. Nothing is fetched and nothing of yours is touched.
Machines are noisy: trust ratios.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from eval.bench import made
from eval.bench.watched import MB, ROOT, Run, run
from rag.errors import UnreadableReport
from rag.passages import read_and_cut
from rag.reading.limits import Limits
from rag.reading.sandbox import read_directly
from rag.types import Report

FOOTNOTE = shutil.which("footnote", path=str(Path(sys.executable).parent)) or "footnote"
PEERS = ROOT / ".venv-peers"
RUNS = 3
PROCESSORS = os.cpu_count() or 1


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of what is printed, with the goal that it is to reach or not to pass."""

    what: str
    value: float
    unit: str = ""
    at_least: float | None = None
    at_most: float | None = None

    def __str__(self) -> str:
        places = 0 if self.value >= 100 else 2 if self.value >= 1 else 3
        told = f"{self.what:<72}{self.value:>9,.{places}f} {self.unit}"
        if self.at_least is not None:
            return f"{told:<92}{self.at_least:g} or more: {'yes' if self.value >= self.at_least else 'NO'}"
        if self.at_most is not None:
            return f"{told:<92}at most {self.at_most:g}: {'yes' if self.value <= self.at_most else 'NO'}"
        return told.rstrip()


def main() -> None:
    parts = {"peers": beside_peers, "pages": many_pages, "folder": many_files}
    parser = argparse.ArgumentParser(prog="python -m eval.bench.ingest", description="How Footnote ingests.")
    parser.add_argument("--only", choices=parts, help="run one part")
    parser.add_argument("--megabytes", type=float, default=2.5, help="of text, for Footnote and its peers")
    parser.add_argument("--pages", type=int, default=10_000, help="in PDFs")
    parser.add_argument("--files", type=int, default=10_000, help="in the folder that is checked and changed")
    parser.add_argument("--filings", type=Path, metavar="DIR", help="PDFs full of tables, to be read as well")
    asked = parser.parse_args()
    for name, part in parts.items():
        if asked.only in (None, name):
            with tempfile.TemporaryDirectory() as folder:
                for figure in part(Path(folder), asked):
                    print(figure, flush=True)


# --- beside its peers -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class System:
    """What a system told of itself, and how it ran."""

    name: str
    ran: Run
    passages: int
    bytes: int
    loading: float
    seconds: float


def beside_peers(folder: Path, asked: argparse.Namespace) -> Iterator[Figure]:
    """Each system's pace and memory, then Footnote's to each of the others'."""
    if not (PEERS / "bin" / "python").exists():
        raise SystemExit(f"The peers are not in {PEERS}: `make bench-ingest` installs them.")
    made.texts(folder / "texts", round(asked.megabytes * MB))
    systems = []
    for name, arguments in {
        "Footnote": ["footnote"],
        "LlamaIndex": ["llamaindex"],
        "LlamaIndex, its own chunk size": ["llamaindex", "--defaults"],
        "LangChain": ["langchain"],
    }.items():
        systems.append(_system(name, arguments, folder))
        yield from _pace(systems[-1])
    for peer in systems[1:]:
        yield from _ratios(systems[0], peer)


def _system(name: str, arguments: Sequence[str], folder: Path) -> System:
    """The system's script, run on the texts."""
    python = sys.executable if name == "Footnote" else PEERS / "bin" / "python"
    module, *options = arguments
    ran = run([python, "-m", f"eval.bench.peers.{module}", folder / "texts", folder / name, *options])
    return System(name, ran, **json.loads(ran.told.splitlines()[-1]))


def _pace(system: System) -> Iterator[Figure]:
    name = system.name
    yield Figure(f"{name}: imports and model, not counted below", system.loading, "s")
    yield Figure(f"{name}: {system.passages:,} passages of {system.bytes / MB:.2f} MB of text", system.seconds, "s")
    yield Figure(f"{name}: passages", system.passages / system.seconds, "/s")
    yield Figure(f"{name}: text", system.bytes / MB / system.seconds, "MB/s")
    yield Figure(f"{name}: processors busy, of {PROCESSORS}", system.ran.busy)
    yield Figure(f"{name}: peak memory", system.ran.peak, "MB")


def _ratios(ours: System, theirs: System) -> Iterator[Figure]:
    """The goals are to LlamaIndex with passages of Footnote's size."""
    if ours.bytes != theirs.bytes:
        raise SystemExit(f"{theirs.name} read {theirs.bytes:,} bytes of text, {ours.name} {ours.bytes:,}.")
    faster, smaller = (4, 0.5) if theirs.name == "LlamaIndex" else (None, None)
    passages = (ours.passages / ours.seconds) / (theirs.passages / theirs.seconds)
    what = f"{ours.name} to {theirs.name}"
    yield Figure(f"{what}: passages a second", passages, "times", at_least=faster)
    yield Figure(f"{what}: megabytes a second", theirs.seconds / ours.seconds, "times", at_least=faster)
    yield Figure(f"{what}: peak memory", ours.ran.peak / theirs.ran.peak, "times", at_most=smaller)


# --- many pages -------------------------------------------------------------------------------------------------------


def many_pages(folder: Path, asked: argparse.Namespace) -> Iterator[Figure]:
    """PDFs read in this process without embedding, then a great many of them ingested."""
    yield from _reading("PDFs of the sample library", made.CORPUS, goal=60)
    if asked.filings:
        yield from _reading("filings", asked.filings, goal=25)
    made.pdfs(folder / "pdfs", asked.pages)
    ran, done = _ingested(folder / "pdfs", folder / "library")
    what = f"{sum(file['pages'] for file in done['files']):,} pages in {done['added']} PDFs"
    yield Figure(f"{what}, {sum(file['passages'] for file in done['files']):,} passages", ran.seconds, "s")
    yield Figure(f"{what}: ingested", asked.pages / ran.seconds, "pages/s")
    yield Figure(f"{what}: processors busy, of {PROCESSORS}", ran.busy)
    yield Figure(f"{what}: peak memory", ran.peak, "MB", at_most=1200)
    yield Figure(f"{what}: most memory in the second half to the first", ran.growth, "times")


def _reading(what: str, folder: Path, goal: float) -> Iterator[Figure]:
    """Pages a second of one core: read, and also cut into passages with their figures, which is all but embedding."""
    paths = sorted(folder.rglob("*.pdf"))
    _pages_of(_cut, paths[:1])  # loads what it takes
    for how, read in (("read", _read), ("read and cut", _cut)):
        started = time.process_time()
        pages = _pages_of(read, paths)
        seconds = time.process_time() - started
        yield Figure(f"{what}, {pages:,} pages: {how}, on one core", pages / seconds, "pages/s", at_least=goal)


def _pages_of(read: Callable[[Path], int], paths: Sequence[Path]) -> int:
    pages = 0
    for path in paths:
        with contextlib.suppress(UnreadableReport):
            pages += read(path)
    return pages


def _read(path: Path) -> int:
    return len(read_directly(path).pages)


def _cut(path: Path) -> int:
    return len(read_and_cut(path, Limits(), Report(path.stem, "", path.name, "main", "", "", 0, None, None)).pages)


# --- many files -------------------------------------------------------------------------------------------------------


def many_files(folder: Path, asked: argparse.Namespace) -> Iterator[Figure]:
    """A folder of small files ingested, checked, and one of them changed: whole commands, medians of the short ones."""
    files, library = folder / "files", folder / "library"
    made.files(files, asked.files)
    ran, done = _ingested(files, library)
    what = f"{done['added']:,} small files"
    yield Figure(f"{what}: ingested", done["added"] / ran.seconds, "files/s")
    yield Figure(f"{what}: peak memory", ran.peak, "MB")
    yield Figure(f"{what}, none changed: checked", _checks(files, library, change=False), "s", at_most=5)
    yield Figure(f"{what}, one changed: live", _checks(files, library, change=True), "s", at_most=3)
    with _served(library):
        yield Figure(f"{what}, none changed, served: checked", _checks(files, library, change=False), "s", at_most=5)
        yield Figure(f"{what}, one changed, served: live", _checks(files, library, change=True), "s", at_most=3)


def _checks(files: Path, library: Path, *, change: bool) -> float:
    """Seconds of `footnote ingest` of the folder, the median, with one of its files changed each time or none."""
    seconds = []
    for number in range(RUNS):
        if change:
            path = files / "00" / f"office-{number:05}.txt"
            path.write_text(f"In 2026 office {number} took {time.time_ns()} cases.\n")
        ran, done = _ingested(files, library)
        if done["changed"] != change or done["failed"]:
            raise SystemExit(f"{done['changed']} files were found changed, not {int(change)}; {done['failed']} failed.")
        seconds.append(ran.seconds)
    return median(seconds)


@contextlib.contextmanager
def _served(library: Path) -> Iterator[None]:
    """While the body runs, a server holds the library, and commands hand their job to it."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    command = [FOOTNOTE, "serve", "--library", str(library), "--port", port]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        try:
            if not server.stdout or "Footnote is at" not in server.stdout.readline():
                raise SystemExit("footnote serve did not start.")
            yield
        finally:
            server.terminate()


def _ingested(files: Path, library: Path) -> tuple[Run, dict[str, Any]]:
    """`footnote ingest` of the folder as a whole command, and what it says it did."""
    report = library.with_suffix(".json")
    ran = run([FOOTNOTE, "ingest", files, "--library", library, "--report", report])
    return ran, json.loads(report.read_text())


if __name__ == "__main__":
    main()
