"""Follows folders and says when something in them has changed, so that they can be ingested again."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import watchfiles

_LOOK = 1000  # milliseconds between two looks at the clock
_ANYWAY = 300  # looks without a change, after which the folders are gone through all the same: not every drive tells


def follow(paths: Sequence[Path], library: Path, changed: Callable[[], bool]) -> None:
    """Call `changed` once the folders are watched, and again after each change, until Ctrl-C. It says whether it could
    do its work; where it could not, it is called again a little later."""
    library = library.resolve()

    def counts(_: watchfiles.Change, path: str) -> bool:
        place = Path(path)
        return not place.is_relative_to(library) and not place.name.startswith(".")

    # Ctrl-C is how following ends, also in the middle of the work: what was left is taken up by the next ingest. It is
    # noted besides being raised, since whatever runs at that moment may swallow what is raised.
    stopped = threading.Event()

    def stop(*_: object) -> None:
        stopped.set()
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, stop)
    try:
        with suppress(KeyboardInterrupt):
            _follow(paths, counts, changed, stopped)
    finally:
        signal.signal(signal.SIGINT, before)


def _follow(
    paths: Sequence[Path],
    counts: Callable[[watchfiles.Change, str], bool],
    changed: Callable[[], bool],
    stopped: threading.Event,
) -> None:
    quiet, done, begun = 0, False, False
    for changes in watchfiles.watch(
        *paths,
        watch_filter=counts,
        rust_timeout=_LOOK,
        yield_on_timeout=True,
        raise_interrupt=False,
        stop_event=stopped,
    ):
        quiet = 0 if changes else quiet + 1
        # Changes that come while `changed` works are kept, and come with the next look.
        if changes or not begun or not done or quiet >= _ANYWAY:
            done, begun, quiet = changed(), True, 0
        if stopped.is_set():
            return
