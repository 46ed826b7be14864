"""PDFs made to do harm: each costs a sentence, and the next file is read."""

from __future__ import annotations

import zlib
from pathlib import Path

import pytest

from rag.errors import UnreadableReport
from rag.reading.limits import Limits
from rag.reading.sandbox import Sandbox, read_directly
from reading.raw_pdf import FONT, page, raw_pdf, stream
from reading.samples import lines, pdf

CATALOG = "<< /Type /Catalog /Pages 2 0 R >>"
ONE_PAGE = "<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
WORDS = stream("BT /F 12 Tf 72 700 Td (All is well.) Tj ET")
TOO_MUCH = "bomb.pdf: its reader crashed; it may be damaged, or need more than 400 MB (setting reader_memory_mb)"


def read(folder: Path, content: bytes) -> str:
    """What is said of the file; afterwards the same reader must read another."""
    bomb, good = folder / "bomb.pdf", folder / "good.pdf"
    bomb.write_bytes(content)
    good.write_bytes(pdf(lambda canvas: lines(canvas, ["All is well."])))
    with Sandbox(read_directly, Limits(memory_mb=400, cpu_seconds=2, wall_seconds=30.0)) as sandbox:
        try:
            said = sandbox.read(bomb).pages[0].text
        except UnreadableReport as error:
            said = str(error)
        assert sandbox.read(good).pages[0].text == "All is well."
    return said


def swollen(content: bytes, times: int, wrapped: int = 1) -> bytes:
    """A PDF whose one page is drawn by a stream that inflates to `content`, `times` over."""
    packer = zlib.compressobj(9)
    first, again = (packer.compress(content * 1000) + packer.flush(zlib.Z_FULL_FLUSH) for _ in range(2))
    packed = first + again * (times // 1000 - 1) + packer.flush()
    for _ in range(wrapped - 1):
        packed = zlib.compress(packed, 9)
    return raw_pdf([CATALOG, ONE_PAGE, page(4, 5), stream(packed, f"/Filter [{'/FlateDecode ' * wrapped}]"), FONT])


def test_a_few_bytes_that_swell_to_gigabytes_meet_the_limit_of_memory(tmp_path: Path) -> None:
    content = swollen(b" " * 1000, 1_000_000, wrapped=2)
    assert len(content) < 10_000
    assert read(tmp_path, content) == TOO_MUCH


def test_a_page_with_more_letters_than_memory_can_hold_meets_the_limit(tmp_path: Path) -> None:
    content = swollen(b"BT /F 12 Tf 72 700 Td (Ha ha ha ha) Tj ET ", 2_000_000)
    said = read(tmp_path, content)
    assert "setting reader_memory_mb" in said or "setting reader_cpu_seconds" in said


def test_forms_that_draw_each_other_ten_times_over_meet_a_limit(tmp_path: Path) -> None:
    drawn = page(4, 5).replace("/Font", "/XObject << /X 6 0 R >> /Font")
    form = "/Type /XObject /Subtype /Form /BBox [0 0 600 900] /Resources << {} >>"
    forms = [stream("/X Do " * 10, form.format(f"/XObject << /X {n} 0 R >>")) for n in range(7, 15)]
    last = stream("BT /F 12 Tf 72 700 Td (Ha) Tj ET", form.format("/Font << /F 5 0 R >>"))
    said = read(tmp_path, raw_pdf([CATALOG, ONE_PAGE, drawn, stream("/X Do"), FONT, *forms, last]))
    assert "setting reader_memory_mb" in said or "setting reader_cpu_seconds" in said


def test_a_million_pages_that_are_only_counted_are_over_the_limit(tmp_path: Path) -> None:
    content = raw_pdf([CATALOG, "<< /Type /Pages /Kids [3 0 R] /Count 1000000 >>", page(4, 5), WORDS, FONT])
    assert read(tmp_path, content) == "bomb.pdf: 1000000 pages, over the limit of 3000 (setting reader_pages)"


def test_pages_nested_twenty_thousand_deep_are_damaged(tmp_path: Path) -> None:
    deep = [f"<< /Type /Pages /Kids [{n + 1} 0 R] /Count 1 /Parent {n - 1} 0 R >>" for n in range(3, 20_003)]
    objects = [CATALOG, ONE_PAGE, *deep, page(20_004, 20_005), WORDS, FONT]
    assert read(tmp_path, raw_pdf(objects)) == "bomb.pdf: the PDF is damaged"


@pytest.mark.parametrize(
    ("objects", "said"),
    [
        ([CATALOG, "<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 2 >>"], "bomb.pdf: the PDF is damaged"),
        (
            [
                "<< /Type /Catalog /Pages 2 0 R /Outlines 6 0 R >>",
                ONE_PAGE,
                page(4, 5),
                WORDS,
                FONT,
                "<< /First 7 0 R /Last 7 0 R >>",
                "<< /Title (All) /Parent 6 0 R /First 7 0 R /Next 7 0 R /Dest [3 0 R /Fit] >>",
            ],
            "All is well.",
        ),
        ([f"<< /Type /Catalog /Pages 2 0 R /X {'[' * 200_000} >>", ONE_PAGE, page(4, 5), WORDS, FONT], "All is well."),
    ],
    ids=["pages", "bookmarks", "brackets"],
)
def test_what_refers_to_itself_or_never_closes_ends(tmp_path: Path, objects: list[str | bytes], said: str) -> None:
    assert read(tmp_path, raw_pdf(objects)) == said


@pytest.mark.parametrize(
    "placed", ["1e38 0 0 1e38 1e30 1e30 Tm", "99999999999999999999 0 0 99999999999999999999 0 700 Tm", "0 0 0 0 0 0 Tm"]
)
def test_words_set_in_absurd_sizes_or_places_spoil_no_others(tmp_path: Path, placed: str) -> None:
    content = stream(f"BT /F 12 Tf {placed} (Far away.) Tj ET BT /F 12 Tf 1 0 0 1 72 700 Tm (All is well.) Tj ET")
    assert read(tmp_path, raw_pdf([CATALOG, ONE_PAGE, page(4, 5), content, FONT])) == "All is well."
