"""LlamaIndex's own pipeline over a folder of texts: SimpleDirectoryReader, SentenceSplitter, HuggingFaceEmbedding,
ChromaVectorStore.

It gets passages of the size that Footnote's have, 200 tokens: the model reads 256, so that of its own default of 1,024
most would never be embedded. `--defaults` leaves it that default, to show what then is not done.

A run hands Chroma all its nodes at once, and Chroma takes no more than 5,461, so the pipeline is run over some files
at a time.
"""

from __future__ import annotations

import sys

from eval.bench.peers.shared import SHARED_TOKENS, TOKENS, Clock, minilm, size

FILES = 100  # in one run


def main(texts: str, store: str, *, defaults: bool) -> None:
    clock = Clock()
    import chromadb
    from llama_index.core import SimpleDirectoryReader
    from llama_index.core.ingestion import IngestionPipeline
    from llama_index.core.node_parser import SentenceSplitter
    from llama_index.embeddings.huggingface import HuggingFaceEmbedding
    from llama_index.vector_stores.chroma import ChromaVectorStore

    embed = HuggingFaceEmbedding(model_name=minilm(), device="cpu")
    clock.loaded()
    splitter = SentenceSplitter() if defaults else SentenceSplitter(chunk_size=TOKENS, chunk_overlap=SHARED_TOKENS)
    collection = chromadb.PersistentClient(store).get_or_create_collection("texts", embedding_function=None)
    pipeline = IngestionPipeline(
        transformations=[splitter, embed], vector_store=ChromaVectorStore(chroma_collection=collection)
    )
    documents = SimpleDirectoryReader(texts).load_data()
    for start in range(0, len(documents), FILES):
        pipeline.run(documents=documents[start : start + FILES])
    clock.tell(collection.count(), size(document.text for document in documents))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], defaults="--defaults" in sys.argv)
