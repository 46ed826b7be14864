"""The command line as its users meet it: what is printed where, and with which exit code."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from done import Done

from ui.cli import main

BEES = "Bees\n\nIn 2025 the wardens counted more than 4,100 bees. In 2024 there had been 3,900 bees.\n"


Footnote = Callable[..., Done]


@pytest.fixture
def footnote(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Footnote:
    """Runs a command in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> Done:
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        printed = capsys.readouterr()
        return Done(int(ended.value.code or 0), printed.out, printed.err)

    return run


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    folder = tmp_path / "reports"
    (folder / "wild").mkdir(parents=True)
    (folder / "wild" / "bees-2026-01-10.txt").write_text(BEES, encoding="utf-8")
    return folder


@pytest.fixture
def ingested(footnote: Footnote, reports: Path) -> Footnote:
    """The command line, with a library that holds one report."""
    assert footnote("ingest", str(reports)).code == 0
    return footnote


def test_an_ingest_that_read_everything_ends_with_0_and_a_second_one_embeds_nothing(
    footnote: Footnote, reports: Path
) -> None:
    first, second = footnote("ingest", str(reports)), footnote("ingest", str(reports))
    assert (first.code, second.code) == (0, 0)
    assert re.search(r"^added +1 +1 +1 *$", first.out, re.MULTILINE)
    assert "1/1 read: wild/bees-2026-01-10.txt" in first.out
    assert re.search(r"^unchanged +1 +1 +1 *$", second.out, re.MULTILINE)
    assert "0 texts embedded" in second.out


def test_a_file_that_cannot_be_read_is_listed_with_its_reason_and_the_exit_code_is_3(
    footnote: Footnote, reports: Path
) -> None:
    (reports / "old.doc").write_bytes(b"\xd0\xcf\x11\xe0")
    done = footnote("ingest", str(reports))
    assert done.code == 3
    assert "old.doc" in done.out and "save it as .docx" in done.out
    assert "save it as .docx" in footnote("status").out


def test_an_ingest_that_could_do_nothing_ends_with_1(footnote: Footnote, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert footnote("ingest", str(tmp_path / "empty")).code == 1
    missing = footnote("ingest", str(tmp_path / "nowhere"))
    assert missing.code == 1 and "There is no file or folder" in missing.err


def test_a_dry_run_says_what_would_change_and_changes_nothing(ingested: Footnote, reports: Path) -> None:
    (reports / "wild" / "bees-2026-01-10.txt").rename(reports / "bees-2026-01-10.txt")
    (reports / "new.txt").write_text(BEES, encoding="utf-8")
    before = ingested("status", "--json").out
    done = ingested("ingest", str(reports), "--dry-run")
    assert "would be renamed: bees-2026-01-10.txt (was wild/bees-2026-01-10.txt)" in done.out
    assert "would be added: new.txt" in done.out
    assert ingested("status", "--json").out == before


def test_a_dry_run_makes_no_library(footnote: Footnote, reports: Path, tmp_path: Path) -> None:
    done = footnote("ingest", str(reports), "--dry-run", "--json")
    assert done.code == 0 and done.json["added"] == 1
    assert not (tmp_path / "library").exists()


def test_the_report_of_an_ingest_is_kept_as_json(footnote: Footnote, reports: Path, tmp_path: Path) -> None:
    (reports / "bad.pdf").write_text("no PDF")
    assert footnote("ingest", str(reports), "--report", "done.json").code == 3
    done = json.loads((tmp_path / "done.json").read_text())
    assert [(file["path"], file["outcome"], file["reason"]) for file in done["files"]] == [
        ("bad.pdf", "failed", "the file ends in .pdf but is not a PDF"),
        ("wild/bees-2026-01-10.txt", "added", ""),
    ]


def test_a_report_is_listed_with_its_date_where_that_was_found_and_what_it_covers(ingested: Footnote) -> None:
    (report,) = ingested("status", "--json").json["held"]
    assert report["published"] == {"day": "2026-01-10", "source": "file name", "certain": False}
    assert report["covers"] is None
    assert "2026-01-10" in ingested("status").out and "file name (uncertain)" in ingested("status").out


def test_a_correction_changes_what_is_answered_and_survives_another_ingest(footnote: Footnote, reports: Path) -> None:
    report = reports / "wasps-2026-02-01.txt"
    report.write_text("Last year the wardens counted 77 wasps.\n", encoding="utf-8")
    footnote("ingest", str(reports))
    asked = ("ask", "How many wasps in 2023?", "--json")
    assert footnote(*asked).json["status"] == "not_found"
    assert footnote("set", report.name, "--published", "2024-02-01").code == 0
    assert footnote(*asked).json["short"] == "77"
    report.write_text("Last year the wardens counted 78 wasps.\n", encoding="utf-8")
    footnote("ingest", str(reports))
    assert footnote(*asked).json["short"] == "78"
    footnote("set", report.name, "--forget")
    assert footnote(*asked).json["status"] == "not_found"


def test_what_cannot_be_set_is_said(ingested: Footnote) -> None:
    for arguments, code, sentence in (
        (("wild/bees-2026-01-10.txt",), 2, "give --published, --covers or --title, or --forget"),
        (("wild/bees-2026-01-10.txt", "--published", "soon"), 1, '"soon" is not a day; write it like 2026-06-12.'),
        (("wild/bees-2026-01-10.txt", "--covers", "autumn"), 1, '"autumn" is not a period; write it like 2025'),
        (("wild/bees-2026-01-01.txt", "--covers", "2025"), 1, "Is it wild/bees-2026-01-10.txt that you mean?"),
    ):
        done = ingested("set", *arguments)
        assert (done.code, sentence in done.err) == (code, True), done.err


def test_documents_of_a_llamaindex_reader_are_ingested_and_a_second_time_nothing_changes(
    footnote: Footnote, reports: Path
) -> None:
    source = ("--reader", "llama_index.core:SimpleDirectoryReader", "--arg", f"input_dir={reports / 'wild'}")
    first, second = footnote("ingest", *source), footnote("ingest", *source)
    assert (first.code, second.code) == (0, 0)
    assert footnote("ask", "How many bees in 2025?", "--json").json["short"] == "more than 4,100"
    assert re.search(r"^unchanged +1 ", second.out, re.MULTILINE)


def test_a_reader_that_is_not_there_or_fails_is_named(footnote: Footnote, tmp_path: Path) -> None:
    for source, sentence in (
        (("--reader", "nothing.here:Reader"), "There is no reader nothing.here:Reader"),
        (("--reader", "llama_index.core:SimpleDirectoryReader", "--arg", "input_dir=nowhere"), "failed (ValueError"),
        (("--reader", "llama_index.core:SimpleDirectoryReader", "--arg", "nowhere"), "--arg takes NAME=VALUE"),
    ):
        done = footnote("ingest", *source)
        assert done.code == 1 and sentence in done.err
        assert not (tmp_path / "library" / "catalog.db").exists()


def test_an_answer_is_printed_with_its_period_and_its_source(ingested: Footnote) -> None:
    done = ingested("ask", "how many bees last year?", "--as-of", "2026-11-22")
    assert done.code == 0
    assert done.out.startswith("more than 4,100\n 2025 ")
    assert "[1] Bees — wild/bees-2026-01-10.txt, page 1" in done.out


def test_an_answer_as_json_is_one_line_of_the_fixed_format(ingested: Footnote) -> None:
    done = ingested("ask", "how many bees last year?", "--as-of", "2026-11-22", "--json")
    assert done.out.count("\n") == 1
    assert done.json["status"] == "answered" and done.json["short"] == "more than 4,100"
    assert done.json["period"] == {"start": "2025-01-01", "end": "2026-01-01", "label": "2025", "kind": "calendar"}
    assert done.json["citations"][0]["report"] == "wild/bees-2026-01-10.txt"


def test_what_is_not_in_the_reports_is_said_and_the_nearest_is_offered(ingested: Footnote) -> None:
    done = ingested("ask", "how many bees last year?", "--as-of", "2030-11-22")
    assert done.code == 0
    assert done.out.startswith("Not in these reports.") and "Nearest:" in done.out


@pytest.mark.parametrize(
    "question", ["-5 bees?", "--bees in 2025?", "[1] bees [/bold]?", "“bees”\u2028in 2025?", "蜂?"]
)
def test_a_question_may_start_or_look_like_anything(ingested: Footnote, question: str) -> None:
    done = ingested("ask", question, "--json")
    assert done.code == 0 and done.json["question"] == question


def test_text_of_a_report_can_neither_colour_the_screen_nor_be_taken_for_markup(
    footnote: Footnote, reports: Path
) -> None:
    hostile = "In 2025 the wardens counted 77 \x1b[31mwasps\x1b[0m [bold]at[/bold] the [link=x]lake[/link].\n"
    (reports / "wasps.txt").write_text(hostile, encoding="utf-8")
    footnote("ingest", str(reports))
    done = footnote("ask", "How many wasps in 2025?")
    assert "\x1b" not in done.out and "[bold]at[/bold]" in done.out


def test_scope_limits_a_question_to_reports_whose_path_starts_so(ingested: Footnote) -> None:
    asked = ("ask", "how many bees in 2025?", "--json", "--scope")
    assert ingested(*asked, "wild/").json["status"] == "answered"
    assert ingested(*asked, "tame/").json["status"] == "not_found"


def test_a_question_can_be_put_to_a_collection_and_a_range_of_dates(ingested: Footnote) -> None:
    asked = ("ask", "how many bees in 2025?", "--json")
    for within, status in (
        (("--collection", "main", "--published-from", "2026", "--published-to", "2026-01"), "answered"),
        (("--published-from", "2026-01-10", "--published-to", "2026-01-10"), "answered"),
        (("--published-to", "2025"), "not_found"),
        (("--collection", "press"), "not_found"),
    ):
        assert ingested(*asked, *within).json["status"] == status, within
    emptied = ingested("ask", "how many bees?", "--published-from", "2026-02").out
    assert "no report was published on or after 1 February 2026; the reports are of 10 January 2026." in emptied


def test_misuse_ends_with_2_and_a_sentence(footnote: Footnote) -> None:
    for arguments, sentence in (
        (("ask", "bees?", "--as-of", "22.11.2026"), '"22.11.2026" is not a day; write it like 2026-11-22.'),
        (("ask",), "give a question, or a file of them with --batch"),
        (("ask", "bees?", "--batch", "x.jsonl"), "give a question, or a file of them with --batch"),
        (("ask", "--batch", "x.jsonl"), "--batch and --out go together"),
        (("ask", "bees?", "--answerer", "oracle"), "oracle"),
        (("search", "bees?", "--k", "0"), "greater than or equal to 1"),
        (
            ("ask", "bees?", "--published-from", "spring"),
            '"spring" is no year, month or day; write it like 2025, 2025-06 or 2025-06-30.',
        ),
        (("search", "bees?", "--published-to", "2025-13"), '"2025-13" is no year, month or day'),
        (("search", "bees?", "--published-from", "2026", "--published-to", "2025"), "2025-12-31 is before 2026-01-01"),
        (("nonsense",), "nonsense"),
    ):
        done = footnote(*arguments)
        assert done.code == 2 and sentence in " ".join(done.err.split()), arguments


def test_without_a_library_the_sentence_says_how_to_make_one(footnote: Footnote) -> None:
    for command in (["ask", "bees?"], ["search", "bees?"], ["status"], ["verify"], ["rebuild"]):
        done = footnote(*command)
        assert done.code == 1 and "footnote ingest" in done.err and not done.out, command


def test_a_file_that_cannot_be_written_is_a_sentence(ingested: Footnote, tmp_path: Path) -> None:
    (tmp_path / "cases.jsonl").write_text('{"question": "bees?"}')
    done = ingested("ask", "--batch", "cases.jsonl", "--out", "nowhere/answers.jsonl")
    assert done.code == 1 and done.err == "nowhere/answers.jsonl: No such file or directory.\n"


def test_a_wrong_setting_is_a_sentence(footnote: Footnote, tmp_path: Path) -> None:
    (tmp_path / "footnote.toml").write_text("libary = 'x'\n")
    done = footnote("status")
    assert done.code == 1 and 'there is no setting "libary"; did you mean "library"?' in done.err


def test_a_batch_answers_each_line_in_order_and_a_bad_one_costs_itself_only(ingested: Footnote, tmp_path: Path) -> None:
    lines = [
        {"id": "a", "question": "how many bees last year?", "as_of": "2026-11-22", "expect": {"match": "all"}},
        {"question": "how many bees in 2024?"},
        "not json",
        {"id": "d", "questin": "?"},
        {"id": "e", "question": "and the year before?", "as_of": "2026-11-22"}
        | {"history": [{"role": "user", "content": "how many bees last year?"}]},
        {"id": 6, "question": "how many bees in 2025?", "scope": "tame/"},
        {"id": "f", "question": "how many bees in 2025?", "published_to": "2025", "collection": "main"},
        {"id": "g", "question": "how many bees in 2025?", "published_from": "soon"},
    ]
    cases = tmp_path / "cases.jsonl"
    cases.write_text("\n\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines))

    assert ingested("ask", "--batch", str(cases), "--out", "answers.jsonl").code == 0

    answers = [json.loads(line) for line in (tmp_path / "answers.jsonl").read_text().splitlines()]
    assert [each["id"] for each in answers] == ["a", "3", "5", "d", "e", "6", "f", "g"]
    statuses = ["answered", "answered", "error", "error", "answered", "not_found", "not_found", "error"]
    assert [each["status"] for each in answers] == statuses
    assert answers[2]["error"].startswith("line 5: invalid JSON")
    assert answers[3]["error"] == "line 7: question: field required."
    assert answers[4]["short"] == "3,900"


def test_search_lists_passages_and_statements_best_first(ingested: Footnote) -> None:
    printed = ingested("search", "bees").out
    assert printed.count("1. wild/bees-2026-01-10.txt, page 1") == 2
    assert printed.index("The statements that fit best:") < printed.index("   In 2024 there had been 3,900 bees.")
    found = ingested("search", "bees", "--k", "3", "--json").json
    (passage,), statements = found["passages"], found["statements"]
    assert passage["rank"] == 1 and "4,100 bees" in passage["text"]
    assert [each["rank"] for each in statements] == [1, 2] and statements[0]["score"] >= statements[1]["score"]
    for each in statements:
        assert passage["text"][each["start"] - passage["start"] :].startswith(each["text"])


def test_search_lists_as_many_as_are_asked_for_in_the_reports_asked(ingested: Footnote) -> None:
    found = ingested("search", "bees", "-k", "1", "--published-from", "2026", "--json").json
    assert (len(found["passages"]), len(found["statements"])) == (1, 1)
    assert ingested("search", "bees", "--scope", "tame/").out == (
        'Nothing found: no report has a path that begins with "tame/".\n'
    )


def test_a_damaged_library_is_told_by_verify_and_mended_by_rebuild(ingested: Footnote, tmp_path: Path) -> None:
    assert ingested("verify").out == "The library is whole.\n"
    for part in (tmp_path / "library" / "words").iterdir():
        part.unlink()
    damaged = ingested("verify")
    assert damaged.code == 1 and damaged.out
    assert ingested("rebuild").code == 0
    assert ingested("verify").code == 0
    assert ingested("ask", "how many bees in 2025?", "--json").json["status"] == "answered"


def test_status_as_json_counts_what_the_library_holds(ingested: Footnote) -> None:
    held = ingested("status", "--json").json
    assert (held["reports"], held["pages"], held["unread"]) == (1, 1, [])


def test_an_evaluation_names_what_failed_and_ends_with_1_when_a_case_must_pass(
    ingested: Footnote, tmp_path: Path
) -> None:
    right = {"id": "right", "question": "how many bees in 2025?", "as_of": "2026-11-22"}
    right["expect"] = {"answer": ["more than 4,100"], "value": {"number": 4100}}
    wrong = right | {"id": "wrong", "expect": {"value": {"number": 5}}}
    (tmp_path / "set.jsonl").write_text(json.dumps(right) + "\n" + json.dumps(wrong))

    done = ingested("eval", "run", "set.jsonl")
    assert done.code == 0
    assert "wrong: wrong figure" in done.out and "1 of 2 cases passed (50.0%)" in done.out
    (folder,) = (tmp_path / "runs").iterdir()
    assert {file.name for file in folder.iterdir()} == {"results.jsonl", "summary.json", "settings.json"}

    (tmp_path / "set.jsonl").write_text(json.dumps(wrong | {"must_pass": True}))
    assert ingested("eval", "run", "set.jsonl").code == 1


def test_an_evaluation_of_a_set_that_is_not_there_names_those_that_are(footnote: Footnote) -> None:
    done = footnote("eval", "run", "nonsense")
    assert done.code == 1 and "sample" in done.err


def test_help_is_quick_because_it_imports_nothing_heavy() -> None:
    heavy = "gradio chromadb llama_index openai torch onnxruntime numpy pydantic rich.console fastapi httpx".split()
    code = f"import sys, ui.cli; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
