"""Which reader a file is for, by its ending and its first bytes. Every file gets a reader or a sentence."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePath

from rag.errors import NotReadYet, UnreadableReport
from rag.reading.limits import Limits
from rag.types import Reading

Reader = Callable[[bytes, str, Limits], Reading]

NOT_YET = {
    ".pptx": "PowerPoint files",
    ".ppt": "PowerPoint files of the old kind (.ppt)",
    ".xlsx": "Excel files",
    ".xlsm": "Excel files",
    ".xls": "Excel files of the old kind (.xls)",
    ".csv": "CSV files",
    ".tsv": "TSV files",
    ".eml": "mail messages",
    ".msg": "Outlook messages",
    ".mbox": "mailboxes",
    ".odt": "OpenDocument texts",
    ".rtf": "RTF files",
    ".epub": "EPUB books",
    ".json": "JSON files",
    ".jsonl": "JSON Lines files",
    ".doc": "Word files of the old kind (.doc)",
} | dict.fromkeys((".png", ".jpg", ".jpeg", ".gif", ".tif", ".tiff", ".bmp", ".webp", ".heic", ".svg"), "images")

# Text has no first bytes of its own, so what is shown here is what a text file must not start with.
_BINARY = {b"%PDF-": "a PDF", b"PK\x03\x04": "a zip-based file", b"\xd0\xcf\x11\xe0": "an old Office file"}
_OLE = b"\xd0\xcf\x11\xe0"  # also the wrapper of a Word file that needs a password


def reader_for(name: str, content: bytes) -> Reader:
    """The reader for a file, or `UnreadableReport` (`NotReadYet` for a format that is only not read yet)."""
    ending = PurePath(name).suffix.lower()
    if ending in NOT_YET:
        raise NotReadYet(f"{name}: {NOT_YET[ending]} are not read yet")
    if ending not in READERS:
        named = f'files ending in "{ending}"' if ending else "files without an ending"
        raise UnreadableReport(f"{name}: {named} are not a format that Footnote reads")
    if not content.strip():
        raise UnreadableReport(f"{name}: the file is empty")
    _check_content(name, ending, content)
    return READERS[ending]


def _check_content(name: str, ending: str, content: bytes) -> None:
    """Refuse a file that is not what its ending says."""
    if ending == ".pdf":
        if b"%PDF-" not in content[:1024]:  # a few bytes of rubbish before the mark are common and harmless
            raise UnreadableReport(f"{name}: the file ends in .pdf but is not a PDF")
    elif ending == ".docx":
        if content.startswith(_OLE):
            raise UnreadableReport(f"{name}: the file is protected by a password, or is an old .doc; save it as .docx")
        if not content.startswith(b"PK\x03\x04"):
            raise UnreadableReport(f"{name}: the file ends in .docx but is not a Word document")
    else:
        for mark, what in _BINARY.items():
            if content.startswith(mark):
                raise UnreadableReport(f"{name}: the file ends in {ending} but is {what}")


# Each family's library is imported only when a file needs it.


def _text(content: bytes, name: str, limits: Limits) -> Reading:
    from rag.reading.plain import read_text

    return read_text(content, name)


def _markdown(content: bytes, name: str, limits: Limits) -> Reading:
    from rag.reading.plain import read_markdown

    return read_markdown(content, name)


def _web(content: bytes, name: str, limits: Limits) -> Reading:
    from rag.reading.web import read_web

    return read_web(content, name)


def _word(content: bytes, name: str, limits: Limits) -> Reading:
    from rag.reading.office import read_word

    return read_word(content, name, limits)


def _pdf(content: bytes, name: str, limits: Limits) -> Reading:
    from rag.reading.pdf import read_pdf

    return read_pdf(content, name, limits)


READERS: dict[str, Reader] = {
    ".txt": _text,
    ".text": _text,
    ".md": _markdown,
    ".markdown": _markdown,
    ".html": _web,
    ".htm": _web,
    ".xhtml": _web,
    ".docx": _word,
    ".pdf": _pdf,
}
