"""What a power cut, or a backup put back in part, leaves: indexes behind and ahead of the catalog, a lost log."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from machine import KILLED, Footnote, dies

REBUILD = "Run `footnote rebuild` to mend it; nothing is embedded again."
NO_EMBEDDING = dies("rag.index.embed:MiniLM.__call__")


def added(footnote: Footnote) -> None:
    (footnote.reports / "moths.txt").write_text("In 2025 the wardens counted 12 moths.")


def changed(footnote: Footnote) -> None:
    good = footnote.reports / "bees-2026-01-10.txt"
    good.write_text(good.read_text() + "\nIn 2025 the wardens counted 12 moths.\n")


def deleted(footnote: Footnote) -> None:
    (footnote.reports / "wasps.txt").unlink()


@pytest.fixture
def older(ingested: Footnote, request: pytest.FixtureRequest) -> Path:
    """A copy of the library from before the change; the library itself has seen the change."""
    (ingested.reports / "wasps.txt").write_text("In 2025 the wardens counted 70 wasps.")
    assert ingested.ingest().code == 0
    copy = shutil.copytree(ingested.library, ingested.folder / "older")
    request.param(ingested)
    assert ingested.ingest().code == 0
    return copy


def put_back(part: str, older: Path, library: Path) -> None:
    """The part as it was before."""
    if (older / part).is_dir():
        shutil.rmtree(library / part)
        shutil.copytree(older / part, library / part)
    else:
        shutil.copy2(older / part, library / part)


@pytest.mark.parametrize(
    ("older", "part"),
    [(changed, "chroma"), (deleted, "words"), (changed, "catalog.db"), (deleted, "catalog.db")],
    indirect=["older"],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_a_part_older_than_the_others_is_told_and_made_anew_without_embedding(
    part: str, ingested: Footnote, older: Path
) -> None:
    put_back(part, older, ingested.library)

    verified = ingested("verify")
    assert verified.code == 1 and REBUILD in verified.out
    assert ingested("rebuild", traps=[NO_EMBEDDING]).code == 0
    left = ingested("verify").out.splitlines()  # an older catalog may name originals that were dropped since
    assert left == ["The library is whole."] or all(line.startswith("The original of ") for line in left)
    assert ingested.ingest().code == 0
    assert ingested.is_well()
    assert {path.name for path in ingested.reports.iterdir()} == {
        report["path"] for report in ingested("status", "--json").json["held"]
    }


@pytest.mark.parametrize("older", [added], indirect=True)
def test_a_word_index_that_is_behind_or_ahead_is_told_by_every_command(ingested: Footnote, older: Path) -> None:
    put_back("words", older, ingested.library)

    for command in (["ask", "How many moths in 2025?"], ["status"], ["ingest", "reports"]):
        done = ingested(*command)
        assert done.code == 1
        assert done.err == f"The word index holds 2 passages, the catalog 3. {REBUILD}\n"


def test_a_log_of_the_catalog_that_is_lost_leaves_the_library_as_it_was_before(ingested: Footnote) -> None:
    added(ingested)
    assert ingested.ingest(traps=[dies("rag.library:Library.refresh")]).code == KILLED  # the commit is in the log alone
    log = ingested.library / "catalog.db-wal"
    assert log.stat().st_size
    log.unlink()

    verified = ingested("verify")
    assert verified.code == 1 and REBUILD in verified.out
    assert ingested("rebuild").code == 0
    assert ingested.is_well()
    assert ingested.ingest().json["added"] == 1
    assert ingested.short("How many moths in 2025?") == "12"
    assert ingested.is_well()


def test_the_files_that_show_a_log_s_place_may_be_lost(ingested: Footnote) -> None:
    added(ingested)
    assert ingested.ingest(traps=[dies("rag.library:Library.refresh")]).code == KILLED
    (ingested.library / "catalog.db-shm").unlink()

    assert ingested.short("How many moths in 2025?") == "12"
    assert ingested.is_well()
