from __future__ import annotations

from pathlib import Path

import pytest

from rag.errors import UnreadableReport
from rag.reading.limits import Limits
from rag.reading.sandbox import Sandbox, read_directly
from reading.readers import by_name


def file(folder: Path, name: str, content: str = "words") -> Path:
    path = folder / name
    path.write_text(content)
    return path


def complaint(sandbox: Sandbox, path: Path) -> str:
    with pytest.raises(UnreadableReport) as caught:
        sandbox.read(path)
    return str(caught.value)


def test_a_file_read_in_the_sandbox_is_the_same_as_read_directly(tmp_path: Path) -> None:
    path = file(tmp_path, "note.md", "# Note\n\nTwo cases were opened.\n")
    with Sandbox(read_directly) as sandbox:
        assert sandbox.read(path) == read_directly(path)


def test_a_hang_costs_that_file_only(tmp_path: Path) -> None:
    with Sandbox(by_name, Limits(wall_seconds=1.0)) as sandbox:
        assert (
            complaint(sandbox, file(tmp_path, "hang.txt"))
            == "hang.txt: not read within 1 seconds (setting reader_wall_seconds)"
        )


def test_a_crash_costs_that_file_only(tmp_path: Path) -> None:
    with Sandbox(by_name) as sandbox:
        assert complaint(sandbox, file(tmp_path, "crash.txt")).startswith("crash.txt: its reader crashed")
        assert sandbox.read(file(tmp_path, "good.txt")).title == "good.txt"


def test_a_file_that_needs_too_much_memory_is_told_the_limit(tmp_path: Path) -> None:
    with Sandbox(by_name, Limits(memory_mb=512)) as sandbox:
        assert (
            complaint(sandbox, file(tmp_path, "swell.txt"))
            == "swell.txt: needs more than 512 MB of memory (setting reader_memory_mb)"
        )
        assert sandbox.read(file(tmp_path, "good.txt")).title == "good.txt"


def test_a_file_that_needs_too_much_processor_time_is_told_the_limit(tmp_path: Path) -> None:
    with Sandbox(by_name, Limits(cpu_seconds=1)) as sandbox:
        said = complaint(sandbox, file(tmp_path, "spin.txt"))
    assert said == "spin.txt: needs more than 1 seconds of processor time (setting reader_cpu_seconds)"


def test_what_a_library_raises_becomes_a_sentence(tmp_path: Path) -> None:
    with Sandbox(by_name) as sandbox:
        said = complaint(sandbox, file(tmp_path, "raise.txt"))
    assert said == "raise.txt: could not be read (ZeroDivisionError: by nothing)"


def test_a_refusal_comes_back_as_it_was_said(tmp_path: Path) -> None:
    with Sandbox(by_name) as sandbox:
        assert complaint(sandbox, file(tmp_path, "refuse.txt")) == "refuse.txt: not today"


def test_a_file_over_the_size_limit_is_not_opened(tmp_path: Path) -> None:
    path = file(tmp_path, "long.txt", "word " * 300_000)
    with pytest.raises(UnreadableReport, match=r"long.txt: 1 MB, over the limit of 1 \(setting reader_file_mb\)"):
        read_directly(path, Limits(file_mb=1))


def test_a_folder_is_not_a_file(tmp_path: Path) -> None:
    with pytest.raises(UnreadableReport, match="not a file"):
        read_directly(tmp_path)
