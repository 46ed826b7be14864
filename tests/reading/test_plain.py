from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import UnreadableReport
from rag.reading.compose import PageText
from rag.reading.text.plain import decode, read_markdown, read_text, write_markdown, write_text
from reading.samples import rows, shown, spans_hold, texts

_PIECES = st.sampled_from(
    ["# ", "- ", "1. ", "| a | b |\n", "|---|---|\n", "\n", "\r\n", "\r", "\n\n",
     "===\n", "---\n", " = T = \n", "\t", "é", "\u2028", "\x85", "\f", "  ", "North   836   704\n", "Total: 12\n",
     "Region  2024  2025\n", "北部      12    15\n"]
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


@pytest.mark.parametrize("encoding", ["utf-32", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_text_in_any_usual_encoding_is_decoded(encoding: str) -> None:
    text = "The café’s takings rose by £12 – a tenth – in one year."
    assert decode(text.encode(encoding), "a.txt") == text


def test_japanese_in_seven_bits_is_decoded() -> None:
    assert decode("件数は4212件です。".encode("iso2022_jp"), "a.txt") == "件数は4212件です。"


def test_a_broken_character_costs_itself_and_not_the_encoding_of_the_file() -> None:
    content = "The café’s takings rose – a tenth – ".encode() + b"\x93more\x94 than before. Gr\xc3"
    assert decode(content, "a.txt") == "The café’s takings rose – a tenth – \ufffdmore\ufffd than before. Gr\ufffd"


def test_line_ends_of_old_macs_end_lines() -> None:
    (page,) = read_text("One’s first.\r\rTwo.\r\r- three\r- four".encode("mac_roman"), "a.txt").pages
    assert page.text == "One’s first.\r\rTwo.\r\r- three\r- four"
    assert texts(page, "paragraph") == ["One’s first.", "Two."]
    assert texts(page, "list_item") == ["three", "four"]


def test_running_lines_beside_form_feeds_are_furniture() -> None:
    content = "".join(f"Report on referrals\nPart {n} began.\nPage {n} of 3\n\f" for n in (1, 2, 3))
    (page,) = read_text(content.encode(), "a.txt").pages
    assert page.text == content
    assert shown(page)[1:5] == [
        ("furniture", "Page 1 of 3"),
        ("furniture", "Report on referrals"),
        ("paragraph", "Part 2 began."),
        ("furniture", "Page 2 of 3"),
    ]


def test_a_stray_zero_stays_where_it_is() -> None:
    (page,) = read_text(b"More than 4,000 " * 20 + b"came\0 to us.", "a.txt").pages
    assert page.text.endswith("came\0 to us.")
    assert spans_hold(page)


def test_a_very_long_line_is_one_paragraph() -> None:
    words = "Referrals rose by 12. " * 20_000
    (page,) = read_text(f"Spring bulletin\n\n{words}".encode(), "a.txt").pages
    assert shown(page) == [("heading", "Spring bulletin"), ("paragraph", words.strip())]


@pytest.mark.parametrize(
    "words",
    [
        "Cododd nifer yr atgyfeiriadau i’r gwasanaeth yn Ŵyl y Glaniad.",
        "Liczba zgłoszeń wzrosła do 4212.",
        "ارتفع عدد الإحالات إلى 4212.",
        "去年的转介数量上升到4212件。",
        "पिछले वर्ष 4,212 संदर्भ आए।",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-16-be"])
def test_any_language_survives_exactly(words: str, encoding: str) -> None:
    text = f"{words}\r\n\r\n{words}\r\n"
    (page,) = read_text(text.encode(encoding), "a.txt").pages
    assert page.text == text
    assert shown(page) == [("paragraph", words), ("paragraph", words)]


def test_a_title_in_a_script_without_capitals_is_a_heading() -> None:
    (page,) = read_text("年度报告\n\n转介数量上升。\n".encode(), "a.txt").pages
    assert shown(page) == [("heading", "年度报告"), ("paragraph", "转介数量上升。")]


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


def test_a_fixed_width_table_has_rows_with_headers_caption_and_units() -> None:
    content = "Table 3: Referrals by region\n(households)\n\nRegion        2024   2025\n------------  ----   ----\n"
    content += "North          836    704\nNorth East      91    102\nTotal          927    806\n\nSource: our forms.\n"
    (page,) = read_text(content.encode(), "a.txt").pages
    assert rows(page) == [
        [("North", ("Region",)), ("836", ("2024",)), ("704", ("2025",))],
        [("North East", ("Region",)), ("91", ("2024",)), ("102", ("2025",))],
        [("Total", ("Region",)), ("927", ("2024",)), ("806", ("2025",))],
    ]
    assert texts(page, "caption") == ["Table 3: Referrals by region", "(households)"]
    assert [(block.caption, block.total) for block in page.blocks[2:5]] == [
        ("Table 3: Referrals by region (households)", False),
        ("Table 3: Referrals by region (households)", False),
        ("Table 3: Referrals by region (households)", True),
    ]
    assert (page.text, page.blocks[-1].kind) == (content, "paragraph")


def test_lines_of_a_label_and_a_figure_are_rows_below_their_introduction() -> None:
    (page,) = read_text(b"Referrals made by schools were:\n\n2023: 731\n2024: 884\n2025: 986\n", "a.txt").pages
    assert rows(page) == [[("2023", ()), ("731", ())], [("2024", ()), ("884", ())], [("2025", ()), ("986", ())]]
    assert {block.caption for block in page.blocks[1:]} == {"Referrals made by schools were:"}


def test_lines_indented_by_tabs_are_a_paragraph() -> None:
    (page,) = read_text(b"\tReferrals rose in the spring,\n\tas they do.\n", "a.txt").pages
    assert shown(page) == [("paragraph", "Referrals rose in the spring,\n\tas they do.")]


def test_a_list_of_contents_is_furniture() -> None:
    (page,) = read_text(b"Contents\n\nReferrals ....... 3\nWaiting ......... 9\nMethods ........ 12\n", "a.txt").pages
    assert [kind for kind, _ in shown(page)] == ["heading", "furniture", "furniture", "furniture"]


def test_a_fixed_width_table_is_found_in_a_block_of_code() -> None:
    content = b"# Cases\n\n```\nRegion  2024  2025\nNorth    836   704\nSouth    512   498\n```\n"
    (page,) = read_markdown(content, "a.md").pages
    assert rows(page)[1] == [("South", ("Region",)), ("512", ("2024",)), ("498", ("2025",))]
    assert page.blocks[-1].caption == "Cases"


def test_text_is_written_to_a_page_that_is_composed() -> None:
    page = PageText()
    write_text(
        page, "Dear all\n\nReferrals rose\nagain.\n\nNorth   12   3\nSouth    9   4\nEast    10   5\n", titles=False
    )
    write_markdown(page, "## Part\n\n- one\n  more\n")
    assert page.page().text == (
        "Dear all\n\nReferrals rose again.\n\nNorth | 12 | 3\nSouth | 9 | 4\nEast | 10 | 5\n\nPart\n\none more"
    )
    assert [block.kind for block in page.blocks][-2:] == ["heading", "list_item"]
