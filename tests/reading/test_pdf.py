from __future__ import annotations

import pytest
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from rag.errors import UnreadableReport
from rag.reading.limits import Limits
from rag.reading.pdf.reader import read_pdf
from rag.types import Page
from reading.samples import HEIGHT, lines, pdf, row, rows, shown, spans_hold, texts


def pages_of(content: bytes) -> tuple[Page, ...]:
    pages = read_pdf(content, "a.pdf", Limits()).pages
    assert all(spans_hold(page) for page in pages)
    return pages


PROSE = [
    "The service had many more calls in the",
    "spring than in the winter before it and",
    "the staff were glad of the new room in",
    "the old mill by the river, which opened",
    "in time for the busy weeks after Easter.",
]


def test_two_columns_are_read_one_after_the_other() -> None:
    def draw(canvas: Canvas) -> None:
        lines(canvas, ["One line stands above both of the columns and is as wide as the two of them are together."])
        lines(canvas, PROSE, 72, 130)
        lines(canvas, [line.replace("the", "a") for line in PROSE], 310, 130)

    (page,) = pages_of(pdf(draw))
    assert [text for _, text in shown(page)][1:] == [" ".join(PROSE), " ".join(PROSE).replace("the", "a")]


def test_running_headers_and_footers_are_furniture() -> None:
    def draw(canvas: Canvas) -> None:
        number = canvas.getPageNumber()
        lines(canvas, ["Spring bulletin"], top=40)
        lines(canvas, [f"On page {'one two three'.split()[number - 1]} stands this sentence."], top=120)
        lines(canvas, [f"Page {number + 4}"], top=810)

    pages = pages_of(pdf(draw, draw, draw))
    assert shown(pages[1]) == [
        ("furniture", "Spring bulletin"),
        ("paragraph", "On page two stands this sentence."),
        ("furniture", "Page 6"),
    ]
    assert [page.label for page in pages] == ["5", "6", "7"]


def test_a_word_broken_at_a_line_end_is_made_whole_and_a_real_hyphen_kept() -> None:
    def draw(canvas: Canvas) -> None:
        lines(
            canvas,
            [
                "All referrals to the well-known service count as refer-",
                "rals here, though not to any well-",
                "known one.",
            ],
        )

    (page,) = pages_of(pdf(draw))
    assert (
        page.text
        == "All referrals to the well-known service count as referrals here, though not to any well-known one."
    )
    assert [page.text[box.start : box.end] for box in page.boxes] == [
        "All referrals to the well-known service count as refer",
        "rals here, though not to any well-",
        "known one.",
    ]


def draw_two_headers(canvas: Canvas) -> None:
    lines(canvas, ["Table 1: Spending", "£ thousand"], top=80)
    canvas.drawCentredString(345, HEIGHT - 112, "Year ended March")
    row(canvas, 126, "Region", "2024", "2025", "Change")
    row(canvas, 142, "North", "1,200", "1,350", "150")
    row(canvas, 158, "South", "(40)", "–", "40")
    row(canvas, 174, "All regions", "1,160", "1,350", "190")


def test_a_table_has_its_two_header_rows_its_caption_and_its_unit() -> None:
    (page,) = pages_of(pdf(draw_two_headers))
    year = "Year ended March"
    assert rows(page)[:2] == [
        [("North", ("Region",)), ("1,200", (year, "2024")), ("1,350", (year, "2025")), ("150", ("Change",))],
        [("South", ("Region",)), ("(40)", (year, "2024")), ("–", (year, "2025")), ("40", ("Change",))],
    ]
    assert {block.caption for block in page.blocks if block.kind == "table_row"} == {"Table 1: Spending, £ thousand"}
    assert texts(page, "table_row")[0] == "North | 1,200 | 1,350 | 150"


def test_headers_of_several_lines_are_put_together_whatever_their_heights() -> None:
    def draw(canvas: Canvas) -> None:
        lines(canvas, ["Seen within", "fifteen", "days"], 350, 100, 10)
        lines(canvas, ["Average", "wait"], 285, 105, 10)
        lines(canvas, ["Quarter"], 72, 110)
        row(canvas, 136, "First", "13.3", "75")
        row(canvas, 152, "Second", "13.0", "77")

    (page,) = pages_of(pdf(draw))
    assert rows(page)[0] == [
        ("First", ("Quarter",)),
        ("13.3", ("Average wait",)),
        ("75", ("Seen within fifteen days",)),
    ]


def test_two_tables_one_under_the_other_keep_their_own_captions_and_headers() -> None:
    def draw(canvas: Canvas) -> None:
        for top, number, head in ((80, 1, "Region"), (170, 2, "Channel")):
            lines(canvas, [f"Table {number}: By {head.lower()}"], top=top)
            row(canvas, top + 16, head, "2024", "2025")
            row(canvas, top + 32, "First", "1", "2")
            row(canvas, top + 48, "Second", "3", "4")
            lines(canvas, ["These figures are final."], top=top + 64)

    (page,) = pages_of(pdf(draw))
    assert [row[0] for row in rows(page)] == [
        ("First", ("Region",)),
        ("Second", ("Region",)),
        ("First", ("Channel",)),
        ("Second", ("Channel",)),
    ]
    captions = [block.caption for block in page.blocks if block.kind == "table_row"]
    assert captions == ["Table 1: By region"] * 2 + ["Table 2: By channel"] * 2


def test_the_sentence_that_introduces_a_table_is_its_caption() -> None:
    def draw(canvas: Canvas) -> None:
        lines(canvas, ["The debts fall due as follows:"], top=80)
        lines(canvas, ["(In millions)"], top=100)
        row(canvas, 130, "2026", "1,750")
        row(canvas, 146, "2027", "5,250")

    (page,) = pages_of(pdf(draw))
    assert page.blocks[-1].caption == "The debts fall due as follows, (In millions)"
    assert rows(page) == [[("2026", ()), ("1,750", ())], [("2027", ()), ("5,250", ())]]


def test_each_cell_has_its_box_on_the_page() -> None:
    (page,) = pages_of(pdf(draw_two_headers))
    boxes = {page.text[box.start : box.end]: box for box in page.boxes}
    north = boxes["1,200"]
    assert (round(north.x1), north.y0 < 142 < north.y1 + 1) == (320, True)
    assert (page.width, page.height) == (595, 842)


def test_a_currency_sign_or_bracket_that_stands_apart_belongs_to_its_figure() -> None:
    def draw(canvas: Canvas) -> None:
        row(canvas, 100, "", "2024", "2025")
        row(canvas, 116, "Income", "63", "48")
        row(canvas, 132, "Loss", "(7", "(9")
        lines(canvas, ["$"], 270, 116)
        lines(canvas, ["$"], 350, 116)
        lines(canvas, [")"], 330, 132)
        lines(canvas, [")"], 410, 132)

    (page,) = pages_of(pdf(draw))
    assert texts(page, "table_row") == ["Income | $63 | $48", "Loss | (7) | (9)"]


def test_a_table_goes_on_over_the_page_with_its_headers() -> None:
    def first(canvas: Canvas) -> None:
        lines(canvas, ["Table 2: Cases"], top=700)
        row(canvas, 716, "Month", "2024", "2025")
        row(canvas, 732, "January", "11", "12")
        row(canvas, 748, "February", "21", "22")

    def second(canvas: Canvas) -> None:
        row(canvas, 80, "March", "31", "32")
        row(canvas, 96, "April", "41", "42")
        lines(canvas, ["That was all of it."], top=140)

    one, two = pages_of(pdf(first, second))
    assert rows(one)[1] == [("February", ("Month",)), ("21", ("2024",)), ("22", ("2025",))]
    assert rows(two)[0] == [("March", ("Month",)), ("31", ("2024",)), ("32", ("2025",))]
    assert two.blocks[0].caption == "Table 2: Cases"


def test_a_header_repeated_on_the_next_page_is_no_row() -> None:
    def draw(canvas: Canvas) -> None:
        row(canvas, 80, "Month", "2024", "2025")
        row(canvas, 96, f"Month {canvas.getPageNumber()}", "11", "12")
        row(canvas, 112, f"Next to {canvas.getPageNumber()}", "21", "22")

    _, two = pages_of(pdf(draw, draw))
    assert rows(two)[0] == [("Month 2", ("Month",)), ("11", ("2024",)), ("12", ("2025",))]


def test_headings_items_and_footnotes_are_told_by_how_they_look() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica-Bold", 18)
        lines(canvas, ["Spring bulletin"], top=80)
        canvas.setFont("Helvetica-Bold", 11)
        lines(canvas, ["Contacts"], top=110)
        canvas.setFont("Times-Roman", 11)
        lines(canvas, ["More people came in spring than ever before,", "as they do."], top=128)
        lines(canvas, ["• North had twelve", "• South had nine"], 84, 165)
        canvas.setFont("Times-Roman", 8)
        lines(canvas, ["1 Counted by household."], top=700)

    reading = read_pdf(pdf(draw), "a.pdf", Limits())
    assert shown(reading.pages[0]) == [
        ("heading", "Spring bulletin"),
        ("heading", "Contacts"),
        ("paragraph", "More people came in spring than ever before, as they do."),
        ("list_item", "North had twelve"),
        ("list_item", "South had nine"),
        ("footnote", "1 Counted by household."),
    ]
    assert [block.level for block in reading.pages[0].blocks[:2]] == [1, 2]
    assert reading.title == "Spring bulletin"


def test_a_raised_mark_is_never_a_digit_of_the_figure() -> None:
    def draw(canvas: Canvas) -> None:
        text = canvas.beginText(72, 700)
        text.setFont("Times-Roman", 11)
        text.textOut("In all 33,000")
        text.setFont("Times-Roman", 7)
        text.setRise(4)
        text.textOut("1")
        text.setFont("Times-Roman", 11)
        text.setRise(0)
        text.textOut(" came.")
        canvas.drawText(text)

    assert pages_of(pdf(draw))[0].text == "In all 33,000¹ came."


def test_a_turned_page_is_measured_as_it_is_seen() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setPageRotation(90)
        canvas.rotate(90)
        canvas.drawString(100, -60, "Read from the side.")

    (page,) = pages_of(pdf(draw))
    (box,) = page.boxes
    assert (page.width, page.height, page.text) == (595, 842, "Read from the side.")
    assert (round(box.x0), box.y0 < 60 < box.y1) == (100, True)


def test_an_empty_page_has_no_blocks() -> None:
    pages = pages_of(pdf(lambda canvas: lines(canvas, ["Words."]), lambda canvas: None))
    assert (pages[1].text, pages[1].blocks) == ("", ())


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (pdf(lambda canvas: None), "a.pdf: no text on any page"),
        (
            pdf(lambda canvas: lines(canvas, ["Secret."]), encrypt=StandardEncryption("open", "own")),
            "a.pdf: the PDF is locked with a password",
        ),
        (b"%PDF-1.4\n1 0 obj\n<<", "a.pdf: the PDF is damaged or cut short"),
    ],
)
def test_a_pdf_that_cannot_be_read_gets_its_sentence(content: bytes, sentence: str) -> None:
    with pytest.raises(UnreadableReport) as caught:
        read_pdf(content, "a.pdf", Limits())
    assert str(caught.value) == sentence


def test_a_damaged_pdf_after_a_locked_one_is_not_called_locked() -> None:
    said = []
    locked = pdf(lambda canvas: lines(canvas, ["Secret."]), encrypt=StandardEncryption("open", "own"))
    pageless = pdf(lambda canvas: lines(canvas, ["Words."])).replace(b"/Pages", b"/Xages")
    for content in (locked, pageless):
        with pytest.raises(UnreadableReport) as caught:
            read_pdf(content, "a.pdf", Limits())
        said.append(str(caught.value))
    assert said == ["a.pdf: the PDF is locked with a password", "a.pdf: the PDF is damaged or cut short"]


def test_more_pages_than_the_limit_are_refused() -> None:
    content = pdf(*[lambda canvas: lines(canvas, ["Words."])] * 3)
    with pytest.raises(UnreadableReport, match=r"a.pdf: 3 pages, over the limit of 2 \(setting reader_pages\)"):
        read_pdf(content, "a.pdf", Limits(pages=2))
