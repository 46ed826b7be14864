"""The ingest line: file → read → statements and passages → embed → index → publish. How each is done is elsewhere."""

from __future__ import annotations

import hashlib
import json
import logging
import re
import time
import unicodedata
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Literal

from rag.errors import BadInput, FootnoteError, ReaderKilled, UnreadableReport
from rag.folders import File, root_of
from rag.index.catalog import Correction, Entry, Held, Unread
from rag.library import Library
from rag.passages import Cut
from rag.plan import Plan, Step, moved, plan, read_by, revision, tried_with
from rag.reading.limits import Limits
from rag.reading.sandbox import too_large
from rag.types import Report, Spanned


def _read_by() -> str:
    """A fingerprint of the code that turns a file into statements: when it changes, every file is read again.

    A number to be raised by hand would be forgotten, and a library half read by an older reader looks like any other.
    """
    here = Path(__file__).parent
    sources = sorted(
        [*here.glob("reading/**/*.py"), *here.glob("language/*.py"), here / "ledger.py", here / "passages.py"]
    )
    return hashlib.sha256(b"\0".join(source.read_bytes() for source in sources)).hexdigest()[:12]


PIPELINE = _read_by()
_AT_ONCE = 96  # texts embedded between two commits of the cache: what a kill can cost
_AHEAD_FILES, _AHEAD_BYTES = (
    256,
    16_000_000,
)  # read ahead of the embedding, the slower of the two
_TOLD_EVERY = 100  # unchanged files: ten thousand events of nothing would take a second
_TRIES = 4  # at a file that is being written while it is read
_COLLECTION = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,58}[A-Za-z0-9])?")
_log = logging.getLogger(__name__)

# What reads a file: the place of a copy of it, and the report it is to become, whose ids and path are known.
Read = Callable[[Path, Report], Cut]
Done = Literal["added", "changed", "renamed", "unchanged", "retired", "failed"]
_BECOMES: dict[str, Done] = {
    "add": "added", "change": "changed", "rename": "renamed", "move": "renamed", "touch": "unchanged",
    "keep": "unchanged", "skip": "failed", "fail": "failed",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Event:
    """One step of an ingest: the file it is about (empty for a group of them) and how far it has come.

    The stages of a file are read, unchanged, renamed, failed; those of a group embedding, embedded, begun, vectors,
    words, live, settled; at the end retired and swept.
    """

    path: str
    stage: str
    done: int  # files that are behind us
    total: int
    pages: int = 0  # read so far
    passages: int = 0  # live so far
    share: float = 0.0  # of all the work, from 0 to 1


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file, or, in a plan, what would."""

    path: str
    outcome: Done
    reason: str = ""  # why it failed
    pages: int = 0
    passages: int = 0
    was: str = ""  # the path it had before it was renamed
    notes: tuple[str, ...] = ()  # what of it could not be read


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What an ingest did, file by file in the order of their paths."""

    files: tuple[Outcome, ...]
    embedded: int  # texts
    seconds: float

    def count(self, outcome: Done) -> int:
        return sum(1 for file in self.files if file.outcome == outcome)

    @property
    def added(self) -> int:
        return self.count("added")

    @property
    def changed(self) -> int:
        return self.count("changed")

    @property
    def renamed(self) -> int:
        return self.count("renamed")

    @property
    def unchanged(self) -> int:
        return self.count("unchanged")

    @property
    def retired(self) -> int:
        return self.count("retired")

    @property
    def failed(self) -> int:
        return self.count("failed")


def ingest(
    library: Library,
    paths: Sequence[Path],
    *,
    read: Read,
    collection: str = "main",
    on_event: Callable[[Event], None] = lambda _: None,
    pipeline: str = PIPELINE,
    group: int = 400,
    at_once: int = 1,
    limits: Limits | None = None,
) -> IngestReport:
    """Make the library's part from each folder exactly that folder, and add or renew each single file.

    `at_once` files are read at the same time, ahead of the embedding, each within the `limits` that `read` keeps.
    Files are published together in groups of about `group` passages, which spares commits; each is live whole or not.
    A file that cannot be read costs one line of the report; the revision it had before stays. Raises BadInput for a
    path that is not there or a collection's name that will not do, before anything is changed.
    """
    with library.writing:
        library.settle()
        limits = limits or Limits()
        line = _Line(library, read, collection, on_event, pipeline, group, at_once, limits)
        return line.run(planned(library, paths, collection, pipeline, limits))


def planned(
    library: Library,
    paths: Sequence[Path],
    collection: str = "main",
    pipeline: str = PIPELINE,
    limits: Limits | None = None,
) -> Plan:
    """What `ingest` would do; nothing is changed."""
    if not _COLLECTION.fullmatch(collection):
        raise BadInput(
            f"A collection's name is up to 60 letters, digits, dots, dashes and underscores, not {collection!r}."
        )
    held = [each for each in library.held if each.report.collection == collection]
    catalog = library.catalog
    roots = [root_of(path) for path in paths]
    unread, corrections = catalog.unread(collection), catalog.corrections()
    return plan(roots, held, unread, corrections, pipeline, library.folder, limits or Limits())


def foreseen(steps: Plan) -> IngestReport:
    """The plan as the report of an ingest that did nothing yet."""
    outcomes = [_outcome(step) for step in steps.steps]
    outcomes += [Outcome(held.report.path, "retired") for held in steps.retired]
    return IngestReport(_in_order(outcomes), 0, 0.0)


def correct(library: Library, report: Report, said: Correction, *, read: Read, pipeline: str = PIPELINE) -> Report:
    """Note what a person says of a report and read it again in that light; the report as it is then.

    What was said stays when the report is ingested anew. `Correction()` takes back all that was said before.
    """
    with library.writing:
        library.settle()
        held = next((each for each in library.held if each.report.id == report.id), None)
        if held is None:
            raise BadInput(f"{report.path} is no longer in the library.")
        library.catalog.correct(report.id, said)
        if held.pipeline == read_by(pipeline, library.catalog.corrections().get(report.id)):
            return held.report  # it was read in this light before
        file = File(held.root, report.path, held.size, held.mtime_ns)
        line = _Line(library, read, report.collection, lambda _: None, pipeline, 400, 1, Limits())
        done = line.run(Plan((Step(file, "change", held),), (), ()), origin=library.original(report))
    if done.failed:
        raise UnreadableReport(f"{report.path}: {done.files[0].reason}")
    return library.report(report.path, report.collection)


@dataclass(frozen=True, slots=True)
class _Content:
    """What a file was when it was copied into the library; one too large to be copied has no hash."""

    sha256: str
    size: int
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class _Read:
    """A file that was read and cut, and waits for its vectors."""

    step: Step
    held: Held
    cut: Cut
    hashes: tuple[bytes, ...]


class _Line:
    """One run of the ingest line, with what it has seen so far."""

    def __init__(
        self,
        library: Library,
        read: Read,
        collection: str,
        on_event: Callable[[Event], None],
        pipeline: str,
        group: int,
        at_once: int,
        limits: Limits,
    ) -> None:
        self._library = library
        self._read = read
        self._collection = collection
        self._on_event = on_event
        self._pipeline = pipeline
        self._group = group
        self._at_once = at_once
        self._limits = limits
        self._corrections = library.catalog.corrections()
        self._paths = {held.report.id: held.report.path for held in library.held}
        self._outcomes: list[Outcome] = []
        self._waiting: list[_Read] = []
        self._publishing: Future[Sequence[_Read]] | None = None
        self._publisher = ThreadPoolExecutor(1, "publishing")
        self._in_hand = 0  # files that are being published
        self._embedded = 0
        self._progress = _Progress()
        self._origin: Path | None = None
        self._changed = False  # rows of reports that were not read

    def run(self, plan: Plan, origin: Path | None = None) -> IngestReport:
        """Do what is planned. `origin`: where the one file is read from, if not from its place."""
        started = time.monotonic()
        self._origin = origin
        to_read = [step for step in plan.steps if step.do in {"add", "change", "rename"}]
        self._progress = _Progress(len(plan.steps), sum(_weight(step.file.size) for step in to_read))
        if to_read or plan.retired:
            self._library.vectors.warm()
        for step in plan.steps:
            if step.do not in {"add", "change", "rename"}:
                self._settle(step)
        try:
            self._read_all(to_read)
            self._publish()
            self._published()
        finally:
            self._publisher.shutdown()  # what is being published is not left half done
        self._retire(plan)
        self._sweep()
        return IngestReport(_in_order(self._outcomes), self._embedded, round(time.monotonic() - started, 3))

    # --- files that are not read ---

    def _settle(self, step: Step) -> None:
        """What is to be done with a file without reading it."""
        catalog, file, held = self._library.catalog, step.file, step.held
        if step.do == "fail":
            self._fail(step, step.reason, None)
            return
        if held and step.do == "touch":
            self._keep_original(file, held)
            catalog.seen(moved(held, replace(file, mtime_ns=_told(file.mtime_ns))))
        if held and step.do == "move":
            catalog.seen(moved(held, file))
        if step.unread and step.do != "skip":  # it was changed, could not be read, and was changed back
            catalog.unlist_unread([step.unread])
        self._changed = self._changed or step.do in {"touch", "move"}
        self._outcomes.append(_outcome(step))
        if step.do != "keep" or len(self._outcomes) % _TOLD_EVERY == 1:
            self._tell(file.path, self._outcomes[-1].outcome)

    def _keep_original(self, file: File, held: Held) -> None:
        if not self._library.originals.path(held.sha256, held.report.path).exists():  # as verify said
            self._library.originals.keep(file.place)

    # --- files that are read ---

    def _read_all(self, steps: Iterable[Step]) -> None:
        """Read ahead in threads, and take the files in their order as they come; publish each time a group is full."""
        ahead: deque[tuple[Step, Future[_Read]]] = deque()
        pool = ThreadPoolExecutor(self._at_once, "reading")
        try:
            for step in steps:
                ahead.append((step, pool.submit(self._take, step)))
                while len(ahead) > _AHEAD_FILES or sum(s.file.size for s, _ in ahead) > _AHEAD_BYTES:
                    self._add(*ahead.popleft())
            while ahead:
                self._add(*ahead.popleft())
        finally:
            pool.shutdown(wait=False, cancel_futures=True)

    def _add(self, step: Step, taken: Future[_Read]) -> None:
        try:
            read = taken.result()
        except UnreadableReport as error:
            self._fail(step, str(error).removeprefix(f"{PurePosixPath(step.file.path).name}: "), error.__cause__)
            return
        self._waiting.append(read)
        self._progress.read(step.file.size, read.held.report.pages)
        self._tell(step.file.path, "read")
        if sum(each.held.passages for each in self._waiting) >= self._group:
            self._publish()

    def _take(self, step: Step) -> _Read:
        """Copy a file into the library, read the copy and cut it; again, if the file was written to meanwhile.

        What an `UnreadableReport` rests on is its cause, so that the same content is not read in vain again.
        """
        for attempt in range(_TRIES):
            time.sleep(0.2 * attempt)
            content = self._copied(step)
            try:
                return self._cut(step, content)
            except _Written:
                continue
            except ReaderKilled:
                raise
            except UnreadableReport as error:
                if self._origin or self._is_still(step.file, content):
                    raise error from _Rests(content)
        raise UnreadableReport("it was written to each time it was read: ingest it again")

    def _copied(self, step: Step) -> _Content:
        place = self._origin or step.file.place
        try:
            stat = step.file.place.stat() if self._origin is None else None
            if stat and (told := too_large(stat.st_size, self._limits)):
                raise UnreadableReport(told) from _Rests(_Content("", stat.st_size, stat.st_mtime_ns))
            sha256 = self._library.originals.keep(place)
        except FileNotFoundError:
            raise UnreadableReport("it was there a moment ago, and is gone") from None
        except OSError as error:
            raise UnreadableReport(error.strerror or "it could not be opened") from None
        size, mtime_ns = (stat.st_size, stat.st_mtime_ns) if stat else (step.file.size, step.file.mtime_ns)
        return _Content(sha256, size, mtime_ns)

    def _cut(self, step: Step, content: _Content) -> _Read:
        """The file as passages under this content's ids."""
        copy = self._library.originals.path(content.sha256, step.file.path)
        try:
            made = self._read(copy, self._draft(step, content))
        except FootnoteError:
            raise
        except Exception as error:  # one odd file is one line of the report
            _log.exception("%s could not be read", step.file.path)
            raise UnreadableReport(f"could not be read ({type(error).__name__}: {error})") from error
        if not self._origin and not self._is_still(step.file, content):
            raise _Written
        if not made.passages:
            raise UnreadableReport("there is no text in it that could be cited")
        held = Held(
            report=made.report,
            root=step.file.root,
            sha256=content.sha256,
            size=content.size,
            mtime_ns=content.mtime_ns if self._origin else _told(content.mtime_ns),
            pipeline=self._pipeline_of(step),
            passages=len(made.passages),
            statements=sum(len(p.statements) for p in made.passages),
            figures=sum(len(s.figures) for p in made.passages for s in p.statements),
        )
        return _Read(step, held, made, tuple(_hash(text) for text in made.texts))

    def _is_still(self, file: File, content: _Content) -> bool:
        """Whether the file has not been written to since it was copied."""
        try:
            stat = file.place.stat()
        except OSError:
            return False
        return (stat.st_size, stat.st_mtime_ns) == (content.size, content.mtime_ns)

    def _draft(self, step: Step, content: _Content) -> Report:
        """The report as far as it is known before its file is read: a renamed one keeps its id."""
        id = step.held.report.id if step.held else self._new_id(step.file.path)
        said = self._corrections.get(id, Correction())
        return Report(
            id=id,
            revision=revision(content.sha256, self._pipeline_of(step), step.file.path),
            path=step.file.path,
            collection=self._collection,
            title=said.title or "",
            kind="",
            pages=0,
            published=said.published_by_hand,
            covers=said.covers,
        )

    def _new_id(self, path: str) -> str:
        """``annual-2025-9c1e04``: readable, and as stable as the path; another where a renamed report still has it."""
        slug = re.sub(r"[\W_]+", "-", unicodedata.normalize("NFC", PurePosixPath(path).stem).lower()).strip("-")
        name = f"{self._collection}/{path}"
        while True:
            id = f"{slug or 'report'}-{hashlib.sha256(name.encode()).hexdigest()[:6]}"
            if self._paths.setdefault(id, path) == path:
                return id
            name += "'"

    def _pipeline_of(self, step: Step) -> str:
        said = self._corrections.get(step.held.report.id) if step.held else None
        return read_by(self._pipeline, said)

    # --- publishing ---

    def _publish(self) -> None:
        """Embed the files that wait, and have them made live together, while the next are embedded."""
        if not self._waiting:
            return
        waiting = list(self._waiting)
        self._embed(waiting)
        self._progress.embedded(sum(_weight(each.step.file.size) for each in waiting))
        self._published()  # one group at a time
        self._waiting.clear()
        self._in_hand = len(waiting)
        self._publishing = self._publisher.submit(self._make_live, waiting)

    def _make_live(self, waiting: Sequence[_Read]) -> Sequence[_Read]:
        entries = [Entry(each.held, each.cut.pages, each.cut.passages, each.hashes) for each in waiting]
        self._library.publish(entries, told=lambda step: self._tell("", step))
        return waiting

    def _published(self) -> None:
        """Wait for the group that is being published, if there is one, and note what became of its files."""
        waiting = self._publishing.result() if self._publishing else ()
        self._publishing, self._in_hand = None, 0
        for each in waiting:
            self._progress.passages += each.held.passages
            report = each.held.report
            self._outcomes.append(
                replace(_outcome(each.step), pages=report.pages, passages=each.held.passages, notes=report.notes)
            )
        self._library.catalog.unlist_unread(each.step.unread for each in waiting if each.step.unread)

    def _embed(self, waiting: Sequence[_Read]) -> None:
        """Vectors for all texts that have none, cached as they come: a killed ingest goes on where it was."""
        catalog, embed = self._library.catalog, self._library.embed
        texts = {digest: text for each in waiting for digest, text in zip(each.hashes, each.cut.texts, strict=True)}
        known = catalog.cached(embed.fingerprint, list(texts))
        # By length over the whole group: the embedder pads each batch to its longest text.
        new = sorted((digest for digest in texts if digest not in known), key=lambda digest: len(texts[digest].text))
        weight = sum(_weight(each.step.file.size) for each in waiting)
        for start in range(0, len(new), _AT_ONCE):
            some = new[start : start + _AT_ONCE]
            self._tell("", "embedding")
            catalog.cache(embed.fingerprint, zip(some, embed([texts[digest] for digest in some]), strict=True))
            self._embedded += len(some)
            self._progress.embedding = weight * (start + len(some)) / len(new)
            self._tell("", "embedded")

    def _retire(self, plan: Plan) -> None:
        """What came from these folders and is no longer in them is gone."""
        if plan.retired:
            self._library.publish([], plan.retired)
            self._outcomes += [Outcome(held.report.path, "retired") for held in plan.retired]
        self._library.catalog.unlist_unread(plan.forgotten)
        self._tell("", "retired")

    def _sweep(self) -> None:
        """Remove what nothing refers to any more."""
        library = self._library
        if self._changed:
            library.refresh()
        library.originals.sweep({library.originals.name(held.sha256, held.report.path) for held in library.held})
        library.catalog.drop_unused_embeddings()
        self._tell("", "swept")

    def _fail(self, step: Step, reason: str, rests: BaseException | None) -> None:
        """List the file with the reason; where it does not rest on a content it is tried again at the next ingest."""
        file, known = step.file, ("", -1, -1, "")
        if isinstance(rests, _Rests):
            content = rests.content
            tried = tried_with(self._pipeline_of(step), self._limits)
            known = (
                revision(content.sha256, tried, file.path) if content.sha256 else "",
                content.size,
                _told(content.mtime_ns),
                tried,
            )
        self._library.catalog.list_unread(Unread(self._collection, file.root, file.path, reason, *known))
        self._outcomes.append(Outcome(file.path, "failed", reason))
        self._tell(file.path, "failed")

    def _tell(self, path: str, stage: str) -> None:
        told = self._progress
        done = len(self._outcomes) + len(self._waiting) + self._in_hand
        self._on_event(Event(path, stage, done, told.files, told.pages, told.passages, told.share()))


class _Written(Exception):
    """The file was written to while it was read."""


class _Rests(Exception):
    """The content that a failure rests on, as its cause."""

    def __init__(self, content: _Content) -> None:
        self.content = content


@dataclass(slots=True)
class _Progress:
    """How far an ingest has come. A file's reading is taken for a quarter of its work, its embedding for the rest."""

    files: int = 0
    weight: float = 0.0
    pages: int = 0
    passages: int = 0
    embedding: float = 0.0  # of the group that is being embedded
    _read: float = 0.0
    _embedded: float = 0.0

    def read(self, size: int, pages: int) -> None:
        self._read += _weight(size)
        self.pages += pages

    def embedded(self, weight: float) -> None:
        self._embedded += weight
        self.embedding = 0.0

    def share(self) -> float:
        done = 0.25 * self._read + 0.75 * (self._embedded + self.embedding)
        return min(1.0, done / self.weight) if self.weight else 1.0


def _weight(size: int) -> float:
    return size + 2000.0  # bytes; even the smallest file takes its time


def _told(mtime_ns: int) -> int:
    """The time by which an unchanged file is known; none for one changed just now, or in the future by this clock: it
    may be written to again within the same tick."""
    return mtime_ns if mtime_ns < time.time_ns() - 2_000_000_000 else -1


def _outcome(step: Step) -> Outcome:
    held, done = step.held, _BECOMES[step.do]
    same = held is not None and done in {"unchanged", "renamed"}
    return Outcome(
        step.file.path,
        done,
        step.reason,
        held.report.pages if held and same else 0,
        held.passages if held and same else 0,
        held.report.path if held and done == "renamed" else "",
        held.report.notes if held and same else (),
    )


def _in_order(outcomes: Iterable[Outcome]) -> tuple[Outcome, ...]:
    return tuple(sorted(outcomes, key=lambda outcome: outcome.path))


def _hash(text: Spanned) -> bytes:
    """The name of a text's embedding in the cache: the same text with the same spans gives the same vectors."""
    return hashlib.sha256(
        json.dumps([text.text, text.spans], ensure_ascii=False).encode("utf-8", "surrogatepass")
    ).digest()
