"""The order in which a PDF page is read, and what on it is not part of its text."""

from __future__ import annotations

from reportlab.pdfgen.canvas import Canvas

from rag.reading.limits import Limits
from rag.reading.pdf.reader import read_pdf
from rag.types import Page
from reading.samples import lines, pdf, row, rows, shown, spans_hold, texts


def pages_of(content: bytes) -> tuple[Page, ...]:
    pages = read_pdf(content, "a.pdf", Limits()).pages
    assert all(spans_hold(page) for page in pages)
    return pages


def prose(subject: str, ending: str = "after Easter.") -> list[str]:
    return [
        f"{subject} had more calls",
        "in the spring than in the win-",
        "ter before it, and the staff",
        "were glad of a new room in the",
        "old mill by the river, which",
        f"opened in time {ending}",
    ]


def told(subject: str, ending: str = "after Easter.") -> str:
    return (
        f"{subject} had more calls in the spring than in the winter before it, and the staff were glad of a new room "
        f"in the old mill by the river, which opened in time {ending}"
    )


# --- columns ----------------------------------------------------------------------------------------------------------


def test_three_columns_under_a_headline_are_read_one_after_the_other() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont("Times-Bold", 20)
        lines(canvas, ["A busy spring for all three of our advice services"], 72, 80)
        canvas.setFont("Times-Roman", 10)
        for x, name in ((50, "North"), (225, "South"), (400, "East")):
            lines(canvas, prose(name), x, 120)

    (page,) = pages_of(pdf(draw))
    assert shown(page) == [
        ("heading", "A busy spring for all three of our advice services"),
        ("paragraph", told("North")),
        ("paragraph", told("South")),
        ("paragraph", told("East")),
    ]


def test_a_headline_between_columns_parts_those_above_from_those_below() -> None:
    def draw(canvas: Canvas) -> None:
        lines(canvas, prose("North"), 72, 80)
        lines(canvas, prose("South"), 320, 80)
        canvas.setFont("Times-Bold", 16)
        canvas.drawCentredString(297, 842 - 220, "What the partners of the service say")
        canvas.setFont("Times-Roman", 11)
        lines(canvas, prose("East"), 72, 260)
        lines(canvas, prose("West"), 320, 260)

    (page,) = pages_of(pdf(draw))
    assert [text for _, text in shown(page)] == [
        told("North"),
        told("South"),
        "What the partners of the service say",
        told("East"),
        told("West"),
    ]


def test_a_table_in_one_column_stays_in_it() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont("Times-Roman", 10)
        for i, name in enumerate(("North", "South", "East")):
            lines(canvas, prose(name), 60, 80 + 100 * i)
        lines(canvas, prose("West"), 320, 80)
        lines(canvas, ["Table 1: Calls"], 320, 175)
        for i, cells in enumerate([("Region", "2024", "2025"), ("North", "1,204", "1,350"), ("South", "987", "1,012")]):
            canvas.drawString(320, 842 - 193 - i * 14, cells[0])
            canvas.drawRightString(400, 842 - 193 - i * 14, cells[1])
            canvas.drawRightString(445, 842 - 193 - i * 14, cells[2])

    (page,) = pages_of(pdf(draw))
    assert texts(page, "paragraph") == [told("North"), told("South"), told("East"), told("West")]
    assert rows(page) == [
        [("North", ("Region",)), ("1,204", ("2024",)), ("1,350", ("2025",))],
        [("South", ("Region",)), ("987", ("2024",)), ("1,012", ("2025",))],
    ]
    assert page.blocks[-1].caption == "Table 1: Calls"


def test_a_table_beside_a_column_of_prose_is_not_mixed_with_it() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont("Times-Roman", 10)
        lines(canvas, prose("North"), 60, 80, 14)
        for i, cells in enumerate(
            [
                ("Region", "2024", "2025"),
                *((name, f"{i},204", f"{i},350") for i, name in enumerate(("A", "B", "C", "D"), 1)),
            ]
        ):
            for x, cell in zip((320, 440, 500), (cells[0] if not i else f"Region {cells[0]}", *cells[1:]), strict=True):
                canvas.drawString(x, 842 - 80 - i * 14, cell)

    (page,) = pages_of(pdf(draw))
    assert texts(page, "paragraph") == [told("North")]
    assert rows(page)[0] == [("Region A", ("Region",)), ("1,204", ("2024",)), ("1,350", ("2025",))]


def test_a_paragraph_that_goes_on_in_the_next_column_is_one_block_with_all_its_boxes() -> None:
    def draw(canvas: Canvas) -> None:
        lines(canvas, [*prose("North")[:-1], "opened as the spring be-"], 72, 80)
        lines(canvas, ["gan, at some length.", *prose("South")], 320, 80)

    (page,) = pages_of(pdf(draw))
    first = told("North").replace("in time after Easter.", "as the spring began, at some length.")
    assert [text for _, text in shown(page)] == [first, told("South")]
    boxes = {page.text[box.start : box.end]: (round(box.x0), round(box.y0)) for box in page.boxes}
    assert boxes["opened as the spring be"][0] == 72
    assert boxes["gan, at some length."] == (320, 70)


# --- footnotes --------------------------------------------------------------------------------------------------------


def test_a_footnote_under_the_first_column_comes_after_the_text_of_both() -> None:
    def draw(canvas: Canvas) -> None:
        lines(canvas, [*prose("North")[:-1], "opened in time for the"], 72, 80)
        lines(canvas, ["weeks after Easter.", *prose("South")], 320, 80)
        canvas.setFont("Times-Roman", 8)
        lines(canvas, ["1 Counted by household."], 72, 172)

    (page,) = pages_of(pdf(draw))
    assert shown(page) == [
        ("paragraph", told("North", "for the weeks after Easter.")),
        ("paragraph", told("South")),
        ("footnote", "1 Counted by household."),
    ]


def test_a_footnote_stands_on_its_own_page_when_the_paragraph_goes_on_on_the_next() -> None:
    def first(canvas: Canvas) -> None:
        lines(
            canvas,
            ["The service had 4,212 referrals in 2025, more than in any year", "before, and most of them"],
            top=740,
        )
        canvas.setFont("Times-Roman", 8)
        lines(canvas, ["* Counted by household."], top=790)

    def second(canvas: Canvas) -> None:
        lines(canvas, ["came from the north of the county, where the service has", "two offices."], top=80)

    one, two = pages_of(pdf(first, second))
    assert shown(one) == [
        ("paragraph", "The service had 4,212 referrals in 2025, more than in any year before, and most of them"),
        ("footnote", "* Counted by household."),
    ]
    assert shown(two) == [("paragraph", "came from the north of the county, where the service has two offices.")]


# --- running headers and footers --------------------------------------------------------------------------------------


def test_headers_that_alternate_between_left_and_right_pages_are_furniture() -> None:
    def draw(canvas: Canvas) -> None:
        number = canvas.getPageNumber()
        if number % 2:
            canvas.drawRightString(523, 842 - 40, "Annual report 2025")
        else:
            canvas.drawString(72, 842 - 40, "Tarnside Advice Partnership")
        lines(canvas, [f"This is what page {'one two three four five'.split()[number - 1]} says."], top=120)
        canvas.drawString(72 if number % 2 == 0 else 500, 842 - 810, f"Page {number} of 5")

    pages = pages_of(pdf(*[draw] * 5))
    assert [texts(page, "furniture") for page in pages[:2]] == [
        ["Annual report 2025", "Page 1 of 5"],
        ["Tarnside Advice Partnership", "Page 2 of 5"],
    ]
    assert [texts(page, "paragraph") for page in pages] == [
        [f"This is what page {word} says."] for word in "one two three four five".split()
    ]


def test_a_header_with_the_chapters_name_beside_the_page_number_is_furniture() -> None:
    chapters = ["Contacts", "Contacts", "Referrals", "Cases", "Money"]

    def draw(canvas: Canvas) -> None:
        number = canvas.getPageNumber()
        lines(canvas, [chapters[number - 1]], top=40)
        canvas.drawRightString(523, 842 - 40, str(number + 10))
        lines(canvas, [f"What page {'one two three four five'.split()[number - 1]} says is short."], top=120)

    pages = pages_of(pdf(*[draw] * 5))
    assert [page.label for page in pages] == ["11", "12", "13", "14", "15"]
    assert shown(pages[3]) == [("furniture", "Cases 14"), ("paragraph", "What page four says is short.")]


def test_a_header_that_repeats_the_chapters_heading_is_furniture_but_the_heading_is_not() -> None:
    def draw(canvas: Canvas) -> None:
        number = canvas.getPageNumber()
        chapter = ["Contacts", "Referrals", "Cases"][(number - 1) // 2]
        canvas.setFont("Times-Italic", 9)
        lines(canvas, [chapter], top=40)
        canvas.setFont("Times-Bold", 16)
        if number % 2:
            lines(canvas, [chapter], top=90)
        canvas.setFont("Times-Roman", 11)
        lines(canvas, [f"What page {'one two three four five six'.split()[number - 1]} says is short."], top=130)

    pages = pages_of(pdf(*[draw] * 6))
    assert shown(pages[2]) == [
        ("furniture", "Referrals"),
        ("heading", "Referrals"),
        ("paragraph", "What page three says is short."),
    ]
    assert shown(pages[3])[0] == ("furniture", "Referrals")


def test_the_first_row_of_a_table_that_fills_pages_is_no_running_header() -> None:
    def draw(canvas: Canvas) -> None:
        for i in range(3):
            row(canvas, 60 + i * 16, f"Office {canvas.getPageNumber() * 3 + i}", "10", "20", "30")

    pages = pages_of(pdf(draw, draw, draw))
    assert [len(rows(page)) for page in pages] == [3, 3, 3]


# --- headings and items -----------------------------------------------------------------------------------------------


def test_a_line_in_capitals_is_a_heading() -> None:
    def draw(canvas: Canvas) -> None:
        lines(canvas, ["REFERRALS BY REGION"], top=80)
        lines(canvas, ["There were 4,212 referrals in 2025, which is more than in", "any year before it."], top=100)

    (page,) = pages_of(pdf(draw))
    assert shown(page) == [
        ("heading", "REFERRALS BY REGION"),
        ("paragraph", "There were 4,212 referrals in 2025, which is more than in any year before it."),
    ]


def test_bullets_of_symbol_fonts_are_bullets() -> None:
    def draw(canvas: Canvas) -> None:
        lines(canvas, ["The service has three offices:"], top=80)
        for i, (font, bullet, text) in enumerate(
            [
                ("ZapfDingbats", "l", "North, with twelve staff"),
                ("Symbol", "\u2022", "South, with nine"),
                ("ZapfDingbats", "n", "East"),
            ]
        ):
            canvas.setFont(font, 9)
            canvas.drawString(72, 842 - 100 - 14 * i, bullet)
            canvas.setFont("Times-Roman", 11)
            canvas.drawString(90, 842 - 100 - 14 * i, text)

    (page,) = pages_of(pdf(draw))
    assert texts(page, "list_item") == ["North, with twelve staff", "South, with nine", "East"]
