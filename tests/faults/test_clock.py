"""Clocks that go wrong, the files' and the machine's own: no change is missed."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from machine import Footnote, Trap

YEAR = 365 * 86_400


def clock(seconds: int) -> list[Trap]:
    """The machine's clock, ahead by so many seconds, or behind."""
    return [
        {"at": "time:time", "do": "shift", "value": seconds},
        {"at": "time:time_ns", "do": "shift", "value": seconds * 1_000_000_000},
    ]


def changed(footnote: Footnote, insects: int) -> Path:
    report = footnote.reports / "bees-2026-01-10.txt"
    report.write_text(f"Bees\n\nIn 2025 the wardens counted {insects} bees.\n")
    return report


def outcome(footnote: Footnote, *traps: Trap) -> str:
    """What became of the one report."""
    done = footnote.ingest(traps=traps)
    assert done.code == 0
    (file,) = done.json["files"]
    said: str = file["outcome"]
    return said


@pytest.mark.parametrize("shift", [-20 * YEAR, 20 * YEAR], ids=["past", "future"])
def test_a_change_is_seen_whatever_time_the_file_bears(shift: int, ingested: Footnote) -> None:
    os.utime(changed(ingested, 100), (time.time() + shift,) * 2)

    assert outcome(ingested) == "changed"
    assert ingested.short() == "100"
    assert outcome(ingested) == "unchanged"
    assert ingested("verify").code == 0


@pytest.mark.parametrize("shift", [-YEAR, YEAR], ids=["back", "on"])
def test_a_machine_whose_clock_was_set_misses_no_change(shift: int, ingested: Footnote) -> None:
    assert outcome(ingested, *clock(shift)) == "unchanged"
    changed(ingested, 100)
    assert outcome(ingested, *clock(shift)) == "changed"
    changed(ingested, 200)
    assert outcome(ingested) == "changed"  # with the clock right again
    assert ingested.short() == "200"
    assert ingested("verify").code == 0


def test_a_clock_set_back_between_two_ingests_retires_and_adds_as_ever(ingested: Footnote) -> None:
    assert ingested.ingest(traps=clock(YEAR)).code == 0
    (ingested.reports / "bees-2026-01-10.txt").unlink()
    (ingested.reports / "moths.txt").write_text("In 2025 the wardens counted 12 moths.")

    done = ingested.ingest(traps=clock(-YEAR)).json

    assert (done["added"], done["retired"]) == (1, 1)
    assert ingested.short("How many moths in 2025?") == "12"
    assert ingested("verify").code == 0
