"""Prose with markers is taken apart, and what the extractive answerer writes comes back as it was."""

from __future__ import annotations

import pytest

from rag.answering.citing import answer_text
from rag.answering.claims import claims_of
from rag.types import Claim


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("There were 58 workshops [1].", [("There were 58 workshops.", (1,))]),
        ("There were 58 workshops. [1][3] They were free.[2]", [("There were 58 workshops.", (1, 3)),
        ("They were free.", (2,))]),
        ("One [1, 2]. Two [3-5]! Three [4, 1]?", [("One.", (1, 2)), ("Two!", (3, 4, 5)), ("Three?", (4, 1))]),
        ("A range of 1 to 900 [1-900].", [("A range of 1 to 900.", (1, 900))]),
        ("About 3.5 km, e.g. in No. 5, cost £4.2 million [2].", [("About 3.5 km, e.g. in No. 5, cost £4.2 million.",
        (2,))]),
        ("J. Smith and Dr. Lee met [1]. They spoke [2].", [("J. Smith and Dr. Lee met.", (1,)), ("They spoke.", (2,))]),
        ("Rents [1] and repairs [2] rose.", [("Rents and repairs rose.", (1, 2))]),
        ("Nothing is cited here.", [("Nothing is cited here.", ())]),
        ("2025年には640件でした。[1]次の文です[2]。", [("2025年には640件でした。", (1,)), ("次の文です。", (2,))]),
        ("See [1](https://a.example/b).", [("See [1](https://a.example/b).", ())]),
        ("“It helped.” [1] It did.", [("“It helped.”", (1,)), ("It did.", ())]),
        ("", []),
        ("[1]", []),
    ],
)  # fmt: skip
def test_sentences_carry_their_markers(text: str, expected: list[tuple[str, tuple[int, ...]]]) -> None:
    assert [(claim.text, claim.citations) for claim in claims_of(text)] == expected


def test_items_of_a_list_are_claims_without_their_marks() -> None:
    text = (
        "## Regions\n\nBy region:\n- **North**: 1,310 [1]\n* South had *2,031* [2]\n\n1. First [3]\n2. Then [4]\n---\n"
    )

    assert [(claim.text, claim.citations) for claim in claims_of(text)] == [
        ("Regions", ()),
        ("By region:", ()),
        ("North: 1,310", (1,)),
        ("South had 2,031", (2,)),
        ("First", (3,)),
        ("Then", (4,)),
    ]


def test_a_sentence_over_two_lines_is_one_claim() -> None:
    assert claims_of("The trust received\n4,212 enquiries [1].") == (
        Claim("The trust received 4,212 enquiries.", (1,)),
    )


def test_what_an_answer_says_comes_back() -> None:
    claims = [
        Claim("The change from 2024 to 2025: (4,212 − 4,046) ÷ 4,046 = 4.1%.", (1, 2)),
        Claim("North East, 2025: 871 (Table 1: Enquiries by region, 2025).", (2,)),
        Claim("Next: South, 2,031.", (3,)),
    ]

    assert list(claims_of(answer_text(claims, []))) == claims
