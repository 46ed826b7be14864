"""Pictures of text, read by the real Tesseract."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable, Sequence

import pytest
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from rag.errors import UnreadableReport
from rag.reading.limits import Limits
from rag.reading.pdf.images import read_image
from rag.reading.pdf.reader import read_pdf
from rag.types import Box, Page
from reading.samples import HEIGHT, WIDTH, lines, pdf, rows, shown, spans_hold, texts

needs_tesseract = pytest.mark.skipif(
    shutil.which("tesseract") is None, reason="needs Tesseract (tests/reading/test_scans.py)"
)

SIZE = (1654, 2339)  # A4 at 200 dots an inch
FIRST = "The service opened 4,212 cases in 2025, more than ever before."
SECOND = "Most of them came from the northern towns of the county."
TABLE = [("Region", "2024", "2025"), ("North", "1,204", "1,350"), ("South", "987", "1,012"), ("East", "40", "52")]
READ = [
    ("heading", "Spring bulletin"),
    ("paragraph", f"{FIRST} {SECOND}"),
    ("caption", "Table 1: Cases by region"),
    ("furniture", "Region | 2024 | 2025"),
    ("table_row", "North | 1,204 | 1,350"),
    ("table_row", "South | 987 | 1,012"),
    ("table_row", "East | 40 | 52"),
]


def picture(mode: str = "L", ruled: bool = False) -> Image.Image:
    """A page with a heading, two sentences and a table."""
    image = Image.new(mode, SIZE, "white" if mode != "RGBA" else (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)

    def write(x: float, y: float, text: str, size: int = 34) -> None:
        draw.text((x, y), text, font=ImageFont.load_default(size=size), fill="black")

    write(150, 150, "Spring bulletin", 64)
    write(150, 280, FIRST)
    write(150, 330, SECOND)
    write(150, 450, "Table 1: Cases by region")
    for i, cells in enumerate(TABLE):
        for x, cell in zip((150, 700, 1000), cells, strict=True):
            write(x, 520 + 55 * i, cell)
        if ruled:
            draw.rectangle((140, 512 + 55 * i, 1150, 567 + 55 * i), outline="black", width=3)
    return image


def saved(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    content = io.BytesIO()
    image.save(content, kind, **options)
    return content.getvalue()


def one_page(content: bytes, name: str = "a.png") -> Page:
    (page,) = read_image(content, name, Limits()).pages
    assert spans_hold(page)
    return page


def box_of(page: Page, words: str) -> Box:
    return next(box for box in page.boxes if page.text[box.start : box.end] == words)


def of_picture(image: Image.Image) -> Callable[[Canvas], None]:
    return lambda canvas: canvas.drawImage(ImageReader(image), 0, 0, WIDTH, HEIGHT)


def refused(read: Callable[[], object]) -> str:
    with pytest.raises(UnreadableReport) as caught:
        read()
    return str(caught.value)


# --- images -----------------------------------------------------------------------------------------------------------


@needs_tesseract
def test_a_picture_of_a_page_has_its_heading_sentences_and_table() -> None:
    reading = read_image(saved(picture(), dpi=(200, 200)), "a.png", Limits())
    (page,) = reading.pages
    assert (reading.kind, reading.title, shown(page)) == ("Scan", "Spring bulletin", READ)
    assert rows(page)[0] == [("North", ("Region",)), ("1,204", ("2024",)), ("1,350", ("2025",))]
    assert {block.caption for block in page.blocks if block.kind == "table_row"} == {"Table 1: Cases by region"}


@needs_tesseract
def test_boxes_lie_where_the_words_were_drawn() -> None:
    page = one_page(saved(picture(), dpi=(200, 200)))
    point = 72 / 200
    assert (round(page.width), round(page.height)) == (595, 842)
    for words, x, y, height in [("Spring bulletin", 150, 150, 64), (SECOND, 150, 330, 34), ("1,012", 1000, 630, 34)]:
        box = box_of(page, words)
        assert abs(box.x0 - x * point) < 3
        assert y * point < (box.y0 + box.y1) / 2 < (y + 1.3 * height) * point
        assert 0.6 * height < (box.y1 - box.y0) / point < 1.3 * height


@needs_tesseract
@pytest.mark.parametrize(
    ("name", "drawn"),
    [
        ("a.jpg", lambda: saved(picture(), "JPEG", quality=85)),
        ("a.gif", lambda: saved(picture(), "GIF")),
        ("a.webp", lambda: saved(picture(), "WEBP")),
        ("a.bmp", lambda: saved(picture("1"), "BMP")),
        ("clear.png", lambda: saved(picture("RGBA"))),
        ("sideways.png", lambda: saved(picture().transpose(Image.Transpose.ROTATE_90))),
        ("upside-down.png", lambda: saved(picture().transpose(Image.Transpose.ROTATE_180))),
        ("crooked.png", lambda: saved(picture().rotate(1.5, fillcolor="white"))),
        ("ruled.png", lambda: saved(picture(ruled=True))),
        ("small.png", lambda: saved(picture().resize((827, 1170), Image.Resampling.LANCZOS))),
        ("deep.png", lambda: saved(picture().convert("I;16").point(lambda value: value * 256 + 1))),
    ],
    ids=lambda given: given if isinstance(given, str) else "",
)
def test_the_same_is_read_whatever_the_picture_is_like(name: str, drawn: Callable[[], bytes]) -> None:
    assert shown(one_page(drawn(), name)) == READ


@needs_tesseract
def test_a_page_that_lies_on_its_side_is_boxed_as_it_lies() -> None:
    page = one_page(saved(picture().transpose(Image.Transpose.ROTATE_90), dpi=(200, 200)))
    box = box_of(page, FIRST)
    assert (round(page.width), round(page.height)) == (842, 595)
    assert 280 * 0.36 < (box.x0 + box.x1) / 2 < 330 * 0.36
    assert abs(box.y1 - (595 - 150 * 0.36)) < 3


@needs_tesseract
def test_a_photograph_is_turned_as_the_camera_says() -> None:
    turned = picture().transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[0x0112] = 6  # "turn it by 90 degrees with the clock"
    page = one_page(saved(turned, "JPEG", exif=exif), "a.jpg")
    assert (round(page.width), round(page.height), shown(page)) == (595, 842, READ)


@needs_tesseract
def test_each_page_of_a_tiff_is_a_page() -> None:
    second = Image.new("L", SIZE, "white")
    ImageDraw.Draw(second).text((150, 150), "There were nine complaints.", font=ImageFont.load_default(size=40), fill=0)
    content = saved(picture(), "TIFF", save_all=True, append_images=[second])
    reading = read_image(content, "a.tif", Limits())
    assert [shown(page) for page in reading.pages] == [READ, [("paragraph", "There were nine complaints.")]]
    assert refused(lambda: read_image(content, "a.tif", Limits(pages=1))) == (
        "a.tif: 2 pages, over the limit of 1 (setting reader_pages)"
    )


@needs_tesseract
def test_bullets_are_bullets_whatever_tesseract_takes_them_for() -> None:
    image = Image.new("L", SIZE, "white")
    draw = ImageDraw.Draw(image)
    items = [
        "Letters to landlords and to the council",
        "Help with forms of all kinds",
        "Somebody who stays with your case",
    ]
    for i, text in enumerate(items):
        draw.ellipse((156, 297 + 70 * i, 172, 313 + 70 * i), fill="black")
        draw.text((200, 285 + 70 * i), text, font=ImageFont.load_default(size=34), fill="black")
    assert texts(one_page(saved(image)), "list_item") == items


@needs_tesseract
def test_an_image_without_words_says_so() -> None:
    assert (
        refused(lambda: read_image(saved(Image.new("L", SIZE, "white")), "a.png", Limits()))
        == "a.png: no text in the image"
    )


@pytest.mark.parametrize(
    ("made", "sentence"),
    [
        (lambda: b"no image at all", "a.png: the image is damaged, or of a kind that is not read"),
        (lambda: saved(picture())[:3000], "a.png: the image is damaged or cut short"),
        (
            lambda: saved(Image.new("1", (9_500, 9_000))),
            "a.png: the image has 9,500 × 9,000 pixels, and 80,000,000 are the most that is read",
        ),
        (lambda: saved(Image.new("1", (30_000, 15_000))), "a.png: the image has more than 80,000,000 pixels"),
    ],
    ids=["none", "cut", "large", "bomb"],
)
@needs_tesseract
def test_an_image_that_cannot_be_opened_gets_its_sentence(made: Callable[[], bytes], sentence: str) -> None:
    assert refused(lambda: read_image(made(), "a.png", Limits())) == sentence


# --- PDFs -------------------------------------------------------------------------------------------------------------


@needs_tesseract
def test_a_scanned_pdf_is_read_like_a_picture() -> None:
    reading = read_pdf(pdf(of_picture(picture())), "a.pdf", Limits())
    (page,) = reading.pages
    assert spans_hold(page)
    assert (reading.kind, reading.notes, shown(page)) == ("Scan", (), READ)
    box = box_of(page, "1,012")
    assert abs(box.x0 - 1000 * 0.36) < 3
    assert 630 * 0.36 < (box.y0 + box.y1) / 2 < 670 * 0.36


@needs_tesseract
def test_a_scan_in_strips_under_a_stamp_is_a_scan() -> None:
    def draw(canvas: Canvas) -> None:
        for i in range(4):
            strip = picture().crop((0, i * 585, 1654, min(2339, (i + 1) * 585)))
            height = strip.height * 0.36
            canvas.drawImage(ImageReader(strip), 0, HEIGHT - i * 585 * 0.36 - height, WIDTH, height)
        canvas.drawString(480, 14, "File 0042, page 1")

    (page,) = read_pdf(pdf(draw), "a.pdf", Limits()).pages
    assert shown(page)[: len(READ)] == READ
    assert "File 0042, page 1" in page.text


@needs_tesseract
def test_a_page_that_was_read_from_a_picture_is_noted_where_the_rest_is_text() -> None:
    def text(canvas: Canvas) -> None:
        lines(canvas, ["The figures of the year follow on the next page."])

    reading = read_pdf(pdf(text, of_picture(picture())), "a.pdf", Limits())
    assert (reading.kind, shown(reading.pages[1])) == ("PDF", READ)
    assert reading.notes == ("Page 2 was read from a picture: check its figures against the page",)


def test_a_scan_with_a_text_layer_nobody_sees_is_read_from_that() -> None:
    def draw(canvas: Canvas) -> None:
        of_picture(Image.new("L", (100, 140), "white"))(canvas)
        layer = canvas.beginText(72, 700)
        layer.setTextRenderMode(3)
        layer.textLine("The service opened 4,212 cases in 2025.")
        canvas.drawText(layer)

    reading = read_pdf(pdf(draw), "a.pdf", Limits())
    assert (reading.kind, reading.notes) == ("PDF", ())
    assert texts(reading.pages[0], "paragraph") == ["The service opened 4,212 cases in 2025."]


def test_a_page_of_text_over_a_picture_is_text() -> None:
    def draw(canvas: Canvas) -> None:
        of_picture(Image.new("L", (100, 140), "grey"))(canvas)
        lines(canvas, ["Tarnside Advice Partnership, annual report 2025"])

    reading = read_pdf(pdf(draw), "a.pdf", Limits())
    assert (reading.kind, reading.notes) == ("PDF", ())


# --- without Tesseract ------------------------------------------------------------------------------------------------


@pytest.fixture
def no_tesseract(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")


def scans(at: Sequence[int], pages: int) -> bytes:
    """A PDF with pictures on these pages and text on the others."""
    blank = of_picture(Image.new("L", (100, 140), "white"))
    return pdf(*[blank if n in at else lambda canvas: lines(canvas, ["All is well."]) for n in range(1, pages + 1)])


@pytest.mark.usefixtures("no_tesseract")
def test_without_tesseract_a_scan_says_what_it_takes() -> None:
    said = "a scan: install Tesseract to read it"
    assert refused(lambda: read_image(saved(picture()), "a.png", Limits())) == f"a.png: {said}"
    assert refused(lambda: read_pdf(scans([1, 2], 2), "a.pdf", Limits())) == f"a.pdf: {said}"


@pytest.mark.usefixtures("no_tesseract")
@pytest.mark.parametrize(
    ("at", "note"),
    [
        ([3], "Page 3 is a scan: install Tesseract to read it"),
        ([3, 7], "Pages 3 and 7 are scans: install Tesseract to read them"),
        ([1, 3, 4, 5, 7], "Pages 1, 3 to 5 and 7 are scans: install Tesseract to read them"),
    ],
)
def test_without_tesseract_the_pages_that_are_scans_are_noted_and_the_rest_read(at: list[int], note: str) -> None:
    reading = read_pdf(scans(at, 8), "a.pdf", Limits())
    assert reading.notes == (note,)
    assert [page.text for page in reading.pages] == ["" if n in at else "All is well." for n in range(1, 9)]


# --- time -------------------------------------------------------------------------------------------------------------


@needs_tesseract
def test_pages_that_there_is_no_time_for_are_noted() -> None:
    content = pdf(lambda canvas: lines(canvas, ["All is well."]), of_picture(picture()))
    reading = read_pdf(content, "a.pdf", Limits(wall_seconds=0.0))
    assert reading.notes == ("Page 2 is a scan, and 0 seconds were too few to read it (setting reader_wall_seconds)",)
    assert refused(lambda: read_image(saved(picture()), "a.png", Limits(wall_seconds=0.0))) == (
        "a.png: it is a scan, and 0 seconds were too few to read it (setting reader_wall_seconds)"
    )
