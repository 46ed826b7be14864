"""The ingest line: file → read → statements and passages → embed → index → publish. How each is done is elsewhere."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
import time
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import Literal

from rag.errors import BadInput, UnreadableReport
from rag.index.catalog import Entry, Held, Unread
from rag.library import Library
from rag.passages import rendered
from rag.types import Page, Passage, Reading, Report, Spanned


def _read_by() -> str:
    """A fingerprint of the code that turns a file into statements: when it changes, every file is read again.

    A number to be raised by hand would be forgotten, and a library half read by an older reader looks like any other.
    """
    here = Path(__file__).parent
    sources = sorted(
        [*here.glob("reading/*.py"), *here.glob("language/*.py"), here / "ledger.py", here / "passages.py"]
    )
    return hashlib.sha256(b"\0".join(source.read_bytes() for source in sources)).hexdigest()[:12]


PIPELINE = _read_by()
_AT_ONCE = 96  # texts embedded between two commits of the cache: what a kill can cost
_COLLECTION = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,58}[A-Za-z0-9])?")
_log = logging.getLogger(__name__)

Done = Literal["added", "changed", "unchanged", "retired", "failed"]


@dataclass(frozen=True, slots=True)
class Event:
    """One step of an ingest: the file it is about (empty for a group of them) and how many files are behind us.

    The stages of a file are read, unchanged, failed; those of a group embedding, embedded, begun, vectors, words,
    live, settled; at the end retired and swept.
    """

    path: str
    stage: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file."""

    path: str
    outcome: Done
    reason: str = ""
    pages: int = 0
    passages: int = 0


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
    read: Callable[[Path], Reading],
    split: Callable[[Reading, Report], list[Passage]],
    collection: str = "main",
    on_event: Callable[[Event], None] = lambda _: None,
    pipeline: str = PIPELINE,
    group: int = 400,
) -> IngestReport:
    """Make the library's part from each folder exactly that folder, and add or renew each single file.

    Files are published together in groups of about `group` passages, which spares commits; each is live whole or not.
    A file that cannot be read costs one line of the report; the revision it had before stays. Raises BadInput for a
    path that is not there or a collection's name that will not do, before anything is changed.
    """
    if not _COLLECTION.fullmatch(collection):
        raise BadInput(
            f"A collection's name is up to 60 letters, digits, dots, dashes and underscores, not {collection!r}."
        )
    roots = [_root(path) for path in paths]
    with library.writing:
        library.settle()
        line = _Line(library, read, split, collection, on_event, pipeline, group)
        return line.run(roots)


@dataclass(frozen=True, slots=True)
class _Root:
    """A folder to be mirrored, or one file of it to be added."""

    folder: Path
    only: str = ""


@dataclass(frozen=True, slots=True)
class _File:
    """A file of a root; `wrong` says why it is not even to be opened."""

    root: str
    path: str  # relative to the root, with slashes
    wrong: str = ""

    @property
    def place(self) -> Path:
        return Path(self.root, self.path)


@dataclass(frozen=True, slots=True)
class _Content:
    """What a file was when it was hashed."""

    sha256: str
    revision: str
    size: int
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class _Read:
    """A file that was read, cut into passages, and waits for its vectors."""

    held: Held
    pages: tuple[Page, ...]
    passages: tuple[Passage, ...]
    texts: tuple[Spanned, ...]
    hashes: tuple[bytes, ...]


class _Line:
    """One run of the ingest line, with what it has seen so far."""

    def __init__(
        self,
        library: Library,
        read: Callable[[Path], Reading],
        split: Callable[[Reading, Report], list[Passage]],
        collection: str,
        on_event: Callable[[Event], None],
        pipeline: str,
        group: int,
    ) -> None:
        self._library = library
        self._read = read
        self._split = split
        self._collection = collection
        self._on_event = on_event
        self._pipeline = pipeline
        self._group = group
        self._held = {h.report.path: h for h in library.held if h.report.collection == collection}
        self._unread = {(u.root, u.path): u for u in library.catalog.unread(collection)}
        self._claimed: dict[str, str] = {}  # path -> root, of this run
        self._outcomes: list[Outcome] = []
        self._waiting: list[_Read] = []
        self._embedded = 0
        self._total = 0

    def run(self, roots: Sequence[_Root]) -> IngestReport:
        started = time.monotonic()
        files = sorted(
            {file for root in roots for file in _files(root, self._library.folder)}, key=lambda f: (f.path, f.root)
        )
        self._total = len(files)
        for file in files:
            try:
                self._take(file)
            except UnreadableReport as error:
                self._fail(file, error, None)
            if sum(len(each.passages) for each in self._waiting) >= self._group:
                self._publish()
        self._publish()
        self._retire([str(root.folder) for root in roots if not root.only], files)
        self._sweep()
        outcomes = tuple(sorted(self._outcomes, key=lambda outcome: outcome.path))
        return IngestReport(outcomes, self._embedded, round(time.monotonic() - started, 3))

    def _take(self, file: _File) -> None:
        """Read one file, unless what it holds is already known."""
        if file.wrong:
            raise UnreadableReport(file.wrong)
        self._claim(file)
        held, unread = self._held.get(file.path), self._unread.get((file.root, file.path))
        stat = _stat(file.place)
        same = (stat.st_size, stat.st_mtime_ns, self._pipeline)
        if unread and (unread.size, unread.mtime_ns, unread.pipeline) == same:
            self._still_unread(file, unread.reason)
            return
        if held and not unread and (held.root, held.size, held.mtime_ns, held.pipeline) == (file.root, *same):
            self._unchanged(file, held)
            return
        content = _content(file.place, stat, self._pipeline)
        if unread and unread.revision == content.revision:
            self._still_unread(file, unread.reason)
            return
        if held and (held.sha256, held.pipeline) == (content.sha256, self._pipeline):
            self._library.catalog.seen(replace(held, root=file.root, size=content.size, mtime_ns=content.mtime_ns))
            self._unchanged(file, held)
            return
        try:
            self._waiting.append(self._cut(file, content, self._read(file.place)))
        except UnreadableReport as error:
            self._fail(file, error, content)
            return
        self._tell(file.path, "read")

    def _cut(self, file: _File, content: _Content, reading: Reading) -> _Read:
        """The reading as passages under this content's ids, the file itself kept."""
        report = Report(
            id=_report_id(self._collection, file.path),
            revision=content.revision,
            path=file.path,
            collection=self._collection,
            title=reading.title,
            kind=reading.kind,
            pages=len(reading.pages),
            published=reading.published,
            covers=reading.covers,
        )
        try:
            passages = tuple(self._split(reading, report))
            texts = tuple(rendered(passage) for passage in passages)
        except Exception as error:  # one odd file is one line of the report
            _log.exception("%s could not be cut into passages", file.path)
            raise UnreadableReport(f"read, but not cut into passages ({type(error).__name__}: {error})") from error
        if not passages:
            raise UnreadableReport("there is no text in it that could be cited")
        if self._library.originals.keep(file.place) != content.sha256:
            raise UnreadableReport("it was changed while it was read: ingest it again")
        held = Held(
            report=report,
            root=file.root,
            sha256=content.sha256,
            size=content.size,
            mtime_ns=content.mtime_ns,
            pipeline=self._pipeline,
            passages=len(passages),
            statements=sum(len(p.statements) for p in passages),
            figures=sum(len(s.figures) for p in passages for s in p.statements),
        )
        return _Read(held, reading.pages, passages, texts, tuple(_hash(text) for text in texts))

    def _publish(self) -> None:
        """Embed the files that wait, and make them live together."""
        if not self._waiting:
            return
        waiting, self._waiting = self._waiting, []
        self._embed(waiting)
        entries = [Entry(each.held, each.pages, each.passages, each.hashes) for each in waiting]
        self._library.publish(entries, told=lambda step: self._tell("", step))
        read = []
        for each in waiting:
            path = each.held.report.path
            done: Done = "changed" if path in self._held else "added"
            self._outcomes.append(Outcome(path, done, "", each.held.report.pages, each.held.passages))
            if (each.held.root, path) in self._unread:
                read.append(self._unread[each.held.root, path])
        self._library.catalog.unlist_unread(read)

    def _embed(self, waiting: Sequence[_Read]) -> None:
        """Vectors for all texts that have none, cached as they come: a killed ingest goes on where it was."""
        catalog, embed = self._library.catalog, self._library.embed
        texts = {digest: text for each in waiting for digest, text in zip(each.hashes, each.texts, strict=True)}
        known = catalog.cached(embed.fingerprint, list(texts))
        # By length over the whole group: the embedder pads each batch to its longest text.
        new = sorted((digest for digest in texts if digest not in known), key=lambda digest: len(texts[digest].text))
        for start in range(0, len(new), _AT_ONCE):
            some = new[start : start + _AT_ONCE]
            self._tell("", "embedding")
            catalog.cache(embed.fingerprint, zip(some, embed([texts[digest] for digest in some]), strict=True))
            self._embedded += len(some)
            self._tell("", "embedded")

    def _retire(self, folders: Sequence[str], files: Sequence[_File]) -> None:
        """What came from these folders and is no longer in them is gone."""
        there = {(file.root, file.path) for file in files}
        gone = [h for h in self._held.values() if h.root in folders and (h.root, h.report.path) not in there]
        # What is behind a door that would not open may well be there still.
        shut = [(file.root, file.path) for file in files if file.path.endswith("/")]
        gone = [h for h in gone if not any(h.root == root and h.report.path.startswith(path) for root, path in shut)]
        # A report that another root took over in this run is that root's now.
        gone = [held for held in gone if held.report.path not in self._claimed]
        if gone:
            self._library.publish([], gone)
            self._outcomes += [Outcome(held.report.path, "retired") for held in gone]
        self._library.catalog.unlist_unread(
            u for key, u in self._unread.items() if key[0] in folders and key not in there
        )
        self._tell("", "retired")

    def _sweep(self) -> None:
        """Remove what nothing refers to any more."""
        library = self._library
        library.originals.sweep({library.originals.path(held.sha256, held.report.path) for held in library.held})
        library.catalog.drop_unused_embeddings()
        library.refresh()
        self._tell("", "swept")

    def _claim(self, file: _File) -> None:
        """A path belongs to one root. A newcomer takes it over only where the old root no longer has the file."""
        held = self._held.get(file.path)
        other = self._claimed.get(file.path, "")
        if not other and held and held.root != file.root and Path(held.root, file.path).exists():
            other = held.root
        if other:
            raise UnreadableReport(
                f"the library already has {file.path} from {other}: ingest this one with another --collection"
            )
        self._claimed[file.path] = file.root

    def _unchanged(self, file: _File, held: Held) -> None:
        originals = self._library.originals
        if not originals.path(held.sha256, held.report.path).exists():  # as verify said
            originals.keep(file.place)
        if unread := self._unread.get(
            (file.root, file.path)
        ):  # it was changed, could not be read, and was changed back
            self._library.catalog.unlist_unread([unread])
        self._outcomes.append(Outcome(file.path, "unchanged", "", held.report.pages, held.passages))
        self._tell(file.path, "unchanged")

    def _still_unread(self, file: _File, reason: str) -> None:
        self._outcomes.append(Outcome(file.path, "failed", reason))
        self._tell(file.path, "failed")

    def _fail(self, file: _File, why: UnreadableReport, content: _Content | None) -> None:
        """List the file with the reason; without content it is tried again at the next ingest."""
        reason = str(why).removeprefix(f"{file.place.name}: ")  # it is listed under its path
        known = (content.revision, content.size, content.mtime_ns, self._pipeline) if content else ("", -1, -1, "")
        self._library.catalog.list_unread(Unread(self._collection, file.root, file.path, reason, *known))
        self._still_unread(file, reason)

    def _tell(self, path: str, stage: str) -> None:
        self._on_event(Event(path, stage, len(self._outcomes) + len(self._waiting), self._total))


# --- finding files --------------------------------------------------------------------------------------------------


def _root(path: Path) -> _Root:
    if path.is_dir():
        return _Root(path.resolve())
    if path.is_file():
        return _Root(path.absolute().parent.resolve(), path.name)
    raise BadInput(f"There is no file or folder {path}.")


def _files(root: _Root, library: Path) -> Iterator[_File]:
    """The files of a root, but hidden ones, those that its .footnoteignore names, and the library itself."""
    if root.only:
        yield _named(root.folder, PurePosixPath(root.only))
        return
    ignored = _ignored(root.folder)
    library = library.resolve()
    locked: list[OSError] = []
    for place, folders, names in os.walk(root.folder, onerror=locked.append):
        here = Path(place)
        relative = here.relative_to(root.folder)
        folders[:] = [
            name
            for name in sorted(folders)
            if not name.startswith(".")
            and not (here / name).is_symlink()
            and here / name != library
            and not _matches(PurePosixPath(relative / name), ignored, folder=True)
        ]
        for name in sorted(names):
            path = PurePosixPath(relative / name)
            if not name.startswith(".") and not _matches(path, ignored, folder=False):
                yield _named(root.folder, path)
    for error in locked:
        closed = PurePosixPath(Path(os.fsdecode(error.filename)).relative_to(root.folder))
        yield _File(
            str(root.folder), f"{closed}/", f"the folder cannot be opened ({error.strerror}); what it held stays"
        )


def _named(root: Path, path: PurePosixPath) -> _File:
    """The file with what is wrong about its place, if anything."""
    try:
        str(path).encode()
    except UnicodeEncodeError:
        readable = os.fsencode(str(path)).decode(errors="replace")
        return _File(str(root), readable, "its name is not valid Unicode: rename it")
    if not (root / path).resolve().is_relative_to(root):
        return _File(str(root), str(path), "it is a link to a place outside the folder, and is not followed")
    if (root / path).exists() and not (root / path).is_file():
        return _File(str(root), str(path), "it is not a regular file")  # reading a pipe would wait for ever
    return _File(str(root), str(path))


def _ignored(root: Path) -> list[str]:
    listed = root / ".footnoteignore"
    if not listed.is_file():
        return []
    lines = (line.strip() for line in listed.read_text(encoding="utf-8", errors="replace").splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def _matches(path: PurePosixPath, patterns: Sequence[str], folder: bool) -> bool:
    """Whether a pattern names the path's last part or all of it; one that ends in a slash names folders only.

    Folders are asked about before what is in them, so each part of a path is seen.
    """
    for pattern in patterns:
        if pattern.endswith("/") and not folder:
            continue
        bare = pattern.strip("/")
        if fnmatchcase(path.name, bare) or fnmatchcase(str(path), bare):
            return True
    return False


def _stat(path: Path) -> os.stat_result:
    try:
        return path.stat()
    except OSError as error:
        raise UnreadableReport(error.strerror or "it could not be opened") from error


def _content(path: Path, stat: os.stat_result, pipeline: str) -> _Content:
    """The file's hash, and with it the revision that this content gets from this version of reader and splitter."""
    try:
        with path.open("rb") as file:
            seen = hashlib.file_digest(file, "sha256")
    except OSError as error:
        raise UnreadableReport(error.strerror or "it could not be opened") from error
    sha256 = seen.hexdigest()
    seen.update(b"\0" + pipeline.encode())
    return _Content(sha256, seen.hexdigest()[:8], stat.st_size, stat.st_mtime_ns)


def _report_id(collection: str, path: str) -> str:
    """``annual-2025-9c1e04``: readable, and as stable as the path."""
    slug = re.sub(r"[\W_]+", "-", unicodedata.normalize("NFC", PurePosixPath(path).stem).lower()).strip("-")
    return f"{slug or 'report'}-{hashlib.sha256(f'{collection}/{path}'.encode()).hexdigest()[:6]}"


def _hash(text: Spanned) -> bytes:
    """The name of a text's embedding in the cache: the same text with the same spans gives the same vectors."""
    return hashlib.sha256(
        json.dumps([text.text, text.spans], ensure_ascii=False).encode("utf-8", "surrogatepass")
    ).digest()
