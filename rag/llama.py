"""LlamaIndex at our edges: its Documents in; our retriever, embedding and query engine out. Nothing else imports it."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Any

from llama_index.core.base.response.schema import Response
from llama_index.core.embeddings import BaseEmbedding
from llama_index.core.query_engine import CustomQueryEngine
from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import Document, NodeWithScore, QueryBundle, TextNode
from pydantic import ConfigDict, PrivateAttr

from rag.ask import ask
from rag.ingest import IngestReport, ingest, reader
from rag.library import Library
from rag.question import understand
from rag.reading import dates
from rag.reading.plain import read_text
from rag.search import search
from rag.types import Asked, Embed, Reading, Spanned

_NAME_KEYS = ("file_path", "file_name", "filename", "source", "url")
_DATE_KEYS = ("published", "date", "publication_date", "last_modified_date", "creation_date")


def ingest_documents(
    library: Library, documents: Sequence[Document], source: str = "llama-index", collection: str = "main"
) -> IngestReport:
    """Make the library's part from ``source`` exactly these documents; again with the same ones embeds nothing.

    Documents with one file name are the pages of one report, in their order. They are kept as JSON in the library's own
    folder, and go down the ingest line from there.
    """
    folder = library.folder / "documents" / _slug(source)
    folder.mkdir(parents=True, exist_ok=True)
    kept: set[Path] = set()
    for name, pages in groupby(documents, key=_name):
        path = folder / f"{_slug(name)}.json"
        path.write_text(json.dumps(_report(name, list(pages)), ensure_ascii=False, sort_keys=True), encoding="utf-8")
        kept.add(path)
    for gone in set(folder.glob("*.json")) - kept:
        gone.unlink()
    return ingest(library, [folder], read=reader(read_documents), collection=collection)


def read_documents(path: Path) -> Reading:
    """The pages of one report that ``ingest_documents`` has kept."""
    held = json.loads(path.read_text(encoding="utf-8"))
    readings = [read_text(page["text"].encode(), path.name) for page in held["pages"]]
    pages = tuple(
        replace(reading.pages[0], number=number, label=page["label"])
        for number, (reading, page) in enumerate(zip(readings, held["pages"], strict=True), start=1)
    )
    published = dates.published(held["published"], "document metadata") if held["published"] else None
    return Reading("Document", held["title"], pages, published, dates.covers(held["title"]))


class FootnoteRetriever(BaseRetriever):
    """Footnote's search as a LlamaIndex retriever; each node is a passage, with its exact place in the metadata."""

    def __init__(self, library: Library, *, k: int = 5, scope: str = "", as_of: date | None = None) -> None:
        self._library, self._k, self._scope, self._as_of = library, k, scope, as_of
        super().__init__()

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        asked = Asked(query_bundle.query_str, self._as_of or date.today())
        found = search(self._library, understand(asked), self._scope, self._k)
        return [
            NodeWithScore(
                node=TextNode(
                    id_=f"{each.report}#{each.page}:{each.start}-{each.end}",
                    text=each.text,
                    metadata={"report": each.report, "page": each.page, "start": each.start, "end": each.end},
                    excluded_embed_metadata_keys=["start", "end"],
                    excluded_llm_metadata_keys=["start", "end"],
                ),
                score=each.score,
            )
            for each in found.passages
        ]


class FootnoteEmbedding(BaseEmbedding):
    """Footnote's embedding model for LlamaIndex's own indexes."""

    _embed: Embed = PrivateAttr()

    def __init__(self, embed: Embed, **fields: Any) -> None:
        super().__init__(model_name=embed.fingerprint, **fields)
        self._embed = embed

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return [each.vector.tolist() for each in self._embed([Spanned(text) for text in texts])]

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)


class FootnoteQueryEngine(CustomQueryEngine):
    """Footnote's whole answer as a LlamaIndex query engine; the response's metadata holds status and citations."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    library: Library
    scope: str = ""
    as_of: date | None = None

    def custom_query(self, query_str: str) -> Response:
        answer = ask(self.library, Asked(query_str, self.as_of or date.today(), scope=self.scope))
        nodes = [
            NodeWithScore(
                node=TextNode(
                    id_=citation.statement_id,
                    text=citation.quote,
                    metadata={"n": citation.n, "report": citation.report, "page": citation.page},
                )
            )
            for citation in answer.citations
        ]
        citations = [asdict(citation) for citation in answer.citations]
        held = {"status": answer.status, "short": answer.short, "citations": citations}
        return Response(answer.text, source_nodes=nodes, metadata=held)


def _name(document: Document) -> str:
    found = next((str(document.metadata[key]) for key in _NAME_KEYS if document.metadata.get(key)), "")
    return found or str(document.doc_id)


def _report(name: str, documents: list[Document]) -> dict[str, Any]:
    metadata = documents[0].metadata
    return {
        "title": str(metadata.get("title") or Path(name).stem),
        "published": next((str(metadata[key]) for key in _DATE_KEYS if metadata.get(key)), ""),
        "pages": [
            {"label": str(document.metadata.get("page_label") or ""), "text": document.text} for document in documents
        ],
    }


def _slug(name: str) -> str:
    return re.sub(r"[^\w.-]+", "-", name).strip("-.")[-120:] or "document"
