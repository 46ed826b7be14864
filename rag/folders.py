"""The files of the folders that are ingested, and what is wrong with their places. None is opened here."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import translate
from pathlib import Path

from rag.errors import BadInput

# What systems and programs leave beside people's files.
_LITTER = ("~$*", "Thumbs.db", "desktop.ini")


@dataclass(frozen=True, slots=True)
class Root:
    """A folder to be mirrored, or one file of it to be added."""

    folder: Path
    only: str = ""


@dataclass(frozen=True, slots=True)
class File:
    """A file of a root as it was seen; `wrong` says why it is not even to be opened."""

    root: str
    path: str  # relative to the root, with slashes; of a folder that cannot be opened, with one at its end
    size: int = -1
    mtime_ns: int = -1
    wrong: str = ""

    @property
    def place(self) -> Path:
        return Path(self.root, self.path)


def root_of(path: Path) -> Root:
    """The folder, or the one file of its folder; `BadInput` where there is neither."""
    if path.is_dir():
        return Root(path.resolve())
    if path.is_file():
        return Root(path.absolute().parent.resolve(), path.name)
    raise BadInput(f"There is no file or folder {path}.")


def files_of(root: Root, library: Path) -> Iterator[File]:
    """The files of a root, but hidden ones, those that its .footnoteignore names, and the library itself."""
    if root.only:
        with os.scandir(root.folder) as entries:
            yield from (_seen(root.folder, entry, entry.name) for entry in entries if entry.name == root.only)
        return
    yield from _walked(root.folder, "", _Ignored((*_LITTER, *_listed(root.folder))), library.resolve())


def _walked(root: Path, folder: str, ignored: _Ignored, library: Path) -> Iterator[File]:
    """The files below a folder of the root: `folder` is empty or ends in a slash."""
    try:
        with os.scandir(root / folder) as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except OSError as error:
        yield File(
            str(root), _shown(folder), wrong=f"the folder cannot be opened ({error.strerror}); what it held stays"
        )
        return
    for entry in entries:
        path = folder + entry.name
        is_folder = entry.is_dir()
        if entry.name.startswith(".") or ignored.names(entry.name, path, is_folder):
            continue
        if not is_folder:
            yield _seen(root, entry, path)
        elif not entry.is_symlink():
            if entry.path != str(library):
                yield from _walked(root, f"{path}/", ignored, library)
        elif not Path(entry.path).resolve().is_relative_to(root):  # a link to a folder inside is read at its own place
            yield File(str(root), _shown(path), wrong=_OUTSIDE)


_OUTSIDE = "it is a link to a place outside the folder, and is not followed"


def _seen(root: Path, entry: os.DirEntry[str], path: str) -> File:
    """The file with its size and time, or what is wrong about its place."""
    if _shown(path) != path:
        return File(str(root), _shown(path), wrong="its name is not valid Unicode: rename it")
    if entry.is_symlink() and not Path(entry.path).resolve().is_relative_to(root):
        return File(str(root), path, wrong=_OUTSIDE)
    try:
        stat = entry.stat()
    except OSError as error:
        return File(str(root), path, wrong=error.strerror or "it could not be opened")
    if not entry.is_file():
        return File(str(root), path, wrong="it is not a regular file")  # reading a pipe would wait for ever
    return File(str(root), path, stat.st_size, stat.st_mtime_ns)


def _shown(path: str) -> str:
    """The path as it can be kept and printed: bytes that are no text stand as question marks."""
    return os.fsencode(path).decode(errors="replace")


def _listed(root: Path) -> list[str]:
    """The patterns in the root's .footnoteignore."""
    listed = root / ".footnoteignore"
    if not listed.is_file():
        return []
    lines = (line.strip() for line in listed.read_text(encoding="utf-8", errors="replace").splitlines())
    return [line for line in lines if line and not line.startswith("#")]


class _Ignored:
    """What is passed over: a pattern names a path's last part or all of it; one that ends in a slash only folders.

    Folders are asked about before what is in them, so each part of a path is seen.
    """

    def __init__(self, patterns: Sequence[str]) -> None:
        self._folders = _any_of(patterns)
        self._files = _any_of([pattern for pattern in patterns if not pattern.endswith("/")])

    def names(self, name: str, path: str, is_folder: bool) -> bool:
        pattern = self._folders if is_folder else self._files
        return bool(pattern.match(name) or (name != path and pattern.match(path)))


def _any_of(patterns: Sequence[str]) -> re.Pattern[str]:
    return re.compile("|".join(translate(pattern.strip("/")) for pattern in patterns))
