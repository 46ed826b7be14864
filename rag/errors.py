"""Errors are sentences for the person who reads them. Catch them at the doors (command line, page, API)."""

from typing import Literal


class FootnoteError(Exception):
    """Something Footnote can say in a sentence; the message is that sentence."""


class UnreadableReport(FootnoteError):
    """A file that could not be read, and why. It costs that file only."""


class ReaderKilled(UnreadableReport):
    """What read the file was killed from outside: the same file may be read another time."""


class LibraryBusy(FootnoteError):
    """Another process owns the library."""


class LibraryDamaged(FootnoteError):
    """The library's parts do not agree, and the sentence says what mends it."""


class DiskFull(FootnoteError):
    """There is no room to go on; what the library held before is whole."""


MAKE_ROOM = "Make room and ingest again: what was live is whole, and what was embedded is not embedded anew."


# The whole folder: SQLite would add to a catalog alone what a log of the damaged one still holds.
START_ANEW = "Move {folder} away, then put a backup of it there or ingest again: your reports are untouched."


def brief(error: BaseException, most: int = 200) -> str:
    """What an error of a library says, on one line; some quote a whole file."""
    said = " ".join(str(error).split())
    return said if len(said) <= most else f"{said[:most]}…"


class WrongModel(FootnoteError):
    """The library was embedded with another model than the one configured."""


class BadInput(FootnoteError):
    """A question, case, date or option that cannot be understood, and what would be."""


class EndpointFailed(FootnoteError):
    """An OpenAI-compatible endpoint did not give what was asked for."""


# Why a language model gave no whole answer: `cut` ended without saying that it was done, `length` stopped at its limit,
# `not_json` is a web page or garbage, `refused` a content filter.
Cause = Literal[
    "unreachable",
    "unauthorised",
    "unknown_model",
    "rate_limited",
    "server_error",
    "first_token",
    "idle",
    "total",
    "cut",
    "length",
    "not_json",
    "empty",
    "refused",
    "stopped",
]


class ModelFailed(FootnoteError):
    """A language model gave no whole answer. The cause is for code and logs, the sentence for the person who asked."""

    def __init__(self, said: str, cause: Cause) -> None:
        super().__init__(said)
        self.cause: Cause = cause
