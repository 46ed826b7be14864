from __future__ import annotations

from pathlib import Path

from fakes import LetterCount
from small import made

from eval.bench.questions import from_files, from_statements
from eval.bench.stocked import real_passages


def built(folder: Path, text: str) -> list[str]:
    with made(folder, {"a.txt": text}, LetterCount()) as library:
        return list(from_statements(list(real_passages(library))))


def test_what_is_counted_is_asked_for_without_its_figure(tmp_path: Path) -> None:
    (question,) = built(tmp_path, "The trust in Quayford received 4,212 enquiries about rent and repairs.\n")
    assert question == "How many enquiries trust Quayford received enquiries rent repairs?"


def test_a_statement_that_says_little_is_not_asked_about(tmp_path: Path) -> None:
    assert built(tmp_path, "We did it all again.\n\nVolunteers run the pantry near Quayford harbour.\n") == [
        "What about Volunteers run pantry near Quayford harbour?"
    ]


def test_questions_of_files_are_taken_as_they_are(tmp_path: Path) -> None:
    file = tmp_path / "cases.jsonl"
    file.write_text('{"question": "How many?", "scope": "a/"}\n\n{"question": "Why?"}\n')
    assert from_files([file]) == ["How many?", "Why?"]
