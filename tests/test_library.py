"""A library opens locked and whole, answers from live passages only, and says what is wrong with itself."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from fakes import LetterCount, NeverAsked, letter_count, read_text

from rag.errors import BadInput, LibraryBusy, LibraryDamaged, WrongModel
from rag.index.words import Wording
from rag.ingest import ingest
from rag.language.periods import year
from rag.language.tokens import stems
from rag.library import Library
from rag.types import Within

TEXTS = {
    "annual/2024.txt": "# Contacts\nWe had more than 4,100 contacts in 2024.\nOf these, 300 were new.",
    "annual/2025.txt": "# Contacts\nWe had more than 5,200 contacts in 2025.\fA quiet second page about zebras.",
    "press.txt": "Nearly 4,200 people got in touch last year, the charity says.",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A library of three reports, closed."""
    for path, text in TEXTS.items():
        file = tmp_path / "reports" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    with Library.open(tmp_path / "library", LetterCount(), create=True) as library:
        ingest(library, [tmp_path / "reports"], read=read_text)
    return tmp_path / "library"


@pytest.fixture
def library(folder: Path) -> Iterator[Library]:
    with Library.open(folder, LetterCount()) as library:
        yield library


def test_a_passage_comes_back_whole_with_a_vector_for_each_statement(library: Library) -> None:
    (id, _), *_ = library.lexical(stems("4,100 contacts"), 5)

    passage, parts = library.passages([id])[id]

    assert passage.report == library.report("annual/2024.txt")
    assert [s.text for s in passage.statements] == [
        "We had more than 4,100 contacts in 2024.",
        "Of these, 300 were new.",
    ]
    first = passage.statements[0]
    assert [(f.value, f.qualifier) for f in first.figures] == [(4100, "more than")]
    assert first.period is not None and first.period.label == "2024"
    assert np.allclose(parts, [letter_count(s.text) for s in passage.statements], atol=1e-3)


def test_what_comes_back_is_what_the_splitter_made(tmp_path: Path, library: Library) -> None:
    for report in library.reports():
        made = list(read_text(tmp_path / "reports" / report.path, report).passages)
        assert [passage for passage, _ in library.passages([each.id for each in made]).values()] == made


def test_a_page_comes_back_as_it_was_read(tmp_path: Path, library: Library) -> None:
    report = library.report("annual/2025.txt")

    assert library.page(report, 2) == read_text(tmp_path / "reports" / "annual" / "2025.txt", report).pages[1]
    with pytest.raises(BadInput, match="has no page 3: it has 2"):
        library.page(report, 3)


def test_the_original_is_kept(library: Library) -> None:
    assert library.original(library.report("press.txt")).read_text() == TEXTS["press.txt"]


def test_dense_search_gives_cosines_best_first(library: Library) -> None:
    ids = library.catalog.passage_ids()
    ours, matrix = library.catalog.vectors(library.embed.fingerprint)

    found = library.dense(matrix[1], 10)

    assert (found[0][0], round(found[0][1], 5)) == (ours[1], 1)
    assert [id for id, _ in found] == sorted(ids, key=lambda id: -float(matrix[ours.index(id)] @ matrix[1]))


def test_chroma_finds_what_the_exact_search_finds(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    vector = letter_count("how many contacts")
    wanted = {scope: library.dense(vector, 3, Within(scope)) for scope in ("", "annual/", "annual/2025")}

    monkeypatch.setattr("rag.library.EXACT_MOST", 0)

    for scope, exact in wanted.items():
        found = library.dense(vector, 3, Within(scope))
        assert [id for id, _ in found] == [id for id, _ in exact]
        assert np.allclose([cosine for _, cosine in found], [cosine for _, cosine in exact], atol=1e-5)


def test_a_scope_limits_both_searches(library: Library) -> None:
    def paths(found: list[tuple[str, float]]) -> set[str]:
        return {passage.report.path for passage, _ in library.passages([id for id, _ in found]).values()}

    words, annual = stems("contacts people zebras"), {"annual/2024.txt", "annual/2025.txt"}
    assert paths(library.dense(letter_count("contacts"), 10)) == set(TEXTS)
    assert paths(library.dense(letter_count("contacts"), 10, Within("annual/"))) == annual
    assert paths(library.lexical(words, 10)) == set(TEXTS)
    assert paths(library.lexical(words, 10, Within("annual/"))) == annual
    assert library.dense(letter_count("contacts"), 10, Within("nowhere/")) == []
    assert library.lexical(words, 10, Within("nowhere/")) == []
    assert library.lexical(words, 10, Within(collection="other")) == []


def test_a_filter_finds_what_it_holds_however_far_it_lies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All forty reports of the one folder are nearer than the nearest of the other."""
    for number in range(1, 41):
        for name, text in (("near", "zebra " * (number + 1)), ("far", f"{'a quiet page ' * number} with a zebra")):
            file = tmp_path / "reports" / name / f"{number:02}.txt"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(f"{text}.", encoding="utf-8")
    with Library.open(tmp_path / "library", LetterCount(), create=True) as library:
        ingest(library, [tmp_path / "reports"], read=read_text)
        vector, far = letter_count("zebra"), Within("far/")
        exact = library.dense(vector, 2, far)
        everywhere = library.lexical(stems("zebra"), 80)
        by_id = {held.report.id: held.report.path for held in library.held}

        monkeypatch.setattr("rag.library.EXACT_MOST", 0)
        monkeypatch.setattr("rag.library._ASIDE", 1)
        monkeypatch.setattr("rag.library._NAMED", 7)

        assert [id for id, _ in library.dense(vector, 2, far)] == [id for id, _ in exact]
        inside = [hit for hit in everywhere if by_id[hit[0].split("@")[0]].startswith("far/")]
        assert everywhere[40:] == inside
        assert library.lexical(stems("zebra"), 2, far) == inside[:2]


def test_a_filter_holds_what_was_ingested_since_it_was_last_used(tmp_path: Path, library: Library) -> None:
    within, words = Within("annual/2025"), stems("contacts")
    assert len(library.lexical(words, 10, within)) == len(library.dense(letter_count("contacts"), 10, within)) == 2
    file = tmp_path / "reports" / "annual" / "2025-again.txt"
    file.write_text("We had 5,300 contacts in 2025.", encoding="utf-8")

    ingest(library, [tmp_path / "reports"], read=read_text)

    assert len(library.lexical(words, 10, within)) == len(library.dense(letter_count("contacts"), 10, within)) == 3


def test_figures_inside_a_filter_are_found_behind_any_number_outside(small_library: Library) -> None:
    everywhere = small_library.counting(year(2025), "enquir")
    (press,) = small_library.counting(year(2025), "enquir", Within("press/"))

    assert everywhere[0] != press
    assert small_library.counting(year(2025), "enquir", Within("press/"), most=1) == [press]


def test_a_scope_does_not_change_the_score_of_words(library: Library) -> None:
    everywhere = dict(library.lexical(stems("zebras contacts"), 10))

    assert dict(library.lexical(stems("zebras contacts"), 10, Within("annual/"))) == pytest.approx(everywhere)


def test_rare_words_weigh_more_and_unheard_ones_are_left_out(library: Library) -> None:
    idf = library.idf(stems("zebras contacts unheard"))

    assert list(idf) == stems("zebras contacts")
    assert idf[stems("zebras")[0]] > idf[stems("contacts")[0]] > 0


def test_while_a_report_is_being_replaced_only_the_live_one_is_found(library: Library) -> None:
    held = next(held for held in library.held if held.report.path == "press.txt")
    passages, _ = library.catalog.of_report(held, library.embed.fingerprint)
    library.words.add(
        Wording(p.id.replace(held.report.revision, "ffffffff"), held.report.id, "other", stems("people") * 5)
        for p in passages
    )

    assert [id for id, _ in library.lexical(stems("people"), 1)] == [passages[0].id]


def test_a_question_needs_no_chroma(folder: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from fakes import *; from rag.library import Library\n"
        f"library = Library.open(Path({str(folder)!r}), LetterCount())\n"
        "assert library.passages([id for id, _ in library.dense(letter_count('contacts'), 5)])\n"
        "print('chromadb' in sys.modules)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env={"PYTHONPATH": ":".join(sys.path)}
    )

    assert (ran.stdout.strip(), ran.stderr) == ("False", "")


def test_questions_are_answered_from_whole_revisions_while_an_ingest_runs(tmp_path: Path, library: Library) -> None:
    """One report is rewritten again and again; a question sees it old or new, never neither and never both."""
    file = tmp_path / "reports" / "press.txt"
    stop = threading.Event()
    seen: list[int] = []

    def ask() -> None:
        while not stop.is_set():
            found = [id for id, _ in library.lexical(stems("people"), 5)]
            seen.append(len(library.passages(found)))
            library.dense(letter_count("people"), 3)

    with ThreadPoolExecutor(1) as other:
        asking = other.submit(ask)
        for year in range(1990, 2000):
            file.write_text(f"Nearly 4,200 people got in touch in {year}.", encoding="utf-8")
            ingest(library, [file.parent], read=read_text)
        stop.set()
        asking.result()
    assert library.verify() == []
    assert set(seen) <= {0, 1}
    assert seen.count(0) < len(seen) / 10


# --- opening --------------------------------------------------------------------------------------------------------


def test_a_folder_without_a_library_is_refused_and_left_alone(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"There is no library at .*footnote ingest"):
        Library.open(tmp_path / "none", LetterCount())
    assert not (tmp_path / "none").exists()


def test_a_library_in_use_is_refused_in_words(folder: Path, library: Library) -> None:
    with pytest.raises(LibraryBusy, match="in use by another Footnote process"):
        Library.open(folder, LetterCount())


def test_a_library_can_be_opened_again_when_it_was_closed_or_refused(folder: Path) -> None:
    class Other(LetterCount):
        fingerprint = "other@1"

    with pytest.raises(WrongModel, match=r"embedded with letter-count@1, and other@1 is configured"):
        Library.open(folder, Other())
    with Library.open(folder, LetterCount()) as library:
        assert len(library.reports()) == 3


def test_a_file_that_is_no_catalog_is_named(folder: Path) -> None:
    (folder / "catalog.db").write_bytes(b"not a database, but long enough to look like one" * 50)

    with pytest.raises(LibraryDamaged, match=r"catalog\.db is damaged \(file is not a database\)"):
        Library.open(folder, LetterCount())


# --- verify and rebuild ---------------------------------------------------------------------------------------------


def assert_mended(folder: Path) -> None:
    """Rebuild, with an embedder that may not be asked; the library is as it was."""
    with Library.open(folder, NeverAsked(), mend=True) as library:
        assert library.rebuild()["passages"] == library.summary()["passages"]
        assert library.verify() == []
    with Library.open(folder, NeverAsked()) as library:
        assert library.verify() == []
        assert library.lexical(stems("zebra"), 5)


def problems(folder: Path) -> list[str]:
    with Library.open(folder, NeverAsked(), mend=True) as library:
        return library.verify()


def test_a_clean_library_has_no_problems(library: Library) -> None:
    assert library.verify() == []


@pytest.mark.parametrize(
    ("lost", "said"), [("chroma", "vector index .* is missing"), ("words", "word index holds 0 passages")]
)
def test_a_missing_index_is_seen_at_open_by_verify_and_mended(folder: Path, lost: str, said: str) -> None:
    shutil.rmtree(folder / lost)

    with pytest.raises(LibraryDamaged, match=said):
        Library.open(folder, LetterCount())
    assert len(problems(folder)) == 1
    assert_mended(folder)


def test_vectors_that_chroma_lost_are_found_by_asking_for_them(folder: Path) -> None:
    """Its own SQLite file still lists the ids; only a query shows that the vectors are gone."""
    with Library.open(folder, LetterCount()) as library:
        for id, vector in library.catalog.vectors_of("letter-count@1", library.catalog.passage_ids()):
            library.vectors._collection("main").update(ids=[id], embeddings=[np.roll(vector, 5)])
        assert "does not find" in library.verify()[0]
    assert_mended(folder)


def test_a_word_index_that_cannot_be_opened_is_mended(folder: Path) -> None:
    (folder / "words" / "meta.json").write_text("{")

    with pytest.raises(LibraryDamaged, match="word index"):
        Library.open(folder, LetterCount())
    (said,) = problems(folder)
    assert said.startswith("The word index cannot be opened. Run `footnote rebuild`")
    assert_mended(folder)


def test_ids_too_many_and_too_few_are_told_apart(folder: Path) -> None:
    with Library.open(folder, LetterCount()) as library:
        held = library.held[0]
        library.words.remove([held.revision])
        library.vectors.remove("main", [held.revision])
        library.vectors.add("main", ["stray@1:p1:g1"], letter_count("stray")[None, :], ["stray@1"])

        said = library.verify()

    assert any(each.startswith("The word index lacks 1 of 4") for each in said)
    assert any(each.startswith("The vector index of main lacks 1 of 4") for each in said)
    assert any("holds 1 passages that are no longer in the library, stray@1:p1:g1" in each for each in said)
    assert_mended(folder)


def test_a_lost_and_a_damaged_original_are_named_and_kept_again(tmp_path: Path, library: Library) -> None:
    library.original(library.report("press.txt")).unlink()
    forged = library.original(library.report("annual/2024.txt"))
    forged.write_text("forged")

    assert library.verify() == [
        f"The original of annual/2024.txt is damaged: delete {forged} and ingest it again.",
        "The original of press.txt is missing from the library: ingest it again.",
    ]
    forged.unlink()
    ingest(library, [tmp_path / "reports"], read=read_text)
    assert library.verify() == []


def test_a_span_that_is_not_its_text_is_named(library: Library) -> None:
    with sqlite3.connect(library.folder / "catalog.db") as db:
        db.execute("UPDATE pages SET text = 'x' || text WHERE report LIKE 'press%'")

    assert any(each.endswith("is not what its page holds at 0.") for each in library.verify())


def test_a_rebuild_that_was_interrupted_is_asked_for_again(folder: Path) -> None:
    with Library.open(folder, LetterCount()) as library:
        library.catalog.note("rebuilding", "yes")

    with pytest.raises(LibraryDamaged, match="rebuild"):
        Library.open(folder, LetterCount())
    assert_mended(folder)


def test_more_passages_than_are_kept_whole_still_come_back(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.library._REMEMBERED", 1)
    ids = library.catalog.passage_ids()

    assert list(library.passages(ids)) == ids
    assert list(library.passages(ids[::-1])) == ids[::-1]
