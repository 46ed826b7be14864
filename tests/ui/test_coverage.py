"""The page of figures: what is known of a measure as HTML, and the same over HTTP."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import shelves
from fastapi.testclient import TestClient

from rag.library import Library
from rag.measuring.coverage import Coverage, Gap, Part, Slot, Source, Told
from rag.types import Period
from ui.coverage import figures_link, figures_page, refused
from ui.server import create_app

QUOTE = "Referrals received | 3,556 | 3,801"


def year(number: int) -> Period:
    return Period(date(number, 1, 1), date(number + 1, 1, 1), str(number))


def month(number: int, of: int = 2025) -> Period:
    start = date(of, number, 1)
    return Period(start, date(of + number // 12, number % 12 + 1, 1), f"{start:%B %Y}")


def source(title: str = "Annual report", report: str = "annual.pdf", **changed: Any) -> Source:
    given: dict[str, Any] = {
        "report": report,
        "collection": "main",
        "title": title,
        "kind": "PDF",
        "published": date(2026, 6, 12),
        "page": 8,
        "label": "",
        "start": 100,
        "end": 134,
        "quote": QUOTE,
        "statement_id": "annual@1:p8:s1",
        "figure_start": 121,
        "figure_end": 126,
        "counts": "Referrals received · 2022",
        "heading": "",
    }
    given |= changed
    return Source(cell=" | " in given["quote"], **given)


def told(value: float, standing: Any = "", **changed: Any) -> Told:
    return Told(value, changed.pop("qualifier", ""), standing, (source(**changed),))


def part(*slots: Slot, label: str = "all", scope: str = "", unit: str = "") -> Part:
    return Part(label, scope, unit, slots)


def covering(*parts: Part, gaps: tuple[Gap, ...] = (), **changed: Any) -> Coverage:
    given: dict[str, Any] = {
        "undated": (),
        "near": (),
        "reaches": Period(date(2022, 1, 1), date(2026, 1, 1), "2022–2025"),
    }
    return Coverage("referrals", None, parts, gaps, **given | changed)


def cells(page: str, label: str) -> list[str]:
    """What a screen reader tells of a row: of each cell its link's name, or its words."""
    row = re.search(rf'<th scope="row">(?:<bdi>)?{label}.*?</tr>', page)
    assert row, page
    found = re.findall(r"<td[^>]*>(.*?)</td>", row[0])
    return [(re.findall(r'aria-label="(.*?)"', each) or re.findall(r">([^<>]+)<", each))[0] for each in found]


# --- one cell ---------------------------------------------------------------------------------------------------------


def test_a_figure_of_a_row_links_to_its_own_cell_in_the_reader() -> None:
    page = figures_page(covering(part(Slot(year(2022), "year", (told(3556),)))))
    assert '<a href="/read/annual.pdf?page=8&amp;at=121-126#cited"' in page


def test_a_figure_of_a_sentence_links_to_the_whole_statement() -> None:
    page = figures_page(covering(part(Slot(year(2022), "year", (told(3556, quote="It received 3,556."),)))))
    assert '<a href="/read/annual.pdf?page=8&amp;at=100-134#cited"' in page


@pytest.mark.parametrize(
    ("unit", "qualifier", "name", "cell"),
    [
        ("", "", "3,556", "3,556"),
        ("GBP", "nearly", "nearly £3,556", "~3,556"),
        ("%", "more than", "more than 3,556%", "&gt;3,556"),
        ("working days", "", "3,556 working days", "3,556"),
    ],
)
def test_a_figure_tells_its_value_period_report_and_page(unit: str, qualifier: str, name: str, cell: str) -> None:
    slot = Slot(year(2022), "year", (told(3556, qualifier=qualifier),))
    page = figures_page(covering(part(slot, label="North East", unit=unit)))
    assert cells(page, "North East") == [f"{name}, 2022, North East. Annual report, page 8"]
    assert f">{cell}</a>" in page and f'title="{name}, 2022' in page


def test_marks_are_told_in_words_as_well_and_only_those_used_are_in_the_legend() -> None:
    page = figures_page(covering(part(Slot(year(2022), "year", (told(3556, "provisional"),)))))
    assert cells(page, "all") == ["3,556 (provisional), 2022. Annual report, page 8"]
    assert '<i class="sign">p</i>' in page and "</span> provisional</li>" in page
    assert "</span> target</li>" not in page and "</span> no figure</li>" not in page


def test_a_gap_is_drawn_and_spoken() -> None:
    known = part(Slot(year(2022), "year", (told(3556),)), Slot(year(2024), "year", (told(4046),)))
    page = figures_page(covering(known, gaps=(Gap("year", year(2023), "all"),)))
    assert [each[:9] for each in cells(page, "all")] == ["3,556, 20", "no figure", "4,046, 20"]
    assert '<td class="gap"><span class="unseen">no figure</span></td>' in page
    assert "No figure for 2023." in page and "</span> no figure</li>" in page


# --- the grids --------------------------------------------------------------------------------------------------------


def test_targets_stand_in_a_row_of_their_own() -> None:
    page = figures_page(covering(part(Slot(year(2022), "year", (told(3556), told(3600, "target"))))))
    assert cells(page, "all") == ["3,556, 2022. Annual report, page 8"]
    assert "3,600 (target), 2022. Annual report, page 8" in page
    assert '<span class="unseen"><bdi>all</bdi>, </span>target</th>' in page


def test_parts_stand_under_what_their_tables_call_them() -> None:
    slot = Slot(year(2022), "year", (told(3556),))
    page = figures_page(covering(part(slot), part(slot, label="North", scope="Region")))
    assert page.index(">all<") < page.index('<th scope="rowgroup"><bdi>Region</bdi></th>') < page.index(">North<")


def test_months_stand_under_their_years() -> None:
    slots = [Slot(month(number, of), "month", (told(310),)) for of in (2024, 2025) for number in (11, 12)]
    page = figures_page(covering(part(*slots)))
    assert re.findall(r'scope="colgroup" colspan="2"[^>]*><span>(\d+)<', page) == ["2024", "2025"]
    assert re.findall(r'<th scope="col"[^>]*>(\w{3})</th>', page) == ["Nov", "Dec", "Nov", "Dec"]


def test_each_kind_of_period_has_a_grid_and_odd_ones_stand_down() -> None:
    half = Period(date(2025, 1, 1), date(2025, 7, 1), "H1 2025")
    page = figures_page(covering(part(Slot(year(2022), "year", (told(3556),)), Slot(half, "other", (told(2176),)))))
    assert re.findall(r'<h2 id="by-[a-z]+">([^<]+)', page) == ["By year", "Other periods"]
    assert cells(page, "H1 2025") == ["2,176, H1 2025. Annual report, page 8"]


def test_a_unit_that_all_share_is_told_once_and_others_beside_their_part() -> None:
    slot = Slot(year(2022), "year", (told(12),))
    assert 'By year <span class="dim"><bdi>£</bdi></span>' in figures_page(covering(part(slot, unit="GBP")))
    both = figures_page(covering(part(slot, unit="GBP"), part(slot, label="Waiting", unit="days")))
    assert "<bdi>all</bdi> (<bdi>£</bdi>)" in both and "<bdi>Waiting</bdi> (<bdi>days</bdi>)" in both


# --- beneath them -----------------------------------------------------------------------------------------------------


def test_disagreeing_values_are_listed_with_both_sources() -> None:
    apart = (told(4212), told(4320, title="Record demand", report="press.html", page=1))
    page = figures_page(covering(part(Slot(year(2025), "year", apart))))
    assert cells(page, "all") == ["4,212 (sources disagree), 2025. Annual report, page 8"]
    below = page[page.index('id="apart"') :]
    assert '<a href="#apart">Sources disagree</a>' in page
    assert below.index("4,212") < below.index("4,320")
    assert "<bdi>Annual report, page 8</bdi>" in below and "<bdi>Record demand, page 1</bdi>" in below
    assert '<a href="/read/press.html?page=1' in below


def test_sources_are_numbered_in_order_of_use_and_their_pages_linked() -> None:
    slots = [
        Slot(year(2022), "year", (told(3556),)),
        Slot(year(2023), "year", (told(3801, title="Bulletin", report="bulletin.md", page=2),)),
        Slot(year(2024), "year", (told(4046, page=9),)),
    ]
    page = figures_page(covering(part(*slots)))
    assert re.findall(r'class="n">(\d+)<', page[page.index("<table") :]) == ["1", "2", "1"]
    listed = page[page.index('id="sources"') :]
    assert listed.index("Annual report") < listed.index("page=8") < listed.index("page=9") < listed.index("Bulletin")


def test_figures_without_a_period_are_told_with_their_statements() -> None:
    page = figures_page(covering(undated=(told(17, quote="There were 17 complaints."),), reaches=None))
    assert "Without a period" in page and "There were 17 complaints." in page and "<table" not in page


def test_whatever_reports_hold_is_escaped_and_its_direction_kept() -> None:
    hostile = shelves.HOSTILE
    slot = Slot(year(2025), "year", (told(1, title=hostile, report='a"><b>.md', quote=hostile), told(2, title=hostile)))
    coverage = covering(
        part(slot, label=hostile, scope=hostile, unit=hostile),
        gaps=(Gap("year", year(2024), hostile),),
        undated=(told(3, title=hostile, quote=hostile),),
        near=(hostile,),
    )
    pages = [
        figures_page(coverage, hostile),
        figures_page(covering(near=(hostile,))),
        figures_page(covering(), empty=hostile),
        refused(hostile, hostile, hostile),
    ]
    for page in pages:
        assert "<script" not in page and "<img" not in page and "<b>.md" not in page and "\u202e" not in page
        assert not re.search(r"<[^>]*\son\w+=", re.sub(r'"[^"]*"', '""', page))


# --- nothing known ----------------------------------------------------------------------------------------------------


def test_an_unknown_measure_is_said_to_be_so_and_near_ones_are_links() -> None:
    page = figures_page(covering(near=("contacts", "active volunteers"), reaches=None))
    assert "No figure in these reports counts “<bdi>referrals</bdi>”." in page
    assert 'href="/figures?measure=active+volunteers"' in page and "<table" not in page


def test_a_period_without_figures_names_those_that_have_some() -> None:
    found = Coverage("referrals", year(2030), (), (), (), (), year(2022))
    page = figures_page(found, "2030")
    assert "in <bdi>2030</bdi> in these reports; they have some for <bdi>2022</bdi>." in page
    assert f'href="{figures_link("referrals")}"' in page


# --- over HTTP --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def client(small_library: Library) -> Iterator[TestClient]:
    app = create_app(small_library, to_json=shelves.as_json, today=lambda: shelves.TODAY)
    with TestClient(app, base_url="http://127.0.0.1:7860") as client:
        yield client


def test_a_measure_is_told_by_part_and_period_with_links_that_mark_it(client: TestClient) -> None:
    page = client.get("/figures", params={"measure": "enquiries"}).text
    assert [each.split(",", 1)[0] for each in cells(page, "North East")] == ["801", "842", "871"]
    links = re.findall(r'<a href="(/read/[^"#]+)#cited" title="871', page)
    assert '<mark id="cited">871</mark>' in client.get(links[0].replace("&amp;", "&")).text


def test_a_period_narrows_the_page_and_is_counted_from_today(client: TestClient) -> None:
    page = client.get("/figures", params={"measure": "enquiries", "period": "last year"}).text
    assert len(cells(page, "North East")) == 1 and 'value="last year"' in page


def test_without_a_measure_the_most_counted_are_offered(client: TestClient) -> None:
    page = client.get("/figures").text
    assert 'href="/figures?measure=enquiries"' in page and "<table" not in page


def test_a_period_that_is_none_is_a_sentence_beside_the_form(client: TestClient) -> None:
    response = client.get("/figures", params={"measure": "enquiries", "period": "<soon>"})
    assert response.status_code == 400 and "&lt;soon&gt;&#34; is not a period" in response.text
    assert 'value="enquiries"' in response.text


def test_a_measure_beyond_the_limit_is_a_sentence(client: TestClient) -> None:
    response = client.get("/figures", params={"measure": "x" * 500})
    assert response.status_code == 422 and "measure:" in response.text


def test_the_page_is_as_guarded_as_the_others_and_may_send_its_form_here(client: TestClient) -> None:
    response = client.get("/figures")
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "form-action 'self'" in policy and "frame-ancestors 'none'" in policy
    assert client.get("/figures", headers={"Host": "rebound.example"}).status_code == 421
    assert client.post("/figures", headers={"Origin": "https://elsewhere.example"}).status_code == 403


def test_every_page_leads_to_the_figures(client: TestClient) -> None:
    for path in ("/figures", "/library", "/read/guidance.txt", "/read/nothing.pdf"):
        assert re.search(r'>Ask</a><a href="/figures"[^>]*>Figures</a><a href="/library"', client.get(path).text)
    assert 'href=\\"/figures\\"' in client.get("/").text or 'href="/figures"' in client.get("/").text
