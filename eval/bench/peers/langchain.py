"""LangChain with Chroma over a folder of texts: DirectoryLoader, RecursiveCharacterTextSplitter, HuggingFaceEmbeddings,
Chroma. Its passages are of the size that Footnote's have, 900 characters."""

from __future__ import annotations

import sys

from eval.bench.peers.shared import CHARS, SHARED_CHARS, Clock, minilm, size


def main(texts: str, store: str) -> None:
    clock = Clock()
    from langchain_chroma import Chroma
    from langchain_community.document_loaders import DirectoryLoader, TextLoader
    from langchain_huggingface import HuggingFaceEmbeddings
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    embed = HuggingFaceEmbeddings(model_name=minilm(), model_kwargs={"device": "cpu"})
    clock.loaded()
    documents = DirectoryLoader(texts, loader_cls=TextLoader, loader_kwargs={"encoding": "utf-8"}).load()
    splitter = RecursiveCharacterTextSplitter(chunk_size=CHARS, chunk_overlap=SHARED_CHARS)
    passages = splitter.split_documents(documents)
    stored = Chroma.from_documents(passages, embed, persist_directory=store)
    clock.tell(len(stored.get(include=[])["ids"]), size(document.page_content for document in documents))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
