"""EPUB books: a page for each chapter, in the order in which they are read."""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote

from lxml import etree

from rag.errors import UnreadableReport
from rag.reading import dates
from rag.reading.archive import check_inflated
from rag.reading.compose import PageText, fold
from rag.reading.limits import Limits
from rag.reading.office import package as office
from rag.reading.web.reader import write_fragment
from rag.types import Page, Published, Reading

_OPF = "{http://www.idpf.org/2007/opf}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_NCX = "{http://www.daisy.org/z3986/2005/ncx/}"
_XHTML = "{http://www.w3.org/1999/xhtml}"
_OPS = "{http://www.idpf.org/2007/ops}"
_ENCRYPTED = "{http://www.w3.org/2001/04/xmlenc#}CipherReference"
_CONTAINER = "{urn:oasis:names:tc:opendocument:xmlns:container}rootfile"
_CHAPTERS = {"application/xhtml+xml", "text/html", "application/x-dtbook+xml", "text/x-oeb1-document", ""}


@dataclass(frozen=True, slots=True)
class _Item:
    """One file of the book, as its list of files names it."""

    path: str  # inside the zip
    media: str
    properties: frozenset[str]


def read_epub(content: bytes, name: str, limits: Limits) -> Reading:
    """A page for each chapter that holds text, its title as the label; the table of contents and the cover are skipped,
    and a chapter that is missing or damaged gets a note."""
    check_inflated(content, name, limits)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        book = _Book(archive, name)
        chapters, notes = book.chapters()
        if len(chapters) > limits.pages:
            raise UnreadableReport(
                f"{name}: {len(chapters)} chapters, over the limit of {limits.pages} (setting reader_pages)"
            )
    rows = sum(block.kind == "table_row" for page in chapters for block in page.blocks)
    if rows > limits.rows:
        raise UnreadableReport(
            f"{name}: its tables have {rows:,} rows, over the limit of {limits.rows:,} (setting reader_rows)"
        )
    if not chapters:
        raise UnreadableReport(
            f"{name}: no text in any chapter{f' ({notes[0]})' if notes else '; is it a book of pictures?'}"
        )
    pages = tuple(replace(page, number=number) for number, page in enumerate(chapters, 1))
    title = book.stated("title") or dates.first_heading(pages) or dates.title_of_file(name)
    return Reading(
        "EPUB book",
        title,
        pages,
        dates.first_date(
            book.published(), dates.in_imprint(pages), dates.in_title(title, name), dates.in_file_name(name)
        ),
        dates.covers(title, dates.title_of_file(name)),
        tuple(notes),
    )


class _Book:
    """The book's list of files, its reading order and its table of contents."""

    def __init__(self, archive: zipfile.ZipFile, name: str) -> None:
        self._archive, self._name = archive, name
        self._files = set(archive.namelist())
        path, self._package = self._find_package()
        self._folder = posixpath.dirname(path)
        self._items = {
            item.get("id", ""): _Item(
                self._path(item.get("href", ""), self._folder),
                item.get("media-type", ""),
                frozenset(item.get("properties", "").split()),
            )
            for item in self._package.iter(f"{_OPF}item")
        }
        self._refuse_locked()

    def _find_package(self) -> tuple[str, Any]:
        """The path and root of the part that lists the book's files."""
        container = self._xml("META-INF/container.xml")
        named = [root.get("full-path", "") for root in container.iter(_CONTAINER)] if container is not None else []
        for path in (*named, *sorted(name for name in self._files if name.endswith(".opf"))):
            if (package := self._xml(path)) is not None:
                return path, package
        raise UnreadableReport(f"{self._name}: the EPUB book is damaged (it lacks the list of its files)")

    def _refuse_locked(self) -> None:
        """Refuse a book whose chapters are encrypted; fonts may be, they are not read."""
        encryption = self._xml("META-INF/encryption.xml")
        if encryption is None:
            return
        locked = {self._path(found.get("URI", ""), "") for found in encryption.iter(_ENCRYPTED)}
        if any(item.path in locked for item in self._spine()):
            raise UnreadableReport(f"{self._name}: the book is protected against copying (DRM), so it cannot be read")

    def _spine(self) -> Iterator[_Item]:
        """The chapters in the order in which they are read."""
        for reference in self._package.iter(f"{_OPF}itemref"):
            if (item := self._items.get(reference.get("idref", ""))) is not None:
                yield item

    # --- what it says of itself ---------------------------------------------------------------------------------------

    def stated(self, name: str) -> str:
        """The first text of this name in the book's metadata."""
        return next((words for e in self._package.iter(f"{_DC}{name}") if (words := fold(e.text or ""))), "")

    def published(self) -> Published | None:
        """The date of publication; those on which a program changed the file are not it."""
        for stamp in self._package.iter(f"{_DC}date"):
            if (stamp.get(f"{_OPF}event") or "publication") in {"publication", "original-publication", "issued"}:
                return dates.published(fold(stamp.text or ""), "book metadata")
        return None

    # --- chapters -----------------------------------------------------------------------------------------------------

    def chapters(self) -> tuple[list[Page], list[str]]:
        """The chapters that hold text, and a sentence for each that could not be read."""
        labels, skipped = self._contents()
        pages: list[Page] = []
        notes: list[str] = []
        for item in dict.fromkeys(self._spine()):
            called = posixpath.basename(item.path)
            if item.path in skipped or "nav" in item.properties:
                continue
            if item.path not in self._files:
                notes.append(f'The chapter "{called}" is missing from the book and was not read.')
            elif item.media not in _CHAPTERS:
                notes.append(f'The chapter "{called}" is a picture and was not read.')
            else:
                try:
                    page = self._chapter(item.path, labels.get(item.path, ""))
                except (*office.DAMAGED, UnreadableReport):
                    notes.append(f'The chapter "{called}" is damaged and was not read.')
                else:
                    pages += [page] if page.blocks else []
        return pages, notes

    def _chapter(self, path: str, label: str) -> Page:
        page = PageText()
        write_fragment(page, _as_html(self._archive.read(path)), self._name)
        finished = page.page()
        return replace(finished, label=label or dates.first_heading((finished,)))

    def _contents(self) -> tuple[dict[str, str], set[str]]:
        """The chapters' titles by path, from the table of contents, and the paths of the cover and of that table."""
        labels: dict[str, str] = {}
        skipped = {
            self._path(found.get("href", ""), self._folder)
            for found in self._package.iter(f"{_OPF}reference")
            if found.get("type") in {"cover", "toc"}
        }
        for item in self._items.values():
            folder = posixpath.dirname(item.path)
            if "nav" in item.properties and (root := self._xml(item.path)) is not None:
                for kinds, href, words in _links(root):
                    if {"cover", "toc"} & kinds:
                        skipped.add(self._path(href, folder))
                    elif not kinds:
                        labels.setdefault(self._path(href, folder), words)
            elif item.media == "application/x-dtbncx+xml" and (root := self._xml(item.path)) is not None:
                for point in root.iter(f"{_NCX}navPoint"):
                    source, words = point.find(f"{_NCX}content"), point.findtext(f"{_NCX}navLabel/{_NCX}text")
                    if source is not None:
                        labels.setdefault(self._path(source.get("src", ""), folder), fold(words or ""))
        return labels, skipped

    # --- files --------------------------------------------------------------------------------------------------------

    def _path(self, href: str, folder: str) -> str:
        """A link's file inside the zip, whether names there are percent-encoded, as in links, or plain."""
        plain = href.split("#")[0]
        path = posixpath.normpath(posixpath.join(folder, unquote(plain)))
        raw = posixpath.normpath(posixpath.join(folder, plain))
        return raw if path not in self._files and raw in self._files else path

    def _xml(self, path: str) -> Any:
        """The root of an XML file of the book; None if it is missing or damaged."""
        try:
            return office.xml(self._archive.read(path))
        except office.DAMAGED:
            return None


def _links(root: Any) -> Iterator[tuple[set[str], str, str]]:
    """The links of a navigation document as (what landmark it is, where it leads, its words); chapters are none."""
    for nav in root.iter(f"{_XHTML}nav"):
        kind = nav.get(f"{_OPS}type", "")
        for link in nav.iter(f"{_XHTML}a"):
            if kind == "landmarks":
                yield set((link.get(f"{_OPS}type") or "other").split()), link.get("href", ""), ""
            elif kind != "page-list":
                yield set(), link.get("href", ""), fold("".join(link.itertext()))


def _as_html(content: bytes) -> bytes | str:
    """A chapter without what XHTML has and HTML has not, such as tags that close themselves. Marks of notes are raised,
    and numbers of printed pages left out."""
    try:
        root = office.xml(content)
    except office.DAMAGED:
        return content  # HTML with an ending it should not have
    for element in list(root.iter(f"{_XHTML}*")):
        kinds = (element.get(f"{_OPS}type") or "").split()
        element.tag = element.tag.rsplit("}", 1)[-1]
        if "pagebreak" in kinds:
            element.text = None
        elif "noteref" in kinds and element.getparent() is not None and not element.findall(f".//{_XHTML}sup"):
            element.tag = "sup"
    words: str = etree.tostring(root, method="html", encoding="unicode", with_tail=False)
    return words
