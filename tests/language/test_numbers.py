"""Figures are found with value, unit and qualifier; numbers that count nothing are left alone."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.language.mentions import NOWHEN, mentions
from rag.language.numbers import numbers, word_value

# text, the number as written, value, unit, qualifier
FIGURES = [
    # plain digits and what they count
    ("33,000 leads", "33,000", 33000, "leads", ""),
    ("There were 4,212 referrals.", "4,212", 4212, "referrals", ""),
    ("1,234,567 contacts", "1,234,567", 1234567, "contacts", ""),
    ("12.4 days", "12.4", 12.4, "days", ""),
    ("33 000 leads", "33 000", 33000, "leads", ""),
    ("33\u00a0000 leads", "33\u00a0000", 33000, "leads", ""),
    ("33\u202f000 leads", "33\u202f000", 33000, "leads", ""),
    ("7 people", "7", 7, "people", ""),
    ("We employ 12 full-time staff", "12", 12, "full-time staff", ""),
    ("1,200 children were safeguarded", "1,200", 1200, "children", ""),
    ("45 new offices", "45", 45, "new offices", ""),
    ("It was 84.", "84", 84, "", ""),
    # qualifiers
    ("more than 33,000 leads", "33,000", 33000, "leads", "more than"),
    ("More than 33,000 leads", "33,000", 33000, "leads", "more than"),
    ("fewer than 50 cases", "50", 50, "cases", "fewer than"),
    ("nearly 4,200 people", "4,200", 4200, "people", "nearly"),
    ("almost 300 visits", "300", 300, "visits", "almost"),
    ("about 1,000 arrests", "1,000", 1000, "arrests", "about"),
    ("around 1,200 children", "1,200", 1200, "children", "around"),
    ("up to 840,000 adults", "840,000", 840000, "adults", "up to"),
    ("at least 20 offices", "20", 20, "offices", "at least"),
    ("just under 500 calls", "500", 500, "calls", "just under"),
    ("well over 500 calls", "500", 500, "calls", "well over"),
    ("no more than 10 cases", "10", 10, "cases", "no more than"),
    ("an estimated 9,000 households", "9,000", 9000, "households", "an estimated"),
    ("a provisional 4,190 referrals", "4,190", 4190, "referrals", "a provisional"),
    ("4,190 (provisional)", "4,190", 4190, "", "provisional"),
    ("30 or more visits", "30", 30, "visits", "at least"),
    ("1,200+ visits", "1,200", 1200, "visits", "at least"),
    ("~500 calls", "500", 500, "calls", "~"),
    ("only 12 complaints", "12", 12, "complaints", ""),
    ("a total of 81 visits", "81", 81, "visits", ""),
    # scale
    ("£4.2 million", "£4.2 million", 4_200_000, "GBP", ""),
    ("£4.2 m", "£4.2 m", 4_200_000, "GBP", ""),
    ("20 m from the door", "20", 20, "", ""),
    ("£4.2m", "£4.2m", 4_200_000, "GBP", ""),
    ("$3bn", "$3bn", 3e9, "USD", ""),
    ("€250k", "€250k", 250_000, "EUR", ""),
    ("3.5 billion views", "3.5 billion", 3.5e9, "views", ""),
    ("12 thousand visitors", "12 thousand", 12000, "visitors", ""),
    ("two million people", "two million", 2e6, "people", ""),
    ("a hundred people", "a hundred", 100, "people", ""),
    # money
    ("£1,284", "£1,284", 1284, "GBP", ""),
    ("US$1,500", "US$1,500", 1500, "USD", ""),
    ("GBP 3,850", "GBP 3,850", 3850, "GBP", ""),
    ("about £95 a household", "£95", 95, "GBP", "about"),
    ("300 pounds", "300", 300, "GBP", ""),
    # percentages and shares
    ("15% of leads", "15%", 15, "%", ""),
    ("15 per cent of leads", "15 per cent", 15, "%", ""),
    ("15 percent of leads", "15 percent", 15, "%", ""),
    ("nearly 99.5% of calls", "99.5%", 99.5, "%", "nearly"),
    ("two percentage points", "two percentage points", 2, "percentage points", ""),
    ("3.1 pp", "3.1 pp", 3.1, "percentage points", ""),
    ("one in five referrals", "one in five", 20, "%", ""),
    ("1 in 4 adults", "1 in 4", 25, "%", ""),
    ("three out of ten calls", "three out of ten", 30, "%", ""),
    ("two-thirds of calls", "two-thirds", 66.67, "%", ""),
    ("a quarter of all contacts", "a quarter", 25, "%", ""),
    # multiples
    ("nearly half of referrals", "half", 50, "%", "nearly"),
    ("20 out of 66 complaints", "66", 66, "complaints", ""),
    ("1 in 2,000 calls", "1 in 2,000", 0.05, "%", ""),
    ("3,000 out of 4,000 cases", "3,000", 3000, "", ""),
    ("a five-fold rise", "five-fold", 5, "times", ""),
    ("a tenfold rise", "tenfold", 10, "times", ""),
    ("leads doubled", "doubled", 2, "times", ""),
    ("a 12-fold rise", "12-fold", 12, "times", ""),
    # words
    ("six offices", "six", 6, "offices", ""),
    ("thirty-three offices", "thirty-three", 33, "offices", ""),
    ("two hundred and six cases", "two hundred and six", 206, "cases", ""),
    ("nineteen volunteers", "nineteen", 19, "volunteers", ""),
    ("ten two-storey houses", "ten", 10, "two-storey houses", ""),
    ("12 five-year plans", "12", 12, "five-year plans", ""),
    # ranges
    ("3-5 working days", "5", 5, "working days", "up to"),
    ("12%-15% of calls", "15%", 15, "%", "up to"),
    ("£1.2-£1.4 million", "£1.4 million", 1_400_000, "GBP", "up to"),
    ("5–7 cases", "7", 7, "cases", "up to"),
    ("1,200–1,500 calls", "1,500", 1500, "calls", "up to"),
    # signs and brackets
    ("-12", "-12", -12, "", ""),
    ("−3.5%", "−3.5%", -3.5, "%", ""),
    ("(1,284)", "(1,284)", -1284, "", ""),
    ("(£1,284)", "£1,284", -1284, "GBP", ""),
    ("fell by -£12", "-£12", -12, "GBP", ""),
    ("closed 2,402 (of 2,418 cases)", "2,402", 2402, "", ""),
    ("a six-month pilot in 40 schools", "40", 40, "schools", ""),
]  # fmt: skip


@pytest.mark.parametrize(("text", "written", "value", "unit", "qualifier"), FIGURES, ids=[case[0] for case in FIGURES])
def test_a_figure_is_found(text: str, written: str, value: float, unit: str, qualifier: str) -> None:
    found = {text[n.number_start : n.number_end]: n for n in numbers(text)}

    assert written in found
    number = found[written]
    assert (number.value, number.unit, number.qualifier) == (pytest.approx(value), unit, qualifier)


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [("Cover was 2.5x.", 2.5, "times"), ("It grew 3× in 2025.", 3, "times"), ("$5x", 5, "USD")],
)
def test_a_ratio_is_so_many_times(text: str, value: float, unit: str) -> None:
    (number,) = numbers(text, taken=[(m.start, m.end) for m in mentions(text)])
    assert (number.value, number.unit) == (value, unit)


@pytest.mark.parametrize("text", ["a 4x4", "2x4 inches", "the 3D film"])
def test_a_size_is_no_ratio(text: str) -> None:
    assert all(number.unit != "times" for number in numbers(text))


@pytest.mark.parametrize(
    "text",
    [
        "see page 6",
        "on pages 12",
        "Table 3 shows them",
        "Figure 2",
        "Section 4",
        "section 4.2 says",
        "Chapter 7",
        "COVID-19",
        "an A4 sheet",
        "open 24/7",
        "at 10:30",
        "the 1st of many",
        "his 21st visit",
        "No. 5 in the list",
        "version 2",
        "phase 2",
        "one of the reasons",
        "MP3",
        "B2B",
        "#42",
        "Annex 1",
        "item 12",
        "Room 101",
        "pages 12-15",
        "Part 2 of 3",
        "section 3.5.1",
        "a two-storey house",
        "in the first half of the year",
    ],
)
def test_a_number_that_counts_nothing_is_no_figure(text: str) -> None:
    assert numbers(text) == []


def test_several_figures_come_in_order() -> None:
    text = "Referrals rose from 4,046 to 4,212, of which more than 15% came by phone."

    assert [(n.value, n.qualifier) for n in numbers(text)] == [(4046, ""), (4212, ""), (15, "more than")]


def test_a_figure_after_the_end_of_a_sentence_is_not_counted_by_the_next_ones_words() -> None:
    first, *_ = numbers("There were 84. Complaints fell.")

    assert first.unit == ""


def test_spans_that_are_taken_give_no_figure() -> None:
    text = "In 2025 there were 300 calls on 12 June 2025."
    taken = [(mention.start, mention.end) for mention in mentions(text, NOWHEN)]

    assert [n.value for n in numbers(text, taken=taken)] == [300]


def test_only_the_part_asked_for_is_looked_at() -> None:
    text = "12 cats, 34 dogs, 56 birds"

    assert [text[n.start : n.end] for n in numbers(text, 9, 16)] == ["34 dogs"]


@pytest.mark.parametrize(
    ("words", "value"), [("zero", 0), ("seventeen", 17), ("ninety-nine", 99), ("three hundred", 300), ("cat", None)]
)
def test_words_for_numbers_have_values(words: str, value: float | None) -> None:
    assert word_value(words) == value


# --- properties -------------------------------------------------------------------------------------------------------

PIECES = st.sampled_from(
    "more than |about |£|$|(|)|-|−|1,284|33 000|12.4|.5|4|2025|%| per cent| million|m| leads| cases|, |. | one in five|"
    "tenfold|two-thirds of |six |thirty-three |COVID-19 |page 6|1st |10:30|\n|  |( |é|¹|"
    "a hundred |~|\u00a0|\u202f000|provisional| (provisional)| or more| and | the ".split("|")
)
TEXTS = st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=12).map("".join))


@given(TEXTS)
def test_the_number_lies_in_its_figure_and_figures_do_not_overlap(text: str) -> None:
    found = numbers(text)

    for number in found:
        assert 0 <= number.start <= number.number_start < number.number_end <= number.end <= len(text)
        assert not text[number.number_start].isspace()
        assert not text[number.number_end - 1].isspace()
    assert all(a.number_end <= b.number_start for a, b in pairwise(found))
    assert all(a.end <= b.start for a, b in pairwise(found))


@given(TEXTS, st.data())
def test_a_taken_span_is_kept_free(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))

    for number in numbers(text, taken=[(start, end)] if end > start else []):
        assert number.number_end <= start or end <= number.number_start or start == end


@given(st.integers(0, 10**12))
def test_grouped_digits_round_trip(value: int) -> None:
    (number,) = numbers(f"There were {value:,} of them.")

    assert number.value == value


@given(st.integers(0, 10**6), st.integers(0, 999))
def test_decimals_round_trip(whole: int, thousandths: int) -> None:
    written = f"{whole:,}.{thousandths:03}"

    (number,) = numbers(f"It cost £{written} in all.")

    assert number.value == pytest.approx(float(written.replace(",", "")))
    assert number.unit == "GBP"


@given(st.integers(2, 999))
def test_words_and_digits_give_the_same_value(value: int) -> None:
    (number,) = numbers(f"{in_words(value)} offices")

    assert (number.value, number.unit) == (value, "offices")


def in_words(value: int) -> str:
    """A number below a thousand in British words."""
    units = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen".split()
    units += "sixteen seventeen eighteen nineteen".split()
    tens = "twenty thirty forty fifty sixty seventy eighty ninety".split()
    if value < 20:
        return units[value]
    if value < 100:
        rest = f"-{units[value % 10]}" if value % 10 else ""
        return tens[value // 10 - 2] + rest
    rest = f" and {in_words(value % 100)}" if value % 100 else ""
    return f"{units[value // 100]} hundred{rest}"
