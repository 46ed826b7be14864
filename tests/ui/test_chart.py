"""Which answers give a trend, and what is drawn of one."""

import math
import re
from dataclasses import replace
from datetime import date
from xml.etree import ElementTree

import pytest
import shelves
from hypothesis import given
from hypothesis import strategies as st

from rag.types import Answer, AnsweredFigure, CitedCell, Claim, Period, PeriodKind, Understood
from ui import render
from ui.chart import Gap, amount, in_words, series_of, svg

SVG = "{http://www.w3.org/2000/svg}"
REFERRALS = {2021: 3298, 2022: 3556, 2023: 3801, 2024: 4046, 2025: 4212}


def year(number):
    return Period(date(number, 1, 1), date(number + 1, 1, 1), str(number))


def month(number, in_year=2025):
    start = date(in_year, number, 1)
    return Period(start, date(in_year + number // 12, number % 12 + 1, 1), f"{start:%b %Y}")


def fiscal(number):
    start = date(number, 4, 1)
    return Period(start, date(number + 1, 4, 1), f"{number}/{(number + 1) % 100:02}", PeriodKind.FISCAL)


def answer(values, unit="referrals", qualifiers=None, **changes):
    """An answer with a figure for each period, each with a footnote of its own."""
    given = [(year(key) if isinstance(key, int) else key, value) for key, value in values.items()]
    figures = [
        AnsweredFigure(value, unit, (qualifiers or {}).get(period.label, ""), period, n)
        for n, (period, value) in enumerate(given, 1)
    ]
    sources = [replace(shelves.article_citation(n), title=f"Report {n}") for n in range(1, len(given) + 1)]
    return Answer("Referrals?", "answered", "", citations=tuple(sources), figures=tuple(figures), **changes)


def with_units(values, units):
    whole = answer(values)
    figures = [replace(figure, unit=unit) for figure, unit in zip(whole.figures, units, strict=True)]
    return replace(whole, figures=tuple(figures))


def drawings(series):
    """The drawings, as XML: one, or one for wide and one for narrow places."""
    return list(ElementTree.fromstring(f"<all>{svg(series)}</all>"))


def texts(drawing, name):
    return ["".join(each.itertext()) for each in drawing.iter(f"{SVG}text") if each.get("class") == name]


def bars(drawing):
    return [each for each in drawing.iter(f"{SVG}rect") if each.get("class") == "bar"]


def share(text):
    return float(text.rstrip("%"))


# --- which figures make a trend -------------------------------------------------------------------------------------


def test_one_figure_a_year_makes_a_trend_in_time_order():
    mixed = answer({2023: 3801, 2021: 3298, 2022: 3556})
    series = series_of(mixed)
    assert [(point.label, point.value, point.citation.n) for point in series.points] == [
        ("2021", 3298, 2),
        ("2022", 3556, 3),
        ("2023", 3801, 1),
    ]
    assert series.title == "Referrals by year"


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(answer({2024: 1, 2025: 2}), id="fewer than three"),
        pytest.param(with_units(dict.fromkeys((2023, 2024, 2025), 5), ("referrals", "%", "%")), id="a share"),
        pytest.param(with_units(dict.fromkeys((2023, 2024, 2025), 5), ("GBP", "GBP", "USD")), id="two currencies"),
        pytest.param(with_units(dict.fromkeys((2023, 2024, 2025), 5), ("", "GBP", "GBP")), id="money and a number"),
        pytest.param(with_units(dict.fromkeys((2023, 2024, 2025), 5), ("leads", "staff", "leads")), id="two nouns"),
        pytest.param(with_units(dict.fromkeys((2023, 2024, 2025), 5), ("days", "days", "weeks")), id="days and weeks"),
        pytest.param(answer({2023: 1, 2024: 2, month(3): 3}), id="years and a month"),
        pytest.param(answer({2023: 1, 2024: 2, fiscal(2025): 3}), id="years and a financial year"),
        pytest.param(answer({2023: 1, 2024: 2, year(2025): math.nan}), id="no number"),
        pytest.param(replace(answer(REFERRALS), status="not_found"), id="not found"),
        pytest.param(replace(answer(REFERRALS), citations=()), id="nothing cited"),
        pytest.param(shelves.figure_answer(), id="a figure and its share"),
    ],
)
def test_what_is_not_of_one_kind_is_no_trend(other):
    assert series_of(other) is None


def test_periods_that_overlap_or_begin_out_of_step_are_no_trend():
    begins = [date(2022, 1, 1), date(2023, 6, 1), date(2024, 6, 1)]
    astray = {Period(day, day.replace(year=day.year + 1), str(day)): 5 for day in begins}
    begins = [date(2024, 1, 1), date(2024, 4, 1), date(2024, 7, 1)]
    rolling = {Period(day, day.replace(year=2025), str(day), PeriodKind.ROLLING): 5 for day in begins}
    assert series_of(answer(astray)) is None and series_of(answer(rolling)) is None
    threes = {
        Period(date(first, 1, 1), date(first + 3, 1, 1), f"{first} to {first + 2}"): 5 for first in (2019, 2020, 2021)
    }
    assert series_of(answer(threes)) is None


def test_periods_counted_in_another_way_are_kept_apart_though_their_days_fit():
    other = replace(year(2025), label="12 months to December 2025", kind=PeriodKind.ROLLING)
    assert series_of(answer({2023: 1, 2024: 2, other: 3})) is None


def test_two_values_for_one_year_are_not_chosen_between():
    twice = answer(REFERRALS)
    again = replace(twice.figures[0], citation=2)
    assert len(series_of(replace(twice, figures=(*twice.figures, again))).points) == 5
    assert series_of(replace(twice, figures=(*twice.figures, replace(again, value=3300)))) is None


def test_a_bare_number_in_a_cell_stands_beside_the_noun_it_counts():
    series = series_of(with_units({2023: 1, 2024: 2, 2025: 3}, ("referrals", "", "referrals received")))
    assert series.unit == "referrals" and len(series.points) == 3


def test_a_missing_year_keeps_its_place_and_many_share_one():
    series = series_of(answer({2001: 5, 2012: 6, 2014: 7}))
    assert [place.label for place in series.places] == ["2001", "2002 – 2011", "2012", "2013", "2014"]
    assert [isinstance(place, Gap) for place in series.places] == [False, True, False, True, False]


def test_months_and_financial_years_are_counted_as_they_are_called():
    months = series_of(answer({month(number): number for number in (1, 2, 3, 5)}))
    years = series_of(answer({fiscal(number): number for number in (2020, 2021, 2023)}))
    assert [place.label for place in months.places] == ["Jan 2025", "Feb 2025", "Mar 2025", "Apr 2025", "May 2025"]
    assert [place.label for place in years.places] == ["2020/21", "2021/22", "2022/23", "2023/24"]
    assert (months.title, years.title) == ("Referrals by month", "Referrals by financial year")


def test_a_label_that_needs_context_is_written_as_a_date():
    last = replace(year(2025), label="last year")
    assert series_of(answer({2023: 1, 2024: 2, last: 3})).points[-1].label == "2025"


def test_the_name_is_what_the_cited_cells_stand_under_or_what_was_asked():
    row = shelves.row_citation()
    at = [(column, row.start + row.quote.index(value)) for column, value in enumerate(shelves.ROWS[2])][1:]
    cells = tuple(CitedCell(column, start, start + 5) for column, start in at)
    figures = [AnsweredFigure(5, "%", "", year(2021 + column), 1, start, start + 5) for column, start in at]
    whole = Answer("?", "answered", "", citations=(replace(row, cells=cells),), figures=tuple(figures))
    assert series_of(whole).title == "Referrals received by year"
    asked = answer(REFERRALS, "%", understood=Understood("?", None, about="What is the answer rate?"))
    assert series_of(asked).title == "Answer rate by year"
    assert series_of(answer(REFERRALS, "%")).title == "Per cent by year"
    change = answer(REFERRALS, "GBP", understood=Understood("?", None, about="change in the budget"))
    assert series_of(change).title == "Amount by year"


# --- in words -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "unit", "written"),
    [
        (1234567, "referrals", "1,234,567"),
        (17.8, "working days", "17.8"),
        (-3, "", "−3"),
        (12.5, "%", "12.5%"),
        (-4.2, "%", "−4.2%"),
        (3220000, "GBP", "£3.22 million"),
        (1234567, "GBP", "£1,234,567"),
        (-950.5, "EUR", "−€950.50"),
        (2.5e9, "CHF", "CHF 2.5 billion"),
        (12, "pence", "12"),
        (0.1 + 0.2, "", "0.3"),
        (12345678901234, "", "12,345,678,901,234"),
    ],
)
def test_amounts_are_written_as_people_write_them(value, unit, written):
    assert amount(value, unit) == written


def test_the_trend_is_said_in_a_sentence():
    series = series_of(answer({2019: 3412, 2020: 2874, 2025: 4212, 2023: 3801}, qualifiers={"2025": "more than"}))
    assert in_words(series) == (
        "Referrals by year: from 3,412 in 2019 to more than 4,212 in 2025; highest more than 4,212 in 2025; "
        "lowest 2,874 in 2020; no figure for 2021, 2022, 2024."
    )
    assert in_words(series_of(answer({2023: 5, 2024: 5, 2025: 5}))) == (
        "Referrals by year: 5 throughout, from 2023 to 2025."
    )


# --- the picture ----------------------------------------------------------------------------------------------------


def test_the_image_has_a_name_and_says_its_trend():
    for drawing in drawings(series_of(answer(REFERRALS))):
        image = drawing.find(f"{SVG}g[@role='img']")
        names = {each.get("id"): each.text for each in image if each.get("id")}
        assert names[image.get("aria-labelledby")] == "Referrals by year"
        assert names[image.get("aria-describedby")].startswith("Referrals by year: from 3,298 in 2021 to 4,212 in 2025")
        assert image.find(f".//{SVG}a") is None  # what is inside an image is not heard


def test_each_point_is_a_link_to_its_footnotes_card():
    series = series_of(answer(REFERRALS))
    [drawing, *_] = drawings(series)
    links = list(drawing.iter(f"{SVG}a"))
    assert [link.get("href") for link in links] == [f"#t1-e{n}" for n in range(1, 6)]
    assert links[0].get("aria-label") == "2021: 3,298, footnote 1: Report 1"
    assert texts(drawing, "value") == ["3,2981", "3,5562", "3,8013", "4,0464", "4,2125"]
    assert 'href="#t7-e1"' in svg(series, 7)


def test_columns_stand_on_zero_and_are_as_tall_as_their_values():
    [drawing, *_] = drawings(series_of(answer({2023: 100, 2024: 200, 2025: 50})))
    tall = [float(bar.get("height")) for bar in bars(drawing)]
    feet = {float(bar.get("y")) + height for bar, height in zip(bars(drawing), tall, strict=True)}
    assert tall[1] == pytest.approx(2 * tall[0]) and tall[0] == pytest.approx(2 * tall[2])
    assert feet == {float(drawing.find(f".//{SVG}line").get("y1"))}


def test_negative_values_hang_below_zero():
    [drawing, *_] = drawings(series_of(answer({2023: -100, 2024: 200, 2025: -50}, "GBP")))
    zero = float(drawing.find(f".//{SVG}line").get("y1"))
    below = [float(bar.get("y")) >= zero for bar in bars(drawing)]
    assert below == [True, False, True]
    assert texts(drawing, "value")[0] == "−£1001"


def test_a_gap_is_named_and_nothing_is_drawn_in_it():
    [drawing, *_] = drawings(series_of(answer({2021: 1, 2022: 2, 2024: 3})))
    assert texts(drawing, "none") == ["2023", "no figure"] and len(bars(drawing)) == 3


def test_qualifiers_are_kept():
    for drawing in drawings(series_of(answer(REFERRALS, qualifiers={"2025": "more than"}))):
        assert "more than" in " ".join(drawing.itertext())
        assert drawing[-1].get("aria-label").startswith("2025: more than 4,212,")


def test_labels_that_would_collide_stand_in_rows():
    few, many = answer({2023: 1, 2024: 2, 2025: 3}), answer({month(number): 10**9 for number in range(1, 13)})
    layouts = [
        [drawing.get("class") for drawing in drawings(series_of(each))] for each in (few, answer(REFERRALS), many)
    ]
    assert layouts[0] == ["columns"] and layouts[2] == ["rows"]
    assert all(re.fullmatch("columns|(columns from|rows below)-[0-9]+", layout) for layout in layouts[1])


def test_a_figure_that_does_not_fit_beside_its_period_stands_under_it():
    longer = [
        replace(fiscal(number), label=f"1 April {number} to 31 March {number + 1}") for number in (2022, 2023, 2024)
    ]
    [rows] = drawings(series_of(answer(dict.fromkeys(longer, 2_450_001), "GBP")))
    at = {each.get("class"): float(each.get("y")) for each in rows.iter(f"{SVG}text")}
    assert rows.get("class") == "rows" and at["value"] > at["when"] + 13


@given(st.lists(st.floats(-1e12, 1e12), min_size=3, max_size=9), st.sampled_from(("", "%", "GBP", "days")))
def test_whatever_the_values_all_is_drawn_inside_the_picture(values, unit):
    series = series_of(answer({2000 + n: value for n, value in enumerate(values)}, unit))
    for drawing in drawings(series):
        tall = float(drawing.get("height"))
        for bar in bars(drawing):
            assert float(bar.get("y")) >= 0 and float(bar.get("y")) + float(bar.get("height")) <= tall
            assert share(bar.get("x")) >= -0.31 and share(bar.get("x")) + share(bar.get("width")) <= 100.31


def test_hostile_text_stays_text():
    hostile = shelves.HOSTILE
    whole = answer({2023: 1, 2024: 2, replace(year(2025), label=hostile + " 2025"): 3}, hostile)
    whole = replace(whole, figures=tuple(replace(figure, qualifier=hostile) for figure in whole.figures))
    whole = replace(whole, citations=tuple(replace(source, title=hostile) for source in whole.citations))
    for drawing in drawings(series_of(whole)):
        assert {each.tag.removeprefix(SVG) for each in drawing.iter()} <= set(
            "svg g title desc line rect text tspan a".split()
        )
        assert not [name for each in drawing.iter() for name in each.attrib if name.startswith(("on", "style"))]
        assert "<script>window.ran=1</script>" in "".join(drawing.itertext())
    html = render.turn(whole, 1)
    assert "<script" not in html and "<img" not in html and "\u202e" not in html


# --- on the page ----------------------------------------------------------------------------------------------------


def test_the_table_says_the_same_with_its_sources():
    html = render.turn(answer({2022: 3556, 2023: 3801, 2025: 4212}, qualifiers={"2025": "more than"}), 2)
    table = html[html.index("<table>") : html.index("</table>")]
    words = [" ".join(re.sub("<[^>]+>", " ", row).split()) for row in re.findall("<tr.*?</tr>", table)]
    assert words == [
        "Year Referrals Source",
        "2022 3,556 Report 1 1",
        "2023 3,801 Report 2 2",
        "2024 no figure",
        "2025 more than 4,212 Report 3 3",
    ]
    assert "<caption>Referrals by year: from 3,556 in 2022" in table
    assert '<a class="fn" href="#t2-e3" aria-label="Footnote 3: Report 3">3</a>' in table


def test_a_chart_is_drawn_of_a_finished_answer_only():
    whole = answer(REFERRALS)
    assert '<figure class="trend"' in render.turn(whole, 1)
    assert "<figure" not in render.turn(replace(whole, done=False), 1)
    assert "<figure" not in render.turn(shelves.figure_answer(), 1)


def test_of_an_answer_about_several_measures_the_first_is_drawn():
    total = answer({2023: 3023, 2024: 3024, 2025: 3025})
    part = [replace(each, value=each.value / 2, citation=4) for each in total.figures]
    told = replace(
        total,
        figures=(*total.figures, *part),
        citations=(*total.citations, shelves.article_citation(4)),
        claims=(Claim("All, by year.", (1, 2, 3)), Claim("A part, by year.", (4,))),
    )

    drawn = series_of(told)

    assert drawn is not None
    assert [point.value for point in drawn.points] == [3023, 3024, 3025]
