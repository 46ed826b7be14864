"""What an ingest would do with each file, found out before anything is done. Nothing is written and nothing read here,
but for the hashes of files that look changed or renamed."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Literal

from rag.errors import UnreadableReport
from rag.folders import File, Root, files_of
from rag.index.catalog import Correction, Held, Unread
from rag.reading.limits import Limits

Do = Literal["add", "change", "rename", "move", "touch", "keep", "skip", "fail"]


@dataclass(frozen=True, slots=True)
class Step:
    """One file and what is to be done with it.

    add, change: read it · rename: read it under the id it had, since its name may say what it is about · move: it is
    the same in another folder · touch, keep: it is the same · skip: it could not be read, and is the same · fail: it
    is not to be opened.
    """

    file: File
    do: Do
    held: Held | None = None  # what the library has of it
    unread: Unread | None = None  # or why it has nothing
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """All that an ingest will do; the steps are in the order of their paths."""

    steps: tuple[Step, ...]
    retired: tuple[Held, ...]
    forgotten: tuple[Unread, ...]  # files that could not be read and are gone


def plan(
    roots: Sequence[Root],
    held: Iterable[Held],
    unread: Iterable[Unread],
    corrections: Mapping[str, Correction],
    pipeline: str,
    library: Path,
    limits: Limits,
) -> Plan:
    """What ingesting the roots would do to a collection of which the library has these reports and unread files."""
    files = {file for root in roots for file in files_of(root, library)}
    by_path, failed = {h.report.path: h for h in held}, {(u.root, u.path): u for u in unread}
    planner = _Planner(by_path, failed, corrections, pipeline, files, roots, limits)
    return planner.plan(sorted(files, key=lambda file: (file.path, file.root)))


def read_by(pipeline: str, correction: Correction | None) -> str:
    """What a report is read with: the code that reads it, and what a person said of it. It is part of its revision."""
    if correction is None:
        return pipeline
    return f"{pipeline}+{hashlib.sha256(repr(correction).encode()).hexdigest()[:8]}"


def tried_with(read_by: str, limits: Limits) -> str:
    """What a file could not be read with: it is tried again when the readers change, or what it may cost."""
    return f"{read_by}/{hashlib.sha256(repr(limits).encode()).hexdigest()[:8]}"


class _Planner:
    def __init__(
        self,
        held: dict[str, Held],
        unread: dict[tuple[str, str], Unread],
        corrections: Mapping[str, Correction],
        pipeline: str,
        files: set[File],
        roots: Sequence[Root],
        limits: Limits,
    ) -> None:
        self._held = held
        self._unread = unread
        self._corrections = corrections
        self._pipeline = pipeline
        self._limits = limits
        self._there = {(file.root, file.path) for file in files}
        self._mirrored = {str(root.folder) for root in roots if not root.only}
        # What is behind a door that would not open may well be there still.
        self._shut = [(file.root, file.path) for file in files if file.wrong and file.path.endswith("/")]
        self._claimed: dict[str, str] = {}  # path -> root
        self._gone: dict[int, list[Held]] = defaultdict(list)  # by size: reports whose file is no longer there
        for each in held.values():
            if self._is_gone(each):
                self._gone[each.size].append(each)

    def plan(self, files: Sequence[File]) -> Plan:
        steps = tuple(self._step(file) for file in files)
        renamed = {step.held.report.id for step in steps if step.do in {"move", "rename"} and step.held}
        retired = [
            held
            for held in self._held.values()
            # A report that another root took over in this run is that root's now.
            if held.root in self._mirrored
            and self._is_gone(held)
            and held.report.path not in self._claimed
            and held.report.id not in renamed
        ]
        forgotten = [u for key, u in self._unread.items() if key[0] in self._mirrored and key not in self._there]
        return Plan(steps, tuple(retired), tuple(forgotten))

    def _is_gone(self, held: Held) -> bool:
        """Whether a report's file is no longer where it was: known for the folders of this run, else looked up."""
        path = held.report.path
        if held.root in self._mirrored:
            shut = any(held.root == root and path.startswith(folder) for root, folder in self._shut)
            return (held.root, path) not in self._there and not shut
        return (held.root, path) not in self._there and not Path(held.root, path).exists()

    def _step(self, file: File) -> Step:
        if file.wrong:
            return Step(file, "fail", reason=file.wrong)
        held, unread = self._held.get(file.path), self._unread.get((file.root, file.path))
        if taken := self._taken(file, held):
            return Step(file, "fail", reason=taken)
        self._claimed[file.path] = file.root
        pipeline = self._read_by(held)
        tried, seen = tried_with(pipeline, self._limits), (file.size, file.mtime_ns)
        if unread and (unread.size, unread.mtime_ns, unread.pipeline) == (*seen, tried):
            return Step(file, "skip", held, unread, unread.reason)
        if held and not unread and (held.root, held.size, held.mtime_ns, held.pipeline) == (file.root, *seen, pipeline):
            return Step(file, "keep", held)
        try:
            if held is None and unread is None:
                return self._newcomer(file)
            sha256 = hashed(file.place) if (held or unread) else ""
        except UnreadableReport as error:
            return Step(file, "fail", held, unread, str(error))
        if unread and unread.revision and unread.revision == revision(sha256, tried, file.path):
            return Step(file, "skip", held, unread, unread.reason)
        if held and (held.sha256, held.pipeline) == (sha256, pipeline):
            return Step(file, "touch", held, unread)
        return Step(file, "change" if held else "add", held, unread)

    def _newcomer(self, file: File) -> Step:
        """A file at a new path: perhaps one that was elsewhere before, with the same content."""
        gone = self._gone.get(file.size, [])
        sha256 = hashed(file.place) if gone else ""
        for held in gone:
            if held.sha256 == sha256:
                gone.remove(held)
                same_name = PurePosixPath(held.report.path).name == PurePosixPath(file.path).name
                as_read = held.pipeline == self._read_by(held)
                return Step(file, "move" if same_name and as_read else "rename", held)
        return Step(file, "add")

    def _read_by(self, held: Held | None) -> str:
        return read_by(self._pipeline, self._corrections.get(held.report.id) if held else None)

    def _taken(self, file: File, held: Held | None) -> str:
        """A path belongs to one root. A newcomer takes it over only where the old root no longer has the file."""
        other = self._claimed.get(file.path, "")
        if not other and held and held.root != file.root and Path(held.root, file.path).exists():
            other = held.root
        if other:
            return f"the library already has {file.path} from {other}: ingest this one with another --collection"
        return ""


def hashed(path: Path) -> str:
    """The SHA-256 of what the file holds, or `UnreadableReport`."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise UnreadableReport(error.strerror or "it could not be opened") from error


def revision(sha256: str, pipeline: str, path: str) -> str:
    """The name of one content as read by one pipeline: a file's own name may give its title and date, so it counts."""
    name = PurePosixPath(path).name
    return hashlib.sha256(f"{sha256}\0{pipeline}\0{name}".encode()).hexdigest()[:8]


def moved(held: Held, file: File) -> Held:
    """The same report at the file's place."""
    return replace(
        held,
        report=replace(held.report, path=file.path),
        root=file.root,
        size=file.size,
        mtime_ns=file.mtime_ns,
    )
