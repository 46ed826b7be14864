"""A library that may not be written to, wholly or in part: a sentence from every command, and all well once it may."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from machine import Footnote
from test_disk import MOUNTS, Disk

SHUT = (
    " cannot be written to, which Footnote must even to answer. "
    "Give this account the right to, or copy the library to where it has it.\n"
)
COMMANDS = (
    ["ask", "How many bees in 2025?"],
    ["search", "bees"],
    ["status"],
    ["verify"],
    ["ingest", "reports"],
    ["rebuild"],
    ["set", "bees-2026-01-10.txt", "--title", "Bees of the wood"],
)


def test_a_library_on_a_disk_that_is_read_only_says_so(ingested: Footnote) -> None:
    if not ingested.machine.mounts:
        pytest.skip(MOUNTS)
    disk = Disk(ingested, ingested.library)
    disk.remount("ro")

    for command in COMMANDS:
        done = ingested(*command)
        assert (done.code, done.err) == (1, f"library{SHUT}"), command

    disk.remount("rw")
    assert ingested.is_well()
    assert ingested.ingest().code == 0
    disk.close()


@pytest.fixture
def shut(ingested: Footnote, request: pytest.FixtureRequest) -> Iterator[tuple[Footnote, Path]]:
    """A library of which one part may be read only; and a report to come."""
    if not ingested.machine.obeys:
        pytest.skip("needs a user whom permissions bind, or setpriv to give the superuser's right up")
    (ingested.reports / "moths.txt").write_text("In 2025 the wardens counted 12 moths.")
    part = ingested.library / request.param
    set_writable(part, writable=False)
    yield ingested, part
    set_writable(part, writable=True)


def set_writable(part: Path, *, writable: bool) -> None:
    for path in (part, *part.rglob("*")):
        path.chmod((0o755 if path.is_dir() else 0o644) if writable else (0o555 if path.is_dir() else 0o444))


@pytest.mark.parametrize("shut", ["catalog.db", "chroma", "words", "files"], indirect=True)
def test_a_part_that_may_not_be_written_to_is_told_and_an_ingest_is_done_once_it_may(
    shut: tuple[Footnote, Path],
) -> None:
    footnote, part = shut

    done = footnote("ingest", "reports")

    assert done.code == 1
    assert done.err in {f"library{SHUT}", f"library/{part.name}{SHUT}"}
    asked = footnote("ask", "How many bees in 2025?")
    assert asked.out.startswith("more than 4,100") or asked.err.endswith(SHUT)
    set_writable(footnote.library, writable=True)  # SQLite's log of a catalog takes its permissions from it
    assert footnote("ingest", "reports").code == 0
    assert footnote.short("How many moths in 2025?") == "12"
    assert footnote.is_well()


@pytest.mark.parametrize("shut", ["words"], indirect=True)
def test_a_rebuild_that_may_not_write_is_asked_for_again(shut: tuple[Footnote, Path]) -> None:
    footnote, part = shut

    done = footnote("rebuild")

    assert (done.code, done.err) == (1, f"library/{part.name}{SHUT}")
    set_writable(part, writable=True)
    assert footnote("rebuild").code == 0
    assert footnote.is_well()


def test_a_place_where_no_library_may_be_made_is_named(footnote: Footnote) -> None:
    if not footnote.machine.obeys:
        pytest.skip("needs a user whom permissions bind, or setpriv to give the superuser's right up")
    shut = footnote.folder / "shut"
    shut.mkdir(mode=0o555)

    done = footnote("ingest", "reports", "--library", "shut/library")

    assert (done.code, done.err) == (1, "shut/library: Permission denied.\n")
    shut.chmod(0o755)
    assert footnote("ingest", "reports", "--library", "shut/library").code == 0
