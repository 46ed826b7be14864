"""Words are compared in one form, wherever they stand and however they are written."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.language.tokens import content_stem_set, content_stems, content_words, stem, stems, tokens


def test_tokens_come_in_order_with_their_places() -> None:
    assert tokens("North East: 4,212") == [("north", 0, 5), ("east", 6, 10), ("4212", 12, 17)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Referrals", "referral"),
        ("SAFEGUARDED", "safeguarding"),
        ("café", "CAFE"),
        ("e\u0301te\u0301", "été"),
        ("4,212", "4212"),
        ("children", "child"),
        ("rose", "risen"),
        ("growth", "grew"),
        ("spent", "spending"),
        ("organisation’s", "organisations"),
        ("don’t", "don't"),
        ("Straße", "strasse"),
        ("men's", "man"),
    ],
)
def test_forms_of_one_word_meet(one: str, other: str) -> None:
    assert stems(one) == stems(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("4.212", "4212"), ("north", "northern"), ("contacts", "contracts"), ("2024", "2025"), ("15", "1,5")],
)
def test_different_words_stay_apart(one: str, other: str) -> None:
    assert stems(one) != stems(other)


def test_unspaced_scripts_give_a_token_a_character() -> None:
    assert tokens("件数 12") == [("件", 0, 1), ("数", 1, 2), ("12", 3, 5)]


def test_content_words_leave_out_how_it_is_asked_and_come_once() -> None:
    assert content_words("How many referrals did we have, and were the referrals new?") == ["referrals", "new"]
    assert content_stems("Which referrals, which referral?") == [stem("referrals")]
    assert content_stem_set("the referrals of it") == frozenset([stem("referral")])


@given(st.text(max_size=80))
def test_tokens_of_any_text_are_in_order_and_never_empty(text: str) -> None:
    found = tokens(text)

    assert all(word and 0 <= start < end <= len(text) for word, start, end in found)
    assert all(before[2] <= after[1] for before, after in pairwise(found))


@given(st.text(alphabet=st.characters(categories=["Ll", "Lu", "Nd"], max_codepoint=0xFF), min_size=1, max_size=12))
def test_case_makes_no_difference_to_what_is_compared(word: str) -> None:
    assert stems(word.casefold()) == stems(word)
