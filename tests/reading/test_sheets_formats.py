from __future__ import annotations

import pytest

from rag.reading.sheets.formats import general, shown

DAY = 46185  # 12 June 2026
ACCOUNTING = '_-* #,##0_-;-* #,##0_-;_-* "-"??_-;_-@_-'


@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        (4212, "#,##0", "4,212"),
        (1234567.891, "#,##0.00", "1,234,567.89"),
        (0.153, "0.0%", "15.3%"),
        (0.125, "0.00", "0.13"),  # half away from zero, as on the screen
        (1.005, "0.00", "1.01"),
        (5, "00000", "00005"),
        (42, "0,000", "0,042"),
        (0.5, "#.##", ".5"),
        (1234.5, "#,##0.0##", "1,234.5"),
        (202425, '0000"/"00', "2024/25"),
        (5551234, "000-0000", "555-1234"),
        (1234567, "0.00E+00", "1.23E+06"),
        (1.25, "# ?/?", "1 1/4"),
        (2.5, "# ?/8", "2 4/8"),
        (12, 'General" days"', "12 days"),
        (5, "@", "5"),
    ],
)
def test_a_number_is_written_as_its_format_shows_it(value: float, code: str, text: str) -> None:
    assert shown(value, code) == text


@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        (1234567, "#,##0,", "1,235"),
        (1234567, '0.0,,"m"', "1.2m"),
        (1234567, '£0.00,,"m"', "£1.23m"),
    ],
)
def test_commas_behind_the_digits_show_thousands(value: float, code: str, text: str) -> None:
    assert shown(value, code) == text


@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        (1234.5, "£#,##0.00", "£1,234.50"),
        (1234.5, "[$£-809]#,##0.00", "£1,234.50"),
        (1234.5, "#,##0.00 [$€-407]", "1,234.50 €"),
        (-1234.5, "$#,##0.00", "-$1,234.50"),
        (-1234.5, '_($* #,##0.00_);_($* (#,##0.00);_($* "-"??_);_(@_)', "$(1,234.50)"),
        (0, ACCOUNTING, "-"),
        (-5, ACCOUNTING, "-5"),
    ],
)
def test_money_has_its_sign(value: float, code: str, text: str) -> None:
    assert shown(value, code) == text


@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        (-1284, "#,##0;(#,##0)", "(1,284)"),
        (-1284, "#,##0;[Red]#,##0", "-1,284"),  # on the screen only the colour says it
        (-0.4, "0", "0"),
        (0, "0;-0;;@", ""),
        (7, ";;;", ""),
        (3, '[<5]"<5";0', "<5"),
        (7, '[<5]"<5";0', "7"),
    ],
)
def test_the_section_of_the_format_is_that_of_the_value(value: float, code: str, text: str) -> None:
    assert shown(value, code) == text


@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        (DAY, "dd/mm/yyyy", "2026-06-12"),
        (DAY, "mm-dd-yy", "2026-06-12"),
        (DAY, "d mmmm yyyy", "12 June 2026"),
        (DAY, "d-mmm-yy;@", "12 Jun 2026"),
        (DAY, "mmm-yy", "Jun 2026"),
        (DAY, "mm/yyyy", "2026-06"),
        (DAY, "yyyy", "2026"),
        (DAY, "mmmm", "June"),
        (DAY, r"[$-F800]dddd\,\ mmmm\ dd\,\ yyyy", "Friday, June 12, 2026"),
        (DAY, '"Week ending "dd/mm/yyyy', "Week ending 2026-06-12"),
        (DAY + 0.604166666664, "dd/mm/yyyy hh:mm", "2026-06-12 14:30"),
        (0.604166666664, "h:mm AM/PM", "2:30 PM"),
        (1.5625, "[h]:mm", "37:30"),
        (0.0104, "mm:ss.0", "14:58.6"),
        (1e9, "dd/mm/yyyy", "1000000000"),  # no such day
    ],
)
def test_days_and_times_are_unambiguous(value: float, code: str, text: str) -> None:
    assert shown(value, code) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.1 + 0.2, "0.3"),
        (1 / 3, "0.333333333"),
        (12345.678912, "12345.67891"),
        (4212.0, "4212"),
        (123456789012.0, "123456789012"),
        (0.0000123, "0.0000123"),
        (-2.50, "-2.5"),
    ],
)
def test_a_number_without_a_format_has_no_noise(value: float, text: str) -> None:
    assert general(value) == text


def test_words_truths_and_errors_stay_as_they_are() -> None:
    assert shown("North", ACCOUNTING).strip() == "North"
    assert shown("x", '"Total: "@') == "Total: x"
    assert shown("#DIV/0!", "0.0%") == "#DIV/0!"
    assert shown(True, "0") == "TRUE"
