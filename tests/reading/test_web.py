from __future__ import annotations

from datetime import date

import pytest

from rag.errors import UnreadableReport
from rag.reading.compose import PageText
from rag.reading.web import read_web, write_fragment
from rag.types import Page
from reading.samples import rows, shown, spans_hold


def page_of(html: str) -> Page:
    (page,) = read_web(html.encode(), "a.html").pages
    assert spans_hold(page)
    return page


def test_what_belongs_to_the_site_is_dropped() -> None:
    page = page_of(
        "<body><header>Site</header><nav>Home</nav><div class='cookie-banner'>We use cookies</div><div id='main'>"
        "<h1>Spring bulletin</h1><p>Referrals <b>rose</b>\n by 12.</p><ul><li>North<li>South</ul></div>"
        "<p style='display:none'>Hidden</p><aside>Related</aside><script>x</script><footer>Terms</footer></body>"
    )
    assert shown(page) == [
        ("heading", "Spring bulletin"),
        ("paragraph", "Referrals rose by 12."),
        ("list_item", "North"),
        ("list_item", "South"),
    ]


def test_spans_of_rows_and_columns_are_resolved_to_headers() -> None:
    page = page_of(
        "<table><caption>Cases</caption><tr><th rowspan=2>Region<th colspan=2>Opened<th>Closed</tr>"
        "<tr><th>2024<th>2025<th>2025</tr><tr><td rowspan=2>North<td>1<td>2<td>3</tr><tr><td>4<td>5<td>6</tr></table>"
    )
    assert rows(page) == [
        [("North", ("Region",)), ("1", ("Opened", "2024")), ("2", ("Opened", "2025")), ("3", ("Closed", "2025"))],
        [("North", ("Region",)), ("4", ("Opened", "2024")), ("5", ("Opened", "2025")), ("6", ("Closed", "2025"))],
    ]
    assert page.blocks[-1].caption == "Cases"


def test_a_raised_footnote_mark_is_never_a_digit_of_the_figure() -> None:
    assert page_of("<p>In all 33,000<sup>1</sup> came.</p>").text == "In all 33,000¹ came."


def test_a_section_of_a_table_joins_its_labels() -> None:
    page = page_of(
        "<table><tr><th></th><th>2025</th></tr><tr><td colspan=2>Per share</td></tr>"
        "<tr><td>Basic</td><td>1.2</td></tr></table>"
    )
    assert rows(page)[-1] == [("Basic", ("Per share",)), ("1.2", ("2025",))]


@pytest.mark.parametrize(
    "head",
    [
        "<meta property='article:published_time' content='2026-06-12T08:00:00Z'>",
        '<script type="application/ld+json">{"@graph": [{"datePublished": "2026-06-12"}]}</script>',
        "<meta name='date' content='12 June 2026'>",
    ],
)
def test_the_date_is_found_in_the_metadata(head: str) -> None:
    published = read_web(f"<head>{head}</head><body><p>Text.</p></body>".encode(), "a.html").published
    assert published is not None
    assert (published.day, published.source) == (date(2026, 6, 12), "HTML metadata")


def test_a_page_in_an_older_encoding_says_which() -> None:
    content = "<html><head><meta charset='windows-1252'><title>Café</title></head><body><p>£12</p></body></html>"
    reading = read_web(content.encode("cp1252"), "a.html")
    assert (reading.title, reading.pages[0].text) == ("Café", "£12")


def test_a_page_without_text_is_refused() -> None:
    with pytest.raises(UnreadableReport, match=r"a.html: no text on the page"):
        read_web(b"<html><body><script>app()</script></body></html>", "a.html")


def test_only_the_article_is_read_where_there_is_one() -> None:
    words = "Referrals rose again. " * 30
    page = page_of(
        f"<body><div><p>Teaser of another story.</p></div><article><h2>News</h2><p>{words}</p></article></body>"
    )
    assert shown(page) == [("heading", "News"), ("paragraph", words.strip())]


def test_a_fragment_is_written_whole_but_for_what_is_not_shown() -> None:
    page = PageText()
    write_fragment(page, "<nav>Contents</nav><p class=share>£12<style>p{}</style><p hidden>No", "a")
    write_fragment(page, "<b>More</b> came", "a")
    assert shown(page.page()) == [("paragraph", "Contents"), ("paragraph", "£12"), ("paragraph", "More came")]


def test_control_characters_are_left_out() -> None:
    assert page_of("<p>33,000<script>x</script>&#1;\fcame\ufffe&#xb;again").text == "33,000 came again"
