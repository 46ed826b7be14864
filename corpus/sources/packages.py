"""OpenDocument and EPUB files: zip packages of XML, written so that the same content always gives the same bytes."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from xml.sax.saxutils import escape

from office import ORGANISATION
from pdf import Meta
from prose import NOTE, Block, Bullets, Heading, Para, Steps, Table

XML = '<?xml version="1.0" encoding="UTF-8"?>\n'


def package(path: Path, media_type: str, parts: dict[str, str]) -> None:
    """Write the parts as a zip whose first part, not compressed, says what it is."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as out:
        out.writestr(zipfile.ZipInfo("mimetype", (1980, 1, 1, 0, 0, 0)), media_type)
        for name, content in parts.items():
            out.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(target.getvalue())


# --- OpenDocument -----------------------------------------------------------------------------------------------------

ODT = "application/vnd.oasis.opendocument.text"
SPACES = " ".join(
    f'xmlns:{prefix}="{space}"'
    for prefix, space in {
        "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
        "style": "urn:oasis:names:tc:opendocument:xmlns:style:1.0",
        "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
        "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
        "fo": "urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0",
        "meta": "urn:oasis:names:tc:opendocument:xmlns:meta:1.0",
        "dc": "http://purl.org/dc/elements/1.1/",
    }.items()
)
MANIFEST = """<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
 manifest:version="1.2">
<manifest:file-entry manifest:full-path="/" manifest:version="1.2" manifest:media-type="{media_type}"/>
<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>
<manifest:file-entry manifest:full-path="styles.xml" manifest:media-type="text/xml"/>
<manifest:file-entry manifest:full-path="meta.xml" manifest:media-type="text/xml"/>
</manifest:manifest>
"""
STYLES = """<office:document-styles {spaces} office:version="1.2">
<office:styles>
<style:default-style style:family="paragraph">
<style:text-properties fo:font-family="Liberation Sans" fo:font-size="11pt" fo:language="en" fo:country="GB"/>
</style:default-style>
<style:style style:name="Standard" style:family="paragraph" style:class="text">
<style:paragraph-properties fo:margin-bottom="0.2cm"/></style:style>
<style:style style:name="Title" style:family="paragraph" style:parent-style-name="Standard" style:class="chapter">
<style:text-properties fo:font-size="22pt" fo:font-weight="bold"/></style:style>
<style:style style:name="Heading_20_1" style:display-name="Heading 1" style:family="paragraph"
 style:parent-style-name="Standard" style:default-outline-level="1" style:class="text">
<style:paragraph-properties fo:margin-top="0.4cm" fo:keep-with-next="always"/>
<style:text-properties fo:font-size="14pt" fo:font-weight="bold"/></style:style>
<style:style style:name="Caption" style:family="paragraph" style:parent-style-name="Standard" style:class="extra">
<style:paragraph-properties fo:keep-with-next="always"/><style:text-properties fo:font-style="italic"/></style:style>
<style:style style:name="Table_20_Heading" style:display-name="Table Heading" style:family="paragraph"
 style:parent-style-name="Standard" style:class="extra"><style:text-properties fo:font-weight="bold"/></style:style>
<style:style style:name="Footnote" style:family="paragraph" style:parent-style-name="Standard" style:class="extra">
<style:text-properties fo:font-size="9pt"/></style:style>
<text:list-style style:name="Bullets">
<text:list-level-style-bullet text:level="1" text:bullet-char="•"/></text:list-style>
<text:list-style style:name="Steps"><text:list-level-style-number text:level="1" style:num-format="1"
 style:num-suffix="."/></text:list-style>
</office:styles>
</office:document-styles>
"""
META = """<office:document-meta {spaces} office:version="1.2"><office:meta>
<meta:generator>{organisation}</meta:generator>
<dc:title>{title}</dc:title><dc:subject>{subject}</dc:subject><dc:creator>{organisation}</dc:creator>
<meta:creation-date>{day}T09:00:00</meta:creation-date><dc:date>{day}T09:00:00</dc:date><dc:language>en-GB</dc:language>
</office:meta></office:document-meta>
"""


def write_odt(path: Path, meta: Meta, blocks: Iterable[Block]) -> None:
    """A text document with real headings, lists, a table and footnotes."""
    notes = iter(range(1, 1000))
    body = "\n".join([_odt_paragraph("Title", meta.title, notes), *(_odt_block(block, notes) for block in blocks)])
    content = (
        f'<office:document-content {SPACES} office:version="1.2">\n'
        f"<office:body><office:text>\n{body}\n</office:text></office:body>\n</office:document-content>\n"
    )
    about = META.format(
        spaces=SPACES,
        organisation=escape(ORGANISATION),
        title=escape(meta.title),
        subject=escape(meta.subject),
        day=meta.published.isoformat(),
    )
    package(
        path,
        ODT,
        {
            "META-INF/manifest.xml": XML + MANIFEST.format(media_type=ODT),
            "content.xml": XML + content,
            "styles.xml": XML + STYLES.format(spaces=SPACES),
            "meta.xml": XML + about,
        },
    )


def _odt_block(block: Block, notes: Iterator[int]) -> str:
    match block:
        case Heading(level, text):
            style = f'text:style-name="Heading_20_{level}" text:outline-level="{level}"'
            return f"<text:h {style}>{escape(text)}</text:h>"
        case Bullets(items) | Steps(items):
            style = type(block).__name__
            inner = "".join(
                f"<text:list-item>{_odt_paragraph('Standard', item, notes)}</text:list-item>" for item in items
            )
            return f'<text:list text:style-name="{style}">{inner}</text:list>'
        case Table():
            return _odt_table(block, notes)
        case Para(text):
            return _odt_paragraph("Standard", text, notes)
    raise ValueError(block)


def _odt_paragraph(style: str, text: str, notes: Iterator[int]) -> str:
    def note(found: re.Match[str]) -> str:
        number = next(notes)
        return (
            f'<text:note text:id="ftn{number}" text:note-class="footnote">'
            f"<text:note-citation>{number}</text:note-citation><text:note-body>"
            f'<text:p text:style-name="Footnote">{found[1]}</text:p></text:note-body></text:note>'
        )

    return f'<text:p text:style-name="{style}">{NOTE.sub(note, escape(text))}</text:p>'


def _odt_table(table: Table, notes: Iterator[int]) -> str:
    def row(cells: Iterable[str], style: str) -> str:
        inner = "".join(
            f'<table:table-cell office:value-type="string">{_odt_paragraph(style, cell, notes)}</table:table-cell>'
            for cell in cells
        )
        return f"<table:table-row>{inner}</table:table-row>"

    rows = "\n".join(row(cells, "Standard") for cells in table.rows)
    return (
        f"{_odt_paragraph('Caption', table.caption, notes)}\n"
        f'<table:table table:name="{escape(table.caption.split(".")[0])}">'
        f'<table:table-column table:number-columns-repeated="{len(table.header)}"/>\n'
        f"<table:table-header-rows>{row(table.header, 'Table_20_Heading')}</table:table-header-rows>\n"
        f"{rows}\n</table:table>"
    )


# --- EPUB -------------------------------------------------------------------------------------------------------------

EPUB = "application/epub+zip"
CONTAINER = """<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container" version="1.0">
<rootfiles><rootfile full-path="book/package.opf" media-type="application/oebps-package+xml"/></rootfiles>
</container>
"""
PACKAGE = """<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id" xml:lang="en-GB">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:identifier id="id">urn:tarnside.example:{identifier}</dc:identifier>
<dc:title>{title}</dc:title><dc:creator>{organisation}</dc:creator><dc:description>{subject}</dc:description>
<dc:language>en-GB</dc:language><dc:date>{day}</dc:date>
<meta property="dcterms:modified">{day}T09:00:00Z</meta>
</metadata>
<manifest>
<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>
<item id="style" href="style.css" media-type="text/css"/>
{items}
</manifest>
<spine>
{spine}
</spine>
</package>
"""
STYLE = "body { font-family: serif; }\ntable { border-collapse: collapse; }\nth, td { padding: 0.2em 0.8em; }\n"
CHAPTER = """<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" xml:lang="en-GB" lang="en-GB">
<head><title>{title}</title><link rel="stylesheet" type="text/css" href="style.css"/></head>
<body>
{body}
</body>
</html>
"""


def write_epub(path: Path, meta: Meta, blocks: Iterable[Block]) -> None:
    """A book with a chapter for each heading of the first level, and a table of contents."""
    chapters: list[list[Block]] = []
    for block in blocks:
        if isinstance(block, Heading) and block.level == 1:
            chapters.append([])
        chapters[-1].append(block)
    names = [f"chapter-{number}" for number in range(1, len(chapters) + 1)]
    titles = [escape(chapter[0].text) for chapter in chapters if isinstance(chapter[0], Heading)]
    contents = "\n".join(
        f'<li><a href="{name}.xhtml">{title}</a></li>' for name, title in zip(names, titles, strict=True)
    )
    nav = f'<nav epub:type="toc"><h1>Contents</h1>\n<ol>\n{contents}\n</ol></nav>'
    about = PACKAGE.format(
        identifier=path.stem,
        title=escape(meta.title),
        subject=escape(meta.subject),
        organisation=escape(ORGANISATION),
        day=meta.published.isoformat(),
        items="\n".join(
            f'<item id="{name}" href="{name}.xhtml" media-type="application/xhtml+xml"/>' for name in names
        ),
        spine="\n".join(f'<itemref idref="{name}"/>' for name in names),
    )
    pages = {
        f"book/{name}.xhtml": XML + CHAPTER.format(title=title, body="\n".join(map(_html_block, chapter)))
        for name, title, chapter in zip(names, titles, chapters, strict=True)
    }
    package(
        path,
        EPUB,
        {
            "META-INF/container.xml": XML + CONTAINER,
            "book/package.opf": XML + about,
            "book/nav.xhtml": XML + CHAPTER.format(title="Contents", body=nav),
            "book/style.css": STYLE,
            **pages,
        },
    )


def _html_block(block: Block) -> str:
    match block:
        case Heading(level, text):
            return f"<h{level}>{escape(text)}</h{level}>"
        case Bullets(items) | Steps(items):
            kind = "ul" if isinstance(block, Bullets) else "ol"
            inner = "\n".join(f"<li>{escape(item)}</li>" for item in items)
            return f"<{kind}>\n{inner}\n</{kind}>"
        case Table(caption, header, rows):
            head = "".join(f"<th>{escape(cell)}</th>" for cell in header)
            body = "\n".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
            return (
                f"<table>\n<caption>{escape(caption)}</caption>\n"
                f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>"
            )
        case Para(text):
            return f"<p>{escape(text)}</p>"
    raise ValueError(block)
