"""Makes wrong claims of right ones and counts what the check tells: `python -m eval.bench.adversary LIBRARY`."""

from __future__ import annotations

import argparse
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

from eval.bench.adversary.right import Right, right_claims
from eval.bench.adversary.wrong import KINDS, Wrong, wrong_claims
from eval.cases import read_cases
from eval.run import set_path
from rag.answering.check import checked, problems
from rag.answering.vouching import vouched
from rag.ask import ask
from rag.index.embed import MiniLM
from rag.library import Library
from rag.types import Answer, Claim

SETS = ("figures", "sample")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m eval.bench.adversary", description="What the check lets through.")
    parser.add_argument("library", type=Path)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--right", type=int, default=4000, help="right claims, at most")
    parser.add_argument("--each", type=int, default=250, help="wrong claims of a kind, at most")
    parser.add_argument("--missed", type=int, default=0, help="how many of each that went wrong are shown")
    parser.add_argument("--answers", action="store_true", help="ask the sets that ship too")
    given = parser.parse_args()
    with Library.open(given.library, MiniLM()) as library:
        answers = [ask(library, case.asked) for name in SETS for case in read_cases(set_path(name))] * given.answers
        rights = [*right_claims(library, given.seed, given.right), *answered(answers)]
    wrongs = wrong_claims(rights, given.seed, given.each)
    _tell_right(rights, given.missed)
    _tell_wrong(wrongs, given.missed)
    _tell_time(rights)


def answered(answers: Sequence[Answer]) -> list[Right]:
    """The claims of answers, right as far as the check goes."""
    return [
        Right(claim.text, tuple(each for each in answer.citations if each.n in claim.citations), "answered")
        for answer in answers
        for claim in answer.claims
        if claim.citations
    ]


def told(right: Right) -> tuple[str, ...]:
    """What the check says is wrong with a right claim."""
    return problems(Claim(right.text, tuple(each.n for each in right.citations)), right.citations, right.citations)


def caught(wrong: Wrong) -> bool:
    """Whether the check marks a wrong claim."""
    return bool(problems(wrong.claim, [c for c in wrong.citations if c.n in wrong.claim.citations], wrong.citations))


def _tell_right(rights: Sequence[Right], missed: int) -> None:
    marked = {right: told(right) for right in rights}
    print(f"{'right claims, by rule':<34}{'claims':>8}{'marked':>8}")
    rules = defaultdict(list)
    for right in rights:
        rules[right.held_out, right.rule].append(right)
    for (held_out, rule), group in sorted(rules.items()):
        _line(f"{'held out: ' if held_out else ''}{rule}", len(group), sum(bool(marked[each]) for each in group))
        for each in [each for each in group if marked[each]][:missed]:
            print(f"      {each.text[:170]}\n        {marked[each]}\n        {[c.quote[:160] for c in each.citations]}")
    for name, held_out in (("rules looked at", False), ("rules held out", True)):
        group = [right for right in rights if right.held_out == held_out]
        _line(name, len(group), sum(bool(marked[each]) for each in group))
    _line("all right claims", len(rights), sum(map(bool, marked.values())))


def _tell_wrong(wrongs: Sequence[Wrong], missed: int) -> None:
    print(f"\n{'wrong claims, by kind':<34}{'claims':>8}{'caught':>8}")
    through: Counter[str] = Counter()
    for kind in KINDS:
        group = [wrong for wrong in wrongs if wrong.kind == kind]
        let = [wrong for wrong in group if not caught(wrong)]
        through[kind] = len(let)
        _line(kind, len(group), len(group) - len(let))
        for each in let[:missed]:
            print(
                f"      {each.claim.text[:170]}\n        was: {each.was[:170]}\n"
                f"        {[c.quote[:160] for c in each.citations]}"
            )
    _line("all wrong claims", len(wrongs), len(wrongs) - sum(through.values()))


def _tell_time(rights: Sequence[Right], size: int = 4) -> None:
    """Answers of four claims, each citation read for the first time."""
    spent = []
    for at in range(0, min(len(rights), 800) - size, size):
        group = rights[at : at + size]
        citations = tuple(c for each in group for c in each.citations)
        claims = tuple(Claim(each.text, tuple(c.n for c in each.citations)) for each in group)
        vouched.cache_clear()
        start = time.perf_counter()
        checked(Answer("?", "answered", "", claims=claims, citations=citations))
        spent.append(1000 * (time.perf_counter() - start))
    spent.sort()
    middle, late = spent[len(spent) // 2], spent[len(spent) * 95 // 100]
    print(f"\nchecking an answer of {size} claims: median {middle:.1f} ms, 95 of 100 within {late:.1f} ms")


def _line(name: str, count: int, told: int) -> None:
    print(f"{name:<34}{count:>8}{told:>8}{told / max(1, count):>9.1%}")


if __name__ == "__main__":
    main()
