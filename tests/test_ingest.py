"""A folder goes in, and the library's part from it is exactly that folder: cheaply, and with nothing passed over."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fakes import LetterCount, read_text

from rag.errors import BadInput
from rag.ingest import IngestReport, foreseen, ingest, planned
from rag.language.tokens import stems
from rag.library import Library

Ingest = Callable[..., IngestReport]


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "library", LetterCount(), create=True) as library:
        yield library


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    """Three reports, one in a folder of its own."""
    folder = tmp_path / "reports"
    write(folder / "annual.txt", "# Contacts\nWe had 4,100 contacts in 2024.\nOf these, 300 were new.")
    write(folder / "press" / "note.txt", "Nearly 4,200 people got in touch last year.")
    write(folder / "zebra.txt", "Zebras are not counted here.\fThis is a second page.")
    return folder


@pytest.fixture
def into(library: Library) -> Ingest:
    def run(*paths: Path, **options: Any) -> IngestReport:
        return ingest(library, paths, **{"read": read_text, **options})

    return run


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def outcomes(report: IngestReport) -> dict[str, str]:
    return {file.path: file.outcome for file in report.files}


def test_a_folder_is_ingested_with_paths_relative_to_it(library: Library, reports: Path, into: Ingest) -> None:
    report = into(reports)

    assert outcomes(report) == {"annual.txt": "added", "press/note.txt": "added", "zebra.txt": "added"}
    assert [held.path for held in library.reports()] == ["annual.txt", "press/note.txt", "zebra.txt"]
    assert library.summary()["pages"] == 4
    assert library.verify() == []


def test_ingesting_twice_embeds_nothing(library: Library, reports: Path, into: Ingest) -> None:
    first = into(reports)
    second = into(reports)

    assert first.embedded == library.summary()["passages"] == len(library.embed.asked)
    assert second.embedded == 0
    assert set(outcomes(second).values()) == {"unchanged"}


def test_a_file_that_was_only_touched_is_not_read_again(library: Library, reports: Path, into: Ingest) -> None:
    into(reports)
    os.utime(reports / "annual.txt", (1, 1))

    assert into(reports, read=never_read).unchanged == 3
    assert into(reports, read=never_read).unchanged == 3


def never_read(path: Path, draft: Any) -> Any:
    raise AssertionError(f"read {path}")


def test_a_changed_file_replaces_its_revision(library: Library, reports: Path, into: Ingest) -> None:
    into(reports)
    before = library.report("annual.txt")
    write(reports / "annual.txt", "We had 5,000 contacts in 2025.")

    report = into(reports)

    after = library.report("annual.txt")
    assert outcomes(report)["annual.txt"] == "changed"
    assert (after.id, after.revision == before.revision) == (before.id, False)
    assert [p.text for p, _ in library.passages(library.catalog.passage_ids()).values() if p.report == after] == [
        "We had 5,000 contacts in 2025."
    ]
    assert not library.lexical(stems("4,100"), 5)
    assert library.verify() == []


def test_a_file_that_is_changed_back_has_its_old_ids_and_costs_no_read_of_the_others(
    library: Library, reports: Path, into: Ingest
) -> None:
    into(reports)
    ids = library.catalog.passage_ids()
    text = (reports / "annual.txt").read_text()
    write(reports / "annual.txt", "Something else.")
    into(reports)
    write(reports / "annual.txt", text)
    into(reports)

    assert sorted(library.catalog.passage_ids()) == sorted(ids)
    assert library.verify() == []


def test_a_deleted_file_is_retired_and_its_original_is_gone(library: Library, reports: Path, into: Ingest) -> None:
    into(reports)
    original = library.original(library.report("zebra.txt"))
    (reports / "zebra.txt").unlink()

    report = into(reports)

    assert outcomes(report)["zebra.txt"] == "retired"
    assert not library.lexical(stems("zebra"), 5)
    assert not original.exists()
    assert library.verify() == []


def test_a_file_moved_to_another_folder_keeps_its_identity_and_is_not_read(
    library: Library, reports: Path, into: Ingest
) -> None:
    into(reports)
    before = library.report("annual.txt")
    (reports / "2024").mkdir()
    (reports / "annual.txt").rename(reports / "2024" / "annual.txt")

    report = into(reports, read=never_read)

    assert [(f.path, f.was) for f in report.files if f.outcome == "renamed"] == [("2024/annual.txt", "annual.txt")]
    assert library.report("2024/annual.txt") == replace(before, path="2024/annual.txt")
    assert library.original(library.report("2024/annual.txt")).is_file()
    assert library.verify() == []


def test_a_renamed_file_keeps_its_id_and_is_read_under_its_new_name(
    library: Library, reports: Path, into: Ingest
) -> None:
    into(reports)
    before = library.report("annual.txt")
    (reports / "annual.txt").rename(reports / "annual-2024.txt")

    report = into(reports)

    after = library.report("annual-2024.txt")
    assert outcomes(report) == {
        "annual-2024.txt": "renamed", "press/note.txt": "unchanged", "zebra.txt": "unchanged"
    }  # fmt: skip
    assert (after.id, after.title, before.title) == (before.id, "annual-2024", "annual")
    assert set(outcomes(into(reports)).values()) == {"unchanged"}
    assert library.verify() == []


def test_a_new_file_where_a_renamed_one_was_is_another_report(library: Library, reports: Path, into: Ingest) -> None:
    into(reports)
    (reports / "annual.txt").rename(reports / "annual-2024.txt")
    into(reports)
    write(reports / "annual.txt", "We had 5,000 contacts in 2025.")

    assert outcomes(into(reports))["annual.txt"] == "added"
    assert len({report.id for report in library.reports()}) == 4
    assert library.verify() == []


def test_a_copy_is_no_rename(reports: Path, into: Ingest) -> None:
    into(reports)
    write(reports / "copy.txt", (reports / "annual.txt").read_text())

    assert outcomes(into(reports))["copy.txt"] == "added"


def test_two_files_that_change_places_are_each_read_again(library: Library, reports: Path, into: Ingest) -> None:
    into(reports)
    (reports / "annual.txt").rename(reports / "a")
    (reports / "zebra.txt").rename(reports / "annual.txt")
    (reports / "a").rename(reports / "zebra.txt")

    assert into(reports).changed == 2
    assert library.page(library.report("annual.txt"), 1).text.startswith("Zebras")


def test_a_plan_tells_what_an_ingest_then_does(library: Library, reports: Path, into: Ingest) -> None:
    write(reports / "bad.txt", "BROKEN")
    into(reports)
    write(reports / "annual.txt", "We had 5,000 contacts in 2025.")
    (reports / "zebra.txt").unlink()
    write(reports / "new.txt", "New.")

    foretold = foreseen(planned(library, [reports]))

    assert outcomes(foretold) == outcomes(into(reports)) == {
        "annual.txt": "changed", "bad.txt": "failed", "new.txt": "added", "press/note.txt": "unchanged",
        "zebra.txt": "retired",
    }  # fmt: skip


def test_a_change_within_the_same_tick_of_the_clock_is_seen(library: Library, reports: Path, into: Ingest) -> None:
    into(reports)
    stat = (reports / "annual.txt").stat()
    write(reports / "annual.txt", (reports / "annual.txt").read_text().replace("4,100", "4,200"))
    os.utime(reports / "annual.txt", ns=(stat.st_atime_ns, stat.st_mtime_ns))

    assert outcomes(into(reports))["annual.txt"] == "changed"


@pytest.mark.parametrize("seconds", [-400_000_000, 400_000_000])
def test_a_clock_set_back_or_forward_hides_no_change(
    seconds: int, library: Library, reports: Path, into: Ingest
) -> None:
    into(reports)
    write(reports / "annual.txt", "We had 5,000 contacts in 2025.")
    os.utime(reports / "annual.txt", (time.time() + seconds,) * 2)

    assert outcomes(into(reports))["annual.txt"] == "changed"
    assert set(outcomes(into(reports)).values()) == {"unchanged"}


def test_files_read_at_the_same_time_give_the_same_library(tmp_path: Path, reports: Path) -> None:
    for number in range(40):
        write(reports / f"{number}.txt", f"Report {number} has {number} contacts.\n" * (1 + number % 7))
    held = []
    for at_once in (1, 4):
        with Library.open(tmp_path / f"library-{at_once}", LetterCount(), create=True) as library:
            ingest(library, [reports], read=read_text, at_once=at_once, group=20)
            held.append((library.reports(), sorted(library.catalog.passage_ids())))
            assert library.verify() == []

    assert held[0] == held[1]


def test_what_cannot_be_read_is_listed_and_the_rest_goes_on(library: Library, reports: Path, into: Ingest) -> None:
    write(reports / "bad.txt", "BROKEN")

    report = into(reports)

    assert (report.failed, report.added) == (1, 3)
    assert library.summary()["unread"] == [{"path": "bad.txt", "reason": "it is broken"}]


def test_an_unread_file_is_tried_again_when_it_or_the_readers_change(
    library: Library, reports: Path, into: Ingest
) -> None:
    bad = write(reports / "bad.txt", "BROKEN")
    into(reports)

    assert into(reports, read=never_read).failed == 1
    assert into(reports, read=lambda path, draft: read_text(reports / "annual.txt", draft), pipeline="2").failed == 0
    write(bad, "BROKEN again")
    assert into(reports, pipeline="2").failed == 1
    write(bad, "Mended.")
    assert outcomes(into(reports, pipeline="2"))["bad.txt"] == "changed"
    assert library.summary()["unread"] == []


def test_a_file_that_became_unreadable_keeps_its_old_revision_and_is_listed(
    library: Library, reports: Path, into: Ingest
) -> None:
    into(reports)
    text = (reports / "annual.txt").read_text()
    write(reports / "annual.txt", "BROKEN")
    into(reports)

    assert library.lexical(stems("4,100"), 5)
    assert [file["path"] for file in library.summary()["unread"]] == ["annual.txt"]
    write(reports / "annual.txt", text)
    assert into(reports).unchanged == 3
    assert library.summary()["unread"] == []


def test_a_new_version_of_the_readers_reads_everything_again(library: Library, reports: Path, into: Ingest) -> None:
    into(reports)

    report = into(reports, pipeline="2")

    assert (report.changed, report.embedded) == (3, 0)
    assert library.verify() == []


def test_hidden_and_ignored_files_are_passed_over(library: Library, reports: Path, into: Ingest) -> None:
    write(reports / ".secret.txt", "hidden")
    write(reports / ".git" / "config.txt", "hidden")
    write(reports / "drafts" / "one.txt", "a draft")
    write(reports / "table.bak", "old")
    write(reports / "press" / "old.txt", "old")
    write(reports / ".footnoteignore", "# not these\ndrafts/\n*.bak\npress/old.txt\nzebra.txt/\n")

    assert sorted(outcomes(into(reports))) == ["annual.txt", "press/note.txt", "zebra.txt"]


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path, reports: Path, into: Ingest) -> None:
    (reports / "link.txt").symlink_to(write(tmp_path / "elsewhere.txt", "Secret."))
    (reports / "inside.txt").symlink_to(reports / "zebra.txt")

    found = outcomes(into(reports))

    assert (found["link.txt"], found["inside.txt"]) == ("failed", "added")


def test_a_link_to_a_folder_outside_is_listed_and_one_to_a_folder_inside_adds_nothing(
    tmp_path: Path, reports: Path, into: Ingest
) -> None:
    write(tmp_path / "elsewhere" / "one.txt", "Secret.")
    (reports / "out").symlink_to(tmp_path / "elsewhere")
    (reports / "round").symlink_to(reports)

    found = outcomes(into(reports))

    assert found["out"] == "failed"
    assert sorted(found) == ["annual.txt", "out", "press/note.txt", "zebra.txt"]


def test_names_with_line_ends_are_read_and_names_that_are_no_text_are_listed(
    library: Library, reports: Path, into: Ingest
) -> None:
    write(reports / "two\nlines.txt", "Fifty contacts.")
    write(Path(os.fsdecode(os.fsencode(reports) + b"/caf\xe9.txt")), "Sixty contacts.")

    found = outcomes(into(reports))

    assert (found["two\nlines.txt"], found["caf\ufffd.txt"]) == ("added", "failed")
    assert library.lexical(stems("fifty"), 5)
    assert library.summary()["unread"] == [
        {"path": "caf\ufffd.txt", "reason": "its name is not valid Unicode: rename it"}
    ]


def test_what_programs_leave_beside_files_is_passed_over(reports: Path, into: Ingest) -> None:
    for name in ("~$annual.docx", "Thumbs.db", "desktop.ini"):
        write(reports / name, "rubbish")

    assert into(reports).failed == 0


def test_two_roots_do_not_retire_each_others_reports(
    tmp_path: Path, library: Library, reports: Path, into: Ingest
) -> None:
    other = write(tmp_path / "other" / "more.txt", "More of it.").parent
    into(reports)
    into(other)
    into(reports)

    assert len(library.reports()) == 4


def test_the_same_path_from_another_root_is_refused_in_words(
    tmp_path: Path, library: Library, reports: Path, into: Ingest
) -> None:
    other = write(tmp_path / "other" / "annual.txt", "Quite another report.").parent
    into(reports)

    report = into(other)

    assert [file.reason for file in report.files] == [
        f"the library already has annual.txt from {reports}: ingest this one with another --collection"
    ]
    assert into(other, collection="second").added == 1
    assert library.lexical(stems("4,100"), 5)


def test_a_folder_that_was_moved_takes_its_reports_along(
    tmp_path: Path, library: Library, reports: Path, into: Ingest
) -> None:
    into(reports)
    moved = reports.rename(tmp_path / "moved")
    (moved / "zebra.txt").unlink()

    assert into(moved).unchanged == 2
    assert into(moved).unchanged == 2


def test_a_single_file_is_added_under_its_name_and_retires_nothing(
    library: Library, reports: Path, into: Ingest
) -> None:
    into(reports / "annual.txt")
    into(reports / "zebra.txt")

    assert [report.path for report in library.reports()] == ["annual.txt", "zebra.txt"]
    assert into(reports).unchanged == 2


def test_a_path_that_is_not_there_is_refused_before_anything_is_done(
    library: Library, reports: Path, into: Ingest
) -> None:
    with pytest.raises(BadInput, match="no file or folder"):
        into(reports, reports / "nowhere")
    assert library.reports() == []


def test_a_file_written_to_while_it_is_read_is_read_again(library: Library, reports: Path, into: Ingest) -> None:
    written: list[Path] = []

    def read_late(path: Path, draft: Any) -> Any:
        if draft.path == "annual.txt" and not written:
            written.append(write(reports / "annual.txt", "We had 5,000 contacts in 2025."))
        return read_text(path, draft)

    assert outcomes(into(reports, read=read_late))["annual.txt"] == "added"
    assert library.lexical(stems("5,000"), 5) and not library.lexical(stems("4,100"), 5)
    assert library.verify() == []


def test_a_file_that_is_written_to_each_time_is_listed_and_tried_at_the_next_ingest(
    reports: Path, into: Ingest
) -> None:
    def read_late(path: Path, draft: Any) -> Any:
        if draft.path == "annual.txt":
            with (reports / "annual.txt").open("a") as file:
                file.write("Another line.\n")
        return read_text(path, draft)

    listed = {file.path: file.reason for file in into(reports, read=read_late).files if file.outcome == "failed"}
    assert listed == {"annual.txt": "it was written to each time it was read: ingest it again"}
    assert outcomes(into(reports))["annual.txt"] == "added"


def test_a_half_written_file_that_cannot_be_read_is_read_again_once_it_is_whole(reports: Path, into: Ingest) -> None:
    write(reports / "late.txt", "BROKEN, as yet")

    def read_late(path: Path, draft: Any) -> Any:
        if draft.path == "late.txt" and "BROKEN" in path.read_text():
            write(reports / "late.txt", "Whole.")
        return read_text(path, draft)

    assert outcomes(into(reports, read=read_late))["late.txt"] == "added"


def test_a_reader_that_fails_costs_one_file(reports: Path, into: Ingest) -> None:
    def read_some(path: Path, draft: Any) -> Any:
        if draft.path == "zebra.txt":
            raise ValueError("stripes")
        return read_text(path, draft)

    report = into(reports, read=read_some)

    assert [file.reason for file in report.files if file.outcome == "failed"] == [
        "could not be read (ValueError: stripes)"
    ]
    assert report.added == 2


def test_the_library_does_not_ingest_itself(library: Library, into: Ingest) -> None:
    write(library.folder.parent / "reports" / "one.txt", "One.")

    assert sorted(outcomes(into(library.folder.parent))) == ["reports/one.txt"]


def test_events_tell_each_step_of_a_publish_in_order(reports: Path, into: Ingest) -> None:
    stages: list[str] = []
    into(reports, on_event=lambda event: stages.append(event.stage))

    assert stages == [
        *["read"] * 3,
        *["embedding", "embedded", "begun", "vectors", "words", "live", "settled", "retired", "swept"],
    ]


def test_a_pipe_is_no_report_and_holds_nothing_up(reports: Path, into: Ingest) -> None:
    os.mkfifo(reports / "pipe.txt")

    report = into(reports)

    assert outcomes(report)["pipe.txt"] == "failed"
    assert report.added == 3


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is locked for the superuser")
def test_what_a_locked_folder_held_stays(library: Library, reports: Path, into: Ingest) -> None:
    into(reports)
    (reports / "press").chmod(0)
    try:
        report = into(reports)
    finally:
        (reports / "press").chmod(0o755)

    assert outcomes(report)["press/"] == "failed"
    assert "press/note.txt" in [held.path for held in library.reports()]
