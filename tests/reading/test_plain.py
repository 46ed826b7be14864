from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import UnreadableReport
from rag.reading.plain import decode, read_markdown, read_text
from reading.samples import rows, shown, spans_hold, texts

_PIECES = st.sampled_from(
    ["# ", "- ", "1. ", "| a | b |\n", "|---|---|\n", "\n", "\r\n", "\r", "\n\n",
     "===\n", "---\n", " = T = \n", "\t", "é", "\u2028", "\x85"]
)  # fmt: skip
_TEXTS = st.lists(_PIECES | st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40)).map("".join)


@given(_TEXTS)
def test_the_page_of_a_text_is_the_file_itself(text: str) -> None:
    (page,) = read_text(text.encode(), "a.txt").pages
    assert page.text == text
    assert spans_hold(page)


@given(_TEXTS)
def test_the_page_of_a_markdown_file_is_the_file_itself(text: str) -> None:
    (page,) = read_markdown(text.encode(), "a.md").pages
    assert page.text == text
    assert spans_hold(page)


def test_text_has_headings_paragraphs_and_items() -> None:
    content = b"Spring bulletin\n\nReferrals rose in the spring,\nas they do.\n\n* North 12\n* South 9\n\n"
    content += b"Methods\n-------\nWe count.\n"
    (page,) = read_text(content, "a.txt").pages
    assert shown(page) == [
        ("heading", "Spring bulletin"),
        ("paragraph", "Referrals rose in the spring,\nas they do."),
        ("list_item", "North 12"),
        ("list_item", "South 9"),
        ("heading", "Methods"),
        ("paragraph", "We count."),
    ]


def test_line_ends_stay_as_they_are() -> None:
    (page,) = read_text(b"One.\r\n\r\nTwo.\r\n", "a.txt").pages
    assert page.text == "One.\r\n\r\nTwo.\r\n"
    assert shown(page) == [("paragraph", "One."), ("paragraph", "Two.")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_text_in_any_usual_encoding_is_decoded(encoding: str) -> None:
    text = "The café’s takings rose by £12 – a tenth – in one year."
    assert decode(text.encode(encoding), "a.txt") == text


def test_bytes_that_are_not_text_are_refused() -> None:
    with pytest.raises(UnreadableReport, match=r"a.txt: the file holds bytes that are not text"):
        read_text(b"GIF\0\0\0\1\2\0abc\0", "a.txt")


def test_front_matter_is_furniture_and_gives_title_and_date() -> None:
    reading = read_markdown(b"---\ntitle: Spring bulletin\ndate: 2026-06-12\n---\n\n# Contacts\n\nMore came.\n", "a.md")
    assert reading.title == "Spring bulletin"
    assert reading.published is not None
    assert (reading.published.day, reading.published.source) == (date(2026, 6, 12), "front matter")
    assert [kind for kind, _ in shown(reading.pages[0])] == ["furniture", "heading", "paragraph"]


def test_a_markdown_table_has_cells_that_are_spans_of_the_raw_text() -> None:
    content = "Table 1: Cases\n\n| Region | 2024 | 2025 |\n|:--|--:|--:|\n"
    content += "| **North** | 12 | 15 |\n| South \\| West | 9 |  |\n"
    (page,) = read_markdown(content.encode(), "a.md").pages
    assert rows(page) == [
        [("**North**", ("Region",)), ("12", ("2024",)), ("15", ("2025",))],
        [("South \\| West", ("Region",)), ("9", ("2024",))],
    ]
    assert texts(page, "caption") == ["Table 1: Cases"]
    assert page.blocks[-1].caption == "Table 1: Cases"


def test_a_table_without_its_rule_is_still_a_table() -> None:
    (page,) = read_markdown(b"Debt was as follows.\n\n(millions) | 2017 | 2016\nnotes | 600 | 590\n", "a.md").pages
    assert rows(page) == [[("notes", ("(millions)",)), ("600", ("2017",)), ("590", ("2016",))]]


def test_markdown_headings_have_levels_and_items_lose_their_marks() -> None:
    (page,) = read_markdown(b"Title\n=====\n\n## Part ##\n\n- one\n  more\n- two\n  1. three\n", "a.md").pages
    assert [(block.kind, block.level, text) for block, (_, text) in zip(page.blocks, shown(page), strict=True)] == [
        ("heading", 1, "Title"),
        ("heading", 2, "Part"),
        ("list_item", 0, "one\n  more"),
        ("list_item", 0, "two"),
        ("list_item", 0, "three"),
    ]


def test_a_numbered_line_above_sentences_is_a_heading() -> None:
    content = b"NOTE ON METHOD\nInformation officer, 15 March 2022\n\n1. The old rule\nEvery form was one referral.\n"
    reading = read_text(content, "a.txt")
    assert shown(reading.pages[0]) == [
        ("heading", "NOTE ON METHOD"),
        ("paragraph", "Information officer, 15 March 2022"),
        ("heading", "1. The old rule"),
        ("paragraph", "Every form was one referral."),
    ]
    assert reading.published is not None
    assert (reading.published.day, reading.published.source) == (date(2022, 3, 15), "imprint")


def test_a_date_in_the_file_name_is_told_as_such() -> None:
    published = read_text(b"just a note of what was said, no more than that.", "minutes-2026-06-03.txt").published
    assert published is not None
    assert (published.day, published.source) == (date(2026, 6, 3), "file name")


def test_a_byte_order_mark_counts_as_a_character_of_the_file() -> None:
    content = "\ufeffThe café had 12 visitors in 2023.".encode()
    (page,) = read_text(content, "a.txt").pages

    (block,) = page.blocks
    assert (block.start, page.text) == (1, content.decode())
