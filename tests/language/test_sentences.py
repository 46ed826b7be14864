"""Sentences are cut where a reader would cut them, and nothing is lost between them."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.language.sentences import sentences


def cut(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


@pytest.mark.parametrize(
    "parts",
    [
        ["We opened six offices.", "Two have closed."],
        ["Is it more than last year?", "Yes!", "It is."],
        ["It fell to 12.4 days.", "Then it rose to 17.8."],
        ["Dr. Smith of St. Mary's said so.", "She was right."],
        ["See p. 12, fig. 3 and No. 5 for more.", "Then stop."],
        ["J. R. Smith wrote it.", "K. Jones read it."],
        ["Some forms, e.g. the short one, are new.", "Others, i.e. most, are not."],
        ["It closes at 5 p.m. on Fridays.", "Come early."],
        ["It closes at 5 p.m.", "The office is small."],
        ["We work with schools, clinics, etc.", "All of them refer."],
        ["Acme Ltd. was paid.", "So was Dale plc."],
        ["“We are stretched.”", "The chair agreed."],
        ["(We counted twice.)", "The total stands."],
        ["He said “stop.”", "They stopped."],
        ["Leads rose.[1]", "Arrests fell.[2][3]"],
        ["Leads rose.²", "Arrests fell."],
        ["Wait… what?", "Nothing."],
        ["So did I.", "They did not."],
        ["The U.K. office moved.", "The U.S. one did not."],
        ["1. Referrals are counted once.", "Contacts are counted each time."],
        ["approx. 40 people came.", "Few stayed."],
        ["It began in Jan. 2024.", "It ended in Dec. 2025."],
    ],
    ids=lambda parts: parts[0],
)
def test_a_text_is_cut_into_its_sentences(parts: list[str]) -> None:
    assert cut(" ".join(parts)) == parts


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("今年は増えた。来年は減る。", ["今年は増えた。", "来年は減る。"]),
        ("「増えた。」と言った。本当？はい！", ["「増えた。」", "と言った。", "本当？", "はい！"]),
        ("no stop at all", ["no stop at all"]),
        ("  spaces around.  \n\t", ["spaces around."]),
        ("One line\nbroken in two. Next", ["One line\nbroken in two.", "Next"]),
        ("v2.0 is out at www.example.org today.", ["v2.0 is out at www.example.org today."]),
        ("", []),
        (" \n ", []),
        ("...", ["..."]),
    ],
)
def test_odd_texts_are_cut_too(text: str, parts: list[str]) -> None:
    assert cut(text) == parts


def test_only_the_part_asked_for_is_cut_and_offsets_are_into_the_whole() -> None:
    text = "First one. Second one. Third one."

    assert list(sentences(text, 11, 22)) == [(11, 22)]


PROSE = st.lists(
    st.sampled_from([*"AaBb 1.!?…。」”)[]¹\n\t", "Mr. ", "e.g. ", "No. 5", "[12]", "p.m. ", "Ltd.", "\u00a0", "3.4"]),
    max_size=40,
).map("".join)


@given(st.one_of(st.text(max_size=80), PROSE), st.data())
def test_sentences_are_in_order_trimmed_and_lose_nothing(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))

    spans = list(sentences(text, start, end))

    assert all(start <= a < b <= end for a, b in spans)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
    assert all(text[a:b] == text[a:b].strip() for a, b in spans)
    inside = {at for a, b in spans for at in range(a, b)}
    assert all(at in inside or text[at].isspace() for at in range(start, end))


@pytest.mark.parametrize(
    "sentences_in_it",
    [
        ("2024 में 4,046 मामले आए।", "2025 में 4,212 मामले आए।"),
        ("ما عدد الإحالات؟", "بلغ العدد 4,212."),
        ("2025 میں 4,212 معاملات آئے۔", "یہ زیادہ ہے۔"),
    ],
)
def test_sentences_end_as_their_script_ends_them(sentences_in_it: tuple[str, ...]) -> None:
    text = " ".join(sentences_in_it)
    assert tuple(text[start:end] for start, end in sentences(text, 0, len(text))) == sentences_in_it
