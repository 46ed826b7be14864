"""The page as somebody uses it, in a real browser."""

import pytest
import shelves
from conftest import watched

pytestmark = pytest.mark.browser

FIRST = "How many reports last year?"


def ask(page, question, turn=1):
    """Types a question, presses Enter and waits for the finished answer."""
    box = page.get_by_role("textbox", name="Question")
    box.fill(question)
    box.press("Enter")
    answer = page.locator(f"#t{turn}[aria-busy=false]")
    answer.wait_for()
    return answer


def test_a_question_is_answered_with_its_figure_and_the_marked_sentence(chromium_page):
    answer = ask(chromium_page, FIRST)
    assert answer.locator(".figure strong").inner_text().split() == ["more", "than", "33,000"]
    assert chromium_page.locator("#t1-e1 mark").inner_text() == shelves.CITED
    assert chromium_page.get_by_role("textbox", name="Question").input_value() == ""


def test_an_example_asks_itself(chromium_page):
    chromium_page.get_by_role("button", name=FIRST).click()
    chromium_page.locator("#t1[aria-busy=false]").wait_for()
    assert chromium_page.locator("#t1 .q").inner_text() == FIRST


def test_a_footnote_leads_to_its_card_and_escape_leads_back(chromium_page):
    answer = ask(chromium_page, FIRST)
    link = answer.locator(".fn").first
    link.click()
    card = chromium_page.locator("#t1-e1")
    assert card.get_attribute("aria-current") == "true"
    assert card.evaluate("element => element === document.activeElement")
    chromium_page.keyboard.press("Escape")
    assert link.evaluate("element => element === document.activeElement")


def test_a_footnote_can_be_followed_by_keyboard(chromium_page):
    link = ask(chromium_page, FIRST).locator(".fn").first
    link.focus()
    chromium_page.keyboard.press("Enter")
    assert chromium_page.locator("#t1-e1").get_attribute("aria-current") == "true"


def test_hovering_a_footnote_lights_its_card(chromium_page):
    ask(chromium_page, FIRST).locator(".fn").first.hover()
    assert "lit" in chromium_page.locator("#t1-e1").get_attribute("class")


def test_a_follow_up_keeps_its_subject(chromium_page):
    ask(chromium_page, FIRST)
    answer = ask(chromium_page, "And the year before?", turn=2)
    assert "asked as: How many reports last year, the year before?" in answer.inner_text()


def test_a_footnote_of_an_earlier_turn_brings_its_evidence_back(chromium_page):
    ask(chromium_page, FIRST)
    ask(chromium_page, "How many referrals in 2025?", turn=2)
    assert not chromium_page.locator("#t1-e1").is_visible() and chromium_page.locator("#t2-e1").is_visible()
    chromium_page.locator("#t1 .fn").first.click()
    assert chromium_page.locator("#t1-e1").is_visible() and not chromium_page.locator("#t2-e1").is_visible()


def test_the_reader_opens_at_the_marked_sentence(chromium_page):
    ask(chromium_page, FIRST)
    with chromium_page.expect_popup() as opened:
        chromium_page.locator("#t1-e1").get_by_role("link", name="Open article").click()
    reader = opened.value
    assert reader.locator("#cited").inner_text() == shelves.CITED
    assert reader.url.endswith("#cited")


def test_an_answer_can_be_stopped_and_the_next_question_asked(chromium_page):
    box = chromium_page.get_by_role("textbox", name="Question")
    box.fill("wait, how many reports?")
    box.press("Enter")
    chromium_page.locator("#t1 .reading").wait_for()
    chromium_page.get_by_role("button", name="Stop").click()
    assert "Stopped" in chromium_page.locator("#t1[aria-busy=false]").inner_text()
    shelves.released.set()
    assert "33,000" in ask(chromium_page, FIRST, turn=2).inner_text()


def test_not_found_offers_the_nearest_evidence(chromium_page):
    answer = ask(chromium_page, "And in 2027?")
    assert "Not in these reports." in answer.inner_text() and answer.locator(".fn").count() == 0
    answer.get_by_role("link", name="2025: 4,212").click()
    assert chromium_page.locator("#t1-e1").get_attribute("aria-current") == "true"


def test_context_is_folded_until_it_is_asked_for(chromium_page):
    ask(chromium_page, FIRST)
    card = chromium_page.locator("#t1-e1")
    assert "A public register" not in card.inner_text()
    card.get_by_role("button", name="Show context").click()
    assert "A public register" in card.inner_text()


def test_the_short_answer_is_announced_once(chromium_page):
    ask(chromium_page, FIRST)
    spoken = chromium_page.locator("body > [aria-live=polite]")
    assert spoken.inner_text() == "more than 33,000 reports received · 2025"


def test_an_error_is_a_sentence_on_the_page(chromium_page):
    assert "The library is being rebuilt" in ask(chromium_page, "an error").locator(".sorry").inner_text()


def test_the_answer_is_copied_with_its_sources(chromium, served):
    with watched(chromium, served, permissions=["clipboard-read", "clipboard-write"]) as page:
        ask(page, FIRST).get_by_role("button", name="Copy with sources").click()
        page.get_by_role("button", name="Copied").wait_for()
        assert page.evaluate("navigator.clipboard.readText()").startswith(FIRST)


def test_hostile_texts_run_nothing(chromium_page):
    ask(chromium_page, shelves.HOSTILE)
    chromium_page.locator("[data-context]").first.evaluate_all("all => all.forEach(button => button.click())")
    assert chromium_page.evaluate("window.ran") is None
    assert chromium_page.locator("#talk img, #evidence img, #talk script, #evidence script").count() == 0
    assert "{{constructor}} ${window.ran=1}" in chromium_page.locator("#t1 .q").inner_text()


def test_an_injected_handler_would_be_stopped_by_the_policy(chromium, served):
    context = chromium.new_context()
    page = context.new_page()
    page.goto(served)
    page.wait_for_selector(".welcome")
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=window.ran=1>')")
    page.evaluate("new Promise(done => { const i = new Image(); i.onerror = done; i.src = '/nothing.png'; })")
    assert page.evaluate("window.ran") is None
    context.close()


@pytest.mark.parametrize("path", ["/", "/library", "/read/reports/annual%202025.pdf?page=2", "/read/hostile.html"])
def test_nothing_scrolls_sideways_on_a_phone(chromium, served, path):
    with watched(chromium, served, viewport={"width": 390, "height": 844}) as page:
        if path == "/":
            ask(page, "x" * 300)
            ask(page, "How many referrals in 2025?", turn=2)
        else:
            page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_on_a_phone_a_footnote_leads_down_and_back(chromium, served):
    with watched(chromium, served, viewport={"width": 390, "height": 844}, reduced_motion="reduce") as page:
        link = ask(page, FIRST).locator(".fn").first
        link.click()
        card = page.locator("#t1-e1")
        assert 0 <= card.bounding_box()["y"] < 300
        card.get_by_role("button", name="Back to the answer").click()
        assert link.evaluate("element => element === document.activeElement")


def test_a_day_in_the_address_is_the_day_of_asking(chromium, served):
    with watched(chromium, served) as page:
        page.goto("/?as_of=2024-05-01")
        page.get_by_text("Questions are asked as of 1 May 2024.").wait_for()
        copied = ask(page, FIRST).get_by_role("button", name="Copy with sources").get_attribute("data-copy")
        assert copied.endswith("As of 1 May 2024.")


def test_the_page_has_its_landmarks_and_names(chromium_page):
    assert chromium_page.title() == "Footnote"
    assert chromium_page.get_by_role("main").count() == 1
    assert chromium_page.get_by_role("navigation", name="Main").count() == 1
    assert chromium_page.get_by_role("complementary", name="Evidence").count() == 1
    assert chromium_page.locator("footer").count() == 0  # Gradio's


def test_a_new_question_clears_the_page(chromium_page):
    ask(chromium_page, FIRST)
    chromium_page.get_by_role("link", name="New question").click()
    chromium_page.locator(".welcome").wait_for()
    assert chromium_page.locator(".turn").count() == 0


def test_the_sample_library_answers_with_the_sentence_that_holds_the_figure(chromium, served_sample):
    with watched(chromium, served_sample) as page:
        answer = ask(page, FIRST.replace("reports", "leads"))
        assert "33,000" in answer.locator(".figure strong").inner_text()
        answer.locator(".fn").first.click()
        assert "more than 33,000 leads" in page.locator("#t1-e1 mark").inner_text()
        with page.expect_popup() as opened:
            page.locator("#t1-e1").get_by_role("link", name="Open article").click()
        assert "more than 33,000 leads" in opened.value.locator("#cited").inner_text()
