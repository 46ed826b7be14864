"""A part of the library that is missing or damaged: what says so, and the way out, with nothing embedded again."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import beside_a_report
from machine import Footnote, Machine, dies, given

REBUILD = "Run `footnote rebuild` to "
START_ANEW = "Move library away, then put a backup of it there or ingest again: your reports are untouched."
# Chroma writes its files at every so many passages only: low, so that a small library has them.
SOON = {"space": "cosine", "sync_threshold": 4, "batch_size": 3}
NO_EMBEDDING = dies("rag.index.embed:MiniLM.__call__")


def gone(path: Path) -> None:
    shutil.rmtree(path) if path.is_dir() else path.unlink()


def emptied(path: Path) -> None:
    os.truncate(path, 0)


def cut_short(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def overwritten(path: Path) -> None:
    for file in path.iterdir() if path.is_dir() else [path]:
        file.write_bytes(b"rubbish " * (file.stat().st_size // 8 + 1))


def header_overwritten(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(b"rubbish " * 12)


def page_overwritten(path: Path) -> None:
    """One page in the middle of a database."""
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 8192 * 4096)
        file.write(b"rubbish " * 512)


def pages_overwritten(path: Path) -> None:
    """All pages of a database but its first."""
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"rubbish " * ((path.stat().st_size - 4096) // 8))


@pytest.fixture(scope="module")
def many(machine: Machine, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library of eight reports, with all the files that a large one has."""
    footnote = beside_a_report(machine, tmp_path_factory.mktemp("many"))
    write_wasps(footnote)
    assert footnote.ingest(traps=[given("rag.index.vectors:HNSW", SOON)]).code == 0
    shutil.rmtree(footnote.reports)
    return footnote.library


@pytest.fixture
def damaged(footnote: Footnote, many: Path, request: pytest.FixtureRequest) -> Footnote:
    """A copy of it, with the damage done to the part named."""
    shutil.copytree(many, footnote.library)
    write_wasps(footnote)
    part, damage = request.param
    found = list(footnote.library.glob(part))
    assert found
    for each in found:
        damage(each)
    return footnote


def write_wasps(footnote: Footnote) -> None:
    for number in range(7):
        (footnote.reports / f"wasps-{number}.txt").write_text(f"In {2019 + number} the wardens counted {number} wasps.")


def parts(*damages: tuple[str, Callable[[Path], None]]) -> pytest.MarkDecorator:
    names = [f"{part.replace('*-*', 'segment').replace('/*', '/')} {damage.__name__}" for part, damage in damages]
    return pytest.mark.parametrize("damaged", damages, indirect=True, ids=names)


def says_so_everywhere(footnote: Footnote, sentence: str) -> bool:
    """Whether every command ends with 1 and the sentence."""
    commands = (["ask", "How many bees in 2025?"], ["status"], ["ingest", "reports"])
    ended = [footnote(*command) for command in commands]
    return all(done.code == 1 and sentence in done.err and done.err.count("\n") == 1 for done in ended)


def is_mended(footnote: Footnote) -> bool:
    """Whether a rebuild makes all well, and embeds nothing."""
    assert footnote("rebuild", traps=[NO_EMBEDDING]).code == 0
    return footnote.is_well()


@parts(
    ("words", gone),
    ("words/meta.json", overwritten),
    ("words/*.idx", cut_short),
    ("words/*.term", gone),
    ("chroma", gone),
)
def test_an_index_that_is_missing_or_cannot_be_opened_is_told_by_every_command_and_made_anew(damaged: Footnote) -> None:
    assert says_so_everywhere(damaged, REBUILD)
    verified = damaged("verify")
    assert verified.code == 1 and REBUILD in verified.out
    assert is_mended(damaged)


@parts(
    ("chroma/chroma.sqlite3", cut_short),
    ("chroma/chroma.sqlite3", overwritten),
    ("chroma/chroma.sqlite3", pages_overwritten),
    ("chroma/*-*", gone),
    ("chroma/*-*", overwritten),
)
def test_a_damaged_vector_index_is_told_by_verify_and_made_anew_and_questions_are_answered_without_it(
    damaged: Footnote,
) -> None:
    assert damaged.short() == "more than 4,100"  # a small library compares the vectors of the catalog
    verified = damaged("verify")
    assert verified.code == 1 and REBUILD in verified.out
    assert is_mended(damaged)


@parts(("chroma/*-*/header.bin", gone))
def test_an_ingest_into_a_damaged_vector_index_names_the_way_out_and_is_done_after_it(damaged: Footnote) -> None:
    (damaged.reports / "moths.txt").write_text("In 2025 the wardens counted 12 moths.")

    done = damaged.ingest()

    assert done.code == 1 and REBUILD in done.err
    assert REBUILD in damaged("ask", "How many bees in 2025?").err  # the half-done job cannot be undone either
    assert damaged("rebuild").code == 0
    assert damaged.ingest().code == 0
    assert damaged.short("How many moths in 2025?") == "12"
    assert damaged.is_well()


@parts(("files", gone), ("files/*/*", overwritten))
def test_originals_that_are_lost_or_damaged_are_told_by_verify_and_kept_again(
    damaged: Footnote, request: pytest.FixtureRequest
) -> None:
    verified = damaged("verify")
    assert verified.code == 1
    told = verified.out.splitlines()
    assert len(told) == 8 and all(line.startswith("The original of ") and "ingest it again." in line for line in told)
    for named in re.findall(r"is damaged: delete (\S+) and", verified.out):
        (damaged.folder / named).unlink()
    assert damaged.ingest(traps=[NO_EMBEDDING]).json["unchanged"] == 8
    assert damaged.is_well()


# --- the catalog, which nothing else can be made from ---------------------------------------------------------------


@parts(
    ("catalog.db", gone),
    ("catalog.db", emptied),
    ("catalog.db", header_overwritten),
)
def test_a_damaged_catalog_is_told_by_every_command_and_a_backup_or_another_ingest_is_the_way_out(
    damaged: Footnote, many: Path
) -> None:
    assert says_so_everywhere(damaged, START_ANEW)
    assert all(START_ANEW in damaged(command).err for command in ("verify", "rebuild"))

    damaged.library.rename(damaged.folder / "away")
    shutil.copytree(many, damaged.library)
    assert damaged.is_well()

    shutil.rmtree(damaged.library)
    assert damaged.ingest().json["added"] == 8
    assert damaged.is_well()


@parts(("catalog.db", page_overwritten))
def test_damage_inside_the_catalog_is_told_by_verify(damaged: Footnote) -> None:
    verified = damaged("verify")
    assert verified.code == 1 and START_ANEW in verified.out + verified.err
