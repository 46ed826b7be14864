"""A folder is followed: what changes in it is ingested without being asked for."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import IO

from ui.watching import follow

ROOT = Path(__file__).parents[2]
FOOTNOTE = ("-c", "from ui.cli import main; main()")


def heard(lines: IO[str], words: str) -> list[str]:
    """The lines up to the one with the words; the test's own time limit is the only one."""
    seen = []
    for text in lines:
        seen.append(text)
        if words in text:
            return seen
    raise AssertionError(f"{words!r} never came: {seen}")


def test_changes_in_a_followed_folder_are_ingested_until_ctrl_c(tmp_path: Path) -> None:
    reports = tmp_path / "reports"
    reports.mkdir()
    (reports / "bees.txt").write_text("In 2025 the wardens counted 4,100 bees.")
    command = [
        sys.executable,
        *FOOTNOTE,
        "ingest",
        str(reports),
        "--library",
        str(tmp_path / "library"),
        "--watch",
    ]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=tmp_path, env=environment)
    assert child.stdout
    try:
        heard(child.stdout, "Watching for changes")
        (reports / "wasps.txt").write_text("In 2025 the wardens counted 77 wasps.")
        assert any("read: wasps.txt" in line for line in heard(child.stdout, "Watching for changes"))
        (reports / "bees.txt").unlink()
        assert any(line.startswith("retired") for line in heard(child.stdout, "Watching for changes"))
    finally:
        child.send_signal(signal.SIGINT)
        assert child.wait(60) == 0
    asked = [sys.executable, *FOOTNOTE, "status", "--library", str(tmp_path / "library"), "--json"]
    held = json.loads(subprocess.run(asked, capture_output=True, text=True, cwd=ROOT, check=True).stdout)["held"]
    assert [report["path"] for report in held] == ["wasps.txt"]


def test_ctrl_c_in_the_middle_of_the_work_ends_the_following_too(tmp_path: Path) -> None:
    calls = []

    def changed() -> bool:
        calls.append("changed")
        raise KeyboardInterrupt

    follow([tmp_path], tmp_path / "library", changed)
    assert calls == ["changed"]


def test_ctrl_c_that_the_work_swallows_ends_the_following_all_the_same(tmp_path: Path) -> None:
    calls = []

    def changed() -> bool:
        calls.append("changed")
        with suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        return True

    follow([tmp_path], tmp_path / "library", changed)
    assert calls == ["changed"]
