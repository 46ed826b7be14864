"""Who or what something was from one time to another: the state that held then, and no other. All of it is made up."""

from __future__ import annotations

from pathlib import Path

import pytest
from small import made

from rag.index.crossencoder import CrossEncoder
from rag.index.embed import MiniLM
from tests.answering.test_extract import asked

DEPOT = {
    "depot.md": "# The parcel depot\n\nThe parcel depot of the trust has moved three times.\n\n"
    "In 1992 the depot moved to Saltby. It had forty shelves there.\n\n"
    "In 1997 the depot moved to Quayford. A second van was bought.\n\n"
    "In 2006 the depot moved to Netherness, next to the harbour.\n",
    "garden.md": "# The garden\n\nThe garden of the trust was laid out in 1997 by pupils from two schools.\n",
}


@pytest.mark.parametrize(
    ("question", "place"),
    [
        ("Where was the parcel depot from 1992 to 1996?", "Saltby"),
        ("Where was the parcel depot from 1997 to 2005?", "Quayford"),
        ("Where was the parcel depot from 2006 to 2012?", "Netherness"),
    ],
)
def test_the_state_that_began_then_is_the_answer(tmp_path: Path, question: str, place: str) -> None:
    with made(tmp_path, DEPOT, MiniLM()) as library:
        library.judge = CrossEncoder()
        answer = asked(library, question)

    assert answer.status == "answered"
    assert place in answer.citations[0].quote


def test_before_the_first_state_nothing_is_said(tmp_path: Path) -> None:
    with made(tmp_path, DEPOT, MiniLM()) as library:
        library.judge = CrossEncoder()
        answer = asked(library, "Where was the parcel depot from 1960 to 1970?")

    assert answer.status == "not_found"
    assert answer.suggestions
