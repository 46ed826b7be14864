"""PDFs written by hand, object by object: for what no library that makes PDFs would make."""

from __future__ import annotations

from collections.abc import Sequence

FONT = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"


def raw_pdf(objects: Sequence[str | bytes]) -> bytes:
    """A PDF with these objects, numbered from 1; the first is the catalog."""
    written = bytearray(b"%PDF-1.4\n")
    places: list[int] = []
    for number, content in enumerate(objects, 1):
        places.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (
            number,
            content.encode("latin-1") if isinstance(content, str) else content,
        )
    table = len(written)
    written += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    written += b"".join(b"%010d 00000 n \n" % place for place in places)
    written += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table)
    return bytes(written)


def stream(content: str | bytes, more: str = "") -> bytes:
    """A stream object."""
    content = content.encode("latin-1") if isinstance(content, str) else content
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(content), more.encode("latin-1"), content)


def page(contents: int, font: int, more: str = "") -> str:
    """A page object of A4 whose parent is object 2."""
    return (
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {contents} 0 R"
        f" /Resources << /Font << /F {font} 0 R >> >> {more} >>"
    )
