"""The chart of a trend as somebody uses it, in a real browser."""

from dataclasses import replace
from datetime import date

import pytest
import shelves
from conftest import running, watched

from rag.types import Answer, AnsweredFigure, CitedCell, Period

pytestmark = pytest.mark.browser

QUESTION = "How many referrals since 2022?"


def trend(_, asked):
    """Referrals of each year from the one named to 2025, cited from the row that holds the last four."""
    row, known = shelves.row_citation(), shelves.ROWS[2][1:]
    figures, sources = [], []
    for n, year in enumerate(range(int(asked.question.strip("?")[-4:]), 2026), 1):
        column = max(1, year - 2021)
        start = row.start + row.quote.index(known[column - 1])
        period = Period(date(year, 1, 1), date(year + 1, 1, 1), str(year))
        value = float(known[column - 1].replace(",", "")) - 150 * max(0, 2022 - year)
        figures.append(AnsweredFigure(value, "referrals", "", period, n, start, start + 5))
        sources.append(replace(row, n=n, cells=(CitedCell(column, start, start + 5),)))
    yield Answer(asked.question, "answered", "", citations=tuple(sources), figures=tuple(figures), as_of=asked.as_of)


@pytest.fixture(scope="module")
def served_trend(tmp_path_factory):
    from ui.server import create_app

    shelf = shelves.FakeShelf(tmp_path_factory.mktemp("files"))
    with running(create_app(shelf, to_json=shelves.as_json, ask=trend, today=lambda: shelves.TODAY)) as address:
        yield address


def ask(page, question):
    box = page.get_by_role("textbox", name="Question")
    box.fill(question)
    box.press("Enter")
    answer = page.locator("#t1[aria-busy=false]")
    answer.wait_for()
    return answer


@pytest.mark.parametrize("width", [1280, 390])
def test_a_trend_is_drawn_and_each_point_leads_to_its_evidence(chromium, served_trend, width):
    with watched(chromium, served_trend, viewport={"width": width, "height": 844}) as page:
        chart = ask(page, QUESTION).get_by_role("figure", name="Referrals by year")
        assert chart.get_by_role("img", name="Referrals by year").count() == 1  # the other layout is not there
        point = chart.get_by_role("link", name="2024: 4,046, footnote 3")
        point.click()
        card = page.locator("#t1-e3")
        assert card.get_attribute("aria-current") == "true" and card.is_visible()
        assert card.locator(".hit mark").inner_text() == "4,046"
        page.keyboard.press("Escape")
        assert point.evaluate("element => element === document.activeElement")
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_table_under_the_chart_opens_and_is_cited_as_well(chromium, served_trend):
    with watched(chromium, served_trend) as page:
        chart = ask(page, QUESTION).get_by_role("figure")
        table = chart.get_by_role("table")
        assert table.count() == 0
        chart.get_by_text("Show as a table").click()
        assert (
            table.locator("caption").inner_text().startswith("Referrals by year: from 3,556 in 2022 to 4,212 in 2025")
        )
        row = table.get_by_role("row", name="2023")
        assert "3,801" in row.inner_text()
        row.locator(".fn").click()
        assert page.locator("#t1-e2").get_attribute("aria-current") == "true"


@pytest.mark.parametrize("first", [2022, 2018, 2012])
@pytest.mark.parametrize("width", [1280, 700, 390, 320])
def test_no_labels_of_a_chart_touch(chromium, served_trend, width, first):
    overlap = """drawn => {
        const boxes = [...drawn.querySelectorAll("text")].map(each => each.getBoundingClientRect());
        return boxes.some((a, i) => boxes.slice(i + 1).some(b =>
            a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom));
    }"""
    with watched(chromium, served_trend, viewport={"width": width, "height": 844}) as page:
        ask(page, QUESTION.replace("2022", str(first)))
        drawn = page.locator(".trend svg").locator("visible=true")
        assert drawn.count() == 1 and not drawn.evaluate(overlap)
