from __future__ import annotations

from itertools import islice

import numpy as np
import pytest
from fakes import LetterCount
from small import REPORTS, made

from eval.bench.recombined import Real, reports, shortened
from eval.bench.stocked import real_passages
from rag.language.rows import cell_text


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> list[Real]:
    with made(tmp_path_factory.mktemp("real"), REPORTS, LetterCount()) as library:
        return list(real_passages(library))


def test_every_statement_of_a_made_passage_is_a_real_one(real: list[Real]) -> None:
    known = {statement.text for each in real for statement in each.passage.statements}
    for passage in next(reports(real)).entry.passages:
        assert {statement.text for statement in passage.statements} <= known
        for statement in passage.statements:
            assert passage.text[statement.start : statement.end] == statement.text


def test_figures_and_cells_move_with_their_statement(real: list[Real]) -> None:
    told = {
        statement.text: ([cell_text(statement, cell) for cell in statement.cells], _figures(statement))
        for each in real
        for statement in each.passage.statements
    }
    for passage in next(reports(real)).entry.passages:
        for statement in passage.statements:
            cells, figures = told[statement.text]
            assert [cell_text(statement, cell) for cell in statement.cells] == cells
            assert [passage.text[figure.number_start : figure.number_end] for figure in statement.figures] == figures


def test_a_made_passage_is_the_mean_of_its_statements(real: list[Real]) -> None:
    report = next(reports(real))
    for passage, embedded in zip(report.entry.passages, report.embedded, strict=True):
        assert embedded.parts.shape == (len(passage.statements), 27)
        mean = embedded.parts.mean(axis=0)
        np.testing.assert_allclose(embedded.vector, mean / np.linalg.norm(mean), rtol=1e-5)


def test_the_same_seed_makes_the_same_reports(real: list[Real]) -> None:
    one, other = (
        [[p.text for p in each.entry.passages] for each in islice(reports(real, seed=7), 3)] for _ in range(2)
    )
    assert one == other


def test_a_report_cut_short_says_how_much_of_it_is_left(real: list[Real]) -> None:
    short = shortened(next(reports(real)), 3)
    assert short.entry.held.passages == len(short.entry.passages) == len(short.entry.hashes) == len(short.embedded) == 3
    assert short.entry.held.report.pages == len(short.entry.pages) == 3


def _figures(statement) -> list[str]:  # type: ignore[no-untyped-def]
    at = statement.start
    return [statement.text[figure.number_start - at : figure.number_end - at] for figure in statement.figures]
