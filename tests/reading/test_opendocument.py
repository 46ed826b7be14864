from __future__ import annotations

from datetime import date

import pytest

from rag.errors import UnreadableReport
from rag.reading.limits import Limits
from rag.reading.office.opendocument import _SPACES, read_odt
from rag.types import Page, Reading
from reading.samples import rows, shown, spans_hold, texts, zipped

NAMES = " ".join(f'xmlns:{prefix}="{space}"' for prefix, space in _SPACES.items())


def document(body: str, styles: str = "", meta: str = "", **parts: str) -> bytes:
    """An OpenDocument text with this body, these automatic styles and these properties."""
    root = f"office:document-content {NAMES}"
    return zipped(
        {
            "mimetype": "application/vnd.oasis.opendocument.text",
            "content.xml": f"<{root}><office:automatic-styles>{styles}</office:automatic-styles>"
            f"<office:body><office:text>{body}</office:text></office:body></office:document-content>",
            "meta.xml": f"<office:document-meta {NAMES}><office:meta>{meta}</office:meta></office:document-meta>",
            **parts,
        }
    )


def read(body: str, styles: str = "", meta: str = "", **parts: str) -> Reading:
    reading = read_odt(document(body, styles, meta, **parts), "a.odt", Limits())
    assert spans_hold(reading.pages[0])
    return reading


def page_of(body: str, styles: str = "", **parts: str) -> Page:
    return read(body, styles, **parts).pages[0]


def p(words: str, style: str = "Standard") -> str:
    return f'<text:p text:style-name="{style}">{words}</text:p>'


def cell(words: str, more: str = "") -> str:
    return f"<table:table-cell {more}>{p(words)}</table:table-cell>"


def row(*cells: str, more: str = "") -> str:
    return f"<table:table-row {more}>{''.join(cells)}</table:table-row>"


MANY = 'table:number-rows-repeated="900000"'
COVERED = "<table:covered-table-cell/>"


def test_headings_lists_and_paragraphs_come_in_document_order() -> None:
    page = page_of(
        '<text:h text:outline-level="1">Quarterly bulletin</text:h><text:h text:outline-level="2">Channels</text:h>'
        + p("Schools made 291 referrals.")
        + f"<text:list><text:list-item>{p('Phone')}<text:list><text:list-item>{p('of them mobile')}</text:list-item>"
        f"</text:list></text:list-item><text:list-item>{p('Web form')}</text:list-item></text:list>"
    )
    assert shown(page) == [
        ("heading", "Quarterly bulletin"),
        ("heading", "Channels"),
        ("paragraph", "Schools made 291 referrals."),
        ("list_item", "Phone"),
        ("list_item", "of them mobile"),
        ("list_item", "Web form"),
    ]
    assert [block.level for block in page.blocks[:2]] == [1, 2]


def test_spaces_tabs_breaks_links_and_raised_digits_are_text_and_marks_are_not() -> None:
    page = page_of(
        p(
            'North<text:s text:c="3"/>had<text:tab/><text:a>836</text:a><text:span text:style-name="T1">2</text:span>'
            '<text:line-break/>refer\u00adrals<text:bookmark text:name="x"/><office:annotation>'
            f"{p('Is this right?')}</office:annotation> in all."
        ),
        '<style:style style:name="T1"><style:text-properties style:text-position="super 58%"/></style:style>',
    )
    assert shown(page) == [("paragraph", "North had 836² referrals in all.")]


def test_deleted_text_is_not_read() -> None:
    page = page_of(
        "<text:tracked-changes><text:changed-region><text:deletion>"
        + p("It was 3,998.")
        + "</text:deletion></text:changed-region></text:tracked-changes>"
        + p('It was <text:change text:change-id="1"/>4,046.')
    )
    assert page.text == "It was 4,046."


def test_header_rows_and_merged_cells_give_each_cell_its_headers() -> None:
    page = page_of(
        p("Table 1: Referrals", "Table")
        + p("(number)")
        + "<table:table><table:table-header-rows>"
        + row(
            cell("Region", 'table:number-rows-spanned="2"'),
            cell("Referrals", 'table:number-columns-spanned="2"'),
            COVERED,
        )
        + row(COVERED, cell("2024"), cell("2025"))
        + "</table:table-header-rows>"
        + row(cell("North"), cell("812"), cell("836"))
        + row(cell("All regions"), cell("4,046"), cell("4,212"))
        + "</table:table>"
    )
    headers = [("Region",), ("Referrals", "2024"), ("Referrals", "2025")]
    assert rows(page) == [
        list(zip(["North", "812", "836"], headers, strict=True)),
        list(zip(["All regions", "4,046", "4,212"], headers, strict=True)),
    ]
    assert page.blocks[0].kind == "caption"
    assert {block.caption for block in page.blocks[-2:]} == {"Table 1: Referrals, (number)"}
    assert page.blocks[-1].total


def test_labels_that_reach_down_repeat_and_a_wide_and_high_cell_fills_its_place() -> None:
    page = page_of(
        "<table:table>"
        + row(cell("Region"), cell("Channel"), cell("2024"), cell("2025"))
        + row(cell("North", 'table:number-rows-spanned="2"'), cell("Phone"), cell("80"), cell("84"))
        + row(COVERED, cell("Schools"), cell("97"), cell("100"))
        + row(
            cell("South", 'table:number-rows-spanned="2" table:number-columns-spanned="2"'),
            COVERED,
            cell("700"),
            cell("702"),
        )
        + row(COVERED, COVERED, cell("1"), cell("2"))
        + "</table:table>"
    )
    assert texts(page, "table_row") == [
        "North | Phone | 80 | 84",
        "North | Schools | 97 | 100",
        "South | 700 | 702",
        "South | 1 | 2",
    ]


def test_repeated_columns_and_rows_are_written_out_and_empty_ones_dropped() -> None:
    page = page_of(
        "<table:table>"
        + row(cell("Region"), cell("2024", 'table:number-columns-repeated="2"'))
        + row(cell("North"), cell("5", 'table:number-columns-repeated="2"'), more='table:number-rows-repeated="2"')
        + row(cell("", 'table:number-columns-repeated="16384"'), more='table:number-rows-repeated="1048576"')
        + "</table:table>"
    )
    assert texts(page, "table_row") == ["North | 5 | 5", "North | 5 | 5"]


def test_notes_are_marked_in_place_and_written_at_the_end() -> None:
    note = (
        '<text:note text:note-class="footnote"><text:note-citation>1</text:note-citation>'
        f"<text:note-body>{p('Counted by household.')}</text:note-body></text:note>"
    )
    page = page_of(p(f"Referrals were 4,212{note} in 2025.") + p("They rose."))
    assert shown(page) == [
        ("paragraph", "Referrals were 4,212¹ in 2025."),
        ("paragraph", "They rose."),
        ("footnote", "¹ Counted by household."),
    ]


def test_text_boxes_follow_their_paragraph_and_contents_are_furniture() -> None:
    page = page_of(
        f"<text:table-of-content><text:index-body>{p('Regions 3')}</text:index-body></text:table-of-content>"
        + p(f"In brief.<draw:frame><draw:text-box>{p('Referrals rose to 4,212.')}</draw:text-box></draw:frame>")
    )
    assert shown(page) == [
        ("furniture", "Regions 3"),
        ("paragraph", "In brief."),
        ("paragraph", "Referrals rose to 4,212."),
    ]


def test_an_embedded_chart_is_the_table_of_its_data() -> None:
    chart = (
        f"<office:document-content {NAMES}><office:body><office:chart><chart:chart>"
        f"<chart:title>{p('Referrals by year')}</chart:title>"
        f'<chart:plot-area><chart:axis chart:dimension="y"><chart:title>{p("households")}</chart:title></chart:axis>'
        "</chart:plot-area><table:table><table:table-header-rows>"
        + row(cell(""), cell("Referrals"))
        + "</table:table-header-rows><table:table-rows>"
        + row(cell("2024"), cell("4046"))
        + row(cell("2025"), cell("4212"))
        + "</table:table-rows></table:table></chart:chart></office:chart></office:body></office:document-content>"
    )
    content = document(p('<draw:frame><draw:object xlink:href="./Object 1"/><draw:image/></draw:frame>'))
    parts = {"Object 1/content.xml": chart}
    page = page_of(p('<draw:frame><draw:object xlink:href="./Object 1"/><draw:image/></draw:frame>'), **parts)
    assert rows(page) == [[("2024", ()), ("4046", ("Referrals",))], [("2025", ()), ("4212", ("Referrals",))]]
    assert page.blocks[-1].caption == "Referrals by year, households"
    with pytest.raises(UnreadableReport, match=r"a.odt: the document holds no text"):
        read_odt(content, "a.odt", Limits())


def test_styles_changed_by_hand_keep_what_they_are_based_on() -> None:
    page = page_of(
        p("Annual report 2025", "P1") + p("Text.", "P2"),
        '<style:style style:name="P1" style:parent-style-name="Title"/>'
        '<style:style style:name="P2" style:parent-style-name="Standard"/>',
    )
    assert shown(page) == [("heading", "Annual report 2025"), ("paragraph", "Text.")]


def test_title_and_date_come_from_the_properties() -> None:
    reading = read(
        p("Text."),
        meta="<dc:title>Annual report 2025</dc:title><meta:creation-date>2026-05-01T09:00:00</meta:creation-date>"
        "<dc:date>2026-06-12T10:00:00.5</dc:date>",
    )
    assert reading.published is not None and reading.covers is not None
    assert (reading.title, reading.covers.label) == ("Annual report 2025", "2025")
    assert (reading.published.day, reading.published.source) == (date(2026, 6, 12), "document properties")


def test_what_cannot_be_read_gets_a_sentence() -> None:
    whole = document(p("Text."))
    locked = f"<manifest:manifest {NAMES}><manifest:file-entry><manifest:encryption-data/>"
    locked += "</manifest:file-entry></manifest:manifest>"
    for content, sentence in (
        (whole[:300], "the file is damaged"),
        (document(p("Text."), **{"META-INF/manifest.xml": locked}), "the document is protected by a password"),
        (zipped({"encrypted-package": b"x"}), "the document is protected by a password"),
        (zipped({"readme.txt": "hello"}), "the OpenDocument text is damaged"),
        (zipped({"content.xml": "<a>"}), "the OpenDocument text is damaged"),
        (zipped({"content.xml": "<a/>"}), "the file is no OpenDocument text inside"),
    ):
        with pytest.raises(UnreadableReport, match=f"^a.odt: {sentence}"):
            read_odt(content, "a.odt", Limits())


def test_more_rows_than_the_limit_are_refused() -> None:
    table = f"<table:table>{row(cell('North'), cell('5'), more=MANY)}</table:table>"
    with pytest.raises(UnreadableReport, match=r"900,000 rows, over the limit of 100,000 \(setting reader_rows\)"):
        read_odt(document(table), "a.odt", Limits())


def test_entities_are_not_expanded() -> None:
    bomb = '<!DOCTYPE b [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
    root = f"<office:document-content {NAMES}><office:body><office:text>{p('Text.&b;')}</office:text></office:body>"
    content = zipped({"content.xml": f"{bomb}{root}</office:document-content>"})
    assert read_odt(content, "a.odt", Limits()).pages[0].text == "Text."
