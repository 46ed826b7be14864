"""What several tests share: the sample library, made once."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from rag.library import Library

settings.register_profile("footnote", deadline=None)  # a busy machine is not a failure
settings.load_profile("footnote")

# Whoever runs the tests may have a model and a library of their own: no test asks or opens those.
for name in [name for name in os.environ if name.startswith(("OPENAI_", "FOOTNOTE_"))]:
    del os.environ[name]

CORPUS = Path(__file__).parents[1] / "corpus"


@pytest.fixture(scope="session")
def sample_library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """All of `corpus/`, embedded with the model that ships. Whoever writes to it makes one of their own."""
    from rag.index.embed import MiniLM
    from rag.ingest import ingest
    from rag.library import Library
    from rag.passages import read_and_cut, read_in
    from rag.reading.sandbox import Sandbox

    with Library.open(tmp_path_factory.mktemp("sample"), MiniLM(), create=True) as library:
        with Sandbox(read_and_cut) as sandbox:
            ingest(library, [CORPUS], read=read_in(sandbox))
        yield library


@pytest.fixture(scope="session")
def small_library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """The seven reports of `small.py`, embedded with the model that ships."""
    from small import REPORTS, made

    from rag.index.embed import MiniLM

    with made(tmp_path_factory.mktemp("small"), REPORTS, MiniLM()) as library:
        yield library
