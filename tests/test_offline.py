"""Nothing leaves the machine: not at an ingest, not at a question, not at the start of the page."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]

# Put in front of everything by the child: whatever asks for another machine is written down, and fails.
GUARD = """
import json, socket, sys

tried = []
LOOPBACK = ("127.0.0.1", "::1", "localhost", "", None, "0.0.0.0", "::")

def guarded(name, host_of):
    real = getattr(socket.socket if name.startswith("connect") or name == "sendto" else socket, name)
    def call(*arguments, **options):
        host = host_of(arguments)
        if host not in LOOPBACK and not isinstance(host, bytes):
            tried.append(f"{name} {host}")
            raise OSError(f"the guard refused {name} {host}")
        return real(*arguments, **options)
    return call

def address(arguments):  # of a method: the socket itself comes first, the address last
    return arguments[-1][0] if isinstance(arguments[-1], tuple) else None

for name in ("connect", "connect_ex", "sendto"):
    setattr(socket.socket, name, guarded(name, address))
for name in ("getaddrinfo", "gethostbyname"):
    setattr(socket, name, guarded(name, lambda arguments: arguments[0]))
"""

INGEST_ASK_AND_SERVE = """
from datetime import date
from pathlib import Path

from rag.ask import as_json, ask, stream
from rag.index.embed import MiniLM
from rag.ingest import ingest
from rag.library import Library
from rag.passages import read_and_cut, read_in
from rag.reading.sandbox import Sandbox
from rag.types import Asked

with Library.open(Path(sys.argv[2]), MiniLM(), create=True) as library:
    with Sandbox(read_and_cut) as sandbox:
        done = ingest(library, [Path(sys.argv[1])], read=read_in(sandbox))
    answer = ask(library, Asked("How many bees were counted in 2025?", date(2026, 2, 1)))

    from fastapi.testclient import TestClient
    from ui.server import create_app

    app = create_app(library, to_json=as_json, ask=stream, today=lambda: date(2026, 2, 1))
    with TestClient(app, base_url="http://127.0.0.1:7860") as client:
        page = client.get("/")
        asked = client.post("/api/ask", json={"question": "How many bees were counted in 2025?"})

print(json.dumps({"tried": tried, "added": done.added, "short": answer.short, "page": page.status_code,
                  "asked": asked.json()["short"]}))
"""


def child(code: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", GUARD + code, *arguments], capture_output=True, text=True, cwd=ROOT, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1]


def test_an_ingest_a_question_and_the_page_ask_no_other_machine_for_anything(tmp_path: Path) -> None:
    reports = tmp_path / "reports"
    reports.mkdir()
    (reports / "bees-2026-01-10.md").write_text("# Bees\n\nIn 2025 the wardens counted 4,100 bees.\n", encoding="utf-8")
    (reports / "wasps.html").write_text("<title>Wasps</title><p>In 2025 there were 12 wasps.</p>", encoding="utf-8")

    seen = json.loads(child(INGEST_ASK_AND_SERVE, str(reports), str(tmp_path / "library")))

    assert seen == {"tried": [], "added": 2, "short": "4,100", "page": 200, "asked": "4,100"}


def test_counting_tokens_asks_no_other_machine(tmp_path: Path) -> None:
    count = """
import os
os.environ["TIKTOKEN_CACHE_DIR"] = sys.argv[1]  # of somebody else, and empty
from rag.vocabulary import tokens_in
print(json.dumps([tokens_in("4,100 bees"), tried, os.environ["TIKTOKEN_CACHE_DIR"] == sys.argv[1]]))
"""
    assert json.loads(child(count, str(tmp_path))) == [4, [], True]


def test_a_model_that_is_not_asked_brings_no_client() -> None:
    loaded = """
import rag.models
print(json.dumps([name for name in ("openai", "httpx", "tiktoken", "tenacity") if name in sys.modules]))
"""
    assert json.loads(child(loaded)) == []


def test_the_guard_itself_sees_an_attempt() -> None:
    attempt = """
import urllib.request
for url in ("http://192.0.2.1/", "http://example.invalid/"):
    try:
        urllib.request.urlopen(url, timeout=1)
    except OSError:
        pass
print(json.dumps(tried))
"""
    seen = json.loads(child(attempt))
    assert any("192.0.2.1" in each for each in seen) and any("example.invalid" in each for each in seen)


def test_no_torch_is_installed_or_locked() -> None:
    for name in ("torch", "sentence_transformers", "transformers", "nvidia"):
        assert importlib.util.find_spec(name) is None
    for lock in ("requirements.lock", "requirements-dev.lock"):
        names = re.findall(r"^([a-z0-9-]+)==", (ROOT / lock).read_text(encoding="utf-8"), re.MULTILINE)
        assert len(names) > 80
        assert not {name for name in names if re.match(r"torch|sentence-transformers|transformers$|nvidia", name)}


def test_a_lock_is_hashed_and_names_no_host() -> None:
    for lock in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / lock).read_text(encoding="utf-8")
        assert "://" not in text
        assert set(re.findall(r"--[a-z-]+", text)) == {"--hash"}  # nor any option that could name one
        pins = re.findall(r"^[a-z0-9-]+==[^\n]*\n(?:    [^\n]*\n)*", text, re.MULTILINE)
        assert all("--hash=sha256:" in pin for pin in pins)
