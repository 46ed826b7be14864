"""Tables drawn on a page, ruled or not: each figure with its label, its headers and its caption."""

from __future__ import annotations

from collections.abc import Callable

from reportlab.pdfgen.canvas import Canvas

from rag.reading.limits import Limits
from rag.reading.pdf.reader import read_pdf
from rag.types import Page
from reading.samples import HEIGHT, lines, pdf, row, rows, shown, spans_hold, texts

FOUR = (320.0, 400.0, 470.0, 540.0)


def pages_of(*draw: Callable[[Canvas], None]) -> tuple[Page, ...]:
    pages = read_pdf(pdf(*draw), "a.pdf", Limits()).pages
    assert all(spans_hold(page) for page in pages)
    return pages


def captions(page: Page) -> list[str]:
    return list(dict.fromkeys(block.caption for block in page.blocks if block.kind == "table_row"))


def cells(canvas: Canvas, top: float, *texts_at: tuple[str, float]) -> None:
    """Draw texts on one line, each from its place."""
    for text, x in texts_at:
        canvas.drawString(x, HEIGHT - top, text)


def test_headers_at_the_edge_of_a_group_stand_over_all_its_columns() -> None:
    def draw(canvas: Canvas) -> None:
        lines(canvas, ["(In millions)"], top=80)
        for top, words in ((96, "months ended"), (108, "June 30,")):
            canvas.drawRightString(400, HEIGHT - top, f"Three {words}" if top == 96 else words)
            canvas.drawRightString(540, HEIGHT - top, f"Six {words}" if top == 96 else words)
        row(canvas, 122, "", "2025", "2024", "2025", "2024", rights=FOUR)
        row(canvas, 138, "Grants", "1,284", "97", "2,284", "98", rights=FOUR)
        row(canvas, 154, "Fees", "12", "34", "56", "78", rights=FOUR)

    (page,) = pages_of(draw)
    three, six = "Three months ended June 30,", "Six months ended June 30,"
    assert rows(page)[0] == [
        ("Grants", ()),
        ("1,284", (three, "2025")),
        ("97", (three, "2024")),
        ("2,284", (six, "2025")),
        ("98", (six, "2024")),
    ]
    assert captions(page) == ["(In millions)"]


def test_a_sign_close_behind_a_figure_belongs_to_the_next() -> None:
    def draw(canvas: Canvas) -> None:
        row(canvas, 100, "Item", "2025", "2024")
        cells(canvas, 116, ("Grants", 72), ("$1,284 $", 288), ("97", 389))
        row(canvas, 132, "Fees", "12", "34")

    (page,) = pages_of(draw)
    assert [text for text, _ in rows(page)[0]] == ["Grants", "$1,284", "$97"]


def test_a_header_and_one_row_are_a_table() -> None:
    def draw(canvas: Canvas) -> None:
        lines(canvas, ["Table 1: Leads"], top=84)
        row(canvas, 100, "Region", "2024", "2025")
        row(canvas, 116, "North", "310", "351")
        lines(canvas, ["All figures are final."], top=150)

    (page,) = pages_of(draw)
    assert rows(page) == [[("North", ("Region",)), ("310", ("2024",)), ("351", ("2025",))]]
    assert captions(page) == ["Table 1: Leads"]


def test_a_mark_far_from_a_figure_stands_for_one() -> None:
    def draw(canvas: Canvas) -> None:
        row(canvas, 100, "Item", "2025", "2024", "Change")
        row(canvas, 116, "Grants", "12", "0", "*")
        row(canvas, 132, "Fees", "12", "34*", "9%")

    (page,) = pages_of(draw)
    assert rows(page)[0][2:] == [("0", ("2024",)), ("*", ("Change",))]
    assert rows(page)[1][2] == ("34*", ("2024",))


def test_a_section_in_bold_is_no_part_of_the_row_below_it() -> None:
    def draw(canvas: Canvas) -> None:
        row(canvas, 100, "Item", "2025", "2024")
        canvas.setFont("Times-Bold", 9)
        canvas.drawString(72, HEIGHT - 114, "Income")
        canvas.setFont("Times-Roman", 11)
        row(canvas, 126, "Grants", "1,284", "97")
        row(canvas, 146, "Fees", "12", "34")
        row(canvas, 166, "Total income", "1,296", "131")
        row(canvas, 186, "Surplus", "3", "1")

    (page,) = pages_of(draw)
    assert [found[0] for found in rows(page)] == [
        ("Income", ()),
        ("Grants", ("Item", "Income")),
        ("Fees", ("Item", "Income")),
        ("Total income", ("Item", "Income")),
        ("Surplus", ("Item",)),
    ]


def test_a_label_broken_over_two_lines_belongs_to_the_row_it_leads_to() -> None:
    def draw(canvas: Canvas) -> None:
        row(canvas, 100, "Item", "2025", "2024")
        row(canvas, 120, "Grants", "1,284", "97")
        lines(canvas, ["Legacies, gifts in memory and"], top=132)
        row(canvas, 144, "other gifts", "12", "34")
        row(canvas, 164, "Fees", "5", "6")
        row(canvas, 184, "Rent", "7", "8")

    (page,) = pages_of(draw)
    labels = [found[0][0] for found in rows(page)]
    assert labels == ["Grants", "Legacies, gifts in memory and other gifts", "Fees", "Rent"]


def test_the_rest_of_the_last_rows_cell_is_kept() -> None:
    def draw(canvas: Canvas) -> None:
        cells(canvas, 100, ("Office", 72), ("What it does", 180), ("Staff", 420))
        cells(canvas, 116, ("Leeds", 72), ("Takes referrals", 180), ("12", 420))
        cells(canvas, 140, ("Bath", 72), ("Runs the helpline at", 180), ("9", 420))
        cells(canvas, 152, ("night", 180))

    (page,) = pages_of(draw)
    assert [text for text, _ in rows(page)[-1]] == ["Bath", "Runs the helpline at night", "9"]


def test_measures_in_words_are_rows_and_a_sentence_ends_the_table() -> None:
    def draw(canvas: Canvas) -> None:
        row(canvas, 100, "Leases", "2025", "2024")
        row(canvas, 116, "Cost", "1,284", "97")
        row(canvas, 132, "Time left", "8 years", "7 years")
        lines(canvas, ["Payments are due as follows:"], top=150)
        row(canvas, 166, "When", "Offices", "Cars")
        row(canvas, 182, "Next year", "5", "6")
        row(canvas, 198, "Later", "7", "8")

    (page,) = pages_of(draw)
    assert rows(page)[1] == [("Time left", ("Leases",)), ("8 years", ("2025",)), ("7 years", ("2024",))]
    assert rows(page)[2] == [("Next year", ("When",)), ("5", ("Offices",)), ("6", ("Cars",))]
    assert captions(page)[-1] == "Payments are due as follows"


def test_a_table_of_words_is_a_table() -> None:
    def draw(canvas: Canvas) -> None:
        lines(canvas, ["Offices"], top=84)
        offices = [("Office", "Region", "Opened"), ("Leeds", "North", "In spring"), ("Bath", "South", "Late")]
        for i, words in enumerate(offices):
            cells(canvas, 100 + 16 * i, *zip(words, (72, 220, 360), strict=True))
        lines(canvas, ["These offices are open to everybody who wants to come in."], top=170)

    (page,) = pages_of(draw)
    assert rows(page) == [
        [("Leeds", ("Office",)), ("North", ("Region",)), ("In spring", ("Opened",))],
        [("Bath", ("Office",)), ("South", ("Region",)), ("Late", ("Opened",))],
    ]
    assert captions(page) == ["Offices"]
    assert texts(page, "paragraph")[-1] == "These offices are open to everybody who wants to come in."


def test_a_list_with_hanging_marks_is_no_table_of_words() -> None:
    def draw(canvas: Canvas) -> None:
        for i, words in enumerate(("Take the call", "Write it down", "Ring back", "Close the case")):
            cells(canvas, 100 + 14 * i, ("•", 72), (words, 100))

    (page,) = pages_of(draw)
    assert {kind for kind, _ in shown(page)} == {"list_item"}


def test_tables_side_by_side_are_two() -> None:
    def draw(canvas: Canvas) -> None:
        lines(canvas, ["Table 1: Leads"], top=84)
        for x, what in ((72, "Region"), (330, "Channel")):
            table = [(what, "2024", "2025"), ("First", "310", "351"), ("Second", "31", "35")]
            for top, (label, *values) in zip((100, 116, 132), table, strict=True):
                canvas.drawString(x, HEIGHT - top, label)
                canvas.drawRightString(x + 150, HEIGHT - top, values[0])
                canvas.drawRightString(x + 210, HEIGHT - top, values[1])

    (page,) = pages_of(draw)
    assert [found[0] for found in rows(page)] == [
        ("First", ("Region",)),
        ("Second", ("Region",)),
        ("First", ("Channel",)),
        ("Second", ("Channel",)),
    ]
    assert rows(page)[2][1:] == [("310", ("2024",)), ("351", ("2025",))]
    assert captions(page) == ["Table 1: Leads"]


def test_a_table_goes_on_over_the_page_with_its_headers_and_caption() -> None:
    def first(canvas: Canvas) -> None:
        lines(canvas, ["Table 1: Leads by region, thousands"], top=700)
        row(canvas, 716, "Region", "2024", "2025")
        row(canvas, 732, "North", "310", "351")
        row(canvas, 748, "South", "31", "35")

    def second(canvas: Canvas) -> None:
        lines(canvas, ["Table 1 (continued)"], top=84)
        row(canvas, 100, "East", "11", "12")
        row(canvas, 116, "All regions", "352", "398")

    _, page = pages_of(first, second)
    assert rows(page)[0] == [("East", ("Region",)), ("11", ("2024",)), ("12", ("2025",))]
    assert captions(page) == ["Table 1: Leads by region, thousands"]
    assert [block.total for block in page.blocks if block.kind == "table_row"] == [False, True]


def test_a_header_repeated_at_the_top_of_pages_is_that_of_their_tables() -> None:
    def on(section: str) -> Callable[[Canvas], None]:
        def draw(canvas: Canvas) -> None:
            lines(canvas, ["(In thousands)"], top=52)
            row(canvas, 66, "Three months ended June 30,", "2025", "2024")
            lines(canvas, [section], top=79)
            row(canvas, 92, "Grants", "1,284", "97")
            row(canvas, 106, "Fees", "12", "34")

        return draw

    for page in pages_of(on("Income"), on("Spending"), on("Reserves")):
        assert rows(page)[1][1] == ("1,284", ("Three months ended June 30,", "2025"))
        assert captions(page) == ["(In thousands)"]
