from __future__ import annotations

import pytest

from rag.errors import UnreadableReport
from rag.reading.formats import reader_for


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.pdf", b"hello", "a.pdf: the file ends in .pdf but is not a PDF"),
        ("a.docx", b"%PDF-1.4", "a.docx: the file ends in .docx but is not a Word document"),
        (
            "a.docx",
            b"\xd0\xcf\x11\xe0",
            "a.docx: the file is protected by a password, or is of the old kind; save it as .docx without one",
        ),
        ("a.txt", b"%PDF-1.4", "a.txt: the file ends in .txt but is a PDF"),
        ("a.html", b"PK\x03\x04", "a.html: the file ends in .html but is a zip-based file"),
        ("a.xyz", b"hello", 'a.xyz: files ending in ".xyz" are not a format that Footnote reads'),
        ("README", b"hello", "README: files without an ending are not a format that Footnote reads"),
        ("a.md", b" \n", "a.md: the file is empty"),
    ],
)
def test_a_file_that_cannot_be_read_gets_its_sentence(name: str, content: bytes, sentence: str) -> None:
    with pytest.raises(UnreadableReport) as caught:
        reader_for(name, content)
    assert str(caught.value) == sentence


@pytest.mark.parametrize("ending", "doc ppt xlsb ods odp msg heic svg".split())
def test_a_format_that_staff_have_and_is_not_read_says_what_would_be(ending: str) -> None:
    with pytest.raises(UnreadableReport, match=rf"^report.{ending}: .* are not read: save it as \.\w+$"):
        reader_for(f"report.{ending}", b"content")


def test_the_ending_may_be_in_capitals() -> None:
    assert reader_for("REPORT.PDF", b"%PDF-1.7") is reader_for("report.pdf", b"%PDF-1.7")
