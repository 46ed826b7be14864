"""A kill at any moment of an ingest, and another ingest: the library is the one an uninterrupted ingest gives."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from fakes import LetterCount, read_text

from rag.ingest import ingest
from rag.library import Library

PLACES = [
    "reading the second file",
    "embedding the second group",
    "embedded",
    "begun",
    "half the vectors",
    "vectors",
    "words",
    "before the commit",
    "live",
    "half the removal",
    "settled",
    "retired",
    "swept",
]
HOLDINGS = ("held", "catalog", "statements", "chroma", "words")
GROUP = 6  # passages; so that the folder takes several publishes


def write_reports(folder: Path) -> None:
    """Six reports of a few passages each."""
    folder.mkdir()
    for number in range(6):
        lines = [f"Report {number} counts {number * 100 + i} contacts in the {i}th month. " * 6 for i in range(5)]
        (folder / f"report-{number}.txt").write_text("\n".join(lines), encoding="utf-8")


def change_reports(folder: Path) -> None:
    """One is changed, one deleted, one new, one becomes unreadable."""
    (folder / "report-1.txt").write_text("Report 1 was written again, and counts 17 contacts.", encoding="utf-8")
    (folder / "report-2.txt").unlink()
    (folder / "report-3.txt").write_text("BROKEN", encoding="utf-8")
    (folder / "report-9.txt").write_text("Report 9 is new.\fIt has two pages.", encoding="utf-8")


def run(library: Library, reports: Path, **options: Any) -> None:
    ingest(library, [reports], **{"read": read_text, "group": GROUP, **options})


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def killed(folder: Path, reports: Path, place: str) -> None:
    """In a child: ingest, and die at the place."""
    library = Library.open(folder, LetterCount(), create=True)
    read: Callable[..., Any] = read_text
    if place == "reading the second file":
        read = at_the_second_call(read_text)
    elif place == "embedding the second group":
        library.embed = Dying()
    elif place == "half the vectors":
        library.vectors.add = partial(half_added, library.vectors.add)  # type: ignore[method-assign]
    elif place == "half the removal":
        library.words.remove = lambda revisions: die()  # type: ignore[method-assign]
    elif place == "before the commit":
        publish = library.catalog.publish

        def dying_publish(*args: Any) -> None:
            sa.event.listen(library.catalog._engine, "commit", lambda _: die())
            publish(*args)

        library.catalog.publish = dying_publish  # type: ignore[method-assign]
    run(library, reports, read=read, on_event=lambda event: die() if event.stage == place else None)


class Dying(LetterCount):
    """Does not live to be asked a second time."""

    def __call__(self, texts: Any, /) -> Any:
        if self.asked:
            die()
        return super().__call__(texts)


def at_the_second_call(read: Callable[..., Any]) -> Callable[..., Any]:
    seen: list[Path] = []

    def reading(path: Path, draft: Any) -> Any:
        seen.append(path)
        return die() if len(seen) == 2 else read(path, draft)

    return reading


def half_added(add: Callable[..., None], collection: str, ids: Sequence[str], vectors: Any, revisions: Any) -> None:
    half = len(ids) // 2
    if half:
        add(collection, ids[:half], vectors[:half], revisions[:half])
        die()
    add(collection, ids, vectors, revisions)


def state(library: Library) -> dict[str, Any]:
    """All that can be told of a library, but its own name and its size on disk."""
    assert library.verify() == []
    ids = library.catalog.passage_ids()
    summary = library.summary()
    return {
        "summary": {key: summary[key] for key in summary.keys() - {"folder", "bytes"}},
        "held": [(h.report, h.sha256, h.passages) for h in library.held],
        "catalog": sorted(ids),
        "statements": sorted(s.id for passage, _ in library.passages(ids).values() for s in passage.statements),
        "chroma": sorted(library.vectors.ids("main")),
        "words": sorted(library.words.ids()),
        "originals": sorted(p.name for p in (library.folder / "files").rglob("*.*")),
        "jobs": library.catalog.jobs(),
    }


def kill_at(place: str, folder: Path, reports: Path) -> None:
    children = multiprocessing.get_context("forkserver")
    children.set_forkserver_preload(["chromadb", "rag.ingest", "fakes"])  # imported once for all children
    child = children.Process(target=killed, args=(folder, reports, place))
    child.start()
    child.join(120)
    assert child.exitcode == -signal.SIGKILL, f"the child was to die at: {place}"


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], dict[str, Any]]:
    """What a library of the reports holds, and what it holds after they changed."""
    place = tmp_path_factory.mktemp("uninterrupted")
    write_reports(place / "reports")
    with Library.open(place / "library", LetterCount(), create=True) as library:
        run(library, place / "reports")
        before = state(library)
        change_reports(place / "reports")
        run(library, place / "reports")
        return before, state(library)


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    write_reports(tmp_path / "reports")
    return tmp_path / "reports"


@pytest.fixture
def updating(tmp_path: Path, reports: Path) -> Path:
    """A library of the reports, which have changed since."""
    with Library.open(tmp_path / "library", LetterCount(), create=True) as library:
        run(library, reports)
    change_reports(reports)
    return tmp_path / "library"


@pytest.mark.parametrize("place", [place for place in PLACES if place != "half the removal"])
def test_a_first_ingest_that_was_killed_is_made_whole(
    place: str, tmp_path: Path, reports: Path, expected: tuple[dict[str, Any], ...]
) -> None:
    kill_at(place, tmp_path / "library", reports)

    with Library.open(tmp_path / "library", LetterCount()) as library:
        run(library, reports)
        assert state(library) == expected[0]


@pytest.mark.parametrize("place", [place for place in PLACES if place != "embedding the second group"])
def test_an_update_that_was_killed_is_made_whole(
    place: str, reports: Path, updating: Path, expected: tuple[dict[str, Any], ...]
) -> None:
    kill_at(place, updating, reports)

    with Library.open(updating, LetterCount()) as library:
        run(library, reports)
        assert state(library) == expected[1]


@pytest.mark.parametrize("place", ["half the vectors", "words", "before the commit"])
def test_before_the_commit_the_library_is_wholly_the_old_one(
    place: str, reports: Path, updating: Path, expected: tuple[dict[str, Any], ...]
) -> None:
    kill_at(place, updating, reports)

    with Library.open(updating, LetterCount()) as library:
        held = state(library)
        assert [held[part] for part in HOLDINGS] == [expected[0][part] for part in HOLDINGS]


def test_vectors_made_before_a_kill_are_not_made_again(tmp_path: Path, reports: Path) -> None:
    kill_at("embedded", tmp_path / "library", reports)

    with Library.open(tmp_path / "library", LetterCount()) as library:
        run(library, reports)
        assert 0 < len(library.embed.asked) < len(library.catalog.passage_ids())
