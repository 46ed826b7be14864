"""What people type in a hurry is written out, and nothing else is changed."""

from __future__ import annotations

import pytest

from rag.language.shorthand import written_out


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("whats the avg wait", "what is the average wait"),
        ("Who's the chair?", "who is the chair?"),
        ("how many ppl got in touch with us pls", "how many people contact us"),
        ("why did waits go up in 2022?", "why did waits rise in 2022?"),
        ("referrals YTD", "referrals this year so far"),
        ("How many referrals in 2025?", "How many referrals in 2025?"),
    ],
)
def test_shorthand_is_written_out(typed: str, meant: str) -> None:
    assert written_out(typed) == meant


def test_a_long_preamble_is_left_out() -> None:
    typed = (
        "Hi, I'm putting together a briefing for the board and I need to know, as precisely as you can, "
        "how many referrals we had in 2022, thanks"
    )

    assert written_out(typed) == "how many referrals we had in 2022"


def test_a_question_of_nothing_but_courtesies_stays_what_it_is() -> None:
    assert written_out("thanks!") == "thanks!"
