"""The cross-encoder, as it ships: which statement answers, and with which words."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.errors import FootnoteError
from rag.index.crossencoder import CrossEncoder
from rag.types import Shown

STATEMENTS = (
    "The trust was founded in 1998 by three schools.",
    "Its office in Skelwick opened on 18 September 2023.",
    "Volunteers gave 2,734 hours in the third quarter.",
)


@pytest.fixture(scope="module")
def judge() -> CrossEncoder:
    return CrossEncoder()


@pytest.mark.parametrize(
    ("question", "answering", "words"),
    [
        ("When did the office in Skelwick open?", 1, "18 September 2023"),
        ("How many hours did volunteers give?", 2, "2,734"),
        ("Who founded the trust?", 0, "three schools"),
    ],
)
def test_the_statement_that_answers_is_the_most_relevant_and_its_words_are_marked(
    judge: CrossEncoder, question: str, answering: int, words: str
) -> None:
    ((*said,),) = judge(question, [Shown("Annual report", STATEMENTS)])
    best = max(range(3), key=lambda at: said[at].relevance if said[at] else -99.0)
    assert best == answering
    judged = said[answering]
    assert judged is not None
    assert words in STATEMENTS[answering][judged.start : judged.end]


def test_what_there_is_no_room_for_is_left_unread(judge: CrossEncoder) -> None:
    ((*said,),) = judge("What?", [Shown("Report", ("word " * 200,) * 6)])
    assert said[0] is not None
    assert said[-1] is None


def test_an_empty_statement_is_left_unread(judge: CrossEncoder) -> None:
    assert judge("What?", [Shown("", ("", "It rained."))])[0][0] is None


def test_other_weights_are_refused(tmp_path: Path) -> None:
    other = tmp_path / "other.safetensors"
    other.write_bytes(b"other")
    with pytest.raises(FootnoteError, match="SHA-256"):
        CrossEncoder(weights=other)("What?", [Shown("", STATEMENTS)])
