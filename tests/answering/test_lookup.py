"""What the rows of one table answer, and when nothing is said of it. The tables are invented."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from small import made

from rag.ask import ask
from rag.index.embed import MiniLM
from rag.library import Library
from rag.types import Answer, Asked

FERRIES = (
    "Ferry,Harbour,Entered service,Length (m),Cabins,Crossing,Remarks\n"
    "Grey Heron,Saltby,12 May 1984,88,40,1:35,\n"
    "Long Tide,Quayford,3 June 1991,120,96,2:10,rebuilt\n"
    "Sea Thrift,Saltby,1 April 1999,64,,0:50,\n"
    "Kittiwake,Netherness,9 July 2003,97,52,1:20,\n"
    "Fair Isle Star,Saltby,20 May 2011,142,110,2:40,rebuilt\n"
)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    with made(tmp_path_factory.mktemp("lookup"), {"data/ferries.csv": FERRIES}, MiniLM()) as held:
        yield held


def asked(library: Library, question: str) -> Answer:
    return ask(library, Asked(question, date(2026, 11, 22), scope="data/"))


@pytest.mark.parametrize(
    ("question", "short"),
    [
        ("how many ferries have at least 52 cabins?", "3"),
        ("how many ferries have a length under 90?", "2"),
        ("how many ferries entered service after 1995?", "3"),
        ("how many ferries entered service between 1984 and 1999?", "3"),
        ("how many ferries entered service in the 1990s?", "2"),
        ("how many different harbours are there?", "3"),
        ("how many ferries come after Sea Thrift?", "2"),
    ],
)
def test_rows_are_counted_under_the_condition_that_is_asked(library: Library, question: str, short: str) -> None:
    answer = asked(library, question)

    assert (answer.status, answer.short) == ("answered", short)


@pytest.mark.parametrize(
    ("question", "short"),
    [
        ("which ferry has more cabins, Long Tide or Kittiwake?", "Long Tide"),
        ("which ferry entered service first, Kittiwake or Grey Heron?", "Grey Heron"),
        ("is the Long Tide longer or shorter than the Kittiwake?", "longer"),
        ("which harbour is listed the most?", "Saltby"),
        ("what year did the Kittiwake enter service?", "2003"),
        ("which ferry is listed next after Long Tide?", "Sea Thrift"),
        ("which ferry was the last to enter service?", "Fair Isle Star"),
        ("which ferry has the shortest crossing?", "Sea Thrift"),
        ("which ferries are from Saltby?", "Grey Heron, Sea Thrift, Fair Isle Star"),
    ],
)
def test_the_cell_asked_for_is_told(library: Library, question: str, short: str) -> None:
    answer = asked(library, question)

    assert (answer.status, answer.short) == ("answered", short)


@pytest.mark.parametrize(
    ("question", "short", "shown"),
    [
        ("how many more cabins does Long Tide have than Kittiwake?", "44", "96 − 52 = 44"),
        ("how many cabins do Long Tide and Kittiwake have combined?", "148", "96 + 52 = 148"),
        ("what is the average length of Grey Heron and Long Tide?", "104", "(88 + 120) ÷ 2 = 104"),
        ("how many more ferries are from Saltby than from Quayford?", "2", "3 − 1 = 2"),
    ],
)
def test_what_is_worked_out_of_rows_is_shown(library: Library, question: str, short: str, shown: str) -> None:
    answer = asked(library, question)

    assert (answer.status, answer.short) == ("answered", short)
    assert shown in answer.text


@pytest.mark.parametrize(
    "question",
    [
        "how many ferries have at least 200 passengers?",  # of which no column tells
        "how many ferries are not from Saltby?",
        "how many consecutive ferries are from Saltby?",
        "how many ferries had been painted green?",
        "which ferry has more cabins than the Kittiwake?",
        "how many cabins did the Grey Heron lose?",
        "was the Long Tide rebuilt in 1991?",
    ],
)
def test_a_question_of_which_a_word_or_number_stays_open_is_not_answered(library: Library, question: str) -> None:
    assert asked(library, question).status == "not_found"


def test_a_common_word_that_no_report_holds_is_not_mended(library: Library) -> None:
    answer = asked(library, "which ferry has the least cabins?")

    assert answer.understood is not None
    assert answer.understood.standalone == "which ferry has the least cabins?"
    assert answer.short == "Grey Heron"
