"""The ask line gives an answer that grows, that can be checked span by span, and that keeps its fixed format."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from rag.ask import as_json, ask, stream
from rag.language.periods import year
from rag.library import Library
from rag.types import Answer, Asked

TODAY = date(2026, 11, 22)
QUESTIONS = [
    "How many enquiries last year?",
    "How many enquiries in the North East in 2024?",
    "How many enquiries in 2022?",
    "How many home visits in 2025?",
    "Why did enquiries rise?",
    "How many dragons were slain?",
    "What is an enquiry?",
]


def fixed(answer: Answer) -> dict[str, Any]:
    """The answer as a script reads it."""
    read: dict[str, Any] = json.loads(json.dumps(as_json(answer)))
    return read


# --- every answer -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_quote_is_the_text_of_its_place(small_library: Library, question: str) -> None:
    answer = ask(small_library, Asked(question, TODAY))

    for citation in answer.citations:
        page = small_library.page(small_library.report(citation.report), citation.page).text
        assert citation.quote == page[citation.start : citation.end]
        opening = citation.start - citation.passage_start
        assert citation.passage_text[opening : opening + len(citation.quote)] == citation.quote
    assert [citation.n for citation in answer.citations] == list(range(1, len(answer.citations) + 1))


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_claim_is_cited_and_supported(small_library: Library, question: str) -> None:
    answer = ask(small_library, Asked(question, TODAY))

    shown = {citation.n for citation in answer.citations}
    assert all(claim.supported and claim.citations and set(claim.citations) <= shown for claim in answer.claims)
    assert bool(answer.claims) == (answer.status == "answered")
    assert all(figure.citation in shown for figure in answer.figures)


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_answer_has_at_least_five_passages(small_library: Library, question: str) -> None:
    assert len(ask(small_library, Asked(question, TODAY)).passages) >= 5


@pytest.mark.parametrize("scope", ["annual/", "press/", "bulletins/2025-q4.md", "annual/2024"])
def test_a_scope_limits_all_that_is_cited_and_retrieved(small_library: Library, scope: str) -> None:
    answer = ask(small_library, Asked("How many enquiries in 2025?", TODAY, scope=scope))

    paths = [each.report for each in (*answer.citations, *answer.passages)]
    assert paths
    assert all(path.startswith(scope) for path in paths)


def test_a_scope_without_reports_finds_nothing(small_library: Library) -> None:
    answer = ask(small_library, Asked("How many enquiries in 2025?", TODAY, scope="nowhere/"))

    assert (answer.status, answer.citations, answer.passages) == ("not_found", (), ())


# --- as it grows ------------------------------------------------------------------------------------------------------


def test_an_answer_grows_and_only_the_last_is_done(small_library: Library) -> None:
    *growing, last = stream(small_library, Asked("How many enquiries last year?", TODAY, id="case-1"))

    assert growing
    assert not any(answer.done for answer in growing)
    assert last.done
    assert all(answer.understood is not None and answer.understood.period == year(2025) for answer in growing)
    assert {answer.id for answer in (*growing, last)} == {"case-1"}


def test_ask_returns_the_last_of_the_stream(small_library: Library) -> None:
    asked = Asked("How many enquiries last year?", TODAY)
    *_, last = stream(small_library, asked)

    untimed = [fixed(answer) | {"timings_ms": None} for answer in (last, ask(small_library, asked))]
    assert untimed[0] == untimed[1]


# --- the fixed format -------------------------------------------------------------------------------------------------

TYPES: dict[str, type | tuple[type, ...]] = {
    "id": str,
    "question": str,
    "status": str,
    "text": str,
    "short": str,
    "citations": list,
    "passages": list,
    "figures": list,
    "period": dict,
    "conflicts": list,
    "answerer": str,
    "timings_ms": dict,
    "usage": (dict, type(None)),
    "error": type(None),
}
CITATION = {"n": int, "report": str, "title": str, "published": str, "page": int, "start": int, "end": int,
            "quote": str, "statement_id": str}  # fmt: skip
PASSAGE = {"rank": int, "report": str, "page": int, "start": int, "end": int, "text": str, "score": float}
FIGURE = {"value": float, "unit": str, "qualifier": str, "period": dict, "citation": int}


def assert_typed(found: dict[str, Any], types: dict[str, Any]) -> None:
    assert {name: type(found[name]) for name in types if not isinstance(found[name], types[name])} == {}


def test_every_field_of_the_fixed_format_is_there_with_its_type(small_library: Library) -> None:
    found = fixed(ask(small_library, Asked("How many enquiries last year?", TODAY, id="case-1")))

    assert_typed(found, TYPES)
    assert found["citations"] and found["passages"] and found["figures"]
    for each, types in (("citations", CITATION), ("passages", PASSAGE), ("figures", FIGURE)):
        for one in found[each]:
            assert_typed(one, types)
    assert set(found["timings_ms"]) >= {"understand", "search", "answer", "check", "total"}


def test_dates_are_written_out_and_periods_are_half_open(small_library: Library) -> None:
    found = fixed(ask(small_library, Asked("How many enquiries last year?", TODAY)))

    wanted = {"start": "2025-01-01", "end": "2026-01-01", "label": "2025"}
    assert found["period"].items() >= wanted.items()
    assert found["figures"][0]["period"].items() >= wanted.items()
    assert found["citations"][0]["published"] == "2026-05-14"
    assert (found["status"], found["short"], found["answerer"]) == ("answered", "4,212", "extract")


def test_what_was_not_found_has_no_short_answer(small_library: Library) -> None:
    found = fixed(ask(small_library, Asked("How many dragons were slain?", TODAY)))

    assert (found["status"], found["short"], found["period"], found["error"]) == ("not_found", None, None, None)
    assert found["figures"] == []


@pytest.mark.parametrize("question", ["", "  \n", "a" * 2001])
def test_what_went_wrong_is_an_answer_with_a_sentence(small_library: Library, question: str) -> None:
    found = fixed(ask(small_library, Asked(question, TODAY, id="case-1")))

    assert (found["status"], found["id"], found["short"], found["citations"]) == ("error", "case-1", None, [])
    assert found["error"] and found["error"][0].isupper()
    assert set(TYPES) <= set(found)


def test_a_model_that_was_asked_for_and_is_not_there_is_missed_aloud(small_library: Library) -> None:
    answer = ask(small_library, Asked("How many enquiries in 2025?", date(2026, 11, 22), answerer="llm"))

    assert answer.answerer == "extract"
    assert any("No language model" in note for note in answer.notes)


def test_a_figure_of_somebody_else_is_not_given(small_library: Library) -> None:
    pantry = ask(small_library, Asked("How many parcels did the pantry pack in 2025?", date(2026, 11, 22)))
    trust = ask(small_library, Asked("How many parcels did the Harbour Trust pack in 2025?", date(2026, 11, 22)))

    assert (pantry.short, trust.status) == ("more than 33,000", "not_found")
