"""A kill -9 where `tests/test_durability.py` has none: while files are read ahead, in a rebuild, in a correction."""

from __future__ import annotations

import pytest
from machine import KILLED, Footnote, dies

REBUILD = "Run `footnote rebuild` to mend it; nothing is embedded again."
SETTING = ("set", "bees-2026-01-10.txt", "--title", "Bees of the wood", "--json")


def write_wasps(footnote: Footnote) -> None:
    for number in range(5):
        words = f"In {2019 + number} the wardens counted {number} wasps."
        (footnote.reports / f"wasps-{number}.txt").write_text(words)


@pytest.mark.parametrize(
    ("at", "call"),
    [
        ("rag.ingest:planned", 1),
        ("rag.index.originals:Originals.keep", 3),  # read ahead in a thread, while nothing is live yet
        ("rag.index.catalog:Catalog.list_unread", 1),
        ("rag.index.originals:Originals.sweep", 1),
    ],
)
def test_an_ingest_that_was_killed_is_done_by_the_next(at: str, call: int, ingested: Footnote) -> None:
    write_wasps(ingested)
    (ingested.reports / "empty.txt").touch()

    assert ingested.ingest(traps=[dies(at, call)]).code == KILLED

    assert ingested.is_well()
    assert ingested.ingest().code == 3
    held = ingested("status", "--json").json
    assert (held["reports"], held["unread"]) == (6, [{"path": "empty.txt", "reason": "the file is empty"}])
    assert len([path for path in (ingested.library / "files").rglob("*") if path.is_file()]) == 6
    assert ingested.is_well()


@pytest.mark.parametrize(
    "at", ["rag.index.vectors:Vectors.add", "rag.index.words:Words.add", "rag.index.catalog:Catalog.finish"]
)
def test_a_rebuild_that_was_killed_is_asked_for_again(at: str, ingested: Footnote) -> None:
    assert ingested("rebuild", traps=[dies(at)]).code == KILLED

    for command in (["ask", "How many bees in 2025?"], ["ingest", "reports"]):
        done = ingested(*command)
        assert (done.code, done.err) == (1, f"A rebuild of library was interrupted. {REBUILD}\n")
    assert ingested("rebuild", traps=[dies("rag.index.embed:MiniLM.__call__")]).code == 0
    assert ingested.is_well()


@pytest.mark.parametrize(
    "at",
    [
        "rag.index.catalog:Catalog.correct",
        "rag.index.catalog:Catalog.begin",
        "rag.library:Library.refresh",
    ],
)
def test_a_correction_that_was_killed_is_there_or_not_and_can_be_made_again(at: str, ingested: Footnote) -> None:
    assert ingested(*SETTING, traps=[dies(at)]).code == KILLED

    assert ingested.is_well()
    assert title(ingested) in {"Bees", "Bees of the wood"}
    assert ingested(*SETTING).json["title"] == "Bees of the wood"
    assert title(ingested) == "Bees of the wood"
    assert ingested.is_well()


def title(footnote: Footnote) -> str:
    (held,) = footnote("status", "--json").json["held"]
    said: str = held["title"]
    return said


def test_a_correction_that_was_noted_before_a_kill_is_made_by_the_next_ingest(ingested: Footnote) -> None:
    assert ingested(*SETTING, traps=[dies("rag.index.catalog:Catalog.begin")]).code == KILLED
    assert title(ingested) == "Bees"

    assert ingested.ingest().json["changed"] == 1
    assert title(ingested) == "Bees of the wood"


def test_a_reading_process_that_is_killed_costs_its_file_until_the_next_ingest(ingested: Footnote) -> None:
    (ingested.reports / "moths.txt").write_text("In 2025 the wardens counted 12 moths.")
    killed = {"at": "rag.passages:read_and_cut", "do": "replace", "value": "forked:killed_reader"}

    done = ingested.ingest(traps=[killed])

    reason = "the reading process was killed, perhaps for want of memory: ingest it again"
    assert (done.code, ingested.unread()) == (3, {"moths.txt": reason})
    assert ingested.is_well()
    assert (ingested.ingest().code, ingested.unread()) == (0, {})
    assert ingested.short("How many moths in 2025?") == "12"
