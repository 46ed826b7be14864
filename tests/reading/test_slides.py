from __future__ import annotations

import io
from datetime import date, datetime
from typing import Any

import pptx
import pytest
from PIL import Image
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.opc.package import Part
from pptx.opc.packuri import PackURI
from pptx.oxml import parse_xml
from pptx.util import Inches, Pt

from rag.errors import UnreadableReport
from rag.reading.formats import reader_for
from rag.reading.limits import Limits
from rag.reading.office.slides import read_slides
from rag.types import Page, Reading
from reading.samples import repacked, rows, shown, spans_hold, texts

TITLE_AND_CONTENT, COMPARISON, TITLE_ONLY, BLANK = 1, 4, 5, 6


def saved(deck: Any) -> bytes:
    buffer = io.BytesIO()
    deck.save(buffer)
    return buffer.getvalue()


def read(deck: Any) -> Reading:
    reading = read_slides(saved(deck), "a.pptx", Limits())
    assert all(spans_hold(page) for page in reading.pages)
    return reading


def slide(deck: Any, layout: int, title: str = "") -> Any:
    made = deck.slides.add_slide(deck.slide_layouts[layout])
    if title:
        made.shapes.title.text = title
    return made


def box(where: Any, words: str, top: float, left: float = 1, size: int = 12) -> Any:
    made = where.shapes.add_textbox(Inches(left), Inches(top), Inches(3), Inches(0.5))
    made.text_frame.text = words
    made.text_frame.paragraphs[0].runs[0].font.size = Pt(size)
    return made


def table(where: Any, *lines: tuple[str, ...]) -> Any:
    made = where.shapes.add_table(len(lines), len(lines[0]), Inches(1), Inches(3), Inches(6), Inches(1)).table
    for i, line in enumerate(lines):
        for j, words in enumerate(line):
            made.cell(i, j).text = words
    return made


def only(deck: Any) -> Page:
    (page,) = read(deck).pages
    return page


def test_a_slide_is_a_page_with_its_title_its_points_and_its_notes() -> None:
    deck = pptx.Presentation()
    first = slide(deck, TITLE_AND_CONTENT, "Referrals from schools")
    first.placeholders[1].text = "2022: 596 referrals\n2025: 986 referrals"
    first.notes_slide.notes_text_frame.text = "Of 148 schools 112 replied."
    slide(deck, TITLE_ONLY, "Decisions")
    one, two = read(deck).pages
    assert shown(one) == [
        ("heading", "Referrals from schools"),
        ("list_item", "2022: 596 referrals"),
        ("list_item", "2025: 986 referrals"),
        ("heading", "Notes"),
        ("paragraph", "Of 148 schools 112 replied."),
    ]
    assert [block.level for block in one.blocks] == [1, 0, 0, 2, 0]
    assert (two.number, shown(two)) == (2, [("heading", "Decisions")])


def test_lines_without_bullets_by_their_own_word_or_the_layouts_are_paragraphs() -> None:
    deck = pptx.Presentation()
    made = slide(deck, COMPARISON, "Regions")
    for index, words in ((4, "South 702"), (3, "Falling"), (2, "North 836"), (1, "Rising")):
        made.placeholders[index].text = words
    assert shown(only(deck))[1:] == [
        ("paragraph", "Rising"),
        ("list_item", "North 836"),
        ("paragraph", "Falling"),
        ("list_item", "South 702"),
    ]


def test_free_shapes_come_after_placeholders_from_top_to_bottom_and_left_to_right() -> None:
    deck = pptx.Presentation()
    made = slide(deck, TITLE_ONLY, "Demand")
    for words, top, left in (("below", 4.0, 1), ("right", 2.0, 5), ("left", 2.1, 1)):
        box(made, words, top, left)
    assert texts(only(deck), "paragraph") == ["left", "right", "below"]


def test_a_slide_without_a_title_takes_its_first_large_text() -> None:
    deck = pptx.Presentation()
    made = slide(deck, BLANK)
    box(made, "A note on sources", 1.0)
    box(made, "Referrals doubled", 2.0, size=32)
    assert shown(only(deck)) == [("heading", "Referrals doubled"), ("paragraph", "A note on sources")]


def test_groups_are_read_inside_and_what_is_parked_beside_the_slide_is_not() -> None:
    deck = pptx.Presentation()
    made = slide(deck, TITLE_ONLY, "Demand")
    group = made.shapes.add_group_shape()
    inner = group.shapes.add_group_shape()
    inner.shapes.add_textbox(0, 0, Inches(1), Inches(1)).text_frame.text = "4,212 referrals"
    box(made, "old text", 1.0, left=30)
    assert texts(only(deck), "paragraph") == ["4,212 referrals"]


def test_a_tables_merged_cells_stand_where_they_reach() -> None:
    deck = pptx.Presentation()
    made = table(
        slide(deck, TITLE_ONLY, "Referrals"),
        ("Region", "Channel", "Referrals", ""),
        ("", "", "2024", "2025"),
        ("North", "Phone", "80", "84"),
        ("", "Schools", "97", "100"),
    )
    for start, end in (((0, 2), (0, 3)), ((0, 0), (1, 0)), ((0, 1), (1, 1)), ((2, 0), (3, 0))):
        made.cell(*start).merge(made.cell(*end))
    page = only(deck)
    assert rows(page)[1] == [
        ("North", ("Region",)),
        ("Schools", ("Channel",)),
        ("97", ("Referrals", "2024")),
        ("100", ("Referrals", "2025")),
    ]


def test_a_unit_in_a_box_above_the_table_joins_its_caption() -> None:
    deck = pptx.Presentation()
    made = slide(deck, TITLE_ONLY, "Spending by office")
    box(made, "£ thousand", 1.5)
    table(made, ("Office", "2025/26"), ("Skelwick", "88"))
    assert only(deck).blocks[-1].caption == "Spending by office, £ thousand"


def test_a_chart_is_the_table_of_its_data() -> None:
    deck = pptx.Presentation()
    data = CategoryChartData(number_format="0.0%")
    data.categories = ["North", "South"]
    data.add_series("2024", (0.186, 0.007))
    data.add_series("2025", (0.2, 0.01))
    made = slide(deck, TITLE_ONLY, "Growth")
    chart = made.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, 0, Inches(2), Inches(5), Inches(3), data).chart
    chart.has_title = True
    chart.chart_title.text_frame.text = "Change in referrals"
    chart.value_axis.axis_title.text_frame.text = "per cent on the year before"
    chart.category_axis.axis_title.text_frame.text = "Region"
    page = only(deck)
    assert rows(page) == [
        [("North", ("Region",)), ("18.6%", ("2024",)), ("20.0%", ("2025",))],
        [("South", ("Region",)), ("0.7%", ("2024",)), ("1.0%", ("2025",))],
    ]
    assert page.blocks[-1].caption == "Change in referrals, per cent on the year before"


def test_a_pictures_description_is_read_where_it_says_something() -> None:
    deck = pptx.Presentation()
    made = slide(deck, TITLE_ONLY, "Offices")
    buffer = io.BytesIO()
    Image.new("RGB", (2, 2)).save(buffer, "PNG")
    for words in ("Picture 3", "A map of the six offices in the county", "A picture containing sky, building, tower"):
        buffer.seek(0)
        picture = made.shapes.add_picture(buffer, Inches(1), Inches(2))
        picture._element.nvPicPr.cNvPr.set("descr", words)
    assert texts(only(deck), "paragraph") == ["A map of the six offices in the county"]


def test_footers_numbers_and_dates_are_left_out() -> None:
    deck = pptx.Presentation()
    made = slide(deck, TITLE_ONLY, "Offices")
    for kind, index in (("ftr", 11), ("sldNum", 12), ("dt", 10)):
        shape = box(made, f"text of {kind}", 6.0)
        shape._element.nvSpPr.nvPr.append(
            parse_xml(
                f'<p:ph type="{kind}" idx="{index}" '
                'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"/>'
            )
        )
    assert shown(only(deck)) == [("heading", "Offices")]


def test_a_hidden_slide_is_an_empty_page_with_a_note() -> None:
    deck = pptx.Presentation()
    slide(deck, TITLE_ONLY, "Shown")
    slide(deck, TITLE_ONLY, "Not for the board")._element.set("show", "0")
    reading = read(deck)
    assert [page.text for page in reading.pages] == ["Shown", ""]
    assert reading.notes == ("Slide 2 is hidden and was not read.",)


def test_a_damaged_slide_costs_itself_only() -> None:
    deck = pptx.Presentation()
    slide(deck, TITLE_ONLY, "Shown")
    slide(deck, BLANK)
    slide(deck, TITLE_AND_CONTENT, "Broken").placeholders[1].text = "North 836"
    content = repacked(
        saved(deck), "ppt/slides/_rels/slide3.xml.rels", lambda part: part.replace(b"slideLayout", b"other")
    )
    reading = read_slides(content, "a.pptx", Limits())
    assert [page.text for page in reading.pages] == ["Shown", "", ""]
    assert reading.notes == ("Slide 3 is damaged and was not read.",)


def test_smart_art_is_read_point_by_point_with_what_hangs_from_each() -> None:
    deck = pptx.Presentation()
    made = slide(deck, TITLE_ONLY, "How a referral runs")
    a, d = (
        "http://schemas.openxmlformats.org/drawingml/2006/main",
        "http://schemas.openxmlformats.org/drawingml/2006/diagram",
    )
    points = "".join(
        f'<dgm:pt modelId="{key}"><dgm:t><a:p><a:r><a:t>{words}</a:t></a:r></a:p></dgm:t></dgm:pt>'
        for key, words in (("3", "Visit"), ("2", "Call"), ("4", "within five days"))
    )
    links = "".join(
        f'<dgm:cxn modelId="c{to}" srcId="{start}" destId="{to}" srcOrd="{order}" destOrd="0"/>'
        for start, to, order in (("1", "3", 1), ("1", "2", 0), ("2", "4", 0))
    )
    content = (
        f'<dgm:dataModel xmlns:dgm="{d}" xmlns:a="{a}"><dgm:ptLst><dgm:pt modelId="1" type="doc"/>{points}</dgm:ptLst>'
        f"<dgm:cxnLst>{links}</dgm:cxnLst></dgm:dataModel>"
    )
    part = Part(PackURI("/ppt/diagrams/data1.xml"), "application/xml", made.part.package, content.encode())
    key = made.part.relate_to(part, "http://schemas.openxmlformats.org/officeDocument/2006/relationships/diagramData")
    frame = table(made, ("a", "b"))._graphic_frame._element
    for inner in list(frame.iter(f"{{{a}}}tbl")):
        inner.getparent().replace(
            inner,
            parse_xml(
                f'<dgm:relIds xmlns:dgm="{d}" r:dm="{key}" '
                'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"/>'
            ),
        )
    assert texts(only(deck), "list_item") == ["Call", "within five days", "Visit"]


def test_raised_digits_and_line_breaks() -> None:
    deck = pptx.Presentation()
    made = slide(deck, TITLE_ONLY, "Demand\vin 2025")
    frame = box(made, "4,212", 2.0).text_frame
    run = frame.paragraphs[0].add_run()
    run.text = "1"
    run.font._element.set("baseline", "30000")
    assert only(deck).text == "Demand in 2025\n\n4,212¹"


def test_title_and_date_come_from_the_properties_unless_a_template_made_them() -> None:
    deck = pptx.Presentation()
    slide(deck, TITLE_ONLY, "Demand and waiting times")
    deck.core_properties.title = "PowerPoint Presentation"
    bare = read(deck)
    assert (bare.title, bare.published) == ("Demand and waiting times", None)
    deck.core_properties.title, deck.core_properties.modified = "Annual report 2025", datetime(2026, 6, 12)
    reading = read(deck)
    assert reading.published is not None and reading.covers is not None
    assert (reading.title, reading.published.day, reading.covers.label) == (
        "Annual report 2025",
        date(2026, 6, 12),
        "2025",
    )


def test_the_heading_of_the_notes_is_no_title() -> None:
    deck = pptx.Presentation()
    slide(deck, BLANK).notes_slide.notes_text_frame.text = "Of 148 schools 112 replied."
    assert read(deck).title == "A"


def test_what_cannot_be_read_gets_a_sentence() -> None:
    deck = pptx.Presentation()
    slide(deck, BLANK)
    whole = saved(deck)
    strict = repacked(
        whole,
        "_rels/.rels",
        lambda part: part.replace(
            b"http://schemas.openxmlformats.org/officeDocument/2006/", b"http://purl.oclc.org/ooxml/officeDocument/"
        ),
    )
    for content, sentence in (
        (whole, "no text on any slide. Are they pictures"),
        (whole[:9000], "the file is damaged"),
        (strict, "Strict Open XML"),
        (repacked(whole, "ppt/slides/slide1.xml", lambda part: part[:200]), "the PowerPoint file is damaged"),
        (
            repacked(whole, "[Content_Types].xml", lambda part: part.replace(b"presentation.main", b"x")),
            "not a PowerPoint",
        ),
    ):
        with pytest.raises(UnreadableReport, match=f"^a.pptx: .*{sentence}"):
            read_slides(content, "a.pptx", Limits())
    with pytest.raises(UnreadableReport, match="protected by a password"):
        reader_for("a.pptx", b"\xd0\xcf\x11\xe0")
    with pytest.raises(UnreadableReport, match=r"1 slides, over the limit of 0 \(setting reader_pages\)"):
        read_slides(whole, "a.pptx", Limits(pages=0))


def test_entities_are_not_expanded() -> None:
    deck = pptx.Presentation()
    slide(deck, TITLE_ONLY, "Demand")
    bomb = b'<!DOCTYPE b [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><p:sld '
    content = repacked(
        saved(deck),
        "ppt/slides/slide1.xml",
        lambda part: part.replace(b"<p:sld ", bomb, 1).replace(b"Demand", b"Demand&b;"),
    )
    assert read_slides(content, "a.pptx", Limits()).pages[0].text == "Demand"
