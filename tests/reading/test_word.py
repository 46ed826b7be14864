from __future__ import annotations

import io
import zipfile
from datetime import date, datetime
from typing import Any

import docx
import pytest
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Pt
from pptx.chart.data import CategoryChartData
from pptx.chart.xmlwriter import ChartXmlWriter
from pptx.enum.chart import XL_CHART_TYPE

from rag.errors import UnreadableReport
from rag.reading.limits import Limits
from rag.reading.office.word import read_word
from rag.types import Reading
from reading.samples import repacked, rows, shown, spans_hold, texts

_SPACES = nsdecls("w", "r", "a") + (
    ' xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    ' xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
    ' xmlns:v="urn:schemas-microsoft-com:vml" xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"'
)

TWO_WIDE, RESTART, CONTINUE = '<w:gridSpan w:val="2"/>', '<w:vMerge w:val="restart"/>', "<w:vMerge/>"


def read(document: Any) -> Reading:
    reading = read_word(saved(document), "a.docx", Limits())
    assert spans_hold(reading.pages[0])
    return reading


def saved(document: Any) -> bytes:
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def body(*elements: str) -> Any:
    """A document whose body is made of these elements, written in WordprocessingML."""
    document = docx.Document()
    for element in elements:
        opened, rest = element.split(">", 1) if not element.split(">", 1)[0].endswith("/") else (element[:-2], "")
        document.element.body.insert(-1, parse_xml(f"{opened} {_SPACES}>{rest}"))
    return document


def p(words: str, style: str = "", more: str = "") -> str:
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    return f"<w:p><w:pPr>{named}</w:pPr><w:r><w:t>{words}</w:t></w:r>{more}</w:p>"


def cell(words: str, properties: str = "", inner: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{inner}{p(words)}</w:tc>"


def row(*cells: str, properties: str = "") -> str:
    return f"<w:tr><w:trPr>{properties}</w:trPr>{''.join(cells)}</w:tr>"


def test_paragraphs_and_tables_come_in_document_order() -> None:
    document = docx.Document()
    document.add_heading("Spring bulletin", 1)
    document.add_paragraph("Referrals rose.")
    document.add_paragraph("Table 1: Referrals")
    table = document.add_table(2, 2)
    for cell, text in zip([c for r in table.rows for c in r.cells], ["Region", "2025", "North", "12"], strict=True):
        cell.text = text
    document.add_paragraph("first", style="List Bullet")
    (page,) = read(document).pages
    assert shown(page) == [
        ("heading", "Spring bulletin"),
        ("paragraph", "Referrals rose."),
        ("paragraph", "Table 1: Referrals"),
        ("furniture", "Region | 2025"),
        ("table_row", "North | 12"),
        ("list_item", "first"),
    ]
    assert rows(page) == [[("North", ("Region",)), ("12", ("2025",))]]
    assert page.blocks[4].caption == "Table 1: Referrals"


def test_merged_header_cells_stand_over_their_columns() -> None:
    document = docx.Document()
    table = document.add_table(3, 3)
    values = [["Region", "Opened", ""], ["", "2024", "2025"], ["North", "12", "15"]]
    for row, line in zip(table.rows, values, strict=True):
        for cell, text in zip(row.cells, line, strict=True):
            cell.text = text
    table.cell(0, 1).merge(table.cell(0, 2))
    (page,) = read(document).pages
    assert rows(page) == [[("North", ("Region",)), ("12", ("Opened", "2024")), ("15", ("Opened", "2025"))]]


def test_title_and_date_come_from_the_properties() -> None:
    document = docx.Document()
    document.core_properties.title = "Annual report 2025"
    document.core_properties.modified = datetime(2026, 6, 12)
    document.add_paragraph("Text.")
    reading = read(document)
    assert reading.title == "Annual report 2025"
    assert reading.published is not None
    assert (reading.published.day, reading.published.source) == (date(2026, 6, 12), "document properties")
    assert reading.covers is not None
    assert reading.covers.label == "2025"


def test_the_date_of_a_template_is_no_date() -> None:
    document = docx.Document()
    document.add_paragraph("Text.")
    assert read(document).published is None


def test_headers_and_footers_of_the_section_are_left_out() -> None:
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "Running header"
    document.add_paragraph("Text.")
    assert texts(read(document).pages[0], "paragraph") == ["Text."]


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"0" * 3_000_000)
    with pytest.raises(
        UnreadableReport, match=r"a.docx: unpacks to 3 MB, over the limit of 1 \(setting reader_inflated_mb\)"
    ):
        read_word(buffer.getvalue(), "a.docx", Limits(inflated_mb=1))


def test_a_zip_that_is_no_word_document_is_refused() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.raises(UnreadableReport, match=r"a.docx: the Word document is damaged"):
        read_word(buffer.getvalue(), "a.docx", Limits())


def test_a_document_cut_short_is_refused() -> None:
    with pytest.raises(UnreadableReport, match=r"a.docx: the file is damaged"):
        read_word(b"PK\x03\x04 and then nothing", "a.docx", Limits())


def test_a_text_box_is_read_once_after_its_paragraph() -> None:
    box = f"<w:txbxContent>{p('Referrals rose to 4,212.')}</w:txbxContent>"
    document = body(
        p(
            "In brief.",
            more="<w:r><mc:AlternateContent><mc:Choice Requires='wps'>"
            f"<w:drawing><wps:txbx>{box}</wps:txbx></w:drawing></mc:Choice><mc:Fallback><w:pict><v:textbox>{box}</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>",
        )
    )
    assert texts(read(document).pages[0], "paragraph") == ["In brief.", "Referrals rose to 4,212."]


def test_a_text_box_of_an_old_kind_is_read_too() -> None:
    box = f"<w:txbxContent>{p('Referrals rose to 4,212.')}</w:txbxContent>"
    document = body(p("In brief.", more=f"<w:r><w:pict><v:shape><v:textbox>{box}</v:textbox></v:shape></w:pict></w:r>"))
    assert texts(read(document).pages[0], "paragraph") == ["In brief.", "Referrals rose to 4,212."]


def test_content_controls_are_read_in_the_body_in_lines_in_tables_and_in_cells() -> None:
    def control(inner: str) -> str:
        return f"<w:sdt><w:sdtPr><w:alias w:val='x'/></w:sdtPr><w:sdtContent>{inner}</w:sdtContent></w:sdt>"

    inline = control("<w:r><w:t>2025</w:t></w:r>")
    document = body(
        control(p("Quarterly bulletin", "Heading1")),
        p("The year is ", more=inline),
        f"<w:tbl>{row(cell('Region'), control(cell('2025')))}"
        f"{control(row(cell('North'), '<w:tc>' + control(p('836')) + '</w:tc>'))}</w:tbl>",
    )
    (page,) = read(document).pages
    assert shown(page)[:2] == [("heading", "Quarterly bulletin"), ("paragraph", "The year is 2025")]
    assert rows(page) == [[("North", ("Region",)), ("836", ("2025",))]]


def test_tracked_changes_are_read_as_they_would_be_accepted() -> None:
    document = body(
        "<w:p><w:r><w:t>Referrals were </w:t></w:r><w:del><w:r><w:delText>3,998</w:delText></w:r></w:del>"
        "<w:ins><w:r><w:t>4,046</w:t></w:r></w:ins><w:r><w:t>.</w:t></w:r></w:p>",
        "<w:p><w:moveFrom><w:r><w:t>Moved away.</w:t></w:r></w:moveFrom></w:p>",
        "<w:p><w:moveTo><w:r><w:t>Moved here.</w:t></w:r></w:moveTo></w:p>",
        f"<w:tbl>{row(cell('Region'), cell('2025'))}{row(cell('North'), cell('836'))}"
        f"{row(cell('South'), cell('702'), properties='<w:del/>')}</w:tbl>",
    )
    (page,) = read(document).pages
    assert texts(page, "paragraph") == ["Referrals were 4,046.", "Moved here."]
    assert texts(page, "table_row") == ["North | 836"]


def test_comments_hidden_text_and_field_codes_are_left_out_and_results_read() -> None:
    document = body(
        "<w:p><w:r><w:t>See </w:t></w:r><w:r><w:fldChar w:fldCharType='begin'/></w:r>"
        "<w:r><w:instrText> REF _Ref12 </w:instrText></w:r><w:r><w:fldChar w:fldCharType='separate'/></w:r>"
        "<w:r><w:t>Table 2</w:t></w:r><w:r><w:fldChar w:fldCharType='end'/></w:r>"
        "<w:commentRangeStart w:id='0'/><w:r><w:t> below</w:t></w:r><w:commentRangeEnd w:id='0'/>"
        "<w:r><w:commentReference w:id='0'/></w:r><w:r><w:rPr><w:vanish/></w:rPr><w:t> secret</w:t></w:r></w:p>",
        "<w:p><w:fldSimple w:instr=' DATE '><w:r><w:t>24 April 2025</w:t></w:r></w:fldSimple></w:p>",
        "<w:p><w:r><w:fldChar w:fldCharType='begin'/></w:r><w:r><w:t>IF</w:t></w:r></w:p>",
        p("A field whose code never ends takes nothing with it."),
    )
    assert texts(read(document).pages[0], "paragraph") == [
        "See Table 2 below",
        "24 April 2025",
        "A field whose code never ends takes nothing with it.",
    ]


def test_links_symbols_hyphens_and_raised_digits_are_written_as_they_are_seen() -> None:
    document = body(
        "<w:p><w:hyperlink r:id='rId99'><w:r><w:t>The bulletin</w:t></w:r></w:hyperlink>"
        "<w:r><w:t xml:space='preserve'> has </w:t><w:sym w:font='Symbol' w:char='F0B3'/><w:t>4,212</w:t></w:r>"
        "<w:r><w:rPr><w:vertAlign w:val='superscript'/></w:rPr><w:t>2</w:t></w:r>"
        "<w:r><w:t xml:space='preserve'> refer</w:t><w:softHyphen/><w:t>rals, year</w:t>"
        "<w:noBreakHyphen/><w:t>end</w:t></w:r></w:p>"
    )
    assert texts(read(document).pages[0], "paragraph") == ["The bulletin has ≥4,212² referrals, year-end"]


def test_cells_merged_down_repeat_and_cells_merged_across_stand_once() -> None:
    document = body(
        f"<w:tbl>{row(cell('Region'), cell('Channel'), cell('2025'))}"
        f"{row(cell('North', RESTART), cell('Phone'), cell('275'))}"
        f"{row(cell('', CONTINUE), cell('Web form'), cell('272'))}"
        f"{row(cell('All regions', TWO_WIDE), cell('1,151'))}</w:tbl>"
    )
    (page,) = read(document).pages
    assert texts(page, "table_row") == ["North | Phone | 275", "North | Web form | 272", "All regions | 1,151"]
    assert rows(page)[2] == [("All regions", ("Region",)), ("1,151", ("2025",))]
    assert [block.total for block in page.blocks if block.kind == "table_row"] == [False, False, True]


def test_several_header_rows_marked_to_repeat_stand_over_each_cell() -> None:
    repeat = "<w:tblHeader/>"
    document = body(
        f"<w:tbl>{row(cell('Region', RESTART), cell('Referrals', TWO_WIDE), properties=repeat)}"
        f"{row(cell('', CONTINUE), cell('2024'), cell('2025'), properties=repeat)}"
        f"{row(cell('North'), cell('812'), cell('836'))}</w:tbl>"
    )
    assert rows(read(document).pages[0]) == [
        [("North", ("Region",)), ("812", ("Referrals", "2024")), ("836", ("Referrals", "2025"))]
    ]


def test_a_section_row_over_the_whole_width_is_no_header() -> None:
    wide = "<w:gridSpan w:val='3'/>"
    document = body(
        f"<w:tbl>{row(cell('Channel'), cell('2024'), cell('2025'))}{row(cell('North', wide))}"
        f"{row(cell('Phone'), cell('80'), cell('84'))}</w:tbl>"
    )
    (page,) = read(document).pages
    assert rows(page)[1] == [("Phone", ("Channel", "North")), ("80", ("2024",)), ("84", ("2025",))]


def test_a_table_inside_a_cell_is_a_table_of_its_own() -> None:
    inner = f"<w:tbl>{row(cell('Channel'), cell('2025'))}{row(cell('Phone'), cell('275'))}</w:tbl>"
    document = body(
        f"<w:tbl>{row(cell('Region'), cell('2025'), cell('By channel'))}"
        f"{row(cell('North'), cell('836'), cell('', inner=inner))}</w:tbl>"
    )
    (page,) = read(document).pages
    assert texts(page, "table_row") == ["North | 836", "Phone | 275"]
    assert page.blocks[-1].caption == "North"


def test_a_table_that_lays_out_the_page_is_what_its_cells_hold() -> None:
    inner = f"<w:tbl>{row(cell('Channel'), cell('2025'))}{row(cell('Phone'), cell('275'))}</w:tbl>"
    document = body(f"<w:tbl>{row(cell('', inner=inner), cell('Our offices are open on Thursdays.'))}</w:tbl>")
    (page,) = read(document).pages
    assert shown(page) == [
        ("furniture", "Channel | 2025"),
        ("table_row", "Phone | 275"),
        ("paragraph", "Our offices are open on Thursdays."),
    ]


def test_a_unit_line_between_caption_and_table_reaches_the_rows() -> None:
    table = f"<w:tbl>{row(cell('Region'), cell('2025'))}{row(cell('North'), cell('836'))}</w:tbl>"
    (page,) = read(body(p("Table 3: Spending", "Caption"), p("£ thousand"), table)).pages
    assert page.blocks[-1].caption == "Table 3: Spending, £ thousand"


def test_a_caption_below_its_table_reaches_the_rows() -> None:
    table = f"<w:tbl>{row(cell('Region'), cell('2025'))}{row(cell('North'), cell('836'))}</w:tbl>"
    (page,) = read(body(p("Referrals rose."), table, p("Table 1: Referrals", "Caption"))).pages
    assert [block.caption for block in page.blocks if block.kind == "table_row"] == ["Table 1: Referrals"]


def test_notes_are_numbered_in_the_order_of_the_text_and_follow_it() -> None:
    document = body(
        "<w:p><w:r><w:t>Referrals were 4,212</w:t></w:r><w:r><w:footnoteReference w:id='7'/></w:r>"
        "<w:r><w:t xml:space='preserve'> in 2025.</w:t></w:r><w:r><w:endnoteReference w:id='3'/></w:r></w:p>"
    )
    for kind, number, words in (("footnote", 7, "Counted by household."), ("endnote", 3, "From the case records.")):
        notes = (
            f"<w:{kind}s {_SPACES}><w:{kind} w:type='separator' w:id='-1'><w:p/></w:{kind}>"
            f"<w:{kind} w:id='{number}'><w:p><w:r><w:{kind}Ref/></w:r><w:r><w:t>{words}</w:t></w:r></w:p></w:{kind}>"
            f"<w:{kind} w:id='9'><w:p><w:r><w:t>Nobody refers to this.</w:t></w:r></w:p></w:{kind}></w:{kind}s>"
        )
        part = Part(PackURI(f"/word/{kind}s.xml"), "application/xml", notes.encode(), document.part.package)
        document.part.relate_to(part, f"http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}s")
    (page,) = read(document).pages
    assert shown(page) == [
        ("paragraph", "Referrals were 4,212¹ in 2025.²"),
        ("footnote", "¹ Counted by household."),
        ("footnote", "² From the case records."),
    ]


def test_a_chart_is_read_as_the_table_it_was_drawn_from() -> None:
    data = CategoryChartData(number_format="#,##0")
    data.categories = ["2024", "2025"]
    data.add_series("Referrals", (4046, 4212))
    document = body()
    chart = ChartXmlWriter(XL_CHART_TYPE.COLUMN_CLUSTERED, data).xml.encode()
    part = Part(PackURI("/word/charts/chart1.xml"), "application/xml", chart, document.part.package)
    key = document.part.relate_to(part, "http://schemas.openxmlformats.org/officeDocument/2006/relationships/chart")
    for element in (p("Demand.", more=f"<w:r><w:drawing><c:chart r:id='{key}'/></w:drawing></w:r>"),):
        document.element.body.insert(-1, parse_xml(element.replace("<w:p>", f"<w:p {_SPACES}>", 1)))
    (page,) = read(document).pages
    assert rows(page) == [[("2024", ()), ("4,046", ("Referrals",))], [("2025", ()), ("4,212", ("Referrals",))]]
    assert page.blocks[-1].caption == "Referrals"


def test_a_diagram_is_read_as_its_points_and_an_embedded_workbook_gets_a_note() -> None:
    a = "http://schemas.openxmlformats.org/drawingml/2006/main"
    d = "http://schemas.openxmlformats.org/drawingml/2006/diagram"
    content = (
        f'<dgm:dataModel xmlns:dgm="{d}" xmlns:a="{a}"><dgm:ptLst><dgm:pt modelId="1" type="doc"/><dgm:pt modelId="2">'
        "<dgm:t><a:p><a:r><a:t>Call</a:t></a:r></a:p></dgm:t></dgm:pt></dgm:ptLst>"
        '<dgm:cxnLst><dgm:cxn srcId="1" destId="2" srcOrd="0"/></dgm:cxnLst></dgm:dataModel>'
    )
    document = body()
    part = Part(PackURI("/word/diagrams/data1.xml"), "application/xml", content.encode(), document.part.package)
    key = document.part.relate_to(
        part, "http://schemas.openxmlformats.org/officeDocument/2006/relationships/diagramData"
    )
    drawn = f"<w:r><w:drawing><dgm:relIds xmlns:dgm='{d}' r:dm='{key}'/></w:drawing></w:r>"
    drawn += "<w:r><w:object><o:OLEObject xmlns:o='urn:schemas-microsoft-com:office:office' ProgID='Excel.Sheet.12'/>"
    drawn += "</w:object></w:r>"
    document.element.body.insert(-1, parse_xml(p("How it runs.", more=drawn).replace("<w:p>", f"<w:p {_SPACES}>", 1)))
    reading = read(document)
    assert shown(reading.pages[0]) == [("paragraph", "How it runs."), ("list_item", "Call")]
    assert reading.notes == ("A workbook embedded in the document was not read.",)


def test_what_is_damaged_beside_the_text_does_not_cost_the_text() -> None:
    document = docx.Document()
    document.add_paragraph("Text.")
    content = repacked(saved(document), "docProps/core.xml", lambda part: part.replace(b"2013", b"never"))
    reading = read_word(content, "a.docx", Limits())
    assert (texts(reading.pages[0], "paragraph"), reading.title, reading.published) == (["Text."], "A", None)


def test_list_items_and_headings_are_told_by_styles_of_ones_own_too() -> None:
    document = docx.Document()
    own = document.styles.add_style("Report heading", 1)
    own.base_style = document.styles["Heading 2"]
    own.font.size = Pt(20)
    document.add_paragraph("Regions", style="Report heading")
    document.add_paragraph("schools have a contact", style="List Number")
    document.add_paragraph("Regions ..... 3", style=document.styles.add_style("toc 1", 1))
    (page,) = read(document).pages
    assert shown(page) == [
        ("heading", "Regions"),
        ("list_item", "schools have a contact"),
        ("furniture", "Regions ..... 3"),
    ]
    assert page.blocks[0].level == 2


def test_a_document_with_macros_is_read() -> None:
    document = docx.Document()
    document.add_paragraph("Text.")
    plain = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    macros = b"application/vnd.ms-word.document.macroEnabled.main+xml"
    content = repacked(saved(document), "[Content_Types].xml", lambda part: part.replace(plain, macros))
    assert texts(read_word(content, "a.docm", Limits()).pages[0], "paragraph") == ["Text."]


def test_strict_open_xml_gets_a_sentence() -> None:
    strict = b"http://purl.oclc.org/ooxml/officeDocument/relationships"
    plain = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    content = repacked(saved(docx.Document()), "_rels/.rels", lambda part: part.replace(plain, strict))
    with pytest.raises(UnreadableReport, match=r'a.docx: the file is saved as "Strict Open XML"'):
        read_word(content, "a.docx", Limits())


def test_entities_are_not_expanded() -> None:
    bomb = b'<!DOCTYPE b [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
    document = docx.Document()
    document.add_paragraph("Text.")
    content = repacked(
        saved(document),
        "word/document.xml",
        lambda part: part.replace(b"<w:document", bomb + b"<w:document", 1).replace(b"Text.", b"Text.&b;"),
    )
    assert texts(read_word(content, "a.docx", Limits()).pages[0], "paragraph") == ["Text."]


def test_a_template_s_title_is_no_title() -> None:
    document = docx.Document()
    document.core_properties.title = "Microsoft Word - Document1.docx"
    document.add_heading("Spring bulletin", 1)
    assert read(document).title == "Spring bulletin"


def test_more_rows_than_the_limit_are_refused() -> None:
    table = f"<w:tbl>{row(cell('Region'), cell('2025'))}{row(cell('North'), cell('836'))}</w:tbl>"
    with pytest.raises(UnreadableReport, match=r"2 rows, over the limit of 1 \(setting reader_rows\)"):
        read_word(saved(body(table)), "a.docx", Limits(rows=1))
