from __future__ import annotations

from datetime import date

import pytest

from rag.errors import UnreadableReport
from rag.reading.limits import Limits
from rag.reading.office.rtf import read_rtf
from rag.types import Page, Reading
from reading.samples import rows, shown, spans_hold, texts


def read(body: str, head: str = r"\ansi\ansicpg1252\deff0{\fonttbl{\f0\fcharset0 Arial;}}") -> Reading:
    reading = read_rtf(f"{{\\rtf1{head}\n{body}}}".encode("latin-1"), "a.rtf", Limits())
    assert spans_hold(reading.pages[0])
    return reading


def page_of(body: str, **options: str) -> Page:
    return read(body, **options).pages[0]


def row(*cells: str, edges: tuple[int, ...] = (), flags: dict[int, str] | None = None, header: bool = False) -> str:
    """A table row whose cells end at these places."""
    edges = edges or tuple(2000 * (i + 1) for i in range(len(cells)))
    ends = "".join(rf"{(flags or {}).get(i, '')}\cellx{edge}" for i, edge in enumerate(edges))
    written = "".join(rf"\pard\intbl {cell}\cell" for cell in cells)
    return rf"\trowd{chr(92) + 'trhdr' if header else ''}{ends} {written}\row" + "\n"


STYLES = (
    r"{\stylesheet{\ql Normal;}{\s1\ql Heading 1;}{\s2 heading 2;}{\s3 caption;}{\*\cs10 Strong;}{\s4 List Bullet;}}"
)


def test_headings_are_told_by_style_or_outline_level() -> None:
    page = page_of(
        STYLES + r"{\pard\s1 Quarterly bulletin\par}{\pard\s2 Regions\par}"
        r"\pard\outlinelevel2 North\par\pard Referrals rose.\par{\pard\s4 schools have a contact\par}"
    )
    assert shown(page) == [
        ("heading", "Quarterly bulletin"),
        ("heading", "Regions"),
        ("heading", "North"),
        ("paragraph", "Referrals rose."),
        ("list_item", "schools have a contact"),
    ]
    assert [block.level for block in page.blocks[:3]] == [1, 2, 3]


def test_without_styles_short_bold_lines_are_headings() -> None:
    page = page_of(
        r"{\b Quarterly bulletin}\par Weir Street\par Referrals rose in every region but one.\par"
        r"{\b Regions}\par North had 836.\par"
    )
    assert texts(page, "heading") == ["Quarterly bulletin", "Regions"]
    assert [block.level for block in page.blocks if block.kind == "heading"] == [1, 2]
    assert texts(page, "paragraph")[0] == "Weir Street"


def test_without_bold_lines_headings_are_told_as_in_plain_text() -> None:
    page = page_of(r"Quarterly bulletin\par Referrals rose in every region but one.\par - schools\par 2. phone\par")
    assert shown(page) == [
        ("heading", "Quarterly bulletin"),
        ("paragraph", "Referrals rose in every region but one."),
        ("list_item", "schools"),
        ("list_item", "phone"),
    ]


@pytest.mark.parametrize(
    ("written", "head", "read_as"),
    [
        (r"caf\'e9 \u8364?5 \lquote x\rquote  \endash  a\~b\-c\_d", r"\ansi\ansicpg1252", "café €5 ‘x’ – a bc-d"),
        (r"\'e8\'b9", r"\ansi\ansicpg1250", "čą"),
        (r"\'cf\'f0\'e8\'e2\'e5\'f2", r"\ansi\ansicpg1251", "Привет"),
        (r"{\f1 \'e8}\f0 \'e8", r"\ansi\ansicpg1252\deff0{\fonttbl{\f0\fcharset0 A;}{\f1\fcharset238 B;}}", "čè"),
        (r"{\f1 \'e8}", "\\ansi\\ansicpg1252{\\fonttbl\n{\\f0 A;}\n{\\f1\\fnil\n\\fcharset238 B;}}", "č"),
        ("caf\xe9", r"\ansi\ansicpg1252", "café"),
        (r"\'8e", r"\mac", "é"),
        (r"\uc2\u8364\'a4\'a4 5\uc1", r"\ansi", "€ 5"),
        (r"\u8364\'80 and {\uc0\u8364 x}", r"\ansi", "€ and €x"),
        (r"\u-10179?\u-8704?", r"\ansi", "\U0001f600"),
        (r"{\upr{plain}{\*\ud{\u8364?}}} a\{b\}\\c", r"\ansi", "€ a{b}\\c"),
    ],
)
def test_characters_are_decoded_however_they_are_written(written: str, head: str, read_as: str) -> None:
    assert page_of(written, head=head).text == read_as


def test_table_rows_have_their_headers_and_captions() -> None:
    page = page_of(
        STYLES
        + r"\pard\s3 Table 1: Spending\par\pard \'a3 thousand\par "
        + row("Office", "2024/25", "2025/26", header=True)
        + row(r"\b Skelwick", r"80\par provisional", "88")
        + row("All offices", "160", "176")
        + r"\pard After the table.\par"
    )
    assert rows(page)[0] == [
        ("Skelwick", ("Office",)),
        ("80 provisional", ("2024/25",)),
        ("88", ("2025/26",)),
    ]
    assert page.blocks[-2].total
    assert page.blocks[-2].caption == "Table 1: Spending, £ thousand"
    assert shown(page)[-1] == ("paragraph", "After the table.")


def test_cells_stand_in_the_columns_that_their_edges_say() -> None:
    page = page_of(
        row("Region", "Referrals", edges=(2000, 6000), flags={0: r"\clvmgf"})
        + row("", "2024", "2025", edges=(2000, 4010, 6000), flags={0: r"\clvmrg"})
        + row("North", "812", "836")
    )
    assert rows(page) == [[("North", ("Region",)), ("812", ("Referrals", "2024")), ("836", ("Referrals", "2025"))]]


def test_labels_merged_down_repeat_and_cells_merged_across_stand_once() -> None:
    page = page_of(
        row("Region", "Channel", "2025")
        + row("North", "Phone", "84", flags={0: r"\clvmgf"})
        + row("", "Schools", "100", flags={0: r"\clvmrg"})
        + row("All regions", "", "184", flags={0: r"\clmgf", 1: r"\clmrg"})
    )
    assert texts(page, "table_row") == ["North | Phone | 84", "North | Schools | 100", "All regions | 184"]


def test_two_tables_with_an_empty_line_between_are_two() -> None:
    page = page_of(
        row("Region", "2025") + row("North", "836") + r"\pard\par " + row("Office", "2025") + row("Skelwick", "88")
    )
    assert rows(page)[1] == [("Skelwick", ("Office",)), ("88", ("2025",))]


def test_a_table_inside_a_cell_stays_in_its_cell() -> None:
    nested = r"\pard\intbl\itap2 Phone\nestcell 84\nestcell{\*\nesttableprops\trowd\cellx500\cellx900\nestrow}"
    page = page_of(
        row("Region", "2025") + rf"\trowd\cellx2000\cellx4000 \pard\intbl North\cell {nested}\pard\intbl\cell\row"
    )
    assert texts(page, "table_row") == ["North | Phone 84"]


def test_notes_are_numbered_in_place_and_written_at_the_end() -> None:
    page = page_of(
        r"Referrals were 4,212{\super\chftn{\footnote\pard\plain{\super\chftn} Counted by household.}} in 2025.\par "
        r"They rose.{\super\chftn}{\*\footnote\ftnalt {\super\chftn} See Table 1.}\par"
    )
    assert shown(page) == [
        ("paragraph", "Referrals were 4,212¹ in 2025."),
        ("paragraph", "They rose.²"),
        ("footnote", "¹ Counted by household."),
        ("footnote", "² See Table 1."),
    ]


def test_what_a_reader_does_not_see_is_left_out() -> None:
    page = page_of(
        r"{\header Running header\par}{\info{\author A}}{\*\generator Word;}"
        r"{\field{\*\fldinst HYPERLINK 'https://example.org/2025'}{\fldrslt The bulletin}} was {\v hidden }"
        r"{\deleted 3,998 }4,046.{\*\annotation a comment}{\pict\pngblip 89504e47}{\*\bkmkstart x}\page\par "
        "{\\pict\\bin5 }{\\}}}Next.\\par"
    )
    assert texts(page, "paragraph") == ["The bulletin was 4,046.", "Next."]


def test_text_boxes_follow_their_paragraph_and_are_read_once() -> None:
    page = page_of(
        r"In brief.{\shp{\*\shpinst\shpleft0{\sp{\sn shapeType}{\sv 202}}{\shptxt \pard Referrals rose to 4,212.\par}}"
        r"{\shprslt{\*\do\dptxbx{\dptxbxtext\pard Referrals rose to 4,212.\par}}}} It is the most ever.\par"
    )
    assert texts(page, "paragraph") == ["In brief. It is the most ever.", "Referrals rose to 4,212."]


def test_lists_are_told_by_their_numbers_and_the_numbers_are_not_text() -> None:
    page = page_of(
        r"{\listtext\pard 1.\tab}\ls1 schools have a contact\par"
        r"{\pntext\'b7\tab}more of them\par\pard Text goes on.\par"
    )
    assert shown(page) == [
        ("list_item", "schools have a contact"),
        ("list_item", "more of them"),
        ("paragraph", "Text goes on."),
    ]


def test_title_and_date_come_from_the_information() -> None:
    reading = read(
        r"{\info{\title Annual report 2025 \u8211? caf\'e9}"
        r"{\creatim\yr2026\mo5\dy1}{\revtim\yr2026\mo6\dy12\hr9}}Text.\par"
    )
    assert reading.published is not None and reading.covers is not None
    assert (reading.title, reading.covers.label) == ("Annual report 2025 – café", "2025")
    assert (reading.published.day, reading.published.source) == (date(2026, 6, 12), "document properties")


def test_a_document_cut_short_is_read_with_a_note() -> None:
    reading = read_rtf(rb"{\rtf1\ansi {\b Referrals} rose in every region.\par {\pict 8950", "a.rtf", Limits())
    assert texts(reading.pages[0], "paragraph") == ["Referrals rose in every region."]
    assert reading.notes == ("The document is cut short: what follows its last words is missing.",)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"hello", "the file is not an RTF document"),
        (rb"{\rtf1\ansi}", "the document holds no text"),
        (rb"{\rtf1\ansi{\fonttbl{\f0", "the document holds no text; it is cut short"),
    ],
)
def test_what_cannot_be_read_gets_a_sentence(content: bytes, sentence: str) -> None:
    with pytest.raises(UnreadableReport, match=f"^a.rtf: {sentence}$"):
        read_rtf(content, "a.rtf", Limits())


def test_strange_numbers_and_braces_do_no_harm() -> None:
    assert page_of(r"\u99999999?\uc-5\bin-3 a\f99\ansicpg77777 b\'zz }}}{c").text == "abzz"
    assert page_of("{" * 5000 + "deep").text == "deep"
