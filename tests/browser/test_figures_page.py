"""The page of figures as somebody uses it, in a real browser."""

from collections.abc import Iterator
from typing import Any

import pytest
import shelves
from conftest import running, watched

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def served_small(small_library: Any) -> Iterator[str]:
    """The address of a server over the made-up trust's reports."""
    from rag.ask import as_json
    from ui.server import create_app

    with running(create_app(small_library, to_json=as_json, today=lambda: shelves.TODAY)) as address:
        yield address


@pytest.mark.parametrize("width", [1280, 390])
def test_a_measure_is_asked_for_and_a_cell_leads_to_its_mark(chromium: Any, served_small: str, width: int) -> None:
    with watched(chromium, served_small, viewport={"width": width, "height": 844}) as page:
        page.get_by_role("navigation", name="Main").get_by_role("link", name="Figures").click()
        field = page.get_by_role("textbox", name="What is counted?")
        field.fill("enquiries")
        field.press("Enter")
        grid = page.get_by_role("group", name="By year")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        grid.get_by_role("link", name="871, 2025, North East. Harbour Trust annual report 2025, page 1").click()
        assert page.locator("#cited").inner_text() == "871"
        assert page.locator("#cited").is_visible() and page.url.endswith("#cited")


def test_a_grid_opens_at_its_newest_period_with_its_parts_in_sight(chromium: Any, served_sample: str) -> None:
    with watched(chromium, served_sample, viewport={"width": 390, "height": 844}) as page:
        page.goto("/figures?measure=referrals")
        grid = page.get_by_role("group", name="By month")
        box = grid.bounding_box()
        newest = grid.get_by_role("columnheader").last.bounding_box()
        part = grid.get_by_role("rowheader", name="North East").bounding_box()
        assert newest["x"] + newest["width"] <= box["x"] + box["width"] + 1
        assert box["x"] <= part["x"] and part["x"] + part["width"] < newest["x"]
