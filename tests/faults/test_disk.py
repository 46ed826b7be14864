"""A disk that fills up under each part of a library: a sentence, nothing lost, and all well once there is room."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from done import Done
from machine import Footnote

MOUNTS = "needs to mount a small file system: unshare --user --map-root-user --mount"
FULL = "Make room and ingest again: what was live is whole, and what was embedded is not embedded anew.\n"
ROOM = "100m"


class Disk:
    """A file system of its own for one folder, with what was in the folder."""

    def __init__(self, footnote: Footnote, folder: Path) -> None:
        self.folder = folder
        self._do = footnote.machine.do
        folder.mkdir(exist_ok=True)
        aside = folder.rename(footnote.folder / "aside")
        folder.mkdir()
        self._do("mount", "-t", "tmpfs", "-o", f"size={ROOM},mode=700", "tmpfs", str(folder))
        self._do("cp", "-a", f"{aside}/.", str(folder))

    def leave(self, kilobytes: int) -> None:
        """Let only so much more be written."""
        used = "$(df -k --output=used . | tail -1)"
        self._do("sh", "-c", f"cd {self.folder} && mount -o remount,size=$(({used}+{kilobytes}))k {self.folder}")

    def remount(self, options: str) -> None:
        self._do("mount", "-o", f"remount,{options}", str(self.folder))

    def enlarge(self) -> None:
        self.remount(f"size={ROOM}")

    def close(self) -> None:
        self._do("umount", str(self.folder))


@pytest.fixture
def filled(ingested: Footnote, request: pytest.FixtureRequest) -> Iterator[tuple[Footnote, Disk]]:
    """A library with the good report, of which the part named is on a small disk; and many more reports to come."""
    if not ingested.machine.mounts:
        pytest.skip(MOUNTS)
    write_many(ingested)
    disk = Disk(ingested, ingested.library / request.param)
    yield ingested, disk
    disk.close()


def write_many(footnote: Footnote) -> None:
    """Reports of a passage each, larger than the room that is left."""
    for number in range(6):
        words = f"In {1900 + number} the wardens of wood {number} counted {number} wasps. " * 10
        (footnote.reports / f"wasps-{number}.txt").write_text(words + "\n" * 30_000)


def is_full(done: Done) -> bool:
    return done.code == 1 and done.err.startswith("The disk that holds ") and done.err.endswith(f" is full. {FULL}")


def rooms(*parts_and_room: tuple[str, int]) -> pytest.MarkDecorator:
    """A disk under each of these parts of the library, and how much room it has left."""
    return pytest.mark.parametrize(
        ("filled", "room"),
        parts_and_room,
        indirect=["filled"],
        ids=[f"{p or 'all'}-{room}" for p, room in parts_and_room],
    )


@rooms(("", 0), ("", 120), ("chroma", 40), ("words", 0), ("files", 0))
def test_a_disk_that_fills_up_during_an_ingest_costs_nothing_that_was_there(
    filled: tuple[Footnote, Disk], room: int
) -> None:
    footnote, disk = filled
    disk.leave(room)

    done = footnote.ingest()

    assert is_full(done), done.err
    asked = footnote("ask", "How many bees in 2025?")
    assert asked.out.startswith("more than 4,100") or (is_full(asked) and disk.folder == footnote.library)
    disk.enlarge()
    again = footnote.ingest()
    assert (again.code, again.json["added"]) == (0, 6)
    if disk.folder.name in {"chroma", "words"}:
        assert again.json["embedded"] == 0  # that was done before the disk was full
    assert footnote.is_well()


@rooms(("", 40))
def test_a_rebuild_that_has_no_room_is_asked_for_again(filled: tuple[Footnote, Disk], room: int) -> None:
    footnote, disk = filled
    disk.leave(room)

    assert is_full(footnote("rebuild"))

    disk.enlarge()
    assert footnote("rebuild").code == 0
    assert footnote.is_well()


@rooms(("chroma", 0))
def test_a_correction_that_has_no_room_is_made_when_there_is(filled: tuple[Footnote, Disk], room: int) -> None:
    footnote, disk = filled
    disk.leave(room)
    correction = ("set", "bees-2026-01-10.txt", "--title", "Bees of the wood", "--json")

    assert is_full(footnote(*correction))

    disk.enlarge()
    assert footnote(*correction).json["title"] == "Bees of the wood"
    assert footnote.is_well()


def test_a_new_library_for_which_there_is_no_room_is_made_when_there_is(footnote: Footnote) -> None:
    if not footnote.machine.mounts:
        pytest.skip(MOUNTS)
    write_many(footnote)
    disk = Disk(footnote, footnote.library)
    disk.leave(250)

    full = footnote.ingest()
    disk.enlarge()

    assert is_full(full)
    assert footnote.ingest().code == 0
    assert footnote.is_well()
    disk.close()
