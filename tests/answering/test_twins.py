"""Two reports with one sentence but for a few words: what differs is shown beside the answer."""

from __future__ import annotations

from pathlib import Path

import pytest
from small import made

from rag.answering.twins import differing
from rag.index.crossencoder import CrossEncoder
from rag.index.embed import MiniLM
from tests.answering.test_extract import asked


@pytest.mark.parametrize(
    ("one", "other", "words"),
    [
        (
            "The harbour mill was last worked in 1921 for trade.",
            "The harbour mill was last worked in 1955 for trade.",
            ("1921", "1955"),
        ),
        (
            "The ferry was built by the yard in Saltby.",
            "The harbour ferry The ferry was built by the yard in Quayford.",
            ("Saltby", "Quayford"),
        ),
        ("The ferry was built in Saltby in 1962.", "The ferry was built in Saltby in 1962.", None),
        ("The old ferry was built in Saltby in 1962.", "The new ferry was built in Quayford in 1962.", None),
        ("A mill is not a ferry.", "The garden was laid out by pupils from two schools.", None),
    ],
)
def test_the_words_in_which_two_sentences_differ(one: str, other: str, words: tuple[str, str] | None) -> None:
    assert differing(one, other) == words


def test_a_figure_that_another_report_gives_in_the_same_sentence_is_shown(tmp_path: Path) -> None:
    reports = {
        "gazette.md": "# Madeley\n\nWith a population of about 50,000 it is the fifth town of the district.",
        "herald.md": "# Madeley\n\nWith a population of about 10,000 it is the fifth town of the district.",
    }
    with made(tmp_path, reports, MiniLM()) as library:
        library.judge = CrossEncoder()
        answer = asked(library, "What is the population of Madeley?")

    shown = {str(answer.short), *(conflict["short"] for conflict in answer.conflicts)}
    assert {word.removeprefix("about ") for word in shown} == {"50,000", "10,000"}
    assert "Other reports say otherwise." in answer.text


def test_reports_of_two_dates_do_not_contradict_each_other(tmp_path: Path) -> None:
    reports = {
        f"{year}.md": f"---\ndate: {year}-05-01\n---\n\nThe trust has {count} volunteers in four offices by the sea."
        for year, count in ((2024, 310), (2025, 342))
    }
    with made(tmp_path, reports, MiniLM()) as library:
        library.judge = CrossEncoder()
        answer = asked(library, "How many volunteers does the trust have?")

    assert answer.conflicts == ()
