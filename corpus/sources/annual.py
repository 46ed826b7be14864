"""The annual reports, one PDF a year."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from figures import FIRST_YEAR, MONTHS, SOURCES, Figures, fiscal, long_date, movement, number
from pdf import Meta, Writer, cover_page, write_pdf
from prose import include, parse, read_parts
from tables import AnnualTables

WITHOUT_NORTHMOOR = (
    "Its head office is in Wendlemere, in the South. There are offices in Carrowby (North), Skelwick (North East), "
    "Saltmarrow (East), Lowghyll (Eastmoor) and Penlowe (South West). Northmoor has no office of its own."
)
WITH_NORTHMOOR = (
    "Its head office is in Wendlemere, in the South. There are offices in Carrowby (North), Skelwick (North East), "
    "Harrafell (Northmoor, opened on 18 September 2023), Saltmarrow (East), Lowghyll (Eastmoor) and Penlowe "
    "(South West)."
)
OFFICE_OPENED = 2023


def extremes(values: Sequence[int], name: str) -> dict[str, str]:
    """The busiest and the quietest month."""
    high, low = values.index(max(values)), values.index(min(values))
    return {
        f"{name}_high_month": MONTHS[high],
        f"{name}_high": number(values[high]),
        f"{name}_low_month": MONTHS[low],
        f"{name}_low": number(values[low]),
    }


def balance(income: int, spending: int) -> str:
    """The result of a financial year in words."""
    if income == spending:
        return "so that the two were equal"
    return f"a {'surplus' if income > spending else 'deficit'} of £{abs(income - spending):,} thousand"


def facts(figures: Figures, year: int) -> dict[str, str]:
    """Everything the template may say, as text."""
    raw, published = figures.raw, figures.raw["published"]["annual"][year]
    finance, ways = raw["finance"], figures.sums(year, "contacts_by_way")
    top = max(ways, key=ways.__getitem__)
    totals = {subject: figures.total(year, subject) for subject in ("contacts", "referrals", "cases")}
    spoken: dict[str, str] = {name: number(value) for name, value in totals.items()}
    for name, value in totals.items():
        before = figures.total(year - 1, name) if year > FIRST_YEAR else value
        spoken[f"{name}_prev"], spoken[f"{name}_move"] = number(before), movement(value, before)
    moved = spoken["referrals_move"].replace("a rise of", "up by").replace("a fall of", "down by")
    return (
        spoken
        | extremes(figures.months(year, "contacts"), "contacts")
        | extremes(figures.months(year, "referrals"), "referrals")
        | {
            "referrals_move": moved,
            "year": str(year),
            "prev": str(year - 1),
            "next": str(year + 1),
            "fy": fiscal(year),
            "fy_next": fiscal(year + 1),
            "published_words": long_date(published),
            "offices": WITH_NORTHMOOR if year >= OFFICE_OPENED else WITHOUT_NORTHMOOR,
            "cases_closed": number(raw["cases_closed"][year]),
            "cases_open": number(raw["cases_open"][year]),
            "contacts_per_referral": f"{totals['contacts'] / totals['referrals']:.1f}",
            "cases_share": f"{totals['cases'] / totals['referrals'] * 100:.0f}",
            "way_top": top,
            "way_top_count": number(ways[top]),
            "waiting": number(raw["waiting"][year]["average"]),
            "within_15": number(raw["waiting"][year]["within_15"]),
            "responses": number(raw["satisfaction"][year]["responses"]),
            "satisfied": number(raw["satisfaction"][year]["shares"][0]),
            "complaints": number(raw["complaints"][year]["total"]),
            "upheld": number(raw["complaints"][year]["outcomes"][0]),
            "in_time": number(raw["complaints"][year]["in_time"]),
            "staff": number(raw["staff"][year]["total"]),
            "turnover": number(raw["staff"][year]["turnover"]),
            "sickness": number(raw["staff"][year]["sickness"]),
            "volunteers": number(raw["staff"][year]["volunteers"]),
            "hours": number(raw["staff"][year]["hours"]),
            "income": number(sum(finance[year]["income"])),
            "spending": number(sum(finance[year]["spending"])),
            "balance": balance(sum(finance[year]["income"]), sum(finance[year]["spending"])),
            "budget": number(sum(finance[year]["budget"])),
            "budget_next": number(sum(finance[year + 1]["budget"])),
        }
    )


def write_annual_report(figures: Figures, year: int, target: Path) -> None:
    """Build the annual report of one year."""
    published: date = figures.raw["published"]["annual"][year]
    meta = Meta(
        title=f"Annual report {year}",
        subtitle=f"Contacts, referrals and cases from January to December {year}, with the accounts for {fiscal(year)}",
        published=published,
        subject=f"Annual report of a fictional organisation for {year}, published {long_date(published)}",
        footer="Tarnside Advice Partnership is a fictional organisation; its reports were written as sample data.",
    )

    def chart(_: str) -> tuple[str, list[str], list[int]]:
        if year == FIRST_YEAR:
            months = [month[:3] for month in MONTHS]
            return f"Figure 1. Referrals received by month, {year}", months, figures.months(year, "referrals")
        years = range(max(FIRST_YEAR, year - 4), year + 1)
        values = [figures.total(y, "referrals") for y in years]
        return "Figure 1. Referrals received by calendar year, all regions", [str(y) for y in years], values

    template = (SOURCES / "annual" / "template.md").read_text(encoding="utf-8")
    text = include(template, read_parts(SOURCES / "annual" / f"{year}.md"))
    writer = Writer(AnnualTables(figures, year, FIRST_YEAR).get, chart)
    story = writer.story(parse(text, facts(figures, year), first=year == FIRST_YEAR))
    write_pdf(target, meta, [*cover_page(meta), *story], cover=True)
