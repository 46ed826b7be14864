"""Files that cannot be read, each for a reason of its own, and the same made good. All are made here."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator

import docx
import openpyxl
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)  # how a Word document begins that has a password
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"


def text(words: str) -> bytes:
    return words.encode()


def pdf(words: str, password: str = "") -> bytes:
    buffer = io.BytesIO()
    locked = StandardEncryption(password, canPrint=1) if password else None
    canvas = Canvas(buffer, encrypt=locked)
    canvas.drawString(72, 700, words)
    canvas.save()
    return buffer.getvalue()


def word(words: str) -> bytes:
    document, buffer = docx.Document(), io.BytesIO()
    document.add_paragraph(words)
    document.save(buffer)
    return buffer.getvalue()


def workbook(words: str) -> bytes:
    book, buffer = openpyxl.Workbook(), io.BytesIO()
    book.active["A1"] = words
    book.save(buffer)
    return buffer.getvalue()


def csv(words: str) -> bytes:
    """The count as a table: "In 2025 the wardens counted 70 wasps." """
    *_, number, insects = words.strip(".").split()
    return f"Insects,2025\n{insects.capitalize()},{number}\nAll insects,9000\n".encode()


def cut_short(whole: bytes) -> bytes:
    return whole[: len(whole) // 2]


# --- zip bombs --------------------------------------------------------------------------------------------------------


def bomb(whole: bytes, part: str, megabytes: int) -> bytes:
    """A zip-based file whose part unpacks to so many megabytes."""
    return with_part(whole, part, (b"\0" * 1_048_576 for _ in range(megabytes)))


def heavy(whole: bytes, megabytes: int) -> bytes:
    """A Word document of nothing but so many megabytes of empty paragraphs, each of which takes memory."""
    schema = b"http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    start, end = b'<w:document xmlns:w="%b"><w:body>' % schema, b"</w:body></w:document>"
    return with_part(whole, "word/document.xml", [start, *[b"<w:p/>" * 174_762] * megabytes, end])


def with_part(whole: bytes, part: str, content: Iterable[bytes]) -> bytes:
    """A zip-based file with other content in one of its parts."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(whole)) as old,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new,
    ):
        for entry in old.namelist():
            with new.open(entry, "w", force_zip64=True) as writing:
                for piece in content if entry == part else [old.read(entry)]:
                    writing.write(piece)
    return buffer.getvalue()


def lying_bomb(whole: bytes, part: str, megabytes: int) -> bytes:
    """The same, with an entry in the archive's directory that makes the part out to be of a hundred bytes."""
    content = bytearray(bomb(whole, part, megabytes))
    entry = content.rindex(b"PK\x01\x02", 0, content.rindex(part.encode()))
    struct.pack_into("<I", content, entry + 24, 100)
    return bytes(content)


# --- PDF bombs --------------------------------------------------------------------------------------------------------


def pdf_of(objects: dict[int, bytes]) -> bytes:
    """A PDF of these objects, of which the first is its catalog."""
    out, places = bytearray(b"%PDF-1.7\n"), {}
    for number, content in objects.items():
        places[number] = len(out)
        out += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 1\n0000000000 65535 f \n"
    for number, place in places.items():
        out += b"%d 1\n%010d 00000 n \n" % (number, place)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (max(objects) + 1, start)
    return bytes(out)


def deep_page_tree(levels: int) -> bytes:
    """A PDF whose only page hangs below so many nodes, each with one child."""
    objects = {1: b"<< /Type /Catalog /Pages 2 0 R >>"}
    for number in range(2, levels + 2):
        parent = b"/Parent %d 0 R " % (number - 1) if number > 2 else b""
        objects[number] = b"<< /Type /Pages %b/Kids [%d 0 R] /Count 1 >>" % (parent, number + 1)
    objects[levels + 2] = b"<< /Type /Page /Parent %d 0 R /MediaBox [0 0 100 100] >>" % (levels + 1)
    return pdf_of(objects)


def endless_page_tree() -> bytes:
    """A PDF whose page tree leads back to itself."""
    return pdf_of(
        {
            1: b"<< /Type /Catalog /Pages 2 0 R >>",
            2: b"<< /Type /Pages /Kids [3 0 R 3 0 R] /Count 1000000000 >>",
            3: b"<< /Type /Pages /Parent 2 0 R /Kids [2 0 R 2 0 R] /Count 500000000 >>",
        }
    )


def _spaces(megabytes: int) -> bytes:
    """So many megabytes of spaces, compressed: one of them is, and the others repeat what came of it."""
    squeezer, space = zlib.compressobj(9, zlib.DEFLATED, -15), b" " * 1_048_576
    one, check = squeezer.compress(space) + squeezer.flush(zlib.Z_FULL_FLUSH), 1
    for _ in range(megabytes):
        check = zlib.adler32(space, check)
    return b"\x78\xda" + one * megabytes + squeezer.flush() + check.to_bytes(4, "big")


def huge_object(megabytes: int) -> bytes:
    """A PDF whose page's content unpacks, twice over, to so many megabytes."""
    twice = zlib.compress(_spaces(megabytes), 9)
    stream = b"<< /Length %d /Filter [/FlateDecode /FlateDecode] >>\nstream\n%b\nendstream" % (len(twice), twice)
    return pdf_of(
        {
            1: b"<< /Type /Catalog /Pages 2 0 R >>",
            2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            3: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] /Contents 4 0 R >>",
            4: stream,
        }
    )


# --- large tables -----------------------------------------------------------------------------------------------------


def many_rows(rows: int) -> bytes:
    """A workbook of so many rows of one cell."""
    return with_part(workbook("Number"), "xl/worksheets/sheet1.xml", _sheet(rows))


def _sheet(rows: int) -> Iterator[bytes]:
    yield b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    yield b'<dimension ref="A1:A%d"/><sheetData>' % rows  # openpyxl would look for it in all rows
    for start in range(1, rows + 1, 10_000):
        yield b"".join(
            b'<row r="%d"><c r="A%d"><v>%d</v></c></row>' % (row, row, row)
            for row in range(start, min(start + 10_000, rows + 1))
        )
    yield b"</sheetData></worksheet>"


def many_lines(rows: int) -> bytes:
    return b"Number\n" + b"".join(b"%d\n" % row for row in range(rows))


def many_columns(columns: int) -> bytes:
    """A workbook of a region with a figure for each of so many wards."""
    book, buffer = openpyxl.Workbook(), io.BytesIO()
    book.active.title = "Wards"
    book.active.append(["Region", *(f"Ward {number}" for number in range(2, columns + 1))])
    book.active.append(["South", *(50_000 + number for number in range(2, columns + 1))])
    book.save(buffer)
    return buffer.getvalue()
