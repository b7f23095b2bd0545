"""Run a learner's cells, and call the learner's functions when the grader asks.

Started by `clipkit.classroom.grading` in a process of its own, never imported by it. The first
line on the standard input says what to run; after a cell that holds exercises, the grader sends
calls until it says "go on". This process decides nothing.
"""

import contextlib
import importlib.util
import json
import os
import signal
import sys
import types
from pathlib import Path

CLIPKIT = Path(__file__).resolve().parents[1]
DEVICES = ("/dev/null", "/dev/zero", "/dev/random", "/dev/urandom")


def by_path(name, path):
    """Import one module without its package: a learner meets no check in this process."""
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def private_pipes():
    """Keep the pipes to the grader, and give the learner's prints and inputs nothing."""
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    null = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(null, number)
    return requests, replies


def silent_exercises():
    """Make the module `clipkit.exercises` of this process: every check does nothing."""
    module = types.ModuleType("clipkit.exercises")
    module.__path__ = []
    module.check = lambda name, answer: None
    module.progress = lambda: None
    module.names = lambda: []
    return module


def make_shell():
    """Make an IPython shell, which runs cells as Jupyter does, magics and all."""
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    class Shell(InteractiveShell):
        def enable_gui(self, gui=None):
            """Do nothing: there is no window to draw in."""

    shell = Shell.instance(config=Config({"HistoryManager": {"enabled": False}}))
    shell.colors = "nocolor"
    return shell


def run_cell(shell, source, seconds, calling):
    """Run one cell; return the text of its error, None if there was none."""

    def stop(signum, frame):
        raise calling.TimeLimit(f"the cell ran for more than {seconds:g} seconds")

    # Computing counts, since the machine may be busy; and, for a cell that sleeps, the clock.
    timers = [("ITIMER_PROF", "SIGPROF", seconds), ("ITIMER_REAL", "SIGALRM", 4 * seconds)]
    timers = [timer for timer in timers if hasattr(signal, timer[0])]
    for timer, number, amount in timers:
        signal.signal(getattr(signal, number), stop)
        signal.setitimer(getattr(signal, timer), amount, 1)
    try:
        result = shell.run_cell(source, store_history=False)
        error = result.error_before_exec or result.error_in_exec
    except BaseException as raised:
        error = raised
    finally:
        for timer, _, _ in timers:
            signal.setitimer(getattr(signal, timer), 0)
    return None if error is None else f"{type(error).__name__}: {error}"[:500]


def answer_calls(names, requests, reply, calling, wire):
    """Answer the grader's calls of functions in `names` until it says "go on"."""
    while True:
        request = wire.load(requests.readline())
        if "call" not in request:
            return
        function = names.get(request["call"])
        if calling.is_blank(function):
            reply({"blank": request["call"] in names, "missing": request["call"] not in names})
            continue
        outcome = calling.call(function, request["inputs"], request["given"], request["seconds"])
        reply({"outcome": vars(outcome)})


def main():
    requests, replies = private_pipes()
    task = json.loads(requests.readline())
    sandbox = by_path("_sandbox", CLIPKIT / "classroom" / "sandbox.py")
    # Before numpy is imported: Landlock does not reach threads that exist already.
    scratch = Path.cwd()
    readable = [*map(Path, task["readable"]), CLIPKIT, *map(Path, DEVICES)]
    locked = sandbox.landlock(readable, [scratch, Path("/dev/null")], [CLIPKIT.parent])
    sandbox.limit(task["memory"], task["seconds"], task["processes"])

    sys.path.insert(0, str(CLIPKIT.parent))
    wire = by_path("_wire", CLIPKIT / "classroom" / "wire.py")
    calling = by_path("_calling", CLIPKIT / "exercises" / "calling.py")
    sys.modules["clipkit.exercises"] = silent_exercises()
    shell = make_shell()

    def reply(message):
        replies.write(wire.dump(message))
        replies.flush()

    sandbox.refuse(scratch)
    reply({"locked": locked})
    for number, source in enumerate(task["cells"]):
        error = run_cell(shell, source, task["cell_seconds"], calling)
        reply({"cell": number, "error": error})
        if task["exercises"][number]:
            with sandbox.room():
                answer_calls(shell.user_ns, requests, reply, calling, wire)
    reply({"end": True})


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError):
        main()
