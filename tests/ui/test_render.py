"""What the page shows of an answer, and what it never lets through."""

import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser

import pytest
import shelves

from rag.types import SHEETS, Block, Cell, Citation, CitedCell, Claim, Page, Period, PeriodKind
from ui import evidence, reader, render
from ui.words import days, marked, read_link, visible


class Seen(HTMLParser):
    """The tags, attributes and marked texts of a piece of HTML, as a browser would find them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.marks: list[str] = []
        self.text = ""
        self._marking = False
        self.feed(str(html))

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attributes]
        if tag == "mark":
            self._marking = True
            self.marks.append("")

    def handle_endtag(self, tag):
        self._marking = self._marking and tag != "mark"

    def handle_data(self, data):
        self.text += data
        if self._marking:
            self.marks[-1] += data

    def all(self, name):
        return [value for attribute, value in self.attributes if attribute == name]


def hostile_pieces():
    answer = shelves.hostile_answer()
    report = shelves.REPORTS[2]
    page = shelves.FakeShelf(None).page(report, 1)
    yield "the answer", render.conversation([answer])
    yield "its evidence", evidence.pane([answer])
    yield "while it grows", render.turn(replace(answer, done=False), 1)
    yield "not found", render.turn(replace(answer, status="not_found", suggestions=((shelves.HOSTILE, 1),)), 1)
    yield "an error", render.turn(replace(answer, status="error", error=shelves.HOSTILE), 1)
    yield "the welcome", render.welcome({"reports": 1, "pages": 1}, [shelves.HOSTILE])
    yield "the reader", reader.report_page(report, page, (0, len(page.text)))
    yield "the library", reader.library([report], [(shelves.HOSTILE, shelves.HOSTILE)])
    yield "nothing there", reader.missing(shelves.HOSTILE)


@pytest.mark.parametrize(("where", "html"), list(hostile_pieces()))
def test_hostile_text_stays_text(where, html):
    seen = Seen(html)
    assert "script" not in seen.tags and "img" not in seen.tags
    assert not [name for name, _ in seen.attributes if name.startswith("on")]
    assert not [value for value in seen.all("href") if not value.startswith(("/", "#"))]
    assert "<script>window.ran=1</script>" in seen.text  # it can be read, as what it is


@pytest.mark.parametrize(("where", "html"), list(hostile_pieces()))
def test_no_override_of_direction_and_nothing_invisible_is_shown(where, html):
    assert not [sign for sign in "\u202a\u202b\u202d\u202e\u2066\u2067\u200b\ufeff" if sign in html]


def test_joiners_that_a_script_needs_are_kept():
    assert visible("می\u200cخواهم") == "می\u200cخواهم"
    assert visible("33\u200d,000") == "33,000"


def test_the_mark_covers_exactly_the_cited_sentence():
    answer = replace(shelves.figure_answer(), citations=(shelves.article_citation(),))
    assert Seen(evidence.pane([answer])).marks == [shelves.CITED]


def test_the_mark_is_found_where_the_passage_begins_inside_the_page():
    citation = shelves.article_citation()
    cut = 60
    moved = replace(citation, passage_start=cut, passage_text=citation.passage_text[cut:])
    assert Seen(evidence.pane([replace(shelves.figure_answer(), citations=(moved,))])).marks == [shelves.CITED]


def test_a_span_outside_its_passage_shows_the_quote_and_nothing_else():
    citation = replace(shelves.article_citation(), passage_start=10_000)
    assert Seen(evidence.pane([replace(shelves.figure_answer(), citations=(citation,))])).marks == [citation.quote]


def test_the_whole_passage_is_in_the_card_in_order():
    seen = Seen(evidence.pane([replace(shelves.figure_answer(), citations=(shelves.article_citation(),))]))
    assert " ".join(shelves.ARTICLE.split()) in " ".join(word for word in seen.text.split() if word != "…")


def test_a_table_row_stands_under_its_headers_with_the_answers_figure_ringed():
    html = evidence.pane([shelves.row_answer()])
    seen = Seen(html)
    assert seen.marks[:5] == list(shelves.ROWS[2])
    assert re.findall('<th scope="col">(.*?)</th>', html) == list(shelves.ROWS[0])
    assert '<td class="hit"><mark>4,212</mark></td>' in html
    assert seen.all("class").count("hit") == 1


def test_the_cell_that_is_ringed_is_the_cited_one_though_others_read_alike():
    row = shelves.row_citation()
    twice = replace(row, headers=(("Measure", "All"), ("2024", "4,212"), ("2025", "4,212")))
    html = evidence.pane([replace(shelves.row_answer(), citations=(replace(twice, cells=(CitedCell(2, 30, 35),)),))])
    assert html.count("<mark>4,212</mark>") == 2
    assert re.search('<td><mark>4,212</mark></td><td class="hit"><mark>4,212</mark></td>', html)
    both = replace(twice, cells=(CitedCell(1, 20, 25), CitedCell(2, 30, 35)))
    assert "hit" not in Seen(evidence.pane([replace(shelves.row_answer(), citations=(both,))])).all("class")


def test_the_link_to_the_page_marks_the_one_cell_a_row_is_cited_for():
    row = replace(shelves.row_citation(), cells=(CitedCell(2, 30, 35),))
    html = evidence.pane([replace(shelves.row_answer(), citations=(row,))])
    assert "at=30-35#cited" in html


def test_a_sheet_is_named_and_a_printed_page_number_stands_beside_the_page():
    row = replace(shelves.row_citation(), kind=SHEETS, label="By region")
    assert "sheet By region" in Seen(evidence.pane([replace(shelves.row_answer(), citations=(row,))])).text
    row = replace(row, kind="PDF", label="iv", page=6)
    assert "page 6 (iv)" in Seen(evidence.pane([replace(shelves.row_answer(), citations=(row,))])).text


def test_each_footnote_leads_to_its_own_turns_card():
    turns = [shelves.figure_answer(), shelves.row_answer()]
    links = [value for value in Seen(render.conversation(turns)).all("href") if value.startswith("#")]
    assert links == ["#t1-e1", "#t1-e1", "#t2-e1"]
    assert {link[1:] for link in links} <= set(Seen(evidence.pane(turns)).all("id"))


def test_a_footnote_without_a_citation_is_not_shown():
    answer = replace(shelves.figure_answer(), claims=(Claim("More than 33,000.", (1, 7)),))
    assert Seen(render.turn(answer, 1)).all("href") == ["#t1-e1"]


def test_only_the_last_turns_evidence_is_open():
    html = evidence.pane([shelves.figure_answer(), shelves.row_answer()])
    assert '<div class="sources" id="t1-sources" data-turn="1" hidden>' in html
    assert '<div class="sources" id="t2-sources" data-turn="2">' in html


def test_the_card_says_when_it_was_published_and_what_last_year_meant_there():
    seen = Seen(evidence.pane([shelves.figure_answer()]))
    assert "Article · published 20 Feb 2026 · says “Last year” = 2025" in seen.text
    assert "PDF · published 12 Jun 2026 · covers 2025 · page 2 of 24" in seen.text


def test_the_understood_period_is_shown_and_a_follow_up_as_it_was_completed():
    seen = Seen(render.turn(shelves.not_found_answer(), 1))
    assert "last year → 2025" in Seen(render.turn(shelves.figure_answer(), 1)).text
    assert "asked as: How many referrals were received in 2027?" in seen.text


def test_a_period_is_not_said_twice():
    assert "→" not in Seen(render.turn(shelves.row_answer(), 1)).text


def test_not_found_claims_nothing_and_offers_the_nearest():
    answer = replace(shelves.not_found_answer(), claims=(Claim("Referrals were 4,212.", (1,)),))
    html = render.turn(answer, 1)
    assert "Not in these reports." in html and "Referrals were" not in html and 'class="fn"' not in html
    assert '<a class="near" href="#t1-e1" dir="auto">2025: 4,212</a>' in html
    assert "Nearest evidence" in evidence.pane([answer])


def test_an_unsupported_sentence_says_so_and_no_figures_count_as_checked():
    answer = replace(shelves.figure_answer(), claims=(Claim("It was the schools.", (), supported=False),))
    html = render.turn(answer, 1)
    assert '<span class="unsup">It was the schools.</span>' in html and render.UNSUPPORTED in html
    assert "checked" not in html


def test_figures_are_counted_where_every_sentence_is_supported():
    assert "✓ 2 figures checked" in render.turn(shelves.figure_answer(), 1)


def test_values_that_disagree_stand_side_by_side_with_their_dates():
    conflict = {"short": "4,190", "citation": 2, "provisional": True}
    answer = replace(
        shelves.row_answer(), citations=(shelves.row_citation(), shelves.article_citation(2)), conflicts=(conflict,)
    )
    text = Seen(render.turn(answer, 1)).text
    assert "Jun 20264,212Annual report 2025, page 2" in text
    assert "provisional · Feb 20264,190Reports of unsafe lifts rise by half" in text


def test_a_conflict_whose_source_is_not_shown_is_not_drawn():
    answer = replace(shelves.row_answer(), conflicts=({"short": "4,190", "citation": 7},))
    assert "4,190" not in render.turn(answer, 1)


def test_nothing_is_announced_before_the_answer_is_complete():
    answer = shelves.figure_answer()
    assert Seen(render.turn(replace(answer, done=False), 1)).all("data-announce") == [""]
    assert Seen(render.turn(answer, 1)).all("data-announce") == ["more than 33,000 reports received · 2025"]


def test_an_error_is_one_plain_sentence():
    seen = Seen(render.turn(replace(shelves.figure_answer(), status="error", error="The library is busy."), 1))
    assert "The library is busy." in seen.text and "33,000" not in seen.text.split("The library")[1]


def test_the_copied_text_carries_its_references():
    copied = render.with_sources(shelves.figure_answer())
    assert "received more than 33,000 reports in 2025.[1]" in copied
    assert (
        "[2] Annual report 2025, PDF, published 12 Jun 2026, covers 2025, page 2 of 24: “Referrals received |" in copied
    )
    assert copied.endswith("As of 20 Nov 2026.")


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        (date(2025, 1, 1), date(2026, 1, 1), "2025"),
        (date(2022, 1, 1), date(2026, 1, 1), "2022 – 2025"),
        (date(2025, 3, 1), date(2025, 4, 1), "Mar 2025"),
        (date(2025, 4, 1), date(2025, 7, 1), "1 Apr – 30 Jun 2025"),
        (date(2025, 4, 1), date(2026, 4, 1), "1 Apr 2025 – 31 Mar 2026"),
        (date(2025, 3, 3), date(2025, 3, 4), "3 Mar 2025"),
    ],
)
def test_a_period_is_said_as_its_days(start, end, said):
    assert days(Period(start, end, "whatever", PeriodKind.CALENDAR)) == said


def test_marked_keeps_every_character():
    text = "a <b> & \u202ec"
    for start in range(len(text)):
        for end in range(start + 1, len(text) + 1):
            seen = Seen(marked(text, start, end))
            assert seen.text == visible(text)
            assert seen.marks == [visible(text[start:end])]


def test_a_link_to_a_path_with_odd_characters_stays_one_path():
    assert read_link('a b/../?"#<.pdf', 3, 1, 5) == "/read/a%20b/../%3F%22%23%3C.pdf?page=3&at=1-5#cited"


def test_the_reader_marks_a_row_in_its_table():
    page, citation = shelves.table_page(), shelves.row_citation()
    html = reader.report_page(shelves.REPORTS[1], page, (citation.start, citation.end))
    seen = Seen(html)
    assert seen.marks == list(shelves.ROWS[2])
    assert seen.all("id") == ["cited"]
    assert seen.all("class").count("cited") == 1


def test_the_reader_draws_a_caption_and_a_header_row_once():
    text = Seen(reader.report_page(shelves.REPORTS[1], shelves.table_page(), (0, 0))).text
    assert text.count("Table 2.") == 1 and text.count("Measure") == 1


def test_the_reader_leaves_out_a_line_of_headers_that_its_table_shows():
    text = "Year | Referrals\n2025 | 4,212"
    row = Block("table_row", 17, 29, cells=(Cell(17, 21, ("Year",)), Cell(24, 29, ("Referrals",))))
    html = reader.report_page(shelves.REPORTS[1], Page(1, text, (Block("furniture", 0, 16), row)), (0, 0))
    assert Seen(html).text.count("Referrals") == 1


def test_a_card_names_the_headings_above_the_statement_but_not_its_title_twice():
    citation = replace(shelves.row_citation(), heading="Annual report 2025 > Referrals > By channel")
    html = evidence.pane([replace(shelves.row_answer(), citations=(citation,))])
    assert ">Referrals › By channel<" in html


def test_a_citation_without_dates_or_kind_is_still_shown():
    bare = Citation(1, "a.txt", "", None, 1, 0, 3, "Yes", "s1", passage_text="Yes")
    assert "a.txt" in Seen(evidence.pane([replace(shelves.figure_answer(), citations=(bare,))])).text
