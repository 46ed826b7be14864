"""The tables of the series, made from the figures."""

from __future__ import annotations

from collections.abc import Sequence

from figures import MONTHS, Figures, change, fiscal, number, signed, split_key
from prose import Table

SUBJECTS = {"contacts": "Contacts", "referrals": "Referrals received", "cases": "Cases opened"}
INCOME = ["County council grant", "Health service contracts", "Charitable trusts", "Donations and legacies", "Other"]
SPENDING = [
    "Staff",
    "Premises",
    "Computers and telephones",
    "Volunteers",
    "Direct help to families",
    "Other",
]
OUTCOMES = ["Upheld", "Partly upheld", "Not upheld"]
COMPLAINTS = ["Waiting", "Communication", "Outcome of the case", "Conduct of staff", "Premises"]
STAFF = ["Caseworkers", "First-contact team", "Managers", "Support"]
SURVEY = [
    "Satisfied with the service overall",
    "Was listened to",
    "Knew what would happen next",
    "Help came in good time",
]


def cells(label: str, values: Sequence[float]) -> list[str]:
    return [label, *(number(value) for value in values)]


class AnnualTables:
    """The numbered tables of one annual report."""

    def __init__(self, figures: Figures, year: int, first_year: int) -> None:
        self.figures, self.year, self.before = figures, year, year - 1
        self.first = year == first_year
        self.columns = [str(year)] if self.first else [str(self.before), str(year), "Change"]
        self.last_bold = frozenset({-1})

    def get(self, name: str) -> Table:
        table: Table = getattr(self, name)()
        return table

    def _compare(self, label: str, now: float, before: float | None) -> list[str]:
        if before is None:
            return [label, number(now)]
        return [label, number(before), number(now), signed(change(now, before))]

    def _compared(self, now: dict[str, int], before: dict[str, int], total: str) -> list[list[str]]:
        rows = [self._compare(k, v, None if self.first else before[k]) for k, v in now.items()]
        return [*rows, self._compare(total, sum(now.values()), None if self.first else sum(before.values()))]

    def _two_years(self, name: str) -> tuple[dict[str, int], dict[str, int]]:
        return self.figures.sums(self.year, name), {} if self.first else self.figures.sums(self.before, name)

    def _plain(self, label: str, key: str, part: str) -> list[str]:
        years = [self.year] if self.first else [self.before, self.year]
        return cells(label, [self.figures.raw[key][year][part] for year in years])

    def glance(self) -> Table:
        years = [self.year] if self.first else [self.before, self.year]
        rows = []
        for subject, label in SUBJECTS.items():
            rows.append(cells(label, [self.figures.total(y, subject) for y in years]))
        rows.append(cells("Cases open on 31 December", [self.figures.raw["cases_open"][y] for y in years]))
        rows.append(self._plain("Average wait for a first appointment (working days)", "waiting", "average"))
        rows.append(self._plain("Seen within 15 working days (per cent)", "waiting", "within_15"))
        shares = [self.figures.raw["satisfaction"][y]["shares"][0] for y in years]
        rows.append(cells("Satisfied with the service (per cent)", shares))
        rows.append(self._plain("Complaints received", "complaints", "total"))
        rows.append(self._plain("Staff on 31 December (full-time equivalents)", "staff", "total"))
        rows.append(self._plain("Active volunteers on 31 December", "staff", "volunteers"))
        return Table("Table 1. The year at a glance", ["Measure", *map(str, years)], rows)

    def five_years(self) -> Table:
        years = [y for y in range(self.year - 4, self.year + 1) if y in self.figures.raw["published_totals"]]
        rows = [cells(label, [self.figures.total(y, s) for y in years]) for s, label in SUBJECTS.items()]
        rows.append(cells("Cases closed", [self.figures.raw["cases_closed"][y] for y in years]))
        rows.append(cells("Average wait (working days)", [self.figures.raw["waiting"][y]["average"] for y in years]))
        note = "Referrals since 2021 are counted by household; those for 2019 and 2020 by form (see Methods)."
        if years[0] > 2020 or years[-1] < 2021:
            note = ""
        return Table("Table 2. Activity by year, all regions", ["Measure", *map(str, years)], rows, note)

    def contacts_by_way(self) -> Table:
        now, before = self._two_years("contacts_by_way")
        rows = self._compared(now, before, "All contacts")
        caption = f"Table 3. Contacts by way of contact, {self.year}"
        return Table(caption, ["Way of contact", *self.columns], rows, bold=self.last_bold)

    def referrals_by_month(self) -> Table:
        now = self.figures.months(self.year, "referrals")
        before = now if self.first else self.figures.months(self.before, "referrals")
        rows = self._compared(dict(zip(MONTHS, now, strict=True)), dict(zip(MONTHS, before, strict=True)), "Year")
        caption = f"Table 4. Referrals received by month, {self.year}"
        return Table(caption, ["Month", *self.columns], rows, bold=self.last_bold)

    def referrals_by_region(self) -> Table:
        now, before = self._two_years("referrals_by_region")
        rows = self._compared(now, before, "All regions")
        caption = f"Table 5. Referrals received by region, {self.year}"
        return Table(caption, ["Region", *self.columns], rows, bold=self.last_bold)

    def referrals_by_channel(self) -> Table:
        now, before = self._two_years("referrals_by_channel")
        rows = self._compared(now, before, "All channels")
        caption = f"Table 6. Referrals received by channel, {self.year}"
        return Table(caption, ["Channel", *self.columns], rows, bold=self.last_bold)

    def cases_by_category(self) -> Table:
        now, before = self._two_years("cases_by_category_and_region")
        rows = self._compared(now, before, "All categories")
        caption = f"Table 7. Cases opened by main category, {self.year}"
        return Table(caption, ["Category", *self.columns], rows, bold=self.last_bold)

    def waiting(self) -> Table:
        now = self.figures.raw["waiting"][self.year]
        years = [self.year] if self.first else [self.before, self.year]
        rows = [
            cells(region, [self.figures.raw["waiting"][y]["regions"][i] for y in years])
            for i, region in enumerate(self.figures.regions)
        ]
        rows.append(cells("All regions", [self.figures.raw["waiting"][y]["average"] for y in years]))
        quarters = ", ".join(f"Q{i} {value}" for i, value in enumerate(now["quarters"], 1))
        caption = "Table 8. Average wait from referral to first appointment, working days"
        note = f"By quarter of {self.year}, all regions: {quarters}."
        return Table(caption, ["Region", *map(str, years)], rows, note, self.last_bold)

    def survey(self) -> Table:
        years = [self.year] if self.first else [self.before, self.year]
        data = self.figures.raw["satisfaction"]
        rows = [cells(text, [data[y]["shares"][i] for y in years]) for i, text in enumerate(SURVEY)]
        rows.append(cells("Number of responses", [data[y]["responses"] for y in years]))
        return Table("Table 9. Survey of service users, per cent agreeing", ["Statement", *map(str, years)], rows)

    def complaints(self) -> Table:
        years = [self.year] if self.first else [self.before, self.year]
        data = self.figures.raw["complaints"]
        rows = [cells(f"About: {s}", [data[y]["subjects"][i] for y in years]) for i, s in enumerate(COMPLAINTS)]
        rows.append(cells("Complaints received", [data[y]["total"] for y in years]))
        rows += [
            cells(f"Of which: {o.lower()}", [data[y]["outcomes"][i] for y in years]) for i, o in enumerate(OUTCOMES)
        ]
        caption = "Table 10. Complaints received, by subject and outcome"
        return Table(caption, ["Complaints", *map(str, years)], rows, bold=frozenset({len(COMPLAINTS)}))

    def staff(self) -> Table:
        years = [self.year] if self.first else [self.before, self.year]
        data = self.figures.raw["staff"]
        rows = [cells(group, [data[y]["groups"][i] for y in years]) for i, group in enumerate(STAFF)]
        rows.append(cells("All staff", [data[y]["total"] for y in years]))
        caption = "Table 11. Staff on 31 December, full-time equivalents"
        return Table(caption, ["Group", *map(str, years)], rows, bold=self.last_bold)

    def income(self) -> Table:
        now = self.figures.raw["finance"][self.year]["income"]
        rows = [cells(label, [value]) for label, value in zip(INCOME, now, strict=True)]
        rows.append(cells("Total income", [sum(now)]))
        caption = f"Table 12. Income {fiscal(self.year)}, £ thousand"
        return Table(caption, ["Source", fiscal(self.year)], rows, bold=self.last_bold)

    def spending(self) -> Table:
        finance = self.figures.raw["finance"]
        columns = [finance[self.year]["budget"], finance[self.year]["spending"], finance[self.year + 1]["budget"]]
        rows = [cells(label, list(values)) for label, *values in zip(SPENDING, *columns, strict=True)]
        rows.append(cells("Total spending", [sum(column) for column in columns]))
        now, after = fiscal(self.year), fiscal(self.year + 1)
        caption = f"Table 13. Spending and budget, £ thousand, financial years {now} and {after}"
        header = ["Heading", f"Budget {now}", f"Actual {now}", f"Budget {after}"]
        return Table(caption, header, rows, bold=self.last_bold)

    def targets(self) -> Table:
        raw, y = self.figures.raw, self.year
        actual = {
            "within_15": ("Seen within 15 working days (per cent)", raw["waiting"][y]["within_15"]),
            "average": ("Average wait (working days)", raw["waiting"][y]["average"]),
            "satisfied": ("Satisfied with the service (per cent)", raw["satisfaction"][y]["shares"][0]),
            "in_time": ("Complaints answered within 20 working days (per cent)", raw["complaints"][y]["in_time"]),
            "volunteers": ("Active volunteers on 31 December", raw["staff"][y]["volunteers"]),
            "referrals": ("Referrals received", self.figures.total(y, "referrals")),
            "cases": ("Cases opened", self.figures.total(y, "cases")),
        }
        rows = []
        for key, (label, value) in actual.items():
            goal = raw["targets"][y][key]
            met = value <= goal if key == "average" else value >= goal
            rows.append([*cells(label, [goal, value]), "Yes" if met else "No", number(raw["targets"][y + 1][key])])
        header = ["Measure", f"Target {y}", f"Actual {y}", "Met", f"Target {y + 1}"]
        return Table(f"Table 14. Targets and actual results {y}, and targets for {y + 1}", header, rows)

    def appendix_a(self) -> Table:
        subjects = {s: self.figures.table(self.year, f"{s}_by_region") for s in SUBJECTS}
        rows: list[list[str]] = []
        bold = set()
        for month, name in enumerate(MONTHS):
            rows += [
                [name, region, *(number(subjects[s][region][month]) for s in SUBJECTS)]
                for region in self.figures.regions
            ]
            totals = [number(self.figures.months(self.year, s)[month]) for s in SUBJECTS]
            bold.add(len(rows))
            rows.append([name, "All regions", *totals])
        bold.add(len(rows))
        rows.append([f"Year {self.year}", "All regions", *(number(self.figures.total(self.year, s)) for s in SUBJECTS)])
        caption = f"Table A1. Contacts, referrals and cases opened by month and region, {self.year}"
        header = ["Month", "Region", *SUBJECTS.values()]
        return Table(caption, header, rows, bold=frozenset(bold), left=2)

    def appendix_b(self) -> Table:
        table = self.figures.categories(self.year)
        rows = [cells(category, [*row, sum(row)]) for category, row in table.items()]
        totals = [sum(column) for column in zip(*table.values(), strict=True)]
        rows.append(cells("All categories", [*totals, sum(totals)]))
        caption = f"Table B1. Cases opened by main category and region, {self.year}"
        return Table(caption, ["Category", *self.figures.regions, "All regions"], rows, bold=self.last_bold)


class BulletinTables:
    """The tables of one quarterly bulletin, as printed at the time."""

    def __init__(self, figures: Figures, key: str) -> None:
        self.figures, self.key = figures, key
        self.year, self.quarter = split_key(key)
        self.title = f"Q{self.quarter} {self.year}"
        self.months = MONTHS[3 * self.quarter - 3 : 3 * self.quarter]

    def get(self, name: str) -> Table:
        table: Table = getattr(self, name)()
        return table

    def _table(self, kind: str, caption: str, total: str) -> Table:
        rows = []
        before = self.figures.table(self.year - 1, f"referrals_by_{kind}")
        first = 3 * self.quarter - 3
        printed = self.figures.as_printed(self.key, kind)
        old = {k: sum(v[first : first + 3]) for k, v in before.items()}
        for name, months in printed.items():
            rows.append(cells(name, [*months, sum(months), old[name]]))
        totals = [sum(column) for column in zip(*printed.values(), strict=True)]
        rows.append(cells(total, [*totals, sum(totals), sum(old.values())]))
        header = [kind.capitalize(), *self.months, self.title, f"Q{self.quarter} {self.year - 1}"]
        note = f"Figures for {self.title} are provisional; figures for Q{self.quarter} {self.year - 1} are final."
        return Table(caption, header, rows, note, frozenset({-1}))

    def regions(self) -> Table:
        return self._table("region", f"Table 1. Referrals received by month and region, {self.title}", "All regions")

    def channels(self) -> Table:
        return self._table("channel", f"Table 2. Referrals received by month and channel, {self.title}", "All channels")

    def activity(self) -> Table:
        rows = []
        for subject in ("contacts", "cases"):
            months = self.figures.months(self.year, subject)[3 * self.quarter - 3 : 3 * self.quarter]
            old = self.figures.quarter(self.year - 1, self.quarter, subject)
            rows.append(cells(SUBJECTS[subject], [*months, sum(months), old]))
        header = ["Measure", *self.months, self.title, f"Q{self.quarter} {self.year - 1}"]
        return Table(f"Table 3. Contacts and cases opened by month, {self.title}", header, rows)

    def waiting(self) -> Table:
        waits = self.figures.raw["waiting"]
        rows = []
        for year, quarter in last_quarters(self.year, self.quarter, 5):
            data = waits[year]
            rows.append(
                [f"Q{quarter} {year}", number(data["quarters"][quarter - 1]), number(data["shares"][quarter - 1])]
            )
        header = ["Quarter", "Average wait (working days)", "Seen within 15 working days (per cent)"]
        return Table("Table 4. Waiting for a first appointment, last five quarters", header, rows)


def last_quarters(year: int, quarter: int, count: int) -> list[tuple[int, int]]:
    """The quarters up to and with the one given, oldest first."""
    end = year * 4 + quarter - 1
    return [(index // 4, index % 4 + 1) for index in range(end - count + 1, end + 1)]
