"""LlamaIndex at the edges: its own engines over the sample library, and its Documents on our ingest line."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from llama_index.core import VectorStoreIndex
from llama_index.core.llms import CompletionResponse, CompletionResponseGen, CustomLLM, LLMMetadata, MockLLM
from llama_index.core.query_engine import RetrieverQueryEngine, RouterQueryEngine
from llama_index.core.schema import Document, TextNode
from llama_index.core.selectors import LLMSingleSelector
from llama_index.core.tools import QueryEngineTool
from pydantic import Field

from rag.ask import ask
from rag.index.embed import MiniLM
from rag.library import Library
from rag.llama import FootnoteEmbedding, FootnoteQueryEngine, FootnoteRetriever, LlamaWriter, ingest_documents
from rag.types import Asked, Within

AS_OF = date(2026, 11, 22)


def test_llamaindex_answers_over_our_retriever(sample_library: Library) -> None:
    retriever = FootnoteRetriever(sample_library, as_of=AS_OF)
    engine = RetrieverQueryEngine.from_args(retriever, llm=MockLLM())

    response = engine.query("how many leads last year?")

    assert "more than 33,000 leads" in str(response)  # the mock model repeats its prompt, and so what was retrieved
    assert response.source_nodes[0].metadata["report"] == "articles/online-abuse-figures.html"


def test_a_retrieved_node_names_its_exact_place(sample_library: Library) -> None:
    node = FootnoteRetriever(sample_library, as_of=AS_OF).retrieve("how many referrals in 2025?")[0]

    place = node.metadata
    page = sample_library.page(sample_library.report(place["report"]), place["page"])
    assert page.text[place["start"] : place["end"]] == node.text


def test_our_query_engine_answers_with_citations(sample_library: Library) -> None:
    response = FootnoteQueryEngine(library=sample_library, as_of=AS_OF).query("how many leads last year?")

    assert response.metadata is not None
    assert response.metadata["short"] == "more than 33,000"
    assert response.metadata["citations"][0]["quote"] == response.source_nodes[0].text


def test_the_retriever_and_the_query_engine_keep_to_the_reports_asked(sample_library: Library) -> None:
    within: dict[str, Any] = {"scope": "annual-reports/", "published_from": date(2025, 1, 1)}
    nodes = FootnoteRetriever(sample_library, **within).retrieve("How many referrals?")
    reports = [sample_library.report(node.metadata["report"]) for node in nodes]

    response = FootnoteQueryEngine(library=sample_library, scope="nowhere/").query("How many referrals?")

    assert reports and all(Within(**within).holds(report) for report in reports)
    assert response.metadata is not None and response.metadata["status"] == "not_found"


def test_our_embedding_serves_an_index_of_llamaindex() -> None:
    nodes = [TextNode(text="Referrals rose to 4,212."), TextNode(text="The office has a lift.")]
    index = VectorStoreIndex(nodes, embed_model=FootnoteEmbedding(MiniLM()))

    best = index.as_retriever(similarity_top_k=1).retrieve("How many people were referred?")

    assert best[0].text == "Referrals rose to 4,212."


class Scripted(CustomLLM):
    """A model whose answers are given: one for each part of a prompt that it knows."""

    replies: dict[str, str] = Field(default_factory=dict)

    @property
    def metadata(self) -> LLMMetadata:
        return LLMMetadata(model_name="scripted")

    def complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponse:
        reply = next(reply for part, reply in self.replies.items() if part in prompt)
        number = re.search(r"^\[(\d+)\] [^\n]*more than 33,000 leads", prompt, re.MULTILINE)
        return CompletionResponse(text=reply.format(n=number[1] if number else 0))

    def stream_complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponseGen:
        whole = ""
        for piece in re.findall(r"\S+\s*", self.complete(prompt).text):
            whole += piece
            yield CompletionResponse(text=whole, delta=piece)


def test_our_query_engine_works_behind_a_router(sample_library: Library) -> None:
    tools = [
        QueryEngineTool.from_defaults(FootnoteQueryEngine(library=sample_library, as_of=AS_OF), name="reports",
                                      description="Figures of the organisation's own reports."),
        QueryEngineTool.from_defaults(VectorStoreIndex([TextNode(text="Open at nine.")], embed_model=FootnoteEmbedding(
            MiniLM())).as_query_engine(llm=MockLLM()), name="hours", description="Opening hours."),
    ]  # fmt: skip
    chooses = Scripted(replies={"how many leads": '[{{"choice": 1, "reason": "it is about figures"}}]'})
    router = RouterQueryEngine(LLMSingleSelector.from_defaults(llm=chooses), tools, llm=MockLLM())

    response = router.query("how many leads last year?")

    assert response.metadata is not None
    assert response.metadata["short"] == "more than 33,000"
    assert response.source_nodes[0].metadata["report"] == "articles/online-abuse-figures.html"


def test_any_model_of_llamaindex_writes_the_answer(sample_library: Library) -> None:
    said = "There were more than 33,000 leads in 2025 [{n}]."
    sample_library.model = LlamaWriter(Scripted(replies={"leads": said}))
    try:
        answer = ask(sample_library, Asked("how many leads last year?", AS_OF))
        sample_library.model = LlamaWriter(Scripted(replies={}))
        failed = ask(sample_library, Asked("how many leads last year?", AS_OF))
    finally:
        sample_library.model = None

    assert (answer.answerer, answer.text) == ("llm", "There were more than 33,000 leads in 2025. [1]")
    assert [claim.supported for claim in answer.claims] == [True]
    assert (failed.answerer, failed.short) == ("extract", "more than 33,000")


@pytest.fixture
def empty(tmp_path: Path) -> Library:
    return Library.open(tmp_path / "library", MiniLM(), create=True)


def test_documents_are_ingested_as_pages_of_their_file_and_can_be_asked(empty: Library) -> None:
    metadata = {"file_name": "harbour.pdf", "title": "Harbour report 2025", "date": "2026-03-01"}
    pages = ["The harbour had 812 berths in 2025.", "Last year 4,020 boats called, most of them in July."]
    documents = [Document(text=text, metadata=metadata | {"page_label": str(n)}) for n, text in enumerate(pages, 1)]

    first, second = ingest_documents(empty, documents), ingest_documents(empty, documents)
    answer = ask(empty, Asked("How many boats called in 2025?", AS_OF))

    assert (first.added, second.unchanged, second.embedded) == (1, 1, 0)
    assert (answer.short, answer.citations[0].page, answer.citations[0].quote) == ("4,020", 2, pages[1])


def test_a_document_that_is_no_longer_given_is_retired(empty: Library) -> None:
    documents = [
        Document(text=f"The {name} is open.", metadata={"file_name": f"{name}.txt"}) for name in ("hall", "pool")
    ]

    ingest_documents(empty, documents)
    report = ingest_documents(empty, documents[:1])

    assert (report.retired, [each.path for each in empty.reports()]) == (1, ["hall.txt.document"])
