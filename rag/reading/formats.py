"""Which reader a file is for, by its ending and its first bytes. Every file gets a reader or a sentence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import PurePath
from typing import Literal

from rag.errors import UnreadableReport
from rag.reading.limits import Limits
from rag.types import Reading

Reader = Callable[[bytes, str, Limits], Reading]

_PDF, _ZIP, _OLE, _RTF = b"%PDF-", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"{\\rtf"
# Text has no first bytes of its own, so what is shown here is what a text file must not start with.
_BINARY = {_PDF: "a PDF", _ZIP: "a zip-based file", _OLE: "an old Office file"}


@dataclass(frozen=True, slots=True)
class Format:
    """One format: what people call it, where its reader is, and how its files begin."""

    name: str
    reader: str  # module:function, imported only when a file needs it
    begins: Literal["text", "pdf", "zip", "ole", "rtf", "anything"] = "text"

    def load(self) -> Reader:
        module, _, function = self.reader.partition(":")
        reader: Reader = getattr(import_module(f"rag.reading.{module}"), function)
        return reader


_TEXT = Format("a text", "text.plain:read_text")
_MARKDOWN = Format("a Markdown text", "text.plain:read_markdown")
_WEB = Format("a web page", "web.reader:read_web")
_WORKBOOK = Format("an Excel workbook", "sheets.reader:read_workbook", "zip")
_IMAGE = Format("an image", "pdf.images:read_image", "anything")

FORMATS: dict[str, Format] = {
    ".txt": _TEXT,
    ".text": _TEXT,
    ".md": _MARKDOWN,
    ".markdown": _MARKDOWN,
    ".html": _WEB,
    ".htm": _WEB,
    ".xhtml": _WEB,
    ".pdf": Format("a PDF", "pdf.reader:read_pdf", "pdf"),
    **dict.fromkeys((".docx", ".docm", ".dotx"), Format("a Word document", "office.word:read_word", "zip")),
    **dict.fromkeys((".pptx", ".pptm", ".ppsx"), Format("a PowerPoint file", "office.slides:read_slides", "zip")),
    ".odt": Format("an OpenDocument text", "office.opendocument:read_odt", "zip"),
    ".rtf": Format("an RTF document", "office.rtf:read_rtf", "rtf"),
    ".epub": Format("an EPUB book", "office.epub:read_epub", "zip"),
    ".xlsx": _WORKBOOK,
    ".xlsm": _WORKBOOK,
    ".xls": Format("an old Excel workbook", "sheets.reader:read_old_workbook", "ole"),
    ".csv": Format("a CSV file", "sheets.reader:read_delimited"),
    ".tsv": Format("a TSV file", "sheets.reader:read_delimited"),
    ".eml": Format("a mail message", "mail.reader:read_message"),
    ".mbox": Format("a mailbox", "mail.reader:read_mailbox"),
    ".json": Format("a JSON file", "text.articles:read_json"),
    ".jsonl": Format("a JSON Lines file", "text.articles:read_json_lines"),
    ".document": Format("a kept document", "documents:read_documents"),
    **dict.fromkeys((".png", ".jpg", ".jpeg", ".gif", ".tif", ".tiff", ".bmp", ".webp"), _IMAGE),
}
NOT_READ = {
    ".doc": "Word files of the old kind (.doc) are not read: save it as .docx",
    ".ppt": "PowerPoint files of the old kind (.ppt) are not read: save it as .pptx",
    ".xlsb": "binary Excel files (.xlsb) are not read: save it as .xlsx",
    ".ods": "OpenDocument sheets (.ods) are not read: save it as .xlsx",
    ".odp": "OpenDocument slides (.odp) are not read: save it as .pptx",
    ".msg": "Outlook messages (.msg) are not read: save it as .eml",
    ".heic": "images of this kind (.heic) are not read: save it as .png",
    ".svg": "drawings (.svg) are not read: save it as .pdf",
}


def reader_for(name: str, content: bytes) -> Reader:
    """The reader for a file, or `UnreadableReport` with the reason why there is none."""
    ending = PurePath(name).suffix.lower()
    if ending in NOT_READ:
        raise UnreadableReport(f"{name}: {NOT_READ[ending]}")
    if ending not in FORMATS:
        named = f'files ending in "{ending}"' if ending else "files without an ending"
        raise UnreadableReport(f"{name}: {named} are not a format that Footnote reads")
    if not content.strip():
        raise UnreadableReport(f"{name}: the file is empty")
    form = FORMATS[ending]
    if wrong := _mismatch(form, content):
        raise UnreadableReport(f"{name}: the file {wrong.format(ending=ending)}")
    return form.load()


def _mismatch(form: Format, content: bytes) -> str:
    """What a file is that is not what its ending says; nothing if it is."""
    match form.begins:
        case "pdf" if _PDF not in content[:1024]:  # a few bytes of rubbish before the mark are common and harmless
            return "ends in {ending} but is not a PDF"
        case "zip" if content.startswith(_OLE):
            return "is protected by a password, or is of the old kind; save it as {ending} without one"
        case ("zip" | "ole" | "rtf") as begins if not content.startswith(
            {"zip": _ZIP, "ole": _OLE, "rtf": _RTF}[begins]
        ):
            return f"ends in {{ending}} but is not {form.name}"
        case "text":
            return next(
                (f"ends in {{ending}} but is {what}" for mark, what in _BINARY.items() if content.startswith(mark)), ""
            )
    return ""
