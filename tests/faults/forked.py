"""Runs `footnote` commands for `machine.py`: each in a fork of this process, which has loaded what they import.

So a command is a process of its own, that can be killed, and yet starts at once. Lines of JSON come in and go out.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable
from functools import wraps
from importlib import import_module
from pathlib import Path
from typing import Any

LOADED = "chromadb rag.ask rag.ingest rag.search rag.index.embed rag.reading.sandbox ui.cli ui.ingesting ui.show"


def serve() -> None:
    """Answer each line until there are no more."""
    for name in (LOADED + " tokenizers").split():
        import_module(name)
    gc.freeze()  # what was loaded is shared by all forks as long as nobody touches it
    say({"mounts": may_mount(), "obeys": obeys_permissions()})
    for line in sys.stdin:
        job = json.loads(line)
        if "run" in job:
            pid = os.fork()
            if pid == 0:
                end(become(job))
            say({"pid": pid})
        elif "wait" in job:
            say({"code": os.waitstatus_to_exitcode(os.waitpid(job["wait"], 0)[1])})
        else:
            done = subprocess.run(job["do"], capture_output=True, text=True)
            say({"code": done.returncode, "said": done.stderr})


def say(answer: dict[str, Any]) -> None:
    print(json.dumps(answer), flush=True)  # noqa: T201


def may_mount() -> bool:
    with tempfile.TemporaryDirectory() as folder:
        if subprocess.run(["mount", "-t", "tmpfs", "tmpfs", folder], capture_output=True).returncode:
            return False
        subprocess.run(["umount", folder], check=True)
    return True


def obeys_permissions() -> bool:
    with tempfile.NamedTemporaryFile() as file:
        os.fchmod(file.fileno(), 0)
        return not os.access(file.name, os.R_OK)


def become(job: dict[str, Any]) -> int:
    """Be the command, in its folder and environment, its output in files, its traps laid; the exit code."""
    for fd, place in ((0, os.devnull), (1, job["out"]), (2, job["err"])):
        os.dup2(os.open(place, os.O_RDWR | os.O_CREAT, 0o600), fd)
    os.chdir(job["cwd"])
    os.environ.update(job["env"])
    for trap in job["traps"]:
        lay(**trap)
    from ui.cli import main

    try:
        main(job["run"])
    except SystemExit as ended:
        return int(ended.code or 0)
    except BaseException:  # noqa: BLE001 - as the interpreter would
        traceback.print_exc()
        return 1
    return 0


def end(code: int) -> None:
    """End as any process does, but without taking apart all that was loaded."""
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def lay(at: str, do: str, call: int = 1, file: str = "", after: bool = False, value: Any = None) -> None:
    """At the so-manieth call of ``module:Class.function``, before or after it: die, or wait until there is a file.

    do: "die" · "wait" · "set", which gives what is named another value · "replace", by another ``module:function`` ·
    "shift", which sets a clock by seconds.
    """
    module, _, path = at.partition(":")
    *owners, name = path.split(".")
    owner: Any = import_module(module)
    for each in owners:
        owner = getattr(owner, each)
    real = getattr(owner, name)
    if do == "set":
        setattr(owner, name, value)
    elif do == "replace":
        other, _, name_there = value.partition(":")
        setattr(owner, name, getattr(import_module(other), name_there))
    elif do == "shift":
        setattr(owner, name, lambda: real() + value)
    else:
        setattr(owner, name, _trapped(real, do, call, file, after))


def _trapped(real: Callable[..., Any], do: str, call: int, file: str, after: bool) -> Callable[..., Any]:
    counting, calls = threading.Lock(), [0]

    @wraps(real)
    def trapped(*args: Any, **kwargs: Any) -> Any:
        with counting:
            calls[0] += 1
            sprung = calls[0] == call
        if sprung and not after:
            spring(do, file)
        result = real(*args, **kwargs)
        if sprung and after:
            spring(do, file)
        return result

    return trapped


def killed_reader(*_: Any) -> None:
    """In the place of a reader: what the system does to a process when memory runs out."""
    os.kill(os.getpid(), signal.SIGKILL)


def spring(do: str, file: str) -> None:
    if do == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    Path(file + ".reached").touch()
    started_by = os.getppid()
    while not Path(file).exists() and os.getppid() == started_by:
        time.sleep(0.01)


if __name__ == "__main__":
    serve()
