"""Search returns passages and statements best first, from the reports in scope and no others."""

from __future__ import annotations

from datetime import date

import pytest

from rag.library import Library
from rag.question import understand
from rag.search import Found, search
from rag.types import Asked, Within


def found(library: Library, question: str, scope: str = "", k: int = 10) -> Found:
    return search(library, understand(Asked(question, date(2026, 11, 22))), Within(scope), k)


@pytest.mark.parametrize(
    ("question", "statement"),
    [
        ("How many parcels last year?", "Last year the pantry packed more than 33,000 parcels"),
        ("How many workshops were run?", "We ran 58 workshops in 2024"),
        ("When did the Quayford office open?", "The office in Quayford opened on 3 March 2025."),
        ("What is an enquiry?", "An enquiry is one question from one household."),
    ],
)
def test_the_statement_that_answers_comes_first(small_library: Library, question: str, statement: str) -> None:
    assert found(small_library, question).statements[0].statement.text.startswith(statement)


def test_words_with_no_word_in_common_are_found_by_meaning(small_library: Library) -> None:
    best = found(small_library, "food packages for hungry families").passages[0]

    assert best.report == "articles/parcels.md"


def test_passages_and_statements_come_best_first(small_library: Library) -> None:
    result = found(small_library, "How many enquiries in 2025?")

    scores = [passage.score for passage in result.passages]
    assert scores == sorted(scores, reverse=True)
    assert [passage.rank for passage in result.passages] == list(range(1, len(scores) + 1))
    ranked = [each.score for each in result.statements]
    assert ranked == sorted(ranked, reverse=True)


def test_a_passage_is_the_text_of_its_place(small_library: Library) -> None:
    for passage in found(small_library, "enquiries").passages:
        page = small_library.page(small_library.report(passage.report), passage.page)
        assert passage.text == page.text[passage.start : passage.end]


def test_as_many_passages_come_as_are_asked_for(small_library: Library) -> None:
    assert len(found(small_library, "enquiries", k=3).passages) == 3
    assert len(found(small_library, "enquiries", k=10).passages) >= 5


@pytest.mark.parametrize("scope", ["annual/", "press/", "annual/2024", "nowhere/"])
def test_nothing_out_of_scope_is_returned(small_library: Library, scope: str) -> None:
    result = found(small_library, "How many enquiries in 2025?", scope)

    paths = {passage.report for passage in result.passages} | {each.passage.report.path for each in result.statements}
    assert all(path.startswith(scope) for path in paths)
    assert bool(paths) == (scope != "nowhere/")


def test_words_that_no_report_holds_are_named(small_library: Library) -> None:
    assert found(small_library, "How many enquiries from Westmoor?").unknown == ("westmoor",)


def test_rare_words_weigh_more_than_common_ones(small_library: Library) -> None:
    weights = found(small_library, "How many enquiries about workshops?").weights

    assert weights["workshop"] > weights["enquiri"]


def test_searching_twice_gives_the_same(small_library: Library) -> None:
    first, second = (found(small_library, "enquiries in the North East") for _ in range(2))

    assert first.passages == second.passages
    assert [each.statement.id for each in first.statements] == [each.statement.id for each in second.statements]
