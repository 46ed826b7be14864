"""The events of an ingest as they come: a bar on a terminal, a line a file elsewhere. Knows no library."""

from __future__ import annotations

import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from ui.show import line, out, path_of

_QUIET = ("unchanged", "")  # stages that get no line of their own
_STEPS = {
    "embedding": "embedding", "embedded": "embedding", "begun": "writing", "vectors": "writing", "words": "writing",
    "live": "publishing", "settled": "tidying", "retired": "tidying", "swept": "tidying",
}  # fmt: skip


class Ingesting:
    """Shows files, pages, passages a second and the time left; nothing at all if `quiet`."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._quiet = quiet
        self._started = time.monotonic()
        self._bar = Progress(
            TextColumn("{task.description:<40.40}", markup=False),
            BarColumn(bar_width=24),
            TaskProgressColumn(),
            TextColumn("{task.fields[counts]}", style="dim", markup=False),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
            disable=quiet or not out.is_terminal,
        )
        self._task = self._bar.add_task("Looking", total=1.0, counts="")

    def __enter__(self) -> Ingesting:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def event(self, event: Mapping[str, Any]) -> None:
        path, stage = path_of(event["path"]), event["stage"]
        about = path or _STEPS.get(stage, stage)  # the stages of a group of files name none
        self._bar.update(self._task, description=about, completed=event["share"], counts=self._counts(event))
        if path and not self._quiet and self._bar.disable and stage not in _QUIET:
            out.print(line(f"{event['done']}/{event['total']} {stage}: {path}"))

    def _counts(self, event: Mapping[str, Any]) -> str:
        counts = f"{event['done']:,}/{event['total']:,} files · {event['pages']:,} pages"
        seconds = time.monotonic() - self._started
        if event["passages"] and seconds > 1:
            counts += f" · {event['passages'] / seconds:,.0f} passages/s"
        return counts
