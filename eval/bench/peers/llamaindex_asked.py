"""LlamaIndex's retriever over Footnote's passages: `llamaindex_asked STORE TEXTS VECTORS QUESTIONS`, one JSON object.

A VectorStoreIndex on its ChromaVectorStore, in the settings that both have by themselves. It gets the vectors that
Footnote has, and embeds the questions with its own HuggingFaceEmbedding, of the same weights. The store is kept:
`llamaindex_asked STORE TEXTS VECTORS` fills it, unless it is full, in a process whose memory is not counted.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from eval.bench.peers.shared import WARMING, K, minilm, peak
from eval.bench.recall import recall

BATCH = 5000  # nodes; Chroma takes no more than 5,461 at once


def fill(store: str, texts: Path, vectors: Path) -> dict[str, Any]:
    """Give the store all passages as nodes, if it lacks some."""
    from llama_index.core.schema import TextNode
    from llama_index.vector_stores.chroma import ChromaVectorStore

    passages = _passages(texts)
    client, collection = _opened(store)
    if collection.count() == len(passages):
        return {"seconds": 0.0}
    client.delete_collection("passages")
    into = ChromaVectorStore(chroma_collection=client.create_collection("passages", embedding_function=None))
    rows, started = np.load(vectors, mmap_mode="r"), time.perf_counter()
    for start in range(0, len(passages), BATCH):
        some = zip(passages[start : start + BATCH], rows[start : start + BATCH], strict=True)
        into.add([TextNode(id_=id, text=text, embedding=vector.tolist()) for (id, text), vector in some])
    return {"seconds": time.perf_counter() - started}


def ask(store: str, texts: Path, vectors: Path, questions: list[str]) -> dict[str, Any]:
    """Milliseconds of each question until its passages are there, the memory that took, and recall."""
    from llama_index.core import VectorStoreIndex
    from llama_index.embeddings.huggingface import HuggingFaceEmbedding
    from llama_index.vector_stores.chroma import ChromaVectorStore

    _, collection = _opened(store)
    embed = HuggingFaceEmbedding(model_name=minilm(), device="cpu")
    index = VectorStoreIndex.from_vector_store(ChromaVectorStore(chroma_collection=collection), embed_model=embed)
    retriever = index.as_retriever(similarity_top_k=K)
    for question in questions[:WARMING]:
        retriever.retrieve(question)
    search, found = [], []
    for question in questions[WARMING:]:
        started = time.perf_counter()
        nodes = retriever.retrieve(question)
        search.append(1000 * (time.perf_counter() - started))
        found.append([node.node.node_id for node in nodes])
    told: dict[str, Any] = {"search": search, "peak": peak()}
    asked = np.array([embed.get_query_embedding(question) for question in questions[WARMING:]], np.float32)
    rows = {id: row for row, (id, _) in enumerate(_passages(texts))}
    return told | {"recall": recall(np.load(vectors, mmap_mode="r"), asked, found, rows, K)}


def _opened(store: str) -> tuple[Any, Any]:
    import chromadb

    client = chromadb.PersistentClient(store)
    return client, client.get_or_create_collection("passages", embedding_function=None)


def _passages(texts: Path) -> list[tuple[str, str]]:
    """Every passage's id and text."""
    with texts.open(encoding="utf-8") as lines:
        return [tuple(json.loads(line)) for line in lines]


def main(store: str, texts: str, vectors: str, questions: str = "") -> None:
    if questions:
        told = ask(store, Path(texts), Path(vectors), json.loads(Path(questions).read_text()))
    else:
        told = fill(store, Path(texts), Path(vectors))
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
