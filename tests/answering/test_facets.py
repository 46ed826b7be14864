"""The parts that a library divides its figures into are read from its own tables."""

from __future__ import annotations

import pytest

from rag.answering.facets import Facets, narrowing, unasked
from rag.language.tokens import content_stem_set
from rag.passages import split
from rag.reading.text.plain import read_markdown
from rag.types import Report

TABLE = """Table 1: Enquiries by region, 2025

| Region | 2024 | 2025 | By phone |
| --- | --- | --- | --- |
| North | 1,204 | 1,310 | 12 |
| North East | 842 | 871 | 13 |
| All regions | 2,046 | 2,181 | 25 |
| March | 1 | 2 | 3 |
"""


@pytest.fixture(scope="module")
def facets() -> Facets:
    reading = read_markdown(TABLE.encode(), "table.md")
    report = Report("table-1", "abc", "table.md", "main", reading.title, reading.kind, 1, None, None)
    return Facets(statement for passage in split(reading, report) for statement in passage.statements)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("How many enquiries in the North?", ["North"]),
        ("How many enquiries in the North East?", ["North East"]),
        ("enquiries in the north east and in the North", ["North East", "North"]),
        ("How many came by phone?", ["phone"]),
        ("How many in all regions in March 2025?", []),
        ("How many in the West?", []),
    ],
)
def test_the_longest_label_at_each_place_is_named(facets: Facets, text: str, named: list[str]) -> None:
    assert facets.named(text) == {narrowing(label) for label in named}


def test_a_label_gives_way_to_one_of_its_own_table(facets: Facets) -> None:
    north, north_east = {narrowing("North")}, {narrowing("North East")}

    assert facets.replaced(north, north_east) == north
    assert facets.replaced(north, {("elsewher",)}) == set()


@pytest.mark.parametrize("label", ["Total", "All regions", "Number (per cent)", "2025", "March", ""])
def test_totals_and_times_narrow_nothing(label: str) -> None:
    assert narrowing(label) == ()


def test_north_is_unasked_where_north_east_is_asked() -> None:
    north, north_east = narrowing("North"), narrowing("North East")
    asked = content_stem_set("enquiries in the North East")

    assert unasked(north, asked, {north_east}) == north
    assert unasked(north_east, asked, {north_east}) == ()
    assert unasked(narrowing("South"), asked, {north_east}) == narrowing("South")
