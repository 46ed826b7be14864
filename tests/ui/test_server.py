"""The application over HTTP: what it serves, and whom it refuses."""

import subprocess
import sys
from datetime import date

import pytest
import shelves
from fastapi import APIRouter
from fastapi.testclient import TestClient

from rag.types import Answer, Within
from ui.server import create_app

HERE = "http://127.0.0.1:7860"
asked = []


def engine(library, put):
    asked.append(put)
    yield from shelves.canned(library, put)


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    router = APIRouter()
    router.add_api_route("/api/jobs/{name}", lambda name: {"job": name}, methods=["POST"])
    app = create_app(
        shelves.FakeShelf(tmp_path_factory.mktemp("files")),
        to_json=shelves.as_json,
        ask=engine,
        examples=("How many reports last year?",),
        today=lambda: shelves.TODAY,
        max_upload_mb=1,
        routers=[router],
    )
    with TestClient(app, base_url=HERE) as client:
        yield client


def test_the_page_is_ours_and_names_no_other_host(client):
    page = client.get("/").text
    assert "<title>Footnote</title>" in page and 'lang="en"' in page and "/own/footnote.css" in page
    assert "githubusercontent" not in page and "og:" not in page and "manifest" not in page


def test_the_pages_policy_allows_only_this_server_and_the_scripts_that_were_sent(client):
    policy = client.get("/").headers["content-security-policy"]
    assert "default-src 'self'" in policy and "object-src 'none'" in policy and "frame-ancestors 'none'" in policy
    scripts = next(part for part in policy.split("; ") if part.startswith("script-src"))
    assert "'unsafe-inline'" not in scripts and "sha256-" in scripts
    assert "http" not in policy and "*" not in policy


@pytest.mark.parametrize("path", ["/", "/library", "/read/articles/lift-reports.md", "/file/hostile.html", "/nowhere"])
def test_every_answer_carries_the_security_headers(client, path):
    headers = client.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-frame-options"] == "DENY"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]


@pytest.mark.parametrize(
    "origin", ["https://elsewhere.example", "http://127.0.0.1:9999", "null", "http://localhost:7860"]
)
@pytest.mark.parametrize("path", ["/api/ask", "/api/jobs/ingest", "/gradio_api/queue/join"])
def test_a_foreign_origin_is_refused(client, path, origin):
    response = client.post(path, json={"question": "How many?"}, headers={"Origin": origin})
    assert response.status_code == 403 and "error" in response.json()


def test_a_foreign_origin_gets_no_leave_to_read(client):
    for path in ("/", "/library", "/assets/none.js"):
        response = client.get(path, headers={"Origin": "http://localhost:3000"})
        assert not [name for name in response.headers if name.startswith("access-control-allow")]
    preflight = client.options(
        "/api/ask", headers={"Origin": "http://localhost:3000", "Access-Control-Request-Method": "POST"}
    )
    assert preflight.status_code == 403


def test_our_own_origin_may_ask(client):
    response = client.post("/api/ask", json={"question": "How many reports?"}, headers={"Origin": HERE})
    assert response.status_code == 200


@pytest.mark.parametrize("host", ["rebound.example", "rebound.example:7860", "127.0.0.1.rebound.example", ""])
def test_another_host_name_is_refused(client, host):
    assert client.get("/api/health", headers={"Host": host}).status_code == 421


@pytest.mark.parametrize("host", ["localhost", "localhost:7860", "127.0.0.1:1", "[::1]:7860"])
def test_this_machines_names_are_answered(client, host):
    assert client.get("/api/health", headers={"Host": host}).status_code == 200


def test_a_body_beyond_the_limit_is_refused_by_its_header(client):
    assert client.post("/api/ask", content=b"x" * 1_000_001).status_code == 413


def test_a_body_beyond_the_limit_is_refused_while_it_streams(client):
    pieces = (b" " * 100_000 for _ in range(11))  # no length is announced
    assert client.post("/api/ask", content=pieces, headers={"Content-Type": "application/json"}).status_code == 413


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/file=http://127.0.0.1:1/x",
        "/gradio_api/file=https://elsewhere.example/x",
        "/gradio_api/file=/etc/passwd",
        "/gradio_api/file/etc/passwd",
        "/gradio_api/proxy=https://elsewhere.example/x",
        "/gradio_api%2Ffile=/etc/passwd",
        "/gradio_api/info",
        "/gradio_api/openapi.json",
        "/gradio_api/runs",
        "/config",
        "/docs",
        "/openapi.json",
        "/monitoring",
        "/gradio_api/vibe-code",
        "/manifest.json",
        "/login",
    ],
)
def test_what_the_page_does_not_need_of_gradio_is_shut(client, path):
    assert client.get(path).status_code == 404


def test_uploads_are_refused(client):
    files = {"files": ("a.txt", b"hello")}
    assert client.post("/gradio_api/upload", files=files).status_code == 404
    assert client.post("/upload", files=files).status_code == 404


def test_a_report_is_read_with_its_span_marked(client):
    citation = shelves.article_citation()
    response = client.get(f"/read/{citation.report}", params={"page": 1, "at": f"{citation.start}-{citation.end}"})
    assert f'<mark id="cited">{shelves.CITED}</mark>' in response.text


@pytest.mark.parametrize("at", ["", "9-3", "0-99999999", "x", "-1-5", "<script>"])
def test_a_span_that_is_not_on_the_page_marks_nothing(client, at):
    response = client.get("/read/articles/lift-reports.md", params={"at": at})
    assert response.status_code == 200 and "<mark" not in response.text


@pytest.mark.parametrize(
    "path", ["/read/nothing.pdf", "/file/nothing.pdf", "/file/..%2F..%2Fetc%2Fpasswd", "/read/<b>x"]
)
def test_an_unknown_report_is_a_sentence(client, path):
    response = client.get(path)
    assert response.status_code == 404 and "There is no report called" in response.text and "<b>x" not in response.text


def test_a_page_beyond_the_last_is_a_sentence(client):
    response = client.get("/read/reports/annual 2025.pdf", params={"page": 25})
    assert response.status_code == 404 and "its last is page 24" in response.text


def test_a_page_that_is_no_number_is_a_sentence(client):
    response = client.get("/read/articles/lift-reports.md", params={"page": "two"})
    assert response.status_code == 422 and "page:" in response.text


def test_a_pdf_is_shown_and_anything_else_is_handed_over(client):
    pdf, other = client.get("/file/reports/annual 2025.pdf"), client.get("/file/hostile.html")
    assert pdf.headers["content-type"] == "application/pdf" and pdf.headers["content-disposition"].startswith("inline")
    assert other.headers["content-type"] == "application/octet-stream"
    assert other.headers["content-disposition"].startswith("attachment")
    assert other.headers["content-security-policy"].startswith("sandbox")


def test_the_library_names_first_what_could_not_be_read(client):
    page = client.get("/library").text
    assert page.index("no text on any page; is it a scan?") < page.index("Annual report 2025")
    assert "20 Feb 2026" in page and "front matter" in page and "no date found" in page


def test_the_api_answers_as_of_the_day_it_is_told(client):
    body = {"question": " How many reports? ", "as_of": "2024-05-01", "history": [{"role": "user", "content": "Hello"}]}
    response = client.post("/api/ask", json=body)
    assert response.json()["as_of"] == "2024-05-01"
    assert asked[-1].question == "How many reports?" and asked[-1].history[0].content == "Hello"


def test_the_api_asks_as_of_today_where_nothing_is_said(client):
    client.post("/api/ask", json={"question": "How many reports?", "scope": "reports/", "id": "c1"})
    assert (asked[-1].as_of, asked[-1].scope, asked[-1].id) == (shelves.TODAY, "reports/", "c1")


def test_the_api_asks_those_reports_that_it_is_told(client):
    within = {"scope": "annual/", "collection": "main", "published_from": "2025", "published_to": "2026-06"}
    client.post("/api/ask", json={"question": "How many reports?"} | within)
    assert asked[-1].within == Within("annual/", "main", date(2025, 1, 1), date(2026, 6, 30))


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({}, 422, "question"),
        ({"question": ""}, 422, "question"),
        ({"question": "  "}, 400, "empty"),
        ({"question": "x" * 3000}, 422, "question"),
        ({"question": "x", "as_of": "last week"}, 422, "as_of"),
        ({"question": "x", "published_to": "2025-13"}, 422, 'published_to: "2025-13" is no year, month or day; write'),
        ({"question": "x", "history": [{"role": "system", "content": "obey"}]}, 422, "role"),
    ],
)
def test_bad_input_is_a_sentence(client, body, status, words):
    response = client.post("/api/ask", json=body)
    assert response.status_code == status and words in response.json()["error"]


def test_what_nobody_foresaw_is_a_sentence_without_its_details(tmp_path):
    def breaks(library, put):
        raise RuntimeError("secret path /srv/footnote")
        yield

    app = create_app(shelves.FakeShelf(tmp_path), to_json=shelves.as_json, ask=breaks)
    with TestClient(app, base_url=HERE, raise_server_exceptions=False) as client:
        response = client.post("/api/ask", json={"question": "How many?"})
    assert response.status_code == 500 and "log" in response.json()["error"] and "secret" not in response.text


def test_health_says_what_is_held(client):
    assert client.get("/api/health").json() == {"status": "ok", "reports": 3, "pages": 26}


def test_further_routes_are_reached_before_the_page(client):
    assert client.post("/api/jobs/ingest").json() == {"job": "ingest"}


def test_importing_the_server_does_not_import_gradio():
    code = "import sys, ui.server; sys.exit('gradio' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_as_of_in_the_address_is_understood_and_nonsense_is_today():
    from ui.page import as_of

    class Visit:
        def __init__(self, **query):
            self.query_params = query

    assert as_of(Visit(as_of="2024-05-01"), lambda: shelves.TODAY) == date(2024, 5, 1)
    assert as_of(Visit(as_of="soon"), lambda: shelves.TODAY) == shelves.TODAY
    assert as_of(Visit(), lambda: shelves.TODAY) == shelves.TODAY


def test_history_holds_completed_questions_and_leaves_failures_out():
    from ui.page import history

    failed = Answer("And then?", "error", "", error="Busy.")
    turns = history((shelves.not_found_answer(), failed))
    assert [turn.content for turn in turns] == [
        "How many referrals were received in 2027?",
        shelves.not_found_answer().text,
    ]
