"""A claim is supported by what it cites, or marked; nothing is let through."""

from __future__ import annotations

from datetime import date

import pytest

from rag.answering.check import checked
from rag.types import Answer, Citation, Claim

QUOTES = {
    1: "Last year there were more than 33,000 leads, of which 15 per cent concern people in positions of trust.",
    2: "We spent £4.2 million in 2025.",
    3: "Six offices are open, and nearly 1,200 children were seen.",
}
ROW = ("2025", "1,284"), ("2024", "(97)")


def citation(n: int, quote: str) -> Citation:
    return Citation(n, "r.md", "Annual report 2025", date(2026, 5, 14), 1, 0, len(quote), quote, f"r:s{n}")


def supported(text: str, *cited: int) -> bool:
    citations = tuple(citation(n, quote) for n, quote in QUOTES.items())
    answer = checked(Answer("?", "answered", text, claims=(Claim(text, cited),), citations=citations))
    return answer.claims[0].supported


@pytest.mark.parametrize(
    ("text", "cited"),
    [
        ("There were more than 33,000 leads.", 1),
        ("In 2025 there were more than 33,000 leads, 15% of them about people in positions of trust.", 1),
        ("Spending was £4.2 million.", 2),
        ("Six offices are open.", 3),
        ("The offices see many children.", 3),
    ],
)
def test_a_claim_with_the_figures_of_its_source_is_supported(text: str, cited: int) -> None:
    assert supported(text, cited)


@pytest.mark.parametrize(
    ("text", "cited"),
    [
        ("There were more than 38,000 leads.", 1),  # a digit
        ("There were more than 3,300 leads.", 1),  # a nought
        ("There were more than 33,000 leads, 16% of them about trust.", 1),
        ("There were 33,001 leads.", 1),
        ("Spending was £4.3 million.", 2),
        ("Seven offices are open.", 3),
        ("There were more than 33,000 leads.", 2),  # another source's figure
    ],
)
def test_a_figure_that_its_source_does_not_hold_is_marked(text: str, cited: int) -> None:
    assert not supported(text, cited)


def test_a_claim_may_rest_on_several_citations() -> None:
    text = "There were 33,000 leads, and £4.2 million was spent."

    assert supported(text, 1, 2)
    assert not supported(text, 1)


@pytest.mark.parametrize("cited", [(), (9,)])
def test_a_claim_without_a_citation_that_was_shown_is_marked(cited: tuple[int, ...]) -> None:
    assert not supported("There were more than 33,000 leads.", *cited)


def test_a_row_supports_what_its_cells_and_headers_say() -> None:
    row = Citation(
        1, "r.md", "Accounts", None, 1, 0, 9, "Staff | 1,284 | (97)", "r:s1", headers=ROW, caption="£ thousand"
    )

    claims = Claim("Staff, 2025: £1,284 thousand.", (1,)), Claim("Staff, 2025: £1,285 thousand.", (1,))
    answer = checked(Answer("?", "answered", "", claims=claims, citations=(row,)))

    assert [claim.supported for claim in answer.claims] == [True, False]


def test_each_claim_is_judged_by_itself_and_nothing_else_changes() -> None:
    claims = Claim("There were 33,000 leads.", (1,)), Claim("There were 34,000 leads.", (1,), supported=True)
    answer = Answer("?", "answered", "text", claims=claims, citations=(citation(1, QUOTES[1]),))

    after = checked(answer)

    assert [claim.supported for claim in after.claims] == [True, False]
    assert (after.text, after.citations, after.status) == (answer.text, answer.citations, answer.status)


@pytest.mark.parametrize(
    ("text", "supported"),
    [
        ("The sum of 2024 and 2025: 4,046 + 4,212 = 8,258.", True),
        ("The sum of 2024 and 2025: 4,046 + 4,212 = 8,268.", False),
        ("The average of 2024 and 2025: (4,046 + 4,212) ÷ 2 = 4,129.", True),
        ("The average of 2024 and 2025: (4,046 + 4,212) ÷ 3 = 2,752.67.", False),
        ("Change: (4,212 − 4,046) ÷ 4,046 = 4.1%.", True),
        ("Change: (4,212 − 4,046) ÷ 4,046 = 4.2%.", False),
        ("Share: 4,046 ÷ 4,212 = 96.06%.", True),
        ("Ratio: 4,212 ÷ 4,046 = 1.04.", True),
        ("Difference: 4,212 − 4,000 = 212.", False),  # no source holds 4,000
        ("Difference: 4,046 − 4,212 = −166.", True),
    ],
)
def test_arithmetic_is_worked_out_again(text: str, supported: bool) -> None:
    source = citation(1, "In 2025 the trust received 4,212 enquiries, and 4,046 in 2024.")
    answer = checked(Answer("?", "answered", text, claims=(Claim(text, (1,)),), citations=(source,)))

    assert answer.claims[0].supported is supported
