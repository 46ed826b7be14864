"""The lexical index: BM25 over stems, in tantivy. What a stem is, is decided in `rag.language.tokens`, not here."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tantivy

from rag.errors import FootnoteError, LibraryDamaged, brief
from rag.index.disk import disk_trouble

_HEAP = 50_000_000  # bytes the writer gathers before it writes a segment


@dataclass(frozen=True, slots=True)
class Wording:
    """One passage as it is indexed."""

    id: str
    report: str
    revision: str  # report@revision, by which it is dropped
    stems: Sequence[str]


class Words:
    """One library's `words/` folder. The writer is made when something is first written."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._schema = _schema()
        try:
            self._index = tantivy.Index(self._schema, path=str(folder))
        except ValueError as error:
            if trouble := disk_trouble(folder, error):
                raise trouble from error
            raise LibraryDamaged(
                f"The word index {folder} cannot be opened ({brief(error)}). Run `footnote rebuild` to make it anew."
            ) from error
        self._writer: Any = None
        self._searcher = self._index.searcher()
        self._idf: dict[str, float | None] = {}

    def close(self) -> None:
        if self._writer is not None:
            writer, self._writer = self._writer, None
            with contextlib.suppress(ValueError):  # of merging; what was committed is there, merged or not
                writer.wait_merging_threads()  # consumes the writer, and with it tantivy's own lock

    def __len__(self) -> int:
        return int(self._searcher.num_docs)

    def add(self, wordings: Iterable[Wording]) -> None:
        """Add passages and commit: when this returns they are on disk and found."""
        with self._committed() as writer:
            for wording in wordings:
                writer.add_document(
                    tantivy.Document(
                        id=wording.id,
                        report=wording.report,
                        revision=wording.revision,
                        body=" ".join(wording.stems),
                    )
                )

    def remove(self, revisions: Iterable[str]) -> None:
        """Drop all passages of these revisions and commit."""
        with self._committed() as writer:
            for revision in revisions:
                writer.delete_documents_by_term("revision", revision)

    def search(self, stems: Sequence[str], k: int, reports: Iterable[str] | None = None) -> list[tuple[str, float]]:
        """Up to k passage ids with their BM25 score, best first: any of the stems, in the reports named or in all."""
        if not stems or k < 1:
            return []
        query = tantivy.Query.boolean_query([(tantivy.Occur.Should, self._term(stem)) for stem in dict.fromkeys(stems)])
        if reports is not None:
            inside = tantivy.Query.term_set_query(self._schema, "report", list(reports))
            unscored = tantivy.Query.const_score_query(inside, 0.0)
            query = tantivy.Query.boolean_query([(tantivy.Occur.Must, query), (tantivy.Occur.Must, unscored)])
        searcher = self._searcher
        hits = searcher.search(query, k, count=False).hits
        return [(searcher.doc(address)["id"][0], float(score)) for score, address in hits]

    def idf(self, stems: Iterable[str]) -> dict[str, float]:
        """How rare each stem is: ln(1 + (N - df + .5) / (df + .5)), as in BM25; without those that no passage holds."""
        searcher, known = self._searcher, self._idf  # a commit replaces both
        for stem in (stems := list(stems)):
            if stem not in known:
                total = searcher.num_docs
                having = min(searcher.doc_freq("body", stem), total)  # it still counts what was just dropped
                known[stem] = math.log(1 + (total - having + 0.5) / (having + 0.5)) if having else None
        return {stem: rarity for stem in stems if (rarity := known[stem]) is not None}

    def ids(self) -> set[str]:
        """The id of every passage in the index."""
        searcher = self._searcher
        hits = searcher.search(tantivy.Query.all_query(), max(1, searcher.num_docs), count=False).hits
        return {searcher.doc(address)["id"][0] for _, address in hits}

    def clear(self) -> None:
        """Drop everything and commit."""
        with self._committed() as writer:
            writer.delete_all_documents()

    def _term(self, stem: str) -> Any:
        return tantivy.Query.term_query(self._schema, "body", stem, "freq")

    @contextlib.contextmanager
    def _committed(self) -> Iterator[Any]:
        """The writer; what the body gives it is committed at its end."""
        try:
            if self._writer is None:
                self._writer = self._index.writer(heap_size=_HEAP, num_threads=1)
            yield self._writer
            self._writer.commit()
        except (ValueError, OSError) as error:
            self._writer = None  # it is of no use any more; the next one begins at the last commit
            if trouble := disk_trouble(self._folder, error):
                raise trouble from error
            raise FootnoteError(f"The word index {self._folder} could not be written ({brief(error)}).") from error
        self._index.reload()
        self._searcher = self._index.searcher()
        self._idf = {}


def _schema() -> Any:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("report", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("revision", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("body", tokenizer_name="whitespace", index_option="freq")
    return builder.build()
