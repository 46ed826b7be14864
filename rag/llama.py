"""LlamaIndex at our edges: its Documents in; our retriever, embedding and query engine out. Nothing else imports it."""

from __future__ import annotations

import hashlib
import inspect
import json
import logging
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from importlib import import_module
from itertools import groupby
from pathlib import Path
from typing import Any

from llama_index.core.base.llms.types import ChatMessage, MessageRole
from llama_index.core.base.response.schema import Response
from llama_index.core.embeddings import BaseEmbedding
from llama_index.core.llms import LLM
from llama_index.core.query_engine import CustomQueryEngine
from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import Document, NodeWithScore, QueryBundle, TextNode
from pydantic import ConfigDict, PrivateAttr

from rag.ask import ask
from rag.errors import BadInput, ModelFailed
from rag.ingest import IngestReport, ingest
from rag.library import Library
from rag.models import tokens_in
from rag.passages import read_and_cut
from rag.question import understand
from rag.reading.documents import ENDING
from rag.reading.limits import Limits
from rag.search import search
from rag.types import Asked, Embed, Spanned, Turn, Usage, Within

log = logging.getLogger(__name__)

_NAME_KEYS = ("file_path", "file_name", "filename", "source", "url")
_DATE_KEYS = ("published", "date", "publication_date", "last_modified_date", "creation_date")


def load_documents(spec: str, arguments: Mapping[str, Any]) -> list[Document]:
    """The documents of a reader named ``package.module:Class``; an argument goes to the class where its constructor
    knows it, else to ``load_data``. `BadInput` says what is wrong with the name or with what the reader was given."""
    module, _, name = spec.partition(":")
    try:
        kind = getattr(import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise BadInput(
            f"There is no reader {spec} ({error}). Name it like llama_index.core:SimpleDirectoryReader; "
            "readers of other packages are to be installed first."
        ) from error
    known = inspect.signature(kind).parameters
    takes_all = any(each.kind is inspect.Parameter.VAR_KEYWORD for each in known.values())
    made = {key: value for key, value in arguments.items() if takes_all or key in known}
    try:
        documents = kind(**made).load_data(**{key: arguments[key] for key in arguments.keys() - made.keys()})
        return list(documents)
    except Exception as error:  # whatever somebody else's reader raises
        raise BadInput(f"The reader {spec} failed ({type(error).__name__}: {error}).") from error


def keep_documents(library: Path, documents: Sequence[Document], source: str) -> Path:
    """Write the documents of a source into the library's folder as files to be ingested, in the place of those that
    were there; the folder. Documents with one file name are the pages of one report, in their order."""
    folder = library / "documents" / _slug(source)
    folder.mkdir(parents=True, exist_ok=True)
    kept: set[Path] = set()
    for name, pages in groupby(documents, key=_name):
        path = folder / f"{_slug(name)}{ENDING}"
        if path in kept:  # another name that differs only in what a file's name cannot hold
            path = path.with_stem(f"{path.stem}-{hashlib.sha256(name.encode()).hexdigest()[:6]}")
        held = json.dumps(_report(name, list(pages)), ensure_ascii=False, sort_keys=True)
        if not path.exists() or path.read_text(encoding="utf-8") != held:
            path.write_text(held, encoding="utf-8")
        kept.add(path)
    for gone in set(folder.glob(f"*{ENDING}")) - kept:
        gone.unlink()
    return folder


def ingest_documents(
    library: Library, documents: Sequence[Document], source: str = "llama-index", collection: str = "main"
) -> IngestReport:
    """Make the library's part from ``source`` exactly these documents; again with the same ones embeds nothing."""
    folder = keep_documents(library.folder, documents, source)
    return ingest(
        library, [folder], read=lambda path, draft: read_and_cut(path, Limits(), draft), collection=collection
    )


class FootnoteRetriever(BaseRetriever):
    """Footnote's search as a LlamaIndex retriever; each node is a passage, with its exact place in the metadata."""

    def __init__(
        self,
        library: Library,
        *,
        k: int = 5,
        scope: str = "",
        as_of: date | None = None,
        collection: str = "",
        published_from: date | None = None,
        published_to: date | None = None,
    ) -> None:
        self._library, self._k, self._as_of = library, k, as_of
        self._within = Within(scope, collection, published_from, published_to)
        super().__init__()

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        asked = Asked(query_bundle.query_str, self._as_of or date.today())
        found = search(self._library, understand(asked), self._within, self._k)
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
    collection: str = ""
    published_from: date | None = None
    published_to: date | None = None

    def custom_query(self, query_str: str) -> Response:
        asked = Asked(
            query_str,
            self.as_of or date.today(),
            scope=self.scope,
            collection=self.collection,
            published_from=self.published_from,
            published_to=self.published_to,
        )
        answer = ask(self.library, asked)
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


class LlamaWriter:
    """Any chat model of LlamaIndex as the one that writes a library's answers: ``Library.open(…, model=…)``.

    ``budget`` are the tokens that a prompt may take. A request that is under way cannot be ended at its endpoint; no
    more of it is taken.
    """

    def __init__(self, llm: LLM, budget: int = 6000) -> None:
        self._llm = llm
        self.budget = budget

    @property
    def name(self) -> str:
        return self._llm.metadata.model_name

    def check(self) -> str:
        return ""  # LlamaIndex has no way to ask

    def __call__(self, messages: Sequence[Turn], cancel: threading.Event | None = None) -> Iterator[str | Usage]:
        told = [ChatMessage(role=MessageRole(turn.role), content=turn.content) for turn in messages]
        written = ""
        try:
            for reply in self._llm.stream_chat(told):
                if cancel is not None and cancel.is_set():
                    raise ModelFailed("The language model was stopped.", "stopped")
                written += reply.delta or ""
                yield reply.delta or ""
        except ModelFailed:
            raise
        except Exception as error:  # whatever somebody else's model raises
            told_so = f"The language model {self.name} failed ({type(error).__name__})."
            log.warning("%s (server_error: %s)", told_so, error)
            raise ModelFailed(told_so, "server_error") from error
        if not written.strip():
            raise ModelFailed(f"The language model {self.name} gave an empty answer.", "empty")
        yield Usage(sum(tokens_in(turn.content) for turn in messages), tokens_in(written))


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
