from __future__ import annotations

from datetime import date

import pytest

from rag.errors import UnreadableReport
from rag.reading.compose import PageText
from rag.reading.web.reader import read_web, write_fragment
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


# --- tables -----------------------------------------------------------------------------------------------------------


def captions(html: str) -> set[str]:
    return {block.caption for block in page_of(html).blocks if block.kind == "table_row"}


SMALL = "<tr><th>Region<th>2025<tr><td>North<td>351</table>"


def test_a_foot_stands_last_and_is_a_total() -> None:
    page = page_of(
        "<table><thead><tr><th>Region<th>2025</thead><tfoot><tr><td>Together<td>661</tfoot>"
        "<tbody><tr><th scope=row>North<td>351<tr><th scope=row>South<td>310</tbody></table>"
    )
    assert [(row[0][0], row[1][0]) for row in rows(page)] == [("North", "351"), ("South", "310"), ("Together", "661")]
    assert [block.total for block in page.blocks if block.kind == "table_row"] == [False, False, True]


def test_headers_that_come_again_hold_from_there_on() -> None:
    page = page_of(
        "<table><tr><th>Region<th>2024<tr><td>North<td>310"
        "<tr><th>Region<th>2025<tr><td>North<td>351<tr><th>Total<th>351</table>"
    )
    assert rows(page) == [
        [("North", ("Region",)), ("310", ("2024",))],
        [("North", ("Region",)), ("351", ("2025",))],
        [("Total", ("Region",)), ("351", ("2025",))],
    ]


def test_a_header_cell_over_a_group_of_rows_names_a_section() -> None:
    page = page_of(
        "<table><thead><tr><th>Town<th>2025</thead><tbody><tr><th colspan=2>North<tr><td>Leeds<td>9</tbody>"
        "<tbody><tr><th colspan=2>South<tr><td>Bath<td>3</tbody></table>"
    )
    assert [row[0] for row in rows(page)] == [
        ("North", ()),
        ("Leeds", ("Town", "North")),
        ("South", ()),
        ("Bath", ("Town", "South")),
    ]


def test_a_table_of_plain_cells_keeps_spanned_headers_and_joins_signs() -> None:
    page = page_of(
        "<table><tr><td></td><td></td><td colspan=3>Year ended</td><td></td><td colspan=3>Year ended</td></tr>"
        "<tr><td></td><td></td><td colspan=3>March 2025</td><td></td><td colspan=3>March 2024</td></tr>"
        "<tr><td>Grants</td><td></td><td>£</td><td>1,284</td><td></td><td></td><td>£</td><td>97</td><td></td></tr>"
        "<tr><td>Loss</td><td></td><td></td><td>(12</td><td>)</td><td></td><td></td><td>(34</td><td>)</td></tr></table>"
    )
    this, last = ("Year ended", "March 2025"), ("Year ended", "March 2024")
    assert rows(page) == [
        [("Grants", ()), ("£1,284", this), ("£97", last)],
        [("Loss", ()), ("(12)", this), ("(34)", last)],
    ]


def test_a_cell_that_spans_rows_ends_with_their_group() -> None:
    page = page_of(
        "<table><thead><tr><th rowspan=5>Region<th>2025</thead><tbody><tr><td>North<td>351<tr><td>South<td>310</table>"
    )
    assert [row[0] for row in rows(page)] == [("North", ("Region",)), ("South", ("Region",))]


def test_a_title_inside_a_table_is_its_caption() -> None:
    html = "<table><tr><td colspan=2>Table 1: Referrals<tr><td colspan=2>(in thousands)" + SMALL
    assert captions(html) == {"Table 1: Referrals, (in thousands)"}
    assert rows(page_of(html)) == [[("North", ("Region",)), ("351", ("2025",))]]


@pytest.mark.parametrize(
    ("before", "after", "caption"),
    [
        ("<h3>Referrals</h3><p>(in thousands)</p>", "", "Referrals, (in thousands)"),
        ("<p>Intro.</p><p><b>Referrals</b></p>", "", "Referrals"),
        ("<p>Referrals were as follows (in thousands):</p>", "", "Referrals were as follows (in thousands)"),
        ("<p>Table 2: Referrals</p>", "<p>Figures in thousands.</p>", "Table 2: Referrals, Figures in thousands"),
        ("<p>Referrals rose. More came.</p>", "", ""),
        ("<h3>Referrals</h3>", "<p>Figures in thousands.</p><table>" + SMALL, "Referrals"),
    ],
)
def test_a_table_is_named_by_the_lines_around_it(before: str, after: str, caption: str) -> None:
    assert caption in captions(f"{before}<table>{SMALL}{after}")


def test_a_caption_of_its_own_keeps_the_unit_line_above_it() -> None:
    html = "<p>£ thousand</p><table><caption>Income</caption>" + SMALL
    assert captions(html) == {"Income, £ thousand"}


def test_a_list_of_short_values_is_a_table_and_one_of_definitions_is_not() -> None:
    page = page_of("<h3>In figures</h3><dl><dt>Leads<dd>33,000<dt>Offices<dd>six</dl>")
    assert rows(page) == [[("Leads", ()), ("33,000", ())], [("Offices", ()), ("six", ())]]
    assert captions("<h3>In figures</h3><dl><dt>Leads<dd>33,000</dl>") == {"In figures"}

    page = page_of("<dl><dt>Lead<dd>A first report that somebody makes.</dl>")
    assert [kind for kind, _ in shown(page)] == ["list_item", "list_item"]


def test_a_table_that_lays_out_the_page_is_no_table() -> None:
    page = page_of(f"<table><tr><td>Menu<td><h2>News</h2><p>Text.</p><table>{SMALL}</table>")
    assert shown(page)[:3] == [("paragraph", "Menu"), ("heading", "News"), ("paragraph", "Text.")]
    assert rows(page) == [[("North", ("Region",)), ("351", ("2025",))]]


@pytest.mark.parametrize(("mark", "shown_as"), [("a", "⁽ᵃ⁾"), ("[1]", "⁽¹⁾"), ("2", "²"), ("st", "st")])
def test_a_raised_letter_is_a_mark_and_no_part_of_a_word(mark: str, shown_as: str) -> None:
    assert page_of(f"<p>In all 33,000<sup>{mark}</sup> came.</p>").text == f"In all 33,000{shown_as} came."


def test_what_surrounds_a_saved_article_is_dropped() -> None:
    words = "Referrals rose again. " * 20
    page = page_of(
        "<body><div id='onetrust-consent-sdk' class='cookie-consent'><p>We use cookies</p><button>Accept</button></div>"
        "<div class='site-header'><a href='/'>Home</a></div><ul class='breadcrumb'><li>News</ul>"
        f"<div id='content'><h1>Spring bulletin</h1><div class='social-share'><a>Share</a></div><p>{words}</p>"
        f"<table>{SMALL}<div class='related-links'><h2>Related</h2><a>Another story</a></div></div>"
        "<div role='contentinfo'>Terms</div></body>"
    )
    assert shown(page) == [
        ("heading", "Spring bulletin"),
        ("paragraph", words.strip()),
        ("furniture", "Region | 2025"),
        ("table_row", "North | 351"),
    ]
