"""A machine for all faults, and a folder with a good report for each."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from machine import GOOD, Footnote, Machine


@pytest.fixture(scope="session")
def machine() -> Iterator[Machine]:
    machine = Machine()
    yield machine
    machine.close()


@pytest.fixture
def footnote(machine: Machine, tmp_path: Path) -> Footnote:
    """The command line beside a folder with one good report."""
    return beside_a_report(machine, tmp_path)


@pytest.fixture(scope="session")
def made(machine: Machine, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library of the good report, to be copied; its reports are where the copy is."""
    footnote = beside_a_report(machine, tmp_path_factory.mktemp("made"))
    assert footnote.ingest().code == 0
    shutil.rmtree(footnote.reports)
    return footnote.library


@pytest.fixture
def ingested(footnote: Footnote, made: Path) -> Footnote:
    """The command line beside the good report, with a library of it."""
    shutil.copytree(made, footnote.library)
    return footnote


def beside_a_report(machine: Machine, folder: Path) -> Footnote:
    footnote = Footnote(machine, folder)
    footnote.reports.mkdir()
    (footnote.reports / "bees-2026-01-10.txt").write_text(GOOD, encoding="utf-8")
    return footnote
