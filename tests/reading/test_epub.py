from __future__ import annotations

from datetime import date

import pytest

from rag.errors import UnreadableReport
from rag.reading.limits import Limits
from rag.reading.office.epub import read_epub
from rag.types import Reading
from reading.samples import rows, shown, spans_hold, zipped

CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="OEBPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
)
TITLE = "<dc:title>Annual report 2025</dc:title>"


def chapter(body: str) -> str:
    return (
        '<?xml version="1.0" encoding="utf-8"?><!DOCTYPE html><html xmlns="http://www.w3.org/1999/xhtml" '
        f'xmlns:epub="http://www.idpf.org/2007/ops"><head><title/></head><body>{body}</body></html>'
    )


def book(
    spine: list[str], chapters: dict[str, str], meta: str = TITLE, items: str = "", rest: str = "", **more: str
) -> bytes:
    """An EPUB with these files, read in the order of the spine."""
    listed = "".join(
        f'<item id="i{n}" href="{href}" media-type="application/xhtml+xml"/>' for n, href in enumerate(spine)
    )
    order = "".join(f'<itemref idref="i{n}"/>' for n in range(len(spine)))
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf" xmlns:opf="http://www.idpf.org/2007/opf" '
        f'xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata>{meta}</metadata>'
        f"<manifest>{listed}{items}</manifest><spine>{order}</spine>{rest}</package>"
    )
    parts = {"mimetype": "application/epub+zip", "META-INF/container.xml": CONTAINER, "OEBPS/book.opf": package}
    return zipped({**parts, **{f"OEBPS/{path}": text for path, text in chapters.items()}, **more})


def read(content: bytes) -> Reading:
    reading = read_epub(content, "a.epub", Limits())
    assert all(spans_hold(page) for page in reading.pages)
    return reading


ONE = chapter("<h1>Referrals</h1><p>The Partnership received 4,212 referrals.</p>")
TWO = chapter("<p>Waiting times fell.</p>")


def test_each_chapter_is_a_page_in_the_order_of_the_spine() -> None:
    reading = read(book(["b.xhtml", "a.xhtml"], {"a.xhtml": TWO, "b.xhtml": ONE}))
    assert [(page.number, page.label, page.text) for page in reading.pages] == [
        (1, "Referrals", "Referrals\n\nThe Partnership received 4,212 referrals."),
        (2, "", "Waiting times fell."),
    ]
    assert (reading.title, reading.notes) == ("Annual report 2025", ())


def test_labels_come_from_the_navigation_and_cover_and_contents_are_skipped() -> None:
    nav = chapter(
        '<nav epub:type="toc"><ol><li><a href="text/one.xhtml">1 <i>Referrals</i> received</a></li></ol></nav>'
        '<nav epub:type="landmarks"><a epub:type="cover" href="cover.xhtml">Cover</a></nav>'
    )
    items = '<item id="n" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>'
    chapters = {"nav.xhtml": nav, "cover.xhtml": chapter("<p>A cover</p>"), "text/one.xhtml": ONE}
    content = book(["cover.xhtml", "nav.xhtml", "text/one.xhtml"], chapters, items=items)
    reading = read(content)
    assert [page.label for page in reading.pages if "4,212" in page.text] == ["1 Referrals received"]
    assert not any("A cover" in page.text for page in reading.pages)


def test_labels_come_from_the_older_table_of_contents_too() -> None:
    ncx = (
        '<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/"><navMap><navPoint><navLabel><text>Waiting times</text>'
        '</navLabel><content src="two%20b.xhtml#start"/></navPoint></navMap></ncx>'
    )
    items = '<item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/>'
    rest = '<guide><reference type="cover" href="cover.xhtml"/></guide>'
    chapters = {"two b.xhtml": TWO, "toc.ncx": ncx, "cover.xhtml": chapter("<p>A cover</p>")}
    reading = read(book(["cover.xhtml", "two%20b.xhtml"], chapters, items=items, rest=rest))
    assert [(page.number, page.label) for page in reading.pages] == [(1, "Waiting times")]


def test_tables_lists_and_characters_are_read_as_on_web_pages() -> None:
    text = chapter(
        "<table><caption>Table 1: Referrals</caption><tr><th>Region</th><th>2025</th></tr>"
        '<tr><td>North</td><td>836<a epub:type="noteref" href="#n">1</a></td></tr></table>'
        '<ul><li>Caf&#233; &amp; office</li></ul><span epub:type="pagebreak" id="p2">12</span><a id="x"/><p>End.</p>'
    )
    (page,) = read(book(["a.xhtml"], {"a.xhtml": text})).pages
    assert rows(page) == [[("North", ("Region",)), ("836¹", ("2025",))]]
    assert shown(page)[-2:] == [("list_item", "Café & office"), ("paragraph", "End.")]


def test_a_chapter_that_is_not_well_formed_is_read_as_a_browser_would() -> None:
    (page,) = read(
        book(["a.xhtml"], {"a.xhtml": "<html><body><p>Referrals rose&nbsp;again.<br>So did waits.</body>"})
    ).pages
    assert page.text == "Referrals rose again. So did waits."


def test_pages_without_text_are_skipped_and_what_is_missing_gets_a_note() -> None:
    picture = chapter('<img src="cover.jpg" alt=""/>')
    reading = read(book(["p.xhtml", "gone.xhtml", "a.xhtml"], {"p.xhtml": picture, "a.xhtml": TWO}))
    assert [page.number for page in reading.pages] == [1]
    assert reading.notes == ('The chapter "gone.xhtml" is missing from the book and was not read.',)


@pytest.mark.parametrize(
    ("meta", "day"),
    [
        ("<dc:date>2026-06-12</dc:date>", date(2026, 6, 12)),
        (
            '<dc:date opf:event="modification">2026-07-01</dc:date>'
            '<dc:date opf:event="publication">2026-06-12</dc:date>',
            date(2026, 6, 12),
        ),
        ('<meta property="dcterms:modified">2026-07-01T00:00:00Z</meta>', None),
        ("<dc:date>0101-01-01</dc:date>", None),
    ],
)
def test_the_date_is_that_of_publication(meta: str, day: date | None) -> None:
    found = read(book(["a.xhtml"], {"a.xhtml": TWO}, TITLE + meta)).published
    assert (found.day if found else None) == day
    assert found is None or found.source == "book metadata"


def locked(path: str) -> dict[str, str]:
    return {
        "META-INF/encryption.xml": '<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container" '
        'xmlns:enc="http://www.w3.org/2001/04/xmlenc#"><enc:EncryptedData><enc:CipherData>'
        f'<enc:CipherReference URI="{path}"/></enc:CipherData></enc:EncryptedData></encryption>'
    }


def test_encrypted_fonts_do_not_matter() -> None:
    assert read(book(["a.xhtml"], {"a.xhtml": TWO}, **locked("OEBPS/font.otf"))).pages[0].text == "Waiting times fell."


def test_what_cannot_be_read_gets_a_sentence() -> None:
    whole = book(["a.xhtml"], {"a.xhtml": TWO})
    for content, sentence in (
        (whole[:400], "the file is damaged"),
        (zipped({"readme.txt": "hello"}), "the EPUB book is damaged"),
        (book(["a.xhtml"], {"a.xhtml": TWO}, **locked("OEBPS/a.xhtml")), "the book is protected against copying"),
        (book(["a.xhtml"], {"a.xhtml": chapter("<img/>")}), "no text in any chapter; is it a book of pictures"),
        (book(["a.xhtml"], {}), 'no text in any chapter .The chapter "a.xhtml" is missing'),
    ):
        with pytest.raises(UnreadableReport, match=f"^a.epub: {sentence}"):
            read_epub(content, "a.epub", Limits())
    with pytest.raises(UnreadableReport, match=r"2 chapters, over the limit of 1 \(setting reader_pages\)"):
        read_epub(book(["a.xhtml", "b.xhtml"], {"a.xhtml": ONE, "b.xhtml": TWO}), "a.epub", Limits(pages=1))


def test_entities_are_not_expanded() -> None:
    bomb = '<!DOCTYPE html [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
    text = ONE.replace("<!DOCTYPE html>", bomb).replace("4,212", "4,212&b;")
    (page,) = read(book(["a.xhtml"], {"a.xhtml": text})).pages
    assert "aaa" not in page.text
