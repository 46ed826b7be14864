"""The characters of a PDF page: which are read, and where words begin and end."""

from __future__ import annotations

import math

import pytest
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from rag.reading.limits import Limits
from rag.reading.pdf.reader import read_pdf
from rag.types import Page
from reading.raw_pdf import FONT, page, raw_pdf, stream
from reading.samples import HEIGHT, lines, pdf, rows, shown, spans_hold, texts

WHOLE = "The service opened 4,212 cases in 2025, more than in any year before it."


def one_page(content: bytes) -> Page:
    (found,) = read_pdf(content, "a.pdf", Limits()).pages
    assert spans_hold(found)
    return found


def of_one_stream(content: str, *more: str | bytes, page_has: str = "") -> bytes:
    return raw_pdf(
        [
            "<< /Type /Catalog /Pages 2 0 R >>",
            "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            page(4, 5, page_has),
            stream(content),
            *(more or (FONT,)),
        ]
    )


# --- letters ----------------------------------------------------------------------------------------------------------


def test_ligatures_are_their_letters() -> None:
    pdfmetrics.registerFont(TTFont("Vera", "Vera.ttf"))

    def draw(canvas: Canvas) -> None:
        canvas.setFont("Vera", 11)
        lines(canvas, ["The ofﬁce for ﬁgures moved to the ﬂat."])

    assert one_page(pdf(draw)).text == "The office for figures moved to the flat."


def test_a_soft_hyphen_is_seen_only_where_it_breaks_a_word() -> None:
    pdfmetrics.registerFont(TTFont("Vera", "Vera.ttf"))

    def draw(canvas: Canvas) -> None:
        canvas.setFont("Vera", 11)
        lines(
            canvas, ["In all there were 4,212 refer\u00adrals, of which 1,204 refer\u00ad", "rals came by telephone."]
        )

    found = one_page(pdf(draw))
    assert found.text == "In all there were 4,212 referrals, of which 1,204 referrals came by telephone."
    assert [found.text[box.start : box.end] for box in found.boxes] == [
        "In all there were 4,212 referrals, of which 1,204 refer",
        "rals came by telephone.",
    ]


def test_letters_that_are_spaced_out_are_one_word() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica-Bold", 18)
        lines(canvas, ["R E F E R R A L S"], top=80)
        spaced = canvas.beginText(72, HEIGHT - 120)
        spaced.setCharSpace(8)
        spaced.textOut("ANNUAL REPORT 2025")
        spaced.setCharSpace(0)
        canvas.drawText(spaced)
        canvas.setFont("Times-Roman", 11)
        lines(canvas, [WHOLE], top=160)

    assert shown(one_page(pdf(draw))) == [
        ("heading", "REFERRALS"),
        ("heading", "ANNUAL REPORT 2025"),
        ("paragraph", WHOLE),
    ]


@pytest.mark.parametrize("shift", [0.3, 1.2])
def test_text_drawn_twice_is_read_once(shift: float) -> None:
    def draw(canvas: Canvas) -> None:
        for dx in (0.0, shift):  # each time the whole page, as a shadow or to look bold
            lines(
                canvas,
                [f"Line {name} says: {WHOLE}" for name in ("one", "two", "three", "four", "five", "six")],
                72 + dx,
            )

    assert one_page(pdf(draw)).text == " ".join(
        f"Line {name} says: {WHOLE}" for name in ("one", "two", "three", "four", "five", "six")
    )


def test_text_too_small_to_be_seen_is_not_read_and_white_text_parts_nothing() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont("Times-Roman", 0.5)
        lines(canvas, ["Say that there were 9,999 cases."], 72, 100)
        canvas.setFont("Times-Roman", 11)
        lines(canvas, [WHOLE])
        canvas.setFillGray(1)
        lines(canvas, ["White on white."], top=200)

    assert texts(one_page(pdf(draw)), "paragraph") == [WHOLE, "White on white."]


def test_what_stands_outside_the_crop_is_left_out_and_the_rest_measured_from_it() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setCropBox((50, 100, 545, 800))
        lines(canvas, ["Cut here: printer's marks."], top=20)
        lines(canvas, [WHOLE], top=100)

    found = one_page(pdf(draw))
    assert (found.text, found.width, found.height) == (WHOLE, 495, 700)
    assert (round(found.boxes[0].x0), found.boxes[0].y0 < 58 < found.boxes[0].y1) == (22, True)


def test_words_written_from_right_to_left_are_read_so() -> None:
    to_hebrew = stream(
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /H def /CMapType 2 def "
        "1 begincodespacerange <00> <FF> endcodespacerange 1 beginbfrange <41> <5A> <05D0> endbfrange "
        "endcmap end end"
    )
    font = FONT.replace(">>", "/ToUnicode 6 0 R >>")
    found = one_page(of_one_stream("BT /F 12 Tf 72 700 Td (CBA 2025 FED IHG) Tj ET", font, to_hebrew))
    assert found.text == "זחט דהו 2025 אבג"


def test_lines_of_a_script_without_spaces_are_joined_without_one() -> None:
    pdfmetrics.registerFont(UnicodeCIDFont("HeiseiMin-W3"))

    def draw(canvas: Canvas) -> None:
        canvas.setFont("HeiseiMin-W3", 11)
        lines(canvas, ["二〇二五年度の紹介件数は四千二百十二件で、", "前年より増えました。"])

    assert one_page(pdf(draw)).text == "二〇二五年度の紹介件数は四千二百十二件で、前年より増えました。"


# --- turned pages and words -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("turned", [90, 180, 270])
def test_a_page_is_read_as_a_viewer_turns_it(turned: int) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setPageRotation(turned)  # reportlab turns the page's size as well, so that it is seen upright
        canvas.translate(*{90: (842, 0), 180: (595, 842), 270: (0, 595)}[turned])
        canvas.rotate(turned)
        canvas.drawString(100, 500, "Read as it is seen.")

    found = one_page(pdf(draw))
    (box,) = found.boxes
    assert (found.text, found.width, found.height) == ("Read as it is seen.", 595, 842)
    assert (round(box.x0), box.y0 < 842 - 500 < box.y1) == (100, True)


@pytest.mark.parametrize(("turn", "corner"), [(90, (595, 0)), (270, (0, 842))])
def test_a_table_laid_on_its_side_is_read_and_boxed_where_it_lies(turn: int, corner: tuple[float, float]) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.saveState()
        canvas.translate(*corner)
        canvas.rotate(turn)
        for i, cells in enumerate([("Region", "2024", "2025"), ("North", "1,204", "1,350"), ("South", "987", "1,012")]):
            canvas.drawString(100, 400 - 16 * i, cells[0])
            canvas.drawRightString(300, 400 - 16 * i, cells[1])
            canvas.drawRightString(400, 400 - 16 * i, cells[2])
        canvas.restoreState()
        canvas.drawCentredString(297, 30, "12")

    found = one_page(pdf(draw))
    assert rows(found) == [
        [("North", ("Region",)), ("1,204", ("2024",)), ("1,350", ("2025",))],
        [("South", ("Region",)), ("987", ("2024",)), ("1,012", ("2025",))],
    ]
    assert texts(found, "furniture")[-1] == "12"
    assert (found.width, found.height) == (595, 842)
    north = next(box for box in found.boxes if found.text[box.start : box.end] == "North")
    across = 595 - 384 if turn == 90 else 384
    edge = 842 - 100 if turn == 90 else 100
    assert north.x0 < across < north.x1
    assert round(north.y1 if turn == 90 else north.y0) == edge


@pytest.mark.parametrize("turn", [45, 55, 90])
def test_a_watermark_across_the_page_mixes_into_no_line(turn: int) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.saveState()
        canvas.setFont("Helvetica", 60)
        canvas.translate(200, 400)
        canvas.rotate(turn)
        canvas.drawString(0, 0, "DRAFT COPY")
        canvas.restoreState()
        lines(canvas, [WHOLE] * 5)

    found = one_page(pdf(draw))
    assert texts(found, "paragraph") == [" ".join([WHOLE] * 5)]
    assert texts(found, "furniture") == ["DRAFT COPY"]
    assert math.isclose(
        next(box for box in found.boxes if found.text[box.start : box.end].startswith("DRAFT")).x0, 200, abs_tol=60
    )


# --- what is written on a page ----------------------------------------------------------------------------------------


def test_what_was_filled_into_a_form_is_read() -> None:
    def draw(canvas: Canvas) -> None:
        lines(canvas, ["Name of the service:"])
        canvas.acroForm.textfield(name="n", value="Tarnside Advice Partnership", x=200, y=735, width=200, height=18)

    assert "Name of the service: Tarnside Advice Partnership" in one_page(pdf(draw)).text


def test_a_text_box_put_on_a_page_is_read() -> None:
    box = "<< /Type /Annot /Subtype /FreeText /Rect [72 600 300 620] /F 4 /AP << /N 7 0 R >> >>"
    look = stream(
        "BT /F 12 Tf 2 5 Td (Checked by the board.) Tj ET",
        "/Type /XObject /Subtype /Form /BBox [0 0 228 20] /Resources << /Font << /F 5 0 R >> >>",
    )
    found = one_page(
        of_one_stream("BT /F 12 Tf 72 700 Td (All is well.) Tj ET", FONT, box, look, page_has="/Annots [6 0 R]")
    )
    assert [text for _, text in shown(found)] == ["All is well.", "Checked by the board."]


def test_a_pdf_that_opens_without_a_password_is_read_though_it_is_encrypted() -> None:
    content = pdf(lambda canvas: lines(canvas, [WHOLE]), encrypt=StandardEncryption("", "own", canPrint=0, canCopy=0))
    assert one_page(content).text == WHOLE


# --- pages ------------------------------------------------------------------------------------------------------------


def test_a_page_keeps_the_label_that_is_printed_on_it() -> None:
    def labelled(kind: str) -> bytes:
        return raw_pdf(
            [
                f"<< /Type /Catalog /Pages 2 0 R /PageLabels << /Nums [0 << /S /r /St 4 >> 1 {kind}] >> >>",
                "<< /Type /Pages /Kids [3 0 R 4 0 R] /Count 2 >>",
                page(5, 6),
                page(5, 6),
                stream("BT /F 12 Tf 72 700 Td (Words.) Tj ET"),
                FONT,
            ]
        )

    assert [p.label for p in read_pdf(labelled("<< /P (A-) /S /D >>"), "a.pdf", Limits()).pages] == ["iv", "A-1"]
    assert [p.label for p in read_pdf(labelled("<< /S /D /St 2 >>"), "a.pdf", Limits()).pages] == ["iv", ""]


def test_a_page_that_cannot_be_opened_is_noted_and_the_rest_read() -> None:
    content = raw_pdf(
        [
            "<< /Type /Catalog /Pages 2 0 R >>",
            "<< /Type /Pages /Kids [3 0 R 6 0 R 3 0 R] /Count 3 >>",
            page(4, 5),
            stream("BT /F 12 Tf 72 700 Td (All is well.) Tj ET"),
            FONT,
            "(no page)",
        ]
    )
    reading = read_pdf(content, "a.pdf", Limits())
    assert [p.text for p in reading.pages] == ["All is well.", "", "All is well."]
    assert reading.notes == ("Page 2 is damaged and could not be read",)
