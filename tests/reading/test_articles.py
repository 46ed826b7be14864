from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from rag.errors import UnreadableReport
from rag.reading.limits import Limits
from rag.reading.text.articles import read_json, read_json_lines
from rag.types import Published, Reading
from reading.samples import rows, shown, spans_hold, texts


def read(value: Any, name: str = "a.json", limits: Limits | None = None) -> Reading:
    """The reading of a value, or of JSON as it is written, its spans checked."""
    text = value if isinstance(value, str) else json.dumps(value)
    reading = read_json(text.encode("utf-8", "surrogatepass"), name, limits or Limits())
    assert all(map(spans_hold, reading.pages))
    return reading


def field(day: date) -> Published:
    return Published(day, "JSON field")


# --- articles ---------------------------------------------------------------------------------------------------------


def test_an_article_has_its_title_text_and_date() -> None:
    reading = read(
        {"Headline": "Referrals in 2025", "datePublished": "2026-06-12T08:00:00Z", "body": "They rose.\n\nAgain."}
    )
    assert shown(reading.pages[0]) == [
        ("heading", "Referrals in 2025"),
        ("paragraph", "They rose."),
        ("paragraph", "Again."),
    ]
    assert (reading.kind, reading.title, reading.published) == (
        "Article",
        "Referrals in 2025",
        field(date(2026, 6, 12)),
    )
    assert (reading.pages[0].label, reading.pages[0].published) == ("", None)
    assert reading.covers is not None and reading.covers.label == "2025"


@pytest.mark.parametrize(
    ("body", "blocks"),
    [
        ("<p>They <b>rose</b>.</p><ul><li>North</ul>", [("paragraph", "They rose."), ("list_item", "North")]),
        ("&lt;p&gt;They rose.&lt;/p&gt;", [("paragraph", "They rose.")]),
        ("## Regions\n\n- **North** rose\n", [("heading", "Regions"), ("list_item", "**North** rose")]),
        ("They rose, R&amp;D too.", [("paragraph", "They rose, R&D too.")]),
        ("<h1>Referrals</h1><p>They rose.", [("paragraph", "They rose.")]),
        (["They rose.", "Again."], [("paragraph", "They rose."), ("paragraph", "Again.")]),
        ({"rendered": "<p>They rose."}, [("paragraph", "They rose.")]),
        ([{"type": "paragraph", "text": "They rose."}], [("paragraph", "They rose.")]),
    ],
)
def test_a_text_may_be_html_markdown_plain_or_in_pieces(body: Any, blocks: list[tuple[str, str]]) -> None:
    assert shown(read({"title": "Referrals", "content": body}).pages[0]) == [("heading", "Referrals"), *blocks]


def test_a_table_in_an_articles_html_keeps_its_headers() -> None:
    body = "<table><tr><th>Region<th>2025</tr><tr><td>North<td>836</tr></table>"
    assert rows(read({"title": "a", "html": body}).pages[0]) == [[("North", ("Region",)), ("836", ("2025",))]]


def test_a_summary_is_kept_unless_the_text_begins_with_it() -> None:
    item = {"title": "Referrals", "body": "They rose by 166. More came."}
    assert texts(read({**item, "summary": "They rose by 166 …"}).pages[0], "paragraph") == [item["body"]]
    assert texts(read({**item, "summary": "A record."}).pages[0], "paragraph") == ["A record.", item["body"]]


FEED = {
    "version": "https://jsonfeed.org/version/1.1",
    "title": "Partnership News",
    "description": "All that is new with us",
    "items": [
        {"id": "2", "title": "More came", "content_html": "<p>In all 4,212.", "date_published": "2026-06-12"},
        {"id": "1", "content_text": "The office is open.", "url": "https://x", "date_published": "2026-08-11"},
        {"id": "0", "title": "Nothing to say"},
    ],
}


def test_each_article_of_a_feed_is_a_page_with_its_own_date() -> None:
    reading = read(FEED)
    assert [(page.number, page.label, page.published) for page in reading.pages] == [
        (1, "More came", field(date(2026, 6, 12))),
        (2, "", field(date(2026, 8, 11))),
    ]
    assert (reading.kind, reading.title, reading.published) == (
        "Articles",
        "Partnership News",
        field(date(2026, 8, 11)),
    )
    assert reading.notes == ("1 of 3 items hold no text and were left out.",)
    assert [block.level for block in reading.pages[0].blocks] == [1, 0]


@pytest.mark.parametrize(
    "wrap",
    [
        lambda items: items,
        lambda items: {"status": "ok", "Articles": items},
        lambda items: {"response": {"results": items}},
        lambda items: {"hits": {"total": 2, "hits": [{"_id": 1, "_source": item} for item in items]}},
        lambda items: {"query": {"pages": {str(i): item for i, item in enumerate(items)}}},
        lambda items: {"@graph": items},
    ],
)
def test_lists_of_articles_are_found_where_they_usually_are(wrap: Any) -> None:
    items = [{"title": f"Part {n}", "text": "Referrals rose."} for n in (1, 2)]
    assert [page.label for page in read(wrap(items)).pages] == ["Part 1", "Part 2"]


def test_posts_as_wordpress_gives_them() -> None:
    post = {
        "id": 7,
        "date": "2026-05-19T14:22:00",
        "link": "https://tarnside.example/?p=7",
        "title": {"rendered": "Schools &#8211; 986 referrals"},
        "content": {"rendered": "<p>There were 986.</p>", "protected": False},
        "excerpt": {"rendered": "<p>There were 986 [&hellip;]</p>"},
    }
    (page,) = read([post]).pages
    assert shown(page) == [("heading", "Schools – 986 referrals"), ("paragraph", "There were 986.")]


@pytest.mark.parametrize(
    ("fields", "day"),
    [
        ({"date": 1779200520}, date(2026, 5, 19)),
        ({"timestamp": "1779200520000"}, date(2026, 5, 19)),
        ({"pubDate": "Tue, 19 May 2026 14:22:00 +0100"}, date(2026, 5, 19)),
        ({"dc:date": "19 May 2026"}, date(2026, 5, 19)),
        ({"date": 20260519}, date(2026, 5, 19)),
        ({"published_at": {"$date": "2026-05-19T00:00:00Z"}}, date(2026, 5, 19)),
        ({"created": "2020-01-01", "published": "2026-05-19"}, date(2026, 5, 19)),
        ({"published": True, "created": "2026-05-19"}, date(2026, 5, 19)),
    ],
)
def test_dates_are_understood_as_feeds_write_them(fields: dict[str, Any], day: date) -> None:
    assert read({"title": "a", "text": "Referrals rose.", **fields}).published == field(day)


def test_a_year_alone_is_no_date_of_publication() -> None:
    assert read({"title": "a", "text": "Referrals rose.", "date": 2025}).published is None


def test_many_articles_are_read_up_to_the_limit() -> None:
    items = [{"title": str(n), "text": "Referrals rose."} for n in range(5)]
    reading = read(items, limits=Limits(pages=2))
    assert len(reading.pages) == 2
    assert reading.notes == ("Only the first 2 of 5 articles were read (setting reader_pages).",)


# --- records, tables and outlines -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [
        [{"Region": "North", "2024": 836, "wait_days": 17.80}, {"Region": "South", "2024": 512}],
        {"columns": ["Region", "2024", "wait days"], "rows": [["North", 836, 17.80], ["South", 512, None]]},
        {
            "fields": [{"name": "Region"}, {"name": "2024"}, {"name": "wait days"}],
            "data": [["North", 836, 17.80], ["South", 512, None]],
        },
        [["Region", "2024", "wait days"], ["North", 836, 17.80], ["South", 512, None]],
        {"Region": ["North", "South"], "2024": [836, 512], "wait_days": [17.80, None]},
    ],
)  # fmt: skip
def test_records_are_a_table_with_their_keys_as_headers(value: Any) -> None:
    text = json.dumps(value).replace("17.8", "17.80")
    reading = read(text, "referrals-by-region.json")
    assert rows(reading.pages[0]) == [
        [("North", ("Region",)), ("836", ("2024",)), ("17.80", ("wait days",))],
        [("South", ("Region",)), ("512", ("2024",))],
    ]
    assert (reading.kind, reading.title) == ("JSON data", "Referrals by region")
    assert reading.pages[0].blocks[-1].caption == "Referrals by region"


def test_a_table_is_captioned_by_the_title_and_unit_beside_it() -> None:
    value = {"title": "Referrals by region", "unit": "households", "data": [{"Region": "North", "2025": 704}]}
    reading = read(value)
    assert shown(reading.pages[0])[:2] == [("heading", "Referrals by region"), ("list_item", "unit: households")]
    assert reading.pages[0].blocks[-1].caption == "Referrals by region (households)"
    assert reading.title == "Referrals by region"


def test_objects_of_the_same_fields_are_rows_by_their_key() -> None:
    value = {"wait": {"North": {"median": 17.8, "mean": 19.2}, "South": {"median": 18.2}}}
    (page,) = read(value).pages
    assert rows(page) == [
        [("North", ()), ("17.8", ("median",)), ("19.2", ("mean",))],
        [("South", ()), ("18.2", ("median",))],
    ]
    assert page.blocks[-1].caption == "wait"


def test_other_json_is_an_outline_of_keys_and_values() -> None:
    value = {
        "service": {"wait": {"median": 17.8}, "open": True, "closed": None},
        "offices": [{"name": "Harrafell", "days": ["Monday", "Saturday"], "rooms": {"large": {"seats": 40}}}, 7],
    }
    assert texts(read(value).pages[0], "list_item") == [
        "service > wait > median: 17.8",
        "service > open: yes",
        "offices > Harrafell > name: Harrafell",
        "offices > Harrafell > days: Monday, Saturday",
        "offices > Harrafell > rooms > large > seats: 40",
        "offices > 2: 7",
    ]


def test_rows_and_lines_are_limited() -> None:
    with pytest.raises(UnreadableReport, match=r"^a\.json: more than 3 rows \(setting reader_rows\)$"):
        read([{"n": n} for n in range(4)], limits=Limits(rows=3))


# --- JSON as it comes -------------------------------------------------------------------------------------------------


def test_numbers_stay_as_they_are_written() -> None:
    text = f'{{"a": 1.50, "b": {"9" * 5000}, "c": NaN, "d": 1e400, "a": 2.50, "e": -Infinity}}'
    assert texts(read(text).pages[0], "list_item") == ["a: 2.50", f"b: {'9' * 5000}", "d: 1e400"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"a": 1,\n "b": }', "not JSON: expecting value in line 2, column 7"),
        ("[1, 2", "not JSON: expecting ',' delimiter in line 1, column 6"),
        ('{"a": 1} {"b": 2} x', "not JSON: extra data in line 1, column 10"),
        ("[" * 100_000, "the JSON is nested too deeply"),
        ('{"a":' * 3000 + "1" + "}" * 3000, "the JSON is nested too deeply"),
        ("{}", "the JSON holds no values"),
        ('{"title": "a", "body": "<img>"}', "no article of it holds text"),
    ],
)
def test_what_cannot_be_read_is_said_in_a_sentence(text: str, reason: str) -> None:
    with pytest.raises(UnreadableReport) as error:
        read(text)
    assert str(error.value) == f"a.json: {reason}"


def test_json_in_other_encodings_and_wrappings_is_read() -> None:
    text = '{"title": "Café", "text": "Referrals \\ud83d rose\\u0000."}'
    for content in (text.encode("utf-8-sig"), text.encode("utf-16"), f"callback({text});".encode()):
        (page,) = read_json(content, "a.json", Limits()).pages
        assert shown(page) == [("heading", "Café"), ("paragraph", "Referrals ? rose.")]


def test_lines_of_json_are_articles_and_a_bad_line_is_a_note() -> None:
    lines = ['{"title": "One", "text": "More came."}', "", "{bad", '{"title": "Two", "text": "Fewer went."}']
    reading = read_json_lines("\r\n".join(lines).encode(), "a.jsonl", Limits())
    assert [page.label for page in reading.pages] == ["One", "Two"]
    assert reading.notes == (
        "Line 3 is not JSON and was left out: expecting property name enclosed in double quotes in column 2.",
    )


def test_lines_of_records_are_one_table() -> None:
    reading = read_json_lines(
        b'{"Region": "North", "2025": 704}\n{"Region": "South", "2025": 498}\n', "a.jsonl", Limits()
    )
    assert rows(reading.pages[0])[1] == [("South", ("Region",)), ("498", ("2025",))]


def test_lines_in_a_json_file_and_one_value_in_a_lines_file_are_read() -> None:
    lines = b'{"Region": "North", "2025": 704}\n{"Region": "South", "2025": 498}\n'
    whole = json.dumps([json.loads(line) for line in lines.splitlines()], indent=1).encode()
    both = [read_json(lines, "a.json", Limits()), read_json_lines(whole, "a.jsonl", Limits())]
    assert [len(rows(reading.pages[0])) for reading in both] == [2, 2]


def test_a_file_without_a_line_of_json_is_refused() -> None:
    with pytest.raises(UnreadableReport, match=r"^a\.jsonl: not JSON: expecting value in line 1, column 1$"):
        read_json_lines(b"no\nmore\n", "a.jsonl", Limits())
