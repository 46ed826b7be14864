from __future__ import annotations

import pytest

from rag.errors import UnreadableReport
from rag.reading.limits import Limits
from rag.reading.sheets.reader import read_delimited
from rag.types import Page, Reading
from reading.samples import rows, shown, spans_hold, texts


def read(words: str | bytes, name: str = "a.csv", limits: Limits | None = None) -> Reading:
    content = words if isinstance(words, bytes) else words.encode()
    reading = read_delimited(content, name, limits or Limits())
    assert all(spans_hold(page) for page in reading.pages)
    return reading


def page_of(words: str | bytes, name: str = "a.csv") -> Page:
    (page,) = read(words, name).pages
    return page


def test_the_first_row_names_the_columns() -> None:
    page = page_of("Year,Month,Phone,Web form\n2025,January,138,117\n2025,February,130,110\n")
    assert shown(page) == [
        ("furniture", "Year | Month | Phone | Web form"),
        ("table_row", "2025 | January | 138 | 117"),
        ("table_row", "2025 | February | 130 | 110"),
    ]
    assert rows(page)[0][:3] == [("2025", ("Year",)), ("January", ("Month",)), ("138", ("Phone",))]


@pytest.mark.parametrize(
    "words",
    [
        "Region,Count\nNorth,836\n",
        "Region;Count\nNorth;836\n",
        "Region\tCount\nNorth\t836\n",
        "Region|Count\nNorth|836\n",
        "sep=;\r\nRegion;Count\r\nNorth;836\r\n",
        "Region, Count\nNorth, 836\n",
        "Region,Count\rNorth,836\r",
        '"Region","Count"\r\n"North","836"\r\n',
        'Region, "Count"\nNorth, "836"\n',
        b"\xef\xbb\xbfRegion,Count\nNorth,836\n",
        "Region\tCount\r\nNorth\t836\r\n".encode("utf-16"),
    ],
)
def test_every_way_of_writing_a_file_gives_the_same_row(words: str | bytes) -> None:
    assert rows(page_of(words)) == [[("North", ("Region",)), ("836", ("Count",))]]


def test_decimal_commas_stay_as_they_are_written() -> None:
    page = page_of("North;1,5;2,5\nSouth;3,5;4,5\n")
    assert texts(page, "table_row") == ["North | 1,5 | 2,5", "South | 3,5 | 4,5"]


def test_commas_in_the_fields_of_a_tsv_file_part_nothing() -> None:
    page = page_of("Region\tNote\nNorth\ta, b, c\nSouth\td, e, f\n", "a.tsv")
    assert texts(page, "table_row") == ["North | a, b, c", "South | d, e, f"]


def test_quoted_fields_may_hold_line_ends_delimiters_and_quotes() -> None:
    page = page_of('Region,Note\nNorth,"first,\nsecond"\nSouth,"a ""b"" c"\n')
    assert texts(page, "table_row") == ["North | first, second", 'South | a "b" c']


def test_quotes_may_be_escaped_instead_of_doubled() -> None:
    assert texts(page_of('Region,Note\nNorth,"a \\"b\\" c"\n'), "table_row") == ['North | a "b" c']


def test_a_quote_that_is_never_closed_costs_only_its_field() -> None:
    page = page_of('Region,Note\nNorth,"open\n' + "South,836\n" * 60)
    assert texts(page, "table_row")[:2] == ['North | "open', "South | 836"]
    assert len(texts(page, "table_row")) == 61


def test_lines_above_and_below_the_table_are_its_title_unit_and_notes() -> None:
    page = page_of(
        "Referrals by channel, 2025\nUnit: number of referrals\n\n"
        "Year,Month,Phone\n2025,January,138\nSource: annual report, 2025\n"
    )
    assert texts(page, "footnote") == ["Source: annual report, 2025"]
    (row,) = [block for block in page.blocks if block.kind == "table_row"]
    assert row.caption == "Referrals by channel, 2025, Unit: number of referrals"


def test_comments_are_no_rows_and_no_titles() -> None:
    page = page_of("# made 2026-01-05, by the data team\n#,Region,Count\n1,North,836\n2,South,702\n")
    assert texts(page, "footnote") == ["made 2026-01-05, by the data team"]
    assert rows(page)[0] == [("1", ("#",)), ("North", ("Region",)), ("836", ("Count",))]


def test_columns_without_a_name_or_with_the_same_one_are_kept() -> None:
    page = page_of("Region,Votes,Votes,\nNorth,1,2,x\nSouth,3,4,y\n")
    assert rows(page)[0] == [("North", ("Region",)), ("1", ("Votes",)), ("2", ("Votes",)), ("x", ())]


def test_rows_may_be_shorter_or_longer_than_the_header() -> None:
    page = page_of("Region,2024,2025\nNorth,819\nSouth,731,702,extra\n")
    assert texts(page, "table_row") == ["North | 819", "South | 731 | 702 | extra"]


def test_a_file_of_one_column_is_a_list_of_rows() -> None:
    assert texts(page_of("Northmoor\nSaltmarrow\n"), "table_row") == ["Northmoor", "Saltmarrow"]
    assert rows(page_of("Count\n836\n702\n")) == [[("836", ("Count",))], [("702", ("Count",))]]


def test_a_table_of_words_has_a_header_of_one_row() -> None:
    page = page_of("Name,Role,Note\nHead,Advice,\nBranch,Advice,\nAnnexe,Storage,\nDepot,Storage,12\n")
    assert texts(page, "furniture") == ["Name | Role | Note"]


def test_a_name_missing_from_a_list_is_not_filled_in() -> None:
    page = page_of(
        "Office,Town,Staff\nHead,Saltmarrow,12\n,Wendlemere,3\nDepot,Northmoor,4\nAnnexe,Eastmoor,2\nYard,X,1\n"
    )
    assert texts(page, "table_row")[1] == "Wendlemere | 3"


def test_a_label_alone_in_a_list_of_words_opens_no_section() -> None:
    page = page_of("Office,Town\nHead,\nBranch,Wendlemere\n")
    assert rows(page) == [[("Head", ("Office",))], [("Branch", ("Office",)), ("Wendlemere", ("Town",))]]


def test_two_header_rows_are_both_headers() -> None:
    page = page_of(",2024,,2025,\nRegion,Opened,Closed,Opened,Closed\nNorth,1,2,3,4\nSouth,5,6,7,8\n")
    assert rows(page)[0][1:3] == [("1", ("2024", "Opened")), ("2", ("2024", "Closed"))]


def test_a_very_long_cell_is_kept() -> None:
    page = page_of(f"Region,Note\nNorth,{'long ' * 100_000}\n")
    assert len(page.text) > 499_000


def test_a_day_in_a_row_is_not_the_day_of_the_file() -> None:
    assert read("Region,Opened\nNorth,12 June 2025\n").published is None


def test_too_many_rows_are_told_with_the_setting() -> None:
    with pytest.raises(UnreadableReport) as caught:
        read("a,1\n" * 6, limits=Limits(rows=5))
    assert str(caught.value) == "a.csv: the file has more than 5 rows, over the limit of 5 (setting reader_rows)"


@pytest.mark.parametrize("words", [",,,\n,,\n", "\r\n \r\n"])
def test_a_file_of_empty_fields_is_refused(words: str) -> None:
    with pytest.raises(UnreadableReport, match=r"^a.csv: the file holds no rows$"):
        read(words)
