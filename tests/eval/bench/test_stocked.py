from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from fakes import LetterCount, NeverAsked
from small import REPORTS, fill

from eval.bench.questions import from_statements
from eval.bench.stocked import real_passages, stock
from rag.ask import ask
from rag.library import Library
from rag.types import Asked


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fill(tmp_path_factory.mktemp("texts"), REPORTS)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("kept")


def test_a_stock_holds_as_many_passages_as_asked_for(texts: Path, kept: Path) -> None:
    made = stock(kept, [texts], 130, LetterCount())
    with Library.open(made.library, LetterCount()) as library:
        assert sum(held.passages for held in library.held) == 130
        assert 0 < len(list(real_passages(library))) == made.real < 130
        assert library.vectors.count("main") == len(library.words) == 130
        told = [json.loads(line) for line in made.texts.read_text().splitlines()]
        assert [id for id, _ in told] == library.catalog.passage_ids()
    assert np.load(made.vectors).shape == (130, 27)


def test_more_real_text_than_asked_for_is_cut_to_whole_reports(texts: Path, kept: Path) -> None:
    made = stock(kept, [texts], 3, LetterCount())
    with Library.open(made.library, LetterCount()) as library:
        assert sum(held.passages for held in library.held) == 3


def test_a_stock_is_made_once(texts: Path, kept: Path) -> None:
    made = stock(kept, [texts], 130, LetterCount())
    assert stock(kept, [texts], 130, NeverAsked()) == made


def test_other_text_makes_another_stock(texts: Path, kept: Path, tmp_path: Path) -> None:
    other = fill(tmp_path, {"a.txt": "In 2025 the trust received 9 enquiries from the towns around it.\n"})
    made = {stock(kept, [each], 60, LetterCount()).folder for each in (texts, other)}
    assert len(made) == 2


def test_a_question_built_from_a_statement_is_answered_from_the_stock(texts: Path, kept: Path) -> None:
    made = stock(kept, [texts], 130, LetterCount())
    with Library.open(made.library, LetterCount()) as library:
        questions = list(from_statements(list(real_passages(library))))
        assert len(questions) > 5
        assert all(ask(library, Asked(question, date(2026, 11, 24))).passages for question in questions)
