"""`python -m eval.bench.fit BENCH`: from the public sets' folder to `rag/index/crossencoder.safetensors` and weights.

Minutes: the libraries 3, two trainings on a half each 25, the training on all 30, on two quiet cores.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from eval.bench.fit.clozes import clozes
from eval.bench.fit.labelled import FOLDS, SPLIT_BY_REPORT, TRAINED_ON, WEIGHED_ON, fold_of, labelled
from rag.index import minilm
from rag.index.crossencoder import WEIGHTS, CrossEncoder
from rag.index.embed import MiniLM
from rag.library import Library
from rag.types import Passage
from rag.weights import FILE

# How many questions are made of one passage of each set; 7,000 of all of them are trained on.
MADE_OF = {"squad": 6, "clapnq": 5, "mtrag": 4, "timeqa": 3, "chunking": 4, "ramdocs": 3, "tatqa": 3, "tenq": 1, "wikitables": 1}  # fmt: skip # noqa: E501
MADE = 7000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bench", type=Path)
    parser.add_argument("--work", type=Path, default=Path("build/fit"))
    parser.add_argument("--python", default=".venv-fit/bin/python", help="of an environment with torch and scipy")
    given = parser.parse_args()
    work, libraries = given.work, given.work / "libraries"
    libraries.mkdir(parents=True, exist_ok=True)
    footnote = Path(sys.executable).with_name("footnote")
    for name in MADE_OF:  # what was ingested before is left as it is
        _run(footnote, "ingest", given.bench / name / "corpus", "--library", libraries / name)
    pinned = minilm.weights() / "model.safetensors"
    made, cases = work / "made.jsonl", work / "labelled.jsonl"
    _write(made, _made(libraries, neighbours(pinned)))
    _write(cases, (case for name in TRAINED_ON for case in labelled(given.bench, libraries, name) if _useful(case)))
    train = Path(__file__).with_name("train.py")
    for fold in range(FOLDS):
        _run(given.python, train, pinned, made, cases, work / f"{fold}.safetensors", "--fold", fold)
    _run(given.python, train, pinned, made, cases, WEIGHTS)
    # What is weighed was read by a model that was not fitted on it.
    judged = work / "judged.jsonl"
    _write(judged, (case for name in WEIGHED_ON for case in _held_out(given.bench, libraries, name, work)))
    found = work / "weights.json"
    _run(given.python, Path(__file__).with_name("weights.py"), judged, found)
    held = json.loads(FILE.read_text(encoding="utf-8")) | json.loads(found.read_text(encoding="utf-8"))
    held["data"] = hashlib.sha256(b"".join(sorted(_digests(given.bench)))).hexdigest()
    FILE.write_text(json.dumps(held, indent=2) + "\n", encoding="utf-8")
    print(f"{WEIGHTS.name}: sha256 {minilm.sha256(WEIGHTS)} (put it into rag/index/crossencoder.py)")


def neighbours(weights: Path) -> Callable[[str], str]:
    """For a word one of the four nearest by the model's word vectors, at random; the word itself where none is near."""
    from safetensors.numpy import load_file
    from tokenizers import Tokenizer

    ids = Tokenizer.from_file(str(weights.with_name("tokenizer.json"))).get_vocab()
    words = {at: word for word, at in ids.items()}
    vectors = load_file(weights)["embeddings.word_embeddings.weight"].astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    plain = np.array([words[at].isascii() and words[at].isalpha() and len(words[at]) > 3 for at in range(len(words))])
    rng, near = random.Random(3), dict[str, list[str]]()

    def neighbour(word: str) -> str:
        if word not in ids or not plain[ids[word]]:
            return word
        if word not in near:
            close = np.where(plain, vectors @ vectors[ids[word]], -1)
            best = [at for at in np.argsort(-close)[1:5] if close[at] > 0.45]
            near[word] = [words[int(at)] for at in best]
        return rng.choice(near[word]) if near[word] else word

    return neighbour


def _made(libraries: Path, neighbour: Callable[[str], str]) -> list[dict[str, Any]]:
    rng, found = random.Random(3), list[dict[str, Any]]()
    for name, most in MADE_OF.items():
        with Library.open(libraries / name, MiniLM()) as library:
            reports: dict[str, list[Passage]] = {}
            ids = library.catalog.passage_ids()
            rng.shuffle(ids)
            for passage, _ in library.passages(ids[:1500]).values():
                reports.setdefault(passage.report.path, []).append(passage)
            for path, passages in reports.items():
                # A question made from a set that is not split by report is held out of no fold.
                fold = fold_of(name, "", [path]) if name in SPLIT_BY_REPORT else -1
                found += [made | {"fold": fold} for made in clozes([passages], most, neighbour, rng)]
    rng.shuffle(found)
    return found[:MADE]


def _useful(case: dict[str, Any]) -> bool:
    """Whether a question can be learned from: the gold was found, or there is none to be found."""
    gold = any(each["gold"] for passage in case["passages"] for each in passage["statements"])
    return gold or case["status"] == "not_found"


def _held_out(bench: Path, libraries: Path, name: str, work: Path) -> Iterator[dict[str, Any]]:
    for fold in range(FOLDS):
        weights = work / f"{fold}.safetensors"
        judge = CrossEncoder(weights=weights, sha256=minilm.sha256(weights))
        yield from (case for case in labelled(bench, libraries, name, judge) if case["fold"] == fold)


def _digests(bench: Path) -> Iterator[bytes]:
    for name in MADE_OF:
        for file in sorted([bench / name / "cases.jsonl", *(bench / name / "corpus").rglob("*")]):
            if file.is_file():
                yield hashlib.sha256(file.read_bytes()).digest()


def _write(path: Path, lines: Iterable[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")


def _run(*command: object) -> None:
    subprocess.run([str(part) for part in command], check=True)


if __name__ == "__main__":
    main()
