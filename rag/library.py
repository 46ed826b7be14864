"""One library: its lock, its catalog and the two indexes derived from it. `search` decides what to ask."""

from __future__ import annotations

import contextlib
import difflib
import hashlib
import math
import re
import shutil
import threading
import time
import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import filelock
import numpy as np

from rag.errors import START_ANEW, BadInput, DiskFull, LibraryBusy, LibraryDamaged, WrongModel
from rag.index.catalog import Catalog, Entry, Held
from rag.index.disk import disk_trouble
from rag.index.embed import EndpointEmbed
from rag.index.originals import Originals
from rag.index.vectors import EXACT_MOST, Vectors, exact
from rag.index.words import Wording, Words
from rag.language.tokens import stems
from rag.passages import rendered
from rag.types import EVERYTHING, Embed, Judge, Page, Passage, Period, Report, Statement, Within, Writes
from rag.weights import THRESHOLD

if TYPE_CHECKING:
    from numpy.typing import NDArray

_FORMAT = "1"  # of the catalog; another one is made anew, not migrated
_LONG_WORD = re.compile(r"[^\W\d_]{4,}")
_REMEMBERED = 2000  # passages kept whole between questions, about 10 kB each
_VOCABULARY_FROM = 5000  # passages whose words are known to a question's spelling
_SAMPLE = 60  # passages that verify looks at closely
_FILTERS = 16  # filters whose reports are remembered, about 50 bytes a report
_ASIDE = 1000  # nearest passages that Chroma gives in 15 ms, in which those of a filter are looked for
_NAMED = 10_000  # revisions that Chroma is given at once: it fails at 32,767
_REBUILD = 2000  # passages written to the indexes at a time
_MEND = "Run `footnote rebuild` to mend it; nothing is embedded again."


@dataclass(frozen=True)
class _Inside:
    """The live reports that a filter holds: worked out once, as looking through 10,000 reports takes milliseconds."""

    ids: tuple[str, ...]
    revisions: frozenset[str]
    collections: dict[str, tuple[int, int]]  # passages that the filter holds, and all, of each that it holds some of
    undated: int  # reports left out for the sole reason that their date is not known
    all: bool  # of them

    @property
    def passages(self) -> int:
        return sum(some for some, _ in self.collections.values())


@dataclass(frozen=True)
class _Live:
    """What the library holds between two publishes."""

    held: tuple[Held, ...]
    reports: dict[str, Report]
    revisions: frozenset[str]
    passages: int
    whole: dict[str, tuple[Passage, NDArray[np.float32]]] = field(default_factory=dict)  # passages asked for before
    vocabulary: list[Counter[str]] = field(default_factory=list)  # one, once it is asked for
    rows: dict[Within, tuple[list[str], NDArray[np.float32]]] = field(default_factory=dict)
    filters: dict[Within, _Inside] = field(default_factory=dict)

    def inside(self, within: Within) -> _Inside:
        """What may be asked. Kept for as many filters as are likely to be in use."""
        found = self.filters.get(within)
        if found is None:
            if len(self.filters) >= _FILTERS:
                self.filters.clear()
            found = self.filters[within] = self._inside(within)
        return found

    def _inside(self, within: Within) -> _Inside:
        inside = [held for held in self.held if within.holds(held.report)]
        some, all_of_it = _by_collection(inside), _by_collection(self.held)
        names = {held.revision for held in inside}
        undated = 0
        if within.dated:
            at_any_time = replace(within, published_from=None, published_to=None)
            undated = sum(at_any_time.holds(each.report) and each.report.published is None for each in self.held)
        return _Inside(
            tuple(held.report.id for held in inside),
            frozenset(name for name in self.revisions if name in names),  # the same strings, kept once
            {name: (count, all_of_it[name]) for name, count in sorted(some.items())},
            undated,
            len(inside) == len(self.held),
        )


class Library:
    """A folder with everything ingested. One process owns it; its threads may ask while one ingests."""

    def __init__(
        self,
        folder: Path,
        embed: Embed,
        judge: Judge | None,
        threshold: float,
        lock: filelock.BaseFileLock,
        catalog: Catalog,
        vectors: Vectors,
        model: Writes | None = None,
    ) -> None:
        self.folder = folder
        self.embed = embed
        self.judge = judge
        self.threshold = threshold  # the probability from which a statement may answer
        self.model = model  # the language model that writes its answers, if there is one
        self.catalog = catalog
        self.vectors = vectors
        self.originals = Originals(folder / "files")
        self.writing = threading.Lock()  # held by whoever ingests or rebuilds
        self._lock = lock
        self._words: Words | None = None
        self._reading = threading.Lock()
        self._live = self._read_live()

    @classmethod
    def open(
        cls,
        folder: Path,
        embed: Embed,
        *,
        judge: Judge | None = None,
        threshold: float = THRESHOLD,
        model: Writes | None = None,
        chroma_url: str = "",
        create: bool = False,
        mend: bool = False,
    ) -> Library:
        """The library in the folder, locked for this process, half-done jobs settled.

        Raises BadInput where there is none, LibraryBusy, WrongModel, and LibraryDamaged unless `mend` is set, as
        `verify` and `rebuild` do.
        """
        file = folder / "catalog.db"
        if not (file.is_file() and file.stat().st_size) and _has_parts(folder):
            raise LibraryDamaged(f"{file} is missing or empty. {START_ANEW.format(folder=folder)}")
        if not create and not file.is_file():
            raise BadInput(
                f"There is no library at {folder}. Run `footnote ingest PATH --library {folder}` to make one."
            )
        folder.mkdir(parents=True, exist_ok=True)
        lock = filelock.FileLock(folder / "lock", thread_local=False)
        try:
            lock.acquire(timeout=0)
        except filelock.Timeout:
            raise LibraryBusy(
                f"The library {folder} is in use by another Footnote process. Wait for it to end, or stop it."
            ) from None
        except OSError as error:
            raise disk_trouble(folder, error) or error from error
        library: Library | None = None
        try:
            catalog = Catalog(file)
            _agree(catalog, embed, folder)
            vectors = Vectors(folder / "chroma", catalog.fact("library"), chroma_url)
            library = cls(folder, embed, judge, threshold, lock, catalog, vectors, model)
            damage = library._prepare()
            if damage and not mend:
                raise LibraryDamaged(damage)
        except BaseException:
            if library is not None:
                library.close()
            lock.release()
            raise
        return library

    def close(self) -> None:
        """Let go of the files and of the lock."""
        if self._words is not None:
            self._words.close()
        self.vectors.close()
        self.catalog.close()
        self._lock.release()

    def __enter__(self) -> Library:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # --- asking ---

    def dense(self, vector: NDArray[np.float32], k: int, within: Within = EVERYTHING) -> list[tuple[str, float]]:
        """Up to k ids of live passages with their cosine to the unit vector, best first."""
        live = self._live
        inside = live.inside(within)
        asked = sum(_likely(k, some, of) for some, of in inside.collections.values())
        if inside.passages <= EXACT_MOST and (live.passages <= EXACT_MOST or asked > _ASIDE):
            return exact(*self._rows(live, within), vector, k)
        found = [hit for name in inside.collections for hit in self._nearest(name, vector, k, inside)]
        return sorted(found, key=lambda hit: -hit[1])[:k]

    def lexical(self, tokens: Sequence[str], k: int, within: Within = EVERYTHING) -> list[tuple[str, float]]:
        """Up to k ids of live passages with their BM25 score for the stems, best first."""
        live = self._live
        inside = live.inside(within)
        reports = None if inside.all else inside.ids
        asked = _likely(k, inside.passages, live.passages)
        if reports and len(reports) >= 2 * asked:  # naming each costs more than reading what does not count
            found = _among(partial(self.words.search, tokens), k, inside.revisions, asked, most=4 * asked)
            if found is not None:
                return found
        return _among(lambda wanted: self.words.search(tokens, wanted, reports), k, inside.revisions, k) or []

    def idf(self, tokens: Sequence[str]) -> dict[str, float]:
        """How rare each stem is in the library, as BM25 counts it."""
        return self.words.idf(tokens)

    def vocabulary(self) -> Counter[str]:
        """How often each word stands in the library, from its first passages; to mend a question's spelling."""
        live = self._live
        if not live.vocabulary:
            texts = self.catalog.texts(_VOCABULARY_FROM)
            live.vocabulary.append(Counter(word for text in texts for word in _LONG_WORD.findall(text.lower())))
        return live.vocabulary[0]

    def passages(self, ids: Sequence[str]) -> dict[str, tuple[Passage, NDArray[np.float32]]]:
        """The live passages among these, in this order, each with its statements' vectors (statements, dimensions)."""
        live = self._live
        asked = [id for id in ids if _revision(id) in live.revisions]
        known = {id: whole for id in asked if (whole := live.whole.get(id))}
        new = [id for id in asked if id not in known]
        if new:
            read = self.catalog.passages(new, live.reports, self.embed.fingerprint)
            if len(live.whole) + len(read) > _REMEMBERED:
                live.whole.clear()
            live.whole.update(read)
            known |= read
        return {id: known[id] for id in asked if id in known}

    def counting(self, period: Period, noun: str, within: Within = EVERYTHING, most: int = 40) -> list[str]:
        """Ids of live passages with a figure that counts the noun (its stem) in exactly this period."""
        live = self._live
        inside = live.inside(within)
        found = self.catalog.passages_counting(period, noun, most if inside.all else live.passages)
        return [id for id in found if _revision(id) in inside.revisions][:most]

    def counted_nouns(self, within: Within = EVERYTHING) -> Counter[str]:
        """How often each noun or unit stands behind a number in the sentences of live reports."""
        inside = self._live.inside(within)
        return self.catalog.counted_nouns(None if inside.all else inside.ids)

    def statements_naming(
        self, beginnings: Sequence[str], within: Within = EVERYTHING
    ) -> list[tuple[Report, str, Statement]]:
        """Every live statement whose words, heading or figures hold all of these letters, with its figures, its report
        and its page's label; see the catalog."""
        live = self._live
        return self.catalog.statements_naming(beginnings, {id: live.reports[id] for id in live.inside(within).ids})

    def passages_on(self, pages: Sequence[tuple[str, int]]) -> list[str]:
        """The ids of the passages on these pages, each a report's id and a number, in the order of the pages."""
        return self.catalog.passages_on(pages)

    def undated(self, within: Within) -> int:
        """How many reports a range of dates leaves out for the sole reason that theirs is not known."""
        return self._live.inside(within).undated

    def reports(self) -> list[Report]:
        """Every live report, by collection and path."""
        return list(self._live.reports.values())

    def report(self, path: str, collection: str | None = None) -> Report:
        """The report at this path, relative to the root it was ingested from; of the collection, if one is named."""
        reports = self._live.reports.values()
        for report in reports:
            if report.path == path and collection in (None, report.collection):
                return report
        near = difflib.get_close_matches(path, [report.path for report in reports], n=1)
        raise BadInput(
            f"There is no report at {path} in this library." + (f" Is it {near[0]} that you mean?" if near else "")
        )

    def page(self, report: Report, number: int) -> Page:
        page = self.catalog.page(report.id, number)
        if page is None:
            raise BadInput(f"{report.path} has no page {number}: it has {report.pages}.")
        return page

    def page_text(self, report: Report, number: int, start: int, end: int) -> str:
        """What stands on the page from start to end; empty if the report was retired meanwhile."""
        return self.catalog.page_text(report.id, number, start, end)

    def original(self, report: Report) -> Path:
        """The file as it was ingested, kept in the library."""
        held = next((held for held in self._live.held if held.report.id == report.id), None)
        if held is None:
            raise BadInput(f"{report.path} is no longer in the library.")
        return self.originals.path(held.sha256, held.report.path)

    def summary(self) -> dict[str, Any]:
        """What the library holds, what could not be read, and how large it is."""
        live = self._live
        return {
            "folder": str(self.folder),
            "reports": len(live.held),
            "pages": sum(held.report.pages for held in live.held),
            "passages": live.passages,
            "statements": sum(held.statements for held in live.held),
            "figures": sum(held.figures for held in live.held),
            "collections": sorted({held.report.collection for held in live.held}),
            "unread": [{"path": file.path, "reason": file.reason} for file in self.catalog.unread()],
            "embedding": self.embed.fingerprint,
            "bytes": _size(self.folder),
        }

    # --- writing: for the ingest line ---

    @property
    def held(self) -> tuple[Held, ...]:
        """Every live report with what ingest knows of it."""
        return self._live.held

    @property
    def words(self) -> Words:
        if self._words is None:
            raise LibraryDamaged(
                f"The word index of {self.folder} cannot be opened. Run `footnote rebuild` to mend it."
            )
        return self._words

    def publish(
        self, entries: Sequence[Entry], retired: Sequence[Held] = (), told: Callable[[str], None] = lambda _: None
    ) -> None:
        """Make the entries live, and what they replace and the retired gone. `told` hears of each step when it is done.

        Killed at any point, the next `open` sets the derived indexes right: a revision noted as being added or removed
        is dropped from them, and the commit in the middle takes it off that list as it goes live.
        """
        self.catalog.begin(entries)
        told("begun")
        hashes = list({digest for entry in entries for digest in entry.hashes})
        vectors = self.catalog.cached_vectors(self.embed.fingerprint, hashes)
        self._add_vectors(
            (entry.held, entry.passages, np.stack([vectors[digest] for digest in entry.hashes])) for entry in entries
        )
        told("vectors")
        if entries:
            self.words.add(wording for entry in entries for wording in _wordings(entry.held, entry.passages))
        told("words")
        self.catalog.publish(entries, retired)
        self.refresh()
        told("live")
        self.settle()
        told("settled")

    def settle(self) -> None:
        """Drop from the derived indexes what is not, or no longer, live."""
        jobs = self.catalog.jobs()
        if not jobs:
            return
        for collection in sorted({job.collection for job in jobs}):
            self.vectors.remove(collection, [job.revision for job in jobs if job.collection == collection])
        self.words.remove(job.revision for job in jobs)
        self.catalog.finish(jobs)

    def refresh(self) -> None:
        """See what the catalog holds now."""
        self._live = self._read_live()

    # --- mending ---

    def verify(self) -> list[str]:
        """What is wrong with the library, in sentences; none if all its parts agree."""
        return [*self.catalog.problems(), *self._words_problems(), *self._vector_problems(), *self._file_problems()]

    def rebuild(self) -> dict[str, Any]:
        """Make both indexes anew from the catalog; nothing is embedded. Gives what was written, and the seconds."""
        with self.writing:
            started = time.monotonic()
            self.catalog.note("rebuilding", "yes")  # if this is killed, open asks for it again
            self.vectors.clear()
            if self._words is not None:
                self._words.close()
            shutil.rmtree(self.folder / "words", ignore_errors=True)
            self._words = Words(self.folder / "words")
            for group in _groups(self._live.held):
                whole = [(held, *self.catalog.of_report(held, self.embed.fingerprint)) for held in group]
                self._add_vectors(whole)
                self._words.add(wording for held, passages, _ in whole for wording in _wordings(held, passages))
            self.catalog.finish(self.catalog.jobs())
            self.catalog.note("rebuilding", "")
        return {
            "reports": len(self._live.held),
            "passages": self._live.passages,
            "seconds": round(time.monotonic() - started, 2),
        }

    # --- inside ---

    def _add_vectors(self, reports: Iterable[tuple[Held, Sequence[Passage], NDArray[np.float32]]]) -> None:
        """Give Chroma the reports' passages, all of a collection at once: it syncs its files at every add, which for a
        small report costs more than all the rest."""
        by_collection: dict[str, list[tuple[Held, Sequence[Passage], NDArray[np.float32]]]] = defaultdict(list)
        for report in reports:
            by_collection[report[0].report.collection].append(report)
        for collection, some in sorted(by_collection.items()):
            self.vectors.add(
                collection,
                [passage.id for _, passages, _ in some for passage in passages],
                np.concatenate([vectors for _, _, vectors in some]),
                [held.revision for held, passages, _ in some for _ in passages],
            )

    def _prepare(self) -> str:
        """Open the word index and settle half-done jobs. Gives in a sentence what is damaged, or nothing.

        Chroma is not loaded here, which would take seconds: that its folder is there is all that is looked at.
        """
        if self.catalog.fact("rebuilding"):
            return f"A rebuild of {self.folder} was interrupted. {_MEND}"
        try:
            self._words = Words(self.folder / "words")
            self.settle()
        except DiskFull:
            return ""  # asking needs no room: it passes over what is not live, and the next ingest settles
        except LibraryDamaged as error:
            return str(error)
        if len(self._words) != self._live.passages:
            return f"The word index holds {len(self._words)} passages, the catalog {self._live.passages}. {_MEND}"
        if self._live.passages and self.vectors.missing():
            return f"The vector index {self.folder / 'chroma'} is missing. {_MEND}"
        return ""

    def _read_live(self) -> _Live:
        held = tuple(self.catalog.held())
        return _Live(
            held=held,
            reports={each.report.id: each.report for each in held},
            revisions=frozenset(each.revision for each in held),
            passages=sum(each.passages for each in held),
        )

    def _nearest(
        self, collection: str, vector: NDArray[np.float32], k: int, inside: _Inside
    ) -> list[tuple[str, float]]:
        """Up to k passages of the collection that the filter holds, from Chroma, best first.

        Chroma with a list of revisions takes tenths of a second. So it is asked for so many passages without one that
        k of them are likely to be inside, and with it only where they are not.
        """
        nearest = partial(self.vectors.nearest, collection, vector)
        some, of = inside.collections[collection]
        asked = _likely(k, some, of)
        found = _among(nearest, k, inside.revisions, asked, most=None if some == of else 4 * max(asked, _ASIDE))
        if found is not None:
            return found
        revisions = sorted(inside.revisions)
        groups = [revisions[start : start + _NAMED] for start in range(0, len(revisions), _NAMED)]
        found = [hit for group in groups for hit in nearest(k, revisions=group)]
        return sorted(found, key=lambda hit: -hit[1])[:k]

    def _rows(self, live: _Live, within: Within) -> tuple[list[str], NDArray[np.float32]]:
        """Ids and vectors of all passages that the filter holds. Kept until the next publish, for a few filters."""
        inside = live.inside(within)
        within = EVERYTHING if inside.all else within
        with self._reading:
            if within not in live.rows:
                if len(live.rows) >= 8:
                    live.rows.pop(next(each for each in live.rows if each != EVERYTHING))
                if EVERYTHING in live.rows:
                    ids, vectors = live.rows[EVERYTHING]
                    rows = [row for row, id in enumerate(ids) if _revision(id) in inside.revisions]
                    live.rows[within] = [ids[row] for row in rows], vectors[rows]
                else:
                    reports = None if inside.all else sorted(inside.ids)
                    live.rows[within] = self.catalog.vectors(self.embed.fingerprint, reports)
            return live.rows[within]

    def _words_problems(self) -> Iterator[str]:
        if self._words is None:
            yield f"The word index cannot be opened. {_MEND}"
            return
        yield from _compared("The word index", set(self.catalog.passage_ids()), self._words.ids())

    def _vector_problems(self) -> Iterator[str]:
        if self._live.passages and self.vectors.missing():
            yield f"The vector index is missing. {_MEND}"
            return
        if not self._live.passages and self.vectors.missing():
            return
        try:
            ours = {held.report.collection for held in self._live.held}
            for collection in sorted(ours | set(self.vectors.collections())):
                expected = self.catalog.passage_ids(collection)
                yield from _compared(f"The vector index of {collection}", set(expected), self.vectors.ids(collection))
                yield from self._unreachable(collection, _spread(expected))
        except LibraryDamaged as error:
            yield str(error)

    def _unreachable(self, collection: str, ids: Sequence[str]) -> Iterator[str]:
        """Ask Chroma for its own vectors: each must come back first, or behind others that are the same."""
        lost = []
        for id, vector in self.catalog.vectors_of(self.embed.fingerprint, ids):
            hits = self.vectors.nearest(collection, vector, 10)
            same = [other for other, cosine in hits if cosine > 0.9999]
            if id not in same and len(same) < 10:
                lost.append(id)
        if lost:
            yield (
                f"The vector index of {collection} does not find {len(lost)} of {len(ids)} passages "
                f"by their own vectors, {lost[0]} among them. {_MEND}"
            )

    def _file_problems(self) -> Iterator[str]:
        for held in self._live.held:
            path = self.originals.path(held.sha256, held.report.path)
            if not path.is_file():
                yield f"The original of {held.report.path} is missing from the library: ingest it again."
                continue
            with path.open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != held.sha256:
                    yield f"The original of {held.report.path} is damaged: delete {path} and ingest it again."
        texts: dict[tuple[str, int], str] = {}
        for passage, _ in self.passages(_spread(self.catalog.passage_ids(), 4 * _SAMPLE)).values():
            where = passage.report.id, passage.page
            if where not in texts:
                texts[where] = self.page(passage.report, passage.page).text
            if texts[where][passage.start : passage.end] != passage.text:
                yield f"Passage {passage.id} is not what its page holds at {passage.start}."


def _agree(catalog: Catalog, embed: Embed, folder: Path) -> None:
    """Note the model of a new library; refuse another one for an old library."""
    made = catalog.fact("format")
    if not made:
        catalog.note("library", uuid.uuid4().hex[:8])
        catalog.note("embedding", embed.fingerprint)
        catalog.note("format", _FORMAT)
        return
    if made != _FORMAT:
        raise LibraryDamaged(f"The library {folder} was made by another version of Footnote. Ingest into a new one.")
    model = catalog.fact("embedding")
    if model != embed.fingerprint:
        raise WrongModel(
            f"The library {folder} was embedded with {model}, and {embed.fingerprint} is configured. "
            "Configure that model again, or ingest into a new library."
        )
    if isinstance(embed, EndpointEmbed):
        embed.expect(catalog.dimensions(embed.fingerprint))


def _has_parts(folder: Path) -> bool:
    """Whether a library was made here: its word index comes after all that a new catalog says of itself."""
    return (folder / "words").is_dir()


def _revision(passage_id: str) -> str:
    """``report@revision`` of ``report@revision:p2:g3``."""
    return passage_id.partition(":")[0]


def _by_collection(reports: Iterable[Held]) -> Counter[str]:
    """How many passages there are in each collection."""
    counted: Counter[str] = Counter()
    for held in reports:
        counted[held.report.collection] += held.passages
    return counted


def _likely(k: int, some: int, of: int) -> int:
    """Of how many passages k are likely to be among the `some`, if they lie evenly among all."""
    return k if some >= of else math.ceil(1.3 * k * of / max(some, 1))


def _among(
    search: Callable[[int], list[tuple[str, float]]],
    k: int,
    revisions: frozenset[str],
    asked: int,
    most: int | None = None,
) -> list[tuple[str, float]] | None:
    """The k best of these revisions: first among `asked` hits, then among more. None if there are not k among `most`.

    While a report is being replaced its old and new passages are both in an index.
    """
    while True:
        hits = search(asked)
        kept = [hit for hit in hits if _revision(hit[0]) in revisions]
        if len(kept) >= k or len(hits) < asked:
            return kept[:k]
        asked *= 2
        if most is not None and asked > most:
            return None


def _wordings(held: Held, passages: Sequence[Passage]) -> Iterator[Wording]:
    for passage in passages:
        yield Wording(passage.id, held.report.id, held.revision, stems(rendered(passage).text))


def _groups(held: Sequence[Held]) -> Iterator[list[Held]]:
    """Reports in groups of about as many passages as are written at a time."""
    group: list[Held] = []
    for each in held:
        group.append(each)
        if sum(one.passages for one in group) >= _REBUILD:
            yield group
            group = []
    if group:
        yield group


def _size(folder: Path) -> int:
    """Bytes of all files under the folder."""
    size = 0
    for file in folder.rglob("*"):
        with contextlib.suppress(FileNotFoundError):  # tantivy may be merging its files
            size += file.stat().st_size if file.is_file() else 0
    return size


def _spread(ids: Sequence[str], most: int = _SAMPLE) -> Sequence[str]:
    """A sample, evenly spread."""
    return ids[:: max(1, -(-len(ids) // most))]


def _compared(name: str, expected: set[str], there: set[str]) -> Iterator[str]:
    missing, orphans = sorted(expected - there), sorted(there - expected)
    if missing:
        yield f"{name} lacks {len(missing)} of {len(expected)} passages, {missing[0]} among them. {_MEND}"
    if orphans:
        those = f"{len(orphans)} passages that are no longer in the library, {orphans[0]} among them"
        yield f"{name} holds {those}. {_MEND}"
