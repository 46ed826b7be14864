"""`footnote figures` as its users meet it: the grids, the gaps, what disagrees, the sources."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from done import Done
from small import REPORTS, fill

from rag.settings import Settings
from ui import show
from ui.cli import main
from ui.jobs import JOBS, open_library

MONTHS = (
    "---\ntitle: Counts by month\ndate: 2026-02-01\n---\n\n"
    "Table 1: Enquiries by month, 2025\n\n| Month | Number |\n| --- | --- |\n"
    "| January | 310 |\n| February | 290 |\n| April | 305 |\n"
)


Footnote = Callable[..., Done]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The reports of the made-up trust, and one by month."""
    folder = tmp_path_factory.mktemp("figures")
    reports = fill(folder / "reports", REPORTS | {"data/months.md": MONTHS})
    with pytest.raises(SystemExit) as ended:
        main(("ingest", str(reports), "--library", str(folder / "library")))
    assert not ended.value.code
    return folder / "library"


@pytest.fixture
def footnote(library: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Footnote:
    """Runs the command on that library, at a hundred columns."""
    monkeypatch.setattr(show.out, "_width", 100)

    def run(*arguments: str) -> Done:
        with pytest.raises(SystemExit) as ended:
            main(("figures", *arguments, "--library", str(library)))
        printed = capsys.readouterr()
        return Done(int(ended.value.code or 0), printed.out, printed.err)

    return run


def cells(printed: str, label: str) -> list[str]:
    """The first row with this label, cell by cell."""
    row = next(line for line in printed.splitlines() if line.strip().startswith(label))
    return row.strip().removeprefix(label).split()


def test_years_stand_across_and_parts_down_with_the_numbers_of_their_sources(footnote: Footnote) -> None:
    done = footnote("enquiries")
    assert done.code == 0
    assert done.out.startswith("enquiries, 2023–2025: ")
    assert cells(done.out, "North East") == ["801¹", "842²", "871³"]
    assert "Region:" in done.out
    assert "  3 Harbour Trust annual report 2025 (2026-05-14) — annual/2025.md, page 1" in done.out
    assert max(len(line) for line in done.out.splitlines()) <= 100


def test_targets_have_a_row_of_their_own_and_a_mark(footnote: Footnote) -> None:
    done = footnote("enquiries")
    assert [cell.rstrip("¹²³⁴⁵⁶⁷⁸⁹") for cell in cells(done.out, "target")] == ["·", "4,300t", "4,500t"]
    assert "· no figure; t target; raised numbers are sources." in done.out


def test_what_disagrees_is_marked_and_both_are_told(footnote: Footnote) -> None:
    done = footnote("home visits")
    assert any("!" in cell for cell in cells(done.out, "all"))
    (told,) = [line for line in done.out.splitlines() if line.startswith("  2025, all: ")]
    assert "655 (Harbour towns under pressure" in told and "640 (Harbour Trust annual report 2025" in told


def test_a_qualifier_is_a_sign_in_the_grid(footnote: Footnote) -> None:
    assert cells(footnote("parcels").out, "all") == [">33,000¹"]


def test_with_a_period_its_months_stand_across_with_their_gaps(footnote: Footnote) -> None:
    done = footnote("enquiries", "--period", "2025")
    months = done.out.split("By month, 2025")[1]
    assert months.splitlines()[1].split() == ["Jan", "Feb", "Mar", "Apr"]
    assert [cell.rstrip("¹²³⁴⁵⁶⁷⁸⁹") for cell in cells(months, "all")] == ["310", "290", "·", "305"]
    assert "No figure for March 2025." in done.out
    assert "3,801" not in done.out


def test_a_period_may_be_relative_to_a_day(footnote: Footnote) -> None:
    done = footnote("enquiries", "--period", "last year", "--as-of", "2025-03-01", "--json")
    assert done.json["period"] == {"start": "2024-01-01", "end": "2025-01-01", "label": "2024"}
    refused = footnote("enquiries", "--period", "soon")
    assert refused.code == 1 and '"soon" is not a period; write it like 2025' in refused.err


def test_json_tells_every_figure_with_its_place_and_quote(footnote: Footnote) -> None:
    found = footnote("enquiries", "--json").json
    (whole,) = [part for part in found["parts"] if part["label"] == "all"]
    (year,) = [cell for cell in whole["cells"] if cell["period"]["label"] == "2025"]
    best = year["figures"][year["best"]]
    assert (best["value"], best["standing"]) == (4212, "")
    assert [figure["gives_way"] for figure in year["figures"] if figure["value"] == 4190] == ["replaced"]
    for citation in best["citations"]:
        assert citation["report"] == "annual/2025.md" and citation["page"] == 1
        assert citation["end"] - citation["start"] == len(citation["quote"])
        assert "4,212" in citation["quote"]


def test_what_the_job_gives_comes_through_a_server_unchanged(library: Path) -> None:
    options = {"measure": "enquiries", "as_of": "2026-11-24"}
    with open_library(Settings(library=library)) as held:
        found = JOBS["figures"](held, options, lambda event: None)
    assert json.loads(json.dumps(found)) == found | {"notes": list(found["notes"])}


def test_an_unknown_measure_is_said_with_what_is_counted(footnote: Footnote) -> None:
    done = footnote("sparrows")
    assert (done.code, done.out.count("\n")) == (0, 1)
    assert done.out.startswith('No figure in these reports counts "sparrows". They do count enquiries, ')


def test_a_period_without_figures_is_said_with_those_that_have_some(footnote: Footnote) -> None:
    done = footnote("enquiries", "--period", "2031")
    assert done.code == 0
    assert done.out == 'No figure for "enquiries" in 2031 in these reports; they have some for 2023–2025.\n'


def test_a_filter_holds_and_one_that_leaves_nothing_says_why(footnote: Footnote) -> None:
    assert cells(footnote("enquiries", "--scope", "annual/2024").out, "all") == ["4,046¹"]
    assert cells(footnote("enquiries", "--published-to", "2025").out, "North") == ["1,100¹", "1,204²"]
    nothing = footnote("enquiries", "--collection", "spare")
    assert (nothing.code, nothing.out) == (0, 'No figures: there is no collection "spare", only "main".\n')


def test_what_a_report_says_is_never_taken_for_markup(footnote: Footnote) -> None:
    assert "[bold]enquiries" in footnote("[bold]enquiries").out
