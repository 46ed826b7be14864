"""The record: reports, pages, passages, statements, figures and cached vectors, in SQLite. What has a row here is live.

Chroma and tantivy are derived from it. Nothing here knows of them, but for the list of
revisions that they still have to drop.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from rag.errors import START_ANEW, FootnoteError, LibraryDamaged
from rag.index import schema
from rag.index.disk import disk_trouble
from rag.types import (
    Block,
    Box,
    Cell,
    Embedded,
    Figure,
    Page,
    Passage,
    Period,
    PeriodKind,
    Published,
    Report,
    Statement,
)


@dataclass(frozen=True, slots=True)
class Held:
    """A live report with what ingest and status know of it besides."""

    report: Report
    root: str  # the folder that was ingested
    sha256: str
    size: int
    mtime_ns: int
    pipeline: str  # version of reader and splitter
    passages: int
    statements: int
    figures: int

    @property
    def revision(self) -> str:
        """The name under which the derived indexes know it: ``report@revision``."""
        return f"{self.report.id}@{self.report.revision}"


@dataclass(frozen=True, slots=True)
class Entry:
    """All that one commit makes live: a report, its pages, and its passages with the hash of each one's embedding."""

    held: Held
    pages: tuple[Page, ...]
    passages: tuple[Passage, ...]
    hashes: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Unread:
    """A file that could not be read, and why."""

    collection: str
    root: str
    path: str
    reason: str
    revision: str = ""
    size: int = -1
    mtime_ns: int = -1
    pipeline: str = ""


@dataclass(frozen=True, slots=True)
class Correction:
    """What a person said of a report, against what was found in it; None where nothing was said."""

    title: str | None = None
    published: date | None = None
    covers: Period | None = None

    @property
    def published_by_hand(self) -> Published | None:
        return Published(self.published, "set by hand") if self.published else None


@dataclass(frozen=True, slots=True)
class Job:
    """A revision to be dropped from the derived indexes unless a commit makes it live."""

    revision: str
    collection: str
    doing: Literal["adding", "removing"] = field(default="adding")


class Catalog:
    """One library's `catalog.db`. Reads may come from any thread; writes are the ingest line's alone."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._engine = sa.create_engine(f"sqlite:///{path}")
        sa.event.listen(self._engine, "connect", _prepare)
        sa.event.listen(self._engine, "handle_error", self._explain)
        try:
            schema.tables.create_all(self._engine)
            self._add_columns()
        except sqlite3.Error as error:  # from the pragmas of a new connection, which SQLAlchemy does not wrap
            raise self._explained(error) or error from error

    def close(self) -> None:
        self._engine.dispose()

    def _add_columns(self) -> None:
        """Give a catalog that an earlier version made the columns that were added since, with their defaults."""
        with self._engine.begin() as db:
            for table in schema.tables.sorted_tables:
                there = {column["name"] for column in sa.inspect(db).get_columns(table.name)}
                for column in table.columns:
                    if column.name not in there:
                        kind = sa.schema.CreateColumn(column).compile(self._engine)
                        db.exec_driver_sql(f"ALTER TABLE {table.name} ADD COLUMN {kind}")

    def _explain(self, context: sa.engine.ExceptionContext) -> None:
        """Say in a sentence what SQLite says of the disk or of the file, wherever it says it."""
        if told := self._explained(context.original_exception):
            raise told from context.original_exception

    def _explained(self, error: BaseException) -> FootnoteError | None:
        said, folder = str(error), self._path.parent
        if trouble := disk_trouble(folder, error):
            return trouble
        if "malformed" in said or "not a database" in said:
            return LibraryDamaged(f"{self._path} is damaged ({said}). {START_ANEW.format(folder=folder)}")
        if "disk I/O error" in said:
            return FootnoteError(f"The disk that holds {folder} failed ({said}). Check the disk, and try again.")
        return None

    # --- facts about the library ---

    def fact(self, key: str) -> str:
        """What was noted under the key; empty if nothing was."""
        with self._engine.connect() as db:
            return db.scalar(sa.select(schema.meta.c.value).where(schema.meta.c.key == key)) or ""

    def note(self, key: str, value: str) -> None:
        with self._engine.begin() as db:
            db.execute(sa.delete(schema.meta).where(schema.meta.c.key == key))
            db.execute(sa.insert(schema.meta), {"key": key, "value": value})

    # --- reading ---

    def held(self) -> list[Held]:
        """Every live report, by collection and path."""
        with self._engine.connect() as db:
            rows = db.execute(
                sa.select(schema.reports).order_by(schema.reports.c.collection, schema.reports.c.path)
            ).all()
        return [_held(row) for row in rows]

    def page(self, report: str, number: int) -> Page | None:
        with self._engine.connect() as db:
            row = db.execute(
                sa.select(schema.pages).where(schema.pages.c.report == report, schema.pages.c.number == number)
            ).one_or_none()
        return None if row is None else _page(row)

    def page_text(self, report: str, number: int, start: int, end: int) -> str:
        """What stands on a live report's page from start to end; empty where there is no such page any more."""
        part = sa.func.substr(schema.pages.c.text, start + 1, end - start)
        where = schema.pages.c.report == report, schema.pages.c.number == number
        with self._engine.connect() as db:
            return db.scalar(sa.select(part).where(*where)) or ""

    def passage_ids(self, collection: str | None = None) -> list[str]:
        """The ids of all live passages, of one collection or all."""
        query = sa.select(schema.passages.c.id).order_by(schema.passages.c.key)
        if collection is not None:
            query = query.join(schema.reports).where(schema.reports.c.collection == collection)
        with self._engine.connect() as db:
            return list(db.scalars(query))

    def passages(
        self, ids: Sequence[str], reports: Mapping[str, Report], model: str
    ) -> dict[str, tuple[Passage, NDArray[np.float32]]]:
        """The live ones among the passages named, whole, each with its statements' vectors (statements, dimensions)."""
        with self._engine.connect() as db:
            db.exec_driver_sql("BEGIN")  # the three see the library between the same two commits
            rows = db.execute(_PASSAGES, {"ids": list(ids), "model": model}).all()
            keys = [row.key for row in rows]
            figures: dict[tuple[int, int], list[Figure]] = {}
            for passage, statement, a, b, c, d, value, unit, qualifier, counts, provisional, *when in db.execute(
                _FIGURES, {"keys": keys}
            ).all():
                figure = Figure(a, b, c, d, value, unit, qualifier, counts, _period_of(*when), provisional)
                figures.setdefault((passage, statement), []).append(figure)
            statements: dict[int, list[Any]] = {}
            for statement in db.execute(_STATEMENTS, {"keys": keys}).all():
                statements.setdefault(statement[0], []).append(statement)
        found: dict[str, tuple[Passage, NDArray[np.float32]]] = {}
        for row in rows:
            if row.report not in reports:  # retired since the caller looked
                continue
            report = reports[row.report]
            if row.published:
                report = replace(report, published=Published(row.published, row.published_source))
            text, at = row.text, row.start
            cited = tuple(
                Statement(
                    id=id,
                    passage_id=row.id,
                    page=row.page,
                    ordinal=ordinal,
                    start=start,
                    end=end,
                    text=text[start - at : end - at],
                    kind=kind,
                    heading=heading,
                    caption=caption,
                    cells=_cells(json.loads(cells)) if cells else (),
                    total=total,
                    period=_period_of(*period),
                    said=said,
                    figures=tuple(figures.get((key, ordinal), ())),
                )
                for key, id, ordinal, start, end, kind, heading, caption, cells, total, said, *period in statements[
                    row.key
                ]
            )
            passage = Passage(
                id=row.id,
                report=report,
                page=row.page,
                ordinal=row.ordinal,
                start=at,
                end=row.end,
                text=text,
                heading=row.heading,
                statements=cited,
                label=row.label,
            )
            found[row.id] = passage, _parts(row.parts, len(cited))
        return {id: found[id] for id in ids if id in found}

    def texts(self, most: int) -> list[str]:
        """The texts of up to so many live passages."""
        with self._engine.connect() as db:
            return list(db.scalars(sa.select(schema.passages.c.text).limit(most)))

    def passages_counting(self, period: Period, noun: str, most: int) -> list[str]:
        """Ids of passages with a figure of exactly this period whose unit has a word that starts with the noun."""
        unit = sa.func.lower(schema.figures.c.unit)
        query = (
            sa.select(schema.passages.c.id)
            .distinct()
            .join(schema.figures, schema.figures.c.passage == schema.passages.c.key)
            .where(schema.figures.c.period_start == period.start, schema.figures.c.period_end == period.end)
            .where(unit.startswith(noun, autoescape=True) | unit.contains(f" {noun}", autoescape=True))
            .order_by(schema.passages.c.id)
            .limit(most)
        )
        with self._engine.connect() as db:
            return list(db.scalars(query))

    def counted_nouns(self, reports: Sequence[str] | None = None) -> Counter[str]:
        """How often each unit stands behind a number in a sentence: of the reports named, or of all."""
        query = (
            sa.select(schema.figures.c.unit, sa.func.count())
            .where(schema.figures.c.counts == "", schema.figures.c.unit != "")
            .group_by(schema.figures.c.unit)
        )
        queries = [query]
        if reports is not None:
            joined = query.join(schema.passages, schema.passages.c.key == schema.figures.c.passage)
            queries = [joined.where(schema.passages.c.report.in_(some)) for some in _some(reports)]
        counted: Counter[str] = Counter()
        with self._engine.connect() as db:
            for each in queries:
                for unit, count in db.execute(each):
                    counted[unit] += count
        return counted

    def statements_naming(
        self, beginnings: Sequence[str], reports: Mapping[str, Report]
    ) -> list[tuple[Report, str, Statement]]:
        """Statements of these reports with figures, in reading order, each with its report and its page's label: those
        whose text, heading or what the figures count hold all of these letters. Only the figures that do are with them.
        """
        query = _NAMING
        for letters in beginnings:
            query = query.where(
                schema.figures.c.counts.contains(letters, autoescape=True)
                | schema.statements.c.heading.contains(letters, autoescape=True)
                | _STATEMENT_TEXT.contains(letters, autoescape=True)
            )
        found: dict[tuple[int, int], tuple[Any, list[Figure]]] = {}
        with self._engine.connect() as db:
            for row in db.execute(query):
                if row.report in reports:
                    figure = Figure(*row[:8], period=_period_of(*row[8:12]), provisional=row.provisional)
                    found.setdefault((row.passage, row.ordinal), (row, []))[1].append(figure)
        return [self._named(row, reports[row.report], tuple(figures)) for row, figures in found.values()]

    @staticmethod
    def _named(row: Any, report: Report, figures: tuple[Figure, ...]) -> tuple[Report, str, Statement]:
        if row.published:
            report = replace(report, published=Published(row.published, row.published_source))
        statement = Statement(
            id=row.id,
            passage_id=row.passage_id,
            page=row.page,
            ordinal=row.ordinal,
            start=row.s_start,
            end=row.s_end,
            text=row.text,
            kind=row.kind,
            heading=row.heading,
            caption=row.caption,
            cells=_cells(json.loads(row.cells)) if row.cells else (),
            total=row.total,
            figures=figures,
        )
        return report, row.label, statement

    def passages_on(self, pages: Sequence[tuple[str, int]]) -> list[str]:
        """Ids of the passages on these pages (report, number), page by page in reading order."""
        if not pages:
            return []
        held = schema.passages.c
        query = (
            sa.select(held.id, held.report, held.page)
            .where(sa.tuple_(held.report, held.page).in_(pages))
            .order_by(held.ordinal)
        )
        with self._engine.connect() as db:
            found = db.execute(query).all()
        return [row.id for page in pages for row in found if (row.report, row.page) == tuple(page)]

    def vectors(self, model: str, reports: Sequence[str] | None = None) -> tuple[list[str], NDArray[np.float32]]:
        """Passage ids and their unit vectors (passages, dimensions): of the reports named, or of all."""
        query = sa.select(schema.passages.c.id, schema.embeddings.c.vector).join(
            schema.embeddings,
            sa.and_(schema.embeddings.c.hash == schema.passages.c.embedding, schema.embeddings.c.model == model),
        )
        with self._engine.connect() as db:
            if reports is None:
                rows = list(db.execute(query.order_by(schema.passages.c.key)))
            else:
                rows = [
                    row
                    for some in _some(reports)
                    for row in db.execute(
                        query.where(schema.passages.c.report.in_(some)).order_by(schema.passages.c.key)
                    )
                ]
        ids = [row.id for row in rows]
        matrix = np.frombuffer(b"".join(row.vector for row in rows), np.float32)
        return ids, matrix.reshape(len(ids), -1) if ids else np.empty((0, 0), np.float32)

    def vectors_of(self, model: str, ids: Sequence[str]) -> list[tuple[str, NDArray[np.float32]]]:
        """Each of the passages named with its vector."""
        query = sa.select(schema.passages.c.id, schema.embeddings.c.vector).join(
            schema.embeddings,
            sa.and_(schema.embeddings.c.hash == schema.passages.c.embedding, schema.embeddings.c.model == model),
        )
        with self._engine.connect() as db:
            return [
                (row.id, np.frombuffer(row.vector, np.float32))
                for some in _some(ids)
                for row in db.execute(query.where(schema.passages.c.id.in_(some)))
            ]

    def problems(self) -> list[str]:
        """What is wrong with the file itself, or between its tables."""
        with self._engine.connect() as db:
            state = db.scalar(sa.text("PRAGMA quick_check(1)"))
            known = (
                sa.select(schema.embeddings.c.hash)
                .where(schema.embeddings.c.hash == schema.passages.c.embedding)
                .exists()
            )
            bare = db.scalar(sa.select(sa.func.count()).select_from(schema.passages).where(~known)) or 0
        found = []
        if state != "ok":
            told = " ".join(str(state).split())
            found.append(f"{self._path} is damaged ({told}). {START_ANEW.format(folder=self._path.parent)}")
        if bare:
            found.append(f"{bare} passages have no vector in the catalog: ingest their reports into a new library.")
        if jobs := self.jobs():
            found.append(f"{len(jobs)} half-done jobs are left, {jobs[0].revision} among them.")
        return found

    def of_report(self, held: Held, model: str) -> tuple[list[Passage], NDArray[np.float32]]:
        """A report's passages, in order, and their vectors: what the derived indexes are filled with."""
        ids, vectors = self.vectors(model, [held.report.id])
        whole = self.passages(ids, {held.report.id: held.report}, model)
        return [whole[id][0] for id in ids], vectors

    # --- embeddings ---

    def cached(self, model: str, hashes: Sequence[bytes]) -> set[bytes]:
        """Those of the hashes whose vectors are here."""
        query = sa.select(schema.embeddings.c.hash).where(schema.embeddings.c.model == model)
        with self._engine.connect() as db:
            return {h for some in _some(hashes) for h in db.scalars(query.where(schema.embeddings.c.hash.in_(some)))}

    def cached_vectors(self, model: str, hashes: Sequence[bytes]) -> dict[bytes, NDArray[np.float32]]:
        """The vectors cached under these hashes."""
        query = sa.select(schema.embeddings.c.hash, schema.embeddings.c.vector).where(
            schema.embeddings.c.model == model
        )
        with self._engine.connect() as db:
            return {
                row.hash: np.frombuffer(row.vector, np.float32)
                for some in _some(hashes)
                for row in db.execute(query.where(schema.embeddings.c.hash.in_(some)))
            }

    def dimensions(self, model: str) -> int:
        """How many dimensions the model's vectors here have; 0 where there are none."""
        query = sa.select(schema.embeddings.c.vector).where(schema.embeddings.c.model == model).limit(1)
        with self._engine.connect() as db:
            vector = db.scalar(query)
        return len(vector) // np.dtype(np.float32).itemsize if vector else 0

    def cache(self, model: str, embedded: Iterable[tuple[bytes, Embedded]]) -> None:
        rows = [
            {"model": model, "hash": h, "vector": e.vector.astype(np.float32).tobytes(), "parts": _halves(e.parts)}
            for h, e in embedded
        ]
        if rows:
            with self._engine.begin() as db:
                db.execute(sa.insert(schema.embeddings).prefix_with("OR IGNORE"), rows)

    # --- publishing ---

    def jobs(self) -> list[Job]:
        with self._engine.connect() as db:
            return [Job(*row) for row in db.execute(sa.select(schema.jobs))]

    def begin(self, entries: Sequence[Entry]) -> None:
        """Note which revisions are about to be added to the derived indexes."""
        if not entries:
            return
        with self._engine.begin() as db:
            db.execute(
                sa.insert(schema.jobs).prefix_with("OR REPLACE"),
                [_job(entry.held, "adding") for entry in entries],
            )

    def publish(self, entries: Sequence[Entry], retired: Sequence[Held] = ()) -> None:
        """Make the entries live and the retired, and the revisions the entries replace, gone: one commit."""
        new = {entry.held.report.id for entry in entries}
        with self._engine.begin() as db:
            replaced = [_held(row) for some in _some(list(new)) for row in db.execute(_REPORTS_NAMED, {"ids": some})]
            gone = [*replaced, *retired]
            for some in _some([held.report.id for held in gone]):
                db.execute(sa.delete(schema.reports).where(schema.reports.c.id.in_(some)))
            if gone:
                db.execute(sa.insert(schema.jobs).prefix_with("OR REPLACE"), [_job(held, "removing") for held in gone])
            for entry in entries:
                _insert(db, entry)
            for some in _some([entry.held.revision for entry in entries]):
                db.execute(sa.delete(schema.jobs).where(schema.jobs.c.revision.in_(some)))

    def finish(self, jobs: Sequence[Job]) -> None:
        """The derived indexes no longer hold these revisions."""
        with self._engine.begin() as db:
            for some in _some([job.revision for job in jobs]):
                db.execute(sa.delete(schema.jobs).where(schema.jobs.c.revision.in_(some)))

    def seen(self, held: Held) -> None:
        """The same content with another place or time on disk."""
        with self._engine.begin() as db:
            db.execute(
                sa.update(schema.reports)
                .where(schema.reports.c.id == held.report.id)
                .values(path=held.report.path, root=held.root, size=held.size, mtime_ns=held.mtime_ns)
            )

    # --- what people correct ---

    def corrections(self) -> dict[str, Correction]:
        """What was said of each report, by its id."""
        with self._engine.connect() as db:
            return {
                row.report: Correction(
                    row.title,
                    row.published,
                    _period_of(row.period_start, row.period_end, row.period_label, row.period_kind),
                )
                for row in db.execute(sa.select(schema.corrections))
            }

    def correct(self, report: str, said: Correction) -> None:
        """Note what was said of a report in the place of all that was said before; an empty correction is none."""
        with self._engine.begin() as db:
            db.execute(sa.delete(schema.corrections).where(schema.corrections.c.report == report))
            if said != Correction():
                row = {"report": report, "title": said.title, "published": said.published, **_period_row(said.covers)}
                db.execute(sa.insert(schema.corrections), row)

    def drop_unused_embeddings(self) -> None:
        """Forget the vectors of passages that are gone."""
        used = sa.select(schema.passages.c.key).where(schema.passages.c.embedding == schema.embeddings.c.hash).exists()
        with self._engine.begin() as db:
            db.execute(sa.delete(schema.embeddings).where(~used))

    # --- what could not be read ---

    def unread(self, collection: str | None = None, root: str | None = None) -> list[Unread]:
        query = sa.select(schema.unread).order_by(schema.unread.c.collection, schema.unread.c.path)
        if collection is not None:
            query = query.where(schema.unread.c.collection == collection)
        if root is not None:
            query = query.where(schema.unread.c.root == root)
        with self._engine.connect() as db:
            return [Unread(**row._mapping) for row in db.execute(query)]

    def list_unread(self, file: Unread) -> None:
        self.unlist_unread([file])
        with self._engine.begin() as db:
            db.execute(sa.insert(schema.unread), {name: getattr(file, name) for name in Unread.__slots__})

    def unlist_unread(self, files: Iterable[Unread]) -> None:
        with self._engine.begin() as db:
            for file in files:
                db.execute(
                    sa.delete(schema.unread).where(
                        schema.unread.c.collection == file.collection,
                        schema.unread.c.root == file.root,
                        schema.unread.c.path == file.path,
                    )
                )


def _prepare(connection: Any, _record: object) -> None:
    """WAL, so that questions are answered while an ingest writes.

    Synchronous is FULL, not WAL's usual NORMAL: a power cut could otherwise lose the last commits, and with them the
    note of what was just added to Chroma and tantivy, whose own writes are synced. It costs some 5 ms a report.
    """
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "busy_timeout=10000",
        "cache_size=-16000",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


# Built once: SQLAlchemy then finds their compiled form in its cache.
_PASSAGES = (
    sa.select(
        *(c for c in schema.passages.c if c.name != "embedding"),
        schema.embeddings.c.parts,
        schema.pages.c.published,
        schema.pages.c.published_source,
        schema.pages.c.label,
    )
    .join(
        schema.pages,
        sa.and_(schema.pages.c.report == schema.passages.c.report, schema.pages.c.number == schema.passages.c.page),
    )
    .join(
        schema.embeddings,
        sa.and_(
            schema.embeddings.c.hash == schema.passages.c.embedding, schema.embeddings.c.model == sa.bindparam("model")
        ),
    )
    .where(schema.passages.c.id.in_(sa.bindparam("ids", expanding=True)))
)
_STATEMENTS = (
    sa.select(*(c for c in schema.statements.c if c.name != "key"))
    .where(schema.statements.c.passage.in_(sa.bindparam("keys", expanding=True)))
    .order_by(
        schema.statements.c.passage, schema.statements.c.key
    )  # the order of the index: by key alone SQLite reads the table
)
_FIGURES = (
    sa.select(*(c for c in schema.figures.c if c.name != "key"))
    .where(schema.figures.c.passage.in_(sa.bindparam("keys", expanding=True)))
    .order_by(schema.figures.c.passage, schema.figures.c.key)
)
_STATEMENT_TEXT = sa.func.substr(
    schema.passages.c.text,
    schema.statements.c.start - schema.passages.c.start + 1,
    schema.statements.c.end - schema.statements.c.start,
)
_NAMING = (
    sa.select(
        *(
            schema.figures.c[name]
            for name in ("start", "end", "number_start", "number_end", "value", "unit", "qualifier", "counts")
        ),
        schema.figures.c.period_start,
        schema.figures.c.period_end,
        schema.figures.c.period_label,
        schema.figures.c.period_kind,
        schema.figures.c.provisional,
        schema.passages.c.report,
        schema.passages.c.page,
        schema.passages.c.id.label("passage_id"),
        schema.statements.c.passage,
        schema.statements.c.id,
        schema.statements.c.ordinal,
        schema.statements.c.start.label("s_start"),
        schema.statements.c.end.label("s_end"),
        schema.statements.c.kind,
        schema.statements.c.heading,
        schema.statements.c.caption,
        schema.statements.c.cells,
        schema.statements.c.total,
        _STATEMENT_TEXT.label("text"),
        schema.pages.c.label,
        schema.pages.c.published,
        schema.pages.c.published_source,
    )
    .join(schema.passages, schema.passages.c.key == schema.figures.c.passage)
    .join(
        schema.statements,
        sa.and_(
            schema.statements.c.passage == schema.figures.c.passage,
            schema.statements.c.ordinal == schema.figures.c.statement,
        ),
    )
    .join(
        schema.pages,
        sa.and_(schema.pages.c.report == schema.passages.c.report, schema.pages.c.number == schema.passages.c.page),
    )
    .order_by(schema.figures.c.key)
)
_REPORTS_NAMED = sa.select(schema.reports).where(schema.reports.c.id.in_(sa.bindparam("ids", expanding=True)))


def _some(items: Sequence[Any], size: int = 5000) -> Iterator[Sequence[Any]]:
    """In pieces: one statement takes at most 32,766 parameters."""
    return (items[i : i + size] for i in range(0, len(items), size))


def _job(held: Held, doing: str) -> dict[str, str]:
    return {"revision": held.revision, "collection": held.report.collection, "doing": doing}


def _insert(db: sa.Connection, entry: Entry) -> None:
    """The rows of one report."""
    held, report = entry.held, entry.held.report
    published = report.published
    db.execute(
        sa.insert(schema.reports),
        {
            "id": report.id,
            "revision": report.revision,
            "collection": report.collection,
            "path": report.path,
            "root": held.root,
            "sha256": held.sha256,
            "size": held.size,
            "mtime_ns": held.mtime_ns,
            "pipeline": held.pipeline,
            "title": report.title,
            "kind": report.kind,
            "published": published.day if published else None,
            "published_source": published.source if published else None,
            **_period_row(report.covers),
            "notes": json.dumps(report.notes, ensure_ascii=False),
            "pages": report.pages,
            "passages": held.passages,
            "statements": held.statements,
            "figures": held.figures,
        },
    )
    first = (db.scalar(sa.select(sa.func.max(schema.passages.c.key))) or 0) + 1
    keyed = list(enumerate(entry.passages, first))
    pages = [
        {
            "report": report.id,
            "number": page.number,
            "text": page.text,
            "label": page.label,
            "width": page.width,
            "height": page.height,
            "blocks": _packed(
                [[b.kind, b.start, b.end, b.level, _listed(b.cells), b.caption, b.total] for b in page.blocks]
            ),
            "boxes": _packed([[b.start, b.end, b.x0, b.y0, b.x1, b.y1] for b in page.boxes]),
            "published": page.published.day if page.published else None,
            "published_source": page.published.source if page.published else None,
        }
        for page in entry.pages
    ]
    passages = [
        {
            "key": key,
            "id": passage.id,
            "report": report.id,
            "page": passage.page,
            "ordinal": passage.ordinal,
            "start": passage.start,
            "end": passage.end,
            "text": passage.text,
            "heading": passage.heading,
            "embedding": digest,
        }
        for (key, passage), digest in zip(keyed, entry.hashes, strict=True)
    ]
    statements = [
        {
            "passage": key,
            "id": s.id,
            "ordinal": s.ordinal,
            "start": s.start,
            "end": s.end,
            "kind": s.kind,
            "heading": s.heading,
            "caption": s.caption,
            "cells": json.dumps(_listed(s.cells), ensure_ascii=False) if s.cells else "",
            "total": s.total,
            **_period_row(s.period),
            "said": s.said,
        }
        for key, passage in keyed
        for s in passage.statements
    ]
    figures = [
        {
            "passage": key,
            "statement": s.ordinal,
            "start": f.start,
            "end": f.end,
            "number_start": f.number_start,
            "number_end": f.number_end,
            "value": f.value,
            "unit": f.unit,
            "qualifier": f.qualifier,
            "counts": f.counts,
            "provisional": f.provisional,
            **_period_row(f.period),
        }
        for key, passage in keyed
        for s in passage.statements
        for f in s.figures
    ]
    for table, rows in (
        (schema.pages, pages),
        (schema.passages, passages),
        (schema.statements, statements),
        (schema.figures, figures),
    ):
        if rows:
            db.execute(sa.insert(table), rows)


# --- rows and nouns -------------------------------------------------------------------------------------------------


def _held(row: Any) -> Held:
    report = Report(
        id=row.id,
        revision=row.revision,
        path=row.path,
        collection=row.collection,
        title=row.title,
        kind=row.kind,
        pages=row.pages,
        published=Published(row.published, row.published_source) if row.published else None,
        covers=_period_of(row.period_start, row.period_end, row.period_label, row.period_kind),
        notes=tuple(json.loads(row.notes)) if row.notes != "[]" else (),
    )
    return Held(
        report, row.root, row.sha256, row.size, row.mtime_ns, row.pipeline, row.passages, row.statements, row.figures
    )


def _page(row: Any) -> Page:
    return Page(
        number=row.number,
        text=row.text,
        blocks=tuple(Block(b[0], b[1], b[2], b[3], _cells(b[4]), *b[5:]) for b in _unpacked(row.blocks)),
        label=row.label,
        width=row.width,
        height=row.height,
        boxes=tuple(Box(*box) for box in _unpacked(row.boxes)),
        published=Published(row.published, row.published_source) if row.published else None,
    )


def _period_row(period: Period | None) -> dict[str, Any]:
    if period is None:
        return {"period_start": None, "period_end": None, "period_label": None, "period_kind": None}
    return {
        "period_start": period.start,
        "period_end": period.end,
        "period_label": period.label,
        "period_kind": period.kind.value,
    }


@lru_cache(maxsize=4096)  # a library speaks of few periods, thousands of times
def _period_of(start: date | None, end: date | None, label: str | None, kind: str | None) -> Period | None:
    if start is None or end is None or kind is None:
        return None
    return Period(start, end, label or "", PeriodKind(kind))


def _listed(cells: tuple[Cell, ...]) -> list[Any]:
    return [[cell.start, cell.end, list(cell.headers)] for cell in cells]


def _cells(listed: list[Any]) -> tuple[Cell, ...]:
    return tuple(Cell(start, end, tuple(headers)) for start, end, headers in listed)


def _packed(what: object) -> bytes:
    return zlib.compress(json.dumps(what, ensure_ascii=False, separators=(",", ":")).encode())


def _unpacked(packed: bytes) -> Any:
    return json.loads(zlib.decompress(packed))


def _halves(parts: NDArray[np.float32]) -> bytes:
    return parts.astype(np.float16).tobytes()


def _parts(halves: bytes, count: int) -> NDArray[np.float32]:
    return np.frombuffer(halves, np.float16).astype(np.float32).reshape(count, -1 if count else 0)
