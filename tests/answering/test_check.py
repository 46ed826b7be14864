"""A claim is supported by what it cites, or marked; nothing is let through."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from rag.answering.check import checked, problems
from rag.language.periods import year
from rag.types import Answer, Citation, Claim

QUOTES = {
    1: "Last year there were more than 33,000 leads, of which 15 per cent concern people in positions of trust.",
    2: "We spent £4.2 million in 2025.",
    3: "Six offices are open, and nearly 1,200 children were seen.",
}
ROW = ("", "Staff"), ("2025", "1,284"), ("2024", "(97)")


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
        ("Nearly 1,200 children were seen.", 3),
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
    text = "There were more than 33,000 leads, and £4.2 million was spent."

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
    claims = Claim("There were more than 33,000 leads.", (1,)), Claim("There were 34,000 leads.", (1,))
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


def told(
    text: str, quote: str, *, heading: str = "", covers: str = "2025", headers: tuple[tuple[str, str], ...] = ()
) -> str:
    """What is wrong with a claim that cites one statement of a report of 2025."""
    source = replace(citation(1, quote), heading=heading, covers=covers, headers=headers, period=year(2025))
    return " ".join(problems(Claim(text, (1,)), [source], [source]))


ENQUIRIES = "In 2025 the trust received 4,212 enquiries, compared with 4,046 in 2024, a rise of 4.1 per cent."
VISITS = "Nearly 640 home visits were made from Quayford, and about 15 per cent of them took more than 3 working days."
DESK = "The desk in Quayford is not open on Sundays, and visits fell because the bridge was closed on 6 September 2025."
SPENDING = (("", "Repairs"), ("2024 £ thousand", "310"), ("2025 £ thousand", "365"))


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("In 2025 there were 4,212 enquiries.", ENQUIRIES),
        ("4,212 enquiries were received in 2025, 4.1% more than the 4,046 of 2024.", ENQUIRIES),
        ("Enquiries grew from 4,046 in 2024 to 4,212 in 2025.", ENQUIRIES),
        ("The difference between 2024 and 2025: 4,212 − 4,046 = 166.", ENQUIRIES),
        ("About 4,200 enquiries were received.", ENQUIRIES),
        ("There were 4.212 thousand enquiries.", ENQUIRIES),
        ("Close to 640 home visits were made from Quayford.", "Around 640 home visits were made from Quayford."),
        ("Almost 640 home visits were made, about 15% of which took more than 3 working days.", VISITS),
        ("Quayford's desk does not open on Sundays.", DESK),
        ("Visits declined because the bridge was shut on 6 September 2025.", DESK),
    ],
)
def test_other_words_for_the_same_are_supported(text: str, quote: str) -> None:
    assert told(text, quote) == ""


@pytest.mark.parametrize(
    ("text", "quote", "named"),
    [
        ("In 2025 there were 4,312 enquiries.", ENQUIRIES, "4,312 does not stand in [1]."),
        ("There were 4,212 thousand enquiries.", ENQUIRIES, "4,212 thousand"),
        ("In 2023 there were 4,212 enquiries.", ENQUIRIES, "2023 is no period of [1]."),
        ("In 2024 there were 4,212 enquiries.", ENQUIRIES, "4,212 is of 2025 in [1]."),
        ("Enquiries rose by 4.1 percentage points.", ENQUIRIES, "4.1"),
        ("Enquiries rose by 4.1.", ENQUIRIES, "4.1"),
        ("More than 4,212 enquiries were received.", ENQUIRIES, "4,212"),
        ("Nearly 4,212 enquiries were received.", ENQUIRIES, "4,212"),
        ("There were 640 home visits from Quayford.", VISITS, "“nearly”"),
        ("There were more than 640 home visits from Quayford.", VISITS, "“nearly”"),
        ("Nearly 640 home visits took more than 3 weeks.", VISITS, "3"),
        ("Enquiries fell by 4.1 per cent in 2025.", ENQUIRIES, "opposite"),
        ("Enquiries came to 4,212, a fall compared with 4,046.", ENQUIRIES, "figures"),
        ("The desk in Quayford is open on Sundays.", DESK, "“not”"),
        ("Visits did not fall because the bridge was never closed.", DESK, "deny"),
        ("The desk in Brackwater is not open on Sundays.", DESK, "“Brackwater”"),
        ("The bridge was closed on 16 September 2025.", DESK, "16 September"),
        ("The bridge was closed on 6 October 2025.", DESK, "October"),
        ("Volunteers are insured by the council.", DESK, "does not say this"),
        ("Read https://a.example/more about the bridge.", DESK, "https://a.example/more"),
        ("![Visits](https://a.example/p.png) Visits fell.", DESK, "sources"),
    ],
)
def test_what_differs_is_named(text: str, quote: str, named: str) -> None:
    assert named in told(text, quote)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("Repairs, 2025: £365 thousand.", ""),
        ("Spending on repairs was £365,000 in 2025.", ""),
        ("Repairs rose: 365 − 310 = £55 thousand.", ""),
        ("Repairs rose: 365 − 310 = £55.", "scale"),
        ("Repairs, 2025: £365 million.", "365"),
        ("Repairs, 2025: £310 thousand.", "310"),
        ("Repairs fell from £310 thousand in 2024 to £365 thousand in 2025.", "other way"),
    ],
)
def test_a_cell_has_the_scale_and_the_year_of_its_column(text: str, wrong: str) -> None:
    said = told(text, "Repairs | 310 | 365", headers=SPENDING)

    assert wrong in said if wrong else said == ""


def test_a_cell_of_another_column_is_not_what_the_claim_says() -> None:
    columns = ("", "North"), ("Visits", "640"), ("Calls", "871")

    assert told("North, calls: 871.", "North | 640 | 871", headers=columns) == ""
    assert "another column" in told("North, visits: 871.", "North | 640 | 871", headers=columns)


@pytest.mark.parametrize(
    ("text", "passes"),
    [
        ("The reports give two figures.", True),
        ("In summary:", True),
        ("However, the sources differ.", True),
        ("There were 4,212 enquiries.", False),
        ("Quayford has an office.", False),
        ("The bridge was closed.", False),
        ("![](https://a.example/p.png)", False),
    ],
)
def test_a_claim_without_a_marker_passes_only_where_it_states_nothing(text: str, passes: bool) -> None:
    assert (problems(Claim(text), [], [citation(1, DESK)]) == ()) is passes


def test_a_marker_that_is_none_of_the_sources_is_named() -> None:
    assert problems(Claim("There were 4,212 enquiries.", (7,)), []) == ("[7] is none of the sources.",)


def test_an_acronym_stands_for_the_words_it_is_made_of() -> None:
    quote = "The Harbour Towns Housing Forum met 12 times."

    assert told("The HTHF met 12 times.", quote) == ""
    assert "“HTXQ”" in told("The HTXQ met 12 times.", quote)
