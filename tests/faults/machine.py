"""The command line as processes on a machine with faults: they can be killed, held up, locked out or short of room."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any

from done import Done

KILLED = -9
GOOD = "Bees\n\nIn 2025 the wardens counted more than 4,100 bees. In 2024 there had been 3,900 bees.\n"
WHOLE = "The library is whole.\n"

# Mounts are made in a namespace of our own only, and the superuser's right to pass over permissions is given up.
_NAMESPACE = ("unshare", "--user", "--map-root-user", "--mount")
_ROOTS_NAMESPACE = ("unshare", "--mount")
_OBEYING = ("setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-dac_override,-dac_read_search")
_ROOT = Path(__file__).parents[2]
_PATIENCE = 120.0  # seconds for what should take one


Trap = dict[str, Any]


def dies(at: str, call: int = 1, *, after: bool = False) -> Trap:
    """A kill -9 at a call of ``module:function``."""
    return {"at": at, "do": "die", "call": call, "after": after}


def waits(at: str, file: Path, call: int = 1) -> Trap:
    """Goes on from this call only once the file is there."""
    return {"at": at, "do": "wait", "file": str(file), "call": call}


def given(at: str, value: object) -> Trap:
    """Another value for ``module:name``."""
    return {"at": at, "do": "set", "value": value}


class Machine:
    """Starts commands; `mounts` and `obeys` say what it can do here: mount file systems, be refused a file."""

    def __init__(self) -> None:
        namespace = _usable(_NAMESPACE) or _usable(_ROOTS_NAMESPACE)
        prefix = [*namespace, *(_usable(_OBEYING) if os.geteuid() == 0 else ())]
        environment = {key: value for key, value in os.environ.items() if not key.startswith(("FOOTNOTE_", "OPENAI_"))}
        self._process = subprocess.Popen(
            [*prefix, sys.executable, str(Path(__file__).with_name("forked.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment | {"PYTHONPATH": str(_ROOT), "COLUMNS": "250"},
        )
        can = self._answer()
        self.mounts = bool(namespace) and can["mounts"]
        self.obeys: bool = can["obeys"]

    def close(self) -> None:
        self._process.communicate(timeout=_PATIENCE)

    def ask(self, job: Mapping[str, Any]) -> dict[str, Any]:
        assert self._process.stdin
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def do(self, *command: str) -> None:
        """Run a command of the system, such as mount."""
        done = self.ask({"do": command})
        assert done["code"] == 0, done["said"]

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer


def _usable(prefix: Sequence[str]) -> Sequence[str]:
    """The prefix of a command, if it can be used on this system."""
    if shutil.which(prefix[0]) and subprocess.run([*prefix, "true"], capture_output=True).returncode == 0:
        return prefix
    return ()


class Running:
    """A command that was started."""

    def __init__(self, machine: Machine, pid: int, out: Path, err: Path) -> None:
        self.pid = pid
        self._machine, self._out, self._err = machine, out, err

    def wait(self) -> Done:
        """How it ended; whatever it met, it must have said so in a sentence."""
        code = self._machine.ask({"wait": self.pid})["code"]
        done = Done(code, self._out.read_text(errors="replace"), self._err.read_text(errors="replace"))
        assert not re.search(r"Traceback|panicked at|Error:", done.out + done.err), done.err
        return done


class Footnote:
    """The command line in a folder that holds `reports/`, and `library/` once it is made."""

    def __init__(self, machine: Machine, folder: Path) -> None:
        self.machine = machine
        self.folder = folder
        self.reports = folder / "reports"
        self.library = folder / "library"
        self._outputs = folder / "outputs"
        self._outputs.mkdir()
        self._numbers = count()

    def start(self, *arguments: str, traps: Sequence[Trap] = (), **settings: object) -> Running:
        """Start a command; settings are named as in footnote.toml."""
        number = next(self._numbers)
        out, err = (self._outputs / f"{number}.{name}" for name in ("out", "err"))
        job = {
            "run": arguments,
            "cwd": str(self.folder),
            "env": {f"FOOTNOTE_{name.upper()}": str(value) for name, value in settings.items()},
            "traps": list(traps),
            "out": str(out),
            "err": str(err),
        }
        return Running(self.machine, self.machine.ask(job)["pid"], out, err)

    def __call__(self, *arguments: str, traps: Sequence[Trap] = (), **settings: object) -> Done:
        return self.start(*arguments, traps=traps, **settings).wait()

    def ingest(self, traps: Sequence[Trap] = (), **settings: object) -> Done:
        return self("ingest", "reports", "--json", traps=traps, **settings)

    def short(self, question: str = "How many bees in 2025?") -> str | None:
        """The bare answer to a question."""
        done = self("ask", question, "--as-of", "2026-11-22", "--json")
        assert done.code == 0, done.err
        short: str | None = done.json["short"]
        return short

    def unread(self) -> dict[str, str]:
        """The files that the library could not read, each with the reason."""
        return {file["path"]: file["reason"] for file in self("status", "--json").json["unread"]}

    def is_well(self) -> bool:
        """Whether the library is whole and the good report is answered from."""
        verified = self("verify")
        assert (verified.code, verified.out) == (0, WHOLE), verified.out
        return self.short() == "more than 4,100"


def until(there: Path) -> None:
    """Wait for a file that another process makes."""
    patience = time.monotonic() + _PATIENCE
    while not there.exists():
        assert time.monotonic() < patience, f"{there} never came"
        time.sleep(0.01)
