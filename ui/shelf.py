"""What the page needs of a library, and of whoever answers over it. The engine's own fits; so does a small fake."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, Protocol

from rag.measuring.coverage import Coverage
from rag.types import Answer, Asked, Page, Report


class Shelf(Protocol):
    """The reports, their pages and their stored files."""

    def reports(self) -> list[Report]: ...

    def report(self, path: str) -> Report:
        """The live report with this path; ``BadInput`` with a sentence where there is none."""

    def page(self, report: Report, number: int) -> Page: ...

    def original(self, report: Report) -> Path: ...

    def summary(self) -> dict[str, Any]:
        """``{"reports", "pages", "statements", "unread": [{"path", "reason"}, …]}``."""


Ask = Callable[[Any, Asked], Iterator[Answer]]  # the answer as it grows; the last one is complete
ToJson = Callable[[Answer], dict[str, Any]]
# What is known of a measure in a period, both in words, as of a day. Of no measure: which are counted most.
Known = Callable[[Any, str, str, date], Coverage]

LONGEST = 2000  # characters of a question
