"""What a table's words make of its figures: scale and unit, from the nearest that says one."""

from __future__ import annotations

import pytest

from rag.language.units import handed_down, scale_of


@pytest.mark.parametrize(
    ("words", "scale", "unit"),
    [
        ("£ million", 1e6, "GBP"),
        ("Budget (£ thousand)", 1e3, "GBP"),
        ("£000", 1e3, "GBP"),
        ("£000s", 1e3, "GBP"),
        ("£'000", 1e3, "GBP"),
        ("£’000", 1e3, "GBP"),
        ("£m", 1e6, "GBP"),
        ("GBPm", 1e6, "GBP"),
        ("€bn", 1e9, "EUR"),
        ("(€ in millions)", 1e6, "EUR"),
        ("$ MILLION", 1e6, "USD"),
        ("US$'000", 1e3, "USD"),
        ("(dollars in thousands)", 1e3, "USD"),
        ("A$M", 1e6, "AUD"),
        ("RMB’Million", 1e6, "CNY"),
        ("Rs. crore", 1e7, "INR"),
        ("INR lakh", 1e5, "INR"),
        ("In thousands", 1e3, ""),
        ("Payments due by period (in thousands)", 1e3, ""),
        ("(In millions, except per share data)", 1e6, ""),
        ("Share (%)", 1, "%"),
        ("Share, per cent", 1, "%"),
        ("Percentage of all referrals", 1, "%"),
        ("Change, percentage points", 1, "percentage points"),
        ("Spread (bps)", 1, "bps"),
        ("Median wait (days)", 1, "days"),
        ("Wait in working days", 1, "working days"),
        ("Expected life (in years)", 1, "years"),
        ("Earnings per share (pence)", 1, "pence"),
        ("Costs excluding VAT (£ thousand)", 1e3, "GBP"),
        ("£", 1, "GBP"),
    ],
)
def test_a_caption_hands_down_scale_and_unit(words: str, scale: float, unit: str) -> None:
    assert scale_of(words) == (scale, unit)


@pytest.mark.parametrize(
    "words",
    [
        "Referrals by region",
        "Three Months Ended June 30, 2025",
        "Seen within 5 working days",
        "Less than 1 year",
        "The £100 million programme",
        "One million trees",
        "1.375% notes due 2024",
        "Par value of $0.00001",
    ],
)
def test_an_amount_or_a_time_inside_the_words_is_no_unit(words: str) -> None:
    assert scale_of(words) == (1.0, "")


LINE = "Income statement (£ in millions, except share and per share data)"
SHARES = (
    "Income statement (in millions, except number of shares, which are reflected in thousands, and per share amounts)"
)


@pytest.mark.parametrize(
    ("header", "label", "sections", "caption", "expected"),
    [
        ("2025", "Grants", [], LINE, (1e6, "GBP")),
        ("2025", "Basic", ["Earnings per share:"], LINE, (1.0, "GBP")),
        ("2025", "Dividends per ordinary share (pence)", [], LINE, (1.0, "pence")),
        ("2025", "Basic", ["Weighted average shares outstanding:"], LINE, (1.0, "shares")),
        ("2025", "Basic", ["Shares used in computing earnings per share:"], SHARES, (1e3, "shares")),
        ("2025", "Weighted average shares outstanding", [], "In millions", (1e6, "shares")),
        ("2025", "Common stock, £0.01 par value, 24,000 shares authorised", [], LINE, (1e6, "GBP")),
        ("2025", "Surplus as a share of income (%)", [], LINE, (1.0, "%")),
        ("% change", "Grants", [], LINE, (1.0, "%")),
        ("£000", "Surplus (%)", [], "", (1.0, "%")),
        ("2025", "Median wait (days)", [], LINE, (1.0, "days")),
        ("2025", "Grants", ["(In thousands)"], "", (1e3, "")),
        ("2025", "Grants", ["£’000"], "", (1e3, "GBP")),
        ("2025", "Grants", ["(In millions, except per share amounts)"], "", (1e6, "")),
        ("2025", "March", ["Months"], "", (1.0, "")),
        ("Number (thousands)", "Visits", [], "Income, £ million", (1e3, "")),
        ("2025", "Number of staff", [], "Income, £ million", (1.0, "")),
    ],
)
def test_the_nearest_words_decide(
    header: str, label: str, sections: list[str], caption: str, expected: tuple[float, str]
) -> None:
    assert handed_down(header, label, sections, [caption]) == expected
