"""A folder with one file of each bad kind beside a good report: what is said of each, and that it costs itself only."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from done import Done
from machine import GOOD, Footnote, Machine, dies
from spoilt import (
    OLE,
    PNG,
    bomb,
    csv,
    cut_short,
    deep_page_tree,
    endless_page_tree,
    heavy,
    huge_object,
    lying_bomb,
    many_columns,
    many_lines,
    many_rows,
    pdf,
    text,
    word,
    workbook,
)

Made = Callable[[str], bytes]
DOCUMENT, SHEET = "word/document.xml", "xl/worksheets/sheet1.xml"
# The files are as large as people's; the limits are set low enough to meet them soon.
LIMITS = {"reader_inflated_mb": 60, "reader_rows": 20_000, "reader_memory_mb": 500, "reader_cpu_seconds": 20}


@dataclass(frozen=True)
class Fault:
    """A file that cannot be read, why, and how the same file would be made if it were good."""

    name: str
    content: Callable[[], bytes]
    reason: str
    good: Made


FAULTS = [
    Fault("empty.txt", lambda: b"", "the file is empty", text),
    Fault("blank.txt", lambda: b" \n\n", "the file is empty", text),
    Fault("cut.pdf", lambda: cut_short(pdf("Bees")), "the PDF is damaged or cut short", pdf),
    Fault("cut.docx", lambda: cut_short(word("Bees")), "the file is damaged (File is not a zip file)", word),
    Fault("cut.xlsx", lambda: cut_short(workbook("Bees")), "the file is damaged (File is not a zip file)", workbook),
    Fault("locked.pdf", lambda: pdf("Bees", password="secret"), "the PDF is locked with a password", pdf),
    Fault(
        "locked.docx",
        lambda: OLE,
        "the file is protected by a password, or is of the old kind; save it as .docx without one",
        word,
    ),
    Fault("picture.pdf", lambda: PNG, "the file ends in .pdf but is not a PDF", pdf),
    Fault("pdf.txt", lambda: pdf("Bees"), "the file ends in .txt but is a PDF", text),
    Fault("sheet.docx", lambda: workbook("Bees"), "the file is not a Word document inside", word),
    Fault("picture.csv", lambda: PNG, "the file holds bytes that are not text", csv),
    Fault(
        "bomb.docx",
        lambda: bomb(word("Bees"), DOCUMENT, 100),
        "unpacks to 101 MB, over the limit of 60 (setting reader_inflated_mb)",
        word,
    ),
    Fault(
        "bomb.xlsx",
        lambda: bomb(workbook("Bees"), SHEET, 100),
        "unpacks to 100 MB, over the limit of 60 (setting reader_inflated_mb)",
        workbook,
    ),
    Fault(
        "liar.docx",
        lambda: lying_bomb(word("Bees"), DOCUMENT, 100),
        f"the Word document is damaged (Bad CRC-32 for file '{DOCUMENT}')",
        word,
    ),
    Fault(
        "liar.xlsx",
        lambda: lying_bomb(workbook("Bees"), SHEET, 100),
        f"the workbook is damaged (Bad CRC-32 for file '{SHEET}')",
        workbook,
    ),
    Fault(
        "heavy.docx",
        lambda: heavy(word("Bees"), 50),
        "needs more than 500 MB of memory (setting reader_memory_mb)",
        word,
    ),
    Fault(
        "rows.xlsx",
        lambda: many_rows(1_000_000),
        'the sheet "Sheet" has more than 20,000 rows, over the limit of 20,000 (setting reader_rows)',
        workbook,
    ),
    Fault(
        "rows.csv",
        lambda: many_lines(1_000_000),
        "the file has more than 20,000 rows, over the limit of 20,000 (setting reader_rows)",
        csv,
    ),
    Fault("tree.pdf", lambda: deep_page_tree(20_000), "the PDF is damaged", pdf),
    Fault("endless.pdf", endless_page_tree, "the PDF is damaged or cut short", pdf),
    Fault(
        "huge.pdf",
        lambda: huge_object(1_000),
        "its reader crashed; it may be damaged, or need more than 500 MB (setting reader_memory_mb)",
        pdf,
    ),
    Fault("long.txt", lambda: b"", "300 MB, over the limit of 200 (setting reader_file_mb)", text),
]


@dataclass(frozen=True)
class Ran:
    """What the commands said, in their order."""

    first: Done
    reported: dict[str, Any]
    status: dict[str, Any]
    sound: bool
    again: dict[str, Any]
    again_code: int
    mended: Done
    found: dict[str, str]
    left: dict[str, str]
    sound_at_the_end: bool


@pytest.fixture(scope="module")
def ran(machine: Machine, tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """Ingest them all, twice; then make each good, and ingest once more."""
    footnote = Footnote(machine, tmp_path_factory.mktemp("drive"))
    footnote.reports.mkdir()
    (footnote.reports / "bees-2026-01-10.txt").write_text(GOOD, encoding="utf-8")
    for fault in FAULTS:
        (footnote.reports / fault.name).write_bytes(fault.content())
    os.truncate(footnote.reports / "long.txt", 300 * 1024 * 1024)  # of nothing, so that it takes no room

    first = footnote("ingest", "reports", "--report", "done.json", **LIMITS)
    reported = json.loads((footnote.folder / "done.json").read_text())
    status, sound = footnote("status", "--json").json, footnote.is_well()
    again = footnote.ingest(traps=[dies("rag.reading.sandbox:Sandbox.read")], **LIMITS)

    for number, fault in enumerate(FAULTS):
        words = f"In 2025 the wardens counted {number + 700} wasps."
        (footnote.reports / fault.name).write_bytes(fault.good(words))
    mended = footnote("ingest", "reports", **LIMITS)
    found = dict(asked(footnote, [fault.name for fault in FAULTS]))
    return Ran(
        first, reported, status, sound, again.json, again.code, mended, found, footnote.unread(), footnote.is_well()
    )


def asked(footnote: Footnote, names: list[str]) -> Iterator[tuple[str, str]]:
    """The statement that each file gives for its wasps."""
    question = {"question": "How many wasps were counted in 2025?", "as_of": "2026-11-22"}
    cases = "\n".join(json.dumps(question | {"id": name, "scope": name}) for name in names)
    (footnote.folder / "cases.jsonl").write_text(cases)
    assert footnote("ask", "--batch", "cases.jsonl", "--out", "answers.jsonl").code == 0
    for line in (footnote.folder / "answers.jsonl").read_text().splitlines():
        answer = json.loads(line)
        yield answer["id"], answer["citations"][0]["quote"]


def reasons(done: dict[str, Any]) -> dict[str, str]:
    return {file["path"]: file["reason"] for file in done["files"] if file["outcome"] == "failed"}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_bad_file_is_told_and_listed_with_its_reason_and_read_once_it_is_good(fault: Fault, ran: Ran) -> None:
    told = rf"^ *{re.escape(fault.name)} +{re.escape(fault.reason)} *$"
    assert re.search(told, ran.first.out, re.MULTILINE)
    assert reasons(ran.reported)[fault.name] == fault.reason
    assert {"path": fault.name, "reason": fault.reason} in ran.status["unread"]
    assert reasons(ran.again)[fault.name] == fault.reason
    assert str(FAULTS.index(fault) + 700) in ran.found[fault.name]


def test_bad_files_cost_themselves_only(ran: Ran) -> None:
    assert ran.first.code == 3
    assert (ran.reported["added"], ran.reported["failed"]) == (1, len(FAULTS))
    assert [report["path"] for report in ran.status["held"]] == ["bees-2026-01-10.txt"]
    assert ran.sound


def test_a_second_ingest_lists_them_again_and_reads_none(ran: Ran) -> None:
    assert ran.again_code == 3
    assert (ran.again["unchanged"], ran.again["failed"], ran.again["embedded"]) == (1, len(FAULTS), 0)


def test_once_they_are_good_all_are_read_and_none_is_listed(ran: Ran) -> None:
    assert (ran.mended.code, ran.left) == (0, {})
    assert ran.sound_at_the_end


def test_a_bad_file_alone_is_nothing_done(footnote: Footnote) -> None:
    (footnote.reports / "bees-2026-01-10.txt").unlink()
    (footnote.reports / "empty.txt").touch()

    done = footnote("ingest", "reports")

    assert done.code == 1 and re.search(r"^ *empty.txt +the file is empty *$", done.out, re.MULTILINE)
    assert footnote("verify").out == "The library is whole.\n"
    assert footnote.unread() == {"empty.txt": "the file is empty"}


def test_a_good_report_that_goes_bad_is_listed_and_answered_from_as_it_was(footnote: Footnote) -> None:
    report = footnote.reports / "bees-2026-01-10.txt"
    assert footnote.ingest().code == 0
    report.write_bytes(b"")

    done = footnote.ingest()

    assert (done.code, reasons(done.json)) == (1, {report.name: "the file is empty"})
    assert footnote.unread() == {report.name: "the file is empty"}
    assert footnote.is_well()
    report.write_text(GOOD, encoding="utf-8")
    assert (footnote.ingest().code, footnote.unread()) == (0, {})


def test_a_limit_that_is_raised_lets_the_file_in(footnote: Footnote) -> None:
    (footnote.reports / "wasps.csv").write_text("Region,Wasps\n" + "North,70\n" * 30)
    refused = footnote.ingest(reader_rows=10)
    assert refused.code == 3
    assert reasons(refused.json) == {
        "wasps.csv": "the file has more than 10 rows, over the limit of 10 (setting reader_rows)"
    }
    assert footnote.ingest(reader_rows=10).json["failed"] == 1

    assert footnote.ingest(reader_rows=100).json["failed"] == 0
    assert footnote.unread() == {}


def test_a_file_over_the_limit_is_not_copied_into_the_library(footnote: Footnote) -> None:
    (footnote.reports / "long.txt").write_bytes(b"")
    os.truncate(footnote.reports / "long.txt", 300 * 1024 * 1024)

    assert footnote.ingest(traps=[dies("rag.index.originals:Originals.keep", call=2)]).code == 3


def test_of_a_thousand_columns_each_cell_is_read(footnote: Footnote) -> None:
    (footnote.reports / "wards.xlsx").write_bytes(many_columns(1_000))

    assert footnote.ingest().code == 0

    assert footnote.short("How many in Ward 900 in the South?") == "50900"
    assert footnote.is_well()


def test_a_name_with_a_line_end_is_a_name_and_one_that_is_no_text_is_listed(footnote: Footnote) -> None:
    two_lines = footnote.reports / "wasps\nof 2025.txt"
    two_lines.write_text("In 2025 the wardens counted 72 wasps.")
    odd = Path(os.fsdecode(os.fsencode(footnote.reports) + b"/caf\xe9.txt"))
    odd.write_text("In 2025 the wardens counted 73 moths.")

    done = footnote("ingest", "reports")

    assert done.code == 3 and "read: wasps\\nof 2025.txt\n" in done.out
    assert re.search(r"^ *caf\ufffd.txt +its name is not valid Unicode: rename it *$", done.out, re.MULTILINE)
    assert footnote.short("How many wasps in 2025?") == "72"
    assert footnote.unread() == {"caf\ufffd.txt": "its name is not valid Unicode: rename it"}
    assert footnote.is_well()
    odd.rename(footnote.reports / "café.txt")
    assert footnote("ingest", "reports").code == 0
    assert (footnote.short("How many moths in 2025?"), footnote.unread()) == ("73", {})


@pytest.fixture
def locked(footnote: Footnote) -> Iterator[Footnote]:
    """Beside the good report a file and a folder that nobody may open."""
    if not footnote.machine.obeys:
        pytest.skip("needs a user whom permissions bind, or setpriv to give the superuser's right up")
    (footnote.reports / "secret.txt").write_text("In 2025 the wardens counted 74 wasps.")
    (footnote.reports / "inner").mkdir()
    (footnote.reports / "inner" / "moths.txt").write_text("In 2025 the wardens counted 75 moths.")
    set_mode(footnote, secret=0, inner=0)
    yield footnote
    set_mode(footnote, secret=0o644, inner=0o755)


def set_mode(footnote: Footnote, secret: int, inner: int) -> None:
    (footnote.reports / "secret.txt").chmod(secret)
    (footnote.reports / "inner").chmod(inner)


def test_what_may_not_be_opened_is_listed_and_read_once_it_may(locked: Footnote) -> None:
    done = locked.ingest()

    assert done.code == 3
    shut = {
        "inner/": "the folder cannot be opened (Permission denied); what it held stays",
        "secret.txt": "Permission denied",
    }
    assert reasons(done.json) == shut == locked.unread()
    assert locked.is_well()
    set_mode(locked, secret=0o644, inner=0o755)
    assert locked.ingest().code == 0
    assert (locked.short("How many wasps in 2025?"), locked.short("How many moths in 2025?")) == ("74", "75")
    assert locked.unread() == {}


def test_what_was_read_before_its_permissions_were_taken_stays(locked: Footnote) -> None:
    set_mode(locked, secret=0o644, inner=0o755)
    assert locked.ingest().code == 0
    (locked.reports / "secret.txt").write_text("In 2025 the wardens counted 84 wasps.")
    set_mode(locked, secret=0, inner=0)

    assert locked.ingest().code == 3

    assert (locked.short("How many wasps in 2025?"), locked.short("How many moths in 2025?")) == ("74", "75")
    assert locked.is_well()
