"""A PDF's bookmarks say which lines are headings."""

from __future__ import annotations

from collections.abc import Callable

from reportlab.pdfgen.canvas import Canvas

from rag.reading.limits import Limits
from rag.reading.pdf.reader import read_pdf
from rag.types import Page
from reading.samples import lines, pdf, shown, spans_hold

SAYS = "There were 4,212 referrals in 2025, more than in any year before it."


def pages_of(*draw: Callable[[Canvas], None]) -> tuple[Page, ...]:
    pages = read_pdf(pdf(*draw), "a.pdf", Limits()).pages
    assert all(spans_hold(page) for page in pages)
    return pages


def levels(page: Page) -> list[tuple[int, str]]:
    return [(block.level, page.text[block.start : block.end]) for block in page.blocks if block.kind == "heading"]


def bookmark(canvas: Canvas, title: str, level: int) -> None:
    canvas.bookmarkPage(title)
    canvas.addOutlineEntry(title, title, level)


def test_a_line_that_looks_like_the_rest_is_a_heading_if_a_bookmark_names_it() -> None:
    def draw(canvas: Canvas) -> None:
        bookmark(canvas, "Referrals", 0)
        bookmark(canvas, "Referrals by region", 1)
        lines(canvas, ["Referrals", SAYS, "Referrals by region", SAYS])

    (page,) = pages_of(draw)
    assert shown(page) == [
        ("heading", "Referrals"),
        ("paragraph", SAYS),
        ("heading", "Referrals by region"),
        ("paragraph", SAYS),
    ]
    assert [level for level, _ in levels(page)] == [1, 2]


def test_the_levels_are_those_of_the_bookmarks_and_other_headings_follow_their_look() -> None:
    def draw(canvas: Canvas) -> None:
        for top, title, size, level in (
            (80, "Referrals", 14, 0),
            (200, "By region", 18, 1),
            (320, "By channel", 18, None),
        ):
            if level is not None:
                bookmark(canvas, title, level)
            canvas.setFont("Helvetica-Bold", size)
            lines(canvas, [title], top=top)
            canvas.setFont("Times-Roman", 11)
            lines(canvas, [SAYS] * 4, top=top + 30)

    (page,) = pages_of(draw)
    assert levels(page) == [(1, "Referrals"), (2, "By region"), (2, "By channel")]


def test_a_title_is_found_over_two_lines_and_without_the_number_before_it() -> None:
    def draw(canvas: Canvas) -> None:
        bookmark(canvas, "Where the people who were referred to us in 2025 live", 0)
        bookmark(canvas, "Referrals by channel", 1)
        lines(canvas, ["3 Where the people who were referred", "to us in 2025 live", SAYS])
        lines(canvas, ["3.1 Referrals by channel", SAYS], top=200)

    (page,) = pages_of(draw)
    assert levels(page) == [
        (1, "3 Where the people who were referred to us in 2025 live"),
        (2, "3.1 Referrals by channel"),
    ]


def test_a_bookmark_names_one_line_of_its_page_and_none_of_another() -> None:
    def first(canvas: Canvas) -> None:
        bookmark(canvas, "Referrals", 0)
        canvas.setFont("Helvetica-Bold", 16)
        lines(canvas, ["Referrals"], top=80)
        canvas.setFont("Times-Roman", 11)
        lines(
            canvas, ["As in the years before, what grew most were", "referrals", "from schools, by a third."], top=110
        )

    def second(canvas: Canvas) -> None:
        lines(canvas, ["What grew most were", "Referrals", "from schools, by a third."], top=110)

    one, two = pages_of(first, second)
    assert levels(one) == [(1, "Referrals")]
    assert levels(two) == []


def test_bookmarks_that_name_no_line_change_nothing() -> None:
    def draw(canvas: Canvas) -> None:
        number = canvas.getPageNumber()
        bookmark(canvas, f"Slide {number}", 0)
        canvas.setFont("Helvetica-Bold", 16)
        lines(canvas, ["Contacts" if number == 1 else "Referrals"], top=120)
        canvas.setFont("Times-Roman", 11)
        lines(canvas, [SAYS] * 3, top=150)

    assert [levels(page) for page in pages_of(draw, draw)] == [[(1, "Contacts")], [(1, "Referrals")]]
